"""A conversation in one to four sentences, by a language model; checked, because it may make things up."""

from __future__ import annotations

import re

from deskbell_server.aftermath.case import Case
from deskbell_server.aftermath.writing import MATERIAL, Spent, ask, transcript
from deskbell_server.domain.errors import ProviderError
from deskbell_server.ports.engines import Chat

MOST_TOKENS = 700
"""Of the answer, and of what some models think before it."""
MOST_CHARACTERS = 800
_SYSTEM = """\
You summarise conversations between callers and the receptionist of a business, for the people who work there.

Write one to four plain sentences, at most 90 words, in English: what the caller wanted, what was answered, what was \
agreed on, and what was left open. Only what the transcript says; no judgement, no advice, no headings, no lists, no \
names of people, no telephone numbers, no e-mail addresses.
"""
_NUMBER = re.compile(r"\d[\d,.:]*\d")
_DECLINED = re.compile(
    r"\A\W*(?:sorry|i(?:'m| am) (?:sorry|afraid|unable)|i (?:can(?:'t|not)|do(?:n't| not)|could(?:n't| not)))\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


async def model_summary(chat: Chat, case: Case, known: str, spent: Spent) -> str:
    """The summary, or "" where the model fails or says what was not said. `known`: what is on record."""
    question = f"{transcript(case)}\n\nOn record: {known}\n\nSummarise the transcript."
    try:
        text = await ask(chat, f"{_SYSTEM}\n{MATERIAL}", question, spent, max_tokens=MOST_TOKENS)
    except ProviderError:
        return ""
    return checked(text, f"{transcript(case)} {known}")


def checked(text: str, source: str) -> str:
    """The text, cut after a sentence where it is too long; "" if the model declines to write one, or gives a number of
    two digits or more that the source has not."""
    line = " ".join(re.sub(r"[*_#`>]+", " ", text).split())
    if len(line) > MOST_CHARACTERS:
        ends = [match.end() for match in _SENTENCE_END.finditer(line[:MOST_CHARACTERS])]
        line = line[: ends[-1]] if ends else ""
    if _DECLINED.match(line.replace("\u2019", "'")):
        return ""
    known = {_digits(match) for match in _NUMBER.findall(source)}
    if any(_digits(match) not in known for match in _NUMBER.findall(line)):
        return ""
    return line


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
