"""Sentences in documents that give orders to whoever answers from them.

A document is material. What it tells the answerer to do, think or hide is never an answer, and supports none. What it
tells the caller to do ("Please tell the kitchen about allergies") is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from deskbell_server.domain.knowledge import FoundPassage
from deskbell_server.knowledge.statements import Statement, statements

_ANSWERER = (
    r"(?:ai|assistants?|chat ?bots?|bots?|(?:language )?models?|"
    r"llms?|receptionist ai|gpt\w*|agent (?:must|should|shall))"
)
_CALLER = r"(?:callers?|users?|customers?|everyone|everybody|anyone|people|whoever (?:asks|calls))"
_INSTRUCTS = re.compile(
    "|".join(
        (
            (
                r"\b(?:ignore|disregard|forget|override|bypass|"
                r"discard)\b.{0,40}\b(?:instructions?|rules?|prompts?|guidelines?|"
                r"messages?|directives?|context|everything (?:above|before)|(?:all|anything) (?:above|before))\b"
            ),
            (
                r"\b(?:previous|prior|above|earlier|original|new|updated|secret|"
                r"hidden) (?:system )?(?:instructions?|prompts?|directives?)\b"
            ),
            r"\b(?:system|developer|hidden|initial) (?:prompt|message|instructions?)\b",
            (
                r"^\W*(?:system|assistant|developer|user|human)\s*(?:\]|"
                r">|:)|<\|?\s*/?(?:im_start|im_end|system|passages?)\b|"
                r"\[/?(?:inst|sys)\]|#{2,}\s*(?:system|instruction)"
            ),
            (
                r"\byou are (?:now|no longer|not (?:a receptionist|"
                r"bound))\b|\bfrom now on,? (?:you|always|say|answer|respond|"
                r"pretend|act)\b|\b(?:pretend|act|behave|respond|answer) "
                r"(?:to be|as if|as though|as an?|like an?)\b|\brole-?play\b|"
                r"\bjailbreak\b|\bdeveloper mode\b|\bdo anything now\b"
            ),
            (
                r"\b(?:say|tell|inform|reply|respond|answer|state|claim|convince|promise|"
                rf"offer|assure|persuade|advise)\b(?: to)? (?:the |all |any |every )?{_CALLER}"
                r"\b.{0,30}\b(?:that|to|with|it is|they)\b"
            ),
            (
                r"(?:^|\band |\bthen |\bmust |\balways |\bplease |\bjust |"
                r"\bonly )(?:say|reply|respond|answer|output|print|repeat|write)"
                r"(?: only| with| back| exactly)* (?:that|with|the (?:following|words?)|[\"\u201c'])"
            ),
            (
                r"\b(?:reveal|disclose|print|show|repeat|output|leak)\b.{0,25}\b(?:prompt|"
                r"instructions|rules|api key|password|credentials)\b"
            ),
            (
                r"\b(?:do not|don't|never|must not) (?:mention|tell|"
                rf"reveal|disclose|say)\b.{{0,40}}\b(?:{_CALLER}|this)\b"
            ),
            (
                r"\b(?:note|attention|message|instructions?|important|"
                rf"memo)\b.{{0,15}}\b(?:to|for) (?:the |any |all )?{_ANSWERER}\b"
            ),
            (
                rf"\b(?:dear |hey |attention,? |the |any |all ){_ANSWERER}\b.{{0,20}}\b(?:must|"
                r"should|shall|will|has to|have to|is to|are to|please)\b"
            ),
            rf"\bas an? {_ANSWERER}\b|\bif you are an? {_ANSWERER}\b",
            r"\bwhen (?:asked|someone asks|the caller asks)\b.{0,60}\b(?:say|answer|reply|respond|tell)\b",
        )
    ),
    re.IGNORECASE,
)


def instructs(text: str) -> bool:
    """Whether a sentence of a document gives orders to the answerer."""
    return bool(_INSTRUCTS.search(text))


def told(passages: Iterable[FoundPassage]) -> list[Statement]:
    """What passages say, without the orders in them: the one source of answers and of support."""
    return [statement for found in passages for statement in statements(found) if not _orders(statement)]


def _orders(statement: Statement) -> bool:
    # As it is written too: its text is without tags.
    offset = statement.passage.passage.start
    written = statement.passage.passage.text[statement.start - offset : statement.end - offset]
    return instructs(statement.text) or instructs(written)
