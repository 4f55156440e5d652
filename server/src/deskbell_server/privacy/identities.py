"""National ids that their form, or a check digit, tells from other numbers.

An id of digits alone with a weak check is looked for only in its own country or after its name: one telephone
number in eleven would otherwise be a British patient's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_ITALIAN_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
_GERMAN_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_BEFORE = 60
"""So many characters in front of a number may hold its name."""

_SOCIAL = re.compile(r"\bssn\b|\bsocial\b", re.IGNORECASE)
_HEALTH = re.compile(r"\bnhs\b|\bchi\b", re.IGNORECASE)
_TAX = re.compile(r"\bsteuer|\btax", re.IGNORECASE)


def _compact(text: str) -> str:
    return re.sub(r"[ .-]", "", text).upper()


def _insurance_gb(text: str) -> bool:
    return _compact(text)[:2] not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


def _insurance_de(text: str) -> bool:
    compact = _compact(text)
    digits = f"{compact[:8]}{ord(compact[8]) - 64:02}{compact[9:11]}"
    total = sum(
        sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(digits, _GERMAN_WEIGHTS, strict=True)
    )
    return total % 10 == int(compact[11])


def _spanish(text: str) -> bool:
    compact = _compact(text)
    number = compact[:-1].translate(str.maketrans("XYZ", "012"))
    return _SPANISH[int(number) % 23] == compact[-1]


def _italian(text: str) -> bool:
    compact = _compact(text)
    values = [int(c) if c.isdigit() else ord(c) - 65 for c in compact[:15]]
    total = sum(_ITALIAN_ODD[value] if i % 2 == 0 else value for i, value in enumerate(values))
    return total % 26 == ord(compact[15]) - 65


def _french(text: str) -> bool:
    compact = _compact(text)
    month = int(compact[3:5])
    number = compact[:13].replace("2A", "19").replace("2B", "18") if compact[6] in "AB" else compact[:13]
    return (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and 97 - int(number) % 97 == int(
        compact[13:]
    )


# Fixed lengths, so nothing to go back for. Capitals: an id of a machine is written in small letters.
_WITH_LETTERS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (re.compile(rf"(?<![\w-])(?:{pattern})(?!\w|-\w)", re.ASCII), check)
    for pattern, check in (
        (r"[A-CEGHJ-PRSTW-Z][ -]?[A-CEGHJ-NPRSTW-Z](?:[ -]?\d){6}[ -]?[A-D]", _insurance_gb),
        (r"\d\d ?\d{6} ?[A-Z] ?\d{3}", _insurance_de),
        (rf"\d\d[. ]?\d{{3}}[. ]?\d{{3}}[ -]?[{_SPANISH}]", _spanish),
        (rf"[XYZ][ -]?\d{{7}}[ -]?[{_SPANISH}]", _spanish),
        (
            r"(?i:[A-Z]{3} ?[A-Z]{3} ?[0-9L-NP-V]{2} ?[A-EHLMPR-T] ?[0-9L-NP-V]{2} ?[A-Z] ?[0-9L-NP-V]{3} ?[A-Z])",
            _italian,
        ),
        (r"[1-478] ?\d\d ?\d\d ?2[AB] ?\d{3} ?\d{3} ?\d\d", _french),
    )
)


def ids_with_letters(text: str) -> Iterator[tuple[int, int]]:
    """Where a text has an id that is of digits and letters. They may overlap and are in no order."""
    for pattern, check in _WITH_LETTERS:
        for match in pattern.finditer(text):
            if check(match.group()):
                yield match.span()


def is_id_of_digits(
    text: str, start: int, lengths: tuple[int, ...], digits: str, region: str | None, *, hyphens: bool
) -> bool:
    """Whether groups of digits, which begin at an offset, are an id. `hyphens`: all that is between them."""
    match len(digits):
        case 9:
            if not _may_be_social_security(digits):
                return False
            if lengths == (3, 2, 4) and (hyphens or region in {None, "US"}):
                return True
            return _named(_SOCIAL, text, start)
        case 10:
            if not _passes_mod_11(digits):
                return False
            if region == "GB" and digits[0] in "34679" and lengths in {(10,), (3, 3, 4), (1,) * 10}:
                return True
            return _named(_HEALTH, text, start)
        case 11:
            return (region == "DE" or _named(_TAX, text, start)) and _is_german_tax_id(digits)
        case 15:
            return digits[0] in "1234780" and digits[0] != "0" and _french(digits)
    return False


def _named(name: re.Pattern[str], text: str, start: int) -> bool:
    return name.search(text, max(0, start - _BEFORE), start) is not None


def _may_be_social_security(digits: str) -> bool:
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in {"000", "666"} and area[0] != "9" and group != "00" and serial != "0000"


def _passes_mod_11(digits: str) -> bool:
    check = 11 - sum(int(digit) * (10 - i) for i, digit in enumerate(digits[:9])) % 11
    return (0 if check == 11 else check) == int(digits[9])


def _is_german_tax_id(digits: str) -> bool:
    """Of its first ten digits one comes twice or three times, and no other more than once (ISO 7064)."""
    times = sorted(digits[:10].count(digit) for digit in set(digits[:10]))
    if digits[0] == "0" or times[-1] not in {2, 3} or (len(times) > 1 and times[-2] > 1):
        return False
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[10])
