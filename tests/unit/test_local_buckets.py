"""Token buckets in memory, whose time is an argument."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell_server.adapters.local_buckets import LocalBuckets
from deskbell_server.domain.names import TenantId
from deskbell_server.ports.limits import Bucket

CLINIC, HOTEL = TenantId("clinic"), TenantId("hotel")
SLOW, WIDE = Bucket("slow", "API key", 2.0, 3), Bucket("wide", "tenant", 100.0, 200)

RATES = st.floats(0.01, 10_000)
BURSTS = st.integers(1, 50)
GAPS = st.lists(st.floats(0, 10) | st.just(0.0), min_size=1, max_size=200)


def admitted(buckets: LocalBuckets, bucket: Bucket, tries: int, now: float) -> int:
    return sum(buckets.take(CLINIC, [bucket], now) is None for _ in range(tries))


def test_a_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    buckets = LocalBuckets()
    assert admitted(buckets, SLOW, 10, 100.0) == 3
    assert admitted(buckets, SLOW, 10, 100.4) == 0
    assert admitted(buckets, SLOW, 10, 100.5) == 1
    assert admitted(buckets, SLOW, 10, 1000.0) == 3


def test_a_refusal_tells_after_how_long_a_request_is_welcome() -> None:
    buckets = LocalBuckets()
    admitted(buckets, SLOW, 3, 100.0)
    refusal = buckets.take(CLINIC, [WIDE, SLOW], 100.1)
    assert refusal
    assert refusal.bucket == SLOW
    assert refusal.retry_after == pytest.approx(0.4)
    assert buckets.take(CLINIC, [SLOW], 100.1 + refusal.retry_after - 0.002)
    assert buckets.take(CLINIC, [SLOW], 100.1 + refusal.retry_after) is None


def test_of_two_empty_buckets_the_one_that_takes_longer_is_told() -> None:
    buckets, narrow = LocalBuckets(), Bucket("narrow", "tenant", 10.0, 1)
    buckets.take(CLINIC, [narrow], 0.0)
    admitted(buckets, SLOW, 3, 0.0)
    for order in ([SLOW, narrow], [narrow, SLOW]):
        refusal = buckets.take(CLINIC, order, 0.0)
        assert refusal
        assert refusal.bucket == SLOW


def test_a_refused_request_takes_from_no_bucket() -> None:
    buckets, other = LocalBuckets(), Bucket("other", "tenant", 0.01, 2)
    admitted(buckets, SLOW, 3, 0.0)
    assert all(buckets.take(CLINIC, [other, SLOW], 0.0) for _ in range(5))
    assert admitted(buckets, other, 5, 0.0) == 2


def test_what_is_given_back_can_be_taken_and_no_more_than_the_burst() -> None:
    buckets = LocalBuckets()
    buckets.give_back(CLINIC, [SLOW], 0.0)
    assert admitted(buckets, SLOW, 10, 0.0) == 3
    buckets.give_back(CLINIC, [SLOW], 0.0)
    assert admitted(buckets, SLOW, 10, 0.0) == 1


def test_tenants_and_the_platform_have_buckets_of_their_own() -> None:
    buckets = LocalBuckets()
    assert admitted(buckets, SLOW, 10, 0.0) == 3
    assert buckets.take(HOTEL, [SLOW], 0.0) is None
    assert buckets.take(None, [SLOW], 0.0) is None


def test_a_bucket_whose_limits_are_changed_goes_on_with_what_was_taken() -> None:
    buckets = LocalBuckets()
    admitted(buckets, Bucket("b", "tenant", 0.01, 50), 50, 0.0)
    assert admitted(buckets, Bucket("b", "tenant", 0.01, 52), 10, 0.0) == 2
    refusal = buckets.take(CLINIC, [Bucket("b", "tenant", 1.0, 1)], 0.0)
    assert refusal
    assert refusal.retry_after == 1.0


def test_the_bucket_that_was_not_used_for_longest_is_forgotten() -> None:
    buckets = LocalBuckets(size=2)
    one, two, three = (Bucket(name, "tenant", 0.01, 1) for name in ("one", "two", "three"))
    for bucket in (one, two):
        assert buckets.take(CLINIC, [bucket], 0.0) is None
    buckets.give_back(CLINIC, [one], 1.0)
    for bucket in (one, three):
        assert buckets.take(CLINIC, [bucket], 1.0) is None
    assert len(buckets) == 2
    assert buckets.take(CLINIC, [one], 1.0)
    assert buckets.take(CLINIC, [two], 1.0) is None


@given(RATES, BURSTS, GAPS)
def test_no_more_than_the_burst_and_the_rate_get_in(rate: float, burst: int, gaps: list[float]) -> None:
    buckets, bucket, now = LocalBuckets(), Bucket("b", "tenant", rate, burst), 0.0
    welcome: list[float] = []
    for gap in gaps:
        now += gap
        if buckets.take(CLINIC, [bucket], now) is None:
            welcome.append(now)
    for first, since in enumerate(welcome):
        for last in range(first, len(welcome)):
            assert last - first + 1 <= burst + rate * (welcome[last] - since) + 1e-4


@given(RATES, BURSTS, st.lists(st.floats(1, 3), max_size=200))
def test_nobody_who_keeps_to_the_rate_is_refused(rate: float, burst: int, gaps: list[float]) -> None:
    buckets, bucket, now = LocalBuckets(), Bucket("b", "tenant", rate, burst), 0.0
    assert admitted(buckets, bucket, burst, now) == burst
    for gap in gaps:
        now += gap / rate
        assert buckets.take(CLINIC, [bucket], now) is None


@given(RATES, BURSTS, GAPS)
def test_waiting_as_long_as_told_is_enough(rate: float, burst: int, gaps: list[float]) -> None:
    buckets, bucket, now = LocalBuckets(), Bucket("b", "tenant", rate, burst), 0.0
    for gap in gaps:
        now += gap / rate / 10
        if refusal := buckets.take(CLINIC, [bucket], now):
            assert refusal.retry_after > 0
            now += refusal.retry_after
            assert buckets.take(CLINIC, [bucket], now) is None
