"""Questions that sound alike: which ask the same, and why the others do not."""

from __future__ import annotations

import pytest

from deskbell_server.turn.recall import compare, exact_key, signature

NEAR = 0.95
"""A cosine as look-alikes have it."""


def verdict(one: str, other: str, cosine: float = NEAR) -> tuple[bool, str]:
    there, back = (compare(signature(a), signature(b), cosine) for a, b in ((one, other), (other, one)))
    assert there.same == back.same
    return there.same, there.reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What are your opening hours?", "Hi, um, could you tell me your opening hours please"),
        ("What time do you close on Saturday?", "how late are you open on saturdays"),
        ("How much is an x-ray?", "What do you charge for an X ray?"),
        ("Do you have parking?", "Can I park there?"),
        ("Are dogs allowed?", "is it ok to bring a dog"),
        ("Do I have to fast before the blood test?", "Is fasting required before a blood test?"),
        ("Do you see patients without insurance?", "Do you take patients with no insurance?"),
        ("How long does an oil change take?", "what is the duration of an oil change"),
        ("Have you got any 2-bed apartments?", "Do you have two-bedroom flats?"),
        ("Do you have a vegitarian menu?", "Do you have a vegetarian menu?"),
        ("Who is the manager?", "What's the manager's name?"),
        ("Is parking free?", "Do I have to pay for parking?"),
        ("Can I pay by card?", "do you take credit cards"),
        ("Are you open at 8 pm?", "Are you open at eight in the evening?"),
    ],
)
def test_questions_that_ask_the_same(one: str, other: str) -> None:
    assert verdict(one, other) == (True, "")


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("When do you open on Saturday?", "When do you open on Sunday?", "times"),
        ("Are you open on Christmas Eve?", "Are you open on Christmas Day?", "times"),
        ("Are you open in May?", "Are you open in March?", "times"),
        ("Are you open at 8 am?", "Are you open at 8 pm?", "times"),
        ("Can I eat before the test?", "Can I eat after the test?", "times"),
        ("Can I check in early?", "Can I check in late?", "times"),
        ("Are you open today?", "Are you open tomorrow?", "times"),
        ("Do you have two-bedroom flats?", "Do you have three-bedroom flats?", "numbers"),
        ("A room for two people for three nights", "A room for three people for two nights", "numbers"),
        ("How much is the first lesson?", "How much is the second lesson?", "numbers"),
        ("How much is it for an adult?", "How much is it for a child?", "words"),
        ("How much is a room with breakfast?", "How much is a room without breakfast?", "words"),
        ("Is Dr Smith a dentist?", "Is Dr Jones a dentist?", "words"),
        ("Is Dr Miller a dentist?", "Is Dr Muller a dentist?", "words"),
        ("When do you open?", "When do you close?", "words"),
        ("Is check-in at two?", "Is check-out at two?", "words"),
        ("What is the minimum stay?", "What is the maximum stay?", "words"),
        ("How do I cancel a booking?", "How do I change a booking?", "words"),
        ("How do I cancel a booking?", "How do I make a booking?", "words"),
        ("Do you have single rooms?", "Do you have double rooms?", "words"),
        ("Can you pick my car up?", "Can you drop my car off?", "words"),
        ("How much is a massage?", "How long is a massage?", "kind"),
        ("Where is breakfast?", "When is breakfast?", "kind"),
        ("Do you have a pool?", "Where is the pool?", "kind"),
        ("Is the wifi free?", "Do you have wifi?", "kind"),
        ("Can I bring a towel?", "Do I need to bring a towel?", "kind"),
        ("When can I pay?", "When do I have to pay?", "may / must"),
        ("What can I eat?", "What can't I eat?", "negation"),
        ("Is there a shuttle to the airport?", "Is there a shuttle from the airport?", "direction"),
        ("Can I sign for my wife?", "Can my wife sign for me?", "direction"),
        ("Can I sue my employer?", "Can my employer sue me?", "direction"),
        ("Can I smoke in the room?", "Do you have smoking rooms?", "put otherwise"),
        ("Do you have a dog?", "Are dogs allowed?", "permission"),
        ("Do I have to pay in advance?", "Do I have to pay?", "words"),
        ("How long do I have to file a claim?", "How long does a claim take?", "kind"),
        ("Is the first floor flat available?", "Is the flat on the first floor?", "words"),
        ("Do you deliver to the hotel?", "Do you deliver?", "words"),
        ("When does the restaurant open?", "When do you open?", "words"),
        ("Do you have flats with a garage?", "Do you have flats?", "words"),
        ("Can I pick up the car?", "Can you pick up the car?", "put otherwise"),
        ("Can I call you?", "Can you call me?", "put otherwise"),
        ("Do all rooms have a bath?", "Do any rooms have a bath?", "all / some"),
        ("Are you open from 6?", "Are you open at 6?", "times"),
        ("When does the early shift start?", "When does the late shift start?", "times"),
        ("Are towels free?", "Are extra towels free?", "words"),
        ("Can I cook there?", "Can you cook there?", "put otherwise"),
        ("Who do you represent?", "Who represents you?", "put otherwise"),
        ("Do you have tables for 6?", "Do you have tables at 6?", "numbers"),
        ("Is the MOT included in the service?", "Is the service included in the MOT?", "order"),
        ("What is a deposit?", "What is the deposit?", "kind"),
        ("How do I pay you?", "How do you pay me?", "who"),
        ("Can the dog stay with me?", "Can I stay with the dog?", "direction"),
        ("Is parking free?", "Is the restaurant free of charge?", "words"),
    ],
)
def test_look_alikes_are_refused_for_what_differs(one: str, other: str, reason: str) -> None:
    same, why = verdict(one, other)
    assert not same
    assert why.startswith(reason)


def test_the_business_may_be_called_by_what_it_is() -> None:
    assert verdict("Do you have a pool?", "Does the hotel have a pool?")[0]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Do you teach English to Germans?", "Do you teach German to the English?", "direction"),
        ("Is the bus faster than the train?", "Is the train faster than the bus?", "order"),
        ("Do you have plans?", "Do you have planes?", "words"),
        ("Do you sell fish?", "Do you sell fishing?", "words"),
        ("Do you pay for gold?", "Do you pay with gold?", "direction"),
        ("Is the guide in French?", "Is the guide French?", "direction"),
        ("Do you repair homes?", "Do you repair at home?", "direction"),
        ("Can I use my towel?", "Can I use your towel?", "direction"),
        ("Do you ship?", "Do you have a ship?", "direction"),
        ("How long does the polish take?", "How long does the polish last?", "put otherwise"),
        ("What rooms do you have?", "What do rooms have?", "put otherwise"),
        ("Who can be a guarantor?", "Who needs a guarantor?", "put otherwise"),
        ("Can I have a dog?", "Do you have a dog?", "put otherwise"),
        ("What qualifications do I need?", "What qualifications do you have?", "may / must"),
        ("Do I pay before or after?", "Do I pay before?", "times"),
        ("Is a Friday cheaper than a Monday?", "Is a Monday cheaper than a Friday?", "one word apart"),
        ("Where do you deliver?", "Where do you deliver from?", "words"),
        ("How many classes a week?", "How many weeks of classes?", "direction"),
    ],
)
def test_the_same_words_in_other_roles_ask_for_something_else(one: str, other: str, reason: str) -> None:
    test_look_alikes_are_refused_for_what_differs(one, other, reason)


def test_equal_words_far_apart_in_meaning_are_a_coincidence() -> None:
    assert (
        verdict("Do you have a pool?", "Is there a pool?", 0.1)[1] == "the same words, far apart in meaning"
    )


@pytest.mark.parametrize("text", ["", "?!", "the", "um", "日本", "a" * 10_000, "'" * 500, "hi " * 3000])
def test_nothing_is_the_answer_to_no_question(text: str) -> None:
    assert not verdict(text, text, 1.0)[0] or signature(text).concepts


def test_the_exact_key_knows_politeness_from_meaning() -> None:
    key = exact_key("What's the price of an X-ray?")
    assert key == exact_key("um, hello, could you please tell me what is the price of an x-ray")
    assert key != exact_key("What's the price of two X-rays?")
    assert exact_key("Do you open at 8:30?") != exact_key("Do you open at 8.45?")
    assert exact_key("Can I come?") != exact_key("Can't I come?")
