"""Entry point of the dashboard: the frame around the pages."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from deskbell_dashboard.exposure import refusal

# A file, since the browser would fetch the favicon of a named Material symbol from Google.
st.set_page_config(page_title="Deskbell", page_icon=Path(__file__).with_name("icon.svg"), layout="wide")

if why := refusal(st.get_option("server.address"), os.environ.get("DESKBELL_ALLOW_REMOTE", "")):
    st.error(why, icon=":material/lock:")
    st.stop()

st.navigation(
    [st.Page("app_pages/conversations.py", title="Conversations", icon=":material/forum:", default=True)]
).run()
