"""Step `cache`: an answer that was given before to the same question; and keeping new ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.privacy import MASK_ALL
from deskbell_server.domain.turn import CacheResult, TurnOutcome
from deskbell_server.ports.recall import AnswerCache, RecalledAnswer, RecallMatch, RecallScope
from deskbell_server.privacy.redaction import redact
from deskbell_server.privacy.regions import region_of_time_zone
from deskbell_server.turn.events import Cited, Text, TurnEvent
from deskbell_server.turn.recall import is_cacheable, is_lookup_allowed
from deskbell_server.turn.shadow import ShadowChecks
from deskbell_server.turn.state import TurnState

_NEVER = {IntentKind.BOOKING, IntentKind.LEAD_CAPTURE, IntentKind.ESCALATION}
ALL_I_HAVE = "I can't look that up just now. What I do know is this: "
_RESULTS = {RecallMatch.EXACT: CacheResult.EXACT, RecallMatch.SEMANTIC: CacheResult.SEMANTIC}


class LookUp:
    """Answers from the cache."""

    def __init__(self, cache: AnswerCache, shadow: ShadowChecks) -> None:
        self._cache = cache
        self._shadow = shadow

    async def run(self, state: TurnState) -> AsyncGenerator[TurnEvent, None]:
        """Nothing raises: a cache that is away has nothing."""
        state.scope = scope_of(state)
        if state.scope is None:
            return
        state.answer.cache = CacheResult.MISS
        found = await self._cache.exact(state.scope, state.asked)
        if found is None and state.embedding is not None:
            found = await self._cache.similar(state.scope, state.asked, state.embedding)
        if found is None:
            return
        state.answer.cache = _RESULTS[found.match]
        for event in give(state, found):
            yield event
        self._shadow.offer(state, found)


class Nearest:
    """What the cache has where no engine answers."""

    def __init__(self, cache: AnswerCache) -> None:
        self._cache = cache

    async def answer(self, state: TurnState) -> list[TurnEvent]:
        """The events of an answer to a question about the same, none if there is none."""
        if state.scope is None or state.embedding is None:
            return []
        found = await self._cache.near(state.scope, state.asked, state.embedding)
        if found is None:
            return []
        moved = [
            replace(
                each, text_start=each.text_start + len(ALL_I_HAVE), text_end=each.text_end + len(ALL_I_HAVE)
            )
            for each in found.citations
        ]
        return give(state, replace(found, text=f"{ALL_I_HAVE}{found.text}", citations=moved))


class Keep:
    """Keeps answers that may be given again."""

    def __init__(self, cache: AnswerCache, *, leans_on_history: bool) -> None:
        """`leans_on_history`: the engine's answers may refer to what was said before."""
        self._cache = cache
        self._leans = leans_on_history

    async def run(self, state: TurnState) -> None:
        """After the caller has been answered."""
        answer, scope = state.answer, state.scope
        if scope is None or state.embedding is None or answer.outcome is not TurnOutcome.ANSWERED:
            return
        if (self._leans and state.asked_before) or answer.degraded or answer.cache is not CacheResult.MISS:
            return
        cited = bool(answer.citations)
        if is_cacheable(state.asked, answer.text, language=answer.language, cited=cited) and not _personal(
            state
        ):
            await self._cache.put(scope, state.asked, state.embedding, answer.text, answer.citations)


def scope_of(state: TurnState) -> RecallScope | None:
    """Where the answer to this question holds; None if it must not come from the cache."""
    if state.step is not None or state.dialogue is not None or _NEVER & state.intents:
        return None
    if not state.knowledge_version or not is_lookup_allowed(state.asked, state.answer.language):
        return None
    question = state.question
    return RecallScope(
        question.tenant.id,
        question.agent.id,
        f"{question.agent.revision}-{question.channel}",
        state.knowledge_version,
        state.answer.language,
    )


def give(state: TurnState, found: RecalledAnswer) -> list[TurnEvent]:
    """The events of an answer from the cache."""
    before = len(state.answer.text)  # a filler, perhaps
    moved = [
        replace(each, text_start=each.text_start + before, text_end=each.text_end + before)
        for each in found.citations
    ]
    state.answer.text += found.text
    state.answer.citations += moved
    state.replied = True
    return [Text(found.text), *map(Cited, moved)]


def _personal(state: TurnState) -> bool:
    """Whether the question holds personal data, also of a kind that the tenant keeps in transcripts: an answer outlives
    the conversation, and is given to others."""
    region = region_of_time_zone(state.question.tenant.time_zone)
    masked = redact(state.asked, MASK_ALL, region=region, published=())
    return masked.text != state.asked
