"""How the server tells the person at the terminal what it is doing."""

from __future__ import annotations

from collections.abc import Callable

Report = Callable[[str], None]
"""Takes one line for people about a step that takes time."""
