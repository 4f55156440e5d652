"""Scenario files: what they may hold, and what is said of those that cannot be used."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import phonenumbers
import pytest

from deskbell.evaluation.facts import AnyOf, Digits, Says
from deskbell.evaluation.fresh import COUNTRIES, NAMES, draw
from deskbell.evaluation.nodes import BadScenario
from deskbell.evaluation.reading import read_file, read_scenarios, shipped_scenarios
from deskbell.evaluation.scenario import By, CacheWish, RecordWish, Scenario
from deskbell_server.demo import load_demo_tenants

WHOLE = """\
scenario: a-booking
agent: clinic/desk
about: Everything that there is.
tags: [booking]
by: chat
country: us
choose: {dish: [soup, salad]}
answers:
  - {to: name, caller: "{name}"}
turns:
  - caller: I want {dish} on {day}.
    expect:
      intent: [booking, faq]
      intents: [booking]
      says: ["{dish}", {any: [a, {digits: "{phone}"}]}, {matches: 'x+'}]
      not_says: no
      refused: false
      cites: [menu, {any: [hours, team]}]
      escalated: false
      records: [reservation created, lead]
      cache: [miss, exact]
      degraded: false
      max_sentences: 2
      max_words: 30
      ends_with_question: true
    until: reservation created
    at_most: 4
    then: {records: []}
    somewhere: [soup]
  - caller: Again.
    new_call: true
    until: {says: bye}
  - caller: "Yes"
    until: escalated
finally: {records: {reservations: 1, leads: 0}, escalated: true}
"""


def written(folder: Path, text: str, name: str = "scenarios.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_all_that_a_scenario_may_hold(tmp_path: Path) -> None:
    text = WHOLE.replace("not_says: no", 'not_says: "no"')
    [found] = read_file(written(tmp_path, text))
    assert (found.name, found.agent, found.by, found.country) == (
        "a-booking",
        "clinic/desk",
        (By.CHAT,),
        "us",
    )
    first, second, third = found.turns
    assert first.expect.intent == ("booking", "faq")
    assert first.expect.says[:2] == (Says("{dish}"), AnyOf((Says("a"), Digits("{phone}"))))
    assert first.expect.cites == (("menu",), ("hours", "team"))
    assert first.expect.records == (RecordWish("reservation", "created"), RecordWish("lead"))
    assert first.expect.cache == (CacheWish.MISS, CacheWish.EXACT)
    assert (first.at_most, first.then.records, first.line) == (4, (), 11)
    assert second.new_call
    assert second.until is not None
    assert second.until.says == Says("bye")
    assert third.until is not None
    assert third.until.escalated
    assert found.ending.records == {"reservation": 1, "lead": 0}


SMALL = "scenario: a\nagent: clinic/desk\nturns:\n  - caller: Hi\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("agent: clinic/desk\nturns: []\n", "1: 'scenario' is missing"),
        (SMALL.replace("clinic/desk", "clinic"), "2: agent: 'clinic' names no agent"),
        (SMALL.replace("scenario: a", "scenario: A b"), "1: scenario: 'A b' must be small letters"),
        (
            SMALL.replace("- caller: Hi", "- caler: Hi"),
            "4: turns[1]: there is no field 'caler'; there are caller,",
        ),
        (SMALL.replace("Hi", "yes"), "4: turns[1].caller: must be a text: put yes in quotes"),
        (SMALL.replace("Hi", "''"), "4: turns[1].caller: is empty"),
        (SMALL.replace("Hi", "Hi {nmae}"), "4: turns[1].caller: there is no variable {nmae}; there are day,"),
        (SMALL + "    expect: {intent: fax}\n", "5: turns[1].expect.intent: 'fax' is none of booking, faq,"),
        (SMALL + "    expect: {refused: perhaps}\n", "5: turns[1].expect.refused: must be true or false"),
        (
            SMALL + "    expect: {max_words: 0}\n",
            "5: turns[1].expect.max_words: must be a whole number from 1",
        ),
        (SMALL + "    expect: {says: [{any: []}]}\n", "5: turns[1].expect.says[1].any: is empty"),
        (SMALL + "    expect: {says: [{matches: '('}]}\n", "says[1].matches: is no regular expression"),
        (
            SMALL + "    expect: {says: [{digits: a, any: b}]}\n",
            "says[1]: must have one of any, digits, matches",
        ),
        (SMALL + "    expect: {records: [order]}\n", "records[1]: must be one of reservation, lead"),
        (SMALL + "    expect: [says]\n", "5: turns[1].expect: must be fields with values, and is a list"),
        (SMALL + "    until: order\n", "5: turns[1].until: must be a record such as"),
        (SMALL + "    then: {says: x}\n", "5: turns[1].then: needs 'until' beside it"),
        (SMALL + "    new_call: true\n", "5: turns[1].new_call: the first turn begins a call anyway"),
        (SMALL + "    recording: no.wav\n", "5: turns[1].recording: there is no file"),
        (SMALL + "    caller: Ho\n", "5: turns[1]: 'caller' stands here twice"),
        (SMALL + "choose: {name: [x]}\n", "5: choose.name: is taken"),
        (SMALL + "tags: faq\n", "5: tags: must be a list, and is 'faq'"),
        (
            SMALL + "finally: {records: {orders: 1}}\n",
            "there is no field 'orders'; there are reservations, leads",
        ),
        (SMALL + "---\n" + SMALL, "6: scenario: 'a' is taken by"),
        ("scenario: [", "is no YAML"),
        ("- a\n", "1: must be fields with values, and is a list"),
        ("", "there are no scenarios in"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BadScenario) as caught:
        read_scenarios([path])
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_folders_are_read_whole(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    written(tmp_path, SMALL)
    written(tmp_path / "deep", SMALL.replace("scenario: a", "scenario: b"), "other.yml")
    written(tmp_path, "no scenario", "notes.txt")
    assert {each.name for each in read_scenarios([tmp_path])} == {"a", "b"}
    with pytest.raises(BadScenario, match="there is no file"):
        read_scenarios([tmp_path / "missing.yaml"])


@pytest.fixture(scope="module")
def shipped() -> list[Scenario]:
    return shipped_scenarios()


def test_the_shipped_scenarios_cover_the_demo_tenants(shipped: list[Scenario]) -> None:
    demos = {demo.id: demo for demo in load_demo_tenants()}
    assert len(shipped) >= 50
    assert {each.agent.split("/")[0] for each in shipped} == set(demos)
    for scenario in shipped:
        tenant, agent = scenario.agent.split("/")
        assert agent in {each.id for each in demos[tenant].agents}  # type: ignore[index]
        documents = {each.id for each in demos[tenant].documents}  # type: ignore[index]
        for turn in scenario.turns:
            for group in (*(turn.expect.cites or ()), *(turn.then.cites or ())):
                assert set(group) <= documents, scenario.name


def test_the_shipped_scenarios_cover_what_a_receptionist_meets(shipped: list[Scenario]) -> None:
    tags = {tag for scenario in shipped for tag in scenario.tags}
    assert tags >= {
        *("faq", "pricing", "follow-up", "refusal", "small-talk", "multi-intent", "booking", "lead"),
        *("escalation", "injection", "cache", "noisy"),
    }


def test_a_shipped_scenario_undoes_what_it_books(shipped: list[Scenario]) -> None:
    """So that it can be played again on the same server."""
    for scenario in shipped:
        wishes = [turn.until.record for turn in scenario.turns if turn.until and turn.until.record]
        made = wishes.count(RecordWish("reservation", "created"))
        assert wishes.count(RecordWish("reservation", "cancelled")) == made, scenario.name


@pytest.mark.parametrize("country", COUNTRIES)
def test_fresh_values_can_be_used_at_once(country: str) -> None:
    today = date(2026, 11, 20)
    for seed in range(200):
        fresh = draw(random.Random(seed), country, {"dish": ("soup", "salad")}, today)
        assert set(fresh.written) == {*NAMES, "dish"}
        number = phonenumbers.parse(fresh.written["phone"], country.upper())
        assert phonenumbers.is_valid_number(number), fresh.written["phone"]
        assert fresh.written["weekday"] in {"Tuesday", "Wednesday", "Thursday"}
        assert fresh.written["day"].startswith(fresh.written["weekday"])
        assert fresh.written["day"] != fresh.written["other_day"]
        assert fresh.written["time"] != fresh.written["other_time"]
        assert not set("0123456789") & set(fresh.speak("{phone} {email}"))
    again = draw(random.Random(199), country, {"dish": ("soup", "salad")}, today)
    assert again.written == fresh.written


@pytest.mark.parametrize(
    ("begin", "holiday"),
    [
        (date(2026, 10, 20), "Thursday the twenty-sixth of November"),
        (date(2026, 11, 20), "Thursday the twenty-fourth of December"),
        (date(2026, 4, 1), "Thursday the fourteenth of May"),  # Ascension
        (date(2028, 6, 1), "Tuesday the fourth of July"),
    ],
)
def test_no_holiday_is_drawn(begin: date, holiday: str) -> None:
    drawn = {draw(random.Random(seed), "gb", {}, begin).written["day"] for seed in range(500)}
    assert len(drawn) > 20
    assert holiday not in drawn
