"""A feed of changes, read on from an opaque place: the newest first once, then whatever comes after the last place."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from crawler.addresses import with_parameters
from crawler.spans import to_span
from domain.sources import Source, Step

START = "start"
"""The kind of the step that begins a feed from its newest end; its page tells the place to read on from."""


@dataclass(frozen=True, slots=True)
class Feed:
    """`listing: {feed: …}`: `param` holds the place, `backwards` turns the order; the first run goes `first` back."""

    url: str
    param: str
    backwards: str
    first: timedelta

    @classmethod
    def read(cls, source: Source) -> Self:
        """The feed as the source's YAML declares it."""
        options: Mapping[str, Any] = source.listing["feed"]
        return cls(source.endpoint, options["param"], options["backwards"], to_span(options.get("first", "3d")))

    def plan(self, cursor: str | None, left: Sequence[Step], since: datetime | None, end: datetime) -> Iterator[Step]:
        """Reading on from the cursor, unless a page of an earlier run does so; back from the newest to `since`."""
        if since is not None or cursor is None:
            step = self._backwards((since or end - self.first).isoformat())
            yield replace(step, kind=START if cursor is None else "page")
        if cursor is not None and not any(self._reads_on(step) for step in left):
            url = with_parameters(self.url, {self.param: cursor})
            yield Step(url, "page", url)

    def _reads_on(self, step: Step) -> bool:
        return step.kind == "page" and self.backwards not in dict(parse_qsl(urlsplit(step.url).query))

    def _backwards(self, low: str) -> Step:
        url = with_parameters(self.url, {self.backwards: "1"})
        return Step(url, "page", url, low=low)
