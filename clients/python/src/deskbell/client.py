"""The client: one channel, one small object for each service."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import grpc

from deskbell.call import Call
from deskbell.credentials import Credentials, Key, NoCredential, SignedIn, StoredSignIn
from deskbell.profile import ProfileError, TlsFiles, agent_name, load_profile, profile_path
from deskbell.rpcs import Rpcs, bearer
from deskbell.services import (
    Agents,
    Analytics,
    Audit,
    Auth,
    Catalog,
    Chat,
    Conversations,
    Knowledge,
    Leads,
    Operators,
    Reservations,
    Tenants,
    Users,
)
from deskbell.session import Tokens
from deskbell.tls import channel_credentials
from deskbell.v1 import auth_service_pb2, voice_stream_service_pb2, voice_stream_service_pb2_grpc

OPTIONS = [
    ("grpc.max_receive_message_length", 16 * 1024 * 1024),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # A repeat would otherwise be refused without a look at the server, for a second after a lost connection.
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 5_000),
]


class Client:
    """A connection to a server; use it as an asynchronous context manager.

    What is not given is taken from the environment and the profile of `make up` and `deskbell login` (see
    deskbell.profile). `api_key` may be any credential. With the session of `deskbell login` the client exchanges the
    tokens when they expire, and keeps the new ones in the profile. `anonymous` is for a client that has no credential
    yet: it can `auth.sign_in`, and act as that person after `use`.

    The channel is plaintext to loopback addresses and TLS elsewhere; any file of TLS makes it TLS to loopback too, and
    `insecure` makes it plaintext, also where the environment or the profile name such files. `tls_ca` says who signs
    the server's certificate, `tls_certificate` and `tls_key` are for a server that asks for a client's. Raises
    ProfileError for files that cannot be used. Every method raises a DeskbellError when the server refuses;
    cancelling one cancels its rpc.
    """

    def __init__(
        self,
        server: str | None = None,
        api_key: str | None = None,
        *,
        agent: str | None = None,
        anonymous: bool = False,
        insecure: bool = False,
        tls_ca: Path | None = None,
        tls_certificate: Path | None = None,
        tls_key: Path | None = None,
    ) -> None:
        given = TlsFiles(tls_ca, tls_certificate, tls_key)
        if insecure and given:
            raise ProfileError("plaintext was asked for, and files for TLS were given: leave out one of them")
        if anonymous and api_key:
            raise ProfileError("an anonymous client has no credential, and one was given")
        self.profile = load_profile(server, agent, api_key, given, credential_needed=not anonymous)
        self.server = self.profile.server
        self.default_agent = self.profile.agent
        self._anonymous = anonymous
        self._tls = None if insecure else self.profile.tls
        if not self.profile.tls and _is_loopback(self.server):
            self._tls = None
        self._channel_credentials = None if self._tls is None else channel_credentials(self._tls)
        self._channel: grpc.aio.Channel | None = None

    async def __aenter__(self) -> Self:
        self._channel = channel = (
            grpc.aio.insecure_channel(self.server, options=OPTIONS)
            if self._channel_credentials is None
            else grpc.aio.secure_channel(self.server, self._channel_credentials, options=OPTIONS)
        )
        self._rpcs = rpcs = Rpcs(self.server, self._tls, NoCredential())
        self.auth = Auth(rpcs, channel)
        self.users = Users(rpcs, channel)
        self.operators = Operators(rpcs, channel)
        self.audit = Audit(rpcs, channel)
        self.tenants = Tenants(rpcs, channel)
        self.agents = Agents(rpcs, channel)
        self.knowledge = Knowledge(rpcs, channel)
        self.chat = Chat(rpcs, channel, self.default_agent)
        self.conversations = Conversations(rpcs, channel)
        self.catalog = Catalog(rpcs, channel)
        self.reservations = Reservations(rpcs, channel)
        self.leads = Leads(rpcs, channel)
        self.analytics = Analytics(rpcs, channel)
        if not self._anonymous:
            rpcs.credentials = self._credentials_of_profile()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    def use(self, tokens: auth_service_pb2.SessionTokens) -> None:
        """Acts as whoever the tokens are of from now on, and exchanges them when they expire. Nobody else may use
        the refresh token then."""
        self._rpcs.credentials = SignedIn(Tokens.of(tokens), self.auth.exchange)

    @asynccontextmanager
    async def call(
        self,
        agent: str | None = None,
        *,
        input_rate: int = 16_000,
        output_rate: int = 16_000,
        caller_id: str = "",
        push_to_talk: bool = False,
        skip_greeting: bool = False,
    ) -> AsyncGenerator[Call, None]:
        """A voice call with an agent; rates in samples a second, 8,000 to 48,000. Leaving the scope before the
        call has ended hangs up. A session is renewed by itself while the call goes on; for any other credential that
        expires there is `Call.renew`."""
        if self._channel is None:
            raise RuntimeError("use the client as an asynchronous context manager")
        stub = voice_stream_service_pb2_grpc.VoiceStreamServiceStub(self._channel)
        credentials = self._rpcs.credentials
        credential = await credentials.current()

        async def renewed() -> str | None:
            nonlocal credential
            another = await credentials.renewed(credential)
            credential = another or credential
            return another

        start = voice_stream_service_pb2.CallStart(
            agent=agent_name(agent or self.default_agent),
            input_audio=voice_stream_service_pb2.AudioFormat(sample_rate_hz=input_rate),
            output_audio=voice_stream_service_pb2.AudioFormat(sample_rate_hz=output_rate),
            caller_id=caller_id,
            push_to_talk=push_to_talk,
            skip_greeting=skip_greeting,
        )
        stream = stub.VoiceStream(metadata=bearer(credential))
        async with Call(stream, self._rpcs.translated, renewed).opened(start) as call:
            yield call

    def _credentials_of_profile(self) -> Credentials:
        session = self.profile.session
        if session is None:
            return Key(self.profile.api_key)
        return StoredSignIn(profile_path(), session, self.auth.exchange)


def _is_loopback(server: str) -> bool:
    host = server.rpartition(":")[0].strip("[]")
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or server.startswith("unix:")
