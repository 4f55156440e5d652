"""Personal data in what callers say, told from other numbers."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest

from deskbell_server.privacy.cards import passes_luhn
from deskbell_server.privacy.finding import find
from deskbell_server.privacy.regions import region_of_time_zone

P, E, C, N = "phone_number", "email_address", "card_number", "national_id"


def found(text: str, region: str | None) -> list[tuple[str, str]]:
    return [(str(each.kind), text[each.start : each.end]) for each in find(text, region)]


@pytest.mark.parametrize(
    ("text", "region", "expected"),
    [
        ("Please call me back on 555-0142.", None, [(P, "555-0142")]),
        ("My mobile is 07700 900123, thanks.", "GB", [(P, "07700 900123")]),
        ("My mobile is 07700 900123, thanks.", None, [(P, "07700 900123")]),
        ("It's 5 5 5 0 1 4 2.", "US", [(P, "5 5 5 0 1 4 2")]),
        ("It's 5, 5, 5, 0, 1, 4, 2.", "US", [(P, "5, 5, 5, 0, 1, 4, 2")]),
        ("Reach me at (415) 555-2671 after five.", "US", [(P, "(415) 555-2671")]),
        ("Reach me at 415 555 2671.", "US", [(P, "415 555 2671")]),
        ("415.555.2671 is best", None, [(P, "415.555.2671")]),
        ("+44 20 7946 0958", None, [(P, "+44 20 7946 0958")]),
        ("+44 (0)20 7946 0958 is the office", "US", [(P, "+44 (0)20 7946 0958")]),
        ("Meine Nummer ist 030/1234567.", "DE", [(P, "030/1234567")]),
        ("Meine Nummer ist 0171 1234567", "DE", [(P, "0171 1234567")]),
        ("Mon numéro : 06 12 34 56 78", "FR", [(P, "06 12 34 56 78")]),
        ("Mon numéro : 06.12.34.56.78", "FR", [(P, "06.12.34.56.78")]),
        ("mi teléfono es 612 345 678", "ES", [(P, "612 345 678")]),
        ("il mio numero è 347 123 4567", "IT", [(P, "347 123 4567")]),
        ("Two numbers, 555-0142 or 555-0199.", None, [(P, "555-0142"), (P, "555-0199")]),
        ("I'd like a table at 10:30, my number is 5550142", None, [(P, "5550142")]),
        ("Call 07700 900123 at 4pm", "GB", [(P, "07700 900123")]),
        ("five five five oh one four two", None, [(P, "five five five oh one four two")]),
        ("tel:+14155552671", None, [(P, "+14155552671")]),
        ("Write to john@example.com please.", None, [(E, "john@example.com")]),
        ("It's john dot smith at example dot com.", None, [(E, "john dot smith at example dot com")]),
        ("John.Smith at example.com", None, [(E, "John.Smith at example.com")]),
        ("my email is maria at gmail dot com", None, [(E, "maria at gmail dot com")]),
        ("info at greenfield dot co dot uk", None, [(E, "info at greenfield dot co dot uk")]),
        ("anna underscore k at web dot de", None, [(E, "anna underscore k at web dot de")]),
        ("j o h n at example dot org", None, [(E, "j o h n at example dot org")]),
        ("a+b@mail.example.co.uk, and then", None, [(E, "a+b@mail.example.co.uk")]),
        ("<müller@example.de>", None, [(E, "müller@example.de")]),
        ("john @ example.com", None, [(E, "john @ example.com")]),
        ("Mail john@example.com or ring 555-0142", None, [(E, "john@example.com"), (P, "555-0142")]),
        ("My card is 4111 1111 1111 1111.", None, [(C, "4111 1111 1111 1111")]),
        ("4111-1111-1111-1111, expiry 12/28", None, [(C, "4111-1111-1111-1111")]),
        ("4111111111111111 12/28 123", None, [(C, "4111111111111111")]),
        ("Amex 3782 822463 10005", None, [(C, "3782 822463 10005")]),
        ("5555 5555 5555 4444 is my Mastercard", "US", [(C, "5555 5555 5555 4444")]),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", None, [(C, "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]),
        ("My social is 123-45-6789.", "US", [(N, "123-45-6789")]),
        ("social security number 123 45 6789", "US", [(N, "123 45 6789")]),
        ("social security number is 123456789", "US", [(N, "123456789")]),
        ("National insurance AB 12 34 56 C", "GB", [(N, "AB 12 34 56 C")]),
        ("AB123456C", None, [(N, "AB123456C")]),
        ("NHS number 943 476 5919", "GB", [(N, "943 476 5919")]),
        ("it's 9434765919", "GB", [(N, "9434765919")]),
        ("Steuer-ID 36 574 261 809", "DE", [(N, "36 574 261 809")]),
        ("Sozialversicherungsnummer 15 070649 C 103", "DE", [(N, "15 070649 C 103")]),
        ("mi DNI es 12345678Z", "ES", [(N, "12345678Z")]),
        ("mi DNI es 12.345.678-Z", "ES", [(N, "12.345.678-Z")]),
        ("NIE X1234567L", "ES", [(N, "X1234567L")]),
        ("codice fiscale RSSMRA85T10A562S", "IT", [(N, "RSSMRA85T10A562S")]),
        ("codice fiscale RSS MRA 85T10 A562 S", "IT", [(N, "RSS MRA 85T10 A562 S")]),
        ("numéro de sécu 2 95 10 99 126 111 93", "FR", [(N, "2 95 10 99 126 111 93")]),
        ("Ja, 0 30, 12 34 56 78.", "DE", [(P, "0 30, 12 34 56 78")]),
        ("07700 900123, 4 people", "GB", [(P, "07700 900123")]),
        ("0044 7700 900 456", "GB", [(P, "0044 7700 900 456")]),
        ("0207 946 0123 extension 12", "GB", [(P, "0207 946 0123 extension 12")]),
        (
            "oh seven seven double oh nine oh oh one two three",
            "GB",
            [(P, "oh seven seven double oh nine oh oh one two three")],
        ),
        ("mail connor 84 at gmail dot com", None, [(E, "connor 84 at gmail dot com")]),
        ("es maria arroba ejemplo punto es", "ES", [(E, "maria arroba ejemplo punto es")]),
        ("tim minus otto at t minus online dot de", "DE", [(E, "tim minus otto at t minus online dot de")]),
        ("6011-1111-1111-1117", "US", [(C, "6011-1111-1111-1117")]),
        ("J G 1 0 3 7 5 9 A", "GB", [(N, "J G 1 0 3 7 5 9 A")]),
        ("NIE: Y-1234567-X", "ES", [(N, "Y-1234567-X")]),
    ],
)
def test_is_found(text: str, region: str | None, expected: list[tuple[str, str]]) -> None:
    assert found(text, region) == expected


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("We are open 9 to 5, Monday to Friday.", "US"),
        ("Open from 9:00 to 17:30, Sundays 10:30.", "GB"),
        ("The date is 2026-11-24 at 10:30", "US"),
        ("on 24.11.2026 or 24/11/2026", "DE"),
        ("Born on 24 11 1985", "GB"),
        ("That costs 1,250,000 dollars", "US"),
        ("EUR 1 200 000", "FR"),
        ("1 200 000 people live there", "FR"),
        ("It costs 1.250.000,50 Euro", "DE"),
        ("$1250000 in total", "US"),
        ("Rooms 101, 102 and 103 are free", "US"),
        ("rooms 101, 102, 103", "US"),
        ("Room 1204 on floor 12", "US"),
        ("Between 2019-2024 we grew", "US"),
        ("years 2024 2025 2026", "US"),
        ("order number 12345678", "US"),
        ("meet me at example dot com", None),
        ("look at example.com", None),
        ("meet me at example", None),
        ("Find us at greenfield dot co dot uk", None),
        ("See you at 5 at the dot com office", None),
        ("My pin has 4 digits, 1234.", "US"),
        ("I am 45, my wife 43, the kids 12, 10 and 8", "US"),
        ("3.14159265 is pi", None),
        ("16 digits like 4111 1111 1111 1112 fail", None),
        ("ZIP 94105-1234", "US"),
        ("Open 10.30-18.00 and 0900-1700", "GB"),
        ("A table for 2 at 7 on the 24th of November 2026", "GB"),
        ("@ us on social media @deskbell", None),
        ("We have 12,000 square feet, 3 floors, 2 lifts", "US"),
        ("10.0.0.12:8080 and 192.168.100.200", None),
        ("flight BA 1234567", "GB"),
        ("booking reference 20261124", "GB"),
        ("We sold 2 500 000 tickets", "FR"),
        ("Check availability at greenfield dot com", None),
        ("4 people on 12 12 2026 at 7 30", "GB"),
        ("from 11:30am until 2:15pm and 17:00 till 22:00", "GB"),
    ],
)
def test_is_not_personal(text: str, region: str | None) -> None:
    assert found(text, region) == []


@pytest.mark.parametrize(
    ("text", "region", "kind"),
    [
        ("943 476 5918", "GB", P),  # a wrong check digit: not a patient's number
        ("943 476 5919", "US", P),
        ("my NHS number is 943 476 5919", "IE", N),
        ("666-45-6789", "US", P),
        ("123-00-6789", "US", P),
        ("900-45-6789", "US", P),
        ("36 574 261 808", "DE", P),
        ("36 574 261 809", "US", P),
        ("Steuernummer 36 574 261 809", None, N),
    ],
)
def test_an_id_of_digits_needs_its_check_and_its_country_or_name(
    text: str, region: str | None, kind: str
) -> None:
    assert [each for each, _ in found(text, region)] == [kind]


@pytest.mark.parametrize(
    "text",
    ["12345678A", "X1234567A", "RSSMRA85T10A562A", "QQ123456C", "GB123456C", "15 070649 C 104"],
)
def test_a_wrong_check_is_no_id(text: str) -> None:
    assert N not in {kind for kind, _ in found(text, None)}


@pytest.mark.parametrize(
    ("number", "valid"), [("4111111111111111", True), ("4111111111111112", False), ("79927398713", True)]
)
def test_luhn(number: str, valid: bool) -> None:
    assert passes_luhn(number) is valid


def test_found_is_in_order_and_apart() -> None:
    text = "a@b.com 555-0142 4111 1111 1111 1111 AB123456C 020 7946 0958 x at y dot com " * 3
    spans = [(each.start, each.end) for each in find(text, "GB")]
    assert len(spans) == 18
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_any_text_is_survived() -> None:
    chance = random.Random(1)
    for _ in range(2_000):
        text = "".join(chance.choice("0123456789 -.,@+()/:aBZ\n\u0661\u00e9\U0001f600") for _ in range(60))
        for each in find(text, chance.choice(["US", "GB", "DE", None])):
            assert 0 <= each.start < each.end <= len(text)


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "@",
        "a.",
        "a.a@",
        "1 ",
        "12 ",
        "123,",
        "1, ",
        "1-",
        "1.",
        "+1",
        "(1)",
        "at ",
        "x at y dot ",
        "one ",
        "555-0142 ",
        "4111 ",
        "123 45 6789 ",
        "A",
        "12.12.",
        "9f8e7d6c-",
        "$1 ",
        " ",
    ],
)
def test_the_cost_grows_with_the_length_and_no_faster(unit: str) -> None:
    def cost(length: int) -> float:
        text = (unit * length)[:length]
        costs = []
        for _ in range(2):
            started = time.process_time()
            find(text, "US")
            costs.append(time.process_time() - started)
        return min(costs)

    # Quadratic: a hundred times the cost. The second term is for a clock that cannot tell the small one.
    assert cost(30_000) < 35 * cost(3_000) + 0.05


@pytest.mark.parametrize(
    ("time_zone", "region"),
    [
        ("Europe/London", "GB"),
        ("Europe/Berlin", "DE"),
        ("Europe/Oslo", "NO"),
        ("America/New_York", "US"),
        ("US/Eastern", "US"),
        ("Asia/Kolkata", "IN"),
        ("Asia/Calcutta", "IN"),
        ("Atlantic/Reykjavik", "IS"),
        ("Iceland", None),
        ("UTC", None),
        ("Etc/GMT+5", None),
        ("Nowhere/Atall", None),
        ("", None),
    ],
)
def test_the_region_of_a_time_zone(time_zone: str, region: str | None) -> None:
    assert region_of_time_zone(time_zone) == region
