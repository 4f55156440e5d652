"""The commands that do one thing and end, and the dashboard and fake Groq on their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import grpc
import typer
from grpc_health.v1 import health_pb2, health_pb2_grpc

from deskbell_server.adapters.embedded import EmbeddedError
from deskbell_server.adapters.local.loader import open_local_engines
from deskbell_server.adapters.local.weights import WeightsError
from deskbell_server.adapters.postgres.migrations import MigrationFailed, migrate
from deskbell_server.adapters.postgres.roles import Role, RoleTooPowerful, role_url
from deskbell_server.adapters.sentence_transformers.embedder import ModelUnusable
from deskbell_server.app.addresses import NotLoopback, check_loopback
from deskbell_server.app.dashboard import DashboardMissing, open_dashboard
from deskbell_server.app.reporting import Report
from deskbell_server.app.secrets import load_secrets
from deskbell_server.app.server import open_stores
from deskbell_server.cli.signals import STOPPED, Stop
from deskbell_server.cli.tls import tls_files
from deskbell_server.domain.errors import DeskbellError
from deskbell_server.fake_groq import FakeEngines, Plan, parse_fault, serve_fake_groq
from deskbell_server.rpc.certificates import TlsUnusable
from deskbell_server.rpc.own_channel import open_own_channel
from deskbell_server.settings import Settings

HEALTH_TIMEOUT = 5.0


@contextmanager
def explained(say: Callable[[str], None]) -> Iterator[None]:
    """Turns what a person can mend into one line and exit code 1; anything else keeps its traceback."""
    try:
        yield
    except (
        EmbeddedError,
        MigrationFailed,
        RoleTooPowerful,
        NotLoopback,
        DashboardMissing,
        WeightsError,
        ModelUnusable,
        TlsUnusable,
        DeskbellError,
        OSError,
    ) as error:
        say(str(error))
        raise typer.Exit(1) from None


async def migrate_database(settings: Settings, report: Report, *, stop: Stop) -> int:
    """Applies the migrations that are missing."""
    secrets = load_secrets(settings)
    async with open_stores(settings, report, redis=False) as urls:
        applied = await migrate(urls.database, secrets.secret_key, report=report)
    report(f"applied {', '.join(applied)}" if applied else "the database is up to date")
    return STOPPED


async def run_dashboard(settings: Settings, report: Report, *, stop: Stop) -> int:
    """Runs the dashboard until it is told to stop. The server must have migrated the database."""
    if settings.database_url is None:
        report(
            "DESKBELL_DATABASE_URL is not set. The embedded database belongs to the server: "
            "`deskbell-server up` runs both"
        )
        return 2
    secrets = load_secrets(settings)
    url = role_url(settings.database_url.get_secret_value(), Role.DASHBOARD, secrets.secret_key)
    async with open_dashboard(settings, url, report) as dashboard:
        if await dashboard.wait_until_shown(report):
            report(f"ready: dashboard on {dashboard.url}")
        code = await dashboard.wait()
    report(f"the dashboard ended with exit code {code}")
    return 1


async def check_health(settings: Settings, report: Report, *, stop: Stop) -> int:
    """Asks the server at DESKBELL_GRPC_ADDRESS for its health, over TLS where the settings switch it on."""
    secrets = load_secrets(settings)
    address = settings.grpc_address.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - not a bind
    address = address.replace("[::]", "[::1]")
    async with open_own_channel(address, tls_files(settings)) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(
                health_pb2.HealthCheckRequest(),
                timeout=HEALTH_TIMEOUT,
                metadata=(("authorization", f"Bearer {secrets.admin_key}"),),
            )
        except grpc.aio.AioRpcError as error:
            report(f"not serving: {error.code().name} from {address}")
            if settings.debug:
                report(str(error.details()))
            return 1
    status = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    report(f"{status} at {address}")
    return 0 if answer.status == health_pb2.HealthCheckResponse.SERVING else 1


async def run_fake_groq(
    settings: Settings,
    address: str,
    report: Report,
    *,
    transcription_delay: float,
    first_token_delay: float,
    tokens_per_second: float,
    speech_delay: float,
    faults: list[str],
    stop: Stop,
) -> int:
    """Serves Groq's protocol with the local engines until it is told to stop."""
    plan = Plan(
        transcription_delay=transcription_delay,
        first_token_delay=first_token_delay,
        tokens_per_second=tokens_per_second,
        speech_delay=speech_delay,
    )
    try:
        for text in faults:
            route, planned = parse_fault(text)
            plan.fail(route, *planned)
    except ValueError as error:
        report(str(error))
        return 2
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit():
        report(f"{address!r} is no address; write HOST:PORT, for example 127.0.0.1:8601")
        return 2
    check_loopback("--address", address, allow_remote=settings.allow_remote)
    report("loading the models")
    async with open_local_engines(settings.local_threads, settings.models_dir) as local:
        embedder = await local.embedder()
        engines = FakeEngines(
            await local.speech_to_text(settings.speech_to_text_timeout),
            local.chat(embedder),
            await local.text_to_speech(settings.text_to_speech_timeout),
        )
        await serve_fake_groq(
            host.strip("[]"),
            int(port),
            engines,
            plan,
            lambda url: report(f"ready: DESKBELL_GROQ_BASE_URL={url} (any GROQ_API_KEY will do)"),
        )
    return STOPPED
