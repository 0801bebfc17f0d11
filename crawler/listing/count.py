"""Notices that are numbered and not listed: asked number after number, until so many in a row are missing."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from crawler.reading import Fetched, Reading
from domain.sources import Source, Step, StepState

NUMBER = "number"
"""The kind of a step that asks for one number; its key is the number."""
PLACE = "{number}"
MISSING = {404, 410}


@dataclass(slots=True)
class CountUp:
    """`listing: {count_up: …}`: numbers from `first` on; `misses` in a row are the end, where the next run goes on.

    `overlap` numbers below the highest one found are asked again by each run: one may be published late. `missing` are
    texts of a page that says with 200 that there is no such notice. `ceiling` bounds how many a run adds.
    """

    url: str
    first: int
    misses: int = 20
    overlap: int = 50
    ceiling: int = 1000
    missing: tuple[str, ...] = ()
    highest: int = 0
    planned: int = 0
    added: int = 0

    @classmethod
    def read(cls, source: Source) -> Self:
        """The numbers as the source's YAML declares them."""
        options: Mapping[str, Any] = source.listing["count_up"]
        return cls(source.endpoint, **{**options, "missing": tuple(options.get("missing", ()))})

    def plan(self, cursor: str | None, left: Sequence[Step], *, anew: bool) -> list[Step]:
        """From the highest number found, less the overlap (`anew`: from the first); where an earlier run was
        interrupted, only what it had not come to yet."""
        self.highest = int(cursor) if cursor else self.first - 1
        waiting = [int(step.key or 0) for step in left if step.kind == NUMBER and step.state is StepState.WAITING]
        begin = self.first if anew or cursor is None else max(self.first, self.highest + 1 - self.overlap)
        self.planned = max(waiting) if waiting and not anew else begin - 1
        return list(self._up_to(self.highest + self.misses))

    def after(self, step: Step, *, found: bool) -> list[Step]:
        """The numbers to ask after this one was read; none beyond the ceiling (see `is_cut`)."""
        if found:
            self.highest = max(self.highest, int(step.key or 0))
        return list(self._up_to(self.highest + self.misses))

    @property
    def is_cut(self) -> bool:
        """The run may not ask all the numbers that it should; the next one goes on from the highest found."""
        return self.added >= self.ceiling and self.planned < self.highest + self.misses

    def read_number(self, fetched: Fetched, read: Callable[[Fetched], Reading], seen: Container[str]) -> Reading:
        """The notice of a number, or nothing where there is none; with the place where the next run goes on.

        A portal may show some other notice for a number that it does not have: `seen` are the keys of this run.
        """
        text = fetched.body.decode("utf-8", "ignore") if self.missing else ""
        if fetched.status in MISSING or any(each in text for each in self.missing):
            return Reading()
        found = replace(read(fetched), keys=None, next_url=None, details=())
        if all(raw.key in seen for raw in found.notices):
            return Reading()
        return replace(found, cursor=str(max(self.highest, int(fetched.step.key or 0))))

    def _up_to(self, last: int) -> Iterator[Step]:
        while self.planned < last and self.added < self.ceiling:
            self.planned += 1
            self.added += 1
            url = self.url.replace(PLACE, str(self.planned))
            yield Step(url, NUMBER, url, key=str(self.planned))
