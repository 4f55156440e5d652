"""Plays a scenario: line by line, and in answer to what the agent asks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deskbell.errors import DeskbellError, ServerUnreachable, Unauthenticated
from deskbell.evaluation.facts import AnyOf, Fact, Matches, Says, says
from deskbell.evaluation.fresh import Fresh
from deskbell.evaluation.judge import has_come, judge, judge_ending, last_question, unsaid
from deskbell.evaluation.reply import Reply
from deskbell.evaluation.scenario import Answer, By, Scenario, Turn


def _answer(caller: str, *to: str) -> Answer:
    return Answer((AnyOf(tuple(map(Says, to))),), caller)


_DOING = "book that it the cancel move change reserve go note take put confirm keep make arrange".split()
STANDARD_ANSWERS = (
    _answer(
        "Yes, please.",
        "is that right",
        "is that correct",
        "is this correct",
        "is everything right",
        "may we keep",
        "may we store",
        "are you sure",
        "do you agree",
        *(f"{asks} {verb}" for asks in ("shall i", "should i", "can i") for verb in _DOING if verb != "take"),
        *(f"{asks} {verb}" for asks in ("like me to", "want me to", "want to") for verb in _DOING),
    ),
    Answer(
        (Matches(r"\bname\b.*\bnumber\b|\bnumber\b.*\bname\b"),),
        "My name is {name}, and my number is {phone}.",
    ),
    _answer("At {time}.", "what time", "which time"),
    _answer("On {day}, at {time}.", "which day", "what day", "which date", "what date"),
    _answer(
        "The first one, please.",
        "which one",
        "which of",
        "one of those",
        "one of these",
        "any of those",
        "any of these",
        "would you prefer",
        "would suit you",
        "suit you?",
        "instead",
    ),
    _answer("{phone}", "number", "phone", "telephone", "mobile", "call you back on", "reach you"),
    _answer("{email}", "e-mail", "email"),
    _answer("My name is {name}.", "name", "who is calling", "who am i speaking"),
    _answer("No, thank you.", "pass on", "anything else", "a note", "notes", "message", "anything to add"),
    _answer("On {day}, at {time}.", "when"),
    _answer("Yes, please.", "shall i", "should i", "right", "correct"),
)
"""What a caller who wants to get it done replies; the first that fits counts, after those of the scenario."""


@dataclass(frozen=True, slots=True)
class Line:
    """Something to say."""

    written: str
    spoken: str
    recording: Path | None = None


class Conversation(Protocol):
    """A chat or call that goes on."""

    async def say(self, line: Line) -> Reply:
        """Says a line and waits for all that comes of it. Raises DeskbellError."""
        ...


class Agents(Protocol):
    """The way to the agents."""

    by: By

    def reach(self, agent: str) -> AbstractAsyncContextManager[Conversation]:
        """Begins a conversation with an agent, and ends it with the scope. Raises DeskbellError."""
        ...


@dataclass(slots=True)
class Exchange:
    """A line, its reply, and what was wrong with that."""

    line: str
    reply: Reply
    failures: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Played:
    """How a scenario went, once."""

    scenario: Scenario
    by: By
    attempt: int
    """From 1."""
    exchanges: list[Exchange] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Of the scenario as a whole: how it ended, or what broke it off."""
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether everything was as wanted."""
        return not self.failures and not any(exchange.failures for exchange in self.exchanges)

    @property
    def what_failed(self) -> list[str]:
        """All of it, with the line that it came after."""
        of_lines = [f"after {e.line!r}: {failure}" for e in self.exchanges for failure in e.failures]
        return of_lines + self.failures


async def play(scenario: Scenario, agents: Agents, agent: str, fresh: Fresh, attempt: int) -> Played:
    """Plays a scenario to its end. A line whose reply breaks an expectation does not end it: what comes after may
    undo what was done before. Raises ServerUnreachable and Unauthenticated, which the next scenario would meet too;
    any other refusal is the scenario's failure."""
    played = Played(scenario, agents.by, attempt)
    began = time.monotonic()
    try:
        async with AsyncExitStack() as stack:
            conversation: Conversation | None = None
            for turn in scenario.turns:
                if turn.new_call:
                    await stack.aclose()
                if turn.new_call or conversation is None:
                    conversation = await stack.enter_async_context(agents.reach(agent))
                await _Turn(scenario, turn, conversation, fresh, played).play()
        played.failures += judge_ending(scenario.ending, [each.reply for each in played.exchanges])
    except (ServerUnreachable, Unauthenticated):
        raise
    except DeskbellError as error:
        said = f" ({error.reason or error.code})" if error.code else ""
        played.failures.append(f"broken off: {error.message}{said}")
    played.seconds = time.monotonic() - began
    return played


class _Turn:
    """One turn of a scenario: its line, and the replies to what the agent asks."""

    def __init__(
        self, scenario: Scenario, turn: Turn, conversation: Conversation, fresh: Fresh, played: Played
    ) -> None:
        self._turn = turn
        self._answers = (*turn.answers, *scenario.answers, *STANDARD_ANSWERS)
        self._conversation = conversation
        self._fresh = fresh
        self._played = played

    async def play(self) -> None:
        """Raises DeskbellError."""
        turn = self._turn
        exchange = await self._say(turn.caller, turn.recording)
        exchange.failures += judge(turn.expect, exchange.reply, self._fresh)
        if turn.until is None:
            return
        first = len(self._played.exchanges) - 1
        for _ in range(turn.at_most):
            if has_come(turn.until, exchange.reply, self._fresh):
                break
            caller = self._answer_to(exchange.reply.text)
            if caller is None:
                exchange.failures.append("asks for nothing that the caller has an answer to")
                break
            exchange = await self._say(caller)
        if has_come(turn.until, exchange.reply, self._fresh):
            exchange.failures += judge(turn.then, exchange.reply, self._fresh)
        else:
            exchange.failures.append(f"this has not come: {turn.until}")
        everything = " ".join(each.reply.text for each in self._played.exchanges[first:])
        exchange.failures += [
            f"in no answer of this turn it says {fact}"
            for fact in unsaid(turn.somewhere, everything, self._fresh)
        ]

    async def _say(self, caller: str, recording: Path | None = None) -> Exchange:
        line = Line(self._fresh.write(caller), self._fresh.speak(caller), recording)
        exchange = Exchange(line.written or f"({recording})", await self._conversation.say(line))
        self._played.exchanges.append(exchange)
        return exchange

    def _answer_to(self, text: str) -> str | None:
        asked = last_question(text)
        return next((each.caller for each in self._answers if self._says_any(asked, each.to)), None)

    def _says_any(self, text: str, facts: Sequence[Fact]) -> bool:
        return any(says(text, self._fresh.fact(fact)) for fact in facts)
