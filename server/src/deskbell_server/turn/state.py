"""What the steps of a turn share."""

from __future__ import annotations

from dataclasses import dataclass, field

from deskbell_server.domain.agent import Agent
from deskbell_server.domain.conversation import Channel, HistoryEntry, Speaker
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.knowledge import FoundPassage
from deskbell_server.domain.names import ConversationId, TurnId
from deskbell_server.domain.tenant import Tenant
from deskbell_server.domain.turn import Degradation
from deskbell_server.ports.engines import Embedding
from deskbell_server.ports.recall import RecallScope
from deskbell_server.ports.stores import Clock
from deskbell_server.turn.dialogues.routing import Talk
from deskbell_server.turn.dialogues.state import DialogueState
from deskbell_server.turn.dialogues.steps import Step as DialogueStep
from deskbell_server.turn.events import Answer, Degraded
from deskbell_server.turn.timing import Stopwatch

LIKELY = 0.5
DONE = ("That's booked", "That's done", "Your booking,", "Thank you, I've noted that")
"""How the dialogues begin to say that something was done."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the caller asked, where and of whom. `unfound`: how many bookings were looked for in vain before."""

    tenant: Tenant
    agent: Agent
    conversation: ConversationId
    turn: TurnId
    channel: Channel
    text: str
    principal: Principal
    caller_id: str = ""
    unfound: int = 0

    @property
    def proven_caller_id(self) -> str:
        """The caller id, if it is more than what a phone says of itself: one that its token names, or that a service or
        a person of the tenant gives. What the conversation was begun with proves nothing for a phone."""
        return self.principal.caller_id if self.principal.is_client else self.caller_id

    @property
    def talk(self) -> Talk:
        """Who talks with whom."""
        return Talk(
            self.tenant, self.agent, self.conversation, self.caller_id, self.proven_caller_id, self.unfound
        )


@dataclass(frozen=True, slots=True)
class Budget:
    """The time that a turn has until the first word of its answer, in seconds from now on."""

    clock: Clock
    seconds: float
    began: float

    @classmethod
    def of(cls, clock: Clock, seconds: float) -> Budget:
        """A budget that begins now."""
        return cls(clock, seconds, clock.monotonic())

    def left(self, share: float = 1.0) -> float:
        """Seconds until a share of it is used up; not below 10 ms, so that what is ready is still taken."""
        return max(0.01, self.began + share * self.seconds - self.clock.monotonic())

    def used(self) -> float:
        """The share that is used up, from 0; above 1 it is overdrawn."""
        return (self.clock.monotonic() - self.began) / self.seconds


@dataclass(slots=True)
class TurnState:
    """One turn. The steps fill it in the order of the graph; `answer` is what is kept of it."""

    question: Question
    answer: Answer
    watch: Stopwatch
    budget: Budget
    history: tuple[HistoryEntry, ...] = ()
    dialogue: DialogueState | None = None
    """That went on when the turn began."""
    knowledge_version: str = ""
    asked: str = ""
    """The question as it is looked up: by itself, without what was said before."""
    parts: tuple[str, ...] = ()
    """Where several things are asked, each by itself."""
    embedding: Embedding | None = None
    """Of `asked`; None where there is no time or no engine for it."""
    scope: RecallScope | None = None
    """Set where the answer may come from the cache, and go there."""
    passages: list[FoundPassage] = field(default_factory=list)
    passages_of_parts: list[list[FoundPassage]] = field(default_factory=list)
    """For each of `parts`."""
    dialogue_before: str = ""
    """The same as JSON, as it was read."""
    said_before: str = ""
    """By the agent, last."""
    heard_before: str = ""
    """Of that, by the caller."""
    step: DialogueStep | None = None
    """What a dialogue says, after the answer if the caller asked something besides."""
    replied: bool = False
    """Whether the answer is whole, so that nothing needs to be looked up or generated."""
    stored: bool = False
    may_act: bool = True
    """Whether the model is given tools: not where nobody listens."""
    prompt_characters: int = 0

    @property
    def intents(self) -> frozenset[IntentKind]:
        """Of the utterance, in no order: the first, and what else is more likely than not."""
        told = enumerate(self.answer.intents)
        return frozenset(each.kind for place, each in told if place == 0 or each.probability >= LIKELY)

    @property
    def was_heard(self) -> bool:
        """Whether the caller heard what the agent said last, but for its last sentence: who knows what is asked answers
        before it is over."""
        last = self.said_before.rstrip().rsplit(". ", 1)[-1]
        return len(self.heard_before.rstrip()) >= len(self.said_before.rstrip()) - len(last)

    @property
    def unheard_commit(self) -> bool:
        """Whether the caller went on speaking before hearing a word of what had been done."""
        return not self.heard_before and self.said_before.startswith(DONE)

    @property
    def asked_last(self) -> str:
        """What the caller said last before this utterance."""
        return next((entry.text for entry in reversed(self.history) if entry.speaker is Speaker.CALLER), "")

    @property
    def asked_before(self) -> bool:
        """Whether the caller has said anything before in this conversation."""
        return any(entry.speaker is Speaker.CALLER for entry in self.history)

    def degrade(self, step: str, action: str, reason: str) -> Degraded:
        """Notes that a step was left out or replaced."""
        what = Degradation(step, action, reason)
        self.answer.degraded.append(what)
        return Degraded(what)
