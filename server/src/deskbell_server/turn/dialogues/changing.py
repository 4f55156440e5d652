"""Finds a reservation, and moves it, cancels it or tells when it is.

What was booked in this conversation, or by this caller id, is the caller's. Anything else is found by telephone number
and name together: a number alone is no proof. Nor may names be tried out: after MOST_UNFOUND that did not fit nothing
is looked up any more.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from deskbell_server.booking.days import DayWish
from deskbell_server.domain.booking import Caller, Reservation
from deskbell_server.turn.dialogues.booking import (
    LEFT,
    MOST_MISSES,
    NOT_CAUGHT,
    Surroundings,
    changed_mind,
)
from deskbell_server.turn.dialogues.owners import same_person
from deskbell_server.turn.dialogues.scheduling import (
    Chosen,
    Offer,
    Question,
    chosen,
    hear,
    in_view,
    narrowed,
    place_of,
    relative,
    resolve,
    ruled_out,
)
from deskbell_server.turn.dialogues.services import named
from deskbell_server.turn.dialogues.state import DialogueState, Task, Wish
from deskbell_server.turn.dialogues.steps import Cancel, Move, Step
from deskbell_server.turn.dialogues.wording import listed, moment_aloud, sentence
from deskbell_server.turn.slots import commands as c
from deskbell_server.turn.slots.answers import aborts, consents
from deskbell_server.turn.slots.dialogue import Dialogue
from deskbell_server.turn.slots.form import Field, Form
from deskbell_server.turn.slots.model import Answer, Slot
from deskbell_server.turn.slots.phrases import Phrases
from deskbell_server.turn.slots.understanding import understand

_CANCEL_INSTEAD = re.compile(r"\bcancel (?:it|that|my|the)\b", re.IGNORECASE)
_MOVE_INSTEAD = re.compile(
    r"\b(?:move|change|shift|push|bring|swap|reschedul\w*|postpone)\b(?! (?:my mind|nothing))", re.IGNORECASE
)
_CANCELS = re.compile(
    r"\W*(?:(?:yes|yeah|please|ok|okay|just)\W+)*cancel(?: (?:it|that one|the booking|the appointment))?"
    r"(?:\W+(?:please|now|then|thanks|thank you))*\W*",
    re.IGNORECASE,
)
"""Agrees to "Shall I cancel?"; elsewhere it leaves."""
NOT_FOUND = "I'm sorry, I can't find a booking under that name and number."
UNFOUND = "booking_not_found"
"""Why a caller is handed over whose booking is not found; these are counted."""
MOST_UNFOUND = 3
"""In one conversation."""
NO_MORE = "I'm sorry, I can't look up a booking any more in this conversation."
ANYTHING_ELSE = "Is there anything else I can help you with?"
OWNER_FORM = Form(
    fields=(
        Field(Slot.PHONE, "Which telephone number is the booking under?"),
        Field(Slot.NAME, "And under which name?"),
    ),
    phrases=Phrases(read_back="{values}"),
)


@dataclass(frozen=True, slots=True)
class Bookings:
    """Reservations that may be meant: `own` are surely the caller's; `find` looks others up, unless too many were not
    found before (`exhausted`)."""

    own: Sequence[Reservation]
    find: Callable[[Caller], Awaitable[Sequence[Reservation]]]
    exhausted: bool = False


async def begin(state: DialogueState, utterance: str, around: Surroundings, bookings: Bookings) -> Step:
    """The first step, with what the caller has said already."""
    if not bookings.own and bookings.exhausted:
        return Step(NO_MORE, hand_over=UNFOUND)
    if not bookings.own:
        form, told = Dialogue(OWNER_FORM, around.region).begin(utterance)
        # "Move my appointment to Friday": the day is for later.
        wish = hear(utterance, (), around.now, around.zone) if state.task is Task.MOVE else Wish()
        return await _identified(replace(state, form=form, wish=wish), told, around, bookings)
    return await _which(state, bookings.own, utterance, around)


async def step(
    state: DialogueState, utterance: str, around: Surroundings, bookings: Bookings, *, digression: bool
) -> Step:
    """What an utterance changes."""
    if state.task is Task.MOVE and _CANCEL_INSTEAD.search(utterance):
        state = replace(
            state, task=Task.CANCEL, start=None, offered=(), wish=Wish(), reservation="", candidates=()
        )
        return await begin(state, "", around, bookings)
    utterance = changed_mind(utterance, around)
    if aborts(utterance) and not _says_which(state, utterance, around):
        return Step(LEFT)
    if not state.reservation and not state.candidates:
        form, told = Dialogue(OWNER_FORM, around.region).step(state.form, utterance, digression=digression)
        return await _identified(replace(state, form=form), told, around, bookings)
    mine = await _candidates(state, bookings)
    if not state.reservation:
        after = await _which(state, mine, utterance, around, digression=digression)
        return replace(after, digress=digression) if digression else after
    reservation = next((each for each in mine if str(each.id) == state.reservation), None)
    if reservation is None:
        return Step(f"I'm sorry, that booking is no longer there. {ANYTHING_ELSE}")
    return await _changed(state, reservation, utterance, around, digression=digression)


async def again(state: DialogueState, around: Surroundings, bookings: Bookings) -> Step:
    """The question again that is open, once it is known which booking is meant."""
    mine = await _candidates(state, bookings)
    reservation = next((each for each in mine if str(each.id) == state.reservation), None)
    if reservation is None:
        return Step(f"I'm sorry, that booking is no longer there. {ANYTHING_ELSE}")
    if state.task is Task.MOVE:
        return await _moved(state, reservation, around)
    return await _changed(state, reservation, "", around, first=True)


def _says_which(state: DialogueState, utterance: str, around: Surroundings) -> bool:
    """Whether what sounds like leaving answers what was asked: "Shall I cancel?", or which one."""
    if state.task is not Task.CANCEL:
        return False
    if state.reservation or not state.candidates:
        return bool(state.reservation)
    wish = hear(utterance, (), around.now, around.zone)
    return (
        bool(wish.days or wish.times or named(utterance, around.services)) or place_of(utterance) is not None
    )


async def taken_meanwhile(state: DialogueState, around: Surroundings, bookings: Bookings) -> Step:
    """The time to move to has gone to somebody else."""
    mine = await _candidates(state, bookings)
    reservation = next((each for each in mine if str(each.id) == state.reservation), None)
    if reservation is None:
        return Step(f"I'm sorry, that booking is no longer there. {ANYTHING_ELSE}")
    return await _moved(replace(state, start=None, confirming=False, offered=()), reservation, around)


async def _candidates(state: DialogueState, bookings: Bookings) -> Sequence[Reservation]:
    """What may be meant, looked up anew: it may have changed."""
    found = list(bookings.own)
    if state.form.values.get(Slot.PHONE):
        found += [each for each in await _owned(state, bookings) if each.id not in {one.id for one in found}]
    return found


async def _owned(state: DialogueState, bookings: Bookings) -> list[Reservation]:
    values = state.form.values
    if bookings.exhausted:
        return []
    found = await bookings.find(Caller(phone=values.get(Slot.PHONE, "")))
    return [each for each in found if same_person(values.get(Slot.NAME, ""), each.caller.name)]


async def _identified(
    state: DialogueState, told: Sequence[c.Command], around: Surroundings, bookings: Bookings
) -> Step:
    """Asks for number and name, then looks the bookings up."""
    says: list[str] = []
    digress = False
    for command in told:
        match command:
            case c.Say(text) | c.Ask(_, text):
                says.append(text)
            case c.Digress():
                digress = True
            case c.Confirm():
                found = await _owned(state, bookings)
                if not found:
                    return Step(NOT_FOUND, hand_over=UNFOUND)
                return await _which(state, found, "", around)
            case c.Escalate():
                return Step("", hand_over="repeated_failure")
            case c.Cancel() | c.Commit():
                return Step(LEFT)
    return Step(" ".join(says), state, digress=digress)


async def _which(
    state: DialogueState,
    mine: Sequence[Reservation],
    utterance: str,
    around: Surroundings,
    *,
    digression: bool = False,
) -> Step:
    """Which of several bookings; with one there is nothing to ask."""
    left = list(mine)
    if len(left) > 1 and utterance and not digression:
        left = _meant(left, utterance, around, repeated=bool(state.candidates))
    if len(left) == 1:
        found = left[0]
        first = not state.candidates
        state = replace(
            state, reservation=str(found.id), service=str(found.service), candidates=(str(found.id),)
        )
        return await _changed(state, found, utterance if first else "", around, first=True)
    misses = state.misses + (1 if state.candidates and not digression else 0)
    if misses >= MOST_MISSES:
        return Step("", hand_over="repeated_failure")
    state = replace(state, candidates=tuple(str(each.id) for each in mine), misses=misses)
    return Step(f"Which one do you mean: {listed([_described(each, around) for each in mine], 'or')}?", state)


def _meant(
    mine: list[Reservation], utterance: str, around: Surroundings, *, repeated: bool
) -> list[Reservation]:
    """Those that the utterance may mean. A day in the first utterance may be the one to move to."""
    services = {service.id for service in named(utterance, around.services)}
    by_service = [each for each in mine if each.service in services]
    if len(by_service) == 1 or not repeated:
        return by_service or mine
    starts = [each.times.starts_at for each in mine]
    wish = hear(utterance, (), around.now, around.zone)
    start = chosen(starts, utterance, wish, around.zone, agrees=False)
    return mine if start is None else [each for each in mine if each.times.starts_at == start]


async def _changed(
    state: DialogueState,
    reservation: Reservation,
    utterance: str,
    around: Surroundings,
    *,
    first: bool = False,
    digression: bool = False,
) -> Step:
    match state.task:
        case Task.TELL:
            return Step(f"Your booking is {sentence(_described(reservation, around))} {ANYTHING_ELSE}")
        case Task.CANCEL:
            if not first and not digression and _moves_instead(utterance, around):
                moving = replace(
                    state, task=Task.MOVE, wish=Wish(), offered=(), start=None, confirming=False, misses=0
                )
                return await _rescheduled(
                    moving, reservation, utterance, around, first=True, digression=False
                )
            if not first and not digression and _CANCELS.fullmatch(utterance):
                return _gone(reservation, around)
            return _cancelled(state, reservation, utterance, around, first=first, digression=digression)
        case _:
            return await _rescheduled(
                state, reservation, utterance, around, first=first, digression=digression
            )


def _moves_instead(utterance: str, around: Surroundings) -> bool:
    """ "No, move it to Thursday at two", to "Shall I cancel?"."""
    if _MOVE_INSTEAD.search(utterance):
        return not re.search(r"\b(?:don't|do not|not) (?:move|change|shift|reschedule)\b", utterance.lower())
    wish = hear(utterance, (), around.now, around.zone)
    instead = re.search(
        r"\b(?:instead|make it|make that|how about|what about|can (?:we|i)|could (?:we|i))\b",
        utterance.lower(),
    )
    return instead is not None and bool(wish.days or wish.times)


def _gone(reservation: Reservation, around: Surroundings) -> Step:
    gone = f"Your booking, {_described(reservation, around)}, is cancelled."
    return Step(f"{gone} {ANYTHING_ELSE}", None, Cancel(reservation.id))


def _cancelled(
    state: DialogueState,
    reservation: Reservation,
    utterance: str,
    around: Surroundings,
    *,
    first: bool,
    digression: bool,
) -> Step:
    ask = f"Shall I cancel your booking, {_described(reservation, around)}?"
    if first:
        return Step(ask, replace(state, confirming=True))
    if digression:
        return Step(ask, state, digress=True)
    heard = understand(utterance, region=around.region)
    if consents(utterance):
        return _gone(reservation, around)
    if heard.answer is Answer.NO or heard.aborts:
        return Step(f"All right, it stays as it is. {ANYTHING_ELSE}")
    return _missed(state, ask)


async def _rescheduled(
    state: DialogueState,
    reservation: Reservation,
    utterance: str,
    around: Surroundings,
    *,
    first: bool,
    digression: bool,
) -> Step:
    heard = understand(utterance, region=around.region)
    new = in_view(
        hear(utterance, heard.heard, around.now, around.zone, state.offered), utterance, state, around.zone
    )
    talked_about = [state.start] if state.start else state.offered or [reservation.times.starts_at]
    new = relative(utterance, new, talked_about, around.zone) or new
    if digression:
        return replace(await _moved(state, reservation, around), digress=True)
    if not first and not new.days and ruled_out(utterance, state, around.zone):
        wish = Wish((), new.times or state.wish.times)
        return Step(
            "All right. On which other day would you like it?",
            replace(state, start=None, offered=(), wish=wish, misses=0),
        )
    if state.start is not None and not (new.days or new.times):
        if consents(utterance):
            moved = f"That's done: your booking is now {sentence(_at(reservation, state, around))}"
            return Step(f"{moved} {ANYTHING_ELSE}", None, Move(reservation.id, state.start))
        if heard.answer is Answer.NO:
            asked = replace(state, start=None, wish=Wish(), misses=0)
            return Step("All right. Which day and time would suit you instead?", asked)
        return _missed(state, _ask_to_move(reservation, state, around))
    taken = chosen(state.offered, utterance, new, around.zone, agrees=heard.answer is Answer.YES)
    if taken is not None:
        state = replace(state, start=taken, offered=(), misses=0)
        return Step(_ask_to_move(reservation, state, around), state)
    if new.days or new.times:
        wish = narrowed(state.wish, new)
        state = replace(state, wish=wish, start=None, offered=(), misses=0)
    elif not first and not (state.offered and heard.answer is Answer.NO):
        return _missed(state, (await _moved(state, reservation, around)).says)
    elif state.offered:
        state = replace(state, wish=Wish(), offered=())
    return await _moved(state, reservation, around)


async def _moved(state: DialogueState, reservation: Reservation, around: Surroundings) -> Step:
    """What is to be asked next of the new time."""
    if state.start is not None:
        return Step(_ask_to_move(reservation, state, around), state)
    service = around.service(str(reservation.service))
    if service is None:
        return Step("", hand_over="service_gone")
    if not state.wish.days and state.wish.times:
        # "Can we make it four instead?" means on the same day.
        day = reservation.times.starts_at.astimezone(around.zone).date()
        state = replace(state, wish=Wish((DayWish(day, day),), state.wish.times))
    calendar = await around.calendar(service, state.wish)
    own = reservation.times
    free = replace(
        calendar,
        held=[
            held
            for held in calendar.held
            if (held.resource, held.unit, held.since)
            != (reservation.resource, reservation.unit, own.starts_at)
        ],
    )
    match resolve(state.wish, free, around.now):
        case Question(says, wish):
            return Step(says, replace(state, wish=wish, offered=()))
        case Offer(says, wish, times):
            return Step(says, replace(state, wish=wish, offered=times))
        case Chosen(start):
            state = replace(state, start=start, offered=(), misses=0)
            return Step(_ask_to_move(reservation, state, around), state)


def _missed(state: DialogueState, ask: str) -> Step:
    state = replace(state, misses=state.misses + 1)
    if state.misses >= MOST_MISSES:
        return Step("", hand_over="repeated_failure")
    return Step(f"{NOT_CAUGHT} {ask}", state)


def _ask_to_move(reservation: Reservation, state: DialogueState, around: Surroundings) -> str:
    return (
        f"Shall I move your booking, {_described(reservation, around)}, to {_at(reservation, state, around)}?"
    )


def _at(reservation: Reservation, state: DialogueState, around: Surroundings) -> str:
    start = state.start or reservation.times.starts_at
    return moment_aloud(start, around.today, around.zone)


def _described(reservation: Reservation, around: Surroundings) -> str:
    service = around.service(str(reservation.service))
    name = service.display_name if service else str(reservation.service)
    return f"{name}, {moment_aloud(reservation.times.starts_at, around.today, around.zone)}"
