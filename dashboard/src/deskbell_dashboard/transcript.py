"""A conversation as a chat.

What was said, titles and ids are shown with `st.text`, never as Markdown: a caller could otherwise dictate
links, and pictures that the reader's browser would fetch.
"""

from __future__ import annotations

import math
from zoneinfo import ZoneInfo

import streamlit as st

from deskbell_dashboard.data import Reports
from deskbell_dashboard.records import Conversation, Message, Source, Tenant
from deskbell_dashboard.tables import CHANNELS, STATES, length

MESSAGES_PER_PAGE = 200


def show_transcript(source: Reports, tenant: Tenant, conversation: Conversation) -> None:
    """Shows the conversation's particulars and a page of its messages, with times in the tenant's zone."""
    zone = ZoneInfo(tenant.time_zone)
    _show_particulars(conversation, zone)
    pages = math.ceil(conversation.message_count / MESSAGES_PER_PAGE)
    page = st.pagination(pages, key="transcript-page") if pages > 1 else 1
    after = (page - 1) * MESSAGES_PER_PAGE
    messages = source.messages(tenant.id, conversation.id, after=after, limit=MESSAGES_PER_PAGE)
    if not messages:
        st.info("Nothing has been said yet.", icon=":material/hourglass_empty:")
    for message in messages:
        _show_message(message, zone)


def _show_particulars(conversation: Conversation, zone: ZoneInfo) -> None:
    began = conversation.started_at.astimezone(zone)
    st.header(f"{began:%A} {began.day} {began:%B %Y}, {began:%H:%M}", anchor=False)
    particulars = {
        "Channel": CHANNELS.get(conversation.channel, conversation.channel),
        "State": STATES.get(conversation.state, conversation.state),
        "Agent": conversation.agent.display_name,
        "Caller": conversation.caller_id or "unknown",
        "Length": length(conversation.started_at, conversation.ended_at) or "-",
    }
    for column, (label, value) in zip(st.columns(len(particulars)), particulars.items(), strict=True):
        with column:
            st.caption(label)
            st.text(value)
    st.caption(f"Times are in {zone.key}.")


def _show_message(message: Message, zone: ZoneInfo) -> None:
    of_agent = message.speaker == "agent"
    with st.chat_message(
        "assistant" if of_agent else "user",
        avatar=":material/concierge:" if of_agent else ":material/person:",
    ):
        st.caption(f"{'Agent' if of_agent else 'Caller'}, {message.created_at.astimezone(zone):%H:%M:%S}")
        if message.was_cut:
            _show_cut(message)
        else:
            st.text(message.text)
        if message.sources:
            with st.expander(f"Sources ({len(message.sources)})", icon=":material/menu_book:"):
                for number, source in enumerate(message.sources, 1):
                    _show_source(number, source)


def _show_cut(message: Message) -> None:
    if message.heard_text:
        st.text(f"{message.heard_text} ...")
    how = (
        "an estimate from the time of sending"
        if message.heard_estimated
        else "as the caller's player reported"
    )
    st.badge(
        "Cut off here" if message.heard_text else "Not heard",
        icon=":material/volume_off:",
        color="orange",
        help=f"What the caller heard is {how}.",
    )
    with st.expander("The whole answer", icon=":material/subject:"):
        st.text(message.text)


def _show_source(number: int, source: Source) -> None:
    with st.container(border=True):
        st.text(f"{number}. {source.title}")
        st.text(source.quote)
