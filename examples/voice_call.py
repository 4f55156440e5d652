"""Calls an agent with a recording, as a phone would: audio goes up in real time while the answer comes down.

    python examples/voice_call.py samples/clinic-saturday-hours.wav answer.wav

The recording is a mono 16-bit WAV. Server, agent and key come from the environment, or from the profile that
`make up` writes.
"""

from __future__ import annotations

import asyncio
import sys
import wave

import deskbell

FRAME_SECONDS = 0.04
OUTPUT_RATE = 24_000


async def speak(call: deskbell.Call, recording: wave.Wave_read) -> None:
    """Sends the recording at the pace at which it was recorded, then silence, as an open microphone does."""
    samples = int(FRAME_SECONDS * recording.getframerate())
    clock = asyncio.get_running_loop()
    next_frame = clock.time()
    while True:
        await call.send_audio(recording.readframes(samples) or bytes(2 * samples))
        next_frame += FRAME_SECONDS
        await asyncio.sleep(next_frame - clock.time())


async def listen(call: deskbell.Call) -> bytes:
    """Prints what is understood and said; returns the voice of the first answer."""
    answer = bytearray()
    asked = False
    async for event in call:
        match event.WhichOneof("event"):
            case "transcript" if event.transcript.final:
                asked = True
                print("you:  ", event.transcript.text)
            case "response_text":
                print("agent:", event.response_text.text)
            case "response_audio":
                answer += event.response_audio.data
            case "response_done" if asked:
                break
    return bytes(answer)


async def main(question: str, answer: str) -> None:
    with wave.open(question) as recording:
        async with (
            deskbell.Client() as client,
            client.call(
                input_rate=recording.getframerate(), output_rate=OUTPUT_RATE, skip_greeting=True
            ) as call,
            asyncio.TaskGroup() as group,
        ):
            speaking = group.create_task(speak(call, recording))
            voice = await listen(call)
            speaking.cancel()
    with wave.open(answer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(OUTPUT_RATE)
        file.writeframes(voice)
    print(f"saved {len(voice) / 2 / OUTPUT_RATE:.1f} s to {answer}")


asyncio.run(main(sys.argv[1], sys.argv[2]))
