"""The page of conversations: a tenant's list, or the one that the address names.

`?tenant=demo-clinic&conversation=<id>` opens a transcript; without `conversation` the list is shown.
"""

from __future__ import annotations

import uuid
from collections import Counter
from zoneinfo import ZoneInfo

import streamlit as st

from deskbell_dashboard.data import Reports, ReportsUnavailable, reports
from deskbell_dashboard.records import Agent, Conversation, Tenant
from deskbell_dashboard.tables import CHANNELS, show_conversations
from deskbell_dashboard.transcript import show_transcript

PAGE_SIZE = 25


def main() -> None:
    try:
        source = reports()
        tenants = source.tenants()
        if not tenants:
            st.info(
                "There is no tenant yet. Make one with `deskbell tenants create`, or three with `make up`.",
                icon=":material/storefront:",
            )
            return
        tenant = choose_tenant(tenants)
        if "conversation" in st.query_params:
            open_conversation(source, tenant, st.query_params["conversation"])
        else:
            list_conversations(source, tenant)
    except ReportsUnavailable as error:
        st.error(str(error), icon=":material/cloud_off:")
        st.button("Try again", icon=":material/refresh:")


def choose_tenant(tenants: list[Tenant]) -> Tenant:
    """The tenant of the address, else the first; the choice goes into the address."""
    by_id = {tenant.id: tenant for tenant in tenants}
    named = st.query_params.get("tenant")
    if named is not None and named not in by_id:
        st.warning("There is no such tenant as the address names; this is another.", icon=":material/info:")

    names = Counter(tenant.display_name for tenant in tenants)

    def label(tenant: str) -> str:
        name = by_id[tenant].display_name
        return name if names[name] == 1 else f"{name} ({tenant})"

    def name_in_address() -> None:
        st.query_params.from_dict({"tenant": st.session_state["tenant"]})

    chosen = st.sidebar.selectbox(
        "Tenant",
        list(by_id),
        index=list(by_id).index(named) if named in by_id else 0,
        format_func=label,
        key="tenant",
        on_change=name_in_address,
    )
    st.query_params["tenant"] = chosen
    return by_id[chosen]


def list_conversations(source: Reports, tenant: Tenant) -> None:
    st.header("Conversations", anchor=False)
    channel, agent = choose_filters(source.agents(tenant.id))
    cursors = cursors_of((tenant.id, channel, agent))
    found = source.conversations(
        tenant.id, channel=channel, agent=agent, before=cursors[-1] if cursors else None, limit=PAGE_SIZE + 1
    )
    if not found:
        say_empty(tenant, filtered=channel is not None or agent is not None)
        return
    shown = found[:PAGE_SIZE]
    opened = show_conversations(
        shown, ZoneInfo(tenant.time_zone), key=f"conversations-{tenant.id}-{shown[0].id}"
    )
    st.caption(f"Times are in {tenant.time_zone}. Choose a row to read its transcript.")
    show_pager(cursors, last=shown[-1] if len(found) > PAGE_SIZE else None)
    if opened is not None:
        st.query_params["conversation"] = str(opened.id)
        st.rerun()


def choose_filters(agents: list[Agent]) -> tuple[str | None, str | None]:
    """The channel and the agent's id to show; None for all."""
    names = {agent.id: agent.display_name for agent in agents}
    left, right, refresh = st.columns([2, 2, 1], vertical_alignment="bottom")
    channel = left.selectbox(
        "Channel", [None, *CHANNELS], format_func=lambda it: CHANNELS.get(it, "All"), key="channel"
    )
    agent = right.selectbox("Agent", [None, *names], format_func=lambda it: names.get(it, "All"), key="agent")
    refresh.button("Refresh", icon=":material/refresh:", width="stretch")
    return channel, agent


def cursors_of(view: tuple[str, str | None, str | None]) -> list[uuid.UUID]:
    """The ids that the pages up to this one begin before; empty on the first page, and for a new view."""
    if st.session_state.get("view") != view:
        st.session_state["view"] = view
        st.session_state["cursors"] = []
    cursors: list[uuid.UUID] = st.session_state["cursors"]
    return cursors


def show_pager(cursors: list[uuid.UUID], last: Conversation | None) -> None:
    """Buttons to newer and older pages; `last` is this page's last row if older ones follow."""
    if not cursors and last is None:
        return

    def go_newer() -> None:
        cursors.pop()

    def go_older() -> None:
        if last is not None:
            cursors.append(last.id)

    newer, older, _ = st.columns([1, 1, 3])
    newer.button(
        "Newer", icon=":material/chevron_left:", disabled=not cursors, on_click=go_newer, width="stretch"
    )
    older.button(
        "Older", icon=":material/chevron_right:", disabled=last is None, on_click=go_older, width="stretch"
    )


def say_empty(tenant: Tenant, *, filtered: bool) -> None:
    if filtered:
        st.info("No conversation matches. Set channel and agent to All.", icon=":material/filter_alt_off:")
        return
    st.info("No conversation yet. Call an agent of this tenant, or write to it:", icon=":material/call:")
    agent = f"--agent tenants/{tenant.id}/agents/reception"
    st.code(
        f"deskbell call question.wav -o answer.wav {agent}\ndeskbell chat {agent}",
        language="bash",
    )


def open_conversation(source: Reports, tenant: Tenant, named: str) -> None:
    st.button("All conversations", icon=":material/arrow_back:", on_click=close_conversation)
    try:
        conversation = source.conversation(tenant.id, uuid.UUID(named))
    except ValueError:
        conversation = None
    if conversation is None:
        st.warning("This tenant has no such conversation.", icon=":material/search_off:")
        return
    show_transcript(source, tenant, conversation)


def close_conversation() -> None:
    st.query_params.pop("conversation", None)


main()
