"""Turns an uploaded file into text."""

from __future__ import annotations

from pathlib import PurePath

from deskbell_server.domain.errors import InvalidInput
from deskbell_server.domain.knowledge import MAX_DOCUMENT_CHARACTERS, MediaType

MEDIA_TYPES = {
    ".txt": MediaType.PLAIN,
    ".text": MediaType.PLAIN,
    ".md": MediaType.MARKDOWN,
    ".markdown": MediaType.MARKDOWN,
}


def media_type_of(file_name: str) -> MediaType:
    """What a file of this name holds. Raises InvalidInput for an ending that cannot be read."""
    ending = PurePath(file_name).suffix.lower()
    if ending not in MEDIA_TYPES:
        raise InvalidInput.field(
            "header.file_name",
            f"cannot read files ending in {ending or 'nothing'!r}; readable are {', '.join(MEDIA_TYPES)}",
            reason="DOCUMENT_UNREADABLE",
        )
    return MEDIA_TYPES[ending]


def decode(data: bytes, *, field: str) -> str:
    """The text in a file's bytes: UTF-8, with or without a byte order mark. Raises InvalidInput."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput.field(
            field, f"not UTF-8 text: byte {error.start} cannot be decoded", reason="DOCUMENT_UNREADABLE"
        ) from None


def check_text(text: str, *, field: str) -> str:
    """Returns a document's text if it can be one. Raises InvalidInput."""
    if len(text) > MAX_DOCUMENT_CHARACTERS:
        raise InvalidInput.field(
            field,
            f"has {len(text):,} characters; the limit is {MAX_DOCUMENT_CHARACTERS:,}",
            reason="DOCUMENT_TOO_LARGE",
            limit_characters=str(MAX_DOCUMENT_CHARACTERS),
        )
    if not text.strip():
        raise InvalidInput.field(field, "must hold more than white space")
    if "\x00" in text:
        # Postgres cannot store the character, and no text has it.
        raise InvalidInput.field(
            field,
            f"character {text.index(chr(0))} is NUL: this is not text",
            reason="DOCUMENT_UNREADABLE",
        )
    return text
