"""Which version a caller gets: evenly, always the same one, and with as few changes as a new split allows."""

from __future__ import annotations

import math
import random
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from deskbell_server.domain.names import AgentId, ConversationId, TenantId
from deskbell_server.domain.traffic import BUCKETS, all_to, bucket_of, reassigned

CLINIC, DESK = TenantId("clinic"), AgentId("desk")
NOWHERE = ConversationId(uuid.UUID(int=0))
CALLERS = [f"+4420794{number:05}" for number in range(20_000)]
KNOWN = {"caller": 1, "name": 15, "conversation": 7, "other tenant": 24}
"""Computed by `b2sum -l 64` of coreutils."""


def versions_of(callers: Sequence[str], split: Mapping[int, Sequence[int]]) -> list[int]:
    """The version of each caller."""
    owner = {bucket: number for number, buckets in split.items() for bucket in buckets}
    return [owner[bucket_of(CLINIC, DESK, caller, NOWHERE)] for caller in callers]


def test_the_same_on_every_server() -> None:
    """Other values would mean that all callers are dealt anew by an upgrade."""
    first = ConversationId(uuid.UUID("01900000-0000-7000-8000-000000000001"))
    assert bucket_of(CLINIC, DESK, "+442079460000", first) == KNOWN["caller"]
    assert bucket_of(CLINIC, DESK, "ann", first) == KNOWN["name"]
    assert bucket_of(CLINIC, DESK, "", first) == KNOWN["conversation"]
    assert bucket_of(TenantId("hotel"), DESK, "ann", first) == KNOWN["other tenant"]


def test_a_caller_is_known_by_the_id_and_else_by_the_conversation() -> None:
    conversations = [ConversationId(uuid.UUID(int=number)) for number in range(200)]
    assert len({bucket_of(CLINIC, DESK, "ann", conversation) for conversation in conversations}) == 1
    assert len({bucket_of(CLINIC, DESK, "", conversation) for conversation in conversations}) > 60
    # An id that looks like a conversation is an id.
    assert any(bucket_of(CLINIC, DESK, str(c), c) != bucket_of(CLINIC, DESK, "", c) for c in conversations)


def test_agents_deal_their_callers_independently() -> None:
    """Or else the same people would be the first ones everywhere."""
    pairs = Counter(
        (
            bucket_of(CLINIC, DESK, caller, NOWHERE) < 50,
            bucket_of(CLINIC, AgentId("night-desk"), caller, NOWHERE) < 50,
        )
        for caller in CALLERS
    )
    assert all(abs(count - 5000) < 4 * math.sqrt(20_000 * 0.25 * 0.75) for count in pairs.values())


@pytest.mark.parametrize("shares", [{1: 70, 2: 30}, {3: 1, 9: 99}, {1: 20, 2: 20, 3: 20, 4: 20, 5: 20}])
def test_shares_are_met(shares: dict[int, int]) -> None:
    counts = Counter(versions_of(CALLERS, reassigned(all_to(1), shares)))
    for number, percent in shares.items():
        expected = len(CALLERS) * percent / 100
        assert abs(counts[number] - expected) < 4 * math.sqrt(expected * (1 - percent / 100)), number


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({1: 70, 2: 30}, {1: 50, 2: 50}),
        ({1: 40, 2: 30, 3: 30}, {1: 50, 2: 30, 3: 20}),
        ({1: 40, 2: 30, 3: 30}, {1: 20, 2: 30, 3: 50}),
        ({1: 50, 2: 50}, {2: 50, 3: 50}),
    ],
)
def test_only_those_move_who_must_and_only_to_what_grows(
    before: dict[int, int], after: dict[int, int]
) -> None:
    old = reassigned(all_to(1), before)
    new = reassigned(old, after)
    growing = {number for number in after if after[number] > before.get(number, 0)}
    moved = [
        (was, becomes)
        for was, becomes in zip(versions_of(CALLERS, old), versions_of(CALLERS, new), strict=True)
        if was != becomes
    ]
    assert {becomes for _, becomes in moved} <= growing
    assert {was for was, _ in moved}.isdisjoint(growing)
    needed = sum(after[number] - before.get(number, 0) for number in growing) / 100
    assert abs(len(moved) / len(CALLERS) - needed) < 0.02


def test_any_split_after_any_other_deals_every_bucket_once() -> None:
    dice = random.Random(7)
    split = all_to(1)
    for _ in range(500):
        numbers = dice.sample(range(1, 9), dice.randint(1, 5))
        cuts = [0, *sorted(dice.sample(range(1, BUCKETS), len(numbers) - 1)), BUCKETS]
        shares = {n: high - low for n, low, high in zip(numbers, cuts, cuts[1:], strict=False)}
        before, split = split, reassigned(split, shares)
        assert sorted(bucket for buckets in split.values() for bucket in buckets) == list(range(BUCKETS))
        assert {number: len(buckets) for number, buckets in split.items()} == shares
        stayed = sum(len(set(split[n]) & set(before.get(n, ()))) for n in split)
        assert stayed == sum(min(shares[n], len(before.get(n, ()))) for n in shares)


def test_a_version_that_grows_step_by_step_keeps_its_callers() -> None:
    split = all_to(1)
    having: set[str] = set()
    for percent in (1, 10, 30, 50, 99):
        split = reassigned(split, {1: 100 - percent, 2: percent})
        now = {c for c, v in zip(CALLERS, versions_of(CALLERS, split), strict=True) if v == 2}
        assert having < now
        having = now
