"""Which dialogue an utterance begins or goes on with, and what is done in the end."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from deskbell_server.booking.desk import BookingDesk
from deskbell_server.booking.slots import Calendar
from deskbell_server.domain.agent import Agent
from deskbell_server.domain.booking import BookableService, Caller, Reservation, ReservationState
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.names import ConversationId, lead_name
from deskbell_server.domain.tenant import Tenant
from deskbell_server.ports.stores import Clock, LeadStore
from deskbell_server.privacy.regions import region_of_time_zone
from deskbell_server.turn.dialogues import booking, changing, leads
from deskbell_server.turn.dialogues.scheduling import days_to_look_at, hear
from deskbell_server.turn.dialogues.state import DialogueState, Task, Wish
from deskbell_server.turn.dialogues.steps import Action, Book, Cancel, KeepLead, Move, Step
from deskbell_server.turn.dialogues.wording import moment_aloud
from deskbell_server.turn.events import RecordAction, Recorded
from deskbell_server.turn.intents.clauses import clauses
from deskbell_server.turn.slots.form import Phase
from deskbell_server.turn.slots.leads import lead_of
from deskbell_server.turn.slots.questions import is_question

SURE = 0.6
"""Probability of an intent from which it leads away from the dialogue that goes on."""
MOST_OPENING = 500
_CANCEL = re.compile(
    r"\b(?:cancel|call off|can't (?:make|come)|cannot (?:make|come)|won't be able to (?:make|come))\b"
)
_CANCELS_IT = re.compile(
    r"\bcancel (?:it|that|this|my|the|our) ?(?:again|please|then|appointment|booking|reservation|viewing|table|visit"
    r"|altogether|one|$|[,.!?])"
)
"""Plain enough whatever the intent."""
_MOVE = re.compile(
    r"\b(?:reschedul\w*|postpone|move|push|bring|change|shift|swap)\b.*\b(?:appointment|booking|reservation|viewing|table"
    r"|visit|it|that|time|date|check-?up|slot)\b|\breschedul\w*|\b(?:another|different) (?:time|day|date|slot)\b"
)
_TELL = re.compile(
    r"\b(?:when|what time|what day|which day)\b.*\b(?:my|our) (?:\w+ )?(?:appointment|booking|reservation|viewing"
    r"|table)\b"
    r"|\b(?:do i have|have i got|check|confirm|look up)\b.*\b(?:my|an?|our) (?:\w+ )?(?:appointment|booking|reservation"
    r"|viewing)\b"
)
_NOT_AFTER_ALL = re.compile(
    r"\b(?:cancel|don't|do not|not after all|no longer|leave it|forget it|never mind)\b"
)
_CALL_BACK = re.compile(
    r"\b(?:(?:call|ring|phone) me(?: back)?|call ?back|leave (?:a|my) (?:message|details|number)|take a message"
    r"|(?:someone|somebody) (?:to )?(?:call|contact|ring|phone))\b",
    re.IGNORECASE,
)
_ASKS_ABOUT = re.compile(
    r"^\W*(?:(?:and|so|um+|uh+|well|hi|hello|hey)[\s,]+)*(?:how (?:do|can|would|should|far|long|late|much)|what happens"
    r"|what(?:'s| is) your|do (?:i|we|you) (?:have|need) to|do you (?:charge|require)|is there a|are there any|why)\b"
    r"|\b(?:policy|fee|penalty|free of charge|for free|without (?:paying|charge)|online|charged?|deposit|refund\w*)\b"
)
"""A question about booking, which documents answer, rather than the wish to book."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks with whom, where. `proven_caller_id` is the caller id where it is no mere claim, else empty; `unfound`,
    how many bookings were looked for in vain in this conversation."""

    tenant: Tenant
    agent: Agent
    conversation: ConversationId
    caller_id: str
    proven_caller_id: str
    unfound: int = 0


class Outdated(Exception):
    """The dialogue has moved on meanwhile: nothing was done."""


class Dialogues:
    """The dialogues of every tenant. All methods raise StoreUnavailable; `carry_out` more."""

    def __init__(self, desk: BookingDesk, lead_store: LeadStore, clock: Clock) -> None:
        self._desk = desk
        self._leads = lead_store
        self._clock = clock

    async def begin(self, talk: Talk, task: Task, utterance: str) -> Step | None:
        """The first step of a dialogue; None where there is nothing to book."""
        state = DialogueState(task, uuid.uuid4().hex, opening=utterance[:MOST_OPENING])
        if task is Task.LEAD:
            return leads.begin(state, utterance, leads.lead_form(talk.agent.lead_consent), _region(talk))
        around = await self._around(talk)
        if not around.services:
            return None
        if task is Task.BOOK:
            return await booking.begin(state, utterance, around)
        return await changing.begin(state, utterance, around, await self._bookings(talk))

    async def go_on(self, talk: Talk, state: DialogueState, utterance: str, *, digression: bool) -> Step:
        """What an utterance changes. `digression`: it asks for something else, which is answered besides."""
        if state.task is Task.LEAD:
            return leads.step(
                state,
                utterance,
                leads.lead_form(talk.agent.lead_consent),
                _region(talk),
                digression=digression,
            )
        around = await self._around(talk)
        if state.task is Task.BOOK:
            return await booking.step(state, utterance, around, digression=digression)
        bookings = await self._bookings(talk)
        return await changing.step(state, utterance, around, bookings, digression=digression)

    async def again(self, talk: Talk, state: DialogueState) -> Step:
        """The question again that is open."""
        if state.task is Task.LEAD:
            return leads.again(state, leads.lead_form(talk.agent.lead_consent), _region(talk))
        around = await self._around(talk)
        if state.task is Task.BOOK:
            return await booking.again(state, around)
        return await changing.again(state, around, await self._bookings(talk))

    async def changes_of_mind(self, talk: Talk, text: str) -> Task | None:
        """What a caller wants who goes on after a yes: another time, or not to have it at all; None for neither."""
        low = text.lower()
        around = await self._around(talk)
        wish = hear(text, (), around.now, around.zone)
        if wish.days or wish.times:
            return Task.MOVE
        return Task.CANCEL if _NOT_AFTER_ALL.search(low) else None

    async def taken_meanwhile(self, talk: Talk, state: DialogueState) -> Step:
        """The time that was agreed on has gone to somebody else."""
        around = await self._around(talk)
        if state.task is Task.BOOK:
            return await booking.taken_meanwhile(state, around)
        return await changing.taken_meanwhile(state, around, await self._bookings(talk))

    async def carry_out(self, talk: Talk, state: DialogueState, action: Action) -> Recorded:
        """Does what the dialogue was for. Within a unit of work it is done with the turn or not at all; alone it may be
        tried again, by the attempt's key. Raises SlotTaken, NotFound, FailedPrecondition, and Outdated."""
        match action:
            case Book(service, starts_at, caller, notes, key):
                made = await self._desk.book(
                    talk.tenant,
                    service,
                    starts_at,
                    Caller(caller.name, caller.phone, caller.email, talk.caller_id),
                    idempotency_key=key,
                    notes=notes,
                    conversation=talk.conversation,
                )
                if (made.service, made.times.starts_at) != (service, starts_at):
                    # The attempt's key was used for something else: the dialogue is not what it was.
                    raise Outdated
                return Recorded(made.name, RecordAction.CREATED, self._summary(talk, made))
            case Move(reservation, starts_at):
                moved = await self._desk.move(talk.tenant, reservation, starts_at)
                return Recorded(moved.name, RecordAction.UPDATED, self._summary(talk, moved))
            case Cancel(reservation):
                gone = await self._desk.cancel(talk.tenant.id, reservation)
                return Recorded(gone.name, RecordAction.CANCELLED, self._summary(talk, gone))
            case KeepLead(commit, key):
                lead = lead_of(
                    commit,
                    tenant=talk.tenant.id,
                    now=self._clock.now(),
                    intent=state.opening,
                    agent=talk.agent.id,
                    conversation=talk.conversation,
                    caller_id=talk.caller_id,
                )
                kept = await self._leads.record(talk.tenant.id, lead, key)
                new = kept.id == lead.id
                return Recorded(
                    lead_name(talk.tenant.id, kept.id),
                    RecordAction.CREATED if new else RecordAction.UPDATED,
                    "Details for a call back",
                )

    def _summary(self, talk: Talk, reservation: Reservation) -> str:
        zone = ZoneInfo(talk.tenant.time_zone)
        today = self._clock.now().astimezone(zone).date()
        return f"{reservation.service}, {moment_aloud(reservation.times.starts_at, today, zone)}"

    async def _around(self, talk: Talk) -> booking.Surroundings:
        zone = ZoneInfo(talk.tenant.time_zone)
        now = self._clock.now()

        async def calendar(service: BookableService, wish: Wish) -> Calendar:
            first, last = days_to_look_at(wish, now.astimezone(zone).date())
            return await self._desk.calendar(talk.tenant, service.id, first, last)

        services = await self._desk.services(talk.tenant.id)
        return booking.Surroundings(services, calendar, zone, _region(talk), now)

    async def _bookings(self, talk: Talk) -> changing.Bookings:
        now = self._clock.now()
        own = [
            each
            for each in await self._desk.of_conversation(talk.tenant.id, talk.conversation)
            if each.state is ReservationState.BOOKED and each.times.ends_at > now
        ]
        if talk.proven_caller_id and not own:
            # "That appointment" is one of this conversation, if there is any.
            own = await self._desk.of_caller(talk.tenant.id, Caller(id=talk.proven_caller_id))

        async def find(caller: Caller) -> Sequence[Reservation]:
            return await self._desk.of_caller(talk.tenant.id, caller)

        return changing.Bookings(own, find, exhausted=talk.unfound >= changing.MOST_UNFOUND)


def awaits_yes(state: DialogueState) -> bool:
    """Whether a yes would do something: what was read back must then have been heard."""
    return state.confirming or state.form.phase in {Phase.CONFIRMING, Phase.CONSENTING}


def goes_on_after(before: str, text: str) -> str:
    """What an utterance adds to the one that it repeats from its beginning, as one that went on after a pause does."""
    first, whole = before.strip().rstrip(".!,").lower(), text.strip()
    return whole[len(first) :].lstrip(" .,!") if first and whole.lower().startswith(first) else whole


def task_of(intents: Sequence[ScoredIntent], utterance: str) -> Task | None:
    """Which dialogue an utterance begins, if any."""
    kinds = {intent.kind for place, intent in enumerate(intents) if place == 0 or intent.probability >= SURE}
    low = utterance.lower().replace("\u2019", "'")
    # "What does it cost and can I book one" asks and wants.
    only_asks = all(_ASKS_ABOUT.search(part) for part in clauses(low)) and not _TELL.search(low)
    if _CANCELS_IT.search(low) and not only_asks:
        return Task.CANCEL
    if IntentKind.BOOKING in kinds and not only_asks:
        if _TELL.search(low):
            return Task.TELL
        if _CANCEL.search(low):
            return Task.CANCEL
        return Task.MOVE if _MOVE.search(low) else Task.BOOK
    if IntentKind.LEAD_CAPTURE in kinds:
        return Task.LEAD
    return None


def digresses(intents: Sequence[ScoredIntent], utterance: str) -> bool:
    """Whether an utterance in the middle of a dialogue is a question that documents may answer."""
    first = intents[0]
    asks = first.kind in {IntentKind.FAQ, IntentKind.PRICING} and first.probability >= SURE
    return asks and is_question(utterance)


def switches(state: DialogueState, intents: Sequence[ScoredIntent], utterance: str) -> Task | None:
    """The other dialogue that an utterance asks for instead, if it surely does."""
    if intents[0].probability < SURE or intents[0].kind not in {IntentKind.BOOKING, IntentKind.LEAD_CAPTURE}:
        return None
    task = task_of(intents[:1], utterance)
    if task is None or task is state.task or state.confirming:
        return None
    if task is Task.LEAD:
        # "My name is ... and my number is ..." is for a lead elsewhere, and here the answer to a question.
        return task if _CALL_BACK.search(utterance) else None
    return task if state.task is Task.LEAD or task is Task.CANCEL else None


def _region(talk: Talk) -> str | None:
    return region_of_time_zone(talk.tenant.time_zone)
