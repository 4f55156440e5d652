"""What the voice says for what is written."""

from __future__ import annotations

import pytest

from deskbell_server.adapters.local.speakable import speakable


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Open 9:30 a.m. to 5 p.m.", "Open nine thirty a.m. to 5 p.m."),
        ("Open 9am-5pm Mon-Fri.", "Open 9 a.m. to 5 p.m. Monday to Friday."),
        ("Open 9-5", "Open 9 to 5"),
        ("At 9.30am", "At nine thirty a.m."),
        ("9:00 a.m. \u2013 noon", "nine a.m. to noon"),
        ("14:00-16:05", "fourteen hundred to sixteen oh five"),
        ("It costs $45.50.", "It costs 45 dollars and 50 cents."),
        ("£1, £120 or £19.50", "1 pound, 120 pounds or 19 pounds 50"),
        ("€2,450 a year", "2,450 euros a year"),
        ("$1.2 million", "1.2 million dollars"),
        ("$540/month", "540 dollars a month"),
        ("Save 25% now", "Save 25 percent now"),
        ("Call 020 7946 0958.", "Call zero two zero, seven nine four six, zero nine five eight."),
        ("+44 20 7946 0958", "plus four four, two zero, seven nine four six, zero nine five eight"),
        ("(617) 555-0177", "six one seven, five five five, zero one seven seven"),
        ("call 111 at once", "call one one one at once"),
        ("Years 2019-2021", "Years 2019 to 2021"),
        ("on 3 May 2026", "on the 3rd of May 2026"),
        ("from 2026-09-01", "from September 1st 2026"),
        ("on May 22, 2026", "on May 22nd, 2026"),
        ("in March 2026", "in March 2026"),
        ("Dr. Smith & Co.", "Doctor Smith and Co."),
        ("14 Quay St. near St. James", "14 Quay Street near Saint James"),
        ("the sun sat low", "the sun sat low"),
        (
            "Write to front_desk@bright-smile.example.",
            "Write to front underscore desk at bright dash smile dot example.",
        ),
        ("See https://www.example.com/prices!", "See example dot com slash prices!"),
        ("Reference HV-202, postcode BS1 4XX", "Reference H V two zero two, postcode B S one four X X"),
        ("750 sq ft, 60 °C, 20 mins.", "750 square feet, 60 degrees, 20 minutes."),
        ("**Bold** and `code`", "Bold and code"),
        ("an out-of-hours check-up", "an out of hours check up"),
        ("  two\nlines ", "two lines"),
        ("", ""),
    ],
)
def test_is_written_out(written: str, spoken: str) -> None:
    assert speakable(written) == spoken
