"""Folders that other accounts than the tests' can pass through."""

from __future__ import annotations

import tempfile
from pathlib import Path


def passable(folder: Path) -> Path:
    """Lets everybody pass through one of pytest's folders and those above it: run by root, databases have an account
    of their own."""
    for each in (folder, *folder.parents):
        if each == Path(tempfile.gettempdir()):
            break
        each.chmod(0o711)
    return folder
