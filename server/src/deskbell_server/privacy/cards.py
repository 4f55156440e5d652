"""Payment card numbers."""

from __future__ import annotations

import re

_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|64[4-9]\d|65\d\d|62\d\d)\d{12,15}"  # Discover, UnionPay
    r"|3(?:0[0-5]|[689]\d)\d{11}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:50[1-8]\d|5[6-8]\d\d|6304|6759|676[1-3])\d{9,15}",  # Maestro
    re.ASCII,
)


def is_card(digits: str) -> bool:
    """Whether digits have an issuer's prefix and length, and the check digit that all issuers use."""
    return 13 <= len(digits) <= 19 and _ISSUERS.fullmatch(digits) is not None and passes_luhn(digits)


def passes_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812."""
    doubled = (sum(divmod(int(digit) * 2, 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0
