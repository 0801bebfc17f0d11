"""Windows of time: a grid with fixed instants, bounds as the portal reads them, halves of a full one."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from crawler.listing.asking import to_template
from crawler.listing.templates import (
    MOMENTS,
    SINCE,
    Bounds,
    Template,
    Values,
    ask_for,
    fill_data,
    find_places,
    read_state,
    with_state,
)
from crawler.spans import to_span
from domain.sources import Source, Step

ISO = "%Y-%m-%dT%H:%M:%S"
DAYS_AHEAD = {"day": 1, "month": 32, "year": 370}  # from the beginning of one into the next
SPANS = ("size", "overlap", "first", "smallest", "behind", "ahead")


@dataclass(frozen=True, slots=True)
class Windows:
    """`listing: {window: …}` of a source; instants in UTC, printed in the source's zone as `format` says.

    The bounds go into placeholders of the endpoint or of a POST's body, or into parameters. `begins` is the month with
    which a year begins. `whole`: one window up to now, for a list that is read on from a time. `ahead`: windows reach
    beyond now, where they are of deadlines.
    """

    template: Template
    zone: ZoneInfo
    from_name: str | None
    to_name: str | None
    format: str = ISO
    by: str | None = None
    begins: int = 1
    size: timedelta = timedelta(hours=6)
    overlap: timedelta = timedelta(hours=1)
    first: timedelta = timedelta(days=7)
    smallest: timedelta = timedelta(minutes=1)
    behind: timedelta = timedelta(0)
    ahead: timedelta = timedelta(0)
    whole: bool = False
    full: int | None = None
    over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, source: Source) -> Self:
        """The windows as the source's YAML declares them."""
        options: Mapping[str, Any] = source.listing["window"]
        spans: dict[str, Any] = {name: to_span(options[name]) for name in SPANS if name in options}
        named = {name: options[name] for name in ("format", "by", "begins", "whole") if name in options}
        over = {name: tuple(str(value) for value in values) for name, values in options.get("over", {}).items()}
        return cls(
            template=to_template(source),
            zone=ZoneInfo(source.zone),
            from_name=options.get("from"),
            to_name=options.get("to"),
            full=options.get("halve_when_full"),
            over=over,
            **spans,
            **named,
        )

    def between(self, low: datetime, high: datetime) -> Iterator[Step]:
        """The steps that cover low to high, oldest first; the first begins at the grid's last instant before `low`."""
        begin = low if self.whole else self._floor(low)
        while begin < high:
            end = high if self.whole else min(self._after(begin), high)
            for values in itertools.product(*self.over.values()):
                yield self._step(begin, end, dict(zip(self.over, values, strict=True)))
            begin = end

    def around(self, step: Step) -> Iterator[Step]:
        """The windows that a page of one of them lies in."""
        return self.between(*_bounds(step))

    def is_full(self, step: Step, rows: int) -> bool:
        """The window has as many rows as the portal gives at most, so that there may be more."""
        return step.kind == "window" and self.full is not None and rows >= self.full

    def halves(self, step: Step) -> tuple[Step, Step] | None:
        """The two halves of a full window, or None where they would be smaller than the smallest."""
        low, high = _bounds(step)
        seconds = (high - low) // timedelta(seconds=2)
        middle = low + timedelta(seconds=seconds)
        if self.by or middle - low < self.smallest:
            return None
        extra = self._extra(step)
        return self._step(low, middle, extra), self._step(middle, high, extra)

    def again(self, step: Step) -> Step:
        """The window that a page of it lies in, as it is before a page is put into it."""
        return self._step(*_bounds(step), self._extra(step))

    def _extra(self, step: Step) -> dict[str, str]:
        asked = {**dict(parse_qsl(urlsplit(step.url).query)), **read_state(step.url)}
        return {name: asked[name] for name in self.over}

    def _step(self, low: datetime, high: datetime, extra: Mapping[str, str]) -> Step:
        bounds = Bounds(low, high, self.zone, self.by is not None)
        parameters = {self.from_name: bounds.print("low", self.format)} if self.from_name else {}
        if self.to_name:
            parameters[self.to_name] = bounds.print("high", self.format)
        in_place = {name: value for name, value in extra.items() if name in self.template.names}
        parameters |= {name: value for name, value in extra.items() if name not in in_place}
        values = Values(bounds, words=fill_data(in_place, Values(bounds)))
        step = self.template.to_step("window", values, parameters, low=low.isoformat(), high=high.isoformat())
        if not (parameters or self._is_told):  # else what an earlier run left would be taken for the same step
            in_place = {**in_place, SINCE: low.isoformat()}
        return ask_for(step, with_state(step.url, in_place), step.body)

    @property
    def _is_told(self) -> bool:
        """The bounds stand in the list's address or body."""
        over = {name for values in self.over.values() for name, _ in find_places(list(values))}
        return not (self.template.names | over).isdisjoint(MOMENTS)

    def _floor(self, moment: datetime) -> datetime:
        if self.by:
            local = moment.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
            local = local if self.by == "day" else local.replace(day=1)
            if self.by == "year":
                local = local.replace(year=local.year - (local.month < self.begins), month=self.begins)
            return local.astimezone(UTC)
        epoch = datetime.fromtimestamp(0, UTC)
        return epoch + (moment - epoch) // self.size * self.size

    def _after(self, begin: datetime) -> datetime:
        if self.by is None:
            return begin + self.size
        local = begin.astimezone(self.zone)
        ahead = timedelta(days=DAYS_AHEAD[self.by], hours=3)  # past the next midnight, on any clock
        return self._floor(local.replace(tzinfo=None).__add__(ahead).replace(tzinfo=self.zone))


def _bounds(step: Step) -> tuple[datetime, datetime]:
    assert step.low is not None
    assert step.high is not None
    return datetime.fromisoformat(step.low), datetime.fromisoformat(step.high)
