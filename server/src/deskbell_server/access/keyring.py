"""The keys that sign tokens: shared by all servers through the store, encrypted there, replaced every month."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deskbell_server.access.sealing import Sealer
from deskbell_server.domain.errors import DeskbellError, Unavailable
from deskbell_server.ports.identity import SealedKey, SigningKeyStore
from deskbell_server.ports.stores import Clock

ROTATE_AFTER = timedelta(days=30)
KEEP_REPLACED = timedelta(days=1)
"""Longer than any token lives that an old key has signed (15 minutes)."""
LOOK_AGAIN_SECONDS = 1.0
"""How often at most an unknown key id, which anybody can send, makes the store be asked."""
CHECK_SECONDS = 600.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs, with the id that its tokens carry as `kid`."""

    id: str
    private: Ed25519PrivateKey
    created_at: datetime


class KeyRing:
    """The signing keys as this server knows them."""

    def __init__(self, store: SigningKeyStore, secret_key: bytes, clock: Clock) -> None:
        self._store = store
        self._sealer = Sealer(secret_key, "signing keys")
        self._clock = clock
        self._keys: dict[str, SigningKey] = {}
        self._unreadable = False
        self._looked = float("-inf")
        self._lock = asyncio.Lock()

    async def current(self) -> SigningKey:
        """The key to sign with. Raises StoreUnavailable."""
        if not self._keys:
            await self.rotate_if_due()
        return max(self._keys.values(), key=lambda key: (key.created_at, key.id))

    async def find(self, key_id: str) -> SigningKey | None:
        """The key that a token names. Another server may have made it a moment ago: then the store is asked."""
        if key_id not in self._keys:
            async with self._lock:
                if key_id not in self._keys and self._clock.monotonic() - self._looked >= LOOK_AGAIN_SECONDS:
                    await self._load()
        return self._keys.get(key_id)

    async def rotate_if_due(self) -> None:
        """Makes a key where the newest is a month old or none can be read, and deletes what was replaced."""
        async with self._lock:
            await self._load()
            now = self._clock.now()
            if all(key.created_at <= now - ROTATE_AFTER for key in self._keys.values()):
                # Two servers that start at once make one key; one that reads none of those that there are makes
                # its own.
                await self._make(now, unless_newer_than=None if self._unreadable else now - ROTATE_AFTER)
            await self._store.delete_before(now - ROTATE_AFTER - KEEP_REPLACED)
            if not self._keys:
                raise Unavailable("there is no signing key", reason="STORE_UNAVAILABLE")

    async def rotate(self, *, forget_others: bool) -> str:
        """Makes a key now; returns its id. `forget_others`: tokens signed with another one are refused from now on
        (by other servers within 10 minutes)."""
        async with self._lock:
            now = self._clock.now()
            key_id = await self._make(now)
            if forget_others:
                await self._store.delete_before(self._keys[key_id].created_at)
            await self._load()
            return key_id

    async def run(self) -> None:
        """Keeps the ring up to date, until cancelled."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await self.rotate_if_due()
            except DeskbellError as error:
                _log.warning("signing_keys_not_checked", reason=error.reason)

    async def _make(self, now: datetime, *, unless_newer_than: datetime | None = None) -> str:
        # The newest signs: also when another server's clock is ahead of this one's.
        newest = max((key.created_at for key in self._keys.values()), default=now)
        created_at = max(now, newest + timedelta(milliseconds=1)) if unless_newer_than is None else now
        key_id = secrets.token_hex(8)
        private = Ed25519PrivateKey.generate()
        raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        sealed = SealedKey(key_id, self._sealer.seal(raw), created_at)
        await self._store.add(sealed, unless_newer_than=unless_newer_than)
        await self._load()
        return key_id

    async def _load(self) -> None:
        self._looked = self._clock.monotonic()
        keys = {}
        self._unreadable = False
        for sealed in await self._store.all():
            raw = self._sealer.open(sealed.sealed)
            if raw is None:
                _log.warning("signing_key_unreadable", key_id=sealed.id)
                self._unreadable = True
                continue
            keys[sealed.id] = SigningKey(
                sealed.id, Ed25519PrivateKey.from_private_bytes(raw), sealed.created_at
            )
        self._keys = keys
