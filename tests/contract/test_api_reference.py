"""docs/api.md says what the protos say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor import FileDescriptor

from deskbell.v1 import (
    agent_pb2,
    agent_service_pb2,
    chat_service_pb2,
    conversation_pb2,
    conversation_service_pb2,
    errors_pb2,
    knowledge_pb2,
    knowledge_service_pb2,
    tenant_pb2,
    tenant_service_pb2,
    turn_events_pb2,
    voice_stream_service_pb2,
)

ROOT = Path(__file__).parents[2]
FILES: list[FileDescriptor] = [
    module.DESCRIPTOR
    for module in (
        agent_pb2,
        agent_service_pb2,
        chat_service_pb2,
        conversation_pb2,
        conversation_service_pb2,
        errors_pb2,
        knowledge_pb2,
        knowledge_service_pb2,
        tenant_pb2,
        tenant_service_pb2,
        turn_events_pb2,
        voice_stream_service_pb2,
    )
]


@pytest.fixture(scope="module")
def lines() -> set[str]:
    return set((ROOT / "docs" / "api.md").read_text("utf-8").splitlines())


def test_is_current() -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    check = subprocess.run(
        [sys.executable, "scripts/api_reference.py", "--check"],
        check=False,
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert check.returncode == 0, check.stderr


def test_names_every_service_rpc_and_message(lines: set[str]) -> None:
    for file in FILES:
        for service in file.services_by_name.values():
            assert f"### {service.name}" in lines
            assert {f"#### {method.name}" for method in service.methods} <= lines
        assert {f"### {name}" for name in file.message_types_by_name} <= lines


def test_names_every_error(lines: set[str]) -> None:
    reasons = [name.removeprefix("ERROR_REASON_") for name in errors_pb2.ErrorReason.keys()[1:]]
    assert reasons
    for reason in reasons:
        assert any(line.startswith(f"| `{reason}` |") for line in lines), reason


def test_states_the_rules_of_fields(lines: set[str]) -> None:
    page_size = next(line for line in lines if line.startswith("| `page_size` |"))
    assert page_size.endswith("| at most 200; at least 0 |")
