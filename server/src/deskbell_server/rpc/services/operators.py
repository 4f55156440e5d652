"""OperatorService."""

from __future__ import annotations

from deskbell.v1 import operator_service_pb2 as pb
from deskbell.v1.operator_service_pb2_grpc import OperatorServiceServicer
from deskbell_server.access.keyring import KeyRing
from deskbell_server.access.passwords import Passwords
from deskbell_server.domain.identity import Operator, OperatorId
from deskbell_server.domain.names import new_slug
from deskbell_server.ports.identity import OperatorStore
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc import identity_mapping
from deskbell_server.rpc.caller import current_caller
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.mutations import Mutations
from deskbell_server.rpc.page_tokens import PageTokens


class Operators(OperatorServiceServicer):
    """See protos/deskbell/v1/operator_service.proto."""

    def __init__(
        self,
        store: OperatorStore,
        passwords: Passwords,
        ring: KeyRing,
        mutations: Mutations,
        tokens: PageTokens,
        clock: Clock,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._ring = ring
        self._mutations = mutations
        self._tokens = tokens
        self._clock = clock

    async def CreateOperator(
        self, request: pb.CreateOperatorRequest, context: Context
    ) -> pb.CreateOperatorResponse:
        hashed = await self._passwords.hash(request.password)
        operator = Operator(OperatorId(new_slug("o")), request.operator.email, self._clock.now())
        created = await self._store.create(operator, hashed)
        return pb.CreateOperatorResponse(operator=identity_mapping.operator(created))

    async def ListOperators(
        self, request: pb.ListOperatorsRequest, context: Context
    ) -> pb.ListOperatorsResponse:
        found, token = await self._tokens.page(
            "operators",
            request,
            OperatorId,
            lambda after, limit: self._store.page(after=after, limit=limit),
            lambda operator: operator.id,
        )
        return pb.ListOperatorsResponse(
            operators=map(identity_mapping.operator, found), next_page_token=token
        )

    async def DeleteOperator(
        self, request: pb.DeleteOperatorRequest, context: Context
    ) -> pb.DeleteOperatorResponse:
        await self._store.delete(OperatorId(request.name.removeprefix("operators/")))
        return pb.DeleteOperatorResponse()

    async def RotateSigningKey(
        self, request: pb.RotateSigningKeyRequest, context: Context
    ) -> pb.RotateSigningKeyResponse:
        async with self._mutations.audited(current_caller(), None, "signing keys"):
            key_id = await self._ring.rotate(forget_others=request.forget_others)
        return pb.RotateSigningKeyResponse(key_id=key_id)
