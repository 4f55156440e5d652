"""Everything that an utterance says, given what was asked last and what is known."""

from __future__ import annotations

import re
from collections.abc import Mapping

from deskbell_server.privacy.plain import plain
from deskbell_server.turn.slots.answers import aborts, answer
from deskbell_server.turn.slots.corrections import corrections
from deskbell_server.turn.slots.details import callbacks, people, properties
from deskbell_server.turn.slots.emails import emails
from deskbell_server.turn.slots.model import Heard, Slot, Understood
from deskbell_server.turn.slots.names import names
from deskbell_server.turn.slots.phones import phones

MOST = 300
"""Characters of an utterance that are looked at: nobody says so much in answer to a question, and it is done on the
event loop."""
_LONGEST = {Slot.NAME: 200, Slot.EMAIL: 254}
"""Characters of a value; a longer one is none. 100 of other slots."""
_NOISE = re.compile(r"\[[^\]]{0,40}\]|\([a-z ]{3,40}\)|\*[^*]{1,40}\*")
"""What recognisers write for what is no speech: "[inaudible]", "(music)"."""


def understand(
    text: str,
    *,
    asked: Slot | None = None,
    known: Mapping[Slot, str] | None = None,
    region: str | None = None,
) -> Understood:
    """What a caller said.

    `asked`: the slot that was asked for last, so that its bare value is an answer. `known`: what was taken down
    and may be put right. `region`: the ISO code of the country whose telephone numbers need no "+".
    """
    text = _NOISE.sub(lambda noise: " " * len(noise.group()), plain(text[:MOST]))
    known = dict(known or {})
    heard: list[Heard] = []

    def take(found: list[Heard]) -> None:
        for each in found:
            apart = all(each.end <= other.start or other.end <= each.start for other in heard)
            if apart and len(each.value) <= _LONGEST.get(each.slot, 100):
                heard.append(each)

    # From what is told most surely to what is told least: what has been taken is out of the way of the next.
    take(emails(text, asked=asked is Slot.EMAIL))
    if known:
        for each in corrections(text, known, region, asked):
            if not any(other.slot is each.slot for other in heard):
                take([each])
    corrected = {each.slot for each in heard if each.corrects}
    if not corrected:
        take(phones(text, region, asked=asked is Slot.PHONE))
        take(properties(text, asked=asked is Slot.PROPERTY))
        take(people(text, asked=asked is Slot.PEOPLE))
    if Slot.NAME not in corrected:
        rest = _without(text, heard)
        take([each for each in names(rest, asked=asked is Slot.NAME) if each.value != known.get(Slot.NAME)])
    take(callbacks(text))
    return Understood(tuple(sorted(heard, key=lambda each: each.start)), answer(text), aborts(text))


def _without(text: str, heard: list[Heard]) -> str:
    """The text with commas in place of what was taken: "Lucy Grey 07700 900321" is a name and a number."""
    characters = list(text)
    for each in heard:
        if each.slot in {Slot.PHONE, Slot.EMAIL}:
            characters[each.start : each.end] = "," + " " * (each.end - each.start - 1)
    return "".join(characters)
