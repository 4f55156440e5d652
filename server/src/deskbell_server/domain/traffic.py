"""Which version of an agent a caller gets.

Callers fall into 100 buckets by a hash of who they are, and each bucket belongs to one version. When shares change,
only as many buckets change hands as must: those who keep their version are the most that can.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from deskbell_server.domain.names import AgentId, ConversationId, TenantId

BUCKETS = 100
"""One for each percent."""


def bucket_of(tenant: TenantId, agent: AgentId, caller_id: str, conversation: ConversationId) -> int:
    """The bucket of a caller, 0 to 99; without a caller's id, that of the conversation.

    The first eight bytes of BLAKE2b over `tenant/agent/caller:{id}` or `tenant/agent/conversation:{uuid}` in UTF-8, as
    a big-endian number, modulo 100: the same on every server and after every restart.
    """
    who = f"caller:{caller_id}" if caller_id else f"conversation:{conversation}"
    digest = hashlib.blake2b(f"{tenant}/{agent}/{who}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % BUCKETS


def all_to(number: int) -> dict[int, list[int]]:
    """Every bucket to one version."""
    return {number: list(range(BUCKETS))}


def reassigned(held: Mapping[int, Sequence[int]], wanted: Mapping[int, int]) -> dict[int, list[int]]:
    """The buckets of each version when they shall be as many as `wanted`, which add up to 100.

    A version that shrinks keeps its lowest buckets, one that grows keeps all that it has; what becomes free goes to
    those that grow, in order of their numbers.
    """
    kept = {number: sorted(buckets)[: wanted.get(number, 0)] for number, buckets in held.items()}
    free = sorted(bucket for number, buckets in held.items() for bucket in set(buckets) - set(kept[number]))
    assigned = {}
    for number, count in sorted(wanted.items()):
        missing = count - len(kept.get(number, []))
        assigned[number] = sorted(kept.get(number, []) + free[:missing])
        free = free[missing:]
    return assigned
