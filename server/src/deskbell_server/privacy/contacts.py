"""Telephone numbers and e-mail addresses in the form in which they are kept: one form for one person's."""

from __future__ import annotations

import re
import unicodedata

_FICTION = ("+447700900",)
"""Set aside for films and examples (Ofcom): no numbering plan has them, and demonstrations use them."""
_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
"""At most 15 digits; the numbering plans of some countries, as the library has them, also have longer ones."""
_LOCAL = r"[^\s@<>()\[\],;:\\\"\x00-\x20\x7f]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+{_LABEL}")
MOST_ADDRESS = 254
"""Characters of an e-mail address (RFC 5321, section 4.5.3.1, as corrected)."""


def e164(text: str, region: str | None) -> str | None:
    """A telephone number, with "+" and the country code or as it is dialled in a region (an ISO code), as E.164. None
    if the numbering plan has no such number, or if it has an extension, for which E.164 has no place."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not _E164.fullmatch(written):
        return None
    made_up = written.startswith(_FICTION) and len(written) == len("+447700900123")
    return written if made_up or phonenumbers.is_valid_number(number) else None


def email_address(text: str) -> str | None:
    """An e-mail address in small letters, None for what is none. Whether anybody has it is not looked at."""
    address = unicodedata.normalize("NFC", text.strip()).lower()
    local = address.partition("@")[0]
    if ".." in local or local.startswith(".") or local.endswith("."):
        return None
    return address if len(address) <= MOST_ADDRESS and _ADDRESS.fullmatch(address) else None
