"""What of a response was sent and heard.

The send clock assumes that the client plays what it gets without delay: it is an estimate, which the client's
playback reports replace. Positions are samples of the output, times seconds of one monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass

LEAD_SECONDS = 0.4
"""How far audio is sent ahead of the moment it is heard; the contract promises clients no more."""


class SendClock:
    """Paces the audio of one call: when the next frame may be sent, and when it will be heard."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._free_at = 0.0

    def delay(self, now: float) -> float:
        """Seconds to wait before more may be sent."""
        return max(self._free_at - now - LEAD_SECONDS, 0.0)

    def sent(self, samples: int, now: float) -> float:
        """Notes that samples were sent; returns when the first of them is heard."""
        heard_at = max(self._free_at, now)
        self._free_at = heard_at + samples / self._rate
        return heard_at

    def drained(self, now: float) -> float:
        """Seconds until everything sent is heard."""
        return max(self._free_at - now, 0.0)

    def cut(self, now: float) -> None:
        """Forgets what was sent and not yet heard: the client throws it away."""
        self._free_at = min(self._free_at, now)


CHARACTERS_PER_SECOND = 15
"""Pace of speech, to guess how long a sentence is of which not everything was sent."""


@dataclass(slots=True)
class _Spoken:
    text: str
    start: int
    end: int | None = None
    """Where its audio ends, once all of it was sent."""


class ResponseTrack:
    """The text and audio of one response, and how much of them was heard."""

    def __init__(self, response_id: str, sample_rate: int) -> None:
        self.id = response_id
        self._rate = sample_rate
        self._sentences: list[_Spoken] = []
        self.sent_samples = 0
        self._runs: list[tuple[int, float]] = []
        """Frames sent, as (first sample, when it is heard)."""
        self._reported: int | None = None

    def sentence(self, text: str) -> int:
        """A sentence begins; returns where its audio does."""
        self._sentences.append(_Spoken(text, self.sent_samples))
        return self.sent_samples

    def sentence_sent(self) -> None:
        """All audio of the sentence was sent."""
        self._sentences[-1].end = self.sent_samples

    def frame(self, samples: int, heard_at: float) -> int:
        """A frame was sent; returns its offset."""
        offset = self.sent_samples
        self._runs.append((offset, heard_at))
        self.sent_samples += samples
        return offset

    def report(self, played_samples: int) -> None:
        """The client says how much it has played."""
        self._reported = min(played_samples, self.sent_samples)

    @property
    def estimated(self) -> bool:
        """Whether the client has not told how much it played."""
        return self._reported is None

    def heard_samples(self, now: float) -> int:
        """How much was heard by now."""
        if self._reported is not None:
            return self._reported
        for offset, heard_at in reversed(self._runs):
            if heard_at <= now:
                return min(offset + int((now - heard_at) * self._rate), self.sent_samples)
        return 0

    def heard_text(self, now: float) -> str:
        """The words that were heard: whole sentences, and of the last one as many words as its share of
        time."""
        heard = self.heard_samples(now)
        parts: list[str] = []
        for spoken in self._sentences:
            end = spoken.end
            if end is None:
                guess = int(len(spoken.text) / CHARACTERS_PER_SECOND * self._rate)
                end = max(self.sent_samples, spoken.start + guess)
            if heard >= end:
                parts.append(spoken.text)
            elif heard > spoken.start:
                words = spoken.text.split()
                share = (heard - spoken.start) / (end - spoken.start)
                parts.append(" ".join(words[: int(share * len(words))]))
        return "".join(parts).strip()
