"""Fills a form by asking: a state machine without clock, I/O and language model."""

from __future__ import annotations

import re
from dataclasses import replace

from deskbell_server.turn.slots.answers import consents, declines
from deskbell_server.turn.slots.commands import (
    Ask,
    Cancel,
    CancelReason,
    Command,
    Commit,
    Confirm,
    Digress,
    Escalate,
    Say,
)
from deskbell_server.turn.slots.form import Field, Form, Phase, State
from deskbell_server.turn.slots.model import Answer, Heard, Part, Slot, Understood
from deskbell_server.turn.slots.phones import gone_on
from deskbell_server.turn.slots.questions import asks_to_repeat
from deskbell_server.turn.slots.readback import digits_aloud, speakable, spelt_out
from deskbell_server.turn.slots.understanding import MOST, understand

_MENTIONS = (
    (Slot.EMAIL, re.compile(r"\b(?:e-?mail|address)\b", re.IGNORECASE)),
    (Slot.PHONE, re.compile(r"\b(?:phone|telephone|mobile|number)\b", re.IGNORECASE)),
    (Slot.NAME, re.compile(r"\b(?:sur|first |last )?name\b", re.IGNORECASE)),
    (Slot.PEOPLE, re.compile(r"\b(?:people|party|guests)\b", re.IGNORECASE)),
    (Slot.PROPERTY, re.compile(r"\b(?:property|flat|reference)\b", re.IGNORECASE)),
)
_SHORT = 5
"""Words: "leave it" alone gives up, and in a longer message it need not."""
_LONG = 8
"""Words: a message for somebody, in which names and numbers put nothing right that was taken down."""
_MOST_NOTES = 1000
"""Characters of notes."""

Step = tuple[State, tuple[Command, ...]]


class Dialogue:
    """The steps of filling one form. `region`: as for `understand`. Holds no state itself."""

    def __init__(self, form: Form, region: str | None) -> None:
        self._form = form
        self._region = region

    def begin(self, utterance: str = "") -> Step:
        """The first question; what the caller has said already need not be asked for."""
        heard = understand(utterance, region=self._region)
        state, _ = self._taken(State(), heard, utterance)
        return self._next(state)

    def resume(self, state: State) -> Step:
        """The question again that is open, as after another subject."""
        return self._next(state)

    def step(self, state: State, utterance: str, *, digression: bool = False) -> Step:
        """What an utterance changes. `digression`: it asks for something else, as whoever tells intents apart
        found; values in it are taken all the same."""
        if state.phase is Phase.DONE:
            return state, ()
        long = state.asked is Slot.NOTES and len(utterance.split()) > _LONG
        known = {} if long else dict(state.values)
        understood = understand(utterance, asked=state.asked, known=known, region=self._region)
        if understood.aborts and (state.asked is not Slot.NOTES or len(utterance.split()) <= _SHORT):
            return replace(state, phase=Phase.DONE), (Cancel(CancelReason.ABORTED),)
        understood = self._with_more_digits(state, understood, utterance)
        new, changed = self._taken(state, understood, utterance)
        if digression:
            after, commands = self._next(new)
            return after, (Digress(), *commands)
        if changed:
            return self._after_values(state, new, understood)
        if asks_to_repeat(utterance):
            return self._next(state)
        match state.phase:
            case Phase.CONFIRMING:
                return self._confirmed(state, understood, utterance)
            case Phase.CONSENTING:
                return self._consented(state, understood, utterance)
            case _:
                return self._answered(state, understood, utterance)

    # ---- values

    def _with_more_digits(self, state: State, understood: Understood, utterance: str) -> Understood:
        """A telephone number that is said in two breaths is one."""
        if not state.digits or state.asked is not Slot.PHONE:
            return understood
        number = gone_on(utterance[:MOST], state.digits, self._region)
        if number is None:
            return understood
        others = [each for each in understood.heard if each.slot is not Slot.PHONE]
        return replace(understood, heard=(*others, number))

    def _taken(self, state: State, understood: Understood, utterance: str) -> tuple[State, bool]:
        """The state with the values that were heard, and whether there were any."""
        values, parts = dict(state.values), dict(state.parts)
        spell, declined = set(state.spell), set(state.declined)
        for each in understood.heard:
            if not each.valid or not self._form.has(each.slot) or _is_anothers(each, state):
                continue
            value = _whole_name(each, values, parts) if each.slot is Slot.NAME else each.value
            if each.corrects or each.slot in values or _is_spelt(each, utterance):
                spell.add(each.slot)
            values[each.slot] = value
            declined.discard(each.slot)
        changed = values != dict(state.values)
        put_right = any(each.corrects for each in understood.heard)
        if changed and not put_right and state.asked is Slot.NOTES and understood.answer is not Answer.NO:
            values[Slot.NOTES] = utterance.strip()[:_MOST_NOTES]
        digits = "" if Slot.PHONE in values else state.digits
        new = replace(
            state,
            values=values,
            parts=parts,
            spell=frozenset(spell),
            declined=frozenset(declined),
            digits=digits,
        )
        return (replace(new, misses=0), True) if changed else (state, False)

    def _after_values(self, old: State, new: State, understood: Understood) -> Step:
        """Goes on; what was put right while something else was asked for is said back at once."""
        said: tuple[Command, ...] = ()
        corrected = [slot for slot, value in new.values.items() if old.values.get(slot, value) != value]
        if corrected and old.phase is Phase.FILLING:
            aloud = ", ".join(self._aloud(new, slot) for slot in corrected)
            said = (Say(self._form.phrases.changed.format(value=aloud)),)
        if old.phase is Phase.CONSENTING:
            # What is consented to has changed.
            new = replace(new, phase=Phase.FILLING)
        if old.asked is not None and old.asked not in new.values and understood.answer is Answer.NO:
            optional = not self._form.field_of(old.asked).required
            if optional and not corrected:
                new = replace(new, declined=new.declined | {old.asked})
        after, commands = self._next(new)
        return after, (*said, *commands)

    # ---- what comes next

    def _open(self, state: State) -> Field | None:
        for field in self._form.fields:
            if not field.question or field.slot in state.values or field.slot in state.declined:
                continue
            if field.instead_of is None or field.instead_of in state.declined:
                return field
        return None

    def _next(self, state: State) -> Step:
        if state.phase is Phase.CONSENTING:
            return replace(state, asked=None), (Ask(None, self._form.consent),)
        field = self._open(state)
        if field is not None:
            state = replace(state, phase=Phase.FILLING, asked=field.slot)
            return state, (Ask(field.slot, field.question),)
        return replace(state, phase=Phase.CONFIRMING, asked=None), (Confirm(self._read_back(state)),)

    def _missed(self, state: State, say: str) -> Step:
        """Nothing was understood: asks again, or gives up."""
        state = replace(state, misses=state.misses + 1)
        if state.misses >= self._form.most_misses:
            return replace(state, phase=Phase.DONE), (Escalate(dict(state.values)),)
        after, commands = self._next(state)
        return after, ((Say(say), *commands) if say else commands)

    # ---- answers

    def _answered(self, state: State, understood: Understood, utterance: str) -> Step:
        phrases = self._form.phrases
        if state.asked is None:
            return self._missed(state, phrases.not_caught)
        field = self._form.field_of(state.asked)
        bad = understood.of(Slot.PHONE)
        if field.slot is Slot.PHONE and bad is not None and not bad.valid:
            return self._incomplete(state, bad.value)
        if declines(utterance) or (understood.answer is Answer.NO and not field.required):
            return self._declined(state, field)
        if field.slot is Slot.NOTES and utterance.strip() and understood.answer is not Answer.YES:
            notes = {**state.values, Slot.NOTES: utterance.strip()[:_MOST_NOTES]}
            return self._next(replace(state, values=notes, misses=0))
        if understood.answer is Answer.YES and len(utterance.split()) <= _SHORT:
            # "Yes" to "may I have your number?" is no misunderstanding, and no number either.
            return self._missed(state, "") if state.misses else self._next(replace(state, misses=1))
        return self._missed(state, phrases.not_caught)

    def _incomplete(self, state: State, digits: str) -> Step:
        """Some digits of a number: the rest may follow. Only those that are no more than before help nothing."""
        phrases = self._form.phrases
        say = phrases.bad_number.format(digits=digits_aloud(re.sub(r"\D", "", digits)))
        more = len(digits) > len(state.digits) and digits.startswith(state.digits) and bool(state.digits)
        state = replace(state, digits=digits)
        if not more:
            after, commands = self._missed(state, say)
        else:
            after, commands = self._next(state)
            commands = (Say(say), *commands)
        return after, tuple(
            Ask(Slot.PHONE, phrases.go_on_number) if isinstance(command, Ask) else command
            for command in commands
        )

    def _declined(self, state: State, field: Field) -> Step:
        state = replace(state, declined=state.declined | {field.slot}, misses=0)
        instead = any(each.instead_of is field.slot for each in self._form.fields)
        if not field.required:
            return self._next(state)
        if instead:
            after, commands = self._next(state)
            return after, (Say(self._form.phrases.needed_instead), *commands)
        return replace(state, phase=Phase.DONE), (Cancel(CancelReason.DECLINED),)

    def _confirmed(self, state: State, understood: Understood, utterance: str) -> Step:
        if consents(utterance):
            state = replace(state, misses=0)
            if self._form.consent:
                return self._next(replace(state, phase=Phase.CONSENTING))
            return self._committed(state, "")
        slot = next(
            (each for each, said in _MENTIONS if each in state.values and said.search(utterance)), None
        )
        if slot is not None and not utterance.rstrip().endswith("?"):
            values = {each: value for each, value in state.values.items() if each is not slot}
            parts = {} if slot is Slot.NAME else state.parts
            return self._next(replace(state, values=values, parts=parts, misses=state.misses))
        if understood.answer is Answer.NO:
            state = replace(state, misses=state.misses + 1)
            if state.misses >= self._form.most_misses:
                return replace(state, phase=Phase.DONE), (Escalate(dict(state.values)),)
            return state, (Ask(None, self._form.phrases.what_to_change),)
        return self._missed(state, self._form.phrases.not_caught)

    def _consented(self, state: State, understood: Understood, utterance: str) -> Step:
        if consents(utterance):
            return self._committed(state, self._form.consent)
        if understood.answer is Answer.NO:
            return replace(state, phase=Phase.DONE), (Cancel(CancelReason.CONSENT_REFUSED),)
        return self._missed(state, self._form.phrases.not_caught)

    def _committed(self, state: State, consent: str) -> Step:
        return replace(state, phase=Phase.DONE), (Commit(dict(state.values), consent),)

    # ---- what is read back

    def _read_back(self, state: State) -> str:
        called = self._form.phrases.called
        listed = [
            called[field.slot].format(self._aloud(state, field.slot))
            for field in self._form.fields
            if field.slot in state.values and field.slot in called
        ]
        return self._form.phrases.read_back.format(values=". ".join(listed))

    def _aloud(self, state: State, slot: Slot) -> str:
        value = speakable(slot, state.values[slot], self._region)
        if slot is not Slot.NAME or slot not in state.spell:
            return value
        return self._form.phrases.spelt.format(value=value, letters="; ".join(map(spelt_out, value.split())))


def _is_anothers(heard: Heard, state: State) -> bool:
    """Whether a name or number that was said while something else was asked for leaves the known one as it is:
    "my wife's number is ..."."""
    elsewhere = state.phase is Phase.FILLING and state.asked is not None and heard.slot is not state.asked
    own = heard.slot in {Slot.NAME, Slot.PHONE, Slot.EMAIL} and heard.part is Part.WHOLE
    return elsewhere and own and heard.slot in state.values and not heard.corrects


def _whole_name(heard: Heard, values: dict[Slot, str], parts: dict[Part, str]) -> str:
    """A name of the parts that were said one after the other."""
    if heard.part is Part.WHOLE:
        parts.clear()
        return heard.value
    known = values.get(Slot.NAME, "").split()
    if not parts and len(known) > 1:
        parts.update({Part.GIVEN: " ".join(known[:-1]), Part.FAMILY: known[-1]})
    elif not parts and known:
        parts[Part.GIVEN if heard.part is Part.FAMILY else Part.FAMILY] = known[0]
    parts[heard.part] = heard.value
    return " ".join(parts[part] for part in (Part.GIVEN, Part.FAMILY) if part in parts)


def _is_spelt(heard: Heard, utterance: str) -> bool:
    """Whether a name was spelt, or something was said of its letters: more than its own words is quoted."""
    return heard.slot is Slot.NAME and utterance[heard.start : heard.end].lower() != heard.value.lower()
