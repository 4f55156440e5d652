"""Numbers that are no personal data, though as long: times, dates, prices, years, and the ids of machines."""

from __future__ import annotations

import re

from deskbell_server.privacy.plain import BLANK

_UUID = r"(?<![0-9a-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-z])"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_HOUR = r"(?:[01]?\d|2[0-4])"
_CURRENCY = r"[$\u20ac\u00a3\u00a5\u20b9]|\b(?:EUR|USD|GBP|CHF|CAD|AUD|JPY|INR|SEK|NOK|DKK|PLN)\b"
# Bounded, as all repetitions here are that a later part of the pattern can fail behind.
_AMOUNT = r"[1-9]\d{0,14}(?:[ ,.]\d{3}){0,4}(?:[.,]\d{1,2})?"
_UNIT = (
    r"(?:euros?|dollars?|pounds?|francs?|bucks|cents|percent|bytes|[kmgt]i?b|[mun\u00b5]s|seconds?|minutes?"
    r"|hours?|days?|years?|people|inhabitants|samples|frames|characters|tokens|times|rows|miles|km)\b"
)


def _any(*, at_a_digit: tuple[str, ...], elsewhere: tuple[str, ...]) -> re.Pattern[str]:
    """One pattern of many, of which most need not be tried where there is no digit: a text has few."""
    return re.compile(rf"(?=\d)(?:{'|'.join(at_a_digit)})|{'|'.join(elsewhere)}", re.IGNORECASE | re.ASCII)


_MACHINES = _any(
    at_a_digit=(
        rf"(?<!\d){_YEAR}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{{1,9}})?)?(?:Z|[+-]\d\d:?\d\d)?",
        rf"(?<![\d.]){_OCTET}(?:\.{_OCTET}){{3}}(?::\d{{1,5}})?(?!\.?\d)",
        r"(?<=:)\d{1,10}:[0-9a-f]{6,64}\b",
        _UUID,
    ),
    elsewhere=(
        rf"(?=[a-f]){_UUID}",
        r"\b(?:pid|thread|process|port|fd|task)(?:-\d{1,5})?[ =:#(]{1,3}\d{1,20}\b",
    ),
)
_EVERYDAY = _any(
    at_a_digit=(
        rf"(?<![\d.\-/]){_YEAR}([-/.]){_MONTH}\1{_DAY}(?![-./]?\d)",
        rf"(?<![\d.\-/]){_DAY}([-/.] ?){_DAY}\2(?:{_YEAR}|\d\d)(?![-./]?\d)",
        r"(?<![\d/])(?:0[1-9]|1[0-2])/\d\d(?!/?\d)",  # a card's last month
        rf"(?<!\d)(?<!\d[ ]){_DAY} {_MONTH} {_YEAR}(?![ ./-]?\d)",
        r"(?<!\d)\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?!\d)",
        rf"(?<!\d){_HOUR}\.[0-5]\d ?- ?{_HOUR}\.[0-5]\d(?!\d)",
        r"(?<![\d-])(?:[01]\d|2[0-4])(?:[03]0|[14]5) ?- ?(?:[01]\d|2[0-4])(?:[03]0|[14]5)(?![\d-])",
        rf"(?<![\d-])(?<!\d[ ]){_YEAR}(?: ?[-/] ?| ){_YEAR}(?![ -]?\d)",
        r"(?<![\d,])\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,9})?(?!,?\d)",
        r"(?<![\d.])[1-9]\d?(?:\.\d{3}){2,4}(?:,\d{1,2})?(?!\.?\d)",
        r"(?<!\d)(?<!\d[ ])[1-9]\d?(?: \d{3}){0,3} 000(?![ -]?\d)",
        rf"(?<!\d){_AMOUNT} ?(?:{_CURRENCY}|{_UNIT})",
        # A decimal number, and not the two halves of a telephone number.
        r"(?<![\d.])(?!\d{3}\.\d{4}(?!\d))(?!0\d)\d{1,15}\.\d{1,20}(?![ .-]?\d)",
    ),
    elsewhere=(rf"(?:{_CURRENCY}) ?{_AMOUNT}(?![\d-])",),
)
_NAMED = re.compile(
    r"\b(?:rooms?|suites?|units?|tables?|flats?|orders?|invoices?|tickets?|bookings?|reservations?|references?"
    r"|confirmations?|tracking|parcel|flights?|trains?"
    r"|zip|postcode|post(?:al)? code|plz|years?|article|model|serial|version)"
    r"(?: (?:number|no\.?|nr\.?|code|id|is|was)){0,3}(?: [A-Z]{1,3})?[ :#]{0,3}\Z",
    re.IGNORECASE,
)


def without_machines_ids(text: str) -> str:
    """Blanks timestamps, UUIDs, addresses with ports and the like. No id of a person looks like these."""
    return _MACHINES.sub(_blank, text)


def without_everyday_numbers(text: str) -> str:
    """Blanks dates, times, prices and amounts."""
    return _EVERYDAY.sub(_blank, text)


def is_named_otherwise(text: str, start: int) -> bool:
    """Whether the words in front say that this is a room's, an order's or another thing's number."""
    return _NAMED.search(text, max(0, start - 48), start) is not None


def _blank(match: re.Match[str]) -> str:
    return BLANK * len(match.group())
