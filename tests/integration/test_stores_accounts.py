"""Passwords and sessions at the same time as a reset."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

from deskbell_server.domain.identity import Account, Role, SessionId, UserId
from tests.integration import store_samples as sample
from tests.integration.store_samples import CLINIC
from tests.integration.store_world import PASSWORD_HASH, Stores, fill_access

OTHER = PASSWORD_HASH.replace("aGFzaA", "b3RoZXI")
OWNER = Account(CLINIC, "owner", Role.OWNER, disabled=False)


def new_session() -> SessionId:
    return SessionId(uuid.uuid4())


async def test_what_was_verified_before_a_reset_counts_no_more(stores: Stores) -> None:
    await fill_access(stores, CLINIC)
    mine = new_session()
    assert await stores.accounts.open_session(OWNER, mine, PASSWORD_HASH, sample.NOW, sample.LATER)
    await stores.users.set_password(CLINIC, UserId("owner"), OTHER, sample.NOW)
    assert not await stores.accounts.open_session(
        OWNER, new_session(), PASSWORD_HASH, sample.NOW, sample.LATER
    )
    assert not await stores.accounts.set_password(
        CLINIC, "owner", PASSWORD_HASH, PASSWORD_HASH, sample.NOW, mine
    )
    await stores.accounts.rehash(CLINIC, "owner", PASSWORD_HASH, PASSWORD_HASH)
    stored = await stores.accounts.find(CLINIC, "OWNER@example.com")
    assert stored is not None
    assert stored.password_hash == OTHER
    session = await stores.accounts.session(CLINIC, mine)
    assert session is not None
    assert session.revoked


async def test_no_session_outlives_a_reset_at_the_same_time(stores: Stores) -> None:
    await fill_access(stores, CLINIC)
    hashes = [PASSWORD_HASH, OTHER]
    for number in range(20):
        sessions = [new_session() for _ in range(4)]
        late = sample.LATER + timedelta(days=1)
        await asyncio.gather(
            *(
                stores.accounts.open_session(OWNER, session, hashes[number % 2], sample.NOW, late)
                for session in sessions[:2]
            ),
            stores.users.set_password(CLINIC, UserId("owner"), hashes[(number + 1) % 2], sample.NOW),
            *(
                stores.accounts.open_session(OWNER, session, hashes[number % 2], sample.NOW, late)
                for session in sessions[2:]
            ),
        )
        for session in sessions:
            found = await stores.accounts.session(CLINIC, session)
            assert found is None or found.revoked, number


async def test_a_disabled_user_opens_no_session(stores: Stores) -> None:
    await fill_access(stores, CLINIC)
    await stores.accounts.open_session(OWNER, new_session(), PASSWORD_HASH, sample.NOW, sample.LATER)
    from tests.integration.store_world import second_owner

    await second_owner(stores, CLINIC)
    await stores.users.update(CLINIC, UserId("owner"), {"disabled": True}, "", sample.NOW)
    assert not await stores.accounts.open_session(
        OWNER, new_session(), PASSWORD_HASH, sample.NOW, sample.LATER
    )
