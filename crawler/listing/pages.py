"""Counted pages and next links: which page comes after this one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from crawler.addresses import with_parameters
from crawler.listing.asking import FILE
from crawler.listing.templates import PAGES, Template, Values, ask_for, fill_step, read_state, to_step, with_state
from domain.sources import Step

CEILING = 1000
OF_WALK = ("stop_when_known", "overlap")


@dataclass(frozen=True, slots=True)
class CountedPages:
    """`listing: {pages: …}`: pages of `size` rows are counted; no more than `ceiling` of them are asked.

    The number stands in the parameter `param`, or in the list's placeholders `{page}` and `{offset}` (`in_place`).
    `unit` row: what is counted are rows (0, 50, 100 …). Within this module pages are numbered from 0.
    """

    size: int
    param: str | None = None
    first: int = 1
    size_param: str | None = None
    ceiling: int = CEILING
    unit: str = "page"
    in_place: bool = False

    @classmethod
    def read(cls, options: Mapping[str, Any], template: Template) -> Self:
        """The pages as a source's YAML declares them, of a list that is asked so."""
        first = 0 if options.get("unit") == "row" else 1
        own = {name: value for name, value in options.items() if name not in OF_WALK}
        return cls(**{"first": first, **own}, in_place=not template.names.isdisjoint(PAGES))

    def begin(self, step: Step) -> Step:
        """The same list, asking for its first page."""
        return self._page(step, 0)

    def after(self, step: Step, first: Step, rows: int, told: int | None) -> Iterator[Step]:
        """The pages that follow: all of them after the first where their number is told, else the next one while rows
        come; those beyond the ceiling are left out (see `is_cut`). `first` is the list before a page is put into it."""
        number = self._number(step)
        if told is not None and number == 0:
            yield from (self._next(step, first, each) for each in range(1, min(told, self.ceiling)))
        elif told is None and rows and number + 1 < self.ceiling:
            yield self._next(step, first, number + 1)

    def is_cut(self, step: Step, rows: int, told: int | None) -> bool:
        """There are more pages than the ceiling lets us ask for."""
        number = self._number(step)
        if told is not None:
            return number == 0 and told > self.ceiling
        return bool(rows) and number + 1 >= self.ceiling

    def count(self, total: int | None) -> int | None:
        """How many pages so many rows have."""
        return None if total is None else -(-total // self.size)

    def _number(self, step: Step) -> int:
        if self.in_place:
            return int(read_state(step.url)["page"])
        counted = int(dict(parse_qsl(urlsplit(step.url).query))[str(self.param)]) - self.first
        return counted // self.size if self.unit == "row" else counted

    def _next(self, step: Step, first: Step, number: int) -> Step:
        page = self._page(first if self.in_place else step, number)
        return to_page(step, page.url, page.body)

    def _page(self, step: Step, number: int) -> Step:
        offset = number * self.size
        counted = self.first + (offset if self.unit == "row" else number)
        size = {self.size_param: str(self.size)} if self.size_param else {}
        if self.in_place:
            step = ask_for(step, with_parameters(step.url, size), step.body) if size else step
            found = fill_step(step, Values(numbers={"page": counted, "offset": offset}))
            return ask_for(found, with_state(found.url, {"page": str(number)}), found.body)
        parameters = {str(self.param): str(counted), **(size if number == 0 else {})}
        return ask_for(step, with_parameters(step.url, parameters), step.body)


def to_page(step: Step, url: str, body: str | None = None) -> Step:
    """A further page of the list that `step` is part of, within the same window; a POST's has a body as well."""
    kind = FILE if step.kind == FILE else "page"
    return to_step(kind, url, body, low=step.low, high=step.high)
