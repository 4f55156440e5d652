"""The same call through Groq's engines, against the fake that speaks Groq's protocol."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.folders import passable
from tests.support.product import BIN, Product


@pytest.fixture
def groq_url(tmp_path: Path) -> Iterator[str]:
    """`deskbell-server fake-groq` on a free port."""
    with subprocess.Popen(
        [BIN / "deskbell-server", "fake-groq", "--address", "127.0.0.1:0", "--fault", "transcription=503"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            found = re.search(r"DESKBELL_GROQ_BASE_URL=(\S+)", line)
            if found:
                yield found[1]
                break
        process.terminate()
        assert process.wait(timeout=20) == 0


def test_a_call_through_groqs_engines(groq_url: str, ears: Any, tmp_path: Path) -> None:
    passable(tmp_path)
    product = Product(tmp_path)
    ready = product.start(env={"GROQ_API_KEY": "any", "DESKBELL_GROQ_BASE_URL": groq_url})
    try:
        assert "groq/whisper-large-v3-turbo" in ready
        question = ears.speak("What are your opening hours on Saturday?", tmp_path / "question.wav")
        out = product.deskbell("call", question, question, "--json").stdout
        found = [json.loads(line) for line in out.splitlines()]
        engines = found[0]["started"]["engines"]
        assert engines == {
            "chat": "groq/openai/gpt-oss-20b",
            "speech_to_text": "groq/whisper-large-v3-turbo",
            "text_to_speech": "groq/canopylabs/orpheus-v1-english",
        }
        # The first transcription met the planned 503: told in-band, and the call went on.
        assert [e["error"]["status"]["code"] for e in found if "error" in e] == [14]
        said = " ".join(e["responseText"]["text"] for e in found if "responseText" in e)
        assert re.search(r"Saturday.*\b9\b.*\b1\b", said), said
        metrics = [e["metrics"] for e in found if "metrics" in e]
        assert metrics[0]["promptTokens"] > 0
    finally:
        assert product.stop() == 0
