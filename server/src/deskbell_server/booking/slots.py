"""The times at which a service can begin."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from deskbell_server.booking.clock import Span, day_span, merged, moment, moments, open_spans
from deskbell_server.domain.booking import (
    BookableService,
    BookingRules,
    Held,
    NotFree,
    OpeningHours,
    Resource,
    ResourceId,
    Times,
)

_DAY = timedelta(days=1)
_Spans: TypeAlias = Mapping[ResourceId, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Slot:
    """A time at which a service can begin, and the resources that are free for all of it."""

    times: Times
    resources: tuple[ResourceId, ...]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of a service, its resources, and what they are held for; of one tenant, in its time zone.

    `held` must have all that is held within the days that are asked about, and the time that the longest service
    and its buffer take afterwards; `window` says that.
    """

    service: BookableService
    resources: Sequence[Resource]
    business_hours: OpeningHours
    zone: ZoneInfo
    held: Sequence[Held] = ()
    rules: BookingRules = field(default_factory=BookingRules)
    _busy: Mapping[ResourceId, Mapping[int, Sequence[Span]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_busy", _busy(self.held))

    def slots(self, first: date, last: date, now: datetime) -> list[Slot]:
        """The free slots that begin on the days from `first` to `last`, by time.

        The service fits into the opening hours; its buffer may run over their end.
        """
        spans = self._spans(first, last)
        starts = self._starts(first, last)
        found = (self._slot(start, spans) for start in sorted(starts) if self._early(start, now) is None)
        return [slot for slot in found if slot is not None]

    def at(self, start: datetime, now: datetime) -> Slot | None:
        """The slot that begins at a moment, also one that the granularity leaves out; None if it is not free."""
        if self._early(start, now) is not None:
            return None
        day = start.astimezone(self.zone).date()
        return self._slot(start, self._spans(day, day))

    def why_not(self, start: datetime, now: datetime) -> NotFree | None:
        """Why nothing can be booked at a moment; None if it begins a slot of the granularity that is free."""
        if not self.resources:
            return NotFree.NOBODY
        early = self._early(start, now)
        if early is not None:
            return early
        day = start.astimezone(self.zone).date()
        spans = self._spans(day, day)
        times = Times.of(self.service, start)
        if not any(_fits(times, spans[one.id]) for one in self.resources):
            return NotFree.CLOSED
        if start not in self._starts(day, day):
            return NotFree.OFF_GRID
        return NotFree.TAKEN if self._slot(start, spans) is None else None

    def is_open(self, day: date, minute: int) -> bool:
        """Whether one of the resources is there at a time on the clock, in minutes after midnight, of a day; what
        `dates.settle` asks. False for a time that the clock skips."""
        spans = [span for of_one in self._spans(day, day).values() for span in of_one]
        return any(span.since <= at < span.until for at in moments(day, minute, self.zone) for span in spans)

    def window(self, first: date, last: date) -> Span:
        """For which time `held` must be known to tell the slots of some days."""
        return Span(
            day_span(first, self.zone).since,
            day_span(last, self.zone).until + self.service.duration + self.service.buffer,
        )

    def _hours(self, resource: Resource) -> OpeningHours:
        return self.business_hours if resource.hours is None else resource.hours

    def _spans(self, first: date, last: date) -> dict[ResourceId, list[Span]]:
        """When each resource is there, as far as it matters for what begins on some days."""
        # What begins on the last day may end on a later one, if that is open from midnight.
        until = last + _DAY + self.service.duration
        of_hours = {
            key: open_spans(hours, first - _DAY, until, self.zone)
            for key, hours in self._different_hours().items()
        }
        return {resource.id: of_hours[id(self._hours(resource))] for resource in self.resources}

    def _starts(self, first: date, last: date) -> set[datetime]:
        """When the granularity lets something begin on some days."""
        # The resources' grids may differ; a start that one of them has is offered of all that are free then.
        different = self._different_hours().values()
        return {start for hours in different for start in self._grid(hours, first, last)}

    def _different_hours(self) -> dict[int, OpeningHours]:
        """The resources' hours by identity: most have the business's own, which need be looked at once."""
        return {id(hours): hours for hours in map(self._hours, self.resources)}

    def _grid(self, hours: OpeningHours, first: date, last: date) -> Iterator[datetime]:
        """What the granularity makes of the hours of some days."""
        day = first
        while day <= last:
            for interval in hours.on(day):
                start = moment(day, interval.opens, self.zone)
                closes = moment(day, interval.closes, self.zone)
                while start < closes:
                    yield start
                    start += self.rules.granularity
            day += _DAY

    def _early(self, start: datetime, now: datetime) -> NotFree | None:
        """Whether it is too early or too late to book what begins at a moment."""
        if start < now + self.rules.lead:
            return NotFree.TOO_SOON
        return NotFree.TOO_FAR if start > now + self.rules.horizon else None

    def _slot(self, start: datetime, spans: _Spans) -> Slot | None:
        times = Times.of(self.service, start)
        free = tuple(
            resource.id
            for resource in self.resources
            if _fits(times, spans[resource.id])
            and _has_free_unit(resource.capacity, times, self._busy.get(resource.id, {}))
        )
        return Slot(times, free) if free else None


def _fits(times: Times, spans: Sequence[Span]) -> bool:
    """Whether one of the spans, which are in order and apart, has all of the service."""
    place = bisect_right(spans, times.starts_at, key=lambda span: span.since) - 1
    return place >= 0 and times.ends_at <= spans[place].until


def _busy(held: Sequence[Held]) -> dict[ResourceId, dict[int, list[Span]]]:
    """For each unit when it is taken, in order and apart."""
    taken: dict[ResourceId, dict[int, list[Span]]] = {}
    for one in held:
        taken.setdefault(one.resource, {}).setdefault(one.unit, []).append(Span(one.since, one.until))
    return {
        resource: {unit: merged(spans) for unit, spans in units.items()} for resource, units in taken.items()
    }


def _has_free_unit(capacity: int, times: Times, busy: Mapping[int, Sequence[Span]]) -> bool:
    """Of the units from 1 to the capacity, of which those that are busy at some time are given."""
    known = [spans for unit, spans in busy.items() if unit <= capacity]
    return len(known) < capacity or any(_is_free(times, spans) for spans in known)


def _is_free(times: Times, spans: Sequence[Span]) -> bool:
    place = bisect_right(spans, times.starts_at, key=lambda span: span.since)
    before_is_over = place == 0 or spans[place - 1].until <= times.starts_at
    return before_is_over and (place == len(spans) or times.held_until <= spans[place].since)
