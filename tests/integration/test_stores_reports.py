"""Reports, their queue, and knowledge gaps on Postgres."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest

from deskbell_server.aftermath.case import case_of
from deskbell_server.aftermath.outcome import outcome
from deskbell_server.domain.conversation import Channel, Conversation, ConversationState
from deskbell_server.domain.errors import Conflict, NotFound
from deskbell_server.domain.gap import GapId, GapStatus, KnowledgeGap
from deskbell_server.domain.intent import IntentKind, ScoredIntent
from deskbell_server.domain.names import TenantId, TurnId, etag
from deskbell_server.domain.report import ConversationOutcome, Report, ReportState
from deskbell_server.domain.turn import TurnFacts, TurnMemory, TurnOutcome
from deskbell_server.ports.aftermath import GapPlace, ReportJob
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC, HOTEL, LATER, NOBODY, NOW
from tests.integration.store_world import Connection, Stores, fill_booking

LEASE = 60.0


def never(*_: object) -> bool:
    return False


async def said(
    stores: Stores,
    tenant: TenantId = CLINIC,
    *,
    questions: tuple[str, ...] = ("Do you take dogs?",),
    channel: Channel = Channel.VOICE,
    caller_id: str = "anna",
    second: int = 0,
) -> tuple[Conversation, list[TurnId]]:
    """An open conversation with a turn for each question."""
    begun = replace(sample.conversation(tenant, channel=channel, second=second), caller_id=caller_id)
    conversation = await stores.conversations.create(tenant, begun, "server-1")
    turns = []
    for question in questions:
        turn, messages = sample.turn(question, "I don't know.")
        await stores.conversations.store_turn(tenant, conversation.id, turn, messages)
        turns.append(turn)
    return conversation, turns


async def over(
    stores: Stores, tenant: TenantId = CLINIC, **given: object
) -> tuple[Conversation, list[TurnId]]:
    conversation, turns = await said(stores, tenant, **given)  # type: ignore[arg-type]
    await stores.conversations.end(tenant, conversation.id, LATER, "caller_ended")
    return conversation, turns


async def claimed(stores: Stores, lease: float = LEASE) -> ReportJob:
    job = await stores.reports.claim(lease)
    assert job is not None
    return job


async def complete(
    stores: Stores,
    job: ReportJob,
    *asked: tuple[TurnId, str],
    report: Report | None = None,
    cosine: float = 1.0,
) -> bool:
    questions = [sample.asked(turn, question, cosine=cosine) for turn, question in asked]
    return await stores.reports.complete(job, report or sample.report(), questions, never, LATER)


async def gaps(stores: Stores, tenant: TenantId = CLINIC) -> list[KnowledgeGap]:
    return await stores.gaps.page(tenant, status=None, after=None, limit=50)


# ---- the queue


async def test_only_what_is_over_and_has_messages_is_due(stores: Stores) -> None:
    await said(stores)
    silent = await stores.conversations.create(CLINIC, sample.conversation(CLINIC, second=1), "server-1")
    await stores.conversations.end(CLINIC, silent.id, LATER, "caller_ended")
    assert await stores.reports.claim(LEASE) is None
    ended, _ = await over(stores, HOTEL)
    assert await claimed(stores) == ReportJob(HOTEL, ended.id, 2, 1)
    assert await stores.reports.claim(LEASE) is None


async def test_a_lost_call_is_due_too(stores: Stores) -> None:
    lost, _ = await said(stores)
    assert await stores.conversations.mark_lost("server-1", LATER) == 1
    assert (await claimed(stores)).conversation == lost.id


async def test_conversations_of_before_there_were_reports_are_not_due(
    stores: Stores, owner: Connection
) -> None:
    old, _ = await over(stores)
    await owner.execute("update conversations set reported_count = null")
    assert await stores.reports.claim(LEASE) is None
    assert await stores.reports.find(CLINIC, [old.id]) == {}


async def test_no_two_get_the_same(stores: Stores) -> None:
    for second in range(10):
        await over(stores, second=second)
    jobs = await asyncio.gather(*(stores.reports.claim(LEASE) for _ in range(20)))
    assert len({job.conversation for job in jobs if job is not None}) == 10


async def test_a_claim_that_is_not_kept_goes_to_the_next(stores: Stores) -> None:
    await over(stores)
    first = await claimed(stores, lease=0.1)
    await asyncio.sleep(0.2)
    second = await claimed(stores)
    assert (second.conversation, second.attempt) == (first.conversation, 2)


async def test_what_is_tried_again_later_does_not_hold_up_the_others(stores: Stores) -> None:
    first, _ = await over(stores)
    second, _ = await over(stores, second=1)
    job = await claimed(stores)
    assert job.conversation == first.id
    await stores.reports.retry(job, 600.0)
    assert (await claimed(stores)).conversation == second.id
    assert await stores.reports.claim(LEASE) is None


async def test_whoever_lost_a_claim_cannot_put_it_off(stores: Stores, owner: Connection) -> None:
    await over(stores)
    late = await claimed(stores, lease=0.1)
    await asyncio.sleep(0.2)
    await claimed(stores, lease=0.1)
    await stores.reports.retry(late, 600.0)
    await asyncio.sleep(0.2)
    assert (await claimed(stores)).attempt == 3


# ---- what is kept


async def test_keeps_a_report_and_finds_it(stores: Stores) -> None:
    conversation, _ = await over(stores)
    [pending] = (await stores.reports.find(CLINIC, [conversation.id])).values()
    assert (pending.state, pending.report) == (ReportState.PENDING, None)
    assert await complete(stores, await claimed(stores))
    [ready] = (await stores.reports.find(CLINIC, [conversation.id])).values()
    assert (ready.state, ready.report) == (ReportState.READY, sample.report())
    assert await stores.reports.find(HOTEL, [conversation.id]) == {}
    assert await stores.reports.claim(LEASE) is None


async def test_the_second_to_finish_changes_nothing(stores: Stores) -> None:
    conversation, [turn] = await over(stores)
    job = await claimed(stores)
    assert await complete(stores, job, (turn, "Do you take dogs?"))
    other = sample.report(summary="Another one.")
    assert not await complete(stores, replace(job, attempt=2), (turn, "Cats?"), report=other)
    assert not await stores.reports.give_up(job, "too late", LATER)
    [status] = (await stores.reports.find(CLINIC, [conversation.id])).values()
    assert status.report == sample.report()
    assert [gap.ask_count for gap in await gaps(stores)] == [1]


async def test_twenty_who_finish_at_once_count_as_one(stores: Stores) -> None:
    _, [turn] = await over(stores)
    job = await claimed(stores)
    done = await asyncio.gather(*(complete(stores, job, (turn, "Do you take dogs?")) for _ in range(20)))
    assert sorted(done) == [False] * 19 + [True]
    assert [gap.ask_count for gap in await gaps(stores)] == [1]


async def test_a_report_that_is_given_up_says_why(stores: Stores) -> None:
    conversation, _ = await over(stores)
    assert await stores.reports.give_up(await claimed(stores), "x" * 900, LATER)
    [status] = (await stores.reports.find(CLINIC, [conversation.id])).values()
    assert (status.state, status.failure, status.report) == (ReportState.FAILED, "x" * 500, None)
    assert await stores.reports.claim(LEASE) is None


async def test_of_a_conversation_that_is_gone_nothing_is_kept(stores: Stores, owner: Connection) -> None:
    _, [turn] = await over(stores)
    job = await claimed(stores)
    await stores.housekeeping.erase(CLINIC, "anna")
    assert await stores.reports.material(job) is None
    assert not await complete(stores, job, (turn, "Do you take dogs?"))
    assert await gaps(stores) == []
    assert await owner.fetchval("select count(*) from conversation_reports") == 0


async def test_material_is_what_was_said_and_recorded(stores: Stores, owner: Connection) -> None:
    conversation, [turn] = await over(stores)
    await owner.execute(
        "insert into turns values "
        "($1, $2, $3, 'booking', 1, '{}', 'en', 'refused', '', 'angry', '[]', '[]', 0, 0, now())",
        CLINIC,
        conversation.id,
        turn,
    )
    await stores.leads.record(CLINIC, sample.lead(CLINIC, conversation=conversation.id), "call-1")
    await fill_booking(stores, CLINIC)
    await owner.execute("update reservations set conversation_id = $1", conversation.id)
    material = await stores.reports.material(await claimed(stores))
    assert material is not None
    assert [message.text for message in material.messages] == ["Do you take dogs?", "I don't know."]
    assert [(row.turn, row.outcome.value, row.handoff_reason) for row in material.turns] == [
        (turn, "refused", "angry")
    ]
    assert [(row.service, row.starts_at, row.name) for row in material.booked] == [
        ("Check-up", sample.TEN, "Ann Lee")
    ]
    assert [(row.name, row.property_id) for row in material.leads] == [("Anna Kowalski", "12B")]
    assert not material.form_left_open


async def served(stores: Stores, conversation: Conversation, dialogue: str, before: str = "") -> TurnId:
    """Stores a turn of a dialogue, with what is remembered of it after the turn, and was before it."""
    turn, messages = sample.turn("I'd like to book.", "For what day?")
    facts = TurnFacts((ScoredIntent(IntentKind.BOOKING, 0.9),), "en", TurnOutcome.SERVED)
    await stores.conversations.store_turn(
        conversation.tenant, conversation.id, turn, messages, TurnMemory(facts, dialogue, before)
    )
    return turn


async def outcome_of_next(stores: Stores) -> tuple[bool, ConversationOutcome]:
    """Whether a form was left open in the conversation whose report is due, and what came of it."""
    material = await stores.reports.material(await claimed(stores))
    assert material is not None
    tenant = await stores.tenants.get(material.conversation.tenant)
    return material.form_left_open, outcome(case_of(tenant, material))


@pytest.mark.parametrize("ending", ["end", "mark_lost", "end_idle_chats"])
async def test_a_dialogue_that_was_left_is_no_service(stores: Stores, ending: str) -> None:
    channel = Channel.CHAT if ending == "end_idle_chats" else Channel.VOICE
    conversation, _ = await said(stores, questions=(), channel=channel)
    await served(stores, conversation, '{"task": "book"}')
    if ending == "end":
        await stores.conversations.end(CLINIC, conversation.id, LATER, "caller_ended")
    elif ending == "mark_lost":
        await stores.conversations.mark_lost("server-1", LATER)
        await stores.conversations.end(CLINIC, conversation.id, LATER, "caller_ended")
    else:
        assert await stores.reports.end_idle_chats(1800, LATER + timedelta(hours=1)) == 1
    assert await outcome_of_next(stores) == (True, ConversationOutcome.ABANDONED)


async def test_a_dialogue_at_its_end_is_a_service(stores: Stores) -> None:
    conversation, _ = await said(stores, questions=())
    await served(stores, conversation, '{"task": "book"}')
    await served(stores, conversation, "", '{"task": "book"}')
    await stores.conversations.end(CLINIC, conversation.id, LATER, "caller_ended")
    assert await outcome_of_next(stores) == (False, ConversationOutcome.SERVED)


async def test_a_call_that_stores_its_last_turn_after_its_end_keeps_no_dialogue(
    stores: Stores, owner: Connection
) -> None:
    call, _ = await said(stores, questions=())
    await stores.conversations.end(CLINIC, call.id, LATER, "caller_ended")
    await served(stores, call, '{"task": "book"}')
    assert (
        await owner.fetchval("select dialogue from conversations where conversation_id = $1", call.id) is None
    )
    assert await outcome_of_next(stores) == (True, ConversationOutcome.ABANDONED)


async def test_a_chat_that_goes_on_has_no_open_form_from_before(stores: Stores, owner: Connection) -> None:
    chat, _ = await said(stores, questions=(), channel=Channel.CHAT)
    await served(stores, chat, '{"task": "book"}')
    await stores.conversations.end(CLINIC, chat.id, LATER, "idle")
    turn, messages = sample.turn("Hello?", "Yes.")
    await stores.conversations.store_turn(CLINIC, chat.id, turn, messages)
    assert not await owner.fetchval(
        "select form_left_open from conversations where conversation_id = $1", chat.id
    )


# ---- chats


async def test_a_chat_that_has_gone_quiet_is_ended_and_one_that_goes_on_is_open_again(stores: Stores) -> None:
    quiet, [turn] = await said(stores, channel=Channel.CHAT)
    await said(stores, HOTEL, channel=Channel.CHAT, second=5)
    assert await stores.reports.end_idle_chats(1800, LATER + timedelta(minutes=29)) == 0
    assert await stores.reports.end_idle_chats(1800, LATER + timedelta(minutes=31)) == 2
    assert await stores.reports.end_idle_chats(1800, LATER + timedelta(minutes=32)) == 0
    ended = await stores.conversations.get(CLINIC, quiet.id)
    assert (ended.state, ended.end_reason) == (ConversationState.ENDED, "idle")
    job = await claimed(stores)
    assert await complete(stores, job, (turn, "Do you take dogs?"))

    again, messages = sample.turn("And cats?", "I don't know.")
    await stores.conversations.store_turn(CLINIC, quiet.id, again, messages)
    reopened = await stores.conversations.get(CLINIC, quiet.id)
    assert (reopened.state, reopened.ended_at, reopened.message_count) == (ConversationState.OPEN, None, 4)
    [status] = (await stores.reports.find(CLINIC, [quiet.id])).values()
    assert (status.state, status.report) == (ReportState.READY, sample.report())

    await stores.reports.end_idle_chats(1800, LATER + timedelta(hours=2))
    [status] = (await stores.reports.find(CLINIC, [quiet.id])).values()
    assert (status.state, status.report) == (ReportState.PENDING, sample.report())
    other = await claimed(stores)
    job = other if other.tenant == CLINIC else await claimed(stores)
    assert (job.message_count, job.attempt) == (4, 1)
    longer = sample.report(message_count=4, summary="Asked about dogs and cats.")
    assert await complete(stores, job, (turn, "Do you take dogs?"), (again, "And cats?"), report=longer)
    [status] = (await stores.reports.find(CLINIC, [quiet.id])).values()
    assert status.report == longer
    # The first turn was counted with the first report.
    assert {gap.question: gap.ask_count for gap in await gaps(stores)} == {
        "Do you take dogs?": 1,
        "And cats?": 1,
    }


async def test_storing_a_turn_again_does_not_open_a_chat(stores: Stores) -> None:
    chat = await stores.conversations.create(
        CLINIC, sample.conversation(CLINIC, channel=Channel.CHAT), "server-1"
    )
    turn, messages = sample.turn("Hello?", "Yes.")
    await stores.conversations.store_turn(CLINIC, chat.id, turn, messages)
    await stores.conversations.end(CLINIC, chat.id, LATER, "idle")
    await stores.conversations.store_turn(CLINIC, chat.id, turn, messages)
    assert (await stores.conversations.get(CLINIC, chat.id)).state is ConversationState.ENDED


async def test_a_call_that_stores_a_turn_after_its_end_stays_ended_and_is_due_again(stores: Stores) -> None:
    call, _ = await over(stores)
    assert await complete(stores, await claimed(stores))
    turn, messages = sample.turn("Hello?", "Yes.")
    await stores.conversations.store_turn(CLINIC, call.id, turn, messages)
    assert (await stores.conversations.get(CLINIC, call.id)).state is ConversationState.ENDED
    assert (await claimed(stores)).message_count == 4


# ---- gaps


async def test_questions_in_the_same_words_or_with_the_same_meaning_are_one_gap(stores: Stores) -> None:
    questions = ("Do you take dogs?", "do you take dogs?", "Are dogs allowed?", "Do you take cats?")
    _, turns = await over(stores, questions=questions)
    asked = [
        sample.asked(turn, question, cosine=cosine, at=NOW + timedelta(minutes=number))
        for number, (turn, question, cosine) in enumerate(
            zip(turns, questions, (1, 0, 0.9, 0.95), strict=True)
        )
    ]
    pairs: list[tuple[str, str]] = []

    def alike(question: str, known: str, cosine: float) -> bool:
        pairs.append((question, known))
        return cosine > 0.8 and "dogs" in question and "dogs" in known

    assert await stores.reports.complete(await claimed(stores), sample.report(), asked, alike, LATER)
    dogs, cats = await gaps(stores)
    assert (dogs.question, dogs.ask_count, cats.question, cats.ask_count) == (
        questions[0],
        3,
        questions[3],
        1,
    )
    assert (dogs.first_asked_at, dogs.last_asked_at) == (NOW, NOW + timedelta(minutes=2))
    assert (questions[1], questions[0]) not in pairs  # the same words are not compared


async def test_two_conversations_at_once_do_not_make_two_gaps(stores: Stores) -> None:
    jobs = []
    for second in range(12):
        _, [turn] = await over(stores, second=second)
        jobs.append((await claimed(stores), turn))

    async def one(number: int) -> bool:
        job, turn = jobs[number]
        asked = [sample.asked(turn, f"question {number}")]
        return await stores.reports.complete(job, sample.report(), asked, lambda *_: True, LATER)

    assert all(await asyncio.gather(*map(one, range(12))))
    assert [gap.ask_count for gap in await gaps(stores)] == [12]


async def test_gaps_are_listed_by_how_often_they_were_asked_in_pages(stores: Stores) -> None:
    for number, times in enumerate((1, 3, 2)):
        _, turns = await over(stores, questions=("?",) * times, second=number)
        await complete(stores, await claimed(stores), *((turn, f"question {number}") for turn in turns))
    first, second = await stores.gaps.page(CLINIC, status=None, after=None, limit=2)
    assert [first.question, second.question] == ["question 1", "question 2"]
    place = GapPlace(second.ask_count, second.id)
    [third] = await stores.gaps.page(CLINIC, status=None, after=place, limit=2)
    assert third.question == "question 0"
    assert await gaps(stores, HOTEL) == []
    with pytest.raises(NotFound):
        await gaps(stores, NOBODY)


async def test_a_gap_is_decided_on_and_opened_by_being_asked_again(stores: Stores) -> None:
    questions = ("Dogs?", "Cats?")
    conversation, turns = await over(stores, questions=questions)
    await complete(stores, await claimed(stores), *zip(turns, questions, strict=True))
    known = {gap.question: gap for gap in await gaps(stores)}
    dogs, cats = known["Dogs?"], known["Cats?"]
    decided = await stores.gaps.decide(CLINIC, dogs.id, GapStatus.ANSWERED, etag(dogs.version), LATER)
    assert (decided.status, decided.version, decided.last_conversation) == (
        GapStatus.ANSWERED,
        2,
        conversation.id,
    )
    with pytest.raises(Conflict):
        await stores.gaps.decide(CLINIC, dogs.id, GapStatus.OPEN, etag(dogs.version), LATER)
    with pytest.raises(NotFound, match="knowledge_gap"):
        await stores.gaps.decide(HOTEL, dogs.id, GapStatus.OPEN, "", LATER)
    with pytest.raises(NotFound):
        await stores.gaps.decide(CLINIC, GapId(uuid.uuid4()), GapStatus.OPEN, "", LATER)
    await stores.gaps.decide(CLINIC, cats.id, GapStatus.DISMISSED, "", LATER)
    assert await stores.gaps.page(CLINIC, status=GapStatus.OPEN, after=None, limit=9) == []

    async def ask_again(minutes: int) -> dict[str, GapStatus]:
        _, turns = await over(stores, questions=questions, second=minutes)
        asked = [
            sample.asked(turn, question, at=LATER + timedelta(minutes=minutes))
            for turn, question in zip(turns, questions, strict=True)
        ]
        await stores.reports.complete(await claimed(stores), sample.report(), asked, never, LATER)
        return {gap.question: gap.status for gap in await gaps(stores)}

    # Asked before it was decided, and told of only now.
    assert await ask_again(-5) == {"Dogs?": GapStatus.ANSWERED, "Cats?": GapStatus.DISMISSED}
    assert await ask_again(5) == {"Dogs?": GapStatus.OPEN, "Cats?": GapStatus.DISMISSED}


# ---- what goes


async def test_erasing_a_caller_leaves_nothing_of_theirs(stores: Stores, owner: Connection) -> None:
    _, turns = await over(stores, questions=("Is begonia allowed?", "Dogs?"), caller_id="anna")
    await complete(
        stores, await claimed(stores), (turns[0], "Is begonia allowed?"), (turns[1], "Do dogs, said Anna?")
    )
    kept, [turn] = await over(stores, caller_id="tom", second=1)
    asked = [sample.asked(turn, "Dogs?", cosine=0.5, at=LATER)]
    known = [gap for gap in await gaps(stores) if "dogs" in gap.question]

    def alike(_: str, other: str, __: float) -> bool:
        return "dogs" in other

    await stores.reports.complete(await claimed(stores), sample.report(), asked, alike, LATER)
    receipt = dict(await stores.housekeeping.erase(CLINIC, "anna"))
    assert (receipt["conversation_reports"], receipt["knowledge_gap_mentions"], receipt["conversations"]) == (
        1,
        2,
        1,
    )
    [left] = await gaps(stores)
    assert (left.id, left.question, left.ask_count) == (known[0].id, "Dogs?", 1)
    assert (left.first_asked_at, left.last_asked_at, left.last_conversation) == (LATER, LATER, kept.id)
    for table in ("conversation_reports", "knowledge_gaps", "knowledge_gap_mentions"):
        for row in await owner.fetch(f"select to_jsonb({table})::text as row from {table}"):
            assert "begonia" not in row["row"]
            assert "Anna" not in row["row"]
    same = await owner.fetchval(
        "select g.embedding = m.embedding from knowledge_gaps g join knowledge_gap_mentions m using (gap_id)"
    )
    assert same
    assert dict(await stores.housekeeping.erase(CLINIC, "tom"))["knowledge_gap_mentions"] == 1
    assert await gaps(stores) == []


async def test_reports_and_gaps_go_with_the_transcripts(stores: Stores) -> None:
    old, [first] = await over(stores, questions=("Dogs?",))
    await complete(stores, await claimed(stores), (first, "Dogs?"))
    new, [second] = await over(stores, questions=("Dogs?",), second=1)
    late = NOW + timedelta(days=10)
    asked = [sample.asked(second, "Dogs?", at=late)]
    await stores.reports.complete(
        await claimed(stores), sample.report(said_from=late), asked, never, late + timedelta(minutes=1)
    )
    await stores.housekeeping.delete_old_transcripts(CLINIC, NOW + timedelta(days=5))
    assert set(await stores.reports.find(CLINIC, [old.id, new.id])) == {new.id}
    [gap] = await gaps(stores)
    assert (gap.ask_count, gap.first_asked_at) == (1, late)
    await stores.housekeeping.delete_old_transcripts(CLINIC, NOW + timedelta(days=20))
    assert await stores.reports.find(CLINIC, [old.id, new.id]) == {}
    assert await gaps(stores) == []
    assert await stores.reports.claim(LEASE) is None  # nothing is made anew
