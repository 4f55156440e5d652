"""UserService."""

from __future__ import annotations

from typing import Any

from deskbell.v1 import identity_pb2
from deskbell.v1 import user_service_pb2 as pb
from deskbell.v1.user_service_pb2_grpc import UserServiceServicer
from deskbell_server.access.passwords import Passwords
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.identity import Role, User, UserId
from deskbell_server.domain.names import TenantId, new_slug, split_name
from deskbell_server.ports.identity import UserStore
from deskbell_server.ports.stores import Clock
from deskbell_server.rpc import identity_mapping, masks
from deskbell_server.rpc.context import Context
from deskbell_server.rpc.names import required_name, required_text
from deskbell_server.rpc.page_tokens import PageTokens
from deskbell_server.rpc.policies import ROLES

_FIELDS = ("display_name", "role", "disabled")


class Users(UserServiceServicer):
    """See protos/deskbell/v1/user_service.proto."""

    def __init__(self, store: UserStore, passwords: Passwords, tokens: PageTokens, clock: Clock) -> None:
        self._store = store
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock

    async def CreateUser(self, request: pb.CreateUserRequest, context: Context) -> pb.CreateUserResponse:
        (tenant,) = split_name(request.parent)
        now = self._clock.now()
        given = request.user
        user = User(
            tenant=TenantId(tenant),
            id=UserId(new_slug("u")),
            email=required_text("user.email", given.email),
            display_name=given.display_name,
            role=_role(given),
            disabled=given.disabled,
            version=1,
            created_at=now,
            updated_at=now,
        )
        hashed = await self._passwords.hash(request.password)
        created = await self._store.create(TenantId(tenant), user, hashed)
        return pb.CreateUserResponse(user=identity_mapping.user(created))

    async def GetUser(self, request: pb.GetUserRequest, context: Context) -> pb.GetUserResponse:
        tenant, user = split_name(request.name)
        found = await self._store.get(TenantId(tenant), UserId(user))
        return pb.GetUserResponse(user=identity_mapping.user(found))

    async def ListUsers(self, request: pb.ListUsersRequest, context: Context) -> pb.ListUsersResponse:
        (tenant,) = split_name(request.parent)
        found, token = await self._tokens.page(
            f"{request.parent}/users",
            request,
            UserId,
            lambda after, limit: self._store.page(TenantId(tenant), after=after, limit=limit),
            lambda user: user.id,
        )
        return pb.ListUsersResponse(users=map(identity_mapping.user, found), next_page_token=token)

    async def UpdateUser(self, request: pb.UpdateUserRequest, context: Context) -> pb.UpdateUserResponse:
        tenant, user = required_name("user.name", request.user.name, "tenants", "users")
        paths = masks.paths(request.update_mask, _FIELDS)
        changes: dict[str, Any] = {path: getattr(request.user, path) for path in paths}
        if "role" in changes:
            changes["role"] = _role(request.user)
        updated = await self._store.update(
            TenantId(tenant), UserId(user), changes, request.user.etag, self._clock.now()
        )
        return pb.UpdateUserResponse(user=identity_mapping.user(updated))

    async def ResetPassword(
        self, request: pb.ResetPasswordRequest, context: Context
    ) -> pb.ResetPasswordResponse:
        tenant, user = split_name(request.name)
        hashed = await self._passwords.hash(request.password)
        await self._store.set_password(TenantId(tenant), UserId(user), hashed, self._clock.now())
        return pb.ResetPasswordResponse()

    async def DeleteUser(self, request: pb.DeleteUserRequest, context: Context) -> pb.DeleteUserResponse:
        tenant, user = split_name(request.name)
        await self._store.delete(TenantId(tenant), UserId(user))
        return pb.DeleteUserResponse()


def _role(given: identity_pb2.User) -> Role:
    role = ROLES.get(given.role)
    if role is None:
        raise InvalidInput.field("user.role", "must be OWNER, MANAGER or ANALYST")
    return role
