"""One utterance of the caller: from its samples to its words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from deskbell_server.domain.audio import ENGINE_RATE
from deskbell_server.domain.errors import DeskbellError
from deskbell_server.ports.engines import SpeechToText
from deskbell_server.ports.stores import Clock
from deskbell_server.turn.timing import Stopwatch
from deskbell_server.voice.intake import AudioIntake, UtteranceBuffer
from deskbell_server.voice.machine import Transcribe
from deskbell_server.voice.messages import CallFault, ServerPayload, Transcript
from deskbell_server.voice.responding import Heard
from deskbell_server.voice.stray import stray_cancellation_fails

_log = structlog.get_logger(__name__)


class Transcriber:
    """Understands one caller's utterances, one after the other."""

    def __init__(
        self,
        engine: SpeechToText,
        language_code: str,
        intake: AudioIntake,
        audio: UtteranceBuffer,
        clock: Clock,
        tell: Callable[[ServerPayload], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._language_code = language_code
        self._intake = intake
        self._audio = audio
        self._clock = clock
        self._tell = tell

    async def run(self, command: Transcribe) -> tuple[str, Heard]:
        """The words, empty if there are none, and what a turn needs to know of the utterance. A failure of the
        engine is told to the client, and gives no words. Cancelling it drops the utterance."""
        now = self._clock.monotonic()
        last_voiced_at = now - (self._audio.end - command.last_voiced) / ENGINE_RATE
        watch = Stopwatch(self._clock, last_voiced_at)
        watch.add("endpoint", last_voiced_at, now)
        pcm = self._audio.cut(command.start, command.end)
        heard = Heard(len(pcm) / 2 / ENGINE_RATE, watch)
        try:
            with watch.stage("transcribe"), stray_cancellation_fails("speech_to_text"):
                understood = await self._engine.transcribe(pcm, language_code=self._language_code)
        except DeskbellError as error:
            _log.warning("transcription_failed", reason=error.reason, **error.metadata)
            await self._tell(CallFault(error))
            return "", heard
        text = understood.text.strip()
        await self._tell(
            Transcript(
                text,
                understood.confidence or 0.0,
                understood.language_code,
                self._intake.to_input(command.start),
                self._intake.to_input(command.end),
            )
        )
        return text, heard
