"""Log lines and tracebacks go through what masks personal data."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from deskbell_server.observability.logs import configure_logging
from deskbell_server.privacy.scrubbing import scrub

NUMBER = "07700 900123"
MASKED = "***** ******"


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _configure(*, as_json: bool) -> None:
    logging.getLogger().handlers.clear()  # pytest's own, beside which ours would not be set up
    configure_logging(json=as_json, debug=False, scrub=scrub)


def _call_fails() -> None:
    said = f"my number is {NUMBER}"
    raise ValueError(f"cannot parse {said!r}")


def _json(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(capsys.readouterr().err)
    return line


def test_fields_are_scrubbed(capsys: pytest.CaptureFixture[str]) -> None:
    _configure(as_json=True)
    structlog.get_logger().info(
        "turn_5550142",
        reason=f"no such {NUMBER}",
        error=ValueError(NUMBER),
        tried=[NUMBER, 7],
        by={"mail": "a@b.co"},
        session="0193f1c2-7b1e-7c3a-9d2e-0123456789ab",
        count=5550142,
        text="hello",
    )
    line = _json(capsys)
    assert line.pop("timestamp").startswith("20")
    assert line == {
        "event": "turn_5550142",
        "level": "info",
        "reason": f"no such {MASKED}",
        "error": f"ValueError('{MASKED}')",
        "tried": [MASKED, 7],
        "by": {"mail": "*@*.**"},
        "session": "0193f1c2-7b1e-7c3a-9d2e-0123456789ab",
        "count": 5550142,
        "text": "***",
    }


@pytest.mark.parametrize("as_json", [True, False])
def test_exceptions_are_scrubbed(as_json: bool, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(as_json=as_json)
    try:
        _call_fails()
    except ValueError:
        structlog.get_logger().exception("turn_failed", reason=NUMBER)
    written = capsys.readouterr().err
    assert NUMBER not in written
    assert written.count(MASKED) == 2
    assert "_call_fails" in written
    assert "turn_failed" in written
    if as_json:
        assert "cannot parse" in json.loads(written)["exception"]


def test_the_standard_librarys_lines_are_scrubbed(capsys: pytest.CaptureFixture[str]) -> None:
    _configure(as_json=True)
    logger = logging.getLogger("some.library")
    logger.info("not written")
    logger.warning("odd header %s from %s", NUMBER, "127.0.0.1:50051")
    try:
        _call_fails()
    except ValueError:
        logger.exception("failed")
    written = capsys.readouterr().err
    assert written.startswith(f"WARNING some.library: odd header {MASKED} from 127.0.0.1:50051\n")
    assert "ERROR some.library: failed\nTraceback" in written
    assert f"my number is {MASKED}" in written
    assert NUMBER not in written
