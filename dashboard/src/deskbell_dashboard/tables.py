"""Tables of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from deskbell_dashboard.records import Conversation

STATES = {"open": "Going on", "ended": "Ended", "lost": "Lost"}
CHANNELS = {"voice": "Voice", "chat": "Chat"}


def show_conversations(
    conversations: Sequence[Conversation], zone: ZoneInfo, *, key: str
) -> Conversation | None:
    """Shows a table and returns the conversation whose row or cell is chosen; None if none is."""
    chosen = st.dataframe(
        [_row(conversation, zone) for conversation in conversations],
        key=key,
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        column_config={
            "Began": st.column_config.DatetimeColumn(format="ddd D MMM YYYY, HH:mm", pinned=True),
            "Length": st.column_config.TextColumn(
                width="small", help="Minutes and seconds; of calls that ended"
            ),
            "Messages": st.column_config.NumberColumn(width="small"),
            "First words": st.column_config.TextColumn(width="medium", help="What the caller said first"),
        },
    )
    selection = chosen["selection"]
    rows = [*selection["rows"], *(row for row, _ in selection["cells"])]
    return conversations[rows[0]] if rows else None


def length(began: datetime, ended: datetime | None) -> str:
    """How long a call took, `3:07` or `1:02:45`; empty while it goes on."""
    if ended is None:
        return ""
    minutes, seconds = divmod(round((ended - began).total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _row(conversation: Conversation, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "Began": conversation.started_at.astimezone(zone),
        "First words": conversation.first_words,
        "Channel": CHANNELS.get(conversation.channel, conversation.channel),
        "State": STATES.get(conversation.state, conversation.state),
        "Length": length(conversation.started_at, conversation.ended_at),
        "Messages": conversation.message_count,
        "Agent": conversation.agent.display_name,
        "Caller": conversation.caller_id,
    }
