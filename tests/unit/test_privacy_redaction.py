"""Personal data taken out of transcripts and log lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell_server.domain.privacy import Handling, PersonalData, RedactionPolicy
from deskbell_server.privacy.finding import find
from deskbell_server.privacy.redaction import redact
from deskbell_server.privacy.scrubbing import scrub

MASK = RedactionPolicy(*[Handling.MASK] * 4)
DROP = RedactionPolicy(*[Handling.DROP] * 4)
KEEP = RedactionPolicy(*[Handling.KEEP] * 4)


@pytest.mark.parametrize(
    ("text", "masked", "dropped"),
    [
        ("Call 555-0142 now.", "Call ***-**** now.", "Call now."),
        ("555-0142 is mine", "***-**** is mine", "is mine"),
        ("It's 555-0142.", "It's ***-****.", "It's ."),
        ("Write to john@example.com, please", "Write to ****@*******.***, please", "Write to , please"),
        (
            "john dot smith at example dot com",
            "**** *** ***** ** ******* *** ***",
            "",
        ),
        ("4111 1111 1111 1111 or AB 12 34 56 C ok", "**** **** **** **** or ** ** ** ** * ok", "or ok"),
        ("a@b.co 555-0142 then", "*@*.** ***-**** then", "then"),
        ("(a@b.co)", "(*@*.**)", "()"),
        ("Nothing here at 10:30", "Nothing here at 10:30", "Nothing here at 10:30"),
        ("", "", ""),
    ],
)
def test_masked_and_dropped(text: str, masked: str, dropped: str) -> None:
    assert redact(text, MASK).text == masked
    assert redact(text, DROP).text == dropped
    assert redact(text, KEEP).text == text


def test_each_kind_has_its_own_handling() -> None:
    text = "Call 555-0142, card 4111 1111 1111 1111, j@example.com, id 12345678Z."
    policy = RedactionPolicy()
    assert (
        redact(text, policy).text == "Call 555-0142, card **** **** **** ****, j@example.com, id *********."
    )
    policy = RedactionPolicy(phone_numbers=Handling.DROP, card_numbers=Handling.KEEP)
    assert redact(text, policy).text == "Call , card 4111 1111 1111 1111, j@example.com, id *********."


def test_a_region_tells_its_own_numbers() -> None:
    assert redact("it's 943 476 5919", RedactionPolicy(), region="GB").text == "it's *** *** ****"
    assert redact("it's 943 476 5919", RedactionPolicy(), region="US").text == "it's 943 476 5919"


@pytest.mark.parametrize(
    ("text", "published", "kept"),
    [
        ("Ring 020 7946 0958.", "Tel: +44 (0)20 7946 0958, fax 020 7946 0959", True),
        ("Ring 020 7946 0958.", "Tel: +44 20 7946 0958", True),
        ("Ring +44 20 7946 0958.", "020 7946-0958", True),
        ("Ring 7946 0958.", "020 7946 0958", True),
        ("Ring 020 7946 0958.", "Tel: 020 7946 0959", False),
        ("Ring 020 7946 0958.", "Nothing", False),
        ("Write to info at greenfield dot org.", "Mail: Info@Greenfield.org", True),
        ("Write to info@greenfield.org.", "info@greenfield.org.uk", False),
        ("Card 4111 1111 1111 1111.", "for tests: 4111-1111-1111-1111", True),
    ],
)
def test_what_the_business_publishes_is_kept(text: str, published: str, kept: bool) -> None:
    assert (redact(text, MASK, region="GB", published=["Opening hours", published]).text == text) is kept
    assert redact(text, MASK, region="GB").text != text


def test_offsets_move_with_the_text() -> None:
    text = "Call 555-0142 for details."
    redacted = redact(text, DROP)
    assert redacted.text == "Call for details."
    assert [redacted.moved(text.index(word)) for word in ("Call", "for", "details")] == [0, 5, 9]
    assert [redacted.moved(offset) for offset in (5, 9, 13)] == [5, 5, 5]
    assert redacted.moved(len(text)) == len(redacted.text)
    assert redact(text, MASK).moved(9) == 9


PIECES = st.sampled_from(
    [
        "555-0142",
        "07700 900123",
        "a@b.co",
        "x at y dot com",
        "4111 1111 1111 1111",
        "AB123456C",
        "é",
        "😀",
        " ",
        "  ",
        ", ",
        ".",
        "hello",
        "10:30",
        "1,250,000",
        "\n",
        "-",
        "7",
        "\xa0",
    ]
)


@given(
    st.lists(PIECES, max_size=14).map("".join),
    st.tuples(*[st.sampled_from(Handling)] * 4).map(lambda each: RedactionPolicy(*each)),
)
def test_moved_is_in_range_in_order_and_true(text: str, policy: RedactionPolicy) -> None:
    redacted = redact(text, policy)
    moved = [redacted.moved(offset) for offset in range(len(text) + 1)]
    assert moved == sorted(moved)
    assert moved[-1] == len(redacted.text)
    assert moved[0] == 0
    touched = {
        offset
        for each in find(text)
        if policy.handling(each.kind) is not Handling.KEEP
        for offset in range(each.start, each.end)
    }
    gone = {offset for start, end in redacted.taken for offset in range(start, end)}
    assert all(text[offset] == " " for offset in gone - touched)
    for offset in set(range(len(text))) - touched - gone:
        assert redacted.text[moved[offset]] == text[offset]
    for offset in touched - gone:
        assert redacted.text[moved[offset]] == ("*" if text[offset].isalnum() else text[offset])


@given(st.text(max_size=80), st.sampled_from(PersonalData))
def test_any_text_can_be_redacted(text: str, kind: PersonalData) -> None:
    assert len(redact(text, MASK).text) == len(text)
    assert len(scrub(text)) == len(text)


@pytest.mark.parametrize(
    "line",
    [
        "turn finished",
        "2026-11-24T12:30:01.123456Z",
        "2026-11-24 12:30:01,123 INFO",
        "0193f1c2-7b1e-7c3a-9d2e-0123456789ab",
        "01234567-0123-4111-8111-111111111111",
        "127.0.0.1:50051",
        "[::1]:50051",
        "host:12345:9f8e7d6c",
        "host-3:4194303:98765432",
        '  File "/srv/a.py", line 1234, in f',
        "pid=1234567",
        "Thread-7 (140234567891234)",
        "0x7f1234567890",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "/calls/0193f1c2/12345678",
        "took 1234567 us",
        "took 12.3456789s",
        "0:00:01.123456",
        "1764000000.123456",
        "size 10485760 bytes",
        "a=1234567.25 b=0.12345678",
        "redis://127.0.0.1:6379/0",
        "3.11.4",
    ],
)
def test_the_numbers_of_machines_are_not_scrubbed(line: str) -> None:
    assert scrub(line) == line


@pytest.mark.parametrize(
    ("line", "scrubbed"),
    [
        ("call +14155552671 failed", "call +*********** failed"),
        ("bad number '555-0142'", "bad number '***-****'"),
        ("user=john@example.com", "user=****@*******.***"),
        ("tel=5550142", "tel=*******"),
        ("card 4111111111111111 at 12:30", "card **************** at 12:30"),
        ("123-45-6789 and AB123456C", "***-**-**** and *********"),
        ("DETAIL: Key (email)=(j@x.org) exists.", "DETAIL: Key (email)=(*@*.***) exists."),
        (
            "2026-11-24T12:30:01Z host:12345:9f8e7d6c 07700 900123",
            "2026-11-24T12:30:01Z host:12345:9f8e7d6c ***** ******",
        ),
    ],
)
def test_personal_data_is_scrubbed(line: str, scrubbed: str) -> None:
    assert scrub(line) == scrubbed
