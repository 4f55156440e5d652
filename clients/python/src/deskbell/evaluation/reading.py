"""Reads scenarios from YAML, strictly: what is misspelt is told, not passed over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.resources import as_file, files
from pathlib import Path

from deskbell.evaluation.facts import AnyOf, Digits, Fact, Matches, Says
from deskbell.evaluation.fresh import COUNTRIES, NAMES, placeholders
from deskbell.evaluation.nodes import At, BadScenario, documents
from deskbell.evaluation.scenario import (
    MOST_REPLIES,
    Answer,
    By,
    CacheWish,
    Ending,
    Expectation,
    RecordWish,
    Scenario,
    Turn,
    Until,
)

INTENTS = ("booking", "faq", "pricing", "lead_capture", "escalation", "unknown")
RECORDS = ("reservation", "lead")
ACTIONS = ("created", "updated", "cancelled")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAG = re.compile(r"[a-z0-9-]+")
_AGENT = re.compile(r"(?:tenants/)?[a-z][a-z0-9-]*/(?:agents/)?[a-z][a-z0-9-]*")
_SCENARIO = ("scenario", "agent", "about", "tags", "by", "country", "choose", "answers", "turns", "finally")
_TURN = (
    "caller",
    "expect",
    "recording",
    "new_call",
    "until",
    "at_most",
    "then",
    "somewhere",
    "answers",
)
_ONLY_WITH_UNTIL = ("at_most", "then", "somewhere", "answers")
_EXPECT = (
    "intent",
    "intents",
    "says",
    "not_says",
    "refused",
    "cites",
    "escalated",
    "records",
    "cache",
    "degraded",
    "max_sentences",
    "max_words",
    "ends_with_question",
)


def shipped_scenarios() -> list[Scenario]:
    """Those of the demo tenants, which come with the package."""
    with as_file(files(__package__) / "scenarios") as folder:
        return read_scenarios([folder])


def read_scenarios(paths: Sequence[Path]) -> list[Scenario]:
    """The scenarios of files, and of all `*.yaml` and `*.yml` in folders and theirs. Raises BadScenario, also for
    a name that two of them have."""
    found: dict[str, Scenario] = {}
    for path in paths:
        for file in _files(path):
            for scenario in read_file(file):
                if scenario.name in found:
                    other = found[scenario.name]
                    raise BadScenario(
                        f"{file}:{scenario.line}: scenario: {scenario.name!r} is taken by {other.file}:{other.line}"
                    )
                found[scenario.name] = scenario
    if not found:
        raise BadScenario(f"there are no scenarios in {', '.join(map(str, paths))}")
    return list(found.values())


def _files(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return sorted(file for ending in ("*.yaml", "*.yml") for file in path.rglob(ending))
    if not path.exists():
        raise BadScenario(f"there is no file {path}")
    return [path]


def read_file(file: Path) -> list[Scenario]:
    """The scenarios of a file, one in each YAML document. Raises BadScenario."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadScenario(f"{file} cannot be read: {error}") from None
    return [_scenario(document) for document in documents(file, text)]


def _scenario(at: At) -> Scenario:
    given = at.fields(_SCENARIO, ("scenario", "agent", "turns"))
    name, agent = given["scenario"].text(), given["agent"].text()
    if not _NAME.fullmatch(name):
        raise given["scenario"].bad(f"{name!r} must be small letters and digits with hyphens between")
    if not _AGENT.fullmatch(agent):
        raise given["agent"].bad(f"{agent!r} names no agent: write TENANT/AGENT")
    choose = _choose(given["choose"]) if "choose" in given else {}
    known = frozenset((*NAMES, *choose))
    turns = tuple(
        _turn(each, known, first=index == 0) for index, each in enumerate(given["turns"].one_or_more())
    )
    by = [By(each.choice(tuple(By))) for each in given["by"].one_or_more()] if "by" in given else list(By)
    if By.CHAT in by and (spoken := next((t for t in turns if t.recording and not t.caller), None)):
        raise BadScenario(f"{at.file}:{spoken.line}: a turn without 'caller' needs 'by: voice'")
    return Scenario(
        name=name,
        agent=agent,
        turns=turns,
        file=at.file,
        line=at.line,
        about=given["about"].text() if "about" in given else "",
        tags=tuple(_tag(each) for each in given["tags"].items()) if "tags" in given else (),
        by=tuple(by),
        country=given["country"].choice(COUNTRIES) if "country" in given else COUNTRIES[0],
        choose=choose,
        answers=_answers(given, known),
        ending=_ending(given["finally"]) if "finally" in given else Ending(),
    )


def _tag(at: At) -> str:
    tag = at.text()
    if not _TAG.fullmatch(tag):
        raise at.bad(f"{tag!r} must be small letters, digits and hyphens")
    return tag


def _choose(at: At) -> dict[str, tuple[str, ...]]:
    found = at.any_fields()
    for name, values in found.items():
        if name in NAMES or not re.fullmatch(r"[a-z_]+", name):
            raise values.bad("is taken" if name in NAMES else "must be small letters and underscores")
    return {name: tuple(each.text() for each in values.one_or_more()) for name, values in found.items()}


def _turn(at: At, known: frozenset[str], *, first: bool) -> Turn:
    given = at.fields(_TURN)
    if "caller" not in given and "recording" not in given:
        raise at.bad("'caller' is missing")
    for name in _ONLY_WITH_UNTIL:
        if name in given and "until" not in given:
            raise given[name].bad("needs 'until' beside it")
    recording = at.file.parent / given["recording"].text() if "recording" in given else None
    if recording is not None and not recording.is_file():
        raise given["recording"].bad(f"there is no file {recording}")
    new_call = given["new_call"].truth() if "new_call" in given else False
    if first and new_call:
        raise given["new_call"].bad("the first turn begins a call anyway")
    return Turn(
        caller=_text(given["caller"], known) if "caller" in given else "",
        line=at.line,
        expect=_expectation(given["expect"], known) if "expect" in given else Expectation(),
        recording=recording,
        new_call=new_call,
        until=_until(given["until"], known) if "until" in given else None,
        at_most=given["at_most"].count(1) if "at_most" in given else MOST_REPLIES,
        then=_expectation(given["then"], known) if "then" in given else Expectation(),
        somewhere=_facts(given["somewhere"], known) if "somewhere" in given else (),
        answers=_answers(given, known),
    )


def _answers(given: dict[str, At], known: frozenset[str]) -> tuple[Answer, ...]:
    found = []
    for each in given["answers"].items() if "answers" in given else ():
        fields = each.fields(("to", "caller"), ("to", "caller"))
        found.append(Answer(_facts(fields["to"], known), _text(fields["caller"], known)))
    return tuple(found)


def _expectation(at: At, known: frozenset[str]) -> Expectation:
    given = at.fields(_EXPECT)

    def truth(name: str) -> bool | None:
        return given[name].truth() if name in given else None

    def count(name: str) -> int | None:
        return given[name].count(1) if name in given else None

    def choices(name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(each.choice(allowed) for each in given[name].one_or_more()) if name in given else ()

    return Expectation(
        intent=choices("intent", INTENTS),
        intents=choices("intents", INTENTS),
        says=_facts(given["says"], known) if "says" in given else (),
        not_says=_facts(given["not_says"], known) if "not_says" in given else (),
        refused=truth("refused"),
        cites=_cites(given["cites"]) if "cites" in given else None,
        escalated=truth("escalated"),
        records=tuple(map(_record, given["records"].items())) if "records" in given else None,
        cache=tuple(map(CacheWish, choices("cache", tuple(CacheWish)))),
        degraded=truth("degraded"),
        max_sentences=count("max_sentences"),
        max_words=count("max_words"),
        ends_with_question=truth("ends_with_question"),
    )


def _cites(at: At) -> tuple[tuple[str, ...], ...]:
    """A document, a list of which all are cited, `{any: [...]}`, or an empty list."""
    groups = at.items() if at.is_list else [at]
    return tuple(
        tuple(each.text() for each in group.fields(("any",), ("any",))["any"].one_or_more())
        if group.is_mapping
        else (group.text(),)
        for group in groups
    )


def _facts(at: At, known: frozenset[str]) -> tuple[Fact, ...]:
    return tuple(_fact(each, known) for each in at.one_or_more())


def _fact(at: At, known: frozenset[str]) -> Fact:
    if not at.is_mapping:
        return Says(_text(at, known))
    given = at.fields(("any", "digits", "matches"))
    if len(given) != 1:
        raise at.bad("must have one of any, digits, matches")
    if "any" in given:
        return AnyOf(_facts(given["any"], known))
    if "digits" in given:
        return Digits(_text(given["digits"], known))
    pattern = given["matches"].text()
    try:
        re.compile(pattern)
    except re.error as error:
        raise given["matches"].bad(f"is no regular expression: {error}") from None
    return Matches(pattern)


def _record(at: At) -> RecordWish:
    kind, _, action = at.text().partition(" ")
    if kind not in RECORDS or (action and action not in ACTIONS):
        raise at.bad(
            f"must be one of {', '.join(RECORDS)}, with or without one of {', '.join(ACTIONS)} after it"
        )
    return RecordWish(kind, action)


def _until(at: At, known: frozenset[str]) -> Until:
    if at.is_mapping:
        return Until(says=_fact(at.fields(("says",), ("says",))["says"], known))
    if at.text() == "escalated":
        return Until(escalated=True)
    try:
        return Until(record=_record(at))
    except BadScenario:
        raise at.bad(
            "must be a record such as 'reservation created' or 'lead', 'escalated', or {says: ...}"
        ) from None


def _ending(at: At) -> Ending:
    given = at.fields(("records", "escalated"))
    records = {}
    if "records" in given:
        plural = {f"{kind}s": kind for kind in RECORDS}
        for name, value in given["records"].fields(tuple(plural)).items():
            records[plural[name]] = value.count()
    return Ending(
        records if "records" in given else None,
        given["escalated"].truth() if "escalated" in given else None,
    )


def _text(at: At, known: frozenset[str]) -> str:
    """A text of which all variables are known."""
    text = at.text()
    for name in placeholders(text):
        if name not in known:
            raise at.bad(f"there is no variable {{{name}}}; there are {', '.join(sorted(known))}")
    return text
