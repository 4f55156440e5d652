"""What an agent's schema wants to know of a conversation: by a language model where there is one, and by rules.

A value that a model gives must have been said: a text in the caller's words, a number that the caller named; a choice
of the schema may be judged. What was not said is dropped. What the model leaves out rules may know.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass

from jsonschema import Draft202012Validator

from deskbell_server.aftermath.case import Case
from deskbell_server.aftermath.rules import by_rules
from deskbell_server.aftermath.said import Said
from deskbell_server.aftermath.schema import MOST_CHARACTERS, Property, Wanted
from deskbell_server.aftermath.writing import MATERIAL, Spent, ask, storable, transcript
from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.domain.errors import ProviderError
from deskbell_server.domain.extraction import can_be_kept
from deskbell_server.domain.report import Extracted
from deskbell_server.ports.engines import Chat
from deskbell_server.privacy.redaction import redact

MOST_TOKENS = 1500
MOST_NUMBER = 1e15
_SYSTEM = """\
You take facts from a conversation between a caller and the receptionist of a business.

Answer with one JSON object and nothing else, which fits this JSON Schema:
{schema}

Rules:
- Copy texts word for word from the lines of the caller. Dates as YYYY-MM-DD and times as HH:MM where the schema's \
format asks for them; telephone numbers and e-mail addresses as they are written.
- null for what the caller did not say. Never guess, and never take a value from the receptionist's lines alone.
"""


@dataclass(frozen=True, slots=True)
class Extraction:
    """Every property that is wanted, and why some may be missing that were said."""

    values: dict[str, Extracted]
    problem: str = ""


def extracted_by_rules(case: Case, wanted: Wanted) -> Extraction:
    """What rules know."""
    said = Said(case)
    return Extraction({each.name: _allowed(case, said, each, by_rules(case, said, each)) for each in wanted.properties},
                      wanted.problem)  # fmt: skip


async def extracted_by_model(
    chat: Chat, case: Case, wanted: Wanted, rules: Extraction, spent: Spent
) -> Extraction:
    """What the model finds and the caller said, and what `rules` know beside it. A model that fails, or whose answer
    does not fit at the second attempt, leaves what rules know."""
    try:
        answer, problem = await _answered(chat, case, wanted, spent)
    except ProviderError as error:
        return Extraction(rules.values, _joined(wanted.problem, f"the chat engine failed ({error.kind})"))
    if answer is None:
        return Extraction(rules.values, _joined(wanted.problem, problem))
    return await asyncio.to_thread(_believed, case, wanted, rules, answer)


def _believed(case: Case, wanted: Wanted, rules: Extraction, answer: dict[str, Extracted]) -> Extraction:
    """What of an answer was said, and what rules know beside it."""
    said = Said(case)
    values: dict[str, Extracted] = {}
    dropped = []
    for each in wanted.properties:
        given = answer[each.name]
        kept = given if _was_said(said, each, given) else None
        if kept != given:
            dropped.append(each.name)
        values[each.name] = rules.values[each.name] if kept is None else _allowed(case, said, each, kept)
    not_said = f"dropped, for the caller did not say it: {', '.join(dropped)}" if dropped else ""
    return Extraction(values, _joined(wanted.problem, not_said))


async def _answered(
    chat: Chat, case: Case, wanted: Wanted, spent: Spent
) -> tuple[dict[str, Extracted] | None, str]:
    """An answer that fits, or what is wrong with the second one."""
    system = f"{_SYSTEM.format(schema=json.dumps(_shown(wanted)))}\n{MATERIAL}"
    question = f"{transcript(case)}\n\nThe JSON object:"
    first = await ask(chat, system, question, spent, max_tokens=MOST_TOKENS)
    answer, problem = _read(first, wanted)
    if answer is not None:
        return answer, ""
    history = [HistoryEntry(Speaker.CALLER, question), HistoryEntry(Speaker.AGENT, first or "{}")]
    again = f"That does not fit: {problem}. Answer again, with the JSON object and nothing else."
    second = await ask(chat, system, again, spent, history=history, max_tokens=MOST_TOKENS)
    return _read(second, wanted)


def _shown(wanted: Wanted) -> dict[str, object]:
    """The schema with what its properties mean."""
    schema = wanted.schema
    for each in wanted.properties:
        told = schema["properties"][each.name]
        told |= {"description": each.description} if each.description else {}
        told |= {"format": each.format} if each.format else {}
    return schema


def _read(text: str, wanted: Wanted) -> tuple[dict[str, Extracted] | None, str]:
    """The object in an answer, or what is wrong with it."""
    begin, end = text.find("{"), text.rfind("}")
    try:
        answer = json.loads(text[begin : end + 1], parse_constant=_no_number) if begin >= 0 else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        return None, "the model's answer is no JSON object"
    for name, value in answer.items():
        if isinstance(value, int | float) and not can_be_kept(value):
            return None, f"the model's answer has a number at {name[:100]} that is too large"
    # What is not known may be left out.
    whole = {each.name: answer.get(each.name) for each in wanted.properties} | answer
    errors = sorted(
        Draft202012Validator(wanted.schema).iter_errors(whole), key=lambda error: list(error.path)
    )
    if errors:
        # Not the message: it repeats the value.
        place = ".".join(map(str, errors[0].path)) or "the object"
        return None, f"the model's answer breaks the schema at {place}: {errors[0].validator}"
    return whole, ""


def _no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _was_said(said: Said, wanted: Property, value: Extracted) -> bool:
    if value is None or isinstance(value, bool) or wanted.choices:
        return True
    if isinstance(value, str):
        return storable(value) == value and said.holds(value)
    return abs(value) < MOST_NUMBER and said.holds_number(float(value))


def _allowed(case: Case, said: Said, wanted: Property, value: Extracted) -> Extracted:
    """The value if it fits the schema and may be kept: not what the tenant has taken out of transcripts."""
    if not can_be_kept(value) or not Draft202012Validator(wanted.schema).is_valid(value):
        return None
    if not isinstance(value, str) or wanted.choices:
        return value
    value = value[:MOST_CHARACTERS]
    return value if redact(value, case.tenant.redaction, region=said.region).text == value else None


def _joined(*problems: str) -> str:
    return "; ".join(problem for problem in problems if problem)[:MOST_CHARACTERS]
