"""A voice call: send audio, read events.

    async with client.call("demo-clinic/reception") as call:
        await call.send_audio(pcm)          # as it is recorded
        async for event in call:            # in another task, or between frames
            ...

Message numbers and audio offsets are counted here. One task may send while another reads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

import grpc

from deskbell.v1 import voice_stream_service_pb2 as pb


class Call:
    """A call that goes on; `Client.call` makes it."""

    def __init__(self, stream: Any, translated: Callable[[], AbstractContextManager[None]]) -> None:
        self._stream = stream
        self._translated = translated
        self._seq = 0
        self._sending = asyncio.Lock()
        self.sent_samples = 0
        """Samples of the caller's audio sent so far."""
        self.ended = False
        """Whether the server has sent its last event."""

    def __aiter__(self) -> AsyncIterator[pb.VoiceStreamResponse]:
        return self._events()

    async def _events(self) -> AsyncIterator[pb.VoiceStreamResponse]:
        """The events, until the call is over. Raises DeskbellError when the server breaks it off."""
        while True:
            with self._translated():
                event = await self._stream.read()
            if event is grpc.aio.EOF:
                self.ended = True
                with self._translated():
                    await self._raise_failure()
                return
            yield event

    async def start(self, start: pb.CallStart) -> None:
        """First; `Client.call` does it."""
        await self._send(start=start)

    async def send_audio(self, pcm: bytes) -> None:
        """Sends PCM16 samples, 10 to 100 ms of them, at the pace at which they are recorded. Waits while the
        server is busy. Cancelling it may leave the frame sent or not: end the call then."""
        offset = self.sent_samples
        self.sent_samples += len(pcm) // 2
        await self._send(audio=pb.AudioInput(offset=offset, data=pcm))

    async def send_text(self, text: str) -> None:
        """Says something in writing."""
        await self._send(text=pb.TextInput(text=text))

    async def end_of_utterance(self) -> None:
        """Push-to-talk: the button was let go."""
        await self._send(end_of_utterance=pb.EndOfUtterance())

    async def cancel_response(self, response_id: str = "") -> None:
        """Stops the agent's voice."""
        await self._send(cancel=pb.CancelResponse(response_id=response_id))

    async def report_playback(self, response_id: str, played_samples: int, *, finished: bool) -> None:
        """Tells how much of a response was played, in samples of the output."""
        state = pb.PLAYBACK_STATE_FINISHED if finished else pb.PLAYBACK_STATE_PLAYING
        await self._send(
            playback=pb.PlaybackReport(response_id=response_id, played_samples=played_samples, state=state)
        )

    async def ping(self, payload: bytes = b"") -> None:
        """Asks for a `pong`; also keeps a silent call from ending."""
        await self._send(ping=pb.Ping(payload=payload))

    async def end(self) -> None:
        """Hangs up when everything is said. Events go on until `ended`."""
        await self._send(end=pb.CallEnd())

    async def half_close(self) -> None:
        """Says that no more input comes. Events go on until `ended`."""
        async with self._sending:
            with self._translated():
                await self._stream.done_writing()

    async def _send(self, **message: Any) -> None:
        async with self._sending:
            self._seq += 1
            request = pb.VoiceStreamRequest(client_seq=self._seq, **message)
            try:
                with self._translated():
                    await self._stream.write(request)
            except asyncio.InvalidStateError:
                # The server has ended the stream; whoever reads gets to know why.
                self.ended = True

    async def _raise_failure(self) -> None:
        code = await self._stream.code()
        if code is not grpc.StatusCode.OK:
            raise grpc.aio.AioRpcError(
                code,
                await self._stream.initial_metadata(),
                await self._stream.trailing_metadata(),
                details=await self._stream.details(),
            )
