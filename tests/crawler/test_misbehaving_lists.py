"""Lists that lie about themselves, for each way of walking them: the run says what may be missing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from domain.sources import IssueKind, RunState
from tests.crawler.portals import HTML, HTML_SOURCE, T0, Answer, Place, a_detail, a_list, a_package, a_release, query

SIZE, MOST = 4, 12
WINDOW = {"from": "from", "to": "to", "first": "6h"}
COUNTED = {"param": "page", "size": SIZE}
WITH_TOTAL = {"css": "p.total", "regex": r"([\d.,\s]+) found"}
SITE = {**HTML_SOURCE, "html": {**HTML, "list": {**HTML["list"], "total": WITH_TOTAL}}}
LISTS: dict[str, dict[str, Any]] = {
    "next link": {"listing": {"next": {}}},
    "counted pages": {"listing": {"pages": COUNTED}},
    "window of next links": {"listing": {"window": WINDOW, "next": {}}},
    "window of counted pages": {"listing": {"window": WINDOW, "pages": COUNTED}},
    "detail stage": {**SITE, "listing": {"pages": COUNTED}},
    "list document": {**SITE, "listing": {"file": {}}},
}
PAGED = [name for name in LISTS if name != "list document"]
NUMBERED = {
    **HTML_SOURCE,
    "endpoint": "https://portal.invalid/notice/{number}",
    "html": {"detail": HTML["detail"]},
}


@dataclass
class Lister:
    """A portal of this kind; what stands on a page (counted from 1), the total and the next page may be changed."""

    name: str
    numbers: list[int] = field(default_factory=lambda: list(range(MOST, 0, -1)))
    rows: Callable[[int, list[int]], list[int]] | None = None
    total: Callable[[list[int]], object] | None = len
    next: Callable[[int, list[int]], int | None] | None = None
    asked: list[int] = field(default_factory=list)

    def __call__(self, path: str) -> Answer:
        if path.startswith("/notice/"):
            return Answer(a_detail(int(path.rpartition("/")[2])))
        page = int(query(path).get("page", "1"))
        self.asked.append(page)
        shown = self.rows(page, self.numbers) if self.rows else self.on(page)
        told = self.total(self.numbers) if self.total else None
        if path.startswith("/list"):
            return Answer(a_list(shown, 1).replace(b"1 found", f"{told} found".encode() if told else b""))
        following = (
            self.next(page, self.numbers) if self.next else page + 1 if page * SIZE < len(self.numbers) else None
        )
        base, _, asked = path.partition("?")
        rest = "&".join(each for each in asked.split("&") if each and not each.startswith("page="))
        link = f"https://portal.invalid{base}?{rest}&page={following}" if following else None
        more = {"total": told} if told is not None else {}
        return Answer(a_package([a_release(n) for n in shown], link if "next" in self.listing else None, **more))

    @property
    def listing(self) -> dict[str, Any]:
        listing: dict[str, Any] = LISTS[self.name]["listing"]
        return listing

    def on(self, page: int) -> list[int]:
        """All of a list document, else the rows of a page."""
        return self.numbers if "file" in self.listing else self.numbers[(page - 1) * SIZE : page * SIZE]


def crawl(place: Place, portal: Callable[[str], Answer], hours: int = 0) -> tuple[RunState, str]:
    verdict = place.session(now=T0 + timedelta(hours=hours), until=T0).run(portal, steps=4000)
    return verdict.state, verdict.reason or ""


@pytest.mark.parametrize("name", LISTS)
def test_rows_that_are_skipped_are_told_and_read_once_they_are_there(place: Place, name: str) -> None:
    place.write(**LISTS[name])
    portal = Lister(name)
    portal.rows = lambda page, numbers: [each for each in portal.on(page) if each != 7]
    assert crawl(place, portal) == (RunState.PARTIAL, "the portal counts 12 notices, its pages held 11")
    assert place.issues()[0].issue.kind is IssueKind.TOTAL_DIFFERS
    portal.rows = None
    assert crawl(place, portal, hours=1) == (RunState.OK, "")
    assert len(place.notices()) == MOST
    assert place.issues() == []


@pytest.mark.parametrize("total", ["1,234", "1 234", "1.234", "1\u00a0234", "1234"])
@pytest.mark.parametrize("name", LISTS)
def test_a_total_that_is_a_text_counts(place: Place, name: str, total: str) -> None:
    place.write(**LISTS[name])
    portal = Lister(name, total=lambda numbers: total)
    state, reason = crawl(place, portal)
    assert state in (RunState.PARTIAL, RunState.SUSPICIOUS)  # its pages without rows are no pages of a list
    assert "the portal counts 1234 notices, its pages held 12" in reason


@pytest.mark.parametrize("name", PAGED)
def test_rows_that_shift_up_while_they_are_read_are_told(place: Place, name: str) -> None:
    """A row that goes from the first page lets another slip through between two pages."""
    place.write(**LISTS[name])
    portal = Lister(name)

    def shifting(path: str) -> Answer:
        if 1 in portal.asked and 10 in portal.numbers:
            portal.numbers.remove(10)
        return portal(path)

    state, reason = crawl(place, shifting)
    assert state is RunState.PARTIAL
    assert "1 of its rows may have slipped" in reason
    assert crawl(place, shifting) == (RunState.OK, "")
    assert len(place.notices()) == MOST


@pytest.mark.parametrize("name", PAGED)
def test_rows_that_shift_down_are_seen_twice_or_told(place: Place, name: str) -> None:
    """A row that comes in pushes the last one of each page to the next."""
    place.write(**LISTS[name])
    portal = Lister(name)

    def growing(path: str) -> Answer:
        if 1 in portal.asked and 13 not in portal.numbers:
            portal.numbers.insert(0, 13)
        return portal(path)

    state, reason = crawl(place, growing)
    missed = set(range(1, 13)) - {int(each["key"].rpartition("-")[2]) for each in place.notices()}
    assert not missed or (state is RunState.PARTIAL and "its pages held 11" in reason)
    assert crawl(place, growing) == (RunState.OK, "")
    assert len(place.notices()) == 13


@pytest.mark.parametrize("name", PAGED)
def test_pages_in_a_circle_are_told(place: Place, name: str) -> None:
    place.write(**LISTS[name])
    portal = Lister(name, total=None)
    portal.rows = lambda page, numbers: portal.on((page - 1) % 3 + 1)
    portal.next = lambda page, numbers: page % 3 + 1
    state, reason = crawl(place, portal)
    assert state is RunState.PARTIAL
    assert "only rows that were on pages before it" in reason or "leads back to" in reason
    assert len(portal.asked) <= 4
    assert len(place.notices()) == MOST


@pytest.mark.parametrize("name", PAGED)
def test_ten_thousand_pages_are_cut_and_told(place: Place, name: str) -> None:
    source = LISTS[name]
    cut = {
        key: {**value, "ceiling": 60} if key in ("next", "pages") else value for key, value in source["listing"].items()
    }
    place.write(**{**source, "listing": cut})
    portal = Lister(name, total=lambda numbers: "40,000")
    portal.rows = lambda page, numbers: [page * SIZE + row for row in range(SIZE)]
    portal.next = lambda page, numbers: page + 1
    state, reason = crawl(place, portal)
    assert (state, len(portal.asked)) == (RunState.PARTIAL, 60)
    assert "the portal counts 40000 notices, its pages held 240" in reason
    assert "there are more pages than the ceiling of 60" in reason


def test_numbers_without_an_end_are_cut_and_told(place: Place) -> None:
    place.write(**{**NUMBERED, "listing": {"count_up": {"first": 1, "misses": 5, "overlap": 10, "ceiling": 60}}})
    state, reason = crawl(place, lambda path: Answer(a_detail(int(path.rpartition("/")[2]))))
    assert state is RunState.PARTIAL
    assert "there are more numbers than the ceiling of 60; the next run goes on" in reason
    assert len(place.notices()) == 60


def test_a_portal_that_shows_its_newest_notice_for_any_number_has_an_end(place: Place) -> None:
    """And what it publishes later is still found: the mark has not moved past it."""
    place.write(**{**NUMBERED, "listing": {"count_up": {"first": 1, "misses": 5, "overlap": 2, "ceiling": 500}}})
    highest = 12

    def answer(path: str) -> Answer:
        return Answer(a_detail(min(highest, int(path.rpartition("/")[2]))))

    for _ in range(4):
        drive = place.session()
        assert drive.run(answer).state is RunState.OK
        assert drive.asked[-1] == "/notice/17"
    assert len(place.notices()) == 12
    highest = 14
    assert place.session().run(answer).state is RunState.OK
    assert len(place.notices()) == 14


def test_a_number_that_is_skipped_and_comes_late_is_read(place: Place) -> None:
    missing = ["no such notice"]
    place.write(**{**NUMBERED, "listing": {"count_up": {"first": 1, "misses": 5, "overlap": 10, "missing": missing}}})
    there = set(range(1, 31)) - {25}

    def answer(path: str) -> Answer:
        number = int(path.rpartition("/")[2])
        return Answer(a_detail(number) if number in there else b"<html>no such notice</html>")

    assert crawl(place, answer) == (RunState.OK, "")
    there.add(25)
    assert crawl(place, answer) == (RunState.OK, "")
    assert len(place.notices()) == 30
