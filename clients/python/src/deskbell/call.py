"""A voice call: send audio, read events.

    async with client.call("demo-clinic/reception") as call:
        await call.send_audio(pcm)          # as it is recorded
        async for event in call:            # in another task, or between frames
            ...

The way of a message out: `send_*` -> a bounded queue -> the writing task, which counts message numbers and audio
offsets -> the stream. The way of an event in: the stream -> the reading task -> a bounded queue -> `async for`. A full
queue holds the sender back, and through gRPC's flow control the server; nothing is buffered without bound. A third
task renews the credential when the server says that it expires soon, if the client can. The tasks live in the scope of
`Client.call`.

After `start` nothing is written until the server has answered it: a write that crosses a refusal makes gRPC's
asyncio API put a fault of its own in the place of the server's status.

The queues also make waiting safe to cancel: cancelling a read or a write of a gRPC stream ends the whole call,
cancelling a method of this class does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any, Self

import grpc

from deskbell.errors import DeskbellError
from deskbell.profile_file import ProfileError
from deskbell.v1 import voice_stream_service_pb2 as pb

MESSAGES_WAITING = 16
EVENTS_WAITING = 64


class Call:
    """A call that goes on; `Client.call` makes it.

    One task at a time may read events; any number may send. Cancelling a method that sends leaves its message sent
    or not, and the call as it was; cancelling a wait for an event loses none. What is sent after the server ended the
    call goes nowhere: whoever reads gets to know why it ended.
    """

    def __init__(
        self,
        stream: Any,
        translated: Callable[[], AbstractContextManager[None]],
        renewed: Callable[[], Awaitable[str | None]],
    ) -> None:
        self._stream = stream
        self._translated = translated
        self._renewed = renewed
        self._expiring = asyncio.Event()
        self._outgoing: asyncio.Queue[pb.VoiceStreamRequest | None] = asyncio.Queue(MESSAGES_WAITING)
        self._incoming: asyncio.Queue[pb.VoiceStreamResponse | None] = asyncio.Queue(EVENTS_WAITING)
        self._answered = asyncio.Event()
        """Set by the first event, or by the end of a call that has none."""
        self._failure: DeskbellError | None = None
        self._finished = False
        self.sent_samples = 0
        """Samples of the caller's audio sent so far."""
        self.ended = False
        """Whether the server has ended the call."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> pb.VoiceStreamResponse:
        """The next event, until the call is over. Raises DeskbellError when the server breaks it off."""
        event = None if self._finished else await self._incoming.get()
        if event is not None:
            return event
        self._finished = True
        if self._failure is not None:
            raise self._failure
        raise StopAsyncIteration

    @asynccontextmanager
    async def opened(self, start: pb.CallStart) -> AsyncGenerator[Self, None]:
        """Holds the call; `Client.call` does it. Leaving the scope ends the rpc."""
        failure: Exception | None = None
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work()) for work in (self._write, self._read, self._renew_in_time)]
            try:
                await self._send(start=start)
                yield self
            except Exception as error:  # noqa: BLE001 - raised below, outside of the group that would wrap it
                failure = error
            finally:
                self._stream.cancel()
                for task in tasks:
                    task.cancel()
        if failure is not None:
            raise failure

    async def send_audio(self, pcm: bytes) -> None:
        """Sends PCM16 samples, 10 to 100 ms of them, at the pace at which they are recorded. Waits while the
        server is busy."""
        await self._send(audio=pb.AudioInput(data=pcm))

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

    async def renew(self, credential: str) -> None:
        """Puts another credential in the place of the one that the call began with, when the event
        `credential_expiring` came; `credential_renewed` or `error` answers. With the session of somebody who is
        signed in this happens by itself."""
        await self._send(renew=pb.RenewCredential(credential=credential))

    async def end(self) -> None:
        """Hangs up when everything is said. Events go on until `ended`."""
        await self._send(end=pb.CallEnd())

    async def half_close(self) -> None:
        """Says that no more input comes. Events go on until `ended`."""
        await self._outgoing.put(None)

    async def _send(self, **message: Any) -> None:
        await self._outgoing.put(pb.VoiceStreamRequest(**message))

    async def _write(self) -> None:
        """Sends what waits, in order, and counts it. Once no more can be sent, throws away what still comes, so
        that whoever waits for room in the queue is let go."""
        seq = 0
        closed = False
        while True:
            request = await self._outgoing.get()
            if closed or self.ended:
                continue
            try:
                if request is None:
                    closed = True
                    await self._stream.done_writing()
                    continue
                seq += 1
                request.client_seq = seq
                if request.WhichOneof("message") == "audio":
                    request.audio.offset = self.sent_samples
                    self.sent_samples += len(request.audio.data) // 2
                await self._stream.write(request)
                await self._answered.wait()
            except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
                closed = True  # the reading task learns why

    async def _renew_in_time(self) -> None:
        """Renews the credential whenever it expires soon. Where that fails the call goes on until it has expired, and
        whoever reads gets to know it by `ended`."""
        while await self._expiring.wait():
            self._expiring.clear()
            try:
                credential = await self._renewed()
            except (DeskbellError, ProfileError):
                continue
            if credential is not None:
                await self.renew(credential)

    async def _read(self) -> None:
        """Takes events until the stream ends."""
        kind = None
        try:
            with self._translated():
                while (event := await self._stream.read()) is not grpc.aio.EOF:
                    kind = event.WhichOneof("event")
                    self._answered.set()
                    if kind == "credential_expiring":
                        self._expiring.set()
                    await self._incoming.put(event)
        except DeskbellError as error:
            # `ended` is the last event. A write that crosses it can make gRPC report a fault of its own.
            if kind != "ended":
                self._failure = error
        self.ended = True
        self._answered.set()
        await self._incoming.put(None)
