"""A booking turn that breaks off at any statement is done once when it is tried again; and one slot is given once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import asyncpg
import pytest

from deskbell_server.adapters.postgres.pool import Database, open_database
from deskbell_server.domain.booking import ServiceId
from deskbell_server.domain.conversation import Speaker
from deskbell_server.domain.errors import DeskbellError, StoreUnavailable
from deskbell_server.domain.names import TurnId
from deskbell_server.turn.events import Answer, Text
from tests.integration.store_world import Connection
from tests.integration.turn_world import CLINIC, TUESDAY, Desk, open_desk

METHODS = ("execute", "fetch", "fetchrow", "fetchval")


class Crash(BaseException):
    """The process dies: nothing runs after it but what the test does."""


@contextmanager
def crashing_at(statement: int, *, after: bool) -> Iterator[list[str]]:
    """Breaks the connection, and everything with it, before or after one statement; notes the statements that ran."""
    ran: list[str] = []

    def dying(method: Any) -> Any:
        async def call(self: Any, query: str, *args: Any, **options: Any) -> Any:
            ran.append(" ".join(query.split())[:60])
            dies = len(ran) == statement
            if len(ran) > statement:
                raise Crash
            if dies and not after:
                self.terminate()
                raise Crash
            result = await method(self, query, *args, **options)
            if dies:
                self.terminate()
                raise Crash
            return result

        return call

    patches = [
        patch.object(asyncpg.Connection, name, dying(getattr(asyncpg.Connection, name))) for name in METHODS
    ]
    for each in patches:
        each.start()
    try:
        yield ran
    finally:
        for each in patches:
            each.stop()


async def read_back(desk: Desk) -> None:
    """A conversation in which only the yes is missing, for a week later at two."""
    await desk.new_conversation()
    said = await desk.say(
        "book a check-up on 10 March at 2 pm, my name is Anna Stevens, number 0117 496 0123"
    )
    assert "Shall I book that?" in said.text


async def test_a_crash_at_any_statement_of_the_booking_turn_leaves_one_booking_and_one_pair_of_messages(
    database: str, secret_key: bytes, pools: Database, redis_url: str, owner: Connection
) -> None:
    async with open_desk(pools, redis_url) as desk:
        statement = 0
        crashed = True
        while crashed:
            statement += 1
            for after in (False, True):
                turn = TurnId(uuid.uuid4())
                await read_back(desk)
                async with (
                    open_database(database, secret_key, size=2) as dying,
                    open_desk(dying, redis_url, existing=desk) as doomed,
                ):
                    crashed = await crash(doomed, turn, statement, after=after)
                await check_done_once(desk, turn, owner, f"statement {statement}, after: {after}")
            assert statement < 100
    assert statement > 10, "a booking turn has more statements than that"


async def crash(desk: Desk, turn: TurnId, statement: int, *, after: bool) -> bool:
    """Whether the turn has so many statements that it broke off."""
    # What reaches the outside is of no matter: nobody is there to see it.
    with crashing_at(statement, after=after) as ran, suppress(Crash, DeskbellError, BaseExceptionGroup):
        await desk.say("yes please", turn)
    return len(ran) >= statement


async def check_done_once(desk: Desk, turn: TurnId, owner: Connection, when: str) -> None:
    """Tries the turn again as a client does that got no answer, looks at what is there, and frees the time."""
    conversation = desk.conversation
    assert conversation is not None
    if not await desk.stores.conversations.turn(CLINIC, conversation, turn):
        assert (await desk.say("yes please", turn)).records == ["created reservations"], when
    [booked] = await desk.stores.reservations.of_conversation(CLINIC, conversation)
    assert booked.times.starts_at == datetime(2026, 3, 10, 14, tzinfo=UTC), when
    speakers = [m.speaker for m in await desk.stores.conversations.turn(CLINIC, conversation, turn)]
    assert speakers == [Speaker.CALLER, Speaker.AGENT], when
    assert await owner.fetchval("select count(*) from turns where turn_id = $1", turn) == 1, when
    assert (await desk.stores.conversations.context(CLINIC, conversation, 0)).dialogue == "", when
    await desk.stores.reservations.cancel(CLINIC, booked.id, "", TUESDAY)


async def test_one_time_is_given_to_one_of_many_who_say_yes_at_once(pools: Database, redis_url: str) -> None:
    async with open_desk(pools, redis_url) as desk:
        callers = []
        for _ in range(12):
            await read_back(desk)
            callers.append(desk.conversation)
        rivals = [Desk(desk.stores, desk.turns, desk.clock, CLINIC, caller) for caller in callers]
        answers = await asyncio.gather(*(rival.say("yes") for rival in rivals))
        assert sorted(len(answer.records) for answer in answers) == [0] * 11 + [1]
        for answer in answers:
            assert answer.records or "I can offer" in answer.text


async def test_a_turn_that_is_said_again_after_its_booking_books_nothing_more(
    pools: Database, redis_url: str
) -> None:
    async with open_desk(pools, redis_url) as desk:
        await read_back(desk)
        await desk.say("yes")
        for again in ("yes", "yes please", "book it"):
            assert (await desk.say(again)).records == []
        assert desk.conversation is not None
        assert len(await desk.stores.reservations.of_conversation(CLINIC, desk.conversation)) == 1


async def test_who_goes_on_speaking_over_the_confirmation_gets_one_booking(
    pools: Database, redis_url: str
) -> None:
    """As on a call: the turn is cancelled with its first words, and the caller's next words are a new one."""
    async with open_desk(pools, redis_url) as desk:
        await read_back(desk)
        answer = Answer()
        events = desk.turns.engine.answer(await desk.question("yes"), answer)
        async for event in events:
            if isinstance(event, Text):
                break
        await events.aclose()
        assert (await desk.say("yes, and thank you")).records == []
        assert desk.conversation is not None
        assert len(await desk.stores.reservations.of_conversation(CLINIC, desk.conversation)) == 1


async def test_of_two_turns_at_once_the_slower_one_finds_that_it_is_done(
    pools: Database, redis_url: str
) -> None:
    async with open_desk(pools, redis_url) as desk:
        for _ in range(4):
            await read_back(desk)
            said = await asyncio.gather(desk.say("make it eleven instead"), desk.say("yes"), desk.say("yes"))
            assert desk.conversation is not None
            there = await desk.stores.reservations.of_conversation(CLINIC, desk.conversation)
            made = [answer for answer in said if answer.records]
            assert len(there) == len(made) <= 1
            for reservation in there:
                at = f"{reservation.times.starts_at:%-I} {'a' if reservation.times.starts_at.hour < 12 else 'p'}.m."
                assert at in made[0].text
            # Nothing is left of the dialogue that was done.
            after = await desk.say("yes")
            now = await desk.stores.reservations.of_conversation(CLINIC, desk.conversation)
            assert len(now) == 1 or not after.records
            for reservation in now:
                await desk.stores.reservations.cancel(CLINIC, reservation.id, "", TUESDAY)


async def test_a_booking_that_breaks_off_does_not_stand_in_the_answer(
    pools: Database, redis_url: str
) -> None:
    async with open_desk(pools, redis_url) as desk:
        await read_back(desk)
        answer = Answer()
        events = desk.turns.engine.answer(await desk.question("yes"), answer)

        async def broken(*_: object, **__: object) -> bool:
            raise StoreUnavailable("gone")

        with (
            patch.object(type(desk.stores.conversations), "store_turn", broken),
            pytest.raises(StoreUnavailable),
        ):
            async for _ in events:
                pass
        assert answer.text == ""
        assert '"confirming": true' in answer.dialogue
        assert (await desk.say("yes")).records == ["created reservations"]


async def test_what_was_not_heard_is_read_back_again(pools: Database, redis_url: str) -> None:
    async with open_desk(pools, redis_url) as desk:
        await read_back(desk)
        assert desk.conversation is not None
        turn = (await desk.stores.conversations.messages(CLINIC, desk.conversation, after=1, limit=1))[0].turn
        await desk.stores.conversations.set_heard(CLINIC, desk.conversation, turn, "Let me", estimated=False)
        again = await desk.say("okay")
        assert again.records == []
        assert "Shall I book that?" in again.text
        assert (await desk.say("okay")).records == ["created reservations"]


async def test_a_yes_that_went_on_before_the_confirmation_was_heard(pools: Database, redis_url: str) -> None:
    async with open_desk(pools, redis_url) as desk:
        for words, told, records in (
            ("yes... no wait, make it eleven", "11 a.m.", ["updated reservations"]),
            ("yes, actually no, don't book it", "cancel", ["cancelled reservations"]),
            ("yes and thank you", "That's booked", []),
        ):
            await read_back(desk)
            assert desk.conversation is not None
            done = await desk.say("yes")
            assert done.records == ["created reservations"]
            stored = await desk.stores.conversations.messages(CLINIC, desk.conversation, after=2, limit=9)
            await desk.stores.conversations.set_heard(
                CLINIC, desk.conversation, stored[-1].turn, "", estimated=True
            )
            said = await desk.say(words)
            assert said.text.startswith("That's booked")
            assert told in said.text
            assert (await desk.say("yes")).records == records
            for reservation in await desk.stores.reservations.of_conversation(CLINIC, desk.conversation):
                await desk.stores.reservations.cancel(CLINIC, reservation.id, "", TUESDAY)


async def test_what_is_gone_meanwhile_ends_the_dialogue(pools: Database, redis_url: str) -> None:
    async with open_desk(pools, redis_url) as desk:
        await read_back(desk)
        await desk.stores.catalogue.delete_service(CLINIC, ServiceId("check-up"))
        said = await desk.say("yes")
        assert said.records == []
        assert "can no longer be done" in said.text
        assert said.answer.dialogue == ""
