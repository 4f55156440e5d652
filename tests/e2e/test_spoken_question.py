"""The main job: a spoken question, answered aloud."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.folders import passable
from tests.support.product import BIN, Product, children_of_folder

QUESTION = "What are your opening hours on Saturday?"
HOURS = {"demo-clinic": ("9", "1"), "demo-estates": ("10", "5")}


def events(output: str) -> list[dict[str, Any]]:
    """The messages that `--json` printed."""
    return [json.loads(line) for line in output.splitlines()]


def said(events: list[dict[str, Any]]) -> str:
    """What the agent answered."""
    return " ".join(e["responseText"]["text"] for e in events if "responseText" in e)


def test_a_spoken_question_is_answered_aloud(product: Product, ears: Any, tmp_path: Path) -> None:
    question = ears.speak(QUESTION, tmp_path / "question.wav", rate=48_000, channels=2)
    answer = tmp_path / "answer.wav"
    shown = product.deskbell("call", question, "-o", answer).stdout
    assert re.search(r"you:\s+What are your opening hours on Saturday\?", shown)
    assert "Saturday" in shown
    heard = ears.hear(answer)
    assert re.search(r"saturday.* (1|one) ?p", heard, re.IGNORECASE), heard
    listed = product.deskbell("conversations", "list", "demo-clinic").stdout
    name = re.search(r"tenants/\S+", listed)
    assert name
    transcript = product.deskbell("conversations", "show", name[0]).stdout
    assert QUESTION in transcript


def test_several_recordings_are_turns_of_one_call(product: Product, ears: Any, tmp_path: Path) -> None:
    first = ears.speak("How much does a check-up cost?", tmp_path / "1.wav")
    second = ears.speak("Where can I park?", tmp_path / "2.wav", rate=8_000)
    found = events(product.deskbell("call", first, second, "--json", "--skip-greeting").stdout)
    kinds = [next(k for k in event if k not in {"eventSeq", "turnId", "eventTime"}) for event in found]
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    heard = [event["transcript"].get("text", "") for event in found if "transcript" in event]
    assert len(heard) >= 2, heard
    assert kinds.count("metrics") == 2, (heard, said(found))
    assert [event["eventSeq"] for event in found] == [str(i) for i in range(1, len(found) + 1)]
    assert "62" in said(found)
    assert "car park" in said(found)


def test_two_callers_of_two_tenants_get_their_own_answers(
    product: Product, ears: Any, tmp_path: Path
) -> None:
    question = ears.speak(QUESTION, tmp_path / "question.wav")

    def call(tenant: str) -> str:
        out = product.deskbell(
            "call", question, "--json", "--skip-greeting", "--agent", f"{tenant}/reception"
        ).stdout
        return said(events(out))

    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(HOURS, pool.map(call, HOURS), strict=True))
    for tenant, (opens, closes) in HOURS.items():
        assert re.search(rf"\b{opens}\b.*\b{closes}\b", answers[tenant]), answers


def test_chat_of_two_turns(product: Product) -> None:
    shown = product.deskbell("chat", "-m", "Are you open on Saturday?", "-m", "And on Sunday?").stdout
    assert "9 a.m. to 1 p.m." in shown
    assert re.search(r"Sunday.*closed", shown)


def test_a_business_of_ones_own(product: Product, tmp_path: Path) -> None:
    page = tmp_path / "kiosk.md"
    page.write_text("# Kiosk\n\nThe kiosk sells newspapers and lemonade.\n\nA lemonade costs 3 pounds.\n")
    product.deskbell("tenants", "create", "--id", "my-kiosk", "--name", "My Kiosk")
    product.deskbell("agents", "create", "my-kiosk", "--id", "desk", "--name", "Desk")
    assert "ready" in product.deskbell("knowledge", "upload", "my-kiosk", page, "--id", "facts").stdout
    asked = product.deskbell("chat", "--agent", "my-kiosk/desk", "-m", "How much is a lemonade?").stdout
    assert "A lemonade costs 3 pounds." in asked
    unknown = product.deskbell("chat", "--agent", "my-kiosk/desk", "-m", "Do you repair bicycles?").stdout
    assert "don't have that information" in unknown
    assert "lemonade" in product.deskbell("knowledge", "get", "my-kiosk/facts").stdout
    product.deskbell("tenants", "delete", "my-kiosk", "--yes")
    gone = product.deskbell("agents", "get", "my-kiosk/desk", check=False)
    assert gone.returncode == 1
    assert "AGENT_NOT_FOUND" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["chat", "-m", "hi", "--key", "wrong"], 1, "CREDENTIAL_INVALID"),
        (["chat", "-m", "hi", "--agent", "demo-clinic/nobody"], 1, "AGENT_NOT_FOUND"),
        (["chat", "-m", "hi", "--agent", "nonsense"], 2, "TENANT/AGENT"),
        (["chat", "-m", "hi", "--server", "127.0.0.1:1"], 1, "make up"),
        (["call", "samples/hotel-dog.wav", "--agent", "demo-hotel/nobody"], 1, "AGENT_NOT_FOUND"),
        (["call", "missing.wav"], 2, "no file"),
        (["call", "README.md"], 2, "cannot be read as audio"),
        (["call"], 2, "--mic"),
        (["tenants", "update", "demo-clinic"], 2, "nothing to change"),
        (["tenants", "create", "--name", "x", "--time-zone", "Mars/Olympus"], 1, "tenant.time_zone"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(
    product: Product, arguments: list[str], code: int, words: str
) -> None:
    done = product.deskbell(*arguments, check=False)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_server_on_the_same_folder_is_refused_and_another_folder_is_fine(
    product: Product, tmp_path: Path
) -> None:
    second = subprocess.run(
        [BIN / "deskbell-server", "run"],
        env=product.env(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert "another server" in second.stderr
    assert "Traceback" not in second.stderr
    passable(tmp_path)
    beside = Product(tmp_path)
    beside.start("run")
    assert beside.address != product.address
    assert beside.stop(signal.SIGTERM) == 0
    assert not children_of_folder(tmp_path)


def test_no_secret_is_in_a_command_line_or_in_the_log(product: Product) -> None:
    secrets = [path.read_text() for path in (product.folder / "data" / "secrets").iterdir()]
    assert len(secrets) >= 3
    shown = product.log.read_text()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            shown += (process / "cmdline").read_text(errors="replace")
        except OSError:
            continue
    for secret in secrets:
        assert secret not in shown
    for path in (product.folder / "data" / "secrets").iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_after_a_kill_in_mid_call_everything_finished_is_there(
    product_folder: Path, ears: Any, tmp_path: Path
) -> None:
    passable(tmp_path)
    product = Product(tmp_path)
    product.start()
    try:
        first = ears.speak("How much does a check-up cost?", tmp_path / "1.wav")
        second = ears.speak("Could you please tell me where I can park my car?", tmp_path / "2.wav")
        calling = subprocess.Popen(
            [BIN / "deskbell", "call", first, second, "--json", "--skip-greeting"],
            env=product.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert calling.stdout is not None
        conversation = ""
        for line in calling.stdout:
            event = json.loads(line)
            conversation = event.get("started", {}).get("conversation", conversation)
            if "metrics" in event:
                break
        time.sleep(1.0)  # the second question is being asked
        product.kill()
        calling.wait(timeout=60)
        calling.stdout.close()
        deadline = time.monotonic() + 30
        while children_of_folder(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert not children_of_folder(tmp_path), "the databases went with their server"
        began = time.monotonic()
        product.start()
        assert time.monotonic() - began < 60
        transcript = product.deskbell("conversations", "show", conversation).stdout
        assert "62 pounds" in transcript
        assert "reception" in product.deskbell("agents", "list", "demo-clinic").stdout
        found = product.deskbell("knowledge", "search", "demo-clinic", "check-up costs").stdout
        assert "62 pounds" in found
    finally:
        assert product.stop() == 0
    assert not children_of_folder(tmp_path)


def test_as_an_ordinary_user(tmp_path: Path) -> None:
    """The databases run as whoever starts them. Root becomes `nobody` after its imports, since an interpreter of
    root's own may be out of nobody's reach."""
    passable(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    if os.geteuid() == 0:
        os.chown(home, 65534, 65534)
    program = (
        "import asyncio, os, sys; from pathlib import Path\n"
        "from deskbell_server.adapters.embedded import embedded_stack\n"
        "import asyncpg, email.parser, encodings.idna, redis.asyncio, redis.utils\n"
        "redis.utils.get_lib_version()\n"
        "if os.geteuid() == 0:\n"
        "    os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "async def main():\n"
        "    async with embedded_stack(Path(sys.argv[1]), postgres=True, redis=True, report=lambda _: None):\n"
        "        owner = Path(sys.argv[1], 'postgres/data').stat().st_uid\n"
        "        print('both run as', 'me' if owner == os.geteuid() != 0 else owner)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run(
        [BIN / "python", "-c", program, home / "data"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "both run as me\n", done.stderr
