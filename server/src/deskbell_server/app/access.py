"""Puts together who may call and how much."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from deskbell_server.access.api_keys import ApiKeys
from deskbell_server.access.authenticator import Authenticator
from deskbell_server.access.client_tokens import ClientTokens
from deskbell_server.access.keyring import KeyRing
from deskbell_server.access.passwords import Passwords
from deskbell_server.access.quotas import Quotas
from deskbell_server.access.sessions import Sessions
from deskbell_server.access.tokens import Tokens
from deskbell_server.adapters.postgres.accounts import PostgresAccountStore
from deskbell_server.adapters.postgres.api_keys import PostgresApiKeyStore
from deskbell_server.adapters.postgres.audit import PostgresAuditLog
from deskbell_server.adapters.postgres.client_tokens import PostgresClientTokenStore
from deskbell_server.adapters.postgres.housekeeping import PostgresHousekeeping
from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.adapters.postgres.quotas import PostgresQuotaStore
from deskbell_server.adapters.postgres.signing_keys import PostgresSigningKeyStore
from deskbell_server.adapters.redis import RedisRateLimits
from deskbell_server.app.secrets import ServerSecrets
from deskbell_server.domain.quota import Quota
from deskbell_server.ports.identity import AuditLog
from deskbell_server.ports.limits import RateLimits
from deskbell_server.ports.stores import Clock
from deskbell_server.settings import Settings


@dataclass(frozen=True, slots=True)
class Access:
    """The parts that others need."""

    passwords: Passwords
    ring: KeyRing
    authenticator: Authenticator
    sessions: Sessions
    api_keys: ApiKeys
    client_tokens: ClientTokens
    quotas: Quotas
    limits: RateLimits
    audit: AuditLog
    housekeeping: PostgresHousekeeping


def open_access(
    settings: Settings, secrets: ServerSecrets, database: Database, redis: Redis, clock: Clock
) -> Access:
    """Nothing is asked of the stores yet. Close `passwords` at the end."""
    limits = RedisRateLimits(redis, clock.monotonic)
    accounts = PostgresAccountStore(database)
    api_keys = PostgresApiKeyStore(database)
    client_tokens = PostgresClientTokenStore(database)
    passwords = Passwords()
    ring = KeyRing(PostgresSigningKeyStore(database), secrets.secret_key, clock)
    tokens = Tokens(ring, clock)
    return Access(
        passwords=passwords,
        ring=ring,
        authenticator=Authenticator(secrets.admin_key, tokens, accounts, api_keys, client_tokens, clock),
        sessions=Sessions(accounts, passwords, tokens, secrets.secret_key, limits, clock),
        api_keys=ApiKeys(api_keys, clock),
        client_tokens=ClientTokens(client_tokens, tokens, clock),
        quotas=Quotas(PostgresQuotaStore(database), default_quota(settings), clock),
        limits=limits,
        audit=PostgresAuditLog(database),
        housekeeping=PostgresHousekeeping(database),
    )


def default_quota(settings: Settings) -> Quota:
    """What a tenant may use that has no quota of its own."""
    return Quota(
        requests_per_second=settings.quota_requests_per_second,
        request_burst=settings.quota_request_burst,
        model_requests_per_second=settings.quota_model_requests_per_second,
        concurrent_calls=settings.max_calls_per_tenant,
        monthly_call_minutes=settings.quota_monthly_call_minutes,
        monthly_tokens=settings.quota_monthly_tokens,
        knowledge_bytes=settings.quota_knowledge_bytes,
    )
