"""Where a call stands, as its events tell: whether the agent still owes an answer."""

from __future__ import annotations

from dataclasses import dataclass

from deskbell.v1 import voice_stream_service_pb2 as pb


@dataclass
class CallProgress:
    """Follows a call. Times are seconds of one monotonic clock."""

    output_rate: int
    started_at: float | None = None
    speaking: bool = False
    heard_speech: int = 0
    _finals: int = 0
    _transcripts: int = 0
    _to_answer: int = 0
    _answering: int = 0
    play_until: float = 0.0
    """When the last of the agent's voice that came so far will have been heard."""
    last_event_at: float = 0.0

    def take(self, event: pb.VoiceStreamResponse, now: float) -> None:
        """Takes an event."""
        # These come however long the answer takes.
        if event.WhichOneof("event") not in {
            "audio_ack",
            "pong",
            "credential_expiring",
            "credential_renewed",
        }:
            self.last_event_at = now
        match event.WhichOneof("event"):
            case "started":
                self.started_at = now
            case "speech":
                self.speaking = event.speech.state == pb.Speech.STATE_BEGAN
                self.heard_speech += self.speaking
            case "turn" if event.turn.kind == pb.TurnDecision.KIND_FINAL:
                self._finals += 1
            case "turn" if (
                event.turn.kind == pb.TurnDecision.KIND_RESUMED and self._finals > self._transcripts
            ):
                self._finals -= 1  # the transcription was given up
            case "turn" if event.turn.kind == pb.TurnDecision.KIND_RESUMED:
                self._to_answer = max(self._to_answer - 1, 0)  # so was the answer, before it began
            case "transcript" if event.transcript.final:
                self._transcripts += 1
                self._to_answer += bool(event.transcript.text)
            case "error" if self._finals > self._transcripts:
                self._transcripts += 1  # it failed
            case "response_started":
                self._answering += 1
                self._to_answer = max(self._to_answer - 1, 0)
            case "response_audio":
                samples = len(event.response_audio.data) // 2
                self.play_until = max(self.play_until, now) + samples / self.output_rate
            case "response_done":
                self._answering -= 1

    def quiet(self, now: float) -> bool:
        """Whether nobody speaks and no answer is owed or being heard."""
        owed = self._finals > self._transcripts or self._to_answer > 0 or self._answering > 0
        return not self.speaking and not owed and now >= self.play_until
