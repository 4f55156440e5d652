"""`deskbell-server say`: the local voice reads texts into WAV files, for tests, samples and `deskbell eval`."""

from __future__ import annotations

import asyncio
import sys
import threading
import wave
from contextlib import aclosing
from pathlib import Path

from deskbell_server.adapters.local.loader import open_local_engines
from deskbell_server.app.reporting import Report
from deskbell_server.cli.signals import STOPPED, Stop
from deskbell_server.ports.engines import TextToSpeech
from deskbell_server.settings import Settings

NOTHING_SAID = 1
LINES_WAITING = 16


async def say_text(settings: Settings, text: str, output: Path, report: Report, *, stop: Stop) -> int:  # noqa: ARG001 - every command takes it
    """Writes a text's speech, mono PCM16 at the voice's own rate. Raises WeightsError, OSError."""
    async with open_local_engines(settings.local_threads, settings.models_dir) as engines:
        voice = await engines.text_to_speech(settings.text_to_speech_timeout)
        seconds = await _write(voice, text, output)
    if not seconds:
        report("there is nothing to pronounce in it")
        return NOTHING_SAID
    report(f"{seconds:.1f} s in {output}")
    return STOPPED


async def say_lines(settings: Settings, folder: Path, *, stop: Stop) -> int:  # noqa: ARG001 - the same
    """Writes the speech of each line of standard input to a file of its own, and prints the file's path when it is
    there, an empty line for a text with nothing to pronounce; until the input ends. Raises WeightsError, OSError."""
    lines = _lines_of_input()
    number = 0
    async with open_local_engines(settings.local_threads, settings.models_dir) as engines:
        voice = await engines.text_to_speech(settings.text_to_speech_timeout)
        while (line := await lines.get()) is not None:
            number += 1
            path = folder / f"{number:04}.wav"
            said = await _write(voice, line, path)
            sys.stdout.write(f"{path if said else ''}\n")
            sys.stdout.flush()
    return STOPPED


async def _write(voice: TextToSpeech, text: str, path: Path) -> float:
    """Writes a WAV; returns its seconds, 0 without a file if there is nothing to pronounce."""
    async with aclosing(voice.stream(text, voice="", speaking_rate=1.0)) as chunks:
        found = [chunk async for chunk in chunks]
    if not found:
        return 0.0
    pcm, rate = b"".join(chunk.pcm for chunk in found), found[0].sample_rate

    def write() -> None:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(pcm)

    await asyncio.to_thread(write)
    return len(pcm) / 2 / rate


def _lines_of_input() -> asyncio.Queue[str | None]:
    """The lines of standard input, then None. A thread that nobody waits for reads them: a terminal or pipe on which
    nothing comes would otherwise hold up the end of the program."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue(LINES_WAITING)

    def read() -> None:
        for line in sys.stdin:
            asyncio.run_coroutine_threadsafe(lines.put(line.strip()), loop).result()
        asyncio.run_coroutine_threadsafe(lines.put(None), loop).result()

    threading.Thread(target=read, name="standard input", daemon=True).start()
    return lines
