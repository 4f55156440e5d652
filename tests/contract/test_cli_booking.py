"""`deskbell catalog` and `deskbell reservations` against the live server, and the library beneath them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import deskbell
from deskbell.v1 import booking_pb2
from tests.support.booking import LONDON, soon
from tests.support.live_server import KEY, LiveServer

Cli = Callable[..., Awaitable[Any]]
COMMAND = Path(sys.executable).parent / "deskbell"


@pytest.fixture
def cli(server: LiveServer, tmp_path: Path) -> Cli:
    """Runs the command; returns what `--json` printed as messages, else the text, or what was said of a failure."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DESKBELL_")},
        "COLUMNS": "300",
        "DESKBELL_PROFILE": str(tmp_path / "profile.json"),
        "DESKBELL_SERVER": server.address,
        "DESKBELL_API_KEY": KEY,
    }

    async def run(*arguments: str, fails: int = 0) -> Any:
        process = await asyncio.create_subprocess_exec(
            COMMAND, *arguments, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = (text.decode() for text in await process.communicate())
        assert process.returncode == fails, err
        assert "Traceback" not in err, err
        if fails:
            return err
        return [json.loads(line) for line in out.splitlines()] if "--json" in arguments else out

    return run


async def set_up(cli: Cli) -> None:
    await cli("catalog", "hours", "set", "clinic", "--day", "mon-fri=9:00-12:00,13:00-17:00", "--lead", "0m")
    await cli("catalog", "resources", "create", "clinic", "--id", "adams", "--name", "Dr Adams")
    await cli(
        *("catalog", "services", "create", "clinic", "--id", "check-up", "--name", "Check-up"),
        *("--takes", "30m", "--by", "adams"),
    )


async def test_a_catalogue_is_set_up_shown_and_changed(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    assert "closed" in await cli("catalog", "hours", "show", "clinic")
    await set_up(cli)
    (hours,) = await cli(
        *("catalog", "hours", "set", "clinic", "--day", "fri=closed", "--date", "2026-12-25=closed"),
        *("--date", "2026-12-24=9:00-12:00", "--every", "30m", "--horizon", "90d", "--json"),
    )
    assert [day["weekday"] for day in hours["schedule"]["weekly"]] == [
        f"WEEKDAY_{name}" for name in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY")
    ]
    assert [day["date"] for day in hours["schedule"]["exceptions"]] == ["2026-12-24", "2026-12-25"]
    assert (hours["rules"]["granularity"], hours["rules"]["lead"]) == ("1800s", "0s")
    shown = await cli("catalog", "hours", "show", "clinic")
    assert "mon  09:00-12:00, 13:00-17:00" in shown
    assert "fri  closed" in shown
    assert "Europe/London" in shown
    (usual,) = await cli("catalog", "hours", "set", "clinic", "--date", "2026-12-24=as-usual", "--json")
    assert [day["date"] for day in usual["schedule"]["exceptions"]] == ["2026-12-25"]
    await cli(
        *("catalog", "resources", "create", "clinic", "--id", "tables", "--name", "Tables", "--kind", "room"),
        *("--capacity", "12", "--day", "sat=18:00-24:00"),
    )
    listed = await cli("catalog", "resources", "list", "clinic")
    assert "sat  18:00-24:00" in listed
    assert "as the business" in listed
    (own,) = await cli(
        "catalog", "resources", "update", "clinic/tables", "--day", "sun=18:00-23:00", "--json"
    )
    assert len(own["schedule"]["weekly"]) == 2
    (free,) = await cli("catalog", "resources", "update", "clinic/tables", "--as-business", "--json")
    assert "schedule" not in free
    (service,) = await cli(
        *("catalog", "services", "update", "clinic/check-up", "--price", "40 pounds", "--buffer", "10m"),
        *("--by", "adams", "--by", "tables", "--json"),
    )
    assert (service["buffer"], service["duration"], service["price"]) == ("600s", "1800s", "40 pounds")
    assert "adams, tables" in await cli("catalog", "services", "list", "clinic")
    await cli("catalog", "services", "delete", "clinic/check-up", "--yes")
    await cli("catalog", "resources", "delete", "clinic/tables", "--yes")
    assert "nothing yet" in await cli("catalog", "services", "list", "clinic")
    for wrong in (("--day", "someday=closed"), ("--day", "mon=nine"), ("--date", "2026-02-30=closed"), ()):
        await cli("catalog", "hours", "set", "clinic", *wrong, fails=2)


async def test_books_moves_lists_and_cancels(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    await set_up(cli)
    tuesday = soon(1)
    free = await cli("reservations", "check", "clinic/check-up", "--day", str(tuesday))
    assert f"Tue {tuesday} 09:00" in free
    assert "free (Europe/London)" in free
    booked = await cli(
        *("reservations", "create", "clinic/check-up", "--at", f"{tuesday}T10:00"),
        *("--name", "Ann Lee", "--phone", "+44 117 496 0142"),
    )
    assert f"check-up with adams, Tue {tuesday} 10:00 (Europe/London)" in booked
    (taken,) = await cli("reservations", "check", "clinic/check-up", "--at", f"{tuesday}T10:00", "--json")
    assert taken["notFree"] == "NOT_FREE_REASON_TAKEN"
    assert len(taken["alternatives"]) == 3
    instead = await cli("reservations", "check", "clinic/check-up", "--at", f"{tuesday}T10:00")
    assert "not free (taken); instead:" in instead
    assert f"Tue {tuesday} 10:30" in instead
    refused = await cli(
        "reservations", "create", "clinic/check-up", "--at", f"{tuesday}T10:00", "--name", "Bob", fails=1
    )
    assert "SLOT_TAKEN" in refused
    (listed,) = await cli("reservations", "list", "clinic", "--json")
    assert listed["caller"] == {"name": "Ann Lee", "phone": "+441174960142"}
    name = listed["name"]
    offset = datetime(tuesday.year, tuesday.month, tuesday.day, 14, tzinfo=LONDON).isoformat()
    assert f"moved {name}" in await cli("reservations", "move", name, "--at", offset)
    assert f"Tue {tuesday} 14:00" in await cli("reservations", "list", "clinic")
    assert "nothing is booked" in await cli(
        "reservations", "list", "clinic", "--from", str(tuesday), "--before", str(tuesday), "--with", "adams"
    )
    assert "cancelled" in await cli("reservations", "cancel", name, "--yes")
    assert "nothing is booked" in await cli("reservations", "list", "clinic")
    assert "cancelled" in await cli("reservations", "list", "clinic", "--cancelled")


async def test_times_that_are_none_or_two_are_refused_here(server: LiveServer, cli: Cli) -> None:
    await server.make_tenant()
    await set_up(cli)
    for at, told in (
        ("soon", "2026-05-02T10:00 (Europe/London)"),
        ("2026-05-02", "has no time of the day"),
        ("2026-03-29T01:30", "skips"),
        ("2026-10-25T01:30", "2026-10-25T01:30+01:00 or 2026-10-25T01:30+00:00"),
    ):
        assert told in await cli("reservations", "check", "clinic/check-up", "--at", at, fails=2)
    for wrong in ((), ("--day", "2026-05-02", "--at", "2026-05-02T10:00"), ("--to", "2026-05-02")):
        await cli("reservations", "check", "clinic/check-up", *wrong, fails=2)


async def test_the_library_repeats_without_booking_twice(
    server: LiveServer, cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DESKBELL_PROFILE", str(tmp_path / "profile.json"))
    await server.make_tenant()
    await set_up(cli)
    async with deskbell.Client(server.address, KEY) as client:
        zone = (await client.catalog.hours("clinic")).time_zone
        assert zone == "Europe/London"
        service = "tenants/clinic/services/check-up"
        found = await client.reservations.available(service, soon(1), soon(1) + timedelta(days=1))
        assert len(found.slots) == 2 * (11 + 15)
        wanted = booking_pb2.Reservation(
            service=service,
            start_time=found.slots[0].start_time,
            caller=booking_pb2.ReservationCaller(name="Ann"),
        )
        request_id = "11111111-1111-4111-8111-111111111111"
        first, second = [
            await client.reservations.create("clinic", wanted, request_id=request_id) for _ in range(2)
        ]
        assert first == second
        with pytest.raises(ValueError, match="time zone"):
            await client.reservations.check(service, datetime(2026, 5, 2, 10))  # noqa: DTZ001 - that is the point
        with pytest.raises(deskbell.DeskbellError) as taken:
            await client.reservations.create("clinic", wanted)
        assert (taken.value.reason, taken.value.metadata["why"]) == ("SLOT_TAKEN", "TAKEN")
