"""Lists that only name further documents: each of their entries is a step of its own, a file or a notice's document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from crawler.listing.asking import FILE, to_body
from crawler.listing.periods import Dating
from crawler.listing.templates import (
    PLACE,
    Values,
    fill_address,
    fill_data,
    is_template,
    read_state,
    to_bounds,
    to_step,
    write_body,
)
from crawler.paths import find
from crawler.readers.entries import read_entries
from crawler.reading import Fetched, Reading
from crawler.spans import to_span
from domain.errors import Unreadable
from domain.sources import Source, Step

FIRST = {"day": "7d", "month": "31d", "year": "366d"}
OVERLAP = {"day": "2d", "month": "5d", "year": "10d"}
NAMED = ("href", "url", "link")
"""Where an entry's address stands if `url` does not say."""
LIKELY = ("title", *NAMED, "name", "id", "text", "description")


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that a list names: its step, which version of it the list tells, and whether it is about a period."""

    step: Step
    version: str
    dated: bool


@dataclass(frozen=True, slots=True)
class Links:
    """`listing: {links: …}` of a source.

    A dated entry is read where its period touches that of the run, any other once for each version of it; the `again`
    newest are read by each run. `first` and `overlap` are how far back runs go where dates make a low-water mark.
    """

    options: Mapping[str, Any]
    zone: ZoneInfo
    by_days: bool
    encoding: str | None
    kind: str
    body: Any
    regex: re.Pattern[str] | None
    dating: Dating | None
    first: timedelta
    overlap: timedelta

    @classmethod
    def read(cls, source: Source) -> Self:
        """The links as the source's YAML declares them."""
        options: Mapping[str, Any] = source.listing["links"]
        zone = ZoneInfo(source.zone)
        by = options.get("date", {}).get("by", "month")
        return cls(
            options,
            zone,
            "by" in source.listing.get("window", {}),
            source.encoding,
            "detail" if options.get("is") == "detail" else FILE,
            to_body(options.get("request", {})),
            re.compile(options["regex"], re.DOTALL) if "regex" in options else None,
            Dating.read(options["date"], zone) if "date" in options else None,
            to_span(options.get("first", FIRST[by])),
            to_span(options.get("overlap", OVERLAP[by])),
        )

    def read_list(self, fetched: Fetched) -> Reading:
        """The steps that a list document leads to; raises SourceChanged where it has no rows."""
        found = read_entries(fetched.body, self.options, self.encoding)
        entries: list[Entry] = []
        faults: list[Unreadable] = []
        for row in found.rows:
            try:
                entries += self._entries(row, fetched)
            except Unreadable as fault:
                faults.append(fault)
        wanted = [entry for entry in entries if not entry.dated or self._is_wanted(entry.step, fetched.step)]
        newest = {entry.step.token for entry in self._newest(wanted)}
        anew = {entry.step.token for entry in wanted if entry.dated and not entry.version}
        return Reading(
            keys=(*(entry.step.token for entry in entries), *(f"fault {number}" for number in range(len(faults)))),
            faults=tuple(faults),
            total=found.total,
            pages=found.pages,
            next_url=found.next_url,
            details=tuple(entry.step for entry in wanted),
            once=True,
            anew=frozenset(anew | newest),
        )

    def _entries(self, row: Any, fetched: Fetched) -> Iterator[Entry]:
        """Those of one row: none where the regex does not find anything in it, several where `url` gives a list."""
        for address in self._addresses(row):
            cut = self._cut(row, address)
            if cut is None:
                continue
            yield self._to_entry(row, cut, address, fetched)

    def _to_entry(self, row: Any, cut: str, address: str | None, fetched: Fetched) -> Entry:
        words = {**read_state(fetched.step.url), "row": cut}
        values = Values(to_bounds(fetched.step, self.zone, self.by_days), words, row=row)
        url = fill_address(self.options["url"], values) if address is None else address
        if left := next((found for found in PLACE.finditer(url) if found[1] == "row"), None):
            raise Unreadable(f"the entry has no {left[0]}: {str(row)[:200]}", "links.url")
        url = urljoin(fetched.url, url)
        if urlsplit(url).scheme not in ("http", "https"):
            raise Unreadable(f"an address that is not asked: {url[:200]}", "links.url")
        body = None if self.body is None else write_body(fill_data(self.body, values))
        step = to_step(self.kind, url, body, low=fetched.step.low, high=fetched.step.high)
        version = self._version(row)
        period = self.dating.find(row, url) if self.dating else None
        if period:
            step = replace(step, low=period[0].isoformat(), high=period[1].isoformat())
        token = f"{step.token}@{version}" if version else step.token
        return Entry(replace(step, token=token), version, period is not None)

    def _addresses(self, row: Any) -> list[str | None]:
        """None where the address is a template. Raises Unreadable where a row has none."""
        url = self.options.get("url")
        if url is not None and is_template(url):
            return [None]
        found = find(url, row) if url is not None else row if not isinstance(row, dict) else _first(row, NAMED)
        addresses: list[str | None] = [
            each.strip() for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)
        ]
        if not any(addresses) and self.regex is None:
            raise Unreadable(f"an entry without an address: {str(row)[:200]}", url or "links")
        return [each for each in addresses if each]

    def _cut(self, row: Any, address: str | None) -> str | None:
        """What `{row}` stands for: what the regex finds in the address or in a text of the row; None where nothing."""
        if self.regex is None:
            return "" if isinstance(row, dict) else str(row)
        for text in [address, *_texts(row)] if address else _texts(row):
            if found := self.regex.search(text):
                cut = found[1] if found.re.groups else found[0]
                for old, new in self.options.get("replace", {}).items():
                    cut = cut.replace(old, new)
                return cut
        return None

    def _version(self, row: Any) -> str:
        path = self.options.get("version")
        found = find(path.removeprefix("row."), row) if path else None
        return "" if found is None else str(found)

    def _newest(self, entries: list[Entry]) -> list[Entry]:
        """By their period, else by their version, else by the numbers in their addresses."""
        again = self.options.get("again", 0)
        order = sorted(entries, key=lambda each: (each.step.low or "", each.version, _natural(each.step.url)))
        return order[-again:] if again else []

    @staticmethod
    def _is_wanted(entry: Step, list_: Step) -> bool:
        """The entry's period touches that of the list's run; both are ISO 8601 in UTC."""
        if list_.low is None or entry.low is None or entry.high is None:
            return True
        low, high = (datetime.fromisoformat(each) for each in (entry.low, entry.high))
        ends = list_.high is None or low < datetime.fromisoformat(list_.high)
        return ends and high > datetime.fromisoformat(list_.low)


def _texts(row: Any) -> list[str]:
    if not isinstance(row, dict):
        return [str(row)]
    names = [*(name for name in LIKELY if name in row), *(name for name in row if name not in LIKELY)]
    return [str(row[name]) for name in names if isinstance(row[name], (str, int))]


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if row.get(name)), None)


def _natural(url: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", url)]
