"""OperatorService."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc

from deskbell.rpcs import Rpcs
from deskbell.v1 import operator_service_pb2, operator_service_pb2_grpc


class Operators:
    """OperatorService: those who run the server. Operators are named `operators/a`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = operator_service_pb2_grpc.OperatorServiceStub(channel)

    async def create(
        self, email: str, password: str, *, request_id: str = ""
    ) -> operator_service_pb2.Operator:
        """Creates an operator, who signs in without a tenant and with this password of 12 characters or more."""
        request = operator_service_pb2.CreateOperatorRequest(
            operator=operator_service_pb2.Operator(email=email), password=password
        )
        return (await self._rpcs.change(self._stub.CreateOperator, request, request_id)).operator

    def list(self) -> AsyncIterator[operator_service_pb2.Operator]:
        """All operators, by id."""
        request = operator_service_pb2.ListOperatorsRequest()
        return self._rpcs.pages(self._stub.ListOperators, request, "operators")

    async def delete(self, name: str, *, request_id: str = "") -> None:
        """Deletes an operator and ends the operator's sessions."""
        request = operator_service_pb2.DeleteOperatorRequest(name=name)
        await self._rpcs.change(self._stub.DeleteOperator, request, request_id)

    async def rotate_signing_key(self, *, forget_others: bool = False) -> str:
        """Signs tokens with a new key, whose id it returns; with `forget_others` those signed before are refused.
        Not repeated when the connection is lost: each one makes another key."""
        request = operator_service_pb2.RotateSigningKeyRequest(forget_others=forget_others)
        return (await self._rpcs.once(self._stub.RotateSigningKey, request)).key_id
