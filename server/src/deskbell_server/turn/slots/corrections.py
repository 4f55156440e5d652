"""What a caller puts right of something that was taken down: "no, Stevens with a v", "I meant 0187"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from deskbell_server.turn.slots.hints import Hint, hints
from deskbell_server.turn.slots.model import Heard, Part, Slot
from deskbell_server.turn.slots.names import (
    alike,
    first_spelt,
    hinted,
    is_for_another,
    is_ordinary,
    names,
    plain_quotes,
    with_word,
)
from deskbell_server.turn.slots.numbers import Said, said_digits
from deskbell_server.turn.slots.phones import normalised, phones
from deskbell_server.turn.slots.tokens import tokens

_NOT = re.compile(
    r"\bnot\s+(?P<old>[\w.' -]+?)\s*(?:,|\bbut\b|\bit's\b)\s*(?:it's\s+|but\s+)?(?P<new>[\w.' -]+?)\s*[.!]*\Z"
    r"|(?:\A|\b(?:it's|it is|that's|no|sorry|meant|mean)\b)[\s,]*(?P<new2>[\w.' -]+?)[\s,]+(?:and\s+)?not\s+"
    r"(?P<old2>[\w.' -]+?)\s*[.!]*\Z",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"\A(?:(?:no|nope|sorry|oh|actually|wait|um|uh|er|i meant|i mean|it's|its|it is|that's|it should be|the name is"
    r"|(?:with|the) |change it to)\b[\s,.]*)+",
    re.IGNORECASE,
)
_MARK = re.compile(
    r"\b(?:no|nope|not|sorry|meant|mean|change|wrong|instead|actually|should be|correct(?:ion)?|last|ends?|ending)\b",
    re.IGNORECASE,
)
"""Says that something is put right; without it, digits and letters may be the answer to what was asked."""
_NAME_CUE = re.compile(r"\b(?:(?:sur)?name|called|spel(?:t|led|ling)|mr|mrs|ms|miss|dr)\b", re.IGNORECASE)
"""Says that a name follows, whatever it is."""
_IT_IS = re.compile(r"\b(?:it's|its|it is|i'm|meant|should be)\b", re.IGNORECASE)
"""Says so of what may be a name."""
_LAST = re.compile(r"\b(?:last|final|ends?|ending)\b", re.IGNORECASE)
_KEPT = re.compile(
    r"\b(?:digits?|numbers?|ones?|bit|part|four|three|two)\b[^\d]*?\b(?:is|are|be|to|with)\b", re.IGNORECASE
)
_DOT = re.compile(r"\b(?:dot|point)\s+(\w{2,24})\b", re.IGNORECASE)
_LIKE_A_NAME = 0.5
_MUCH_LIKE_A_NAME = 0.65
"""One of several words."""


def name_corrected(text: str, known: str) -> Heard | None:
    """The name that is right, if the utterance says what is wrong about the known one."""
    text = plain_quotes(text)
    written = known.split()
    advice = list(hints(text))
    swap = _swapped(text) if not advice else None
    if swap is not None:
        old, new, start, end = swap
        if max(alike(word, old) for word in written) >= _LIKE_A_NAME:
            return _name(" ".join(_exchanged(written, old, _name_words(new))), known, start, end)
    spelt = first_spelt(text)
    if spelt is not None:
        places = tokens(text)
        changed = with_word(written, spelt.name, least=0.0 if len(written) == 1 else 0.4)
        if changed == written and spelt.name not in written:
            changed = [*written[:-1], spelt.name]
        return _name(" ".join(changed), known, places[spelt.first].start, places[spelt.last].end)
    said, start, end = _said_anew(text, advice)
    if said and not _is_name(text, said, written, at=start):
        said = []
    if said and is_for_another(text):
        return _name(" ".join(said), known, start, end)
    changed = _with_said(written, said, part=_part_said(text), announced=_LEAD.match(text) is not None)
    for hint in advice:
        if len(said) == 1:
            at = max(range(len(changed)), key=lambda i: alike(changed[i], said[0]))
            changed = [*changed[:at], hint.apply(changed[at]), *changed[at + 1 :]]
        else:
            changed = hinted(changed, hint, every=True)
    return _name(" ".join(changed), known, start, end)


def _is_name(text: str, said: list[str], written: list[str], *, at: int) -> bool:
    """Whether what is said instead of a name is one: "no worries" and "that's lovely" put nothing right. It is if
    something says that it is a name, if it is like the known one, or if it is written like one. `at`: where it is
    said."""
    if _NAME_CUE.search(text):
        return True
    if any(is_ordinary(word) for word in said):
        return False
    least = _LIKE_A_NAME if len(said) == 1 else _MUCH_LIKE_A_NAME
    if any(alike(a, b) >= least for a in said for b in written):
        return True
    if is_for_another(text) or (at > 0 and text[at].isupper()):
        return True
    return _IT_IS.search(text[:at]) is not None and len(said) > 1


def _said_anew(text: str, advice: list[Hint]) -> tuple[list[str], int, int]:
    """The words of the name that is said, without what is said about it, and where."""
    lead = _LEAD.match(text)
    offset = lead.end() if lead is not None else 0
    cut = min([hint.start for hint in advice], default=len(text))
    found = names(text[offset:cut], asked=True) or names(text[:cut], asked=False)
    if not found:
        return [], 0, len(text)
    start = offset if names(text[offset:cut], asked=True) else 0
    return found[0].value.split(), start + found[0].start, start + found[0].end


def _part_said(text: str) -> Part:
    if re.search(r"\b(?:first|given|christian) ?name\b", text, re.IGNORECASE):
        return Part.GIVEN
    return Part.FAMILY if re.search(r"\b(?:last|family|sur) ?name\b", text, re.IGNORECASE) else Part.WHOLE


def _with_said(written: list[str], said: list[str], *, part: Part, announced: bool) -> list[str]:
    """The known name with the words that were said in the place that they are for. `announced`: "no, ...", without
    which a word that is like none of the name's is none of a name."""
    if not said or (len(said) == 1 and any(alike(word, said[0]) == 1 for word in written)):
        return written
    if part is Part.GIVEN:
        return [*said, *written[1:]]
    if part is Part.FAMILY:
        return [*written[:1], *said] if len(written) > 1 else [*written, *said]
    if len(said) > 1:
        return (
            said if announced or any(alike(a, b) >= _LIKE_A_NAME for a in said for b in written) else written
        )
    changed = with_word(written, said[0], least=_LIKE_A_NAME)
    return [*written[:-1], said[0]] if changed == written and announced else changed


def phone_corrected(text: str, known: str, region: str | None) -> Heard | None:
    """The number that is right: a whole one, or the known one with other digits in it."""
    whole = next((each for each in phones(text, region, asked=True) if each.valid), None)
    if whole is not None and whole.value != known:
        return Heard(Slot.PHONE, whole.value, whole.start, whole.end, corrects=True)
    runs = [part for run in said_digits(text, tokens(text)) for part in _at_comma(text, run)]
    # "that's the one"
    runs = [run for run in runs if len(run.digits) > 1 or _MARK.search(text)]
    low = text.lower()
    negated = [run for run in runs if re.search(r"\bnot\s*\Z", low[: run.start])]
    right = [run for run in runs if run not in negated]
    if _LAST.search(text):
        kept = _KEPT.search(text)
        right = [run for run in right if kept is None or run.end > kept.end() - 1 or run.start >= kept.end()]
    if not right:
        return None
    new = right[-1] if not negated else right[0]
    digits = new.digits
    if len(digits) > len(known) - 2:
        return None
    candidates: list[str] = []
    if negated and len(negated[0].digits) == len(digits) and negated[0].digits in known:
        at = known.rindex(negated[0].digits)
        candidates.append(known[:at] + digits + known[at + len(digits) :])
    else:
        candidates.append(known[: -len(digits)] + digits)
    for candidate in candidates:
        if candidate != known and normalised(candidate, region) == candidate:
            return Heard(Slot.PHONE, candidate, new.start, new.end, corrects=True)
    return None


def _at_comma(text: str, run: Said) -> list[Said]:
    """ "not 23, 32" is two numbers."""
    if len(run.groups) != 2 or not re.search(r"\bnot\s*\Z", text[: run.start], re.IGNORECASE):
        return [run]
    return [replace(run, groups=(group,)) for group in run.groups]


def email_corrected(text: str, known: str) -> Heard | None:
    """The address that is right, with another word or another ending."""
    local, _, domain = known.partition("@")
    endings = _DOT.findall(text)
    negated = re.search(r"\bnot\s+(?:dot|point)\s+(\w+)", text, re.IGNORECASE)
    if endings and negated and domain.endswith("." + negated[1].lower()):
        new = next((each.lower() for each in endings if each.lower() != negated[1].lower()), None)
        if new is not None:
            return _email(f"{local}@{domain[: -len(negated[1])]}{new}", text)
    if endings or "@" in text:
        return None
    pieces = re.split(r"([._+-])", local)
    corrected = name_corrected(text, " ".join(pieces[::2]))
    if corrected is None:
        return None
    words = corrected.value.lower().split()
    if len(words) != len(pieces[::2]):
        return None
    pieces[::2] = words
    return _email(f"{''.join(pieces)}@{domain}", text)


def corrections(text: str, known: dict[Slot, str], region: str | None, asked: Slot | None) -> Iterator[Heard]:
    """What an utterance puts right of all that is known."""
    marked = _MARK.search(text) is not None
    if Slot.PHONE in known and (marked or asked is Slot.PHONE):
        yield from _one(phone_corrected(text, known[Slot.PHONE], region))
    if Slot.EMAIL in known and (marked or asked in {None, Slot.EMAIL}):
        yield from _one(email_corrected(text, known[Slot.EMAIL]))
    if Slot.NAME in known and (marked or asked in {None, Slot.NAME}):
        yield from _one(name_corrected(text, known[Slot.NAME]))


def _one(found: Heard | None) -> Iterator[Heard]:
    if found is not None:
        yield found


def _email(value: str, text: str) -> Heard:
    return Heard(Slot.EMAIL, value, 0, len(text), corrects=True)


def _name(value: str, known: str, start: int, end: int) -> Heard | None:
    return None if value == known else Heard(Slot.NAME, value, start, end, Part.WHOLE, corrects=True)


def _swapped(text: str) -> tuple[str, str, int, int] | None:
    """ "not Anne, Hanne" and "it's Hanne, not Anne": what is wrong, and what is right."""
    match = _NOT.search(text)
    if match is None:
        return None
    old, new = match["old"] or match["old2"], match["new"] or match["new2"]
    group = "new" if match["new"] else "new2"
    new = _LEAD.sub("", new).strip()
    if not new or len(new.split()) > 3 or len(old.split()) > 3:
        return None
    return old.strip(), new, *match.span(group)


def _exchanged(written: list[str], old: str, new: list[str]) -> list[str]:
    if len(old.split()) == len(written):
        return new if len(new) == len(written) else [*written[:-1], *new]
    at = max(range(len(written)), key=lambda i: alike(written[i], old))
    return [*written[:at], *new, *written[at + 1 :]]


def _name_words(said: str) -> list[str]:
    return [word.text if word.capital else word.text.capitalize() for word in tokens(said)]
