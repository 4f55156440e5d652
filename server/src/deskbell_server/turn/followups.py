"""Makes a question that leans on what went before stand by itself.

    "When is breakfast?"          "And on Sundays?"      When is breakfast on Sundays?
    "Do you have a sauna?"        "How much is it?"      How much is the sauna?
    "How much is a single room?"  "And a double one?"    How much is a double room?

A search, and whoever answers from what it finds, then needs no history. The words of earlier questions are put in;
nothing is taken from a document, and of the agent's replies only the name of a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from deskbell_server.domain.conversation import HistoryEntry, Speaker
from deskbell_server.knowledge.words import LIGHT, content, days, stem, synonyms, without_days

MOST_BEFORE = 4
"""Questions of the caller that are looked back upon."""
LONGEST = 12
"""Words that a question may have and still lean on the one before: who says more has said it all."""

_AUX = r"(?:is|are|was|were|do|does|did|can|could|may|will|would|should|must|has|have|'s)"
_PREPOSITION = (
    r"for|with|without|on|at|in|during|after|before|by|to|from|"
    r"near|if|as|per|until|till|over|between|inside|outside"
)
_PEOPLE = re.compile(
    r"(?:(?:my|our|the|small|young|older?|new|two|three|four) "
    r")*(?:child(?:ren)?|kids?|adults?|bab(?:y|ies)|teenagers?|"
    r"students?|seniors?|pensioners?|families|groups?|couples?|members?|guests?|residents?|patients?|beginners?|"
    r"toddlers?|infants?|landlords?|tenants?|buyers?|sellers?|husband|wife|son|daughter|friends?|women|men)",
    re.IGNORECASE,
)
_LEAD_IN = re.compile(
    r"(?:(?:ok(?:ay)?|oh|ah|um+|uh+|well|right|great|thanks|thank "
    r"you|yes|no|alright|all right|fine|good|i see|hm+)[,.!]* )*"
    r"(?:(?:and|but|so|or|then|also|plus)[,]? )*"
    r"(?:(?:what|how) about|what if (?:it is|it's)|and for|same for)?\s*",
    re.IGNORECASE,
)
_CONNECTS = re.compile(
    r"^(?:(?:ok(?:ay)?|oh|ah|um+|well|right|great|thanks|thank you|yes|no|fine|good|i see)[,.!]* )*"
    r"(?:and|but|or|also|plus|(?:so )?(?:what|how) about)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|may|will|would|"
    r"should|must|have|has|what's|who's|where's|how's|when's|"
    r"isn't|aren't|don't|doesn't|can't|"
    r"tell|want|need|like|know|book|give|show|send|call|speak|cost|costs|close|opens?|i'd|i'm|we'd)\b",
    re.IGNORECASE,
)
"""Words without which an utterance is no whole question."""
_WHO_DOES = re.compile(r"^(?:who|what) \w+s\b", re.IGNORECASE)
_ASKS_OF_IT = re.compile(
    rf"^(?:how (?:many|much) [\w' -]+?|(?:what|which) [\w' -]+?) {_AUX} (?P<it>it|they|that|those)\b",
    re.IGNORECASE,
)
"""The noun before "it" is what is asked for, and not what "it" stands for."""
_IT = re.compile(
    r"\b(?:it|its|that one|this one|that|this|those|these|them|they|the same|one|ones)\b(?!'s all)",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b(?:he|she|him|her|his)\b", re.IGNORECASE)
_DUMMY = re.compile(
    r"\b(?:is|was|would|will|does|can) it (?:be )?(?:a |also "
    r")?(?:possible|necessary|allowed|ok|okay|required|fine|true|"
    r"raining|take|cost|too late)\b(?=.* (?:to|if|that|for)\b)|"
    r"\bhow (?:much|long|far|often|late) (?:is|does|will|would) it (?:cost |take |be )?(?:me )?(?:to|for)\b|"
    r"\b(?:that's|that is|this is) (?:all|it|fine|great|good)\b|\bthis (?:week|month|year|morning|afternoon|evening|"
    r"weekend)\b|\bthat (?:i|you|we|is|are|can)\b|\bit (?:is|was) (?:about|for)\b|\b(?:one|that) of\b|"
    r"\bone (?:day|night|week|hour|month|person|way|room|bed)\w*\b|\bno one\b",
    re.IGNORECASE,
)
_VERBS_AFTER = (
    r"cost|costs|open|close|closed|start|starts|begin|begins|end|served|available|allowed|included|have|take|takes|"
    r"free|furnished|last|work|works|accessible|"
    r"(?:to|in) (?:a|an|the) (?:day|night|hour|month)|per (?:day|night|hour|month|person)|please"
)
_OPENERS = re.compile(
    r"^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|excuse me|sorry|okay|ok|and|so|um+|please)[,.!]* )*"
    r"(?:(?:can|could|would|will) you (?:please )?(?:tell|say|let) (?:me |us )?(?:know )?(?:about |if |whether )?|"
    r"(?:i|we)(?:'d| would) like to (?:know|ask) (?:about |if |whether )?|do you know (?:if |whether )?|"
    r"(?:i was|i'm) (?:just )?wondering (?:about |if |whether )?|tell me (?:about )?|i have a question about )?",
    re.IGNORECASE,
)
_FRAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^how many [\w' -]+? (?:does|do|has|have|are in|are there in|is in) (?P<topic>.+?)(?: have| has| got)?$",
        (
            rf"^how (?:much|expensive) (?:(?:{_AUX}|for|would be)\b)? ?(?:it "
            r")?(?:cost |be )?(?:to (?:rent|book|get|have|buy) )?(?P<topic>.+)$"
        ),
        rf"^(?:what|which) (?:time|day|days|hours) {_AUX} (?P<topic>.+)$",
        (
            rf"^(?:when|where|who|how (?:late|early|long|big|far|old|large|often)|until when|from when) {_AUX} "
            rf"(?:(?:i|we|you) (?:have|get|book|find|rent|use|see|take) )?(?P<topic>.+)$"
        ),
        (
            r"^(?:what|how much)(?:'s| is| are) (?:the |your )?(?:price|"
            r"cost|fee|rate|rent|size|address|opening hours?|hours|"
            r"asking price|phone number)(?:s)? (?:of|for|at|in) (?P<topic>.+)$"
        ),
        rf"^(?:what|how)(?:'s| {_AUX}) (?P<topic>.+)$",
        (
            r"^(?:do|does|did|can|could|have|has) (?:you|they|we|i) "
            r"(?:also |please )?(?:have|offer|sell|serve|accept|take|rent|"
            r"treat|provide|do|got|get|bring|book|use|see|allow|speak|work with|include|buy|order|show|keep) "
            r"(?P<topic>.+)$"
        ),
        r"^(?:is|are) there (?P<topic>.+)$",
        (
            r"^(?:does|do|is|are|has|can|will) (?P<topic>(?:the|your|a|"
            r"an|my) .+?) (?:have|has|got|come|include|includes?|allow|"
            r"allowed|open|closed|free|furnished|available|included|"
            r"offer|serve|speak|work|take|cost|close|fit|need|with)\b.*$"
        ),
        (
            r"^(?:i(?:'m| am) interested in|i(?:'d| would) like|i (?:need|"
            r"want)|we (?:need|want)|i(?:'m| am) calling about|about) "
            r"(?:to (?:book|rent|buy|see|have|get) )?(?P<topic>.+)$"
        ),
        r"^(?:who|what|which) (?:shows?|sells?|treats?|does|handles?|leads?|runs?|owns?) (?P<topic>.+)$",
        r"^(?:can|could|may|must|should|do) (?:i|we) (?:have to |need to )?(?P<topic>.+)$",
    )
)
_NAME = re.compile(
    r"\b(?:Dr\.? |Mr\.? |Ms\.? |Mrs\.? )?[A-Z][a-z]+ [A-Z][a-z]+\b|\b(?:Dr|Mr|Ms|Mrs)\.? [A-Z][a-z]+\b"
)
_DAY_PHRASE = re.compile(
    r"\s*\b(?:on|at|for|during|over)? ?(?:the )?(?:next |this )?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|weekdays?|every day)"
    r"(?: (?:morning|afternoon|evening|night)s?)?\b",
    re.IGNORECASE,
)
_END = re.compile(r"[\s?.!,]+$")
_THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bget )(?<!\bover )\bthere$", re.IGNORECASE)
"""Of a place that was spoken of, and not "is there" or "how do I get there"."""
_PLACE = re.compile(r"\b(?:in|at|on) (?:the )?[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_DETERMINERS = re.compile(r"^(?:an?|the|your|my|our|any|some|his|her|their) ", re.IGNORECASE)


def resolve(question: str, history: Sequence[HistoryEntry]) -> str:
    """The question as it would be asked without the history, the oldest entry of which is first. One that stands by
    itself is returned as it is."""
    asked = [entry.text for entry in history if entry.speaker is Speaker.CALLER and content(entry.text)]
    before = ""
    for earlier in asked[-MOST_BEFORE:]:
        before = _resolved(earlier, before, "") if before else earlier
    if not before:
        return question
    replied = next((entry.text for entry in reversed(history) if entry.speaker is Speaker.AGENT), "")
    return _resolved(question, before, replied)


def _resolved(question: str, before: str, replied: str) -> str:
    text = " ".join(question.split())
    if not text or len(text.split()) > LONGEST:
        return question
    rest = _END.sub("", text[_matched(_LEAD_IN, text) :])
    if not _WHOLE.search(rest) and not _WHO_DOES.match(rest):
        if rest and (_CONNECTS.match(text) or _is_fragment(rest)):
            return _continued(rest, before)
        return question
    person = _PERSON.search(rest)
    if person and not _strong(rest[: person.start()]):
        name = _NAME.search(replied) or _NAME.search(before)
        if name:
            return f"{rest[: person.start()]}{name[0]}{rest[person.end() :]}?"
        return _with_topic(rest, person, before)
    it = _IT.search(_DUMMY.sub(lambda match: " " * len(match[0]), rest))
    if it and (_ASKS_OF_IT.match(rest) or not _strong(rest[: it.start()])):
        return _with_topic(rest, it, before)
    there = _THERE.search(rest)
    places = [place for place in _PLACE.findall(before) if not days(place)]
    if there and places:
        return f"{rest[: there.start()]}{places[-1]}?"
    if _CONNECTS.match(text) and not days(rest) and set(content(rest)) <= synonyms(stem("open")):
        return f"{rest}{_day_phrase(before)}?"  # "And when do you close?" asks of the same day
    return question


def _is_fragment(rest: str) -> bool:
    """ "On Sundays", "for children", "the penthouse": a noun, maybe with a preposition."""
    return len(rest.split()) <= 4 and bool(content(rest))


def _continued(rest: str, before: str) -> str:
    """The question before, asked of something else."""
    base = _END.sub("", before)
    if days(rest) and not _strong(without_days(rest)):
        phrase = rest if re.match(rf"(?:{_PREPOSITION})\b", rest, re.IGNORECASE) else f"on {rest}"
        return f"{_END.sub('', _DAY_PHRASE.sub('', base))} {phrase}?"
    if re.match(rf"(?:{_PREPOSITION})\b", rest, re.IGNORECASE):
        opening = rest.split(maxsplit=1)[0].lower()
        cut = re.search(rf" {opening} (?!how\b)[\w' -]+$", base, re.IGNORECASE)
        return f"{base[: cut.start()] if cut else base} {rest}?"
    if _PEOPLE.fullmatch(rest):
        cut = re.search(rf" for (?:an? |the )?{_PEOPLE.pattern}$", base, re.IGNORECASE)
        return f"{base[: cut.start()] if cut else base} for {rest}?"
    topic = _topic(base)
    if not topic:
        return f"{base} {rest}?"
    return f"{base.replace(topic, _named_like(rest, topic), 1)}?"


def _named_like(rest: str, topic: str) -> str:
    """What takes the topic's place: "the double one" after "a single room" is the double room, and "Garden Court"
    after "the loft on Harbor Street" is just that."""
    one = re.search(r"\bones?$", rest, re.IGNORECASE)
    return f"{rest[: one.start()]}{_DETERMINERS.sub('', topic).split()[-1]}" if one else rest


def _with_topic(rest: str, it: re.Match[str], before: str) -> str:
    """The question with what was spoken of in place of "it"."""
    base = _END.sub("", before)
    topic = _topic(base)
    if not topic:
        return f"{rest} {' '.join(content(base))}?"
    thing = topic if not _is_action(topic) else f"it to {topic}"
    thing = re.sub(r"^(?:an?|any|some|your) ", "the ", thing, flags=re.IGNORECASE)
    if thing.startswith("it to "):
        return f"{rest[: it.start()]}it{rest[it.end() :]} {thing[3:]}?"
    if it[0].lower() in {"its", "his"}:
        return f"{rest[: it.start()]}the{rest[it.end() :]} of {thing}?"
    if it[0].lower() in {"one", "ones"}:
        before_it = _DETERMINERS.sub("", thing).split()[-1]
        return f"{rest[: it.start()]}{before_it}{rest[it.end() :]}?"
    following = rest[it.end() :]
    if it[0].lower() in {"that", "this", "those", "these"} and re.match(
        (
            r" (?!cost\b|open\b|close\b|included?\b|free\b|on\b|at\b|in\b|for\b|have\b|has\b|"
            r"come\b|allowed\b|work\b|take\b|be\b|too\b|as\b|also\b|possible\b|really\b)[a-z]"
        ),
        following,
    ):
        following = re.sub(r"^ [a-z]+", "", following)  # "that house": the noun is in the topic
    return f"{rest[: it.start()]}{thing}{following}?"


def _topic(base: str) -> str:
    """What a question is about: "Do you have a sauna for guests" is about "a sauna for guests"."""
    asked = base[_matched(_OPENERS, base) :]
    for frame in _FRAMES:
        found = frame.match(asked)
        if found:
            topic = _DAY_PHRASE.sub("", found["topic"])
            while True:
                shorter = re.sub(rf"\s+(?:{_VERBS_AFTER})$", "", _END.sub("", topic), flags=re.IGNORECASE)
                if shorter == topic:
                    break
                topic = shorter
            if _strong(topic) or content(topic):
                return topic
    return asked if not _WHOLE.search(asked) and content(asked) else ""


def _is_action(topic: str) -> bool:
    """Whether a topic is something to do ("park my car") rather than a thing."""
    return bool(
        re.match(
            r"(?:bring|park|cancel|book|rent|pay|smoke|move|leave|"
            r"store|check|charge|use|bring|take|eat|swim|arrive|stay|"
            r"come|visit|change|order|buy|get|have)\b",
            topic,
            re.IGNORECASE,
        )
    )


def _day_phrase(before: str) -> str:
    found = _DAY_PHRASE.search(before)
    return f" {found[0].strip()}" if found else ""


def _strong(text: str) -> bool:
    """Whether the text says what it is about."""
    return any(word not in LIGHT for word in content(text))


def _matched(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0
