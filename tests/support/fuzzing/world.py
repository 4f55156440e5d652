"""A server in a process of its own, whose output is read, and those who call it.

`python -m tests.support.fuzzing.world` is that process: so all it writes, whoever writes it (structlog, asyncio,
grpc's C core), can be searched, and its logs are set up as the product's are.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import asyncpg
import grpc
import prometheus_client
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from redis import Redis

from deskbell.v1 import (
    access_pb2,
    agent_pb2,
    agent_service_pb2,
    auth_service_pb2,
    booking_pb2,
    catalog_service_pb2,
    chat_service_pb2,
    identity_pb2,
    knowledge_service_pb2,
    reservation_service_pb2,
    tenant_pb2,
    tenant_service_pb2,
    user_service_pb2,
)
from deskbell_server.observability.logs import configure_logging
from deskbell_server.privacy.scrubbing import scrub
from tests.support.booking import at, soon
from tests.support.fuzzing.planted import (
    _GRPC_WROTE,
    _TROUBLE,
    API_KEY,
    CANARIES,
    CONVERSATION_ID,
    GRPC_TOLD,
    KEY_ID,
    OTHER,
    OWNER_EMAIL,
    OWNER_PASSWORD,
    PARENT,
    PHONES,
    REFRESH,
    RESERVATION_ID,
    TENANT,
    TOKEN_ID,
    USER_ID,
    WORDS,
    planted,
)
from tests.support.fuzzing.rpcs import Rpc, rpc_named
from tests.support.live_server import KEY, live_server, refusal, refusal_of
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines


@dataclass(frozen=True)
class Outcome:
    """How an rpc ended."""

    code: grpc.StatusCode
    details: str
    error: Any
    responses: tuple[bytes, ...]

    @property
    def ok(self) -> bool:
        return self.error is None


@dataclass(repr=False)
class World:
    """The server's process, a channel to it, and one credential of each kind."""

    folder: Path
    process: subprocess.Popen[bytes]
    database_url: str
    redis: Redis
    address: str
    metrics_url: str
    channel: grpc.Channel
    credentials: dict[str, str] = field(default_factory=dict)
    refresh_token: str = ""
    real: dict[bytes, bytes] = field(default_factory=dict)
    """What stands in for an id, and the id."""
    secrets: set[str] = field(default_factory=lambda: {KEY, OWNER_PASSWORD})
    """Every real secret that there was, which no log may hold either."""
    _read: int = 0

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Hypothesis prints the arguments of a test that fails."""
        printer.text("world")

    def metadata(self, actor: str) -> tuple[tuple[str, str], ...]:
        """An actor's credential."""
        return () if actor == "nobody" else (("authorization", f"Bearer {self.credentials[actor]}"),)

    def send(
        self, rpc: Rpc, contents: Sequence[bytes], metadata: Any, timeout: float = 20.0, limit: int = 60
    ) -> Outcome:
        """Calls an rpc with these bytes. A stream of responses is given up after `limit` of them."""
        requests = [self._with_real_ids(content) for content in contents]
        make: Any = {
            (False, False): self.channel.unary_unary,
            (False, True): self.channel.unary_stream,
            (True, False): self.channel.stream_unary,
            (True, True): self.channel.stream_stream,
        }[rpc.client_streaming, rpc.server_streaming]
        argument = iter(requests) if rpc.client_streaming else requests[0]
        responses: list[bytes] = []
        try:
            answer = make(rpc.path)(argument, metadata=metadata, timeout=timeout)
            if rpc.server_streaming:
                for response in answer:
                    responses.append(response)
                    if len(responses) == limit:
                        answer.cancel()
                        break
            else:
                responses.append(answer)
        except grpc.RpcError as error:
            known: Any = error
            return Outcome(known.code(), known.details() or "", known, tuple(responses))
        return Outcome(grpc.StatusCode.OK, "", None, tuple(responses))

    def call(self, name: str, request: Message, actor: str = "bootstrap") -> Any:
        """A request that must succeed; its first response."""
        rpc = rpc_named(name)
        self.forget_limits()
        outcome = self.send(rpc, [request.SerializeToString()], self.metadata(actor))
        assert outcome.ok, f"{name}: {outcome.code} {outcome.details}"
        return GetMessageClass(rpc.response).FromString(outcome.responses[0])

    def _with_real_ids(self, content: bytes) -> bytes:
        # Whole secrets before the ids that are part of them.
        for stand_in, real in sorted(self.real.items(), key=lambda pair: -len(pair[0])):
            content = content.replace(stand_in, real)
        return content

    # -- what must be true whatever was sent

    def examine(self, outcome: Outcome, rpc: Rpc, *, grpc_may: bool = False) -> None:
        """No defect, no refusal without its reason, no secret in it or in what was written meanwhile. `grpc_may`:
        the request was none, which grpc itself may have refused in its own way (GRPC_TOLD)."""
        if grpc_may and outcome.code is grpc.StatusCode.UNKNOWN:
            assert outcome.details.startswith(f"{GRPC_TOLD}'{rpc.request.full_name}'"), outcome.details
            assert not self.leaks(outcome.details)
        elif outcome.error is not None:
            assert outcome.code not in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN}, (
                f"{outcome.code} {outcome.details}\n{self.output()[self._read :][-6000:]}"
            )
            told = [outcome.details]
            told += [_text(value) for _, value in outcome.error.trailing_metadata() or ()]
            assert not [found for text in told for found in self.leaks(text)], "a secret in the status"
            refusal(outcome.error)
        for response in outcome.responses:
            message: Any = GetMessageClass(rpc.response).FromString(response)
            if "error" in message.DESCRIPTOR.fields_by_name and message.HasField("error"):
                found = refusal_of(message.error.status)
                assert found.code not in {"INTERNAL", "UNKNOWN"}, message
                assert not self.leaks(str(message.error)), "a secret in an error of the stream"
        self.check_output()

    def leaks(self, text: str | bytes) -> list[str]:
        """What a text holds that it must not."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        return [*planted(text), *(secret for secret in self.secrets if secret in text)]

    def output(self) -> str:
        """All that the process has written."""
        return (self.folder / "output").read_text(errors="replace")

    def check_output(self) -> None:
        """Looks at what was written since the last time."""
        assert self.process.poll() is None, f"the server is gone\n{self.output()[-6000:]}"
        path = self.folder / "output"
        if path.stat().st_size == self._read:
            return
        with path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        self._read += len(new)
        assert not self.leaks(new), f"in the logs: {self.leaks(new)}"
        text = _GRPC_WROTE.sub("", new.decode(errors="replace"))
        assert _TROUBLE.search(text) is None, text[-6000:]

    def skip_output(self) -> None:
        """What was written up to now is somebody else's matter, such as that of an example that failed."""
        self._read = (self.folder / "output").stat().st_size

    def metrics(self) -> str:
        """What Prometheus would scrape."""
        with urlopen(self.metrics_url, timeout=10) as response:  # noqa: S310 - our own
            return str(response.read().decode())

    def rows(self, sql: str) -> list[Any]:
        """Rows of the database, as its owner sees it."""

        async def fetch() -> list[Any]:
            connection = await asyncpg.connect(self.database_url, timeout=10)
            try:
                return list(await connection.fetch(sql))
            finally:
                await connection.close(timeout=10)

        return asyncio.run(fetch())

    # -- keeping it alive

    def forget_limits(self) -> None:
        """Empties every bucket of the rate limits: they are not what is looked for here."""
        keys = list(self.redis.scan_iter(match="*bucket*", count=1000))
        if keys:
            self.redis.delete(*keys)

    def restore(self) -> None:
        """Puts back what a request has rightly destroyed."""
        get = tenant_service_pb2.GetTenantRequest(name=PARENT)
        if not self._works("GetTenant", get, "bootstrap"):
            self.build()
            return
        agent = agent_service_pb2.GetAgentRequest(name=f"{PARENT}/agents/desk")
        if not self._works("GetAgent", agent, "bootstrap"):
            self._make_agent(TENANT)
        if not self._works("GetTenant", get, "owner"):
            name = f"{PARENT}/users/{USER_ID}"
            reset = user_service_pb2.ResetPasswordRequest(name=name, password=OWNER_PASSWORD)
            if not self._works("ResetPassword", reset, "bootstrap"):
                self.build()
                return
            self._sign_in()
        if not self._works("GetTenant", get, "api_key"):
            self._make_key()
        ask = chat_service_pb2.SendMessageRequest(agent=f"{PARENT}/agents/desk")
        asked = self.send(rpc_named("SendMessage"), [ask.SerializeToString()], self.metadata("client_token"))
        if asked.code is not grpc.StatusCode.INVALID_ARGUMENT:
            self._mint()

    def _works(self, name: str, request: Message, actor: str) -> bool:
        return self.send(rpc_named(name), [request.SerializeToString()], self.metadata(actor)).ok

    def build(self) -> None:
        """Makes the tenants, their agents and every credential, in place of those that there are."""
        self.credentials["bootstrap"] = KEY
        for tenant in (TENANT, OTHER):
            old = tenant_service_pb2.DeleteTenantRequest(name=f"tenants/{tenant}")
            self._works("DeleteTenant", old, "bootstrap")
            self.call(
                "CreateTenant",
                tenant_service_pb2.CreateTenantRequest(
                    tenant_id=tenant, tenant=tenant_pb2.Tenant(display_name=tenant)
                ),
            )
            self._make_agent(tenant)
        self.call(
            "IngestText",
            knowledge_service_pb2.IngestTextRequest(
                parent=PARENT, document_id="hours", title="Hours", text=f"Open at nine. {CANARIES[-1]}"
            ),
        )
        user = identity_pb2.User(email=OWNER_EMAIL, role=access_pb2.ROLE_OWNER)
        request = user_service_pb2.CreateUserRequest(parent=PARENT, user=user, password=OWNER_PASSWORD)
        self._stand_in(USER_ID, self.call("CreateUser", request).user.name.rpartition("/")[2])
        self._sign_in()
        self._make_key()
        self._mint()
        said = chat_service_pb2.SendMessageRequest(agent=f"{PARENT}/agents/desk", text=CANARIES[-1])
        started = self.call("SendMessage", said, "owner").started
        self._stand_in(CONVERSATION_ID, started.conversation.rpartition("/")[2])
        self._make_catalogue()

    def _make_agent(self, tenant: str) -> None:
        agent = agent_pb2.Agent(display_name="Desk")
        self.call(
            "CreateAgent",
            agent_service_pb2.CreateAgentRequest(parent=f"tenants/{tenant}", agent_id="desk", agent=agent),
        )

    def _make_catalogue(self) -> None:
        """Open on Tuesdays, when a check-up is booked."""
        hours = booking_pb2.OpeningHours(name=f"{PARENT}/openingHours")
        hours.schedule.weekly.add(weekday=2).intervals.add(opens="09:00", closes="17:00")
        self.call("UpdateOpeningHours", catalog_service_pb2.UpdateOpeningHoursRequest(opening_hours=hours))
        adams = booking_pb2.Resource(display_name="Adams")
        self.call(
            "CreateResource",
            catalog_service_pb2.CreateResourceRequest(parent=PARENT, resource_id="adams", resource=adams),
        )
        service = booking_pb2.BookableService(
            display_name="Check-up", resources=[f"{PARENT}/resources/adams"]
        )
        service.duration.seconds = 1800
        self.call(
            "CreateBookableService",
            catalog_service_pb2.CreateBookableServiceRequest(
                parent=PARENT, bookable_service_id="check-up", bookable_service=service
            ),
        )
        reservation = booking_pb2.Reservation(
            service=f"{PARENT}/services/check-up",
            start_time=at(soon(1), "10:00", UTC),
            caller=booking_pb2.ReservationCaller(phone=PHONES[0]),
            notes=WORDS,
        )
        made = self.call(
            "CreateReservation",
            reservation_service_pb2.CreateReservationRequest(parent=PARENT, reservation=reservation),
        )
        self._stand_in(RESERVATION_ID, made.reservation.name.rpartition("/")[2])

    def _sign_in(self) -> None:
        request = auth_service_pb2.SignInRequest(tenant=PARENT, email=OWNER_EMAIL, password=OWNER_PASSWORD)
        tokens = self.call("SignIn", request).tokens
        self._hold("owner", tokens.access_token)
        self.refresh_token = tokens.refresh_token
        self.secrets.add(tokens.refresh_token)
        self._stand_in(REFRESH, tokens.refresh_token)

    def _make_key(self) -> None:
        scopes = [scope for scope in access_pb2.Scope.values() if scope]
        key = identity_pb2.ApiKey(display_name="All", scopes=scopes)
        made = self.call("CreateApiKey", auth_service_pb2.CreateApiKeyRequest(parent=PARENT, api_key=key))
        self._hold("api_key", made.secret)
        self._stand_in(API_KEY, made.secret)
        self._stand_in(KEY_ID, made.api_key.name.rpartition("/")[2])

    def _mint(self) -> None:
        request = auth_service_pb2.MintClientTokenRequest(
            agent=f"{PARENT}/agents/desk", max_concurrent_calls=10
        )
        made = self.call("MintClientToken", request)
        self._hold("client_token", made.secret)
        self._stand_in(TOKEN_ID, made.client_token.name.rpartition("/")[2])

    def _hold(self, actor: str, credential: str) -> None:
        self.credentials[actor] = credential
        self.secrets.add(credential)

    def _stand_in(self, text: str, real: str) -> None:
        assert len(text) == len(real)  # so that it can be replaced within serialised messages
        self.real[text.encode()] = real.encode()


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


@contextmanager
def open_world(database_url: str, redis_url: str, secret_key: bytes, folder: Path) -> Iterator[World]:
    """A server with scripted engines, in a process of its own, with everything in it that requests name. Its exit
    must be a clean one."""
    given = {
        "database_url": database_url,
        "redis_url": redis_url,
        "secret_key": secret_key.hex(),
        "folder": str(folder),
    }
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "tests.support.fuzzing.world"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, "DESKBELL_FUZZED": json.dumps(given)},
        )
    try:
        ready = folder / "ready"
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None, (folder / "output").read_text()
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)
        told = json.loads(ready.read_text())
        options = [("grpc.max_metadata_size", 2**20), ("grpc.absolute_max_metadata_size", 2**20)]
        with (
            Redis.from_url(redis_url) as redis,
            grpc.insecure_channel(told["address"], options=options) as channel,
        ):
            world = World(folder, process, database_url, redis, told["address"], told["metrics_url"], channel)
            world.build()
            yield world
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        assert code == 0, f"the server ended with {code}\n{world.output()[-6000:]}"
        assert not world.leaks(world.output())
    finally:
        process.kill()
        process.wait()


async def _serve() -> None:
    given = json.loads(os.environ.pop("DESKBELL_FUZZED"))
    folder = Path(given["folder"])
    configure_logging(json=True, debug=True, scrub=scrub)
    script = Script(
        transcripts=[f"My number is {PHONES[0]}, {WORDS}."] * 10_000,
        answer=f"We will call you back at {PHONES[0]}. {WORDS}.",
        transcription_seconds=0.01,
        first_token_seconds=0.01,
        first_speech_seconds=0.01,
        speech_seconds_per_character=0.005,
    )
    engines = scripted_engines(script)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    secret_key = bytes.fromhex(given["secret_key"])
    async with live_server(
        given["database_url"], given["redis_url"], secret_key, engines, folder / "data"
    ) as live:
        http, thread = prometheus_client.start_http_server(0, "127.0.0.1", live.app.metrics.registry)
        told = {"address": live.address, "metrics_url": f"http://127.0.0.1:{http.server_port}/metrics"}
        (folder / "ready.new").write_text(json.dumps(told))
        (folder / "ready.new").rename(folder / "ready")
        await stop.wait()
        http.shutdown()
        http.server_close()
        thread.join()


if __name__ == "__main__":
    asyncio.run(_serve())
