"""AuthService."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import timedelta

from deskbell.v1 import auth_service_pb2 as pb
from deskbell.v1.auth_service_pb2_grpc import AuthServiceServicer
from deskbell_server.access.api_keys import ApiKeys
from deskbell_server.access.client_tokens import LONGEST_LIFE, ClientTokens
from deskbell_server.access.sessions import Sessions
from deskbell_server.domain.errors import NotAuthenticated, NotFound
from deskbell_server.domain.identity import LIMIT_FIELDS, ApiKeyId, ClientTokenId, CredentialLimits
from deskbell_server.domain.names import AgentId, TenantId, split_name
from deskbell_server.ports.stores import TenantStore
from deskbell_server.rpc import identity_mapping as mapping
from deskbell_server.rpc.caller import current_caller, current_principal, network_of
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.mutations import Mutations
from deskbell_server.rpc.names import required_text
from deskbell_server.rpc.page_tokens import PageTokens
from deskbell_server.rpc.policies import ROLES_OUT, SCOPES


class Auth(AuthServiceServicer):
    """See protos/deskbell/v1/auth_service.proto."""

    def __init__(
        self,
        sessions: Sessions,
        api_keys: ApiKeys,
        client_tokens: ClientTokens,
        tenants: TenantStore,
        mutations: Mutations,
        tokens: PageTokens,
    ) -> None:
        self._sessions = sessions
        self._api_keys = api_keys
        self._client_tokens = client_tokens
        self._tenants = tenants
        self._mutations = mutations
        self._tokens = tokens

    # ---- people

    async def SignIn(self, request: pb.SignInRequest, context: Context) -> pb.SignInResponse:
        tenant = TenantId(split_name(request.tenant)[0]) if request.tenant else None
        caller = current_caller()
        sender = network_of(caller.address)
        try:
            stored = await self._sessions.verify(tenant, request.email, request.password, sender)
        except NotAuthenticated:
            await self._note_failure(tenant)
            raise
        account = stored.account
        try:
            async with self._mutations.audited(caller, account.tenant, account.name, actor=account.name):
                tokens = await self._sessions.open(stored)
        except NotAuthenticated:
            await self._note_failure(tenant)
            raise
        await self._sessions.strengthen(stored, request.password)
        return pb.SignInResponse(
            tokens=mapping.session_tokens(tokens), user=account.name, role=ROLES_OUT[account.role]
        )

    async def RefreshSession(
        self, request: pb.RefreshSessionRequest, context: Context
    ) -> pb.RefreshSessionResponse:
        token, session = await self._sessions.find(request.refresh_token)
        name = session.account.name
        async with self._mutations.audited(current_caller(), token.tenant, name, actor=name) as noted:
            tokens = await self._sessions.refresh(token, session)
            if tokens is None:
                noted.outcome = "UNAUTHENTICATED"
        if tokens is None:
            raise NotAuthenticated(
                "the refresh token was used before, so that somebody may have a copy: the session has been "
                "ended; sign in again"
            )
        return pb.RefreshSessionResponse(tokens=mapping.session_tokens(tokens))

    async def SignOut(self, request: pb.SignOutRequest, context: Context) -> pb.SignOutResponse:
        with suppress(NotAuthenticated):  # what is not known, or over, need not be ended
            token, session = await self._sessions.find(request.refresh_token)
            name = session.account.name
            async with self._mutations.audited(current_caller(), token.tenant, name, actor=name):
                await self._sessions.sign_out(session)
        return pb.SignOutResponse()

    async def ChangePassword(
        self, request: pb.ChangePasswordRequest, context: Context
    ) -> pb.ChangePasswordResponse:
        principal, caller = current_principal(), current_caller()
        if principal.session is None:
            raise NotAuthenticated(
                "the bootstrap key has no password; it is set by DESKBELL_ADMIN_KEY", reason="SIGN_IN_FAILED"
            )
        try:
            stored = await self._sessions.verify_again(
                principal, request.current_password, network_of(caller.address)
            )
        except NotAuthenticated:
            await self._mutations.note(caller, principal.tenant, principal.actor, outcome="UNAUTHENTICATED")
            raise
        hashed = await self._sessions.hash(request.new_password)
        async with self._mutations.audited(caller, principal.tenant, principal.actor):
            await self._sessions.change_password(principal, stored, hashed)
        return pb.ChangePasswordResponse()

    # ---- services

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, context: Context
    ) -> pb.CreateApiKeyResponse:
        (tenant,) = split_name(request.parent)
        given = request.api_key
        expires_at = None
        if given.HasField("expire_time"):
            expires_at = mapping.moment("api_key.expire_time", given.expire_time)
        key, text = await self._api_keys.create(
            TenantId(tenant),
            display_name=required_text("api_key.display_name", given.display_name),
            scopes=frozenset(SCOPES[scope] for scope in given.scopes),
            expires_at=expires_at,
            limits=CredentialLimits(**{name: getattr(given, name) for name in LIMIT_FIELDS}),
        )
        return pb.CreateApiKeyResponse(api_key=mapping.api_key(key), secret=text)

    async def ListApiKeys(self, request: pb.ListApiKeysRequest, context: Context) -> pb.ListApiKeysResponse:
        (tenant,) = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/apiKeys",
            request,
            ApiKeyId,
            lambda after, limit: self._api_keys.page(TenantId(tenant), after=after, limit=limit),
            lambda key: key.id,
        )
        return pb.ListApiKeysResponse(api_keys=map(mapping.api_key, found), next_page_token=token)

    async def RotateApiKey(
        self, request: pb.RotateApiKeyRequest, context: Context
    ) -> pb.RotateApiKeyResponse:
        tenant, key = split_name(request.name)
        overlap = timedelta(microseconds=request.overlap.ToMicroseconds())
        rotated, text = await self._api_keys.rotate(TenantId(tenant), ApiKeyId(key), overlap)
        return pb.RotateApiKeyResponse(api_key=mapping.api_key(rotated), secret=text)

    async def RevokeApiKey(
        self, request: pb.RevokeApiKeyRequest, context: Context
    ) -> pb.RevokeApiKeyResponse:
        tenant, key = split_name(request.name)
        revoked = await self._api_keys.revoke(TenantId(tenant), ApiKeyId(key))
        return pb.RevokeApiKeyResponse(api_key=mapping.api_key(revoked))

    # ---- phones

    async def MintClientToken(
        self, request: pb.MintClientTokenRequest, context: Context
    ) -> pb.MintClientTokenResponse:
        tenant, agent = split_name(request.agent)
        life = (
            timedelta(microseconds=request.ttl.ToMicroseconds()) if request.HasField("ttl") else LONGEST_LIFE
        )
        token, text = await self._client_tokens.mint(
            TenantId(tenant),
            AgentId(agent),
            life=life,
            max_concurrent_calls=request.max_concurrent_calls or 1,
            caller_id=request.caller_id,
            created_by=current_principal().actor,
        )
        return pb.MintClientTokenResponse(client_token=mapping.client_token(token), secret=text)

    async def ListClientTokens(
        self, request: pb.ListClientTokensRequest, context: Context
    ) -> pb.ListClientTokensResponse:
        (tenant,) = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/clientTokens",
            request,
            lambda text: ClientTokenId(uuid.UUID(text)),
            lambda before, limit: self._client_tokens.page(TenantId(tenant), before=before, limit=limit),
            lambda token: token.id,
        )
        return pb.ListClientTokensResponse(
            client_tokens=map(mapping.client_token, found), next_page_token=token
        )

    async def RevokeClientToken(
        self, request: pb.RevokeClientTokenRequest, context: Context
    ) -> pb.RevokeClientTokenResponse:
        tenant, token = split_name(request.name)
        revoked = await self._client_tokens.revoke(TenantId(tenant), ClientTokenId(uuid.UUID(token)))
        return pb.RevokeClientTokenResponse(client_token=mapping.client_token(revoked))

    async def _note_failure(self, tenant: TenantId | None) -> None:
        """A failed attempt to sign in; of a tenant that does not exist in the platform's log, so that it takes as
        long."""
        resource = f"tenants/{tenant}" if tenant else "operators"
        if tenant is not None:
            try:
                await self._tenants.get(tenant)
            except NotFound:
                tenant = None
        await self._mutations.note(current_caller(), tenant, resource, outcome="UNAUTHENTICATED")
