"""ReservationService."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import UTC, datetime

from deskbell.v1 import booking_pb2
from deskbell.v1 import reservation_service_pb2 as pb
from deskbell.v1.reservation_service_pb2_grpc import ReservationServiceServicer
from deskbell_server.booking.desk import MOST_DAYS, BookingDesk
from deskbell_server.domain.booking import Caller, Reservation, ReservationId, ServiceId
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import ConversationId, TenantId, etag, split_name
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.booking import ReservationStore
from deskbell_server.ports.stores import Clock, TenantStore
from deskbell_server.rpc import booking_mapping as mapping
from deskbell_server.rpc import masks
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.identity_mapping import moment
from deskbell_server.rpc.page_tokens import PageTokens, fitting

SLOTS = 200
_FIELDS = ("start_time", "resource", "caller", "notes")
_PATHS = (*_FIELDS, *(f"caller.{field}" for field in mapping.CALLER_FIELDS))
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class Reservations(ReservationServiceServicer):
    """See protos/deskbell/v1/reservation_service.proto."""

    def __init__(
        self,
        desk: BookingDesk,
        store: ReservationStore,
        tenants: TenantStore,
        tokens: PageTokens,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._store = store
        self._tenants = tenants
        self._tokens = tokens
        self._clock = clock

    async def CheckAvailability(
        self, request: pb.CheckAvailabilityRequest, context: Context
    ) -> pb.CheckAvailabilityResponse:
        names = split_name(request.service)
        tenant_id, service = TenantId(names[0]), ServiceId(names[1])
        resource = mapping.resource_id("resource", request.resource, tenant_id)
        if request.WhichOneof("when") == "start_time":
            start = moment("start_time", request.start_time)
            tenant = await self._tenants.get(tenant_id)
            checked = await self._desk.check(tenant, service, start, resource=resource)
            return pb.CheckAvailabilityResponse(
                slots=[mapping.slot(tenant_id, checked.slot)] if checked.slot else [],
                not_free=mapping.NOT_FREE[checked.why],
                alternatives=[mapping.slot(tenant_id, slot) for slot in checked.alternatives],
                time_zone=tenant.time_zone,
            )
        first = mapping.day("days.first_day", request.days.first_day)
        last = mapping.day("days.last_day", request.days.last_day or request.days.first_day)
        if not 0 <= (last - first).days < MOST_DAYS:
            raise InvalidInput.field(
                "days.last_day", f"must be 0 to {MOST_DAYS - 1} days after the first one"
            )
        tenant = await self._tenants.get(tenant_id)
        found = await self._desk.availability(
            tenant, service, first, last, resource=resource, limit=request.max_slots or SLOTS
        )
        slots = [mapping.slot(tenant_id, slot) for slot in found.slots]
        fit = fitting(slot.ByteSize() for slot in slots)
        return pb.CheckAvailabilityResponse(
            slots=slots[:fit],
            more=found.more or fit < len(slots),
            time_zone=tenant.time_zone,
        )

    async def CreateReservation(
        self, request: pb.CreateReservationRequest, context: Context
    ) -> pb.CreateReservationResponse:
        (parent,) = split_name(request.parent)
        tenant_id, given = TenantId(parent), request.reservation
        if not given.service:
            raise InvalidInput.field("reservation.service", "must be given")
        service = ServiceId(mapping.child("reservation.service", given.service, tenant_id))
        resource = mapping.resource_id("reservation.resource", given.resource, tenant_id)
        conversation = None
        if given.conversation:
            text = mapping.child("reservation.conversation", given.conversation, tenant_id)
            conversation = ConversationId(uuid.UUID(text))
        start = _start(given)
        tenant = await self._tenants.get(tenant_id)
        caller = mapping.caller("reservation.caller", given.caller, tenant.time_zone)
        with mapping.within("reservation", "resource"):
            made = await self._desk.book(
                tenant,
                service,
                start,
                caller,
                notes=given.notes,
                # The unit of work sees to it that a request is done once.
                idempotency_key=f"rpc:{uuid.uuid4()}",
                conversation=conversation,
                resource=resource,
            )
        return pb.CreateReservationResponse(reservation=mapping.reservation(made, tenant.time_zone))

    async def GetReservation(
        self, request: pb.GetReservationRequest, context: Context
    ) -> pb.GetReservationResponse:
        tenant_id, reservation = _ids(request.name)
        found = await self._desk.get(tenant_id, reservation)
        zone = await self._zone(tenant_id)
        return pb.GetReservationResponse(reservation=mapping.reservation(found, zone))

    async def ListReservations(
        self, request: pb.ListReservationsRequest, context: Context
    ) -> pb.ListReservationsResponse:
        (parent,) = split_name(request.parent)
        tenant_id = TenantId(parent)
        resource = mapping.resource_id("resource", request.resource, tenant_id)
        given = [
            moment(field, getattr(request, field)) if request.HasField(field) else None
            for field in ("start_from", "start_before")
        ]
        scope = "&".join(map(str, (*given, request.resource, request.show_cancelled)))
        zone = await self._zone(tenant_id)
        found, token = await self._tokens.page(
            f"{request.parent}/reservations?{scope}",
            request,
            mapping.parse_page_key,
            lambda after, limit: self._store.page(
                tenant_id,
                since=given[0] or self._clock.now(),
                until=given[1] or _NEVER,
                after=after,
                limit=limit,
                resource=resource,
                with_cancelled=request.show_cancelled,
            ),
            mapping.page_key,
            weight=lambda one: mapping.reservation(one, zone).ByteSize(),
        )
        return pb.ListReservationsResponse(
            reservations=[mapping.reservation(one, zone) for one in found], next_page_token=token
        )

    async def UpdateReservation(
        self, request: pb.UpdateReservationRequest, context: Context
    ) -> pb.UpdateReservationResponse:
        given = request.reservation
        tenant_id, reservation = _required_ids(given.name)
        paths = masks.paths(request.update_mask, _PATHS)
        tenant = await self._tenants.get(tenant_id)
        current = await self._desk.get(tenant_id, reservation)
        # Of what is read here nothing is lost: whoever changes it meanwhile makes this attempt fail.
        expected = given.etag or etag(current.version)
        moved = await self._moved(tenant, current, given, paths, expected)
        caller, notes = _details(given, paths, current, tenant.time_zone)
        if moved is None or (caller, notes) != (current.caller, current.notes):
            expected = expected if moved is None else etag(moved.version)
            moved = await self._desk.amend(tenant_id, reservation, caller, notes, etag=expected)
        return pb.UpdateReservationResponse(reservation=mapping.reservation(moved, tenant.time_zone))

    async def CancelReservation(
        self, request: pb.CancelReservationRequest, context: Context
    ) -> pb.CancelReservationResponse:
        tenant_id, reservation = _ids(request.name)
        cancelled = await self._desk.cancel(tenant_id, reservation, etag=request.etag)
        zone = await self._zone(tenant_id)
        return pb.CancelReservationResponse(reservation=mapping.reservation(cancelled, zone))

    async def _moved(
        self,
        tenant: Tenant,
        current: Reservation,
        given: booking_pb2.Reservation,
        paths: Collection[str],
        expected: str,
    ) -> Reservation | None:
        """The reservation at another time or with another resource; None if neither is asked for."""
        start = _start(given) if "start_time" in paths else current.times.starts_at
        resource = None
        if "resource" in paths:
            resource = mapping.resource_id("reservation.resource", given.resource, tenant.id)
        if start == current.times.starts_at and resource in {None, current.resource}:
            return None
        with mapping.within("reservation", "resource"):
            return await self._desk.move(tenant, current.id, start, resource=resource, etag=expected)

    async def _zone(self, tenant: TenantId) -> str:
        return (await self._tenants.get(tenant)).time_zone


def _ids(name: str) -> tuple[TenantId, ReservationId]:
    tenant, reservation = split_name(name)
    return TenantId(tenant), mapping.reservation_id(reservation)


def _required_ids(name: str) -> tuple[TenantId, ReservationId]:
    """The same of a name whose shape was not checked. Raises InvalidInput."""
    parts = name.split("/")
    try:
        if parts[::2] == ["tenants", "reservations"] and str(uuid.UUID(parts[3])) == parts[3]:
            return _ids(name)
    except (ValueError, IndexError):
        pass
    raise InvalidInput.field(
        "reservation.name", "must be of the form tenants/{tenant}/reservations/{reservation}"
    )


def _start(given: booking_pb2.Reservation) -> datetime:
    if not given.HasField("start_time"):
        raise InvalidInput.field("reservation.start_time", "must be given")
    return moment("reservation.start_time", given.start_time)


def _details(
    given: booking_pb2.Reservation, paths: Collection[str], current: Reservation, time_zone: str
) -> tuple[Caller, str]:
    """For whom it is and the notes, as they are to be. Raises InvalidInput."""
    wanted = booking_pb2.ReservationCaller()
    wanted.CopyFrom(mapping.reservation(current, "").caller)
    for field in mapping.CALLER_FIELDS:
        if "caller" in paths or f"caller.{field}" in paths:
            setattr(wanted, field, getattr(given.caller, field))
    caller = current.caller
    if any(path.startswith("caller") for path in paths):
        caller = mapping.caller("reservation.caller", wanted, time_zone)
    return caller, given.notes if "notes" in paths else current.notes
