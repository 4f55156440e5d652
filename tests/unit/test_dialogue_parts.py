"""The parts of dialogues that need no store: their state, what callers take of an offer, which dialogue is meant."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deskbell_server.booking.days import DayWish
from deskbell_server.booking.times import Precision, TimeWish
from deskbell_server.domain.booking import BookableService, ServiceId
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.names import TenantId
from deskbell_server.turn.dialogues import wording
from deskbell_server.turn.dialogues.routing import digresses, switches, task_of
from deskbell_server.turn.dialogues.scheduling import chosen, hear, is_time, narrowed, place_of, relative
from deskbell_server.turn.dialogues.services import named
from deskbell_server.turn.dialogues.state import DialogueState, Task, Wish, from_json, to_json
from deskbell_server.turn.slots.form import Phase
from deskbell_server.turn.slots.form import State as FormState
from deskbell_server.turn.slots.model import Part, Slot

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 3, 9, tzinfo=UTC)
OFFERED = [datetime(2026, 3, 5, 9, tzinfo=UTC), datetime(2026, 3, 5, 14, 30, tzinfo=UTC)]
THURSDAY = DayWish(date(2026, 3, 5), date(2026, 3, 5))


def exact(minute: int) -> TimeWish:
    return TimeWish(Precision.EXACT, minute, minute, (minute,))


def intents(kind: str, probability: float = 0.9) -> tuple[ScoredIntent, ...]:
    return (ScoredIntent(IntentKind(kind), probability),)


def test_a_state_survives_being_stored() -> None:
    state = DialogueState(
        Task.MOVE,
        "key",
        "can we move it",
        "check-up",
        Wish((THURSDAY,), (exact(600), TimeWish(Precision.WINDOW, 720, 1020))),
        tuple(OFFERED),
        OFFERED[0],
        "r-1",
        ("r-1", "r-2"),
        FormState(
            {Slot.NAME: "Zoë"},
            {Part.GIVEN: "Zoë"},
            frozenset({Slot.PHONE}),
            asked=Slot.EMAIL,
            phase=Phase.FILLING,
        ),
        confirming=True,
        misses=2,
    )
    assert from_json(to_json(state)) == state
    assert from_json(to_json(DialogueState(Task.LEAD, "k"))) == DialogueState(Task.LEAD, "k")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "no json", '{"task": "dance"}', json.dumps({"task": "book"})]
)
def test_what_is_no_state_is_none(text: str) -> None:
    assert from_json(text) is None


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("the second one", 1),
        ("The first please", 0),
        ("the last one", -1),
        ("second of May", None),
        ("at three", None),
    ],
)
def test_places(said: str, place: int | None) -> None:
    assert place_of(said) == place


@pytest.mark.parametrize(
    ("said", "agrees", "taken"),
    [
        ("the second one", False, OFFERED[1]),
        ("half past two", False, OFFERED[1]),
        ("nine is fine", True, OFFERED[0]),
        ("any of them", False, OFFERED[0]),
        ("yes", True, None),
        ("Friday", False, None),
        ("half past four", False, None),
    ],
)
def test_what_is_taken_of_an_offer(said: str, agrees: bool, taken: datetime | None) -> None:
    wish = hear(said, (), NOW, LONDON, OFFERED)
    assert chosen(OFFERED, said, wish, LONDON, agrees=agrees) == taken


def test_a_bit_later_is_after_the_last_time_that_was_talked_about() -> None:
    later = relative("a bit later please", Wish(), OFFERED, LONDON)
    assert later == Wish((THURSDAY,), (TimeWish(Precision.WINDOW, 14 * 60 + 31, 24 * 60),))
    earlier = relative("something earlier", Wish(), OFFERED, LONDON)
    assert earlier == Wish((THURSDAY,), (TimeWish(Precision.WINDOW, 0, 9 * 60),))
    assert relative("that's fine", Wish(), OFFERED, LONDON) is None


def test_what_is_said_later_counts() -> None:
    old = Wish((THURSDAY,), (exact(11 * 60), exact(23 * 60)))
    assert narrowed(old, Wish((), (TimeWish(Precision.WINDOW, 360, 720),))).times == (exact(11 * 60),)
    friday = DayWish(date(2026, 3, 6), date(2026, 3, 6))
    assert narrowed(old, Wish((friday,), ())) == Wish((friday,), old.times)


@pytest.mark.parametrize(
    ("said", "yes"),
    [
        ("half past four", True),
        ("on Friday at ten", True),
        ("April", False),
        ("Anna Stevens", False),
        ("May", False),
    ],
)
def test_a_time_is_nobodys_name(said: str, yes: bool) -> None:
    assert is_time(said, NOW, LONDON) is yes


@pytest.mark.parametrize(
    ("kind", "said", "task"),
    [
        ("booking", "I'd like to book a check-up", Task.BOOK),
        ("booking", "can we move my appointment to Friday", Task.MOVE),
        ("booking", "I need to cancel my appointment", Task.CANCEL),
        ("booking", "when is my appointment?", Task.TELL),
        ("unknown", "can you cancel that again, please?", Task.CANCEL),
        ("booking", "Can I cancel my appointment without paying?", None),
        ("booking", "how far ahead do I need to book?", None),
        ("lead_capture", "please call me back", Task.LEAD),
        ("faq", "do you have parking?", None),
    ],
)
def test_which_dialogue_is_meant(kind: str, said: str, task: Task | None) -> None:
    assert task_of(intents(kind), said) == task


def test_an_unlikely_second_intent_begins_nothing() -> None:
    both = (*intents("faq"), ScoredIntent(IntentKind.BOOKING, 0.3))
    assert task_of(both, "what are your opening hours") is None


def test_leaving_a_dialogue() -> None:
    booking = DialogueState(Task.BOOK, "k")
    assert digresses(intents("pricing"), "how much is a filling?")
    assert not digresses(intents("pricing", 0.4), "how much is a filling?")
    assert not digresses(intents("faq"), "Anna Stevens")
    assert switches(booking, intents("lead_capture"), "just have someone call me back") is Task.LEAD
    assert switches(booking, intents("lead_capture"), "my name is Ann and my number is 0117 496 0123") is None
    assert (
        switches(DialogueState(Task.LEAD, "k"), intents("booking"), "I'd rather book a check-up") is Task.BOOK
    )


def test_days_and_times_aloud() -> None:
    today = date(2026, 3, 3)
    assert wording.day_aloud(date(2026, 3, 4), today) == "tomorrow"
    assert wording.day_aloud(date(2026, 3, 10), today) == "Tuesday 10 March"
    assert wording.minutes_aloud(12 * 60) == "12 p.m."
    assert wording.minutes_aloud(0) == "12 a.m."
    spring = datetime(2026, 3, 29, 13, 30, tzinfo=UTC)  # the clocks went forward that night
    assert wording.moment_aloud(spring, today, LONDON) == "Sunday 29 March at 2:30 p.m."
    assert wording.moments_aloud(OFFERED, today, LONDON) == "Thursday 5 March at 9 a.m. or 2:30 p.m."


def test_services_are_known_by_their_names() -> None:
    def service(name: str) -> BookableService:
        return BookableService(
            TenantId("clinic"), ServiceId(name.lower()), name, timedelta(), timedelta(), "", (), NOW, NOW
        )

    offered = [service("Check-up"), service("Check-up for a child"), service("Visit to the hygienist")]
    offered.append(service("Talk for first-time buyers"))

    def told(said: str) -> list[str]:
        return [each.display_name for each in named(said, offered)]

    assert told("I need a check up") == ["Check-up"]
    assert told("a check-up for my child") == ["Check-up for a child"]
    assert told("the hygienist please") == ["Visit to the hygienist"]
    assert told("good morning") == []
    assert told("The first one, please.") == []
