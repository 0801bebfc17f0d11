"""Counted pages and next links: which page comes after this one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from crawler.addresses import with_parameters
from domain.sources import Step

CEILING = 1000


@dataclass(frozen=True, slots=True)
class CountedPages:
    """`listing: {pages: …}`: a parameter counts the pages of `size` rows; no more than `ceiling` of them are asked."""

    param: str
    size: int
    first: int = 1
    size_param: str | None = None
    ceiling: int = CEILING

    @classmethod
    def read(cls, options: Mapping[str, Any]) -> Self:
        """The pages as a source's YAML declares them."""
        return cls(**options)

    def begin(self, step: Step) -> Step:
        """The same step, asking for its first page."""
        size = {self.size_param: str(self.size)} if self.size_param else {}
        url = with_parameters(step.url, {self.param: str(self.first), **size})
        return replace(step, url=url, token=url)

    def after(self, step: Step, rows: int, total: int | None) -> Iterator[Step]:
        """The pages that follow: all of them after the first where the total is told, else the next one while rows
        come; those beyond the ceiling are left out (see `is_cut`)."""
        number = self._number(step)
        if total is not None and number == self.first:
            last = min(self._pages(total), self.ceiling) + self.first - 1
            yield from (self._page(step, each) for each in range(number + 1, last + 1))
        elif total is None and rows and number - self.first + 1 < self.ceiling:
            yield self._page(step, number + 1)

    def is_cut(self, step: Step, rows: int, total: int | None) -> bool:
        """There are more pages than the ceiling lets us ask for."""
        number = self._number(step)
        if total is not None:
            return number == self.first and self._pages(total) > self.ceiling
        return bool(rows) and number - self.first + 1 >= self.ceiling

    def _pages(self, total: int) -> int:
        return -(-total // self.size)

    def _number(self, step: Step) -> int:
        return int(dict(parse_qsl(urlsplit(step.url).query))[self.param])

    def _page(self, step: Step, number: int) -> Step:
        return to_page(step, with_parameters(step.url, {self.param: str(number)}))


def to_page(step: Step, url: str) -> Step:
    """A further page of the list that `step` is part of, within the same window."""
    return Step(token=url, kind="page", url=url, low=step.low, high=step.high)
