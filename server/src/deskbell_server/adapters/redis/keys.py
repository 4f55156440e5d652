"""Names of the keys: the tenant comes first."""

from __future__ import annotations

from deskbell_server.domain.names import TenantId


def tenant_key(tenant: TenantId | None, *rest: str) -> str:
    """A key of the tenant's, or of the whole platform's.

    The braces are part of the name: of a key with braces a cluster hashes only what is in them, so all keys of a
    tenant are in one place and one script can use several (Redis Cluster specification, "Hash tags").
    """
    # A tenant's id has no upper-case letter: no tenant can have the platform's name.
    return ":".join((f"deskbell:{{{tenant or 'PLATFORM'}}}", *rest))
