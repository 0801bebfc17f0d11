"""Prozorro: a feed of tenders that changed, in the order of a hidden moment; each tender's own page gives it as OCDS.

The place in the feed is opaque. A page without rows means that all was read: the same place is asked again next time.
Each run begins with the last page that had rows once more, because a commit may come a second late.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from crawler.addresses import with_parameters
from crawler.listing.feed import START
from crawler.protocols.ocds import OcdsSpider
from crawler.readers.limits import load_json
from crawler.reading import Fetched, FindReleases, Reading
from domain.errors import SourceChanged, Unreadable
from domain.sources import Step


class ProzorroSpider(OcdsSpider):
    """A list page names tenders with the moment of their change; one that was read as it is now is not read again."""

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:
        """A page of the feed, or one tender as OCDS."""
        if fetched.step.kind == "detail":
            return replace(super().read(fetched, find_releases), keys=None, next_url=None)
        feed = _read_feed(fetched.body)
        rows = [row for row in feed["data"] if _is_row(row)]
        faults = [
            Unreadable("no id or dateModified", f"data[{place}]")
            for place, row in enumerate(feed["data"])
            if not _is_row(row)
        ]
        backwards = self.source.listing["feed"]["backwards"] in _parameters(fetched.step)
        found = Reading(
            keys=(*(f"{row['id']} {row['dateModified']}" for row in rows), *(f"fault {n}" for n in range(len(faults)))),
            faults=tuple(faults),
            details=tuple(self._to_detail(fetched.step, row) for row in rows),
            once=True,
        )
        return (
            self._backwards(fetched.step, feed, rows, found)
            if backwards
            else self._forwards(fetched.step, feed, rows, found)
        )

    def _forwards(self, step: Step, feed: dict[str, Any], rows: list[Any], found: Reading) -> Reading:
        """On to the next place, which begins the next run as soon as a page with rows was asked from it."""
        if not rows:
            return found
        here, there = _parameters(step).get(self._param), _offset(feed, "next_page")
        if there is None or there == here:
            raise SourceChanged("it leads nowhere, though the page has rows", "next_page.offset")
        return replace(found, next_url=with_parameters(self.source.endpoint, {self._param: there}), cursor=here)

    def _backwards(self, step: Step, feed: dict[str, Any], rows: list[Any], found: Reading) -> Reading:
        """Down to the step's own limit. The first page tells where to read on (MED: prev_page); where it does not,
        the feed is read from its very beginning."""
        place = _offset(feed, "prev_page")
        if step.kind == START and place is None:
            beginning = Step(self.source.endpoint, "page", self.source.endpoint)
            return replace(found, details=(*found.details, beginning))
        low = datetime.fromisoformat(step.low or "1970-01-01T00:00:00+00:00")
        down = _offset(feed, "next_page")
        goes_on = down is not None and any(datetime.fromisoformat(row["dateModified"]) >= low for row in rows)
        url = with_parameters(step.url, {self._param: down}) if down is not None and goes_on else None
        return replace(found, next_url=url, cursor=place if step.kind == START else None)

    def _to_detail(self, step: Step, row: dict[str, Any]) -> Step:
        url = self.source.endpoints["notice_ocds"].replace("{key}", quote(row["id"], safe=""))
        token = f"detail:{row['id']}@{row['dateModified']}"
        return Step(token, "detail", url, low=step.low, high=step.high, key=row["id"])

    @property
    def _param(self) -> str:
        name: str = self.source.listing["feed"]["param"]
        return name


def _read_feed(body: bytes) -> dict[str, Any]:
    texts = load_json(body)
    feed = texts[0] if len(texts) == 1 else None
    if not isinstance(feed, dict) or not isinstance(feed.get("data"), list):
        raise SourceChanged("no page of the feed: it has no list of tenders", "data")
    return feed


def _is_row(row: Any) -> bool:
    try:
        return bool(row["id"]) and datetime.fromisoformat(row["dateModified"]).tzinfo is not None
    except (TypeError, KeyError, ValueError):
        return False


def _offset(feed: dict[str, Any], name: str) -> str | None:
    place = feed.get(name)
    offset = place.get("offset") if isinstance(place, dict) else None
    return str(offset) if offset not in (None, "") else None


def _parameters(step: Step) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(step.url).query))
