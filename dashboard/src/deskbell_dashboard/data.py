"""What the pages read: the reporting views, as the role that sees one tenant at a time.

Every method blocks its thread for at most `DEADLINE` seconds and raises `ReportsUnavailable` when the
database does not answer or has no reporting views. Nothing is kept: the next call tries anew.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from typing import Any

import asyncpg
import streamlit as st

from deskbell_dashboard.background import BackgroundLoop
from deskbell_dashboard.records import (
    Agent,
    Conversation,
    Message,
    Tenant,
    to_agent,
    to_conversation,
    to_message,
)

DATABASE_URL = "DESKBELL_DASHBOARD_DATABASE_URL"
POOL_SIZE = 5
CONNECT_TIMEOUT = 3.0
ACQUIRE_TIMEOUT = 5.0
COMMAND_TIMEOUT = 8.0
DEADLINE = 15.0
"""Seconds; the last bounds a whole read with its second attempt."""

_CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's farewell was read and the end of the connection not yet
    asyncpg.OperatorInterventionError,
    ConnectionError,
)
_NO_ANSWER = (
    *_CONNECTION_LOST,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    OSError,  # TimeoutError too
)
_NOT_MIGRATED = (
    asyncpg.InvalidCatalogNameError,
    asyncpg.InvalidSchemaNameError,
    asyncpg.UndefinedTableError,
    asyncpg.InsufficientPrivilegeError,
)

_TENANTS = "select id, display_name, time_zone from reporting.tenants order by id"

# Hops over the index from agent to agent; `distinct` would read all of the tenant's conversations.
_AGENTS = """
with recursive agents as (
    (
        select agent_id, agent_display_name
        from reporting.conversations
        order by agent_id
        limit 1
    )
    union all
    select following.agent_id, following.agent_display_name
    from agents
    cross join lateral (
        select conversations.agent_id, conversations.agent_display_name
        from reporting.conversations
        where conversations.agent_id > agents.agent_id
        order by conversations.agent_id
        limit 1
    ) as following
)
select agent_id, agent_display_name from agents
"""

_CONVERSATION = """
select
    conversation_id, agent_id, agent_display_name, channel, state, caller_id, started_at, ended_at,
    message_count, first_caller_message
from reporting.conversations
"""
# Ids are in order of time (UUID version 7), so the page's key is the id alone.
_PAGE = f"""
{_CONVERSATION}
where
    ($1::text is null or channel = $1)
    and ($2::text is null or agent_id = $2)
    and ($3::uuid is null or conversation_id < $3)
order by conversation_id desc
limit $4
"""
_ONE = f"{_CONVERSATION} where conversation_id = $1"

_MESSAGES = """
select message_index, speaker, text, heard_text, heard_estimated, citations, created_at
from reporting.messages
where conversation_id = $1 and message_index > $2
order by message_index
limit $3
"""


class ReportsUnavailable(Exception):
    """The data cannot be read now; the text says why and what to do, in Markdown."""


class Reports:
    """Reads the reporting views through a small pool of connections; `open_reports` makes one."""

    def __init__(self, loop: BackgroundLoop, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._loop = loop
        self._pool = pool

    def close(self) -> None:
        """Closes the connections, without waiting for reads that still go on."""
        self._loop.run(self._terminate(), CONNECT_TIMEOUT)
        self._loop.stop()

    def tenants(self) -> list[Tenant]:
        """All tenants, by id."""
        return [Tenant(**row) for row in self._read("", _TENANTS)]

    def agents(self, tenant: str) -> list[Agent]:
        """The agents that have conversations, by id."""
        return [to_agent(row) for row in self._read(tenant, _AGENTS)]

    def conversations(
        self, tenant: str, *, channel: str | None, agent: str | None, before: uuid.UUID | None, limit: int
    ) -> list[Conversation]:
        """Conversations that began before `before` (None: from the last), the newest first.

        `channel` and `agent` (an id) narrow them down; None lets all through.
        """
        rows = self._read(tenant, _PAGE, channel, agent, before, limit)
        return [to_conversation(row) for row in rows]

    def conversation(self, tenant: str, conversation: uuid.UUID) -> Conversation | None:
        """One conversation; None if this tenant has no such."""
        rows = self._read(tenant, _ONE, conversation)
        return to_conversation(rows[0]) if rows else None

    def messages(self, tenant: str, conversation: uuid.UUID, *, after: int, limit: int) -> list[Message]:
        """The messages after an index, in order; indexes count from 1."""
        rows = self._read(tenant, _MESSAGES, conversation, after, limit)
        return [to_message(row) for row in rows]

    def _read(self, tenant: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        try:
            return self._loop.run(self._fetch(tenant, statement, *arguments), DEADLINE)
        except _NOT_MIGRATED as error:
            raise ReportsUnavailable(
                "The database has no reporting views for this dashboard. Run `deskbell-server migrate`."
            ) from error
        except _NO_ANSWER as error:
            raise ReportsUnavailable(
                "The database does not answer. Check that it runs (`deskbell-server health`), then try again."
            ) from error

    async def _fetch(self, tenant: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        try:
            return await self._fetch_once(tenant, statement, *arguments)
        except _CONNECTION_LOST:
            # A connection of the pool died with an earlier server; reading again does no harm.
            return await self._fetch_once(tenant, statement, *arguments)

    async def _fetch_once(self, tenant: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        async with (
            self._pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection,
            connection.transaction(readonly=True),
        ):
            # The same as SET LOCAL, which takes no parameters.
            await connection.execute("select set_config('app.tenant_id', $1, true)", tenant)
            return await connection.fetch(statement, *arguments)

    async def _terminate(self) -> None:
        self._pool.terminate()
        await asyncio.sleep(0)  # lets the transports close before the loop does


def open_reports(url: str) -> Reports:
    """Starts the reader of one database. No connection is made before the first read."""
    loop = BackgroundLoop()
    loop.start()
    return Reports(loop, loop.run(_create_pool(url), CONNECT_TIMEOUT))


async def _create_pool(url: str) -> asyncpg.Pool[asyncpg.Record]:
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=POOL_SIZE,
        timeout=CONNECT_TIMEOUT,
        command_timeout=COMMAND_TIMEOUT,
        server_settings={"application_name": "deskbell-dashboard"},
    )


def reports() -> Reports:
    """The process's reader, opened at first use. Raises `ReportsUnavailable` if no database is named."""
    url = os.environ.get(DATABASE_URL)
    if not url:
        raise ReportsUnavailable(
            f"`{DATABASE_URL}` is not set. Start the dashboard with `deskbell-server dashboard`."
        )
    return _shared_reports(url)


@st.cache_resource(show_spinner=False, max_entries=1, on_release=Reports.close)
def _shared_reports(url: str) -> Reports:
    return open_reports(url)
