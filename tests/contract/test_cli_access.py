"""The `deskbell` command against the live server: people, sessions, keys, client tokens, quotas, the audit log."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import select
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import deskbell
from deskbell.profile_file import read_profile, write_profile
from deskbell.v1 import identity_pb2, tenant_pb2
from tests.support.live_server import KEY, LiveServer

PASSWORD = "correct horse battery"
COMMAND = Path(sys.executable).parent / "deskbell"


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def messages(self) -> list[Any]:
        """What `--json` printed."""
        assert self.code == 0, self.err
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Awaitable[Run]]


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DESKBELL_SERVER", "DESKBELL_AGENT", "DESKBELL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "profile.json"
    monkeypatch.setenv("DESKBELL_PROFILE", str(path))
    return path


@pytest.fixture
def cli(server: LiveServer, profile: Path) -> Cli:
    """Runs the command with nobody's profile; `key` is the credential, none by default."""
    environment = {**os.environ, "COLUMNS": "300", "DESKBELL_SERVER": server.address}

    async def run(*arguments: str | Path, stdin: str = "", key: str = "") -> Run:
        process = await asyncio.create_subprocess_exec(
            COMMAND,
            *arguments,
            env={**environment, "DESKBELL_API_KEY": key},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        out, err = await process.communicate(stdin.encode())
        ended = Run(process.returncode or 0, out.decode(), err.decode())
        assert PASSWORD not in ended.out + ended.err
        assert "Traceback" not in ended.err, ended.err
        return ended

    return run


async def make_user(cli: Cli, email: str, role: str, tenant: str = "clinic") -> str:
    """Makes one with the usual password; returns its name."""
    made = await cli(
        *("users", "create", tenant, "--email", email, "--role", role, "--password-stdin", "--json"),
        stdin=f"{PASSWORD}\n",
        key=KEY,
    )
    return str(made.messages[0]["name"])


async def sign_in(cli: Cli, email: str, password: str = PASSWORD, tenant: str = "clinic") -> Run:
    return await cli("login", "--tenant", tenant, "--email", email, "--password-stdin", stdin=f"{password}\n")


async def test_a_person_signs_in_works_and_signs_out(server: LiveServer, cli: Cli, profile: Path) -> None:
    await server.make_tenant()
    await server.make_tenant("other")
    ann = await make_user(cli, "ann@clinic.example", "owner")
    refused = await sign_in(cli, "ann@clinic.example", "not the password")
    assert (refused.code, refused.out) == (1, "")
    assert "SIGN_IN_FAILED" in refused.err
    assert not profile.exists() or "session" not in read_profile(profile)
    signed_in = await sign_in(cli, "ann@clinic.example")
    assert signed_in.code == 0, signed_in.err
    assert ann in signed_in.out
    for secret in ("access_token", "refresh_token"):
        assert read_profile(profile)["session"][secret] not in signed_in.out + signed_in.err
    assert ann in (await cli("whoami")).out
    assert (await cli("tenants", "get", "clinic")).code == 0
    elsewhere = await cli("tenants", "get", "other")
    assert elsewhere.code == 1
    assert "PERMISSION_DENIED" in elsewhere.err
    assert "deskbell whoami" in elsewhere.err
    old = read_profile(profile)
    assert (await cli("logout")).code == 0
    assert (await cli("tenants", "get", "clinic")).code == 2
    write_profile(profile, old)  # somebody has a copy
    copied = await cli("tenants", "get", "clinic")
    assert copied.code == 1
    assert "CREDENTIAL_INVALID" in copied.err


async def test_commands_at_once_share_a_session(server: LiveServer, cli: Cli, profile: Path) -> None:
    await server.make_tenant()
    await make_user(cli, "ann@clinic.example", "owner")
    await sign_in(cli, "ann@clinic.example")
    for _ in range(2):
        kept = read_profile(profile)
        kept["session"]["access_expires_at"] = "2020-01-01T00:00:00+00:00"
        write_profile(profile, kept)
        ended = await asyncio.gather(*(cli("tenants", "get", "clinic") for _ in range(4)))
        assert [run.code for run in ended] == [0] * 4, ended
        assert read_profile(profile)["session"]["refresh_token"] != kept["session"]["refresh_token"]


async def test_a_password_is_changed_and_asked_for_without_an_echo(
    server: LiveServer, cli: Cli, profile: Path
) -> None:
    await server.make_tenant()
    ann = await make_user(cli, "ann@clinic.example", "owner")
    await sign_in(cli, "ann@clinic.example")
    another = "another horse battery"
    wrong = await cli("password", "--password-stdin", stdin=f"wrong\n{another}\n")
    assert (wrong.code, "SIGN_IN_FAILED" in wrong.err) == (1, True), wrong.err
    short = await cli("password", "--password-stdin", stdin=f"{PASSWORD}\nshort\n")
    assert (short.code, "new_password" in short.err) == (1, True), short.err
    changed = await cli("password", "--password-stdin", stdin=f"{PASSWORD}\n{another}\n")
    assert changed.code == 0, changed.err
    assert (await cli("tenants", "get", "clinic")).code == 0  # the session that did it goes on
    assert (await sign_in(cli, "ann@clinic.example")).code == 1
    reset = await cli("users", "reset-password", ann, "--password-stdin", stdin=f"{PASSWORD}\n", key=KEY)
    assert reset.code == 0, reset.err
    ended = await cli("tenants", "get", "clinic")
    assert (ended.code, "deskbell login" in ended.err) == (1, True), ended.err

    def at_a_terminal() -> str:
        """Types the password when asked; returns everything that the terminal showed."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [COMMAND, "login", "--tenant", "clinic", "--email", "ann@clinic.example"],
            env={**os.environ, "DESKBELL_SERVER": server.address},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        shown = b""
        try:
            # The prompt's last character comes when the echo is off; what is typed before is thrown away.
            while not shown.endswith(b"Password: ") and select.select([ours], [], [], 30.0)[0]:
                shown += os.read(ours, 1000)
            os.write(ours, f"{PASSWORD}\n".encode())
            while select.select([ours], [], [], 30.0)[0]:
                shown += os.read(ours, 1000)
        except OSError:
            pass  # the command has ended
        finally:
            os.close(ours)
        assert process.wait(timeout=30) == 0, shown
        return shown.decode()

    assert PASSWORD not in await asyncio.to_thread(at_a_terminal)
    assert (await cli("tenants", "get", "clinic")).code == 0


async def test_people_are_managed(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    ann = await make_user(cli, "ann@clinic.example", "owner")
    bob = await make_user(cli, "bob@clinic.example", "analyst")
    listed = await cli("users", "list", "clinic", "--json", key=KEY)
    assert {user["name"] for user in listed.messages} == {ann, bob}
    assert "bob@clinic.example" in (await cli("users", "list", "clinic", key=KEY)).out
    short = bob.replace("tenants/", "").replace("/users", "")
    promoted = await cli("users", "update", short, "--role", "manager", "--name", "Bob", "--json", key=KEY)
    assert promoted.messages[0]["role"] == "ROLE_MANAGER"
    assert "manager" in (await cli("users", "get", short, key=KEY)).out
    assert (await cli("users", "update", short, "--disable", key=KEY)).code == 0
    assert (await sign_in(cli, "bob@clinic.example")).code == 1
    assert (await cli("users", "update", short, "--enable", key=KEY)).code == 0
    assert (await sign_in(cli, "bob@clinic.example")).code == 0
    assert (await cli("users", "list", "clinic")).code == 1  # a manager may not
    last = await cli("users", "delete", ann, "--yes", key=KEY)
    assert (last.code, "LAST_OWNER" in last.err) == (1, True), last.err
    assert (await cli("users", "delete", short, "--yes", key=KEY)).code == 0
    assert (await cli("users", "get", short, key=KEY)).code == 1
    taken = await cli(
        *("users", "create", "clinic", "--email", "ANN@clinic.example", "--role", "owner"),
        "--password-stdin",
        stdin=f"{PASSWORD}\n",
        key=KEY,
    )
    assert (taken.code, "ALREADY_EXISTS" in taken.err) == (1, True), taken.err


async def test_keys_are_made_rotated_and_revoked(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    made = await cli(
        *("keys", "create", "clinic", "--name", "site", "--scope", "tenant-read", "--scope", "chat"),
        *("--expires-in", "7d", "--secret-only"),
        key=KEY,
    )
    assert made.code == 0, made.err
    secret = made.out.strip()
    assert made.out == f"{secret}\n"
    assert (await cli("tenants", "get", "clinic", key=secret)).code == 0
    denied = await cli("agents", "list", "clinic", key=secret)
    assert (denied.code, "PERMISSION_DENIED" in denied.err) == (1, True), denied.err
    assert secret not in (await cli("whoami", key=secret)).out
    listed = await cli("keys", "list", "clinic", "--json", key=KEY)
    name = listed.messages[0]["name"]
    assert name in (await cli("whoami", key=secret)).out
    assert "site" in (await cli("keys", "list", "clinic", key=KEY)).out
    rotated = await cli("keys", "rotate", name, "--overlap", "1h", "--json", key=KEY)
    fresh = rotated.messages[0]["secret"]
    assert rotated.messages[0]["apiKey"]["previousSecretExpireTime"]
    for works in (secret, fresh):
        assert (await cli("tenants", "get", "clinic", key=works)).code == 0
    assert (await cli("keys", "revoke", name, key=KEY)).code == 1  # asked, and nobody there to say yes
    assert (await cli("keys", "revoke", name, "--yes", key=KEY)).code == 0
    for dead in (secret, fresh):
        refused = await cli("tenants", "get", "clinic", key=dead)
        assert (refused.code, "CREDENTIAL_INVALID" in refused.err) == (1, True), refused.err
        assert dead not in refused.err
    assert "revoked" in (await cli("keys", "list", "clinic", key=KEY)).out
    for wrong in (("--scope", "everything"), ("--scope", "chat", "--expires-in", "soon")):
        asked = await cli("keys", "create", "clinic", "--name", "x", *wrong, key=KEY)
        assert asked.code == 2, asked.err


async def test_a_phone_gets_a_token_for_its_agent(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    minted = await cli(
        *("tokens", "mint", "clinic/desk", "--ttl", "5m", "--caller-id", "ann", "--secret-only"), key=KEY
    )
    secret = minted.out.strip()
    chatted = await cli(*("chat", "-m", "When are you open?", "--agent", "clinic/desk", "--json"), key=secret)
    conversation = chatted.messages[0]["started"]["conversation"]
    found = await cli("conversations", "list", "clinic", "--json", key=KEY)
    assert found.messages[0]["callerId"] == "ann"
    assert found.messages[0]["name"] == conversation
    assert (await cli("agents", "list", "clinic", key=secret)).code == 1
    listed = await cli("tokens", "list", "clinic", "--json", key=KEY)
    assert "ann" in (await cli("tokens", "list", "clinic", key=KEY)).out
    assert (await cli("tokens", "revoke", listed.messages[0]["name"], key=KEY)).code == 0
    assert (await cli("chat", "-m", "Hello?", "--agent", "clinic/desk", key=secret)).code == 1
    too_long = await cli("tokens", "mint", "clinic/desk", "--ttl", "1d", key=KEY)
    assert (too_long.code, "ttl" in too_long.err) == (1, True), too_long.err


async def test_usage_quota_and_the_erasure_of_a_caller(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    async with deskbell.Client(server.address, KEY, agent="clinic/desk") as client:
        async for _ in client.chat.send("When are you open?", caller_id="ann"):
            pass
    used = await cli("tenants", "usage", "clinic", "--json", key=KEY)
    assert "quota" in used.messages[0]
    assert "minutes of calls" in (await cli("tenants", "usage", "clinic", key=KEY)).out
    changed = await cli("tenants", "quota", "clinic", "--concurrent-calls", "3", "--json", key=KEY)
    assert changed.messages[0]["concurrentCalls"] == 3
    assert "concurrent calls" in (await cli("tenants", "quota", "clinic", key=KEY)).out
    policy = await cli(
        *("tenants", "update", "clinic", "--phone-numbers", "mask", "--transcript-days", "30", "--json"),
        *("--reservation-days", "90"),
        key=KEY,
    )
    assert policy.messages[0]["redaction"]["phoneNumbers"] == "HANDLING_MASK"
    assert policy.messages[0]["retention"] == {"transcriptDays": 30, "reservationDays": 90}
    await make_user(cli, "ann@clinic.example", "owner")
    await sign_in(cli, "ann@clinic.example")
    assert (await cli("tenants", "quota", "clinic", "--concurrent-calls", "9")).code == 1  # operators only
    receipt = (await cli("tenants", "erase-caller", "clinic", "ann", "--yes", "--json")).messages[0]
    assert any(int(row.get("count", 0)) for row in receipt["erased"])
    again = await cli("tenants", "erase-caller", "clinic", "ann", "--yes")
    assert again.code == 0, again.err


async def test_the_audit_log_tells_who_did_what(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    ann = await make_user(cli, "ann@clinic.example", "owner")
    await sign_in(cli, "ann@clinic.example")
    await cli("agents", "update", "clinic/desk", "--greeting", "Good morning")
    entries = (await cli("audit", "clinic", "--actor", ann, "--json")).messages
    changed = next(entry for entry in entries if entry["method"].endswith("/UpdateAgent"))
    assert changed["actor"] == ann
    assert changed["resource"] == "tenants/clinic/agents/desk"
    uuid.UUID(changed["requestId"])
    shown = await cli("audit", "clinic", "--limit", "1")
    assert (shown.code, len(shown.out.splitlines())) == (0, 2)


async def test_a_repeat_is_told_and_a_change_of_something_changed_is_refused(
    server: LiveServer, profile: Path
) -> None:
    await server.make_tenant()
    async with deskbell.Client(server.address, KEY) as client:
        request_id = str(uuid.uuid4())
        key = identity_pb2.ApiKey(display_name="x", scopes=["SCOPE_CHAT"])
        first = await client.auth.create_api_key("clinic", key, request_id=request_id)
        again = await client.auth.create_api_key("clinic", key, request_id=request_id)
        assert again.api_key.name == first.api_key.name
        assert len([key async for key in client.auth.list_api_keys("clinic")]) == 1
        with pytest.raises(deskbell.InvalidRequest) as reused:
            await client.auth.create_api_key(
                "clinic", identity_pb2.ApiKey(display_name="y", scopes=["SCOPE_CHAT"]), request_id=request_id
            )
        assert reused.value.reason == "REQUEST_ID_REUSED"
        tenant = await client.tenants.get("clinic")
        await client.tenants.update(tenant_pb2.Tenant(name=tenant.name, industry="dentist"), "industry")
        tenant.industry = "vet"
        with pytest.raises(deskbell.Conflict) as conflict:
            await client.tenants.update(tenant, "industry")
        assert conflict.value.reason == "ETAG_MISMATCH"


async def test_a_call_goes_on_with_another_client_token(server: LiveServer, profile: Path) -> None:
    await server.make_tenant()
    async with deskbell.Client(server.address, KEY) as desk:

        async def token() -> str:
            minted = await desk.auth.mint_client_token(
                "clinic/desk", ttl=timedelta(seconds=50), caller_id="ann"
            )
            return minted.secret

        kinds = []
        async with (
            deskbell.Client(server.address, await token()) as phone,
            phone.call("clinic/desk") as call,
        ):
            async for event in call:
                kinds.append(event.WhichOneof("event"))
                if kinds[-1] == "credential_expiring" and "credential_renewed" not in kinds:
                    await call.renew(await token())
                elif kinds[-1] == "credential_renewed":
                    await call.half_close()
    assert "credential_renewed" in kinds
    assert "error" not in kinds
    assert kinds[-1] == "ended"


async def test_an_operator_runs_the_server(server: LiveServer, cli: Cli) -> None:
    made = await cli(
        "operators", "create", "--email", "root@example.com", "--password-stdin", stdin=PASSWORD, key=KEY
    )
    assert made.code == 0, made.err
    signed_in = await cli("login", "--email", "root@example.com", "--password-stdin", stdin=PASSWORD)
    assert signed_in.code == 0, signed_in.err
    assert (await cli("tenants", "list")).code == 0
    rotated = await cli("operators", "rotate-signing-key", "--forget-others", "--json")
    assert rotated.messages[0]["keyId"]
    # The access token was forgotten; the session is not, and gives another one.
    assert (await cli("tenants", "list")).code == 0
    (operator,) = (await cli("operators", "list", "--json", key=KEY)).messages
    assert operator["email"] == "root@example.com"
    deleted = await cli("operators", "delete", operator["name"], "--yes", key=KEY)
    assert deleted.code == 0, deleted.err
    assert "CREDENTIAL_INVALID" in (await cli("tenants", "list")).err
