"""TLS and mutual TLS of the live server, and certificates that change while it serves."""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import warnings
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from pydantic import SecretStr
from structlog.testing import capture_logs

import deskbell
from deskbell_server.app.addresses import NotLoopback
from deskbell_server.cli.serving import serve
from deskbell_server.cli.signals import Stop
from deskbell_server.cli.tasks import check_health
from deskbell_server.rpc import transport
from deskbell_server.rpc.certificates import TlsUnusable
from deskbell_server.settings import Settings
from tests.support.certificates import CLIENT, SERVER, Authority, Pair
from tests.support.live_server import KEY, LiveServer, live_server
from tests.support.scripted_call import Engines as Script
from tests.support.scripted_call import scripted_engines

LOOK_SECONDS = 0.05
Open = Callable[..., AbstractAsyncContextManager[LiveServer]]


class Files:
    """The files of one server and of its clients."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority()
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self.authority.certificate)
        self.pair = self.authority.issue()
        self.certificate, self.key = self.pair.write(folder, "server")

    def put(self, pair: Pair, name: str = "server") -> dict[str, Any]:
        """Writes a pair; returns a client's arguments for it."""
        certificate, key = pair.write(self.folder, name)
        return {"tls_certificate": certificate, "tls_key": key}


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    for name in [name for name in os.environ if name.startswith("DESKBELL_") and "TEST" not in name]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DESKBELL_PROFILE", str(tmp_path / "profile.json"))
    monkeypatch.setattr(transport, "LOOK_SECONDS", LOOK_SECONDS)
    return Files(tmp_path)


@pytest.fixture
def opened(
    database: str, redis_url: str, secret_key: bytes, script: Script, files: Files, tmp_path: Path
) -> Open:
    """Opens the server with TLS."""
    engines = scripted_engines(script)

    @asynccontextmanager
    async def open_tls(**settings: Any) -> AsyncGenerator[LiveServer, None]:
        async with live_server(
            database,
            redis_url,
            secret_key,
            engines,
            tmp_path,
            credentials=grpc.ssl_channel_credentials(files.authority.certificate),
            tls_certificate=files.certificate,
            tls_key=files.key,
            **settings,
        ) as server:
            yield server

    return open_tls


async def tenants(server: LiveServer, **tls: Any) -> list[str]:
    """What a new connection is told."""
    async with deskbell.Client(server.address, KEY, **tls) as client:
        return [tenant.name async for tenant in client.tenants.list()]


async def served(server: LiveServer, version: ssl.TLSVersion | None = None) -> int:
    """The serial number of the certificate that a new connection gets."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    if version is not None:
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = version
    host, _, port = server.address.rpartition(":")
    _, writer = await asyncio.open_connection(host, int(port), ssl=context)
    try:
        der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return x509.load_der_x509_certificate(der).serial_number


async def next_look() -> None:
    """Until the server would look at its files again."""
    await asyncio.sleep(2 * LOOK_SECONDS)


async def test_those_who_trust_the_authority_are_served(opened: Open, files: Files, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Authority().certificate)
    async with opened() as server:
        await server.make_tenant()
        assert await tenants(server, tls_ca=files.ca) == ["tenants/clinic"]
        with pytest.raises(deskbell.ServerUnreachable, match=r"not trusted .*--tls-ca"):
            await tenants(server, tls_ca=other)
        with pytest.raises(deskbell.ServerUnreachable, match="if it speaks TLS, give --tls-ca"):
            await tenants(server)
        files.put(files.authority.issue(names=("elsewhere.test",)))
        await next_look()
        with pytest.raises(deskbell.ServerUnreachable, match="for other names"):
            await tenants(server, tls_ca=files.ca)


async def test_a_server_without_tls_is_told_apart(
    server: LiveServer, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKBELL_SERVER_CA", str(files.ca))
    with pytest.raises(deskbell.ServerUnreachable, match="does not speak TLS"):
        await tenants(server)
    assert await tenants(server, insecure=True) == []


async def test_tls_is_1_2_or_newer(opened: Open, files: Files) -> None:
    async with opened() as server:
        assert await served(server, ssl.TLSVersion.TLSv1_3) == files.pair.serial
        assert await served(server, ssl.TLSVersion.TLSv1_2) == files.pair.serial
        with pytest.raises(OSError):  # noqa: PT011 - an alert or a reset
            await served(server, ssl.TLSVersion.TLSv1_1)


async def test_mutual_tls_takes_only_certificates_of_its_authority(opened: Open, files: Files) -> None:
    right = files.put(files.authority.issue(CLIENT), "client")
    foreign = files.put(Authority().issue(CLIENT), "foreign")
    servers = files.put(files.authority.issue(SERVER), "other-server")
    async with opened(tls_client_ca=files.ca) as server:
        assert await tenants(server, tls_ca=files.ca, **right) == []
        with pytest.raises(deskbell.ServerUnreachable, match="give --tls-cert"):
            await tenants(server, tls_ca=files.ca)
        for wrong in (foreign, servers):
            with pytest.raises(deskbell.ServerUnreachable, match="another one than --tls-cert"):
                await tenants(server, tls_ca=files.ca, **wrong)
        newer = Authority("Newer CA")
        files.ca.write_bytes(newer.certificate + files.authority.certificate)
        await next_look()
        renewed = files.put(newer.issue(CLIENT), "newer-client")
        assert await tenants(server, tls_ca=files.ca, **renewed) == []
        assert await tenants(server, tls_ca=files.ca, **right) == []


async def test_a_new_certificate_is_for_new_connections(opened: Open, files: Files) -> None:
    async with opened() as server:
        await server.make_tenant()
        async with (
            deskbell.Client(server.address, KEY, agent="clinic/desk", tls_ca=files.ca) as client,
            client.call() as call,
        ):
            assert (await anext(call)).HasField("started")
            renewed = files.authority.issue()
            files.put(renewed)
            await next_look()
            with capture_logs() as logs:
                assert await served(server) == renewed.serial
            assert [line["event"] for line in logs] == ["tls_certificate_renewed"]
            assert await tenants(server, tls_ca=files.ca) == ["tenants/clinic"]
            await call.ping(b"still here")
            async for event in call:
                if event.HasField("pong"):
                    break
            await call.end()
            assert [event.WhichOneof("event") async for event in call][-1] == "ended"


async def test_a_replacement_that_is_not_whole_changes_nothing(opened: Open, files: Files) -> None:
    renewed = files.authority.issue()
    chain = renewed.certificate + files.authority.certificate
    expired = files.authority.issue(ends=timedelta(hours=-1))
    kept = files.pair.serial
    steps: list[tuple[Path, bytes | None, int]] = [
        (files.certificate, renewed.certificate[:300], kept),
        (files.certificate, chain, kept),  # without its key
        (files.key, renewed.key[:100], kept),
        (files.key, renewed.key, renewed.serial),
        (files.certificate, chain[:-40], renewed.serial),
        (files.certificate, None, renewed.serial),
        (files.certificate, expired.certificate, renewed.serial),
        (files.key, expired.key, renewed.serial),
    ]
    async with opened() as server:
        with capture_logs() as logs:
            for path, content, serial in steps:
                path.unlink() if content is None else path.write_bytes(content)
                await next_look()
                assert await served(server) == serial
                await next_look()
                assert await served(server) == serial
    events = [line["event"] for line in logs if line["event"].startswith("tls_")]
    assert events == ["tls_files_not_taken"] * 3 + ["tls_certificate_renewed"] + ["tls_files_not_taken"] * 4
    assert "BEGIN" not in str(logs)


def quiet(_: str) -> None:
    """A report that nobody reads."""


async def start(files: Files, **settings: Any) -> None:
    """Starts the server as the command does, as far as the stores, which nobody has."""
    chosen: dict[str, Any] = {
        "database_url": "postgresql://nobody@127.0.0.1:1/none",
        "redis_url": "redis://127.0.0.1:1/0",
        "data_dir": files.folder / "data",
        **settings,
    }
    settings_ = Settings(_env_file=None, **chosen)  # type: ignore[call-arg]  # pydantic-settings' own
    await serve(settings_, quiet, demo=False, dashboard=False, stop=Stop())


async def test_plaintext_is_for_loopback_and_tls_for_any_address(files: Files) -> None:
    tls = {"tls_certificate": files.certificate, "tls_key": files.key}
    with pytest.raises(NotLoopback, match=r"DESKBELL_TLS_CERTIFICATE .* DESKBELL_ALLOW_REMOTE"):
        await start(files, grpc_address="0.0.0.0:0")
    for settings in (tls, {"allow_remote": True}):
        with pytest.raises(Exception, match=r"(?i)connect|migrat|database") as further:
            await start(files, grpc_address="0.0.0.0:0", **settings)
        assert not isinstance(further.value, NotLoopback | TlsUnusable)
    files.key.unlink()
    with pytest.raises(TlsUnusable, match=r"DESKBELL_TLS_KEY=.* cannot be read"):
        await start(files, **tls)


async def health(server: LiveServer, files: Files, **settings: Any) -> tuple[int, str]:
    said: list[str] = []
    chosen = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own
        grpc_address=server.address,
        admin_key=SecretStr(KEY),
        data_dir=files.folder,
        **settings,
    )
    return await check_health(chosen, said.append, stop=Stop()), said[0]


async def test_the_health_check_trusts_the_servers_own_certificate(opened: Open, files: Files) -> None:
    tls = {"tls_certificate": files.certificate, "tls_key": files.key}
    files.put(files.authority.issue(names=("*.desk.test",)))
    async with opened() as server:
        assert await health(server, files, **tls) == (0, f"SERVING at {server.address}")
        assert (await health(server, files))[0] == 1
        impostor = files.put(files.authority.issue(), "impostor")
        assert (await health(server, files, **impostor))[0] == 1


async def test_under_mutual_tls_the_health_check_presents_it_too(opened: Open, files: Files) -> None:
    tls = {"tls_certificate": files.certificate, "tls_key": files.key, "tls_client_ca": files.ca}
    async with opened(tls_client_ca=files.ca) as server:
        with pytest.raises(TlsUnusable, match="clientAuth"):
            await health(server, files, **tls)
        files.put(files.authority.issue(SERVER, CLIENT))
        await next_look()
        assert (await health(server, files, **tls))[0] == 0


async def cli(*arguments: str | Path, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """The `deskbell` command; the server runs in this very loop."""
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).parent / "deskbell",
        *arguments,
        env={**os.environ, "COLUMNS": "200", **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_command_over_mutual_tls(opened: Open, files: Files) -> None:
    files.put(files.authority.issue(SERVER, CLIENT))
    files.put(files.authority.issue(CLIENT), "client")
    certificate, key = files.folder / "client.pem", files.folder / "client-key.pem"
    async with opened() as server:
        await server.make_tenant()
        base = ("tenants", "list", "--json", "--server", server.address, "--key", KEY)
        code, out, err = await cli(*base, "--tls-ca", files.ca)
        assert (code, "tenants/clinic" in out) == (0, True), err
        code, _, err = await cli(*base)
        assert (code, "--tls-ca" in err) == (1, True), err
        code, _, err = await cli(*base, "--tls-ca", files.folder / "nowhere.pem")
        assert (code, "cannot read the TLS CA" in err) == (2, True), err
    async with opened(tls_client_ca=files.ca) as server:
        base = ("tenants", "list", "--json", "--server", server.address, "--key", KEY)
        code, out, err = await cli(*base, "--tls-ca", files.ca, "--tls-cert", certificate, "--tls-key", key)
        assert (code, "tenants/clinic" in out) == (0, True), err
        env = {
            "DESKBELL_SERVER_CA": str(files.ca),
            "DESKBELL_CLIENT_CERTIFICATE": str(certificate),
            "DESKBELL_CLIENT_KEY": str(key),
        }
        code, out, err = await cli(*base, env=env)
        assert (code, "tenants/clinic" in out) == (0, True), err
        (files.folder / "profile.json").write_text(
            '{"tls_ca": "ca.pem", "tls_certificate": "client.pem", "tls_key": "client-key.pem"}'
        )
        code, out, err = await cli(*base)
        assert (code, "tenants/clinic" in out) == (0, True), err


async def test_a_client_says_what_is_wrong_with_its_files(files: Files, tmp_path: Path) -> None:
    def client(**tls: Any) -> deskbell.Client:
        return deskbell.Client("127.0.0.1:1", KEY, **tls)

    locked = tmp_path / "locked.pem"
    locked.write_bytes(files.pair.locked_key())
    own = files.put(files.authority.issue(CLIENT), "client")
    for wrong, words in (
        ({"tls_ca": tmp_path}, "cannot read the TLS CA"),
        ({"tls_ca": files.key}, "holds no certificate"),
        ({"tls_certificate": files.certificate}, "needs its key"),
        ({"tls_key": files.key}, "needs its certificate"),
        ({**own, "tls_key": files.key}, "are not a certificate and its key"),
        ({"tls_certificate": files.certificate, "tls_key": locked}, "without a password"),
        ({"tls_ca": files.ca, "insecure": True}, "plaintext was asked for"),
    ):
        with pytest.raises(deskbell.ProfileError, match=words):
            client(**wrong)
