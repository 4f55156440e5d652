"""When the caller begins and ceases to speak."""

from __future__ import annotations

import pytest

from deskbell_server.voice.endpointing import WINDOW, Began, Ended, Endpointer

RATE = 16_000


def play(endpointer: Endpointer, pattern: str, first: int = 0) -> list[Began | Ended]:
    """`#` is a voiced window, `~` one between the thresholds, `.` a silent one."""
    probabilities = {"#": 0.9, "~": 0.4, ".": 0.02}
    found = []
    for i, sign in enumerate(pattern, start=first + 1):
        event = endpointer.window(i * WINDOW, probabilities[sign])
        if event is not None:
            found.append(event)
    return found


def test_an_utterance_begins_at_its_first_voiced_window_and_ends_after_the_silence() -> None:
    endpointer = Endpointer(end_silence=0.32, max_seconds=60)
    began, ended = play(endpointer, "....######..........")
    assert began == Began(start=4 * WINDOW)
    assert ended == Ended(4 * WINDOW, 10 * WINDOW, 10 * WINDOW, "silence")


def test_a_click_is_no_speech() -> None:
    assert play(Endpointer(0.32, 60), "..#...##....#.#.#..") == []


def test_a_short_pause_does_not_end_the_utterance() -> None:
    found = play(Endpointer(0.32, 60), "####.........####" + "." * 9)
    assert [type(event) for event in found] == [Began]


def test_a_doubtful_window_continues_speech_but_does_not_begin_it() -> None:
    assert play(Endpointer(0.32, 60), "~~~~~~") == []
    found = play(Endpointer(0.32, 60), "###" + "~" * 20)
    assert [type(event) for event in found] == [Began]


def test_speech_without_a_pause_ends_at_the_longest_utterance() -> None:
    _, ended = play(Endpointer(0.5, max_seconds=0.64), "#" * 25)[:2]
    assert isinstance(ended, Ended)
    assert ended.reason == "length"


@pytest.mark.parametrize("silence", [0.2, 0.6, 1.5])
def test_the_silence_waited_for_is_the_one_set(silence: float) -> None:
    found = play(Endpointer(silence, 60), "####" + "." * 100)
    ended = found[-1]
    assert isinstance(ended, Ended)
    assert silence <= ended.silence / RATE < silence + WINDOW / RATE


def test_closing_ends_what_was_begun_and_nothing_else() -> None:
    endpointer = Endpointer(0.6, 60)
    assert endpointer.close(0, "input_closed") is None
    play(endpointer, "####..")
    ended = endpointer.close(6 * WINDOW, "input_closed")
    assert ended == Ended(0, 4 * WINDOW, 2 * WINDOW, "input_closed")
    assert not endpointer.speaking
