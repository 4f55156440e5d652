"""UserService."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
from google.protobuf.field_mask_pb2 import FieldMask

from deskbell.profile import tenant_name
from deskbell.rpcs import Rpcs
from deskbell.v1 import identity_pb2, user_service_pb2, user_service_pb2_grpc


class Users:
    """UserService: the people of a tenant. Users are named `tenants/a/users/b`."""

    def __init__(self, rpcs: Rpcs, channel: grpc.aio.Channel) -> None:
        self._rpcs = rpcs
        self._stub = user_service_pb2_grpc.UserServiceStub(channel)

    async def create(
        self, tenant: str, user: identity_pb2.User, password: str, *, request_id: str = ""
    ) -> identity_pb2.User:
        """Creates a user, who signs in with this password of 12 characters or more."""
        request = user_service_pb2.CreateUserRequest(parent=tenant_name(tenant), user=user, password=password)
        return (await self._rpcs.change(self._stub.CreateUser, request, request_id)).user

    async def get(self, name: str) -> identity_pb2.User:
        """One user."""
        request = user_service_pb2.GetUserRequest(name=name)
        return (await self._rpcs.read(self._stub.GetUser, request)).user

    def list(self, tenant: str) -> AsyncIterator[identity_pb2.User]:
        """All users of a tenant, by id."""
        request = user_service_pb2.ListUsersRequest(parent=tenant_name(tenant))
        return self._rpcs.pages(self._stub.ListUsers, request, "users")

    async def update(self, user: identity_pb2.User, *paths: str, request_id: str = "") -> identity_pb2.User:
        """Changes the fields named by the paths, all without any. A user with an `etag` is changed only if nobody
        else did since it was read: Conflict otherwise."""
        request = user_service_pb2.UpdateUserRequest(user=user, update_mask=FieldMask(paths=paths))
        return (await self._rpcs.change(self._stub.UpdateUser, request, request_id)).user

    async def reset_password(self, name: str, password: str, *, request_id: str = "") -> None:
        """Gives a user another password and ends the user's sessions."""
        request = user_service_pb2.ResetPasswordRequest(name=name, password=password)
        await self._rpcs.change(self._stub.ResetPassword, request, request_id)

    async def delete(self, name: str, *, request_id: str = "") -> None:
        """Deletes a user and ends the user's sessions."""
        request = user_service_pb2.DeleteUserRequest(name=name)
        await self._rpcs.change(self._stub.DeleteUser, request, request_id)
