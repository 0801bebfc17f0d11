"""A chain of files, the newest first: read back by the portal's next links to files that an earlier run has read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from crawler.spans import to_span
from domain.sources import Source, Step


@dataclass(slots=True)
class NewestFirst:
    """`listing: {newest_first: …}` beside `next`. A file tells when it was made, and all that its next link leads to is
    older; so a run ends at the first file made before the mark, less the overlap. What is published while the chain is
    read stands in a newer file, which the next run begins with: the mark is the moment *before* the first was asked.

    `known`: down to here an earlier run has read the chain, so that a chain which ends above it is broken.
    """

    url: str
    overlap: timedelta = timedelta(days=1)
    first: timedelta = timedelta(days=7)
    known: datetime | None = None

    @classmethod
    def read(cls, source: Source) -> Self:
        """The chain as the source's YAML declares it."""
        options: Mapping[str, Any] = source.listing["newest_first"]
        return cls(source.endpoint, **{name: to_span(text) for name, text in options.items()})

    def begin(self, left: Sequence[Step], low: datetime, high: datetime) -> Step:
        """The newest file, to be followed down to `low`; lower where an earlier run could not even read it."""
        lows = [datetime.fromisoformat(step.low) for step in left if step.token == self.url and step.low]
        return Step(
            self.url,
            "page",
            self.url,
            low=min(low, *lows).isoformat() if lows else low.isoformat(),
            high=high.isoformat(),
        )

    def is_enough(self, step: Step, made_at: datetime | None) -> bool:
        """Nothing older than this file is wanted. One that does not tell its moment never ends a chain."""
        return made_at is not None and step.low is not None and made_at < datetime.fromisoformat(step.low)

    def is_broken(self, made_at: datetime | None) -> bool:
        """The chain ends at a file that an earlier run has seen older ones of."""
        return self.known is not None and made_at is not None and made_at > self.known
