"""Starts our own Postgres and Redis-compatible server where none is configured.

Real servers from pip-installed binaries, on loopback ports picked anew at each start, with generated
passwords. Everything of them is in the data folder:

    <data_dir>/lock              held by the one server that uses the folder
    <data_dir>/secrets/          passwords, mode 0600
    <data_dir>/postgres/data     the database cluster
    <data_dir>/postgres/log      its log
    <data_dir>/valkey/           the append-only file and its log

They die with the process that started them, even if that is killed, and recover at the next start.
"""

from deskbell_server.adapters.embedded.processes import EmbeddedError, die_with_parent
from deskbell_server.adapters.embedded.stack import EmbeddedStack, embedded_stack

__all__ = ["EmbeddedError", "EmbeddedStack", "die_with_parent", "embedded_stack"]
