"""The country of a time zone, for what is written the way that its people write it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


def region_of_time_zone(time_zone: str) -> str | None:
    """The ISO code of the country of an IANA time zone; None where that is none, as UTC's, or not one alone."""
    return _regions().get(time_zone)


@cache
def _regions() -> dict[str, str]:
    regions = {zone: country for country, _, zone, *_ in _rows("zone.tab")}
    alone = {zone: countries for countries, _, zone, *_ in _rows("zone1970.tab") if "," not in countries}
    # Former names, such as Asia/Calcutta. A zone that several countries share does not say whose name it was.
    for line in _lines("tzdata.zi"):
        if line.startswith("L "):
            _, zone, name = line.split()
            if zone in alone:
                regions.setdefault(name, alone[zone])
    return regions


def _rows(name: str) -> list[list[str]]:
    return [line.split("\t") for line in _lines(name) if line and not line.startswith("#")]


def _lines(name: str) -> list[str]:
    return (files("tzdata.zoneinfo") / name).read_text(encoding="utf-8").splitlines()
