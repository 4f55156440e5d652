"""A conversation in one to four sentences, without a language model: what was asked, in the caller's words, and what
came of it, from what is on record. It takes words and leaves words out; it makes none up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from deskbell_server.aftermath.case import Case, Exchange
from deskbell_server.domain.conversation import Channel
from deskbell_server.domain.turn import TurnOutcome
from deskbell_server.turn.sentences import sentences_of

MOST_QUOTED = 3
"""Questions that are quoted of each kind; of the others only the number is told."""
MOST_WORDS_QUOTED = 18
_MATTERS = (
    TurnOutcome.ANSWERED,
    TurnOutcome.REFUSED,
    TurnOutcome.FAILED,
    TurnOutcome.HANDED_OVER,
    TurnOutcome.SERVED,
)
_OPENING = re.compile(
    r"\A(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day)|excuse me|sorry|okay|ok|yes|yeah|right|so|well|um+|"
    r"uh+|erm*|and|but|thanks|thank you|please|there)\b[\s,.!-]*)+",
    re.IGNORECASE,
)


def summary(case: Case) -> str:
    """One to four sentences in English, at most 2000 characters."""
    channel = case.material.conversation.channel
    verb = "Called" if channel is Channel.VOICE else "Wrote"
    asked = case.of(*_MATTERS)
    if not case.said:
        return f"{verb} and said nothing."
    if not asked:
        return f"{verb} and asked nothing: {_quotes(case.exchanges)}."
    sentences = [f"{verb} about: {_quotes(asked)}."]
    sentences += [part for part in (_answers(case), _records(case), _endings(case)) if part]
    return " ".join(sentences)[:2000]


def gist(text: str) -> str:
    """What an utterance asks, in its own words: its first question, else its longest sentence, without the greeting,
    cut to some words."""
    sentences = [_OPENING.sub("", sentence).strip() for sentence in sentences_of(" ".join(text.split()))]
    sentences = [sentence for sentence in sentences if sentence]
    if not sentences:
        return text.strip()
    asked = next((s for s in sentences if s.endswith("?")), max(sentences, key=len))
    words = asked.rstrip(" .!").split()
    cut = " ".join(words[:MOST_WORDS_QUOTED])[:200]
    return f"{cut} ..." if len(words) > MOST_WORDS_QUOTED else cut


def _quotes(exchanges: Sequence[Exchange]) -> str:
    quoted = list(dict.fromkeys(f'"{gist(each.asked)}"' for each in exchanges if each.asked))
    shown = "; ".join(quoted[:MOST_QUOTED])
    more = len(quoted) - MOST_QUOTED
    return f"{shown}; and {more} more" if more > 0 else shown


def _answers(case: Case) -> str:
    answered = len(case.of(TurnOutcome.ANSWERED))
    refused, failed = case.of(TurnOutcome.REFUSED), case.of(TurnOutcome.FAILED)
    if not answered and not refused and not failed:
        return ""
    whole = answered + len(refused) + len(failed)
    if answered == whole:
        return "It was answered." if whole == 1 else "All questions were answered."
    parts = [f"Answered {answered} of {whole}" if answered else "Nothing was answered"]
    if refused:
        parts.append(f"left unanswered: {_quotes(refused)}" if answered else "the documents do not say")
    if failed:
        parts.append(f"{len(failed)} failed")
    return "; ".join(parts) + "."


def _records(case: Case) -> str:
    zone = ZoneInfo(case.tenant.time_zone)
    parts = []
    for booked in case.material.booked[:MOST_QUOTED]:
        at = booked.starts_at.astimezone(zone)
        parts.append(f"booked {booked.service} for {at:%A}, {at.day} {at:%B %Y} at {at:%H:%M}")
    more = len(case.material.booked) - MOST_QUOTED
    if more > 0:
        parts.append(f"and {more} more")
    for lead in case.material.leads[:1]:
        about = ", ".join(part for part in (lead.intent, lead.property_id) if part)
        parts.append(
            f"left details to be got back to ({about})" if about else "left details to be got back to"
        )
    return _sentence(parts)


def _endings(case: Case) -> str:
    parts = []
    handed = case.of(TurnOutcome.HANDED_OVER)
    if handed:
        reason = handed[-1].handoff_reason.replace("_", " ")
        parts.append(f"handed over to a person ({reason})" if reason else "handed over to a person")
    if case.material.form_left_open:
        parts.append("left before the dialogue was at its end")
    return _sentence(parts)


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
