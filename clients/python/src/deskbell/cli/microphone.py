"""`deskbell call --mic`: the microphone up, the agent's voice out of the loudspeaker.

PortAudio calls back in threads of its own; bounded queues hand the audio over. With loudspeakers instead of a
headset the agent may hear itself and stop: there is no echo cancellation here.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from deskbell.cli.calling import Conductor
from deskbell.cli.groups import first_error
from deskbell.client import Client
from deskbell.talking import FRAME_SECONDS
from deskbell.v1 import turn_events_pb2

RATE = 16_000
MAX_FRAMES_WAITING = 50
MAX_BYTES_WAITING = 10 * 2 * RATE


class NoMicrophone(Exception):
    """There is no sound device to use; the message says what to install."""


def load_devices() -> Any:
    """The sounddevice module, if it and both devices are there. Raises NoMicrophone."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise NoMicrophone(
            "no sound library: pip install 'deskbell[mic]', and on Debian or Ubuntu apt-get install libportaudio2 "
            f"({error})"
        ) from None
    try:
        sounddevice.check_input_settings(samplerate=RATE, channels=1, dtype="int16")
        sounddevice.check_output_settings(samplerate=RATE, channels=1, dtype="int16")
    except (sounddevice.PortAudioError, ValueError) as error:
        raise NoMicrophone(f"no microphone or loudspeaker can be used: {error}") from None
    return sounddevice


async def call_with_microphone(client: Client, *, agent: str | None, skip_greeting: bool, json: bool) -> None:
    """A call until the server ends it or it is cancelled (Ctrl-C). Raises NoMicrophone, DeskbellError."""
    sounddevice = load_devices()
    loop = asyncio.get_running_loop()
    recorded: asyncio.Queue[bytes] = asyncio.Queue(MAX_FRAMES_WAITING)
    waiting = bytearray()
    lock = threading.Lock()

    def keep(frame: bytes) -> None:
        if recorded.full():
            recorded.get_nowait()  # the network is behind: the oldest is worth least
        recorded.put_nowait(frame)

    def on_recorded(data: Any, *_: object) -> None:
        loop.call_soon_threadsafe(keep, bytes(data))

    def on_play(data: Any, *_: object) -> None:
        with lock:
            count = min(len(waiting), len(data))
            data[:count] = bytes(waiting[:count])
            del waiting[:count]
        data[count:] = bytes(len(data) - count)

    class Speaking(Conductor):
        """A conductor that also plays what comes."""

        def heard(self, event: Any) -> None:
            match event.WhichOneof("event"):
                case "response_audio":
                    with lock:
                        # The server sends hardly ahead of real time; what a broken one sends is not kept.
                        if len(waiting) < MAX_BYTES_WAITING:
                            waiting.extend(event.response_audio.data)
                case "response_done" if (
                    event.response_done.outcome == turn_events_pb2.RESPONSE_OUTCOME_INTERRUPTED
                ):
                    with lock:
                        waiting.clear()

    async def talk(conductor: Conductor) -> None:
        while True:
            await conductor.call.send_audio(await recorded.get())

    block = int(FRAME_SECONDS * RATE)
    shape = {"samplerate": RATE, "channels": 1, "dtype": "int16", "blocksize": block}
    async with client.call(agent, skip_greeting=skip_greeting) as call:
        conductor = Speaking(call, RATE, json=json)
        with (
            sounddevice.RawInputStream(callback=on_recorded, **shape),
            sounddevice.RawOutputStream(callback=on_play, **shape),
            first_error(),
        ):
            async with asyncio.TaskGroup() as group:
                talking = group.create_task(talk(conductor))
                await conductor.listen()
                talking.cancel()
