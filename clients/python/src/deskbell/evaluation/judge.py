"""What is wrong with a reply, in words. Pure: the same reply always gets the same verdict."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import permutations

from deskbell.evaluation.facts import Fact, says
from deskbell.evaluation.fresh import Fresh
from deskbell.evaluation.reply import Recorded, Reply
from deskbell.evaluation.scenario import CacheWish, Ending, Expectation, RecordWish, Until

_REFUSAL = re.compile(
    r"\b(?:"
    r"(?:do not|don't|does not|doesn't|did not|didn't) (?:currently |actually |seem to )?"
    r"(?:have|find|see|hold) (?:that|this|any|the|enough|specific|more|further)\b[^.!?]{0,40}?"
    r"(?:information|details?|answer|data)"
    r"|(?:do not|don't) know|no information|(?:cannot|can't|could not|couldn't|am not able to|am unable to|unable to)"
    r" (?:find|answer|say|tell|confirm|provide|help (?:you )?with that)"
    r"|i'm (?:unable|not able) to|(?:i'm|i am) not (?:sure|certain)|not something i (?:know|have)"
    r")",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"\b(?:[ap]\.m|dr|mr|mrs|ms|st|e\.g|i\.e|no)\.", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_MOST_RECORDS = 6


def judge(wanted: Expectation, reply: Reply, fresh: Fresh) -> list[str]:
    """What of a reply is not as wanted; empty if all is."""
    found: list[str] = []
    if reply.outcome == "failed":
        found.append("the answer failed on the server")
    found += [f"the server reported: {error}" for error in reply.errors]
    first = reply.intents[0] if reply.intents else "none"
    if wanted.intent and first not in wanted.intent:
        found.append(f"intent is {first}, not {' or '.join(wanted.intent)}")
    if missing := [intent for intent in wanted.intents if intent not in reply.intents]:
        found.append(f"intents are {', '.join(reply.intents) or 'none'}, without {', '.join(missing)}")
    found += [f"does not say {fact}" for fact in unsaid(wanted.says, reply.text, fresh)]
    found += [f"says {fact}" for fact in map(fresh.fact, wanted.not_says) if says(reply.text, fact)]
    if wanted.refused is not None and refuses(reply.text) is not wanted.refused:
        found.append("answers instead of saying that it does not know" if wanted.refused else "refuses")
    if wanted.cites is not None:
        found += _citations(wanted.cites, reply.documents)
    if wanted.escalated is not None and (reply.handoff is not None) is not wanted.escalated:
        found.append(
            "does not hand over to a person"
            if wanted.escalated
            else f"hands over to a person ({reply.handoff})"
        )
    if wanted.records is not None and not _same_records(wanted.records, reply.records):
        found.append(f"records are {_list(map(_of, reply.records))}, not {_list(map(str, wanted.records))}")
    if wanted.cache and not any(_is_from(wish, reply.cache) for wish in wanted.cache):
        found.append(f"the cache says {reply.cache or 'nothing'}, not {' or '.join(wanted.cache)}")
    if wanted.degraded is not None and bool(reply.degraded) is not wanted.degraded:
        found.append(
            f"steps were left out: {_list(reply.degraded)}" if reply.degraded else "no step was left out"
        )
    return found + _shape(wanted, reply.text)


def unsaid(facts: Iterable[Fact], text: str, fresh: Fresh) -> list[Fact]:
    """The facts that a text does not say."""
    return [fact for fact in map(fresh.fact, facts) if not says(text, fact)]


def refuses(text: str) -> bool:
    """Whether an answer says that there is no answer."""
    return _REFUSAL.search(text.replace("\u2019", "'")) is not None


def has_come(until: Until, reply: Reply, fresh: Fresh) -> bool:
    """Whether the caller has what was wanted."""
    if until.record is not None:
        return any(_fits(until.record, record) for record in reply.records)
    if until.says is not None:
        return says(reply.text, fresh.fact(until.says))
    return reply.handoff is not None


def judge_ending(wanted: Ending, replies: Sequence[Reply]) -> list[str]:
    """What is not as wanted when everything was said."""
    found: list[str] = []
    if wanted.records is not None:
        last = {record.name: record for reply in replies for record in reply.records}
        for kind, count in wanted.records.items():
            standing = [r for r in last.values() if r.kind == kind and r.action != "cancelled"]
            if len(standing) != count:
                found.append(f"in the end {len(standing)} {kind}s stand, not {count}")
    escalated = any(reply.handoff is not None for reply in replies)
    if wanted.escalated is not None and escalated is not wanted.escalated:
        found.append(
            "nobody was asked to take over" if wanted.escalated else "a person was asked to take over"
        )
    return found


def last_question(text: str) -> str:
    """The last question of an answer; all of it if there is none."""
    parts = re.split(r"(?<=[.!?])\s+", text.strip())
    return next((part for part in reversed(parts) if part.endswith("?")), text)


def sentences(text: str) -> int:
    """How many there are."""
    plain = _ABBREVIATION.sub("x", text.strip())
    return len(_SENTENCE.findall(plain)) + (bool(plain) and plain[-1] not in ".!?")


def _shape(wanted: Expectation, text: str) -> list[str]:
    found: list[str] = []
    if wanted.max_sentences is not None and sentences(text) > wanted.max_sentences:
        found.append(f"has {sentences(text)} sentences, more than {wanted.max_sentences}")
    if wanted.max_words is not None and len(text.split()) > wanted.max_words:
        found.append(f"has {len(text.split())} words, more than {wanted.max_words}")
    asks = text.rstrip().endswith("?")
    if wanted.ends_with_question is not None and asks is not wanted.ends_with_question:
        found.append("ends with a question" if asks else "does not end with a question")
    return found


def _citations(wanted: Sequence[Sequence[str]], cited: Sequence[str]) -> list[str]:
    if not wanted:
        return [f"cites {_list(cited)}"] if cited else []
    return [
        f"cites {_list(cited)}, not {' or '.join(group)}" for group in wanted if not set(group) & set(cited)
    ]


def _is_from(wish: CacheWish, cache: str) -> bool:
    hit = cache in {"exact", "semantic"}
    match wish:
        case CacheWish.HIT:
            return hit
        case CacheWish.MISS:
            return not hit
        case _:
            return cache == wish


def _same_records(wanted: Sequence[RecordWish], found: Sequence[Recorded]) -> bool:
    """Whether each wish has a record of its own, and each record a wish."""
    if len(wanted) != len(found) or len(found) > _MOST_RECORDS:
        return False
    return any(all(map(_fits, wanted, order)) for order in permutations(found))


def _fits(wish: RecordWish, record: Recorded) -> bool:
    return record.kind == wish.kind and wish.action in {"", record.action}


def _of(record: Recorded) -> str:
    return f"{record.kind} {record.action}"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(texts) or "none"
