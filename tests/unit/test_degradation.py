"""What turns give up stands in one table, in the order in which it is given up, and nothing else is."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.resources.abc import Traversable

from deskbell_server.turn.graph import DEGRADATION

STEPS = files("deskbell_server.turn") / "steps"
TOLD = re.compile(r'\.degrade\(\s*"(\w+)",\s*(?:"(\w+)"|action)')


def sources(folder: Traversable) -> str:
    return "\n".join(each.read_text("utf-8") for each in folder.iterdir() if each.name.endswith(".py"))


def test_every_step_that_is_given_up_is_declared() -> None:
    declared = {(step, action) for step, action, _ in DEGRADATION}
    told = TOLD.findall(sources(STEPS))
    assert len(told) >= 6
    for step, action in told:
        assert step in {each for each, _ in declared}
        assert not action or (step, action) in declared
    assert {step for step, _ in told} == {step for step, _ in declared}


def test_the_order_is_that_of_a_turn() -> None:
    places = [["understand", "retrieve", "rerank", "generate"].index(step) for step, _, _ in DEGRADATION]
    assert places == sorted(places)
