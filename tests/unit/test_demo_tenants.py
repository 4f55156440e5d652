"""What the demo tenants promise to the seeding, to the README and to other tests."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deskbell_server.booking.slots import Calendar
from deskbell_server.demo import DemoQuestion, DemoTenant, load_demo_tenants
from deskbell_server.domain.agent import AgentType
from deskbell_server.domain.booking import BookableService, Resource
from deskbell_server.domain.names import is_slug
from deskbell_server.domain.tenant import check_time_zone

TENANTS = load_demo_tenants()
QUESTIONS = [
    pytest.param(tenant, question, id=f"{tenant.id}: {question.text}")
    for tenant in TENANTS
    for question in tenant.questions
]


def contains_words(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE) is not None


def test_three_tenants_each_with_one_reception() -> None:
    assert {tenant.id: [agent.type for agent in tenant.agents] for tenant in TENANTS} == {
        "demo-clinic": [AgentType.RECEPTIONIST],
        "demo-estates": [AgentType.REAL_ESTATE],
        "demo-hotel": [AgentType.RECEPTIONIST],
    }
    assert {agent.id for tenant in TENANTS for agent in tenant.agents} == {"reception"}


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.id)
def test_fits_the_contract(tenant: DemoTenant) -> None:
    assert is_slug(tenant.id)
    assert check_time_zone(tenant.time_zone) == tenant.time_zone
    for agent in tenant.agents:
        assert is_slug(agent.id)
        assert 0 < len(agent.system_prompt) <= 8000
        assert re.fullmatch(r"[^.!?]{1,80}[.!?]", agent.greeting), "one short sentence"
        assert re.fullmatch(r"\+[1-9][0-9]{7,14}", agent.handoff.destination), "E.164"
        assert re.fullmatch(r"[^.!?]{1,80}[.!?]", agent.handoff.message), "one short sentence"
    assert 5 <= len(tenant.documents) <= 8
    for document in tenant.documents:
        assert is_slug(document.id)
        assert document.text.startswith(f"# {document.title}\n")
        assert 150 <= len(document.text.split()) <= 600, "about a page"


def test_opening_hours_tell_the_tenants_apart() -> None:
    saturdays = [
        tuple(
            line
            for document in tenant.documents
            for line in document.text.splitlines()
            if re.match(r"On Saturday (we are|the reception is) open", line)
        )
        for tenant in TENANTS
    ]
    assert all(len(sentences) == 1 for sentences in saturdays)
    assert len(set(saturdays)) == len(TENANTS)


@pytest.mark.parametrize(("tenant", "question"), QUESTIONS)
def test_one_sentence_answers_each_question(tenant: DemoTenant, question: DemoQuestion) -> None:
    lines = [
        line
        for document in tenant.documents
        for line in document.text.splitlines()
        if not line.startswith(("|", "#"))
    ]
    assert any(all(contains_words(line, words) for words in question.expected_words) for line in lines)


@pytest.mark.parametrize("tenant", TENANTS, ids=lambda tenant: tenant.id)
def test_what_can_be_booked_hangs_together(tenant: DemoTenant) -> None:
    booking = tenant.booking
    ids = {resource.id for resource in booking.resources}
    assert len(ids) == len(booking.resources)
    for each in (*booking.resources, *booking.services):
        assert is_slug(each.id)
    for service in booking.services:
        assert service.resources
        assert set(service.resources) <= ids
    assert ids == {one for service in booking.services for one in service.resources}, "nobody is idle"


def week(tenant: str, service: str, monday: date) -> dict[str, tuple[str, str, int]]:
    """Of a service on each day of a week on which it can begin: the first start, the last, and how many there are."""
    demo = next(one for one in TENANTS if one.id == tenant)
    zone, now = ZoneInfo(demo.time_zone), datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    found = next(one for one in demo.booking.services if one.id == service)
    calendar = Calendar(
        BookableService(demo.id, found.id, "", found.duration, found.buffer, "", found.resources, now, now),
        [
            Resource(demo.id, one.id, "", one.kind, one.capacity, now, now, one.hours)
            for one in demo.booking.resources
            if one.id in found.resources
        ],
        demo.booking.hours,
        zone,
        (),
        replace(demo.booking.rules, lead=timedelta()),
    )
    starts: dict[str, list[str]] = {}
    for slot in calendar.slots(monday, monday + timedelta(days=6), now - timedelta(days=1)):
        local = slot.times.starts_at.astimezone(zone)
        starts.setdefault(f"{local:%a}", []).append(f"{local:%H:%M}")
    return {day: (clocks[0], clocks[-1], len(clocks)) for day, clocks in starts.items()}


def test_what_can_be_booked_is_what_the_documents_say() -> None:
    plain = date(2026, 3, 2)
    # The last appointment of the day begins 40 minutes before the clinic closes; on Saturday every other week.
    assert {
        day: (first, last) for day, (first, last, _) in week("demo-clinic", "check-up", plain).items()
    } == {
        **dict.fromkeys(("Mon", "Wed", "Thu"), ("08:00", "17:20")),
        "Tue": ("08:00", "19:20"),
        "Fri": ("08:00", "15:20"),
        "Sat": ("09:00", "12:20"),
    }
    saturdays = [
        {service for service in ("check-up", "hygienist") if "Sat" in week("demo-clinic", service, monday)}
        for monday in (plain, plain + timedelta(weeks=1), plain + timedelta(weeks=2))
    ]
    assert saturdays[0] == saturdays[2] == {"check-up"}
    assert saturdays[1] == {"hygienist"}
    # Two emergency appointments on weekdays, at 8:20 and at two.
    emergencies = week("demo-clinic", "emergency-visit", plain)
    assert emergencies == dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), ("08:20", "14:00", 2))
    assert list(week("demo-clinic", "root-canal", plain)) == ["Tue", "Wed", "Fri"]
    christmas = date(2026, 12, 28)
    assert week("demo-clinic", "check-up", christmas) == {}
    assert week("demo-clinic", "hygienist", christmas) == {"Sat": ("09:00", "12:10", 20)}
    assert list(week("demo-clinic", "emergency-visit", christmas)) == ["Tue", "Wed", "Thu"]
    viewings = week("demo-estates", "house-viewing", plain)
    assert (viewings["Mon"][:2], viewings["Thu"][1], viewings["Sun"][:2]) == (
        ("09:30", "17:30"),
        "18:30",
        ("12:00", "15:30"),
    )
    assert "Sun" not in week("demo-estates", "valuation", plain)
    assert week("demo-hotel", "massage", plain) == dict.fromkeys(
        ("Wed", "Fri", "Sat"), ("14:00", "19:00", 11)
    )
