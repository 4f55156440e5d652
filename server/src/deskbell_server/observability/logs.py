"""Structured logs on standard error: an event name and fields, never a caller's words and never a secret.

Fields are named by what they hold; `reason`, `method`, `stage` and ids are safe. A field whose name says that
it holds words of people or a secret is masked, in case one slips in. Every other string, and the text of every
exception, goes through `scrub`, as the text of an error may quote what a caller has said.
"""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import ExcInfo

MASKED_FIELDS = frozenset(
    {"text", "transcript", "question", "answer", "prompt", "caller_id", "password", "secret", "key"}
    | {"api_key", "token", "authorization", "url", "database_url", "redis_url"}
)
UNSCRUBBED_FIELDS = frozenset({"timestamp", "level", "event"})
"""They are the program's own words. An event's name with a digit in it stays what one searches for."""


def configure_logging(*, json: bool, debug: bool, scrub: Callable[[str], str]) -> None:
    """Sets up structlog and the standard library's logging, once a process. `scrub` masks personal data."""
    level = logging.DEBUG if debug else logging.INFO
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=_scrubbing_traceback(scrub)
        )
    )
    exceptions = [structlog.processors.format_exc_info] if json else []
    structlog.configure(
        processors=[*shared, *exceptions, _scrubbing_fields(scrub), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries' own chatter, such as httpx's line for each request, names URLs: warnings are enough.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_ScrubbingFormatter("%(levelname)s %(name)s: %(message)s", scrub))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


class _ScrubbingFormatter(logging.Formatter):
    """Scrubs the whole line, with the arguments in it and the traceback behind it."""

    def __init__(self, form: str, scrub: Callable[[str], str]) -> None:
        super().__init__(form)
        self._scrub = scrub

    def format(self, record: logging.LogRecord) -> str:
        return self._scrub(super().format(record))


def _scrubbing_fields(scrub: Callable[[str], str]) -> structlog.typing.Processor:
    def process(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        for name, value in event.items():
            if name not in UNSCRUBBED_FIELDS and name != "exc_info":
                event[name] = _scrubbed(value, scrub)
        return event

    return process


def _scrubbed(value: Any, scrub: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, BaseException):
        return scrub(repr(value))  # as the renderers would write it
    if isinstance(value, Mapping):
        return {name: _scrubbed(each, scrub) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed(each, scrub) for each in value]
    return value


def _scrubbing_traceback(scrub: Callable[[str], str]) -> Callable[[TextIO, ExcInfo], None]:
    """Plain tracebacks: a prettier one shows the values of variables, a caller's words among them, and breaks
    lines and colours them within what should be scrubbed."""

    def write(stream: TextIO, exc_info: ExcInfo) -> None:
        buffer = io.StringIO()
        structlog.dev.plain_traceback(buffer, exc_info)
        stream.write(scrub(buffer.getvalue()))

    return write


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in event.keys() & MASKED_FIELDS:
        event[name] = "***"
    return event
