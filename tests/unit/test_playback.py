"""What was sent and what was heard."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskbell_server.voice.playback import LEAD_SECONDS, ResponseTrack, SendClock

RATE = 16_000


def test_audio_is_sent_at_most_the_lead_ahead() -> None:
    clock = SendClock(RATE)
    now = 10.0
    for _ in range(100):
        now += clock.delay(now)
        clock.sent(1_600, now)
        assert clock.drained(now) <= LEAD_SECONDS + 0.1 + 1e-9
    assert now > 10.0 + 100 * 0.1 - LEAD_SECONDS - 0.2


def test_after_a_cut_the_next_response_starts_at_once() -> None:
    clock = SendClock(RATE)
    clock.sent(160_000, 0.0)
    clock.cut(1.0)
    assert clock.delay(1.0) == 0.0
    assert clock.sent(1_600, 1.0) == 1.0


def spoken() -> ResponseTrack:
    """Two sentences of one second each, sent at time 0 and heard from then on."""
    track = ResponseTrack("r1", RATE)
    for i, text in enumerate(["We open at nine. ", "We close at five."]):
        track.sentence(text)
        for j in range(10):
            track.frame(1_600, i + j * 0.1)
        track.sentence_sent()
    return track


def test_by_the_clock_whole_sentences_and_a_share_of_the_last_were_heard() -> None:
    track = spoken()
    assert track.estimated
    assert track.heard_text(0.0) == ""
    assert track.heard_text(1.0) == "We open at nine."
    assert track.heard_text(1.5) == "We open at nine. We close"
    assert track.heard_text(9.0) == "We open at nine. We close at five."


def test_a_report_replaces_the_estimate() -> None:
    track = spoken()
    track.report(24_000)
    assert not track.estimated
    assert track.heard_text(99.0) == "We open at nine. We close"
    track.report(10**9)
    assert track.heard_samples(0.0) == track.sent_samples


def test_of_a_sentence_of_which_little_was_sent_little_was_heard() -> None:
    track = ResponseTrack("r1", RATE)
    track.sentence("one two three four five six seven eight nine ten eleven twelve")
    track.frame(8_000, 0.0)
    assert track.heard_text(5.0).split() == ["one"]


@given(
    st.lists(st.integers(1, 3_000), min_size=1, max_size=30),
    st.floats(0, 20),
    st.one_of(st.none(), st.integers(0, 100_000)),
)
def test_never_more_is_heard_than_was_sent(frames: list[int], now: float, report: int | None) -> None:
    track = ResponseTrack("r1", RATE)
    track.sentence("some words to say here")
    at = 0.0
    for samples in frames:
        track.frame(samples, at)
        at += samples / RATE
    if report is not None:
        track.report(report)
    assert 0 <= track.heard_samples(now) <= track.sent_samples
    assert "some words to say here".startswith(track.heard_text(now))
