"""When to try again, as Groq says it; and where Groq is, as the operator says it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import groq
import httpx
import pytest

from deskbell_server.adapters.groq.client import groq_client
from deskbell_server.adapters.groq.errors import MAX_RETRY_AFTER, provider_errors
from deskbell_server.domain.errors import ProviderError


def retry_after(value: str) -> float | None:
    request = httpx.Request("POST", "http://groq.invalid")
    response = httpx.Response(429, headers={"retry-after": value}, request=request)
    with pytest.raises(ProviderError) as failed, provider_errors("chat"):
        raise groq.RateLimitError("too much", response=response, body=None)
    assert failed.value.kind == "rate_limited"
    return failed.value.retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0.25", 0.25),
        ("-5", 0.0),
        ("inf", MAX_RETRY_AFTER),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_retry_after_a_date_to_come() -> None:
    value = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert retry_after(value) == pytest.approx(90, abs=5)


@pytest.mark.parametrize("base_url", [None, ""])
async def test_without_an_address_it_is_groqs_own(
    base_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", "")  # as docker compose sets a variable that has no value
    async with groq_client("key", base_url) as client:
        assert str(client.base_url).rstrip("/") == "https://api.groq.com"
