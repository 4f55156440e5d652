"""The classifier and the embedder it was trained for, together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.ports.engines import Embedder, Embedding
from deskbell_server.turn.intents.classifier import IntentClassifier, TenantExample
from deskbell_server.turn.intents.clauses import clauses
from deskbell_server.turn.intents.dataset import load_examples
from deskbell_server.turn.intents.training import embed_examples, train
from deskbell_server.turn.intents.weights import load


async def open_classifier(embedder: Embedder) -> IntentClassifier:
    """With the weights that are kept for this embedder; for another one it trains in the background, which takes
    half a minute on two cores. Raises ProviderError when the embedder fails."""
    kept = await asyncio.to_thread(load, embedder.label)
    if kept is None:
        examples = await asyncio.to_thread(load_examples)
        rows = await embed_examples(embedder, examples, quick=True)
        kept = await asyncio.to_thread(train, rows, examples)
    return IntentClassifier(kept)


async def recognize(
    classifier: IntentClassifier, embedder: Embedder, text: str, embedding: Embedding | None = None
) -> tuple[ScoredIntent, ...]:
    """What the utterance is for. Embeds it unless its embedding is given, and its clauses where it has several.
    Raises ProviderError when the embedder fails."""
    told = clauses(text)
    wanted = [text] if embedding is None else []
    wanted += told if len(told) > 1 else ()
    found = list(await asyncio.gather(*map(embedder.embed_query, wanted)))
    whole = found.pop(0) if embedding is None else embedding
    return classifier.classify(whole, text, list(zip(found, told, strict=True)) if found else ())


async def tenant_examples(
    embedder: Embedder, utterances: Sequence[tuple[IntentKind, str]]
) -> tuple[TenantExample, ...]:
    """A tenant's utterances, embedded for `IntentClassifier.with_examples`. Raises ProviderError."""
    embedded = await embedder.embed_passages([text for _, text in utterances])
    return tuple(TenantExample(kind, e) for (kind, _), e in zip(utterances, embedded, strict=True))
