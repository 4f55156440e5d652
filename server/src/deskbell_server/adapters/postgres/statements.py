"""SQL statements, kept in files beside the code that runs them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


def load_statements(file: str) -> Mapping[str, str]:
    """Reads `sql/{file}.sql`: each statement follows a line `-- name: ...` and a comment with its purpose,
    takes its parameters as $1, $2, ..., and is returned under its name without the comments."""
    text = (resources.files(__package__) / "sql" / f"{file}.sql").read_text(encoding="utf-8")
    _, *parts = _NAME.split(text)
    return {
        name: "\n".join(line for line in body.splitlines() if not line.startswith("--")).strip().rstrip(";")
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }


def affected(status: str) -> int:
    """The number in a command tag such as `DELETE 3`."""
    return int(status.rpartition(" ")[2])
