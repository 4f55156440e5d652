"""No rpc without the key; health and reflection; what the protos declare is what is served."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from deskbell.v1 import access_pb2, errors_pb2
from deskbell_server.domain import errors
from deskbell_server.rpc.server import SERVICE_NAMES
from tests.support.live_server import KEY, LiveServer, refusal

HEALTH = "grpc.health.v1.Health"
REFLECTION = "grpc.reflection.v1alpha.ServerReflection"


def every_rpc() -> Iterator[tuple[str, bool, bool]]:
    """Path, client streaming, server streaming of every rpc that the descriptors know and that needs a credential."""
    pool = descriptor_pool.Default()
    for name in (*SERVICE_NAMES, HEALTH, REFLECTION):
        for method in pool.FindServiceByName(name).methods:
            if not method.GetOptions().Extensions[access_pb2.access].public:
                yield f"/{name}/{method.name}", method.client_streaming, method.server_streaming


async def outcome(
    channel: grpc.aio.Channel, rpc: tuple[str, bool, bool], metadata: Any
) -> grpc.aio.AioRpcError:
    """Calls an rpc with an empty request; returns how it failed."""
    path, client_streaming, server_streaming = rpc

    async def nothing() -> Any:
        yield b""

    make = {
        (False, False): channel.unary_unary,
        (False, True): channel.unary_stream,
        (True, False): channel.stream_unary,
        (True, True): channel.stream_stream,
    }[client_streaming, server_streaming]
    call = make(path)(nothing() if client_streaming else b"", metadata=metadata, timeout=10)

    async def finish() -> None:
        if server_streaming:
            async for _ in call:
                pass
        else:
            await call

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await finish()
    return caught.value


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("authorization", "Bearer wrong"),),
        (("authorization", KEY),),
        (("authorization", f"Basic {KEY}"),),
        (("authorization", "Bearer "),),
        (("authorization", f"Bearer {KEY}"), ("authorization", "Bearer wrong")),
        (("authorization", f"Bearer {KEY}x"),),
    ],
)
async def test_no_rpc_works_without_the_key(server: LiveServer, metadata: Any) -> None:
    rpcs = list(every_rpc())
    assert len(rpcs) >= 24
    for rpc in rpcs:
        error = await outcome(server.channel, rpc, metadata)
        assert error.code() is grpc.StatusCode.UNAUTHENTICATED, rpc
        found = refusal(error)
        assert found.reason == "CREDENTIAL_INVALID"
        assert KEY not in found.message
        assert "wrong" not in found.message


async def test_health_tells_each_service(server: LiveServer) -> None:
    stub = health_pb2_grpc.HealthStub(server.channel)
    for name in ("", *SERVICE_NAMES):
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), metadata=server.metadata)
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    await server.app.drain(0.1)
    answer = await stub.Check(health_pb2.HealthCheckRequest(), metadata=server.metadata)
    assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_reflection_lists_the_services(server: LiveServer) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(server.channel)

    async def ask() -> Any:
        yield reflection_pb2.ServerReflectionRequest(list_services="")

    answers = [answer async for answer in stub.ServerReflectionInfo(ask(), metadata=server.metadata)]
    names = {service.name for service in answers[0].list_services_response.service}
    assert names == {*SERVICE_NAMES, HEALTH, REFLECTION}


def test_every_reason_an_error_can_have_is_in_the_contract() -> None:
    declared = {
        name.removeprefix("ERROR_REASON_") for name in errors_pb2.ErrorReason.DESCRIPTOR.values_by_name
    }

    def family(base: type[errors.DeskbellError]) -> Iterator[type[errors.DeskbellError]]:
        yield base
        for child in base.__subclasses__():
            yield from family(child)

    for kind in family(errors.DeskbellError):
        assert kind.default_reason in declared, kind
        assert kind.code in grpc.StatusCode.__members__, kind
