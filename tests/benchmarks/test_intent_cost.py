"""What an intent costs beyond the embedding."""

from __future__ import annotations

import statistics
import time

from deskbell_server.turn.intents.recognizer import open_classifier
from tests.integration.local_world import embedder

TEXT = "um hi i'd like to book a cleaning for next tuesday afternoon and i was wondering where i can park"
ROUNDS = 200


async def test_an_intent_costs_little_beside_the_embedding() -> None:
    classifier = await open_classifier(embedder())
    embedding_ms, intent_ms = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        embedding = await embedder().embed_query(TEXT)
        between = time.perf_counter()
        classifier.classify(embedding, TEXT)
        intent_ms.append((time.perf_counter() - between) * 1000)
        embedding_ms.append((between - began) * 1000)
    embedding_cost, intent_cost = statistics.median(embedding_ms), statistics.median(intent_ms)
    print(
        f"\nembedding {embedding_cost:.2f} ms, intent {intent_cost:.3f} ms, ratio {intent_cost / embedding_cost:.3f}"
    )
    assert intent_cost <= 2.0
    assert intent_cost <= 0.5 * embedding_cost
