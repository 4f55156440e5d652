"""What the demo tenants promise to the seeding, to the README and to other tests."""

from __future__ import annotations

import re

import pytest

from deskbell_server.demo import DemoQuestion, DemoTenant, load_demo_tenants
from deskbell_server.domain.agent import AgentType
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
