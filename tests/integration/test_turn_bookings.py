"""Bookings by conversation: what is asked, understood, read back and done."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from deskbell_server.adapters.postgres.pool import Database
from deskbell_server.domain.booking import Reservation, ReservationState
from deskbell_server.domain.identity import Principal
from deskbell_server.domain.names import AgentId
from tests.integration.turn_world import CLINIC, Desk, open_desk


@pytest.fixture
async def desk(pools: Database, redis_url: str) -> AsyncIterator[Desk]:
    async with open_desk(pools, redis_url) as opened:
        yield opened


async def booked(desk: Desk, *, with_cancelled: bool = False) -> list[Reservation]:
    return await desk.stores.reservations.page(
        CLINIC,
        since=datetime(2026, 1, 1, tzinfo=UTC),
        until=datetime(2027, 1, 1, tzinfo=UTC),
        after=None,
        limit=100,
        with_cancelled=with_cancelled,
    )


DETAILS = ("Anna Stevens", "0117 496 0123")


async def test_nothing_is_booked_before_a_yes_to_what_was_read_back(desk: Desk) -> None:
    asked = await desk.say("I'd like to book a check-up for next Tuesday at half past three")
    assert "Tuesday 10 March at 3:30 p.m. is free" in asked.text
    assert "name" in asked.text
    assert "number" in (await desk.say("Anna Stevens")).text
    read_back = await desk.say("0117 496 0123")
    for part in ("Check-up", "Tuesday 10 March at 3:30 p.m.", "Anna Stevens", "Shall I book that?"):
        assert part in read_back.text
    assert await booked(desk) == []
    done = await desk.say("yes please")
    assert done.records == ["created reservations"]
    [reservation] = await booked(desk)
    assert reservation.times.starts_at == datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
    assert (reservation.caller.name, reservation.caller.phone) == ("Anna Stevens", "+441174960123")
    assert reservation.conversation == desk.conversation


async def test_all_of_it_may_be_said_at_once(desk: Desk) -> None:
    said = await desk.say("book a check-up on Friday at 10, my name is Tom Baker, number 07700 900123")
    assert "Friday 6 March at 10 a.m." in said.text
    assert "Tom Baker" in said.text
    assert (await desk.say("yes")).records == ["created reservations"]


@pytest.mark.parametrize("day", ["on the 3rd of March 2028 at 10", "on 3 March 2028"])
async def test_a_day_beyond_the_horizon_is_said_to_be_too_far_ahead(desk: Desk, day: str) -> None:
    said = await desk.say(f"I'd like to book a check-up {day}")
    assert "too far ahead" in said.text, said.text


async def test_a_time_that_is_taken_is_not_booked_and_others_are_offered(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes")
    await desk.new_conversation()
    offer = await desk.say("book a check-up on Friday at 10")
    assert "Friday 6 March at 10 a.m. is not free" in offer.text
    chosen = await desk.say("the second one")
    assert "is free" in chosen.text
    done = await desk.talk("Bob Stone", "07700 900777", "yes")
    assert done.records == ["created reservations"]
    starts = [reservation.times.starts_at for reservation in await booked(desk)]
    assert len(set(starts)) == 2


async def test_the_time_goes_to_somebody_else_between_read_back_and_yes(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS)
    first = desk.conversation
    await desk.new_conversation()
    await desk.talk("book a check-up on Friday at 10", "Bob Stone", "07700 900777", "yes")
    desk.conversation = first
    said = await desk.say("yes")
    assert said.records == []
    assert "not free" in said.text
    assert "I can offer" in said.text
    assert len(await booked(desk)) == 1
    [message] = (await desk.stores.conversations.messages(CLINIC, first, after=7, limit=5))[:1]
    assert message.text == said.text
    assert (await desk.talk("the first one", "yes")).records == ["created reservations"]


async def test_what_was_read_back_may_be_put_right(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", "Anna Stephens", "0117 496 0123")
    assert "Stevens" in (await desk.say("no, Stevens with a v")).text
    assert "11 a.m." in (await desk.say("and make it eleven instead")).text
    assert (await desk.say("yes")).records == ["created reservations"]
    [reservation] = await booked(desk)
    assert reservation.caller.name == "Anna Stevens"
    assert reservation.times.starts_at == datetime(2026, 3, 6, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "starts_at"),
    [
        (("a check-up please, can I book one", "Thursday", "the last one"), "2026-03-05T16:30"),
        (("I want to book a check-up tomorrow morning", "the earliest"), "2026-03-04T09:00"),
        (("can I book a check-up on Saturday at 11", "Monday then"), "2026-03-09T11:00"),
        (("book me in for a check-up next week", "Wednesday at 2"), "2026-03-11T14:00"),
        (("book a check-up on Friday at 10", "half past eleven would be better"), "2026-03-06T11:30"),
        (("book a check-up for the 30th of March at 9",), "2026-03-30T08:00"),
    ],
)
async def test_days_and_times_in_several_steps(desk: Desk, lines: tuple[str, ...], starts_at: str) -> None:
    done = await desk.talk(*lines, *DETAILS, "yes")
    assert done.records == ["created reservations"], [said.text for said in desk.heard]
    [reservation] = await booked(desk)
    assert reservation.times.starts_at == datetime.fromisoformat(starts_at).replace(tzinfo=UTC)


async def test_a_booking_is_moved_and_cancelled_by_its_owner(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes")
    asked = await desk.say("actually, can we move it to Monday at four")
    assert "Monday 9 March at 4 p.m." in asked.text
    assert (await desk.say("yes")).records == ["updated reservations"]
    [reservation] = await booked(desk)
    assert reservation.times.starts_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    # From another conversation: by number and name, which must fit.
    await desk.new_conversation()
    wrong = await desk.talk("I need to cancel my appointment", "0117 496 0123", "Peter Novak")
    assert wrong.handoff == "booking_not_found"
    await desk.new_conversation()
    asked = await desk.talk("I need to cancel my appointment", "0117 496 0123", "Anna Stevens")
    assert "Shall I cancel" in asked.text
    assert (await desk.say("yes")).records == ["cancelled reservations"]
    assert await booked(desk) == []
    [gone] = await booked(desk, with_cancelled=True)
    assert gone.state is ReservationState.CANCELLED


async def test_no_booking_is_found_by_half_a_name(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", "Jan van der Berg", "0117 496 0123", "yes")
    for wrong in ("Pieter van Dijk", "John Berg"):
        await desk.new_conversation()
        said = await desk.talk("I need to cancel my appointment", "0117 496 0123", wrong)
        assert said.handoff == "booking_not_found", wrong
    assert len(await booked(desk)) == 1


async def test_names_are_not_tried_out(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes")
    await desk.new_conversation()
    for wrong in ("Peter Novak", "Mary Jones", "Tom Baker"):
        said = await desk.talk("I need to cancel my appointment", "0117 496 0123", wrong)
        assert said.handoff == "booking_not_found", wrong
        # However much is said in between.
        for _ in range(5):
            await desk.say("I'd like to know about parking")
    said = await desk.say("I need to cancel my appointment, my name is Anna Stevens, number 0117 496 0123")
    assert said.handoff == "booking_not_found"
    assert "can't look up" in said.text
    assert len(await booked(desk)) == 1


async def test_a_phone_sees_no_bookings_by_a_caller_id_that_it_only_claims(desk: Desk) -> None:
    await desk.new_conversation(caller_id="anna")
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes")

    async def asks(principal: Principal) -> str:
        desk.principal = principal
        await desk.new_conversation(caller_id="anna")
        return (await desk.say("I need to cancel my appointment")).text

    service = desk.principal
    phone = Principal("tenants/demo-clinic/clientTokens/1", CLINIC, agent=AgentId("front-desk"))
    known = Principal(
        "tenants/demo-clinic/clientTokens/2", CLINIC, agent=AgentId("front-desk"), caller_id="anna"
    )
    other = Principal(
        "tenants/demo-clinic/clientTokens/3", CLINIC, agent=AgentId("front-desk"), caller_id="tom"
    )
    assert "6 March at 10 a.m." in await asks(service)
    assert "6 March at 10 a.m." in await asks(known)
    for stranger in (phone, other):
        told = await asks(stranger)
        assert "Which telephone number" in told
        assert "March" not in told


async def test_another_question_is_answered_and_the_dialogue_goes_on(pools: Database, redis_url: str) -> None:
    async with open_desk(pools, redis_url, documents=True) as desk:
        await desk.say("I'd like to book a check-up on Friday at 10")
        said = await desk.say("how much is a filling?")
        assert "120" in said.text
        assert said.text.endswith("What name is it for, please?")
        assert said.answer.citations
        assert (await desk.talk(*DETAILS, "yes")).records == ["created reservations"]


async def test_a_caller_may_leave_it(desk: Desk) -> None:
    await desk.talk("I'd like to book a check-up on Friday at 10", "Anna Stevens")
    said = await desk.say("never mind")
    assert "left it" in said.text
    assert await booked(desk) == []
    # It is over: a number now is no answer to anything.
    assert "Shall I book" not in (await desk.say("0117 496 0123")).text


async def test_who_is_not_understood_is_handed_over(desk: Desk) -> None:
    said = await desk.talk(
        "I'd like to book a check-up on Friday at 10", "Anna Stevens", *["hm, er, what now"] * 3
    )
    assert said.handoff == "repeated_failure"


async def test_without_anything_to_book_the_documents_answer(desk: Desk) -> None:
    await desk.stores.catalogue.delete_service(CLINIC, "check-up")  # type: ignore[arg-type]
    await desk.stores.catalogue.delete_service(CLINIC, "hygienist")  # type: ignore[arg-type]
    said = await desk.say("I'd like to book an appointment")
    assert "would you like to book" not in said.text
    assert said.records == []


@pytest.mark.parametrize(
    "said",
    ["cancel", "stop", "forget it", "leave it", "never mind", "no, cancel", "quit please", "no stop"],
)
async def test_what_was_read_back_may_be_left(desk: Desk, said: str) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS)
    assert "left it" in (await desk.say(said)).text
    assert await booked(desk) == []


@pytest.mark.parametrize("said", ["never mind", "stop", "forget it", "cancel"])
async def test_which_one_to_cancel_may_be_left(desk: Desk, said: str) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes")
    await desk.talk("book a check-up on Monday at 11", *DETAILS, "yes")
    assert "Which one do you mean" in (await desk.say("I need to cancel my appointment")).text
    assert "left it" in (await desk.say(said)).text
    assert len(await booked(desk)) == 2


@pytest.mark.parametrize(("said", "left"), [("cancel it please", 0), ("never mind", 1), ("stop", 1)])
async def test_answers_to_whether_to_cancel(desk: Desk, said: str, left: int) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes")
    assert "Shall I cancel" in (await desk.say("I need to cancel my appointment")).text
    await desk.say(said)
    assert len(await booked(desk)) == left


@pytest.mark.parametrize(
    ("said", "starts_at"),
    [
        ("I've changed my mind can we make it Monday at 11", datetime(2026, 3, 9, 11, tzinfo=UTC)),
        ("actually I've changed my mind, make it eleven", datetime(2026, 3, 6, 11, tzinfo=UTC)),
    ],
)
async def test_a_changed_mind_that_names_another_time_is_a_change(
    desk: Desk, said: str, starts_at: datetime
) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS)
    assert "Shall I book that?" in (await desk.say(said)).text
    await desk.say("yes")
    [reservation] = await booked(desk)
    assert reservation.times.starts_at == starts_at


async def test_a_changed_mind_alone_leaves_it(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS)
    assert "left it" in (await desk.say("I've changed my mind")).text


@pytest.mark.parametrize(
    "said", ["no, move it to Thursday at 2", "no can we move it to Thursday at 2 instead"]
)
async def test_a_booking_that_was_to_be_cancelled_is_moved_instead(desk: Desk, said: str) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes")
    await desk.say("I need to cancel my appointment")
    asked = await desk.say(said)
    assert "Shall I move" in asked.text
    assert "Thursday 5 March at 2 p.m." in asked.text
    await desk.say("yes")
    [reservation] = await booked(desk)
    assert reservation.times.starts_at == datetime(2026, 3, 5, 14, tzinfo=UTC)


async def test_of_two_bookings_one_is_made_at_a_time(desk: Desk) -> None:
    asked = await desk.say("book a check-up for me and one for my husband on Friday at 10")
    assert asked.text.startswith("One at a time")
    done = await desk.talk(*DETAILS, "yes")
    assert "For the next one" in done.text
    assert len(await booked(desk)) == 1


async def test_another_service_besides_does_not_replace_the_one_that_was_read_back(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS)
    again = await desk.say("yes and also the hygienist")
    assert "next" in again.text
    assert "Check-up, Friday 6 March at 10 a.m." in again.text
    await desk.say("yes")
    [reservation] = await booked(desk)
    assert reservation.service == "check-up"


async def test_another_service_instead_replaces_it(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS)
    assert "ygienist" in (await desk.say("no, the hygienist instead")).text


@pytest.mark.parametrize(
    "said", ["no Friday is no good", "I can't do Friday", "any day except Friday at 10", "not Friday please"]
)
async def test_a_day_that_does_not_suit_is_not_read_back_again(desk: Desk, said: str) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS)
    asked = await desk.say(said)
    assert "On which day" in asked.text
    assert "Friday" not in asked.text
    assert "Monday 9 March at 10 a.m." in (await desk.say("Monday")).text


async def test_a_day_to_move_to_that_does_not_suit(desk: Desk) -> None:
    await desk.talk("book a check-up on Friday at 10", *DETAILS, "yes", "can we move it to Monday at four")
    assert "other day" in (await desk.say("no, Monday is no good")).text


@pytest.mark.parametrize(
    "said", ["Friday not at 10 but at 11", "friday ten no sorry eleven", "Friday at 10, no, sorry, 11"]
)
async def test_the_time_that_was_put_right_counts(desk: Desk, said: str) -> None:
    await desk.say("I'd like to book a check-up")
    assert "Friday 6 March at 11 a.m. is free" in (await desk.say(said)).text
