"""What can go wrong with Groq, as ProviderError.

Messages hold neither the key nor what a caller said: the SDK's own do, as Groq quotes the request.
"""

from __future__ import annotations

import email.utils
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import groq
import httpx

from deskbell_server.domain.errors import ProviderError

CAPACITY_EXCEEDED = 498
"""Groq's own status: its flex tier has no capacity now."""
MAX_RETRY_AFTER = 3600.0


@contextmanager
def provider_errors(stage: str) -> Iterator[None]:
    """Turns the SDK's and httpx's errors into ProviderError for a stage."""
    try:
        yield
    except (TimeoutError, groq.APITimeoutError, httpx.TimeoutException):
        raise ProviderError(stage, "timeout", f"Groq did not answer in time ({stage})") from None
    except groq.APIStatusError as error:
        raise _of_status(stage, error.response) from None
    except (httpx.RemoteProtocolError, httpx.ReadError):
        raise cut_off(stage) from None
    except groq.APIConnectionError as error:
        if isinstance(error.__cause__, httpx.RemoteProtocolError | httpx.ReadError):
            raise cut_off(stage) from None
        raise ProviderError(stage, "unavailable", f"Groq cannot be reached ({stage})") from None
    except (groq.APIError, httpx.HTTPError, ValueError) as error:
        # An error event in the stream, a body that is not what was agreed.
        kind = type(error).__name__
        raise ProviderError(stage, "unavailable", f"Groq's answer is not usable ({stage}, {kind})") from None


def cut_off(stage: str) -> ProviderError:
    """An answer that ends before its end."""
    return ProviderError(stage, "cut_off", f"Groq's answer broke off ({stage})")


def _of_status(stage: str, response: httpx.Response) -> ProviderError:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS:
        return ProviderError(
            stage,
            "rate_limited",
            f"Groq's rate limit is reached ({stage})",
            retry_after=_retry_after(response),
        )
    if status == CAPACITY_EXCEEDED or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        message = f"Groq answers with status {status} ({stage})"
        return ProviderError(stage, "unavailable", message, retry_after=_retry_after(response))
    if status == httpx.codes.REQUEST_TIMEOUT:
        return ProviderError(stage, "timeout", f"Groq did not answer in time ({stage})")
    return ProviderError(stage, "rejected", f"Groq refuses the request with status {status} ({stage})")


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds, from a header of seconds or a date (RFC 9110, section 10.2.3)."""
    value = response.headers.get("retry-after")
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            date = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        # A date in the zone "-0000" comes out without one: it is UTC (RFC 5322, section 3.3).
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return None if math.isnan(seconds) else min(max(seconds, 0.0), MAX_RETRY_AFTER)
