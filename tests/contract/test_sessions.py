"""Signing in and out, refreshing, and what ends a session."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import grpc
import pytest

from deskbell.v1 import access_pb2, agent_service_pb2, identity_pb2, operator_service_pb2
from deskbell.v1 import auth_service_pb2 as auth
from deskbell.v1 import user_service_pb2 as us
from tests.support.live_server import LiveServer, live_server, refusal, refused
from tests.support.people import PASSWORD, People, bearer, make_people
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines


def agents(server: LiveServer, credential: str) -> Awaitable[Any]:
    """A harmless request of a member of the clinic."""
    return server.stubs.agents.ListAgents(
        agent_service_pb2.ListAgentsRequest(parent="tenants/clinic"), metadata=bearer(credential)
    )


def refresh(server: LiveServer, token: str) -> Awaitable[auth.RefreshSessionResponse]:
    return server.stubs.auth.RefreshSession(auth.RefreshSessionRequest(refresh_token=token))


@pytest.fixture
async def people(server: LiveServer) -> People:
    return await make_people(server)


async def test_whoever_signs_in_is_told_who_they_are(server: LiveServer, people: People) -> None:
    signed_in = await people.sign_in("MANAGER@clinic.example")
    assert signed_in.user == people.names["manager"]
    assert signed_in.role == access_pb2.ROLE_MANAGER
    got = await server.stubs.users.GetUser(
        us.GetUserRequest(name=people.names["manager"]), metadata=people.metadata("owner")
    )
    assert got.user.HasField("last_sign_in_time")


async def test_whatever_was_wrong_is_told_alike(server: LiveServer, people: People) -> None:
    await server.stubs.users.UpdateUser(
        us.UpdateUserRequest(
            user=identity_pb2.User(name=people.names["analyst"], disabled=True),
            update_mask={"paths": ["disabled"]},
        ),
        metadata=people.metadata("owner"),
    )
    seen = set()
    for tenant, email, password in (
        ("tenants/clinic", "owner@clinic.example", "wrong"),
        ("tenants/clinic", "nobody@clinic.example", PASSWORD),
        ("tenants/clinic", "analyst@clinic.example", PASSWORD),
        ("tenants/nowhere", "owner@clinic.example", PASSWORD),
        ("", "owner@clinic.example", PASSWORD),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await server.stubs.auth.SignIn(auth.SignInRequest(tenant=tenant, email=email, password=password))
        assert refusal(caught.value).reason == "SIGN_IN_FAILED"
        seen.add((caught.value.code(), caught.value.details()))
    assert len(seen) == 1


async def test_guessing_a_password_is_slowed_and_does_not_lock_others_out(
    server: LiveServer, people: People
) -> None:
    for _ in range(5):
        found = await refused(people.sign_in("owner@clinic.example", "guess"))
        assert found.reason == "SIGN_IN_FAILED"
    found = await refused(people.sign_in("owner@clinic.example", "guess"))
    assert (found.code, found.reason) == ("RESOURCE_EXHAUSTED", "RATE_LIMITED")
    assert found.retry_after is not None
    assert 0 < found.retry_after <= 30
    # Not even the right one, from there; another person from there, though.
    assert (await refused(people.sign_in("owner@clinic.example"))).reason == "RATE_LIMITED"
    assert (await people.sign_in("manager@clinic.example")).role == access_pb2.ROLE_MANAGER


async def test_signing_in_often_is_not_guessing(people: People) -> None:
    for _ in range(12):
        await people.sign_in("owner@clinic.example")


async def test_a_refresh_token_works_once_and_a_copy_ends_the_session(
    server: LiveServer, people: People
) -> None:
    first = (await people.sign_in("owner@clinic.example")).tokens
    second = (await refresh(server, first.refresh_token)).tokens
    assert second.refresh_token != first.refresh_token
    await agents(server, second.access_token)
    await agents(server, first.access_token)  # until it expires
    found = await refused(refresh(server, first.refresh_token))
    assert (found.code, found.reason) == ("UNAUTHENTICATED", "CREDENTIAL_INVALID")
    assert (await refused(refresh(server, second.refresh_token))).reason == "CREDENTIAL_INVALID"
    assert (await refused(agents(server, second.access_token))).reason == "CREDENTIAL_INVALID"
    await agents(server, people.credentials["owner"])  # another session of the same person


async def test_an_invented_refresh_token_ends_nobody_s_session(server: LiveServer, people: People) -> None:
    tokens = (await people.sign_in("owner@clinic.example")).tokens
    head, _, signature = tokens.refresh_token.rpartition("_")
    invented = f"{head}_{signature[::-1]}"
    assert (await refused(refresh(server, invented))).reason == "CREDENTIAL_INVALID"
    await refresh(server, tokens.refresh_token)


async def test_of_two_refreshes_at_once_one_wins(server: LiveServer, people: People) -> None:
    tokens = (await people.sign_in("owner@clinic.example")).tokens
    answers = await asyncio.gather(
        *(refresh(server, tokens.refresh_token) for _ in range(8)), return_exceptions=True
    )
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1


async def test_signing_out_ends_the_session_and_its_tokens(server: LiveServer, people: People) -> None:
    tokens = (await people.sign_in("owner@clinic.example")).tokens
    await server.stubs.auth.SignOut(auth.SignOutRequest(refresh_token=tokens.refresh_token))
    assert (await refused(agents(server, tokens.access_token))).code == "UNAUTHENTICATED"
    assert (await refused(refresh(server, tokens.refresh_token))).code == "UNAUTHENTICATED"
    await server.stubs.auth.SignOut(auth.SignOutRequest(refresh_token=tokens.refresh_token))
    await server.stubs.auth.SignOut(auth.SignOutRequest(refresh_token="dbr_never_seen"))


async def test_changing_the_password_ends_the_other_sessions(server: LiveServer, people: People) -> None:
    here = (await people.sign_in("owner@clinic.example")).tokens
    request = auth.ChangePasswordRequest(current_password="wrong", new_password="a new one that is long")
    found = await refused(server.stubs.auth.ChangePassword(request, metadata=bearer(here.access_token)))
    assert (found.code, found.reason) == ("UNAUTHENTICATED", "SIGN_IN_FAILED")
    request.current_password = PASSWORD
    await server.stubs.auth.ChangePassword(request, metadata=bearer(here.access_token))
    await agents(server, here.access_token)
    assert (await refused(agents(server, people.credentials["owner"]))).code == "UNAUTHENTICATED"
    assert (await refused(people.sign_in("owner@clinic.example"))).reason == "SIGN_IN_FAILED"
    await people.sign_in("owner@clinic.example", "a new one that is long")


@pytest.mark.parametrize("what", ["role", "disabled", "password", "deleted"])
async def test_what_is_taken_from_a_user_counts_at_once(
    server: LiveServer, people: People, what: str
) -> None:
    name, md = people.names["manager"], people.metadata("owner")
    await agents(server, people.credentials["manager"])
    match what:
        case "role":
            user = identity_pb2.User(name=name, role=access_pb2.ROLE_ANALYST)
            request = us.UpdateUserRequest(user=user, update_mask={"paths": ["role"]})
            await server.stubs.users.UpdateUser(request, metadata=md)
        case "disabled":
            user = identity_pb2.User(name=name, disabled=True)
            request = us.UpdateUserRequest(user=user, update_mask={"paths": ["disabled"]})
            await server.stubs.users.UpdateUser(request, metadata=md)
        case "password":
            reset = us.ResetPasswordRequest(name=name, password="a new one that is long")
            await server.stubs.users.ResetPassword(reset, metadata=md)
        case "deleted":
            await server.stubs.users.DeleteUser(us.DeleteUserRequest(name=name), metadata=md)
    assert (await refused(agents(server, people.credentials["manager"]))).code == "UNAUTHENTICATED"


async def test_the_last_owner_stays(server: LiveServer, people: People) -> None:
    name, md = people.names["owner"], people.metadata("owner")
    demoted = us.UpdateUserRequest(
        user=identity_pb2.User(name=name, role=access_pb2.ROLE_ANALYST), update_mask={"paths": ["role"]}
    )
    disabled = us.UpdateUserRequest(
        user=identity_pb2.User(name=name, disabled=True), update_mask={"paths": ["disabled"]}
    )
    for request in (demoted, disabled):
        assert (await refused(server.stubs.users.UpdateUser(request, metadata=md))).reason == "LAST_OWNER"
    delete = us.DeleteUserRequest(name=name)
    assert (await refused(server.stubs.users.DeleteUser(delete, metadata=md))).reason == "LAST_OWNER"
    await people.add_user("owner", "second@clinic.example")
    owners = [name async for name in _owners(server)]
    answers = await asyncio.gather(
        *(
            server.stubs.users.DeleteUser(us.DeleteUserRequest(name=name), metadata=server.metadata)
            for name in owners
        ),
        return_exceptions=True,
    )
    assert len(owners) == 2
    assert sum(isinstance(answer, BaseException) for answer in answers) == 1


async def _owners(server: LiveServer) -> Any:
    listed = await server.stubs.users.ListUsers(
        us.ListUsersRequest(parent="tenants/clinic"), metadata=server.metadata
    )
    for user in listed.users:
        if user.role == access_pb2.ROLE_OWNER:
            yield user.name


async def test_an_operator_signs_in_without_a_tenant_and_acts_in_all(
    server: LiveServer, people: People
) -> None:
    created = await server.stubs.operators.CreateOperator(
        operator_service_pb2.CreateOperatorRequest(
            operator=operator_service_pb2.Operator(email="root@example.com"), password=PASSWORD
        ),
        metadata=server.metadata,
    )
    signed_in = await server.stubs.auth.SignIn(
        auth.SignInRequest(email="root@example.com", password=PASSWORD)
    )
    assert signed_in.user == created.operator.name
    assert signed_in.role == access_pb2.ROLE_PLATFORM_OPERATOR
    await agents(server, signed_in.tokens.access_token)
    tokens = (await refresh(server, signed_in.tokens.refresh_token)).tokens
    await server.stubs.operators.DeleteOperator(
        operator_service_pb2.DeleteOperatorRequest(name=created.operator.name), metadata=server.metadata
    )
    assert (await refused(agents(server, tokens.access_token))).code == "UNAUTHENTICATED"


async def test_signing_keys_rotate_and_can_be_forgotten(
    server: LiveServer,
    people: People,
    database: str,
    redis_url: str,
    secret_key: bytes,
    tmp_path: Any,
    script: Script,
) -> None:
    engines = scripted_engines(script)
    async with live_server(database, redis_url, secret_key, engines, tmp_path / "b") as other:
        tokens = (await people.sign_in("owner@clinic.example")).tokens
        await agents(other, tokens.access_token)  # one server's token is another's
        rotate = operator_service_pb2.RotateSigningKeyRequest()
        await server.stubs.operators.RotateSigningKey(rotate, metadata=server.metadata)
        await agents(server, tokens.access_token)
        newer = (await refresh(server, tokens.refresh_token)).tokens
        await asyncio.sleep(1.1)  # an unknown key id makes the store be asked once a second
        await agents(other, newer.access_token)
        rotate.forget_others = True
        await server.stubs.operators.RotateSigningKey(rotate, metadata=server.metadata)
        assert (await refused(agents(server, newer.access_token))).reason == "CREDENTIAL_INVALID"
        await agents(server, (await refresh(server, newer.refresh_token)).tokens.access_token)
