"""How a caller felt about a conversation, from the caller's words alone, in English.

VADER (Hutto and Gilbert, 2014) knows how people sound in public posts. On the telephone courtesy means little,
trouble is what people call about, and anger is often polite: its lexicon is corrected for the first two, and cues are
added for the third (data/cues.txt).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from operator import mul

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from deskbell_server.domain.report import Sentiment, SentimentLabel
from deskbell_server.turn.sentences import sentences_of

POSITIVE_FROM, NEGATIVE_FROM = 0.25, -0.2
HALF_AS_MUCH_AFTER = 1
"""Messages with a feeling, from the end, at which one counts half as much as the last."""
WITHOUT_FEELING, MOST_WITHOUT = 0.35, 1.0
"""How much a message without any feeling counts beside one with, and all of them together at most."""
_MOST_WORDS = 400
"""Of a message."""

_COURTESY = """
please hello hi hey ok okay yes sure welcome good fine alright yeah dear regards cheers help helps well free
agree agreed interested interest like want wants wanted party join care top special rich share true greet
greetings thanks thank thx ty easy kind
""".split()
_SUBJECT = """
no pain pains painful toothache ache aches hurt hurts sore bleeding emergency emergencies broken broke leak
leaking lost lose miss missed cancel cancelled canceled cancellation problem problems sorry afraid fear worry
worried nervous anxious stairs alone cut drop stop fire smoke alarm died dead death sick ill illness crash
accident damage damaged debt fine fines penalty late poor low block blocked hard pay weird bother risk urgent
urgently infection allergic allergy fever cry crying infected swollen divorce victim steal stolen theft crown
difficult difficulty disabled blind complaint complaints issue issues weather cold ugly demand charge charged
charges avoid wrong bad nerves forget awful terrible
""".split()
"""Words without any feeling here."""
_TUNED = {"thanks": 0.4, "thank": 0.4, "good": 0.9, "kind": 1.2, "wrong": -1.2, "bad": -1.4, "awful": -1.8,
          "terrible": -1.6, "marvellous": 3.0, "sorted": 1.2, "super": 2.2, "disappointed": -2.4, "rude": -2.4,
          "dirty": -2.0, "fantastic": 2.8, "useless": -2.4, "unacceptable": -2.8}  # fmt: skip


_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]+")
"""A capital in mid-sentence: Mr Grant is no gift, and Joy no feeling."""
_WISH = re.compile(
    r"^(?:and |but |so |then |well,? |okay,? |yes,? )*"
    r"(?:i'd|i would|we'd|we would|it would|it'd|could|can|may|might|would|do|does|is|are|if|what|when|where|who|how"
    r"|which|i want|i need|i'm looking|i'm (?:happy|glad) to|we need|we want)\b",
    re.IGNORECASE,
)
ASKED = 0.2
"""How much of what a question or a wish sounds like is the caller's feeling: "is the noise bad?"."""


@cache
def _cues() -> tuple[tuple[float, re.Pattern[str]], ...]:
    text = (resources.files(__package__) / "data" / "cues.txt").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((float(weight), re.compile(pattern, re.IGNORECASE)) for weight, pattern in lines)


@cache
def _analyser() -> SentimentIntensityAnalyzer:
    analyser = SentimentIntensityAnalyzer()
    for word in (*_COURTESY, *_SUBJECT):
        analyser.lexicon.pop(word, None)
    analyser.lexicon.update(_TUNED)
    return analyser


def feeling(text: str) -> float:
    """How one message sounds, -1 to 1; 0 without any feeling."""
    words = " ".join(text.replace("\u2019", "'").split()[:_MOST_WORDS])
    scores = [_sounds(sentence) for sentence in sentences_of(words)]
    lowest, highest = min(scores, default=0.0), max(scores, default=0.0)
    score = lowest if -lowest >= highest else highest
    found = [weight for weight, cue in _cues() if cue.search(words)]
    anger, joy = min([0.0, *found]), max([0.0, *found])
    if joy and (not anger or scores[-1] > 0) and lowest > -0.5:
        return min(max(score, 0.0) + joy, 1.0)
    if anger:
        # Whatever else is polite or ironical about it.
        return max(min(lowest, 0.0) + anger, -1.0)
    return score


def _sounds(sentence: str) -> float:
    score = float(_analyser().polarity_scores(_NAME.sub("somebody", sentence))["compound"])
    return score * ASKED if sentence.endswith("?") or _WISH.match(sentence) else score


def sentiment(messages: Sequence[str], *, english: Sequence[bool]) -> Sentiment:
    """How the caller felt, the end counting most. Judged by the messages that are in English; if most are not, it is
    neutral and not measured."""
    judged = [text for text, readable in zip(messages, english, strict=True) if readable]
    if messages and len(judged) * 2 < len(messages):
        return Sentiment(0.0, SentimentLabel.NEUTRAL, measured=False)
    scores = [feeling(text) for text in judged]
    felt = [score for score in reversed(scores) if score]
    weights = [0.5 ** (place / HALF_AS_MUCH_AFTER) for place in range(len(felt))]
    calm = min((len(scores) - len(felt)) * WITHOUT_FEELING, MOST_WITHOUT)
    whole = sum(weights) + calm
    score = round(sum(map(mul, weights, felt)) / whole, 3) if whole else 0.0
    return Sentiment(score, _label(score))


def _label(score: float) -> SentimentLabel:
    if score >= POSITIVE_FROM:
        return SentimentLabel.POSITIVE
    return SentimentLabel.NEGATIVE if score <= NEGATIVE_FROM else SentimentLabel.NEUTRAL
