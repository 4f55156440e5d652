"""What came back for a line of the caller's, from a chat or a call."""

from __future__ import annotations

from dataclasses import dataclass, field

from deskbell.v1 import chat_service_pb2, turn_events_pb2
from deskbell.v1 import voice_stream_service_pb2 as voice


@dataclass(frozen=True, slots=True)
class Recorded:
    """A record that was made or changed."""

    name: str
    kind: str
    action: str
    summary: str


@dataclass(slots=True)
class Reply:
    """What a line brought about; filled as the events come."""

    text: str = ""
    """What the agent said, as it was told in `response_text`."""
    transcript: str | None = None
    """What the server understood; None in a chat."""
    intents: list[str] = field(default_factory=list)
    """The likeliest first."""
    documents: list[str] = field(default_factory=list)
    """Ids of those that were cited."""
    records: list[Recorded] = field(default_factory=list)
    handoff: str | None = None
    """Why the caller is to be passed on."""
    degraded: list[str] = field(default_factory=list)
    cache: str = ""
    """miss, exact or semantic; empty if the cache was not asked."""
    outcome: str = ""
    errors: list[str] = field(default_factory=list)
    ended: str = ""
    """Why the server ended the call, if it did."""
    seconds: float = 0.0
    """From the line's end to the answer's."""

    def take(self, event: chat_service_pb2.SendMessageResponse | voice.VoiceStreamResponse) -> None:
        """Takes an event; those of a call that are not of a turn too."""
        match event.WhichOneof("event"):
            case "intent":
                kinds = (event.intent.kind, *event.intent.others)
                self.intents += [_name(turn_events_pb2.IntentKind, kind, "INTENT_KIND_") for kind in kinds]
            case "response_started" if self.text and not self.text[-1].isspace():
                self.text += " "
            case "response_text":
                self._say(event.response_text.text, spaced=isinstance(event, voice.VoiceStreamResponse))
            case "citation":
                self.documents.append(event.citation.source.document.rpartition("/")[2])
            case "record":
                self.records.append(_recorded(event.record))
            case "handoff":
                self.handoff = event.handoff.reason
            case "degraded":
                self.degraded.append(f"{event.degraded.step}: {event.degraded.action}")
            case "response_done":
                self.outcome = _name(
                    turn_events_pb2.ResponseOutcome, event.response_done.outcome, "RESPONSE_OUTCOME_"
                )
            case "metrics":
                cache = _name(turn_events_pb2.CacheResult, event.metrics.cache, "CACHE_RESULT_")
                self.cache = "" if cache == "unspecified" else cache.removesuffix("_hit")
            case _ if isinstance(event, voice.VoiceStreamResponse):
                self._take_of_call(event)

    def _take_of_call(self, event: voice.VoiceStreamResponse) -> None:
        match event.WhichOneof("event"):
            case "transcript" if event.transcript.final:
                self.transcript = " ".join(filter(None, (self.transcript, event.transcript.text)))
            case "error":
                self.errors.append(event.error.status.message)
            case "ended":
                self.ended = _name(voice.CallEnded.Reason, event.ended.reason, "REASON_")

    def _say(self, piece: str, *, spaced: bool) -> None:
        """On a call a piece is a sentence or clause, in a chat whatever the model streams."""
        if spaced and self.text and not self.text[-1].isspace():
            self.text += " "
        self.text += piece


def _name(enum: type, value: int, prefix: str) -> str:
    """`faq` of INTENT_KIND_FAQ; also for a value that this client does not know."""
    found = enum.DESCRIPTOR.values_by_number.get(value)  # type: ignore[attr-defined]  # generated wrappers have it
    return str(found.name).removeprefix(prefix).lower() if found else str(value)


def _recorded(record: turn_events_pb2.Record) -> Recorded:
    """The kind of a record is the collection in its name: `tenants/a/leads/b`."""
    collection = record.name.split("/")[-2] if "/" in record.name else record.name
    action = _name(turn_events_pb2.Record.Action, record.action, "ACTION_")
    return Recorded(record.name, collection.removesuffix("s"), action, record.summary)
