"""Between protos and domain, for people and credentials."""

from __future__ import annotations

import dataclasses
from datetime import MAXYEAR, MINYEAR, UTC, datetime

from google.protobuf import timestamp_pb2

from deskbell.v1 import audit_service_pb2, auth_service_pb2, identity_pb2, operator_service_pb2
from deskbell_server.access.sessions import SessionTokens
from deskbell_server.domain.audit import AuditEntry
from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.identity import ApiKey, ClientToken, Operator, User
from deskbell_server.domain.names import TenantId, agent_name, etag, tenant_name, user_name
from deskbell_server.rpc.mapping import timestamp
from deskbell_server.rpc.policies import ROLES_OUT, SCOPES_OUT


def _maybe(moment: datetime | None) -> timestamp_pb2.Timestamp | None:
    return None if moment is None else timestamp(moment)


def moment(field: str, value: timestamp_pb2.Timestamp) -> datetime:
    """A moment. Raises InvalidInput for one that no calendar has, and for those that Postgres takes for infinity."""
    given: datetime | None
    try:
        given = value.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        given = None
    if given is None or not MINYEAR < given.year < MAXYEAR:
        raise InvalidInput.field(field, "must lie between the years 2 and 9998")
    return given


def user(value: User) -> identity_pb2.User:
    return identity_pb2.User(
        name=user_name(value.tenant, value.id),
        email=value.email,
        display_name=value.display_name,
        role=ROLES_OUT[value.role],
        disabled=value.disabled,
        create_time=timestamp(value.created_at),
        update_time=timestamp(value.updated_at),
        last_sign_in_time=_maybe(value.last_sign_in_at),
        etag=etag(value.version),
    )


def operator(value: Operator) -> operator_service_pb2.Operator:
    return operator_service_pb2.Operator(
        name=value.name,
        email=value.email,
        create_time=timestamp(value.created_at),
        last_sign_in_time=_maybe(value.last_sign_in_at),
    )


def api_key(value: ApiKey) -> identity_pb2.ApiKey:
    return identity_pb2.ApiKey(
        name=value.name,
        display_name=value.display_name,
        scopes=[SCOPES_OUT[scope] for scope in SCOPES_OUT if scope in value.scopes],
        expire_time=_maybe(value.expires_at),
        **dataclasses.asdict(value.limits),
        create_time=timestamp(value.created_at),
        last_used_time=_maybe(value.last_used_at),
        revoke_time=_maybe(value.revoked_at),
        previous_secret_expire_time=_maybe(value.previous_expires_at),
    )


def client_token(value: ClientToken) -> identity_pb2.ClientToken:
    return identity_pb2.ClientToken(
        name=value.name,
        agent=agent_name(value.tenant, value.agent),
        caller_id=value.caller_id,
        max_concurrent_calls=value.max_concurrent_calls,
        create_time=timestamp(value.created_at),
        expire_time=timestamp(value.expires_at),
        revoke_time=_maybe(value.revoked_at),
    )


def session_tokens(value: SessionTokens) -> auth_service_pb2.SessionTokens:
    return auth_service_pb2.SessionTokens(
        access_token=value.access_token,
        access_expire_time=timestamp(value.access_expires_at),
        refresh_token=value.refresh_token,
        refresh_expire_time=timestamp(value.refresh_expires_at),
    )


def audit_entry(tenant: TenantId | None, value: AuditEntry) -> audit_service_pb2.AuditEntry:
    parent = "" if tenant is None else f"{tenant_name(tenant)}/"
    return audit_service_pb2.AuditEntry(
        name=f"{parent}auditEntries/{value.id}",
        event_time=timestamp(value.at),
        actor=value.actor,
        method=value.method,
        resource=value.resource,
        address=value.address,
        request_id=value.request_id,
        outcome=value.outcome,
    )
