"""Passwords: typed without an echo, or read from standard input; never from the command line, which others can see."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from deskbell.cli.options import UsageProblem

FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input, a line.")
]


def ask(prompt: str) -> str:
    """Something that may be seen. Raises UsageProblem where there is nobody to ask."""
    _need_terminal(f"give --{prompt.lower().replace(' ', '-')}")
    return str(typer.prompt(prompt, err=True))


def password(prompt: str, *, stdin: bool, new: bool = False) -> str:
    """A password; one that is new is typed twice. Raises UsageProblem."""
    if stdin:
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise UsageProblem("standard input holds no password: one is read from each line")
        return line
    _need_terminal("give --password-stdin")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=new, err=True))


def _need_terminal(instead: str) -> None:
    if not sys.stdin.isatty():
        raise UsageProblem(f"there is no terminal to ask at: {instead}")
