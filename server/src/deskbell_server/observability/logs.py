"""Structured logs on standard error: an event name and fields, never a caller's words and never a secret.

Fields are named by what they hold; `reason`, `method`, `stage` and ids are safe. A field whose name says that
it holds words of people or a secret is masked, in case one slips in.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

MASKED_FIELDS = frozenset(
    {"text", "transcript", "question", "answer", "prompt", "caller_id", "password", "secret", "key"}
    | {"api_key", "token", "authorization", "url", "database_url", "redis_url"}
)


def configure_logging(*, json: bool, debug: bool) -> None:
    """Sets up structlog and the standard library's logging, once a process."""
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
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, renderer] if json else [*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries' own chatter, such as httpx's line for each request, names URLs: warnings are enough.
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )


def _mask(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in event.keys() & MASKED_FIELDS:
        event[name] = "***"
    return event
