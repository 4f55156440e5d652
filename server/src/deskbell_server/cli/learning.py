"""`deskbell-server learn-intents`: learns to tell what callers want, once after an installation."""

from __future__ import annotations

import asyncio

from deskbell_server.adapters.local.loader import open_local_engines
from deskbell_server.app.reporting import Report
from deskbell_server.cli.signals import STOPPED, Stop
from deskbell_server.settings import Settings
from deskbell_server.turn.intents.dataset import load_examples
from deskbell_server.turn.intents.training import embed_examples, train
from deskbell_server.turn.intents.weights import FILE, load, save


async def learn_intents(settings: Settings, report: Report, *, stop: Stop) -> int:  # noqa: ARG001 - every command takes it
    """Learns the intents for the local embedder and keeps the weights beside the utterances that they come from,
    where every server finds them; does nothing if they are there. Raises WeightsError, OSError."""
    async with open_local_engines(settings.local_threads, settings.models_dir) as local:
        embedder = await local.embedder()
        if load(embedder.label) is not None:
            report("what callers want is learned already")
            return STOPPED
        examples = load_examples()
        report(f"learning what callers want from {len(examples)} utterances (a minute or two, once)")
        weights = await asyncio.to_thread(train, await embed_examples(embedder, examples), examples)
        save(weights, embedder.label)
        report(f"kept in {FILE}")
    return STOPPED
