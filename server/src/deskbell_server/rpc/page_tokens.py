"""Opaque page tokens: where a list goes on, bound to the list they came from and signed.

A token holds the key of the last row. Its signature keeps a client from making one up, and its binding from
using it on another tenant's list.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from deskbell_server.domain.errors import InvalidInput

_MAC_BYTES = 16
PAGE = 50
ROOM = 3 * 1024 * 1024
"""In bytes. gRPC's clients take 4 MiB in one message unless they are told to take more."""
_T = TypeVar("_T")
_Key = TypeVar("_Key")


class PageRequest(Protocol):
    """What every request for a list has."""

    page_size: int
    page_token: str


class PageTokens:
    """Makes and reads page tokens under a secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(b"page tokens" + secret).digest()

    def make(self, scope: str, key: str) -> str:
        """A token for the list `scope`, after the row `key`."""
        return base64.urlsafe_b64encode(self._mac(scope, key) + key.encode()).decode().rstrip("=")

    def read(self, scope: str, token: str) -> str | None:
        """The key in a token, None for an empty one. Raises InvalidInput for a token of another list."""
        if not token:
            return None
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            key = raw[_MAC_BYTES:].decode()
        except (binascii.Error, ValueError):
            key, raw = "", b""
        if not hmac.compare_digest(raw[:_MAC_BYTES], self._mac(scope, key)):
            raise InvalidInput.field(
                "page_token", "is not one that this list gave", reason="PAGE_TOKEN_INVALID"
            )
        return key

    async def page(
        self,
        scope: str,
        request: PageRequest,
        parse: Callable[[str], _Key],
        fetch: Callable[[_Key | None, int], Awaitable[Sequence[_T]]],
        key: Callable[[_T], object],
        *,
        size: int = PAGE,
        weight: Callable[[_T], int] | None = None,
    ) -> tuple[Sequence[_T], str]:
        """The page that a request asks for, and the token of the next one, "" on the last.

        `fetch` gets the key of the row before, as `parse` makes it from text, None at the beginning, and how many
        rows at most. `size` is the default. With `weight`, in bytes, a page ends before it outweighs ROOM. Raises
        InvalidInput for a token of another list, and what `fetch` raises.
        """
        limit = request.page_size or size
        last = self.read(scope, request.page_token)
        found = await fetch(None if last is None else parse(last), limit + 1)
        if weight is not None:
            limit = min(limit, fitting(map(weight, found)))
        return found[:limit], self.make(scope, str(key(found[limit - 1]))) if len(found) > limit else ""

    def _mac(self, scope: str, key: str) -> bytes:
        message = f"{scope}\0{key}".encode()
        return hmac.digest(self._secret, message, "sha256")[:_MAC_BYTES]


def fitting(weights: Iterable[int]) -> int:
    """How many rows of these weights, in bytes, fit into ROOM; the first one always."""
    total = count = 0
    for weight in weights:
        total += weight
        if count and total > ROOM:
            break
        count += 1
    return count
