"""Books by asking: which service, when, for whom; reads it back, and books after a yes.

    service -> day and time, until one that is free is chosen -> name and number -> read back -> Book

Whatever the caller says out of turn ("a check-up next Tuesday at three, it's Anna Stevens") is taken at once.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from deskbell_server.booking import dates
from deskbell_server.booking.slots import Calendar
from deskbell_server.domain.booking import BookableService, Caller, ServiceId
from deskbell_server.turn.dialogues.scheduling import (
    Chosen,
    Offer,
    Question,
    chosen,
    exactly,
    hear,
    in_view,
    is_time,
    narrowed,
    offered_again,
    relative,
    resolve,
    ruled_out,
)
from deskbell_server.turn.dialogues.services import named
from deskbell_server.turn.dialogues.state import DialogueState, Wish
from deskbell_server.turn.dialogues.steps import Book, Step
from deskbell_server.turn.dialogues.wording import capital, listed, moment_aloud, sentence
from deskbell_server.turn.slots import commands as c
from deskbell_server.turn.slots.answers import aborts, consents, without_abort
from deskbell_server.turn.slots.dialogue import Dialogue
from deskbell_server.turn.slots.form import Field, Form
from deskbell_server.turn.slots.model import Answer, Slot, Understood
from deskbell_server.turn.slots.phrases import Phrases
from deskbell_server.turn.slots.understanding import understand

MOST_MISSES = 3
MOST_LISTED = 6
MOST_EXAMPLES = 3
LEFT = "All right, I've left it. Is there anything else I can help you with?"
NOT_CAUGHT = "Sorry, I didn't catch that."
CALLER_FORM = Form(
    fields=(
        Field(Slot.NAME, "What name is it for, please?"),
        Field(Slot.PHONE, "And a telephone number for you?"),
        Field(Slot.EMAIL, "Which e-mail address can we write to?", instead_of=Slot.PHONE),
        Field(Slot.PEOPLE, required=False),
    ),
    phrases=Phrases(read_back="{values}"),
)
_ASKS_PRICE = re.compile(
    r"\b(?:how much (?:is|does|will|would|do) (?:it|that|this|you)\b|what(?:'s| is| does| will) (?:it|that|the) "
    r"(?:cost|price|charge|fee)|what do you charge\b(?! for))",
    re.IGNORECASE,
)
"""Of what is being booked."""
_SEVERAL = re.compile(
    r"\b(?:one|an? [\w-]+(?: [\w-]+)?) for (?:me|myself|my \w+)\b.*"
    r"\b(?:and|plus) (?:one|another|an? [\w-]+(?: [\w-]+)?) for (?:my|our|him|her|them|the)\b"
    r"|\b(?:two|2|three|3|both|a couple of) (?:separate )?(?:appointments|bookings|check-?ups|viewings|visits|slots)\b"
    r"|\b(?:appointment|booking|check-?up|viewing|visit|slot)s? (?:each|for both of us)\b",
    re.IGNORECASE,
)
"""More than one booking, of which one is made at a time."""
_BESIDES = re.compile(
    r"\b(?:also|as well|too|another|and (?:then )?(?:the|an?|one)|plus|on top)\b", re.IGNORECASE
)
"""Another service is wanted besides, not instead."""
_SPEAKS_OF_DIGITS = re.compile(r"\b(?:number|phone|digits?|double|triple|ends?|last)\b", re.IGNORECASE)
CalendarOf = Callable[[BookableService, Wish], Awaitable[Calendar]]
"""The calendar of a service for the days that a wish is about."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a step is taken in: the tenant's services, its zone and telephone region, and now."""

    services: Sequence[BookableService]
    calendar: CalendarOf
    zone: ZoneInfo
    region: str | None
    now: datetime

    @property
    def today(self) -> date:
        """There."""
        return self.now.astimezone(self.zone).date()

    def service(self, service: str) -> BookableService | None:
        """By its id."""
        return next((each for each in self.services if each.id == service), None)


async def begin(state: DialogueState, utterance: str, around: Surroundings) -> Step:
    """The first step, with what the caller has said already."""
    after = await _scheduled(state, utterance, around, first=True)
    if _SEVERAL.search(utterance) and after.says and not after.digress:
        after = replace(after, says=f"One at a time: the first one first. {after.says}")
    return after


async def step(state: DialogueState, utterance: str, around: Surroundings, *, digression: bool) -> Step:
    """What an utterance changes. `digression`: it asks for something else."""
    service = around.service(state.service)
    if digression and service is not None and service.price and _ASKS_PRICE.search(utterance):
        again = await _step(state, "", around, digression=True)
        price = sentence(f"{service.display_name}: {service.price}")
        return replace(again, says=f"{price} {again.says}", digress=False)
    return await _step(state, utterance, around, digression=digression)


async def _step(state: DialogueState, utterance: str, around: Surroundings, *, digression: bool) -> Step:
    utterance = changed_mind(utterance, around)
    if state.start is None:
        if aborts(utterance):
            return Step(LEFT)
        return await _scheduled(state, utterance, around, digression=digression)
    heard = understand(utterance, asked=state.form.asked, known=state.form.values, region=around.region)
    if state.confirming and _repeats(state, utterance, around):
        return _detailed(state, state.start, "yes", around)
    timely = _is_about_time(state, heard, utterance, around)
    anew = hear(utterance, () if timely else heard.heard, around.now, around.zone)
    anew = relative(utterance, anew, [state.start], around.zone) or anew
    if not anew.days and not digression and ruled_out(utterance, state, around.zone):
        left = Wish((), anew.times or state.wish.times)
        return await _resolved(replace(state, start=None, confirming=False, wish=left, offered=()), around)
    other = named(utterance, around.services)
    another = other[0] if len(other) == 1 and other[0].id != state.service else None
    given = {each.slot for each in heard.heard}
    giving_details = state.form.asked in given and not timely
    if (
        (anew.days or anew.times or another)
        and not giving_details
        and not digression
        and not aborts(utterance)
    ):
        if another and state.confirming and not (anew.days or anew.times) and _BESIDES.search(utterance):
            return _one_first(state, state.start, another, around)
        # Another time or another service than the one that was chosen.
        changed = replace(state, confirming=False, service=another.id if another else state.service)
        return await _scheduled(changed, utterance, around, timely=timely)
    return _detailed(state, state.start, utterance, around, digression=digression)


def _repeats(state: DialogueState, utterance: str, around: Surroundings) -> bool:
    """Whether a yes says once more what was read back: "yes, Friday at ten, please"."""
    told = dates.understand(utterance, around.now, around.zone)
    wish = Wish(told.days, told.times)
    if state.start is None or not (wish.days or wish.times):
        return False
    rest = utterance.lower()
    for word in told.words.lower().split():
        rest = rest.replace(word, " ", 1)
    return chosen([state.start], "", wish, around.zone, agrees=False) is not None and consents(
        " ".join(rest.replace(",", " ").split())
    )


def changed_mind(utterance: str, around: Surroundings) -> str:
    """The utterance without "I've changed my mind" if it says what is wanted instead."""
    if not aborts(utterance):
        return utterance
    wish = hear(utterance, (), around.now, around.zone)
    return without_abort(utterance) if wish.days or wish.times else utterance


def _one_first(state: DialogueState, start: datetime, other: BookableService, around: Surroundings) -> Step:
    """The read-back again: what was asked for besides was not in it, so that a yes to it was none to both."""
    again = _detailed(state, start, "", around)
    return replace(again, says=f"One at a time: I can book {other.display_name} next. {again.says}")


def _is_about_time(state: DialogueState, heard: Understood, utterance: str, around: Surroundings) -> bool:
    """Whether what could be a name or some digits is a time: "half past four", "make it eleven"."""
    if state.form.asked is Slot.NAME:
        return is_time(utterance, around.now, around.zone)
    number = heard.of(Slot.PHONE)
    if number is None or not number.corrects or _SPEAKS_OF_DIGITS.search(utterance):
        return False
    wish = hear(utterance, (), around.now, around.zone)
    return bool(wish.days or wish.times)


async def again(state: DialogueState, around: Surroundings) -> Step:
    """The question again that is open."""
    if state.start is None:
        return await _resolved(state, around)
    return _detailed(state, state.start, "", around)


async def taken_meanwhile(state: DialogueState, around: Surroundings) -> Step:
    """The time that was to be booked has gone to somebody else: what can be had instead."""
    again = replace(state, start=None, confirming=False, offered=())
    return await _resolved(again, around)


def _known(state: DialogueState, utterance: str, around: Surroundings) -> tuple[DialogueState, Understood]:
    """The state with names and numbers that were said."""
    dialogue = Dialogue(CALLER_FORM, around.region)
    heard = understand(utterance, asked=None, known=state.form.values, region=around.region)
    form, _ = dialogue.step(replace(state.form, asked=None), utterance, digression=True)
    return replace(state, form=form), heard


async def _scheduled(
    state: DialogueState,
    utterance: str,
    around: Surroundings,
    *,
    first: bool = False,
    digression: bool = False,
    timely: bool = False,
) -> Step:
    """Until a time is chosen. `timely`: there is no name in the utterance, which sounds like one."""
    state, heard = (state, Understood()) if timely else _known(state, utterance, around)
    new = hear(utterance, heard.heard, around.now, around.zone, state.offered)
    new = in_view(new, utterance, state, around.zone)
    talked_about = [state.start] if state.start else state.offered
    new = relative(utterance, new, talked_about, around.zone) or new
    state = replace(state, start=None)
    helped = first
    meant = named(utterance, around.services)
    if not state.service and len(around.services) == 1:
        meant = [around.services[0]]
    if len(meant) == 1 and (not state.service or meant[0].id != state.service):
        state = replace(state, service=meant[0].id, offered=())
        helped = True
    taken = chosen(state.offered, utterance, new, around.zone, agrees=heard.answer is Answer.YES)
    if taken is not None and not digression:
        return _detailed(state, taken, "", around, fresh=True)
    if not new.days and ruled_out(utterance, state, around.zone):
        state = replace(state, wish=Wish((), new.times or state.wish.times), offered=())
        helped = True
    elif new.days or new.times:
        state = replace(state, wish=narrowed(state.wish, new), offered=())
        helped = True
    if state.offered and heard.answer is Answer.NO:
        state = replace(state, wish=Wish((), ()), offered=())
        helped = True
    helped = helped or digression or bool(heard.heard)
    if not helped:
        state = replace(state, misses=state.misses + 1)
        if state.misses >= MOST_MISSES:
            return Step("", hand_over="repeated_failure")
    else:
        state = replace(state, misses=0)
    if state.offered:
        after = Step(offered_again(state.offered, around.today, around.zone), state)
    else:
        after = await _resolved(state, around, meant=meant if len(meant) > 1 else ())
    if not helped and after.says and not after.digress:
        after = replace(after, says=f"{NOT_CAUGHT} {after.says}")
    return replace(after, digress=digression)


async def _resolved(
    state: DialogueState, around: Surroundings, *, meant: Sequence[BookableService] = ()
) -> Step:
    """What is to be asked next, or the chosen time."""
    service = around.service(state.service)
    if service is None:
        names = [each.display_name for each in (meant or around.services)]
        if len(names) > MOST_LISTED:
            some = listed(names[:MOST_EXAMPLES], "or")
            return Step(f"What would you like to book, for example {some}?", replace(state, service=""))
        return Step(f"What would you like to book: {listed(names, 'or')}?", replace(state, service=""))
    outcome = resolve(state.wish, await around.calendar(service, state.wish), around.now)
    match outcome:
        case Question(says, wish):
            return Step(says, replace(state, wish=wish, offered=()))
        case Offer(says, wish, times):
            return Step(says, replace(state, wish=wish, offered=times))
        case Chosen(start):
            return _detailed(state, start, "", around, fresh=True)


def _detailed(
    state: DialogueState,
    start: datetime,
    utterance: str,
    around: Surroundings,
    *,
    digression: bool = False,
    fresh: bool = False,
) -> Step:
    """For whom it is, and the read-back. `fresh`: the time has just been chosen, and is said."""
    state = replace(state, start=start, wish=exactly(start, around.zone), offered=(), misses=0)
    dialogue = Dialogue(CALLER_FORM, around.region)
    if utterance:
        form, told = dialogue.step(state.form, utterance, digression=digression)
    else:
        form, told = dialogue.resume(state.form)
    state = replace(state, form=form, confirming=False)
    asks = any(isinstance(command, c.Ask) for command in told)
    says = [f"{capital(moment_aloud(start, around.today, around.zone))} is free."] if fresh and asks else []
    digress = False
    for command in told:
        match command:
            case c.Say(text) | c.Ask(_, text):
                says.append(text)
            case c.Digress():
                digress = True
            case c.Confirm(values):
                state = replace(state, confirming=True)
                says.append(f"{_read_back(state, around)} {sentence(values)} Shall I book that?")
            case c.Commit():
                return Step(_booked(state, around), None, _book(state, start))
            case c.Cancel():
                return Step(LEFT)
            case c.Escalate():
                return Step("", hand_over="repeated_failure")
    return Step(" ".join(says), state, digress=digress)


def _what(state: DialogueState, around: Surroundings) -> str:
    service = around.service(state.service)
    name = service.display_name if service else state.service
    when = moment_aloud(state.start, around.today, around.zone) if state.start else ""
    return f"{name}, {when}"


def _read_back(state: DialogueState, around: Surroundings) -> str:
    return f"Let me read that back: {sentence(_what(state, around))}"


def _booked(state: DialogueState, around: Surroundings) -> str:
    done = f"That's booked: {sentence(_what(state, around))}"
    if _SEVERAL.search(state.opening):
        return f"{done} For the next one, tell me what to book, and when."
    return f"{done} Is there anything else I can help you with?"


def _book(state: DialogueState, start: datetime) -> Book:
    values = state.form.values
    people = values.get(Slot.PEOPLE, "")
    return Book(
        ServiceId(state.service),
        start,
        Caller(values.get(Slot.NAME, ""), values.get(Slot.PHONE, ""), values.get(Slot.EMAIL, "")),
        f"{people} people" if people else "",
        state.key,
    )
