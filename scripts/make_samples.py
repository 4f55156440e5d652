"""Makes samples/*.wav with the local voice: the questions of a few callers, 16 kHz mono PCM16.

The voice is Piper's "joe" (CC0), so the clips are ours to give away. Run: .venv/bin/python scripts/make_samples.py
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import soundfile
import soxr

from deskbell_server.adapters.local.loader import open_local_engines

RATE = 16_000
FOLDER = Path(__file__).resolve().parents[1] / "samples"
QUESTIONS = {
    "clinic-saturday-hours": "What are your opening hours on Saturday?",
    "clinic-check-up-price": "How much does a check-up cost?",
    "clinic-parking": "Where can I park?",
    "estates-office-hours": "What are your office hours on Saturday?",
    "hotel-breakfast": "What time is breakfast?",
    "hotel-dog": "Can I bring my dog?",
}


async def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    async with open_local_engines(2, None) as engines:
        voice = await engines.text_to_speech(30.0)
        for name, question in QUESTIONS.items():
            chunks = [chunk async for chunk in voice.stream(question, voice="", speaking_rate=1.0)]
            samples = np.frombuffer(b"".join(chunk.pcm for chunk in chunks), dtype="<i2")
            resampled = soxr.resample(samples, chunks[0].sample_rate, RATE)
            soundfile.write(FOLDER / f"{name}.wav", resampled, RATE, subtype="PCM_16")
            print(f"{name}.wav  {len(resampled) / RATE:.1f} s  {question}")


if __name__ == "__main__":
    asyncio.run(main())
