"""Windows of time: a grid with fixed instants, bounds as the portal reads them, halves of a full one."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from crawler.addresses import with_parameters
from crawler.spans import to_span
from domain.sources import Source, Step

ISO = "%Y-%m-%dT%H:%M:%S"
HOUR = timedelta(hours=1)
SPANS = ("size", "overlap", "first", "smallest", "behind")


@dataclass(frozen=True, slots=True)
class Windows:
    """`listing: {window: …}` of a source; instants in UTC, printed in the source's zone as `format` says."""

    url: str
    zone: ZoneInfo
    from_name: str
    to_name: str | None
    format: str = ISO
    by: str | None = None
    size: timedelta = timedelta(hours=6)
    overlap: timedelta = timedelta(hours=1)
    first: timedelta = timedelta(days=7)
    smallest: timedelta = timedelta(minutes=1)
    behind: timedelta = timedelta(0)
    full: int | None = None
    over: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, source: Source) -> Self:
        """The windows as the source's YAML declares them."""
        options: Mapping[str, Any] = source.listing["window"]
        spans: dict[str, Any] = {name: to_span(options[name]) for name in SPANS if name in options}
        named = {name: options[name] for name in ("format", "by") if name in options}
        over = {name: tuple(str(value) for value in values) for name, values in options.get("over", {}).items()}
        return cls(
            url=source.endpoint,
            zone=ZoneInfo(source.zone),
            from_name=options["from"],
            to_name=options.get("to"),
            full=options.get("halve_when_full"),
            over=over,
            **spans,
            **named,
        )

    def between(self, low: datetime, high: datetime) -> Iterator[Step]:
        """The steps that cover low to high, oldest first; the first begins at the grid's last instant before `low`."""
        begin = self._floor(low)
        while begin < high:
            end = min(self._after(begin), high)
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
        asked = dict(parse_qsl(urlsplit(step.url).query))
        extra = {name: asked[name] for name in self.over}
        return self._step(low, middle, extra), self._step(middle, high, extra)

    def _step(self, low: datetime, high: datetime, extra: Mapping[str, str]) -> Step:
        bounds = {self.from_name: self._print_low(low)}
        if self.to_name:
            bounds[self.to_name] = self._print_high(high)
        url = with_parameters(self.url, {**bounds, **extra})
        return Step(token=url, kind="window", url=url, low=low.isoformat(), high=high.isoformat())

    def _print_low(self, low: datetime) -> str:
        return (low - HOUR if self._is_ambiguous(low) else low).astimezone(self.zone).strftime(self.format)

    def _print_high(self, high: datetime) -> str:
        if self.by:  # a portal that takes days counts the last one in
            high -= timedelta(seconds=1)
        return (high + HOUR if self._is_ambiguous(high) else high).astimezone(self.zone).strftime(self.format)

    def _is_ambiguous(self, moment: datetime) -> bool:
        """The clock shows this time twice (the end of summer time): the window is widened by an hour, as it must
        neither lose the hour that the portal means nor end before it begins."""
        if "%z" in self.format:
            return False
        local = moment.astimezone(self.zone)
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()

    def _floor(self, moment: datetime) -> datetime:
        if self.by:
            local = moment.astimezone(self.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
            return (local.replace(day=1) if self.by == "month" else local).astimezone(UTC)
        epoch = datetime.fromtimestamp(0, UTC)
        return epoch + (moment - epoch) // self.size * self.size

    def _after(self, begin: datetime) -> datetime:
        if self.by is None:
            return begin + self.size
        local = begin.astimezone(self.zone)
        ahead = timedelta(days=32 if self.by == "month" else 1, hours=3)  # past the next midnight, on any clock
        return self._floor(local.replace(tzinfo=None).__add__(ahead).replace(tzinfo=self.zone))


def _bounds(step: Step) -> tuple[datetime, datetime]:
    assert step.low is not None
    assert step.high is not None
    return datetime.fromisoformat(step.low), datetime.fromisoformat(step.high)
