"""Leads that turn out to be one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from deskbell_server.domain.lead import MOST_NOTES, Lead, LeadStatus, merged
from deskbell_server.domain.names import LeadId, TenantId, time_ordered_uuid

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)
OLD = Lead(
    TenantId("clinic"),
    LeadId(time_ordered_uuid(0)),
    "Anne Weber",
    "+442079460958",
    "",
    "viewing",
    "",
    "After five.",
    NOW,
    NOW,
    "May we?",
    NOW,
)
NEW = replace(OLD, id=LeadId(time_ordered_uuid(9)), updated_at=LATER, consent_text="", consented_at=None)


def test_the_last_word_counts_and_nothing_is_lost() -> None:
    lead = merged(OLD, replace(NEW, name="Hanne Weber", email="h@example.com", notes="Has a dog."))
    assert (lead.id, lead.name, lead.email, lead.phone) == (OLD.id, "Hanne Weber", "h@example.com", OLD.phone)
    assert lead.notes == "After five.\nHas a dog.\nEarlier name: Anne Weber"
    assert (lead.created_at, lead.updated_at) == (NOW, LATER)


def test_what_was_not_said_takes_nothing_away() -> None:
    lead = merged(OLD, replace(NEW, name="", phone="", intent="", notes=""))
    assert replace(lead, updated_at=NOW) == OLD


def test_the_same_again_adds_no_notes() -> None:
    assert merged(OLD, NEW).notes == OLD.notes


def test_consent_is_replaced_by_consent_only() -> None:
    assert merged(OLD, NEW).consented_at == NOW
    again = replace(NEW, consent_text="May we write?", consented_at=LATER)
    assert (merged(OLD, again).consent_text, merged(OLD, again).consented_at) == ("May we write?", LATER)


def test_only_a_closed_lead_is_new_again() -> None:
    assert merged(replace(OLD, status=LeadStatus.CLOSED), NEW).status is LeadStatus.NEW
    assert merged(replace(OLD, status=LeadStatus.CONTACTED), NEW).status is LeadStatus.CONTACTED


def test_notes_stay_within_their_limit() -> None:
    lead = merged(replace(OLD, notes="a" * MOST_NOTES), replace(NEW, notes="b" * 100))
    assert len(lead.notes) == MOST_NOTES
    assert lead.notes.endswith("b")
