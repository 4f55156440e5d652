"""Learns the intents' weights for the local embedder and keeps them with the server's code.

Run it after a change of turn/intents/data/*.txt: PYTHONPATH=server/src .venv/bin/python scripts/train_intents.py
"""

from __future__ import annotations

import asyncio

from deskbell_server.adapters.local.embedder import MiniLmEmbedder
from deskbell_server.adapters.workers import Workers
from deskbell_server.turn.intents.dataset import load_examples
from deskbell_server.turn.intents.training import embed_examples, train
from deskbell_server.turn.intents.weights import FILE, save


async def main() -> None:
    embedder = MiniLmEmbedder.load(Workers(1), threads=2, models_dir=None)
    examples = load_examples()
    weights = train(await embed_examples(embedder, examples), examples)
    save(weights, embedder.label)
    print(
        f"{FILE.name}: {len(examples)} utterances, temperature {weights.temperature:.2f}, {FILE.stat().st_size} bytes"
    )


if __name__ == "__main__":
    asyncio.run(main())
