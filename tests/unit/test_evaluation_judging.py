"""What is wrong with a reply, and how a caller in a scenario goes on."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from deskbell.errors import DeskbellError, NotFound, ServerUnreachable
from deskbell.evaluation.facts import Says
from deskbell.evaluation.fresh import draw
from deskbell.evaluation.judge import judge, last_question, refuses, sentences
from deskbell.evaluation.playing import Line, Played, play
from deskbell.evaluation.reading import read_file
from deskbell.evaluation.reply import Recorded, Reply
from deskbell.evaluation.report import as_json, as_junit, dialogue
from deskbell.evaluation.running import Plan, Show, run
from deskbell.evaluation.scenario import By, CacheWish, Expectation, RecordWish, Scenario
from deskbell.v1 import chat_service_pb2, turn_events_pb2

FRESH = draw(random.Random(1), "gb", {}, date(2026, 11, 20))
GOOD = Reply(
    text="A check-up costs £62.",
    intents=["pricing", "faq"],
    documents=["prices"],
    records=[Recorded("tenants/a/leads/1", "lead", "created", "Ann")],
    cache="exact",
    outcome="completed",
)


def reply(text: str = "", **fields: Any) -> Reply:
    return Reply(text=text, outcome="completed", **fields)


@pytest.mark.parametrize(
    ("wanted", "failure"),
    [
        (Expectation(intent=("pricing",)), ""),
        (Expectation(intent=("faq",)), "intent is pricing, not faq"),
        (Expectation(intents=("faq", "pricing")), ""),
        (Expectation(intents=("faq", "booking")), "intents are pricing, faq, without booking"),
        (Expectation(says=(Says("62 pounds"),)), ""),
        (Expectation(says=(Says("74 pounds"),)), "does not say '74 pounds'"),
        (Expectation(not_says=(Says("62"),)), "says '62'"),
        (Expectation(refused=False), ""),
        (Expectation(refused=True), "answers instead of saying that it does not know"),
        (Expectation(cites=(("prices", "team"),)), ""),
        (Expectation(cites=(("team",),)), "cites prices, not team"),
        (Expectation(cites=()), "cites prices"),
        (Expectation(escalated=False), ""),
        (Expectation(escalated=True), "does not hand over to a person"),
        (Expectation(records=(RecordWish("lead"),)), ""),
        (Expectation(records=(RecordWish("lead", "updated"),)), "records are lead created, not lead updated"),
        (Expectation(records=()), "records are lead created, not none"),
        (Expectation(cache=(CacheWish.HIT,)), ""),
        (Expectation(cache=(CacheWish.MISS, CacheWish.EXACT)), ""),
        (
            Expectation(cache=(CacheWish.MISS, CacheWish.SEMANTIC)),
            "the cache says exact, not miss or semantic",
        ),
        (Expectation(degraded=True), "no step was left out"),
        (Expectation(max_sentences=1, max_words=4), ""),
        (Expectation(max_words=3), "has 4 words, more than 3"),
        (Expectation(ends_with_question=True), "does not end with a question"),
    ],
)
def test_a_reply_is_judged(wanted: Expectation, failure: str) -> None:
    assert judge(wanted, GOOD, FRESH) == ([failure] if failure else [])


def test_what_went_wrong_on_the_server_is_always_a_failure() -> None:
    broken = Reply(outcome="failed", errors=["no voice"])
    assert judge(Expectation(), broken, FRESH) == [
        "the answer failed on the server",
        "the server reported: no voice",
    ]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("I don't have that information. I can have someone call you back.", True),
        ("I\u2019m sorry, but I do not have any information about toothbrushes.", True),
        ("I'm not sure, let me have someone call you.", True),
        ("I can't find that in our documents.", True),
        ("We don't have a pool.", False),
        ("No pets are allowed in the studio.", False),
        ("We do not handle shops, offices or land.", False),
        ("For more information please see our prices.", False),
    ],
)
def test_a_refusal_is_told_from_a_no(text: str, refused: bool) -> None:
    assert refuses(text) is refused


def test_sentences_and_questions() -> None:
    assert sentences("We open at 9 a.m. and close at 1 p.m. Dr. Hart is here. It costs 4.5 percent") == 2
    assert last_question("Name: Ann. Phone: 0 1 1 7. Is that right?") == "Is that right?"
    assert last_question("Tell me your name.") == "Tell me your name."


def test_the_events_of_a_chat_become_a_reply() -> None:
    pb = turn_events_pb2
    found = Reply()
    name = "tenants/a/reservations/7"
    for event in (
        {"intent": pb.Intent(kind=pb.INTENT_KIND_BOOKING, others=[pb.INTENT_KIND_FAQ])},
        {"response_started": pb.ResponseStarted()},
        {"response_text": pb.ResponseText(text="Boo")},
        {"response_text": pb.ResponseText(text="ked.")},
        {"record": pb.Record(name=name, action=pb.Record.ACTION_CREATED, summary="Tuesday")},
        {"handoff": pb.Handoff(reason="asked")},
        {"degraded": pb.Degraded(step="retrieve", action="keyword_only")},
        {"response_done": pb.ResponseDone(outcome=pb.RESPONSE_OUTCOME_COMPLETED)},
        {"metrics": pb.TurnMetrics(cache=pb.CACHE_RESULT_SEMANTIC_HIT)},
    ):
        found.take(chat_service_pb2.SendMessageResponse(**event))
    assert found.text == "Booked."
    assert found.intents == ["booking", "faq"]
    assert found.records == [Recorded(name, "reservation", "created", "Tuesday")]
    assert (found.handoff, found.degraded, found.cache) == ("asked", ["retrieve: keyword_only"], "semantic")


class Receptionist:
    """Fulfils `playing.Agents`: replies from a list, and keeps what was said."""

    by = By.CHAT

    def __init__(self, *replies: Reply | Exception) -> None:
        self.replies = list(replies)
        self.heard: list[str] = []
        self.calls = 0
        self.open = 0

    @asynccontextmanager
    async def reach(self, agent: str) -> AsyncGenerator[Receptionist, None]:
        self.calls += 1
        self.open += 1
        assert self.open == 1, "the call before has ended"
        yield self
        self.open -= 1

    async def say(self, line: Line) -> Reply:
        self.heard.append(line.written)
        found = self.replies.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def scenario(folder: Path, turns: str, more: str = "") -> Scenario:
    path = folder / "s.yaml"
    path.write_text(f"scenario: s\nagent: clinic/desk\nturns:\n{turns}{more}")
    return read_file(path)[0]


BOOKED = Recorded("tenants/a/reservations/1", "reservation", "created", "")
CANCELLED = Recorded("tenants/a/reservations/1", "reservation", "cancelled", "")
BOOKING = """\
  - caller: A check-up on {day}, please.
    expect: {ends_with_question: true}
    until: reservation created
    then: {says: booked}
    somewhere: [{digits: "{phone}"}]
  - caller: Cancel it.
    new_call: true
    until: reservation cancelled
finally: {records: {reservations: 0}}
"""


async def test_a_caller_answers_what_is_asked_until_it_is_done(tmp_path: Path) -> None:
    desk = Receptionist(
        reply("What is your name?"),
        reply("And which number can we call you back on?"),
        reply(f"Name: Ann. Phone: {FRESH.written['phone']}. Is that right?"),
        reply("It is booked.", records=[BOOKED]),
        reply("Shall I cancel it?"),
        reply("Cancelled.", records=[CANCELLED]),
    )
    played = await play(scenario(tmp_path, BOOKING), desk, "clinic/desk", FRESH, 1)
    assert played.passed, played.what_failed
    assert desk.heard == [
        f"A check-up on {FRESH.written['day']}, please.",
        f"My name is {FRESH.written['name']}.",
        FRESH.written["phone"],
        "Yes, please.",
        "Cancel it.",
        "Yes, please.",
    ]
    assert (desk.calls, desk.open) == (2, 0)


@pytest.mark.parametrize(
    ("replies", "failure"),
    [
        ([reply("Fine weather.")], "asks for nothing that the caller has an answer to"),
        ([reply("Your name?")] * 11, "this has not come: a record: reservation created"),
        ([reply("OK.", records=[BOOKED])], "does not say 'booked'"),
        ([reply("Booked.", records=[BOOKED])], "in no answer of this turn it says the digits"),
        ([reply("Booked.", records=[BOOKED]), reply("No.")], "in the end 1 reservations stand, not 0"),
        (
            [NotFound("no such agent", "NOT_FOUND", "AGENT_NOT_FOUND")],
            "broken off: no such agent (AGENT_NOT_FOUND)",
        ),
    ],
)
async def test_what_keeps_a_caller_from_getting_it_done(
    tmp_path: Path, replies: Sequence[Reply | DeskbellError], failure: str
) -> None:
    desk = Receptionist(*replies, *[reply("No.")] * 3)
    played = await play(scenario(tmp_path, BOOKING), desk, "clinic/desk", FRESH, 1)
    assert not played.passed
    assert any(failure in each for each in played.what_failed), played.what_failed


async def test_answers_of_a_turn_come_before_those_of_everybody(tmp_path: Path) -> None:
    turns = """\
  - caller: Book it.
    until: escalated
    answers:
      - {to: "is that right", caller: "No, it is not."}
"""
    desk = Receptionist(reply("Name: Ann. Is that right?"), reply("I pass you on.", handoff="lost"))
    played = await play(scenario(tmp_path, turns), desk, "clinic/desk", FRESH, 1)
    assert played.passed
    assert desk.heard[1] == "No, it is not."


async def test_a_run_can_stop_at_the_first_failure_and_repeats(tmp_path: Path) -> None:
    wanted = scenario(tmp_path, "  - caller: Hi {name}\n    expect: {says: hello}\n")
    results: list[Played] = []
    desk = Receptionist(reply("hello"), reply("go away"), reply("hello"))
    await run(Plan([wanted], repeat=3, fail_fast=True), desk, 1, Show(), results.append)
    assert [played.passed for played in results] == [True, False]
    assert [played.attempt for played in results] == [1, 2]
    other = Receptionist(reply("hello"), reply("hello"))
    await run(Plan([wanted], repeat=2), other, 1, Show(), results.append)
    assert other.heard[0] == desk.heard[0], "the same seed draws the same"


async def test_a_server_that_is_not_there_ends_the_run(tmp_path: Path) -> None:
    wanted = scenario(tmp_path, "  - caller: Hi\n")
    with pytest.raises(BaseExceptionGroup) as caught:
        await run(Plan([wanted]), Receptionist(ServerUnreachable("nobody")), 1, Show(), lambda _: None)
    assert isinstance(caught.value.exceptions[0], ServerUnreachable)


async def test_scenarios_of_a_tenant_can_be_played_with_another(tmp_path: Path) -> None:
    wanted = scenario(tmp_path, "  - caller: Hi\n")
    plan = Plan([wanted], tenants={"clinic": "mine"})
    assert plan.agent(wanted) == "mine/desk"


async def test_reports_tell_what_failed_where(tmp_path: Path) -> None:
    wanted = scenario(tmp_path, "  - caller: Hi\n    expect: {says: hello}\n")
    desk = Receptionist(reply("[red]go\x1b away\x00[/red]"))
    played = await play(wanted, desk, "clinic/desk", FRESH, 1)
    told = json.loads(as_json([played], seed=7, engines={"chat": "local/x"}))
    assert (told["passed"], told["seed"], told["engines"]) == (False, 7, {"chat": "local/x"})
    assert told["results"][0]["failures"] == ["after 'Hi': does not say 'hello'"]
    suite = ET.fromstring(as_junit([played]))[0]  # noqa: S314 - our own
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    assert suite[0][0].get("message") == "after 'Hi': does not say 'hello'"
    shown = dialogue(played)
    assert "\x1b" not in shown
    assert r"\[red]go" in shown
