"""ReservationService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import grpc
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp

from deskbell.profile import tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import booking_pb2, reservation_service_pb2, reservation_service_pb2_grpc


class Reservations:
    """ReservationService. Reservations are named `tenants/a/reservations/b`. Moments must have a time zone."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = reservation_service_pb2_grpc.ReservationServiceStub(channel)

    async def available(
        self,
        service: str,
        first_day: date,
        last_day: date | None = None,
        *,
        resource: str = "",
        max_slots: int = 0,
    ) -> reservation_service_pb2.CheckAvailabilityResponse:
        """The free slots of a service on some days of the tenant's zone, 62 at most, of one without the last."""
        days = reservation_service_pb2.DayRange(
            first_day=first_day.isoformat(), last_day=(last_day or first_day).isoformat()
        )
        request = reservation_service_pb2.CheckAvailabilityRequest(
            service=service, days=days, resource=resource, max_slots=max_slots
        )
        return await self._rpcs.read(self._stub.CheckAvailability, request)

    async def check(
        self, service: str, start: datetime, *, resource: str = ""
    ) -> reservation_service_pb2.CheckAvailabilityResponse:
        """Whether a service can begin at a moment; if not, why, and what is free instead."""
        request = reservation_service_pb2.CheckAvailabilityRequest(
            service=service, start_time=timestamp(start), resource=resource
        )
        return await self._rpcs.read(self._stub.CheckAvailability, request)

    async def create(
        self, tenant: str, reservation: booking_pb2.Reservation, *, request_id: str = ""
    ) -> booking_pb2.Reservation:
        """Books. Raises DeskbellError with reason SLOT_TAKEN if it is not free."""
        request = reservation_service_pb2.CreateReservationRequest(
            parent=tenant_name(tenant), reservation=reservation
        )
        return (await self._rpcs.change(self._stub.CreateReservation, request, request_id)).reservation

    async def get(self, name: str) -> booking_pb2.Reservation:
        """One reservation."""
        request = reservation_service_pb2.GetReservationRequest(name=name)
        return (await self._rpcs.read(self._stub.GetReservation, request)).reservation

    def list(
        self,
        tenant: str,
        *,
        start_from: datetime | None = None,
        start_before: datetime | None = None,
        resource: str = "",
        show_cancelled: bool = False,
    ) -> AsyncIterator[booking_pb2.Reservation]:
        """A tenant's reservations by start, from now unless it is said from when."""
        request = reservation_service_pb2.ListReservationsRequest(
            parent=tenant_name(tenant),
            start_from=None if start_from is None else timestamp(start_from),
            start_before=None if start_before is None else timestamp(start_before),
            resource=resource,
            show_cancelled=show_cancelled,
        )
        return self._rpcs.pages(self._stub.ListReservations, request, "reservations")

    async def update(
        self, reservation: booking_pb2.Reservation, *paths: str, request_id: str = ""
    ) -> booking_pb2.Reservation:
        """Changes the fields named by the paths, all without any; another `start_time` moves it. One with an `etag`
        is changed only if nobody else did since it was read: Conflict otherwise."""
        request = reservation_service_pb2.UpdateReservationRequest(
            reservation=reservation, update_mask=FieldMask(paths=paths)
        )
        return (await self._rpcs.change(self._stub.UpdateReservation, request, request_id)).reservation

    async def cancel(self, name: str, *, etag: str = "", request_id: str = "") -> booking_pb2.Reservation:
        """Frees what it holds; Conflict as above."""
        request = reservation_service_pb2.CancelReservationRequest(name=name, etag=etag)
        return (await self._rpcs.change(self._stub.CancelReservation, request, request_id)).reservation


def timestamp(moment: datetime) -> Timestamp:
    """A moment for a request. Raises ValueError for one without a time zone."""
    if moment.utcoffset() is None:
        raise ValueError("a moment must have a time zone")
    result = Timestamp()
    result.FromDatetime(moment.astimezone(UTC))
    return result
