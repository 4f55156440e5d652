"""What an agent wants to know, as far as rules can tell: from what was taken down, and from what the caller said.

A property is understood by its name, else its description; one that is not is null. Nothing is guessed: where two
values were said for what has one, the last counts of what a caller may put right (a name, a number), else none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from deskbell_server.aftermath.case import Case
from deskbell_server.aftermath.outcome import outcome
from deskbell_server.aftermath.said import Said, plain
from deskbell_server.aftermath.schema import Property
from deskbell_server.aftermath.sentiment import sentiment
from deskbell_server.aftermath.summary import gist
from deskbell_server.domain.intent import IntentKind
from deskbell_server.domain.report import Extracted
from deskbell_server.turn.slots.model import Slot

Rule = Callable[[Case, Said, Property], Extracted]
_BIRTH = frozenset(("birth", "birthday", "born", "dob"))
_FIRST_DAY = frozenset("in checkin arrival start from".split())
_LAST_DAY = frozenset("out checkout departure end until to leaving".split())
_NEGATED = re.compile(
    r"\b(?:not|no|without|never|don't|isn't|rather than|instead of|except)\b[^,.;!?]{0,25}\Z"
)


def by_rules(case: Case, said: Said, wanted: Property) -> Extracted:
    """The value of a property, None where nothing tells it."""
    value = _choice(case, wanted) if wanted.choices else _free(case, said, wanted)
    return _fitted(value, wanted)


def _free(case: Case, said: Said, wanted: Property) -> Extracted:
    named, described = " ".join(wanted.words), wanted.description.lower().replace("\u2019", "'")
    rule = next((rule for pattern, rule in _RULES if pattern.search(named)), None)
    rule = rule or next((rule for pattern, rule in _DESCRIBED if pattern.search(described)), None)
    if rule is None and wanted.format == "email":
        rule = _email
    if rule is None and wanted.format in {"date", "date-time"} and not _BIRTH & set(wanted.words):
        rule = _day
    if rule in {_name, _given, _family, _phone, _email} and _OF_OTHERS & set(wanted.words):
        return None
    if rule is not None:
        return rule(case, said, wanted)
    if wanted.type in {"integer", "number"}:
        return _count(case, said, wanted)
    return None


def _choice(case: Case, wanted: Property) -> Extracted:
    """The one choice that the caller named; of intents, outcomes and feelings, the one that was found."""
    known: tuple[str, ...] = tuple(intent.value for intent in _intents(case))
    if re.search(r"\b(?:intent|reason|purpose|topic|category|kind|type)\b", " ".join(wanted.words)):
        for intent in known:
            if intent in wanted.choices:
                return intent
    english = [each.is_english for each in case.exchanges if each.asked]
    for name, value in (
        ("sentiment", sentiment(case.said, english=english).label.value if case.said else ""),
        ("outcome", outcome(case).value),
        ("channel", case.material.conversation.channel.value),
    ):
        if name in wanted.words and value in wanted.choices:
            return value
    named = [choice for choice in wanted.choices if isinstance(choice, str) and _names(case, choice)]
    if len(named) > 1:
        # "double room" also names "room".
        named = [c for c in named if not any(c != d and f" {plain(c)} " in f" {plain(d)} " for d in named)]
    return named[0] if len(named) == 1 else None


def _names(case: Case, choice: str) -> bool:
    words = plain(choice.replace("_", " "))
    if not words:
        return False
    pattern = re.compile(rf"\b{re.escape(words)}(?:e?s)?\b")
    return any(
        not _NEGATED.search(text[: match.start()])
        for text in _texts(case)
        for match in pattern.finditer(text)
    )


def _texts(case: Case) -> list[str]:
    return [
        re.sub(r"[^\w',.;!?]+", " ", text.lower().replace("\u2019", "'").replace("-", " "))
        for text in case.said
    ]


def _name(case: Case, said: Said, _: Property) -> Extracted:
    recorded = [lead.name for lead in case.material.leads] + [booked.name for booked in case.material.booked]
    heard = said.last(Slot.NAME)
    return next((name for name in recorded if name), heard.value if heard is not None else None)


def _given(case: Case, said: Said, wanted: Property) -> Extracted:
    name = _name(case, said, wanted)
    return name.split()[0] if isinstance(name, str) and len(name.split()) > 1 else None


def _family(case: Case, said: Said, wanted: Property) -> Extracted:
    name = _name(case, said, wanted)
    return name.split()[-1] if isinstance(name, str) and len(name.split()) > 1 else None


def _phone(case: Case, said: Said, _: Property) -> Extracted:
    recorded = [lead.phone for lead in case.material.leads] + [
        booked.phone for booked in case.material.booked
    ]
    heard = said.last(Slot.PHONE)
    return next((phone for phone in recorded if phone), heard.value if heard is not None else None)


def _email(case: Case, said: Said, _: Property) -> Extracted:
    recorded = [lead.email for lead in case.material.leads] + [
        booked.email for booked in case.material.booked
    ]
    heard = said.last(Slot.EMAIL)
    return next((email for email in recorded if email), heard.value if heard is not None else None)


def _property(case: Case, said: Said, _: Property) -> Extracted:
    heard = said.last(Slot.PROPERTY)
    recorded = (lead.property_id for lead in case.material.leads if lead.property_id)
    return next(recorded, heard.value if heard is not None else None)


def _people(_: Case, said: Said, wanted: Property) -> Extracted:
    heard = said.last(Slot.PEOPLE)
    if heard is None or not heard.value.isdecimal():
        return None
    return heard.value if wanted.type == "string" else int(heard.value)


def _callback(_: Case, said: Said, wanted: Property) -> Extracted:
    heard = said.last(Slot.CALLBACK)
    if wanted.type == "boolean":
        return True if heard is not None else None
    return None if heard is None else heard.value


def _day(case: Case, said: Said, wanted: Property) -> Extracted:
    """As booked, else the one day that was named."""
    zone = ZoneInfo(case.tenant.time_zone)
    if case.material.booked and not _LAST_DAY & set(wanted.words):
        at = case.material.booked[0].starts_at.astimezone(zone)
        return at.isoformat() if wanted.format == "date-time" else f"{at:%Y-%m-%d}"
    sure = sorted(said.days[0])
    if wanted.format == "date-time" or not sure:
        return None
    if _LAST_DAY & set(wanted.words):
        return sure[1].isoformat() if len(sure) == 2 else None
    if len(sure) == 1 or (len(sure) == 2 and _FIRST_DAY & set(wanted.words)):
        return sure[0].isoformat()
    return None


def _time(case: Case, said: Said, _: Property) -> Extracted:
    if case.material.booked:
        return f"{case.material.booked[0].starts_at.astimezone(ZoneInfo(case.tenant.time_zone)):%H:%M}"
    sure, _possible = said.minutes
    return f"{sure[0] // 60:02}:{sure[0] % 60:02}" if len(sure) == 1 else None


def _service(case: Case, _: Said, __: Property) -> Extracted:
    return case.material.booked[0].service if case.material.booked else None


def _booked(case: Case, _: Said, wanted: Property) -> Extracted:
    return bool(case.material.booked) if wanted.type == "boolean" else None


def _money(_: Case, said: Said, wanted: Property) -> Extracted:
    return said.amounts[0] if len(said.amounts) == 1 and wanted.type in {"number", "integer"} else None


def _count(_: Case, said: Said, wanted: Property) -> Extracted:
    nouns = {
        word for word in wanted.words if word not in {"number", "of", "count", "total", "num", "how", "many"}
    }
    found = said.counted(nouns | {word.rstrip("s") for word in nouns})
    return found[0] if len(found) == 1 else None


def _reason(case: Case, _: Said, wanted: Property) -> Extracted:
    """What the caller asked first, in the caller's words."""
    if wanted.type != "string":
        return None
    first = next(
        (each for each in case.exchanges if each.asked and each.intent is not IntentKind.UNKNOWN), None
    )
    return gist(first.asked).removesuffix(" ...") if first is not None else None


def _intent(case: Case, _: Said, wanted: Property) -> Extracted:
    found = _intents(case)
    return found[0].value if found and wanted.type == "string" else None


def _intents(case: Case) -> list[IntentKind]:
    """What the caller wanted, most often first."""
    found = [each.intent for each in case.exchanges if each.asked and each.intent is not None]
    found = [intent for intent in found if intent is not IntentKind.UNKNOWN]
    return sorted(dict.fromkeys(found), key=lambda intent: -found.count(intent))


_PLANNED = (
    r"(?:appointment|preferred|requested|desired|booking|reservation|viewing|visit|arrival|departure|check ?in"
    r"|check ?out|move in|moving|start|end|event|callback)"
)
_RULES: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"\be ?mail\b", _email),
        (
            r"\b(?:call ?back|contact) (?:time|when|day|hour|requested|wanted|needed)\b|\bwants? call ?back\b",
            _callback,
        ),
        (r"\b(?:phone|telephone|mobile|cell|(?:contact|call ?back) number)\b", _phone),
        (r"\b(?:first|given|fore|christian) ?name\b", _given),
        (r"\b(?:last|family|sur|second) ?name\b", _family),
        (r"\bname\b", _name),
        (
            r"\b(?:property|listing|flat|apartment|unit)\b(?! (?:type|kind|size|address|location|price|value|name))",
            _property,
        ),
        (
            r"\b(?:people|guests?|persons?|pax|diners|covers)\b(?! (?:type|kind|id))|\bparty size\b|\bhead ?count\b",
            _people,
        ),
        (r"\bbooked\b|\b(?:appointment|booking|reservation) made\b|\bhas (?:booking|appointment)\b", _booked),
        (rf"\A(?:{_PLANNED} )?(?:date|day)\Z", _day),
        (rf"\A(?:{_PLANNED} )?time\Z", _time),
        (r"\b(?:service|treatment)\b", _service),
        (r"\b(?:budget|price|amount)\b", _money),
        (r"\bintent\b", _intent),
        (
            r"(?<!special )\b(?:reason|purpose|enquiry|inquiry|request|question|topic|subject|concern)\b",
            _reason,
        ),
    )
)
_DESCRIBED: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (
        re.compile(
            rf"\A(?:the )?(?:(?:caller|customer|guest|patient|client|visitor)'?s? )(?:full )?(?:{pattern})\b"
        ),
        rule,
    )
    for pattern, rule in (
        (r"e-?mail", _email),
        (r"(?:phone|telephone|mobile)", _phone),
        (r"name", _name),
        (r"budget", _money),
    )
)
"""Descriptions are sentences, in which a word alone says little."""
_OF_OTHERS = frozenset(
    "company business pet dog cat street agent doctor dentist landlord employer spouse child wife husband file user "
    "practice hotel product event brand building staff emergency vet insurance school partner".split()
)
"""Whose name, number or address is not the caller's."""


def _fitted(value: Extracted, wanted: Property) -> Extracted:
    """The value if it is of the property's type, else None."""
    if wanted.type == "integer" and isinstance(value, float) and value.is_integer():
        value = int(value)
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "boolean": (bool,),
        "integer": (int,),
        "number": (int, float),
    }
    return value if type(value) in kinds[wanted.type] else None
