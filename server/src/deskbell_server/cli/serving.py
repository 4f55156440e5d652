"""`deskbell-server up` and `run`."""

from __future__ import annotations

from contextlib import AsyncExitStack

from prometheus_client import start_http_server

from deskbell_server.app.addresses import check_loopback
from deskbell_server.app.dashboard import Dashboard, open_dashboard
from deskbell_server.app.profile import profile_path, write_profile
from deskbell_server.app.reporting import Report
from deskbell_server.app.server import App, open_app
from deskbell_server.cli.signals import STOPPED, Stop
from deskbell_server.cli.tls import tls_files
from deskbell_server.demo import load_demo_tenants
from deskbell_server.domain.names import agent_name
from deskbell_server.rpc.certificates import read_identity
from deskbell_server.settings import Settings


async def serve(settings: Settings, report: Report, *, demo: bool, dashboard: bool, stop: Stop) -> int:
    """Serves until it is told to stop, then lets calls end and closes everything. Returns the exit code."""
    tls = tls_files(settings)
    if tls is None:
        check_loopback(
            "DESKBELL_GRPC_ADDRESS",
            settings.grpc_address,
            allow_remote=settings.allow_remote,
            can_encrypt=True,
        )
    else:
        read_identity(tls)  # to refuse bad files now, not when databases and models have been opened
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(settings, report))
        shown: Dashboard | None = None
        if dashboard:
            shown = await stack.enter_async_context(
                open_dashboard(settings, app.dashboard_database_url, report)
            )
        if settings.metrics_address:
            host, _, port = settings.metrics_address.rpartition(":")
            server, thread = start_http_server(int(port), host.strip("[]"), app.metrics.registry)
            stack.callback(thread.join)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        if demo:
            for tenant in load_demo_tenants():
                await app.seeder.seed(tenant, report)
            _write_demo_profile(app, settings, report)
        if shown is not None and not await shown.wait_until_shown(report):
            shown = None
        await app.rpc.serving(yes=True)
        stop.gentle = True
        report(_ready(settings, app, shown))
        if demo:
            report(_what_to_try())
        await stop.requested.wait()
        report(f"stopping: calls may go on for {settings.drain_timeout:.0f} s (again to stop at once)")
        await app.drain(settings.drain_timeout)
    report("stopped")
    return STOPPED


def _write_demo_profile(app: App, settings: Settings, report: Report) -> None:
    clinic = load_demo_tenants()[0]
    path = profile_path()
    host = settings.grpc_address.rpartition(":")[0]
    try:
        write_profile(
            path,
            server=f"{host}:{app.rpc.port}",
            agent=agent_name(clinic.id, clinic.agents[0].id),
            api_key=app.secrets.admin_key,
        )
    except OSError as error:
        report(f"cannot write {path} ({error.strerror}): give the deskbell command --server, --agent, --key")
    if settings.tls_certificate is not None:
        mutual = ", --tls-cert and --tls-key" if settings.tls_client_ca is not None else ""
        report(
            f"gRPC speaks TLS: give the deskbell command --tls-ca{mutual}, and --server with a name "
            "that the certificate holds"
        )


def _ready(settings: Settings, app: App, shown: Dashboard | None) -> str:
    host = settings.grpc_address.rpartition(":")[0]
    engines = ", ".join(f"{role.replace('_', ' ')}: {label}" for role, label in app.engines.labels.items())
    page = f", dashboard on {shown.url}" if shown else ""
    mutual = "mutual " if settings.tls_client_ca is not None else ""
    tls = f" with {mutual}TLS" if settings.tls_certificate is not None else ""
    return f"ready: gRPC on {host}:{app.rpc.port}{tls}{page} ({engines})"


def _what_to_try() -> str:
    lines = ["try, in another terminal (source .venv/bin/activate first):"]
    lines.append("      deskbell call samples/clinic-saturday-hours.wav -o answer.wav")
    for tenant in load_demo_tenants():
        agent = f"{tenant.id}/{tenant.agents[0].id}"
        lines.append(f'      deskbell chat --agent {agent} --message "{tenant.questions[0].text}"')
    return "\n".join(lines)
