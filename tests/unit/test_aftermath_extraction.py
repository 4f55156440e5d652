"""What an agent's schema gets out of a conversation, by rules; and what of a model's answer is believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deskbell_server.aftermath.extraction import extracted_by_rules
from deskbell_server.aftermath.said import Said
from deskbell_server.aftermath.schema import MOST_PROPERTIES, wanted
from tests.unit.aftermath_case import CHECK_UP, MASK, VIEWING, case

CALL = (
    ("", "Welcome, how can I help?"),
    ("Hi, I'd like to view flat 12B on Thursday.", "May I have your name?", "served", "lead_capture"),
    ("It's Tom Price.", "And your telephone number?", "served", "lead_capture"),
    ("020 7946 0111, and tom dot price at example dot com.", "How many people are coming?", "served", "booking"),
    ("There will be three of us. Our budget is 250,000 pounds, for two bedrooms.", "Thank you.", "served", "booking"),
    ("Please call me back tomorrow after five.", "We will.", "served", "lead_capture"),
)  # fmt: skip


def schema(**properties: Any) -> str:
    return json.dumps({"type": "object", "properties": properties})


def of_call(*turns: Any, **properties: Any) -> dict[str, Any]:
    return extracted_by_rules(case(*(turns or CALL)), wanted(schema(**properties))).values


TEXT, NUMBER, INTEGER, YES_NO = ({"type": kind} for kind in ("string", "number", "integer", "boolean"))


def test_a_lead_is_taken_down() -> None:
    found = of_call(
        caller_name=TEXT,
        firstName=TEXT,
        surname=TEXT,
        phone=TEXT,
        contactEmail={"type": "string", "format": "email"},
        property_id=TEXT,
        party_size=INTEGER,
        viewing_date={"type": "string", "format": "date"},
        budget=NUMBER,
        bedrooms=INTEGER,
        callback_time=TEXT,
        wants_callback=YES_NO,
        main_intent={"enum": ["booking", "lead_capture", "other"]},
    )
    assert found == {
        "caller_name": "Tom Price",
        "firstName": "Tom",
        "surname": "Price",
        "phone": "+442079460111",
        "contactEmail": "tom.price@example.com",
        "property_id": "12B",
        "party_size": 3,
        "viewing_date": None,  # Thursday or tomorrow: two days were named
        "budget": 250_000.0,
        "bedrooms": 2,
        "callback_time": "tomorrow after five",
        "wants_callback": True,
        "main_intent": "lead_capture",
    }


def test_what_was_not_said_is_null() -> None:
    names = "name phone email property_id callback_time date time service shoe_size company favourite_colour"
    everything = dict.fromkeys(names.split(), TEXT)
    found = of_call(
        ("What are your hours?", "Nine to five.", "answered"), **everything, guests=INTEGER, budget=NUMBER
    )
    assert set(found.values()) == {None}
    assert len(found) == len(everything) + 2


@pytest.mark.parametrize(
    "name",
    "company_name pet_name landlord_email emergency_phone date_of_birth property_type property_address "
    "guest_type".split(),
)
def test_what_is_of_somebody_or_something_else_is_not_the_callers(name: str) -> None:
    rule = {"type": "string", "format": "date"} if name == "date_of_birth" else TEXT
    said = (
        "I'm Tom Price, 020 7946 0111, tom@example.com, flat 12B on Thursday, three people",
        "Yes.",
        "served",
    )
    assert of_call(said, **{name: rule}) == {name: None}


def test_what_is_booked_is_known() -> None:
    found = extracted_by_rules(
        case(("Book me a check-up", "Done.", "served", "booking"), booked=(CHECK_UP,)),
        wanted(
            schema(
                appointment_date={"type": "string", "format": "date"},
                time=TEXT,
                service=TEXT,
                patient_name=TEXT,
                booked=YES_NO,
                outcome={"enum": ["booked", "lead", "none"]},
            )
        ),
    )
    assert found.values == {
        "appointment_date": "2026-03-10",
        "time": "10:00",
        "service": "Check-up",
        "patient_name": "Anna Kowalski",
        "booked": True,
        "outcome": "booked",
    }


def test_a_description_may_say_what_a_name_does_not() -> None:
    found = of_call(
        contact={"type": "string", "description": "The caller's phone number"},
        who={"type": "string", "description": "Caller's full name"},
        employer={"type": "string", "description": "Name of the company that the caller works for"},
    )
    assert found == {"contact": "+442079460111", "who": "Tom Price", "employer": None}


def test_choices() -> None:
    room = {"type": "string", "enum": ["single room", "double room", "suite"]}
    said = ("I'd like a double room, not the suite.", "Yes.", "served")
    assert of_call(said, room=room) == {"room": "double room"}
    assert of_call(("A single room or a suite?", "Yes.", "served"), room=room) == {"room": None}
    assert of_call(("Do you have parking?", "Yes.", "answered"), room=room) == {"room": None}


def test_the_last_word_counts_where_a_caller_may_put_right() -> None:
    found = of_call(
        ("My number is 020 7946 0111.", "Thanks.", "served"),
        ("Sorry, my number is 020 7946 0222.", "Thanks.", "served"),
        phone=TEXT,
    )
    assert found == {"phone": "+442079460222"}


def test_what_the_tenant_takes_out_of_transcripts_is_not_brought_back_by_records() -> None:
    found = case(CALL[1], leads=(VIEWING,), redaction=MASK)
    assert extracted_by_rules(found, wanted(schema(phone=TEXT, email=TEXT, name=TEXT))).values == {
        "phone": None,
        "email": None,
        "name": "Tom Price",
    }


# ---- what was said


@pytest.mark.parametrize(
    "value",
    [
        "Tom Price",
        "tom price",
        "12B",
        "+44 20 7946 0111",
        "02079460111",
        "tom.price@example.com",
        "2026-03-05",
        "after five",
        "call me back tomorrow",
    ],
)
def test_holds_what_was_said(value: str) -> None:
    assert Said(case(*CALL)).holds(value)


@pytest.mark.parametrize(
    "value",
    """Tim Price|14B|+44 20 7946 0112|tom@example.com|2026-03-06||?|12B on Friday|welcome|om Pric|2079|17:00:00Z|
    how many people""".split("|"),
)
def test_does_not_hold_what_was_not(value: str) -> None:
    assert not Said(case(*CALL)).holds(value)


def test_numbers_in_figures_and_words() -> None:
    said = Said(case(*CALL))
    assert all(map(said.holds_number, (3, 2, 250_000)))
    assert not any(map(said.holds_number, (4, 250, 12.5)))


# ---- schemas


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ""),
        ("{", "no JSON"),
        ("[]", "no object with properties"),
        ('{"type": "object"}', "no object with properties"),
        (schema(a={"type": "object"}, b=TEXT), "not understood in the agent's extraction schema: a"),
        (schema(a={"type": "array", "items": TEXT}), "a"),
        ("[" * 100_000, "no JSON"),
    ],
)
def test_a_schema_that_cannot_be_read_is_said_and_no_error(text: str, problem: str) -> None:
    found = wanted(text)
    assert problem in found.problem
    assert bool(found.problem) is bool(problem)


def test_a_schema_has_so_many_properties_and_no_more() -> None:
    found = wanted(schema(**{f"p{n}": TEXT for n in range(MOST_PROPERTIES + 5)}))
    assert len(found.properties) == MOST_PROPERTIES
    assert "p54" in found.problem


def test_bounds_hold_for_what_rules_find() -> None:
    assert of_call(party_size={"type": "integer", "maximum": 2}) == {"party_size": None}
    assert of_call(name={"type": "string", "maxLength": 3}) == {"name": None}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It is 1,250.50 or 250k", {1250.5, 250_000}),
        ("twenty five people", {25}),
        ("call 02079460958", {2_079_460_958}),
        ("9" * 400, set()),
        ("1.2.3", set()),
    ],
)
def test_figures(text: str, numbers: set[float]) -> None:
    assert numbers <= Said(case((text, "Yes.", "served"))).numbers
    assert of_call((f"my budget is £{'9' * 400}", "Yes.", "served"), budget=NUMBER) == {"budget": None}


def test_what_cannot_be_kept_is_never_a_value() -> None:
    odd = {"type": "string", "enum": ["nice\0flat", "nice"]}
    huge = {"type": "integer", "enum": [3, 10**400]}
    read = wanted(schema(choice=odd, number=huge, endless={"type": "number", "maximum": 1e999}))
    assert [each.name for each in read.properties] == ["endless"]
    assert read.properties[0].bounds == ()
    assert read.problem == "not understood in the agent's extraction schema: choice, number"
