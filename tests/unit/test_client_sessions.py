"""Sessions of people: tokens are exchanged in time and once, and kept whole in the profile."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

import deskbell
from deskbell.profile_file import locked, read_profile, write_profile
from deskbell.session import Session, Tokens, replace_session
from deskbell.v1 import (
    access_pb2,
    auth_service_pb2,
    auth_service_pb2_grpc,
    tenant_service_pb2,
    tenant_service_pb2_grpc,
    voice_stream_service_pb2_grpc,
)
from deskbell.v1 import voice_stream_service_pb2 as voice

ANN = "tenants/a/users/ann"


class Server:
    """One session: which tokens there are, and what came with which."""

    def __init__(self) -> None:
        self.address = ""
        self.generation = 1
        self.life = timedelta(minutes=10)
        self.exchanged: list[str] = []
        self.refused_exchanges = 0
        self.used_twice = False
        self.accepted: list[str] = []
        self.signed_out: list[str] = []
        self.renewals: list[str] = []
        self.exchanging = asyncio.Event()
        self.may_exchange = asyncio.Event()
        self.may_exchange.set()

    def tokens(self) -> auth_service_pb2.SessionTokens:
        """The newest."""
        made = auth_service_pb2.SessionTokens(
            access_token=f"access-{self.generation}", refresh_token=f"refresh-{self.generation}"
        )
        made.access_expire_time.FromDatetime(datetime.now(UTC) + self.life)
        made.refresh_expire_time.FromDatetime(datetime.now(UTC) + timedelta(days=30))
        return made

    async def sign_in(self, request: Any, context: Any) -> auth_service_pb2.SignInResponse:
        if request.password != "right":
            await refuse(context, "SIGN_IN_FAILED")
        return auth_service_pb2.SignInResponse(tokens=self.tokens(), user=ANN, role=access_pb2.ROLE_OWNER)

    async def refresh(self, request: Any, context: Any) -> auth_service_pb2.RefreshSessionResponse:
        self.exchanged.append(request.refresh_token)
        self.exchanging.set()
        await self.may_exchange.wait()
        await asyncio.sleep(0.05)
        if request.refresh_token != f"refresh-{self.generation}" or self.refused_exchanges:
            self.used_twice = True
            await refuse(context, "CREDENTIAL_INVALID")
        self.generation += 1
        return auth_service_pb2.RefreshSessionResponse(tokens=self.tokens())

    async def sign_out(self, request: Any, context: Any) -> auth_service_pb2.SignOutResponse:
        self.signed_out.append(request.refresh_token)
        return auth_service_pb2.SignOutResponse()

    async def get_tenant(self, request: Any, context: Any) -> tenant_service_pb2.GetTenantResponse:
        credential = await self._check(context)
        self.accepted.append(credential)
        return tenant_service_pb2.GetTenantResponse()

    async def list_tenants(self, request: Any, context: Any) -> tenant_service_pb2.ListTenantsResponse:
        self.accepted.append(await self._check(context))
        return tenant_service_pb2.ListTenantsResponse()

    async def voice_stream(self, requests: Any, context: Any) -> AsyncIterator[voice.VoiceStreamResponse]:
        async for request in requests:
            match request.WhichOneof("message"):
                case "start":
                    yield voice.VoiceStreamResponse(event_seq=1, started=voice.CallStarted())
                    yield voice.VoiceStreamResponse(
                        event_seq=2, credential_expiring=voice.CredentialExpiring()
                    )
                case "renew":
                    self.renewals.append(request.renew.credential)
                    yield voice.VoiceStreamResponse(event_seq=3, credential_renewed=voice.CredentialRenewed())
        yield voice.VoiceStreamResponse(event_seq=4, ended=voice.CallEnded())

    async def _check(self, context: Any) -> str:
        credential = dict(context.invocation_metadata())["authorization"].removeprefix("Bearer ")
        if credential != f"access-{self.generation}":
            await refuse(context, "CREDENTIAL_EXPIRED")
        return str(credential)


async def refuse(context: Any, reason: str) -> None:
    """Ends the rpc with UNAUTHENTICATED, as the server does."""
    packed = any_pb2.Any()
    packed.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="deskbell"))
    status = status_pb2.Status(
        code=grpc.StatusCode.UNAUTHENTICATED.value[0], message="not so", details=[packed]
    )
    await context.abort_with_status(rpc_status.to_status(status))


def servicer(kind: Any, **methods: Any) -> Any:
    """One with these methods; the others are unimplemented."""
    made = kind()
    for name, method in methods.items():
        setattr(made, name, method)
    return made


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A profile file of the test's own; there is none yet."""
    for name in ("DESKBELL_SERVER", "DESKBELL_AGENT", "DESKBELL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "deskbell" / "profile.json"
    monkeypatch.setenv("DESKBELL_PROFILE", str(path))
    return path


@pytest.fixture
async def server(profile: Path) -> AsyncIterator[Server]:
    scripted, listening = Server(), grpc.aio.server()
    auth_service_pb2_grpc.add_AuthServiceServicer_to_server(
        servicer(
            auth_service_pb2_grpc.AuthServiceServicer,
            SignIn=scripted.sign_in,
            RefreshSession=scripted.refresh,
            SignOut=scripted.sign_out,
        ),
        listening,
    )
    tenant_service_pb2_grpc.add_TenantServiceServicer_to_server(
        servicer(
            tenant_service_pb2_grpc.TenantServiceServicer,
            GetTenant=scripted.get_tenant,
            ListTenants=scripted.list_tenants,
        ),
        listening,
    )
    voice_stream_service_pb2_grpc.add_VoiceStreamServiceServicer_to_server(
        servicer(voice_stream_service_pb2_grpc.VoiceStreamServiceServicer, VoiceStream=scripted.voice_stream),
        listening,
    )
    scripted.address = f"127.0.0.1:{listening.add_insecure_port('127.0.0.1:0')}"
    await listening.start()
    yield scripted
    await listening.stop(None)


async def sign_in(server: Server, profile: Path, *, expired: bool = False) -> Session:
    """A session in the profile, as `deskbell login` leaves it."""
    tokens = Tokens.of(server.tokens())
    if expired:
        tokens = Tokens(
            tokens.access_token,
            datetime.now(UTC) + timedelta(seconds=20),
            tokens.refresh_token,
            tokens.refresh_expires_at,
        )
    session = Session(server.address, ANN, "OWNER", tokens)
    await replace_session(profile, session)
    return session


async def cli(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """The `deskbell` command; the server runs in this very loop."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "deskbell",
        *arguments,
        env={**os.environ, "COLUMNS": "200"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate(stdin.encode())
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_token_that_expires_soon_is_exchanged_once_for_all(server: Server, profile: Path) -> None:
    await sign_in(server, profile, expired=True)
    async with deskbell.Client() as client:
        await asyncio.gather(*(client.tenants.get("a") for _ in range(20)))
    assert server.exchanged == ["refresh-1"]
    assert server.accepted == ["access-2"] * 20
    assert read_profile(profile)["session"]["refresh_token"] == "refresh-2"


async def test_a_token_that_the_server_calls_expired_is_exchanged_once(server: Server, profile: Path) -> None:
    await sign_in(server, profile)
    server.generation = 2
    kept = read_profile(profile)
    kept["session"]["refresh_token"] = "refresh-2"
    write_profile(profile, kept)
    async with deskbell.Client() as client:
        await asyncio.gather(*(client.tenants.get("a") for _ in range(5)))
    assert server.exchanged == ["refresh-2"]
    assert server.accepted == ["access-3"] * 5


async def test_processes_at_once_exchange_once(server: Server, profile: Path) -> None:
    await sign_in(server, profile, expired=True)
    ended = await asyncio.gather(*(cli("tenants", "list") for _ in range(4)))
    assert [code for code, _, _ in ended] == [0] * 4, ended
    assert server.exchanged == ["refresh-1"]
    assert not server.used_twice
    assert server.accepted == ["access-2"] * 4
    assert not [left for left in profile.parent.iterdir() if left.name.startswith(".")]


async def test_who_is_cancelled_in_the_exchange_does_not_lose_it(server: Server, profile: Path) -> None:
    await sign_in(server, profile, expired=True)
    server.may_exchange.clear()
    async with deskbell.Client() as client:
        asking = asyncio.create_task(client.tenants.get("a"))
        await server.exchanging.wait()
        asking.cancel()
        await asyncio.sleep(0.05)
        assert not asking.done()
        server.may_exchange.set()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert read_profile(profile)["session"]["refresh_token"] == "refresh-2"
        await client.tenants.get("a")
    assert server.exchanged == ["refresh-1"]


async def test_a_clock_that_is_wrong_does_not_exchange_for_each_request(
    server: Server, profile: Path
) -> None:
    server.life = timedelta(seconds=-100)  # as a clock sees it that is fast
    await sign_in(server, profile)
    async with deskbell.Client() as client:
        for _ in range(5):
            await client.tenants.get("a")
    assert server.exchanged == ["refresh-1"]


async def test_a_session_that_is_over_is_said(server: Server, profile: Path) -> None:
    await sign_in(server, profile, expired=True)
    server.refused_exchanges = 1
    async with deskbell.Client() as client:
        with pytest.raises(deskbell.Unauthenticated) as over:
            await client.tenants.get("a")
        assert "deskbell login" in over.value.advice
        await replace_session(profile, None)
        with pytest.raises(deskbell.Unauthenticated, match="signed out on this machine"):
            await client.tenants.get("a")
    assert len(server.exchanged) == 1


async def test_a_session_in_memory(server: Server, profile: Path) -> None:
    async with deskbell.Client(server.address, anonymous=True) as client:
        with pytest.raises(deskbell.ProfileError, match="sign in"):
            await client.tenants.get("a")
        with pytest.raises(deskbell.Unauthenticated) as wrong:
            await client.auth.sign_in("a", "ann@example.com", "wrong")
        assert wrong.value.reason == "SIGN_IN_FAILED"
        server.life = timedelta(seconds=10)
        client.use((await client.auth.sign_in("a", "ann@example.com", "right")).tokens)
        server.life = timedelta(minutes=10)
        await asyncio.gather(*(client.tenants.get("a") for _ in range(5)))
    assert server.exchanged == ["refresh-1"]
    assert not profile.exists()


async def test_a_call_renews_the_credential_of_who_is_signed_in(server: Server, profile: Path) -> None:
    await sign_in(server, profile)
    kinds = []
    async with deskbell.Client() as client, client.call("a/desk") as call:
        async for event in call:
            kinds.append(event.WhichOneof("event"))
            if kinds[-1] == "credential_renewed":
                await call.half_close()
    assert kinds == ["started", "credential_expiring", "credential_renewed", "ended"]
    assert server.renewals == ["access-2"]
    assert read_profile(profile)["session"]["access_token"] == "access-2"


async def test_a_call_with_a_key_is_renewed_by_hand(server: Server, profile: Path) -> None:
    async with deskbell.Client(server.address, "token-1") as client, client.call("a/desk") as call:
        async for event in call:
            match event.WhichOneof("event"):
                case "credential_expiring":
                    await call.renew("token-2")
                case "credential_renewed":
                    await call.half_close()
    assert server.renewals == ["token-2"]


async def test_a_call_whose_credential_cannot_be_renewed_goes_on(server: Server, profile: Path) -> None:
    await sign_in(server, profile)
    server.refused_exchanges = 1
    async with deskbell.Client() as client, client.call("a/desk") as call:
        assert (await anext(call)).HasField("started")
        assert (await anext(call)).HasField("credential_expiring")
        while not server.exchanged:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        await call.half_close()
        assert (await anext(call)).HasField("ended")


async def test_signing_in_and_out_with_the_command(server: Server, profile: Path) -> None:
    write_profile(profile, {"server": "127.0.0.1:9", "agent": "a/desk", "api_key": "kept", "tls_ca": ""})
    base = ("login", "--server", server.address, "--tenant", "a", "--email", "ann@example.com")
    code, out, err = await cli(*base, "--password-stdin", stdin="wrong\n")
    assert (code, out) == (1, "")
    assert "SIGN_IN_FAILED" in err
    code, out, err = await cli(*base, stdin="right\n")
    assert (code, "--password-stdin" in err) == (2, True), err
    assert "session" not in read_profile(profile)
    code, out, err = await cli(*base, "--password-stdin", stdin="right\n")
    assert (code, ANN in out, "owner" in out) == (0, True, True), err
    kept = read_profile(profile)
    assert (kept["api_key"], kept["server"], kept["agent"]) == ("kept", "127.0.0.1:9", "a/desk")
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600
    code, out, err = await cli("tenants", "list")
    assert code == 0, err
    assert server.accepted == ["access-1"]
    code, out, err = await cli("whoami", "--json")
    assert json.loads(out)["user"] == ANN
    code, out, err = await cli("whoami", "--server", "127.0.0.1:9")
    assert "the profile" in out
    assert "access-1" not in out + err
    code, out, err = await cli(*base, "--password-stdin", stdin="right\n")
    assert server.signed_out == ["refresh-1"]
    code, out, err = await cli("logout")
    assert (code, ANN in out) == (0, True), err
    assert read_profile(profile) == {name: value for name, value in kept.items() if name != "session"}
    assert (await cli("logout"))[0] == 2


async def test_logging_out_where_nobody_answers_forgets_the_tokens(server: Server, profile: Path) -> None:
    session = await sign_in(server, profile)
    gone = Session("127.0.0.1:1", session.user, session.role, session.tokens)
    await replace_session(profile, gone)
    code, _, err = await cli("logout")
    assert (code, "forgotten here" in err) == (1, True), err
    assert "session" not in read_profile(profile)


def test_tokens_go_to_their_server_only(profile: Path) -> None:
    future = datetime.now(UTC) + timedelta(days=1)
    session = Session("desk.example.com:443", ANN, "OWNER", Tokens("access", future, "refresh", future))
    write_profile(profile, {"session": session.written()})
    found = deskbell.load_profile()
    assert (found.server, found.session, found.api_key) == (session.server, session, "")
    assert "refresh" not in repr(found).replace("refresh_expires_at", "")
    with pytest.raises(deskbell.ProfileError, match=r"no credential for 127\.0\.0\.1:7"):
        deskbell.load_profile("127.0.0.1:7")
    write_profile(profile, {"session": session.written(), "api_key": "kept"})
    assert deskbell.load_profile("127.0.0.1:7").api_key == "kept"
    given = deskbell.load_profile(api_key="given")
    assert (given.api_key, given.session, given.server) == ("given", None, session.server)


@pytest.mark.parametrize("session", ["x", {}, {"server": "x"}, {"access_expires_at": "2030-01-01"}])
def test_a_session_that_cannot_be_read(profile: Path, session: Any) -> None:
    write_profile(profile, {"session": session})
    with pytest.raises(deskbell.ProfileError, match="deskbell login"):
        deskbell.load_profile()
    assert deskbell.load_profile(credential_needed=False).session is None


def test_a_profile_is_written_whole_or_not_at_all(profile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_profile(profile, {"api_key": "before"})
    profile.chmod(0o644)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(deskbell.ProfileError, match="No space"):
            write_profile(profile, {"api_key": "after"})
    assert read_profile(profile) == {"api_key": "before"}
    assert [path.name for path in profile.parent.iterdir()] == [profile.name]
    link = profile.with_name("link.json")
    link.symlink_to(profile)
    write_profile(link, {"api_key": "after"})
    assert link.is_symlink()
    assert read_profile(profile) == {"api_key": "after"}
    assert stat.S_IMODE(profile.stat().st_mode) == 0o600


async def test_the_lock_is_let_go_of(profile: Path) -> None:
    order = []

    async def hold(name: str) -> None:
        async with locked(profile):
            order.append(f"{name} in")
            await asyncio.sleep(0.05)
            order.append(f"{name} out")

    await asyncio.gather(hold("a"), hold("b"))
    assert order[0][0] == order[1][0] != order[2][0]
    async with locked(profile):
        waiting = asyncio.create_task(hold("c"))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await asyncio.wait_for(hold("d"), 1.0)
