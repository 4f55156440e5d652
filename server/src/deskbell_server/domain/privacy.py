"""What a tenant wants done with the personal data of its callers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonalData(StrEnum):
    """A kind of personal data that can be told from its form."""

    PHONE_NUMBER = "phone_number"
    EMAIL_ADDRESS = "email_address"
    CARD_NUMBER = "card_number"
    NATIONAL_ID = "national_id"


class Handling(StrEnum):
    """What becomes of it in a stored transcript: `mask` puts a `*` in place of each letter and digit, `drop` takes
    it out."""

    KEEP = "keep"
    MASK = "mask"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class RedactionPolicy:
    """One handling for each kind. A receptionist needs the number that it shall call back; nobody needs a card's."""

    phone_numbers: Handling = Handling.KEEP
    email_addresses: Handling = Handling.KEEP
    card_numbers: Handling = Handling.MASK
    national_ids: Handling = Handling.MASK

    def handling(self, kind: PersonalData) -> Handling:
        """What becomes of a kind."""
        return {
            PersonalData.PHONE_NUMBER: self.phone_numbers,
            PersonalData.EMAIL_ADDRESS: self.email_addresses,
            PersonalData.CARD_NUMBER: self.card_numbers,
            PersonalData.NATIONAL_ID: self.national_ids,
        }[kind]


MASK_ALL = RedactionPolicy(Handling.MASK, Handling.MASK, Handling.MASK, Handling.MASK)
"""For what is read by more people than a transcript, or kept for longer, whatever the tenant keeps in transcripts."""


@dataclass(frozen=True, slots=True)
class Retention:
    """After how many days something is deleted; 0: never."""

    audio_days: int = 0
    transcript_days: int = 0
    lead_days: int = 0
    reservation_days: int = 0
