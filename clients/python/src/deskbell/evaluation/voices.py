"""Who reads the caller's lines aloud. The client has no voice of its own; it asks a program for one.

The first of these that works is taken:

    --voice-command           any program that writes a sound file
    deskbell-server say       the local voice of the server, where that is installed
    espeak-ng, say            what the system has
"""

from __future__ import annotations

import asyncio
import shlex
import shutil
import sys
import tempfile
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Protocol

from deskbell.audio import AudioUnusable, Recording, read_recording

SECONDS = 60.0
"""For one line; the first one waits for a voice to be loaded."""
_OF_THE_SYSTEM = (
    ("espeak-ng", "-w", "{file}", "--", "{text}"),
    ("say", "-o", "{file}", "--data-format=LEI16@22050", "--", "{text}"),
)


class NoVoice(Exception):
    """Nobody can read the lines; the message says what to do."""


class Voice(Protocol):
    """Reads lines aloud."""

    name: str

    async def speak(self, text: str, rate: int) -> Recording:
        """A recording of the text, in samples a second. Raises NoVoice."""
        ...


class CommandVoice:
    """A program that is started for each line. `{file}` and `{text}` in its arguments are the sound file that it has
    to write, and the line; without `{text}` the line is on its standard input."""

    def __init__(self, command: Sequence[str], folder: Path) -> None:
        self.name = command[0]
        self._command = command
        self._folder = folder
        self._count = 0

    async def speak(self, text: str, rate: int) -> Recording:
        """As the protocol says."""
        self._count += 1
        path = self._folder / f"command-{self._count}.wav"
        arguments = [part.replace("{file}", str(path)).replace("{text}", text) for part in self._command]
        on_input = not any("{text}" in part for part in self._command)
        try:
            process = await asyncio.create_subprocess_exec(
                *arguments, stdin=PIPE if on_input else DEVNULL, stdout=DEVNULL, stderr=PIPE
            )
        except OSError as error:
            raise NoVoice(f"the voice {self.name} cannot be started: {error}") from None
        async with _ended(process):
            try:
                async with asyncio.timeout(SECONDS):
                    _, said = await process.communicate(text.encode() if on_input else None)
            except TimeoutError:
                raise NoVoice(f"the voice {self.name} took longer than {SECONDS:.0f} s") from None
        if process.returncode != 0 or not path.exists():
            why = said.decode(errors="replace").strip().rpartition("\n")[2]
            raise NoVoice(f"the voice {self.name} failed (exit code {process.returncode}): {why}")
        return await _read(path, rate)


class ServerVoice:
    """`deskbell-server say --lines`: one program for all lines, so that the voice is loaded once."""

    def __init__(self, lines: StreamWriter, paths: StreamReader, name: str) -> None:
        self.name = name
        self._lines = lines
        self._paths = paths
        self._turn = asyncio.Lock()

    async def speak(self, text: str, rate: int) -> Recording:
        """As the protocol says."""
        async with self._turn:
            try:
                async with asyncio.timeout(SECONDS):
                    self._lines.write(" ".join(text.split()).encode() + b"\n")
                    await self._lines.drain()
                    path = (await self._paths.readline()).decode().strip()
            except (TimeoutError, ConnectionError):
                path = ""
        if not path:
            raise NoVoice(f"{self.name} does not speak")
        return await _read(Path(path), rate)


class RememberingVoice:
    """Another voice, which reads each text only once: scenarios begin alike, and are repeated."""

    def __init__(self, voice: Voice) -> None:
        self.name = voice.name
        self._voice = voice
        self._spoken: dict[tuple[str, int], Recording] = {}

    async def speak(self, text: str, rate: int) -> Recording:
        """As the protocol says."""
        if (text, rate) not in self._spoken:
            self._spoken[text, rate] = await self._voice.speak(text, rate)
        return self._spoken[text, rate]


@asynccontextmanager
async def open_voice(command: str | None) -> AsyncGenerator[Voice, None]:
    """The voice of a command, else the first that works here. Raises NoVoice, ValueError for a command line that
    cannot be read."""
    with tempfile.TemporaryDirectory(prefix="deskbell-eval-") as name:
        folder = Path(name)
        if command is not None:
            parts = shlex.split(command)
            if not any("{file}" in part for part in parts):
                raise ValueError("it must name {file}, and may name {text}")
            yield RememberingVoice(CommandVoice(parts, folder))
            return
        async with _server_voice(folder) as of_server:
            if of_server is not None:
                yield RememberingVoice(of_server)
                return
        for parts_of_system in _OF_THE_SYSTEM:
            if shutil.which(parts_of_system[0]):
                yield RememberingVoice(CommandVoice(parts_of_system, folder))
                return
        raise NoVoice(
            "no voice is here to read the caller's lines: pip install 'deskbell[server,local]', install espeak-ng, "
            "or give --voice-command 'PROGRAM {file} {text}'"
        )


@asynccontextmanager
async def _server_voice(folder: Path) -> AsyncGenerator[ServerVoice | None, None]:
    """The server's voice if it says a word; None if the server or its local engines are not installed."""
    beside = Path(sys.executable).parent / "deskbell-server"
    program = str(beside) if beside.exists() else shutil.which("deskbell-server")
    if program is None:
        yield None
        return
    # In a session of its own, so that Ctrl-C ends this program first, and that one by its end of input.
    process = await asyncio.create_subprocess_exec(
        program, "say", "--lines", folder, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
    )
    async with _ended(process):
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("both were asked for")
        voice = ServerVoice(process.stdin, process.stdout, "deskbell-server say")
        try:
            await voice.speak("Hello.", 16_000)
        except NoVoice:
            yield None
        else:
            yield voice


@asynccontextmanager
async def _ended(process: Process) -> AsyncGenerator[None, None]:
    """Sees to it that a program does not outlive its scope."""
    try:
        yield
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _read(path: Path, rate: int) -> Recording:
    def read() -> Recording:
        try:
            return read_recording(path, rate)
        finally:
            path.unlink(missing_ok=True)

    try:
        return await asyncio.to_thread(read)
    except AudioUnusable as error:
        raise NoVoice(f"what the voice wrote cannot be used: {error}") from None
