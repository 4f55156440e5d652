"""AuthService."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import grpc

from deskbell.profile import agent_name, tenant_name
from deskbell.rpcs import Rpcs
from deskbell.session import Tokens
from deskbell.v1 import auth_service_pb2, auth_service_pb2_grpc, identity_pb2

EXCHANGE_TIMEOUT = 10.0


class Auth:
    """AuthService: sessions of people, API keys of services, client tokens of phones.

    Keys are named `tenants/a/apiKeys/b`, client tokens `tenants/a/clientTokens/b`. Each `secret` is in the one response
    only."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = auth_service_pb2_grpc.AuthServiceStub(channel)

    async def sign_in(self, tenant: str, email: str, password: str) -> auth_service_pb2.SignInResponse:
        """Signs a person in; an empty tenant is for platform operators. Not repeated by itself. Give the tokens to
        `Client.use` to act as that person."""
        request = auth_service_pb2.SignInRequest(
            tenant=tenant_name(tenant) if tenant else "", email=email, password=password
        )
        return await self._rpcs.public(self._stub.SignIn, request, repeats=False)

    async def refresh(self, refresh_token: str) -> auth_service_pb2.SessionTokens:
        """New tokens for a refresh token, which works once. Not repeated: the first attempt may have used it up."""
        request = auth_service_pb2.RefreshSessionRequest(refresh_token=refresh_token)
        response = await self._rpcs.public(
            self._stub.RefreshSession, request, repeats=False, timeout=EXCHANGE_TIMEOUT
        )
        return response.tokens

    async def exchange(self, refresh_token: str) -> Tokens:
        """The same, for deskbell.credentials."""
        return Tokens.of(await self.refresh(refresh_token))

    async def sign_out(self, refresh_token: str) -> None:
        """Ends the session of a refresh token."""
        request = auth_service_pb2.SignOutRequest(refresh_token=refresh_token)
        await self._rpcs.public(self._stub.SignOut, request, repeats=True)

    async def change_password(self, current_password: str, new_password: str) -> None:
        """Changes the password of whoever is signed in, and ends their other sessions. Not repeated by itself."""
        request = auth_service_pb2.ChangePasswordRequest(
            current_password=current_password, new_password=new_password
        )
        await self._rpcs.once(self._stub.ChangePassword, request)

    async def create_api_key(
        self, tenant: str, api_key: identity_pb2.ApiKey, *, request_id: str = ""
    ) -> auth_service_pb2.CreateApiKeyResponse:
        """Makes an API key."""
        request = auth_service_pb2.CreateApiKeyRequest(parent=tenant_name(tenant), api_key=api_key)
        return await self._rpcs.change(self._stub.CreateApiKey, request, request_id)

    def list_api_keys(self, tenant: str) -> AsyncIterator[identity_pb2.ApiKey]:
        """All API keys of a tenant, by id, also those that do not work any more."""
        request = auth_service_pb2.ListApiKeysRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListApiKeys, request, "api_keys")

    async def rotate_api_key(
        self, name: str, *, overlap: timedelta | None = None, request_id: str = ""
    ) -> auth_service_pb2.RotateApiKeyResponse:
        """Gives an API key a new secret; the one before works for `overlap` longer, up to 7 days."""
        request = auth_service_pb2.RotateApiKeyRequest(name=name)
        if overlap is not None:
            request.overlap.FromTimedelta(overlap)
        return await self._rpcs.change(self._stub.RotateApiKey, request, request_id)

    async def revoke_api_key(self, name: str, *, request_id: str = "") -> identity_pb2.ApiKey:
        """Makes an API key useless, for good."""
        request = auth_service_pb2.RevokeApiKeyRequest(name=name)
        return (await self._rpcs.change(self._stub.RevokeApiKey, request, request_id)).api_key

    async def mint_client_token(
        self,
        agent: str,
        *,
        ttl: timedelta | None = None,
        caller_id: str = "",
        max_concurrent_calls: int = 0,
        request_id: str = "",
    ) -> auth_service_pb2.MintClientTokenResponse:
        """Makes a token for one caller's device: one agent, 10 s to 15 minutes."""
        request = auth_service_pb2.MintClientTokenRequest(
            agent=agent_name(agent), caller_id=caller_id, max_concurrent_calls=max_concurrent_calls
        )
        if ttl is not None:
            request.ttl.FromTimedelta(ttl)
        return await self._rpcs.change(self._stub.MintClientToken, request, request_id)

    def list_client_tokens(self, tenant: str) -> AsyncIterator[identity_pb2.ClientToken]:
        """A tenant's client tokens that have not expired, the newest first."""
        request = auth_service_pb2.ListClientTokensRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListClientTokens, request, "client_tokens")

    async def revoke_client_token(self, name: str, *, request_id: str = "") -> identity_pb2.ClientToken:
        """Makes a client token useless."""
        request = auth_service_pb2.RevokeClientTokenRequest(name=name)
        return (await self._rpcs.change(self._stub.RevokeClientToken, request, request_id)).client_token
