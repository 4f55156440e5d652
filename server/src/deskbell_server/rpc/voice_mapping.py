"""Between the protos of the voice stream and voice/messages.py."""

from __future__ import annotations

from deskbell.v1 import turn_events_pb2 as te
from deskbell.v1 import voice_stream_service_pb2 as pb
from deskbell_server.domain.audio import AudioFormat, Encoding
from deskbell_server.domain.errors import FailedPrecondition, FeatureUnavailable, InvalidInput
from deskbell_server.domain.names import AgentId, TenantId, conversation_name, split_name
from deskbell_server.rpc import errors, mapping, turn_mapping
from deskbell_server.voice import messages as m

_ENCODINGS = {
    pb.AUDIO_ENCODING_UNSPECIFIED: Encoding.PCM16,
    pb.AUDIO_ENCODING_PCM16: Encoding.PCM16,
}
_PLAYBACK = {
    pb.PLAYBACK_STATE_PLAYING: m.PlaybackState.PLAYING,
    pb.PLAYBACK_STATE_STOPPED: m.PlaybackState.STOPPED,
    pb.PLAYBACK_STATE_FINISHED: m.PlaybackState.FINISHED,
}
_DECISIONS = {
    m.DecisionKind.FINAL: pb.TurnDecision.KIND_FINAL,
    m.DecisionKind.RESUMED: pb.TurnDecision.KIND_RESUMED,
}
_OUTCOMES = {
    m.Outcome.COMPLETED: te.RESPONSE_OUTCOME_COMPLETED,
    m.Outcome.INTERRUPTED: te.RESPONSE_OUTCOME_INTERRUPTED,
    m.Outcome.FAILED: te.RESPONSE_OUTCOME_FAILED,
}
_END_REASONS = {
    m.EndReason.CALLER_ENDED: pb.CallEnded.REASON_CALLER_ENDED,
    m.EndReason.INPUT_CLOSED: pb.CallEnded.REASON_INPUT_CLOSED,
    m.EndReason.TOO_LONG: pb.CallEnded.REASON_TOO_LONG,
    m.EndReason.DRAINING: pb.CallEnded.REASON_DRAINING,
    m.EndReason.CREDENTIAL_EXPIRED: pb.CallEnded.REASON_CREDENTIAL_EXPIRED,
    m.EndReason.QUOTA_EXCEEDED: pb.CallEnded.REASON_QUOTA_EXCEEDED,
    m.EndReason.OPERATOR_ENDED: pb.CallEnded.REASON_OPERATOR_ENDED,
}


def call_start(start: pb.CallStart, default_rate: int) -> m.CallStart:
    """The start of a call, its fields already checked. Raises InvalidInput for a format that is not offered,
    FailedPrecondition for a call that cannot be taken up again."""
    if start.HasField("resume"):
        raise FailedPrecondition(
            "the call cannot be taken up again: it is over (calls here have no resume window)",
            reason="RESUME_WINDOW_EXPIRED",
        )
    tenant, agent = split_name(start.agent)
    return m.CallStart(
        tenant=TenantId(tenant),
        agent=AgentId(agent),
        input_audio=_audio_format(start.input_audio, "start.input_audio", default_rate),
        output_audio=_audio_format(start.output_audio, "start.output_audio", default_rate),
        caller_id=start.caller_id,
        push_to_talk=start.push_to_talk,
        skip_greeting=start.skip_greeting,
    )


def _audio_format(value: pb.AudioFormat, field: str, default_rate: int) -> AudioFormat:
    encoding = _ENCODINGS.get(value.encoding)
    if encoding is None:
        raise InvalidInput.field(
            f"{field}.encoding",
            f"{pb.AudioEncoding.Name(value.encoding)} is not offered; AUDIO_ENCODING_PCM16 is",
            reason="AUDIO_FORMAT_UNSUPPORTED",
            offered="AUDIO_ENCODING_PCM16",
        )
    return AudioFormat(encoding, value.sample_rate_hz or default_rate)


def client_payload(request: pb.VoiceStreamRequest) -> m.ClientPayload:
    """What a message after the start says; its fields were checked."""
    match request.WhichOneof("message"):
        case "audio":
            return m.AudioInput(request.audio.offset, request.audio.data)
        case "text":
            return m.TextInput(request.text.text)
        case "end_of_utterance":
            return m.EndOfUtterance()
        case "playback":
            report = request.playback
            return m.PlaybackReport(report.response_id, report.played_samples, _PLAYBACK[report.state])
        case "cancel":
            return m.CancelResponse(request.cancel.response_id)
        case "ack":
            return m.EventAck(request.ack.event_seq)
        case "ping":
            return m.Ping(request.ping.payload)
        case "end":
            return m.CallEnd()
        case "renew":
            return m.RenewCredential(request.renew.credential)
        case "start":
            return m.SecondStart()
        case other:
            return m.BadMessage(FeatureUnavailable(f"this server does not offer {other}"))


def response(event: m.ServerEvent, tenant: TenantId) -> pb.VoiceStreamResponse:
    """An event as the client gets it."""
    result = pb.VoiceStreamResponse(
        event_seq=event.seq,
        turn_id="" if event.turn is None else str(event.turn),
        event_time=mapping.timestamp(event.at),
    )
    match event.payload:
        case m.ResponseAudio(response_id, offset, data):
            result.response_audio.response_id = response_id
            result.response_audio.offset = offset
            result.response_audio.data = data
        case m.AudioAck(offset):
            result.audio_ack.committed_offset = offset
        case m.CallStarted() as started:
            result.started.CopyFrom(_started(started, tenant))
        case m.Speech(began, offset):
            result.speech.state = pb.Speech.STATE_BEGAN if began else pb.Speech.STATE_ENDED
            result.speech.offset = offset
        case m.Transcript() as t:
            result.transcript.CopyFrom(
                pb.Transcript(
                    final=True,
                    text=t.text,
                    stability=1.0,
                    confidence=t.confidence,
                    language_code=t.language_code,
                    start_offset=t.start_offset,
                    end_offset=t.end_offset,
                )
            )
        case m.TurnDecision(kind, reason, silence):
            result.turn.CopyFrom(
                pb.TurnDecision(kind=_DECISIONS[kind], reason=reason, silence=mapping.duration(silence))
            )
        case m.CredentialExpiring(expires_at):
            result.credential_expiring.expire_time.CopyFrom(mapping.timestamp(expires_at))
        case m.CredentialRenewed(expires_at):
            result.credential_renewed.SetInParent()
            if expires_at is not None:
                result.credential_renewed.expire_time.CopyFrom(mapping.timestamp(expires_at))
        case m.ResponseStarted(response_id):
            result.response_started.response_id = response_id
        case m.ResponseText(response_id, text, offset):
            result.response_text.CopyFrom(
                te.ResponseText(response_id=response_id, text=text, audio_offset=offset)
            )
        case m.ResponseCitation(response_id, citation):
            result.citation.CopyFrom(mapping.citation_event(tenant, response_id, citation))
        case m.ResponseDone() as done:
            result.response_done.CopyFrom(
                te.ResponseDone(
                    response_id=done.response_id,
                    outcome=_OUTCOMES[done.outcome],
                    text=done.text,
                    heard_text=done.heard_text,
                    heard_estimated=done.heard_estimated,
                )
            )
        case m.TurnMeasured(metrics):
            result.metrics.CopyFrom(turn_mapping.metrics(metrics))
        case m.TurnTold(told):
            for field, value in turn_mapping.told(told).items():
                getattr(result, field).CopyFrom(value)
        case m.CallFault(error, client_seq):
            result.error.CopyFrom(
                pb.CallError(
                    status=errors.to_status(error),
                    client_seq=client_seq,
                    recoverable=error.retryable or client_seq > 0,
                )
            )
        case m.GoAway(deadline):
            result.go_away.deadline.CopyFrom(mapping.timestamp(deadline))
        case m.CallEnded(reason, seconds, turns):
            result.ended.CopyFrom(
                pb.CallEnded(
                    reason=_END_REASONS[reason], duration=mapping.duration(seconds), turn_count=turns
                )
            )
        case m.Pong(payload):
            result.pong.payload = payload
    return result


def _started(started: m.CallStarted, tenant: TenantId) -> pb.CallStarted:
    return pb.CallStarted(
        conversation=conversation_name(tenant, started.conversation),
        input_audio=_format_out(started.input_audio),
        output_audio=_format_out(started.output_audio),
        resume_window=mapping.duration(0),
        next_audio_offset=0,
        next_client_seq=2,
        max_duration=mapping.duration(started.max_duration),
        engines=dict(started.engines),
    )


def _format_out(value: AudioFormat) -> pb.AudioFormat:
    return pb.AudioFormat(encoding=pb.AUDIO_ENCODING_PCM16, sample_rate_hz=value.sample_rate, channel_count=1)
