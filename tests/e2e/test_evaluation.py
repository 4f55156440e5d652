"""`deskbell eval` against the running product: real documents, real speech."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.product import Product

SCENARIOS = """\
scenario: clinic-saturday
agent: demo-clinic/reception
tags: [spoken]
turns:
  - caller: What are your opening hours on Saturday?
    expect: {says: ["9", 1 p.m.], not_says: [closed], refused: false, cites: opening-hours, records: []}
---
scenario: clinic-unknown
agent: demo-clinic/reception
turns:
  - caller: Do you repair bicycles?
    expect: {refused: true, cites: []}
---
scenario: estates-rent
agent: demo-estates/reception
turns:
  - caller: What is the rent of the apartment in Beacon Row?
    expect: {says: ["3,150 dollars"], cites: rentals}
---
scenario: hotel-breakfast
agent: demo-hotel/reception
turns:
  - caller: When is breakfast on Sunday?
    expect: {says: ["7:30", "11"], refused: false}
"""


def test_scenarios_by_chat_and_by_voice(product: Product, tmp_path: Path) -> None:
    """The voice is the one that is taken when nothing is said of it."""
    path, told = tmp_path / "scenarios.yaml", tmp_path / "told.json"
    path.write_text(SCENARIOS)
    done = product.deskbell("eval", path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    done = product.deskbell("eval", path, "--by", "voice", "--only", "spoken", "--json", told, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    [played] = json.loads(told.read_text())["results"]
    [exchange] = played["exchanges"]
    assert "Saturday" in exchange["reply"]["transcript"]


def test_the_shipped_scenarios_are_found(product: Product) -> None:
    done = product.deskbell("eval", "--only", "clinic-unknown-things", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
