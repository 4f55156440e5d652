"""What a request changes, done once: its writes, the record of its id and its audit entry in one transaction."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from google.protobuf.message import Message

from deskbell_server.access.sealing import Sealer
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.identity import AuditLog, Claim, RequestRepeated, UnitsOfWork
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc.caller import Caller
from deskbell_server.rpc.policies import Policy, field_value


class Fingerprint:
    """The SHA-256 of a request's content without its `request_id`."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, message: Message) -> str:
        """Takes another message of the request in; returns the `request_id` that it holds."""
        copy: Any = type(message)()
        copy.CopyFrom(message)
        fields = message.DESCRIPTOR.fields_by_name
        holder = copy if "request_id" in fields else None
        if holder is None and "header" in fields and copy.HasField("header"):
            holder = copy.header
        request_id = ""
        if holder is not None:
            request_id, holder.request_id = holder.request_id, ""
        if "chunk" in fields and copy.HasField("chunk"):
            self._hash.update(copy.chunk)  # however a file is cut, it is the same request
            return ""
        content = copy.SerializeToString(deterministic=True)
        self._hash.update(len(content).to_bytes(8, "big"))
        self._hash.update(content)
        return request_id

    def digest(self) -> bytes:
        """32 bytes."""
        return self._hash.digest()


@dataclass(slots=True)
class Noted:
    """How something ended, for the audit log."""

    outcome: str = "OK"


class Mutations:
    """Does what requests ask for."""

    def __init__(self, units: UnitsOfWork, audit: AuditLog, secret_key: bytes, clock: Clock) -> None:
        self._units = units
        self._audit = audit
        self._sealer = Sealer(secret_key, "stored responses")
        self._clock = clock

    async def unary(
        self,
        policy: Policy,
        caller: Caller,
        tenant: TenantId | None,
        request: Message,
        fingerprint: Callable[[], bytes],
        request_id: str,
        behaviour: Callable[[], Awaitable[Message]],
    ) -> Message:
        """The response of a mutation: the stored one if the request was done before."""
        claim = _claim(policy, caller, fingerprint, request_id)
        try:
            async with self._units.unit(tenant, claim) as unit:
                response = await behaviour()
                entry = caller.entry(self._clock, _resource(policy, request, response))
                await unit.complete(self._sealed(response), entry)
        except RequestRepeated as repeated:
            return self._opened(policy, repeated)
        if caller.afterwards is not None:
            first, response = response, await caller.afterwards(response)
            if claim is not None and response is not first:
                await self._units.set_response(tenant, claim, self._sealed(response))
        return response

    async def stream(
        self,
        policy: Policy,
        caller: Caller,
        tenant: TenantId | None,
        request: Message,
        behaviour: Callable[[], AsyncIterator[Message]],
    ) -> AsyncIterator[Message]:
        """The responses of a mutation that streams. What it writes before its first response is done once; a
        repeat is told that first response as `Caller.repeated`."""
        fingerprint = Fingerprint()
        request_id = fingerprint.add(request)
        claim = _claim(policy, caller, fingerprint.digest, request_id)
        responses = behaviour()
        try:
            async with self._units.unit(tenant, claim) as unit:
                try:
                    first = await anext(responses)
                    entry = caller.entry(self._clock, _resource(policy, request, first))
                    await unit.complete(self._sealed(first), entry)
                except BaseException:
                    await _close(responses)
                    raise
        except RequestRepeated as repeated:
            caller.repeated = self._opened(policy, repeated)
            responses = behaviour()
            first = await anext(responses)
        try:
            yield first
            async for response in responses:
                yield response
        finally:
            await _close(responses)

    @asynccontextmanager
    async def audited(
        self, caller: Caller, tenant: TenantId | None, resource: str, *, actor: str = ""
    ) -> AsyncIterator[Noted]:
        """A unit of work with its audit entry, for a servicer that must not be in one all the time."""
        noted = Noted()
        async with self._units.unit(tenant, None) as unit:
            yield noted
            entry = caller.entry(self._clock, resource, actor=actor, outcome=noted.outcome)
            await unit.complete(b"", entry)

    async def note(
        self, caller: Caller, tenant: TenantId | None, resource: str, *, outcome: str = "OK"
    ) -> None:
        """Writes an audit entry on its own."""
        await self._audit.add(tenant, caller.entry(self._clock, resource, outcome=outcome))

    def _sealed(self, response: Message) -> bytes:
        return self._sealer.seal(response.SerializeToString())

    def _opened(self, policy: Policy, repeated: RequestRepeated) -> Message:
        content = self._sealer.open(repeated.sealed_response)
        if content is None:
            raise InvalidInput.field(
                "request_id",
                "was answered before the server's secret key was changed; read what there is, and use a new one",
                reason="REQUEST_ID_REUSED",
            )
        return policy.response.FromString(content)


async def _close(responses: AsyncIterator[Message]) -> None:
    close = getattr(responses, "aclose", None)
    if close is not None:
        await close()


def _claim(policy: Policy, caller: Caller, fingerprint: Callable[[], bytes], request_id: str) -> Claim | None:
    if not request_id or not policy.takes_request_id:
        return None
    caller.request_id = request_id
    structlog.contextvars.bind_contextvars(request_id=request_id)
    return Claim(caller.actor, uuid.UUID(request_id), policy.method, fingerprint)


def _resource(policy: Policy, request: Message, response: Message) -> str:
    """What was made or changed: the name in the response, else the one in the request."""
    for field, value in response.ListFields():
        name = getattr(value, "name", None) if field.message_type and not field.is_repeated else None
        if isinstance(name, str) and name.startswith(("tenants/", "operators/")):
            return name
        conversation = getattr(value, "conversation", None) if field.message_type else None
        if isinstance(conversation, str) and conversation:
            return conversation
    return str(field_value(request, policy.resource) if policy.resource else getattr(request, "name", ""))
