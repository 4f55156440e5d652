"""Values as they are said aloud, so that the caller can hear a mistake."""

from __future__ import annotations

import re

from deskbell_server.turn.slots.model import Slot

_SIGNS = {".": "dot", "@": "at", "-": "dash", "_": "underscore", "+": "plus"}
_MOST_IN_A_BREATH = 4
"""Digits."""


def speakable(slot: Slot, value: str, region: str | None = None) -> str:
    """A value for a voice. `region`: whose telephone numbers are said without their country's code."""
    match slot:
        case Slot.PHONE:
            return _phone(value, region)
        case Slot.EMAIL:
            return re.sub(r"[.@_+-]", lambda sign: f" {_SIGNS[sign.group()]} ", value)
        case Slot.PROPERTY:
            return ", ".join(" ".join(part) for part in re.findall(r"[A-Z]+|\d+", value)) or value
        case _:
            return value


def spelt_out(word: str) -> str:
    """A word's letters, one by one: "S, T, E, V, E, N, S"."""
    return ", ".join(character.upper() for character in word if character.isalpha())


def digits_aloud(digits: str) -> str:
    """Digits one by one, with a pause after three or four."""
    groups = [digits]
    if len(digits) > _MOST_IN_A_BREATH:
        groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        if len(groups[-1]) == 1:
            groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(" ".join(group) for group in groups)


def _phone(value: str, region: str | None) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return digits_aloud(re.sub(r"\D", "", value))
    at_home = region is not None and number.country_code == phonenumbers.country_code_for_region(region)
    style = phonenumbers.PhoneNumberFormat
    written = phonenumbers.format_number(number, style.NATIONAL if at_home else style.INTERNATIONAL)
    groups = ", ".join(digits_aloud(group) for group in re.findall(r"\d+", written))
    return groups if at_home else f"plus {groups}"
