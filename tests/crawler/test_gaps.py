"""Lists that are not read whole by each run: what one run misses is read by a later one, and until then told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.health import Verdict
from domain.sources import IssueKind, RunState
from tests.crawler.portals import Answer, Place, a_package, a_release, query

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUIET = {"notices": [0, 1000], "filled": {}, "silence": "30d"}
UNTIL_KNOWN = {"stop_when_known": True, "overlap": 1}
NEXT: dict[str, Any] = {"next": UNTIL_KNOWN}
PAGES: dict[str, Any] = {"pages": {"param": "page", "size": 3, **UNTIL_KNOWN}}
ENDED_ABOVE = "the list ended before it came to what earlier runs have read; the next run reads it to its end"


class Newest:
    """A list of these numbers, the newest first, three a page; `ends` is the last page that leads on, or is empty."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.ends: int | None = None
        self.on_page: Callable[[int], None] = lambda page: None

    def __call__(self, path: str) -> Answer:
        page = int(query(path).get("page", "1"))
        self.on_page(page)
        rows = self.numbers[(page - 1) * 3 : page * 3]
        is_end = page == self.ends
        link = f"https://portal.invalid/api?page={page + 1}" if page * 3 < len(self.numbers) and not is_end else None
        return Answer(a_package([a_release(n) for n in rows if not (is_end and "page=" in path)], link))


def crawl(place: Place, answer: Callable[[str], Answer], hour: int) -> tuple[Verdict, int]:
    drive = place.session(now=NOW + timedelta(hours=hour))
    return drive.run(answer), len(drive.asked)


def numbers(place: Place) -> set[int]:
    return {int(notice["key"].rpartition("-")[2]) for notice in place.notices()}


@pytest.mark.parametrize("listing", [NEXT, PAGES], ids=["next", "pages"])
def test_a_list_that_ends_above_what_is_known_is_told_and_read_whole(place: Place, listing: dict[str, Any]) -> None:
    """A next link that is not there, or an empty page, would hide for ever what came between two runs."""
    place.write(listing=listing, expect=QUIET)
    portal = Newest()
    portal.numbers = list(range(30, 0, -1))
    assert crawl(place, portal, 0)[0].state is RunState.OK
    portal.numbers, portal.ends = list(range(60, 0, -1)), 4
    verdict, _ = crawl(place, portal, 1)
    assert (verdict.state, verdict.reason) == (RunState.PARTIAL, ENDED_ABOVE)
    assert [each.issue.kind for each in place.issues()] == [IssueKind.NOT_REACHED]
    portal.numbers, portal.ends = list(range(62, 0, -1)), None
    assert crawl(place, portal, 2)[0].state is RunState.OK
    assert numbers(place) == set(range(1, 63))
    assert place.issues() == []


@pytest.mark.parametrize("listing", [NEXT, PAGES], ids=["next", "pages"])
def test_a_ceiling_below_what_is_new_lets_the_next_run_go_on(place: Place, listing: dict[str, Any]) -> None:
    """The run after a long pause; until all is read, none is said to be well."""
    ((name, options),) = listing.items()
    place.write(listing={name: {**options, "ceiling": 5}}, expect=QUIET)
    portal, states = Newest(), []
    portal.numbers = list(range(12, 0, -1))
    assert crawl(place, portal, 0)[0].state is RunState.OK
    for hour in range(1, 6):
        portal.numbers = list(range(50 + hour, 0, -1))
        verdict, asked = crawl(place, portal, hour)
        assert asked <= 5
        states.append(verdict.state)
        assert (verdict.state is RunState.OK) or "the next run goes on" in (verdict.reason or "")
    assert states == [*[RunState.PARTIAL] * 3, *[RunState.OK] * 2]
    assert numbers(place) == set(range(1, 56))
    assert place.issues() == []


@pytest.mark.parametrize("listing", [NEXT, PAGES], ids=["next", "pages"])
def test_a_row_that_slips_between_two_pages_of_news_is_read_by_the_next_run(
    place: Place, listing: dict[str, Any]
) -> None:
    place.write(listing=listing, expect=QUIET)
    portal = Newest()
    portal.numbers = list(range(30, 0, -1))
    crawl(place, portal, 0)
    portal.numbers = list(range(60, 0, -1))

    def take_back(page: int) -> None:
        if page == 6 and 58 in portal.numbers:
            portal.numbers.remove(58)

    portal.on_page = take_back
    crawl(place, portal, 1)
    assert 45 not in numbers(place)
    assert crawl(place, portal, 2)[0].state is RunState.OK
    assert 45 in numbers(place)
    portal.numbers.insert(0, 61)
    assert crawl(place, portal, 3)[1] == 3, "a run after one without news is short again"


def test_half_of_a_small_window_gone_is_told_within_one_run(place: Place) -> None:
    """Thirteen rows are too few to say that seven are not chance; that six are gone which stood there is none."""
    listing = {"window": {"from": "from", "to": "to", "overlap": "3d", "first": "3d"}, "next": {}}
    place.write(listing=listing, expect=QUIET)
    published = {number: NOW - timedelta(hours=4 * number) for number in range(1, 14)}

    def answer(path: str) -> Answer:
        low, high = (datetime.fromisoformat(query(path)[name]).replace(tzinfo=UTC) for name in ("from", "to"))
        shown = {number: date for number, date in published.items() if low <= date < high}
        return Answer(a_package([a_release(number, f"{date:%Y-%m-%dT%H:%M:%SZ}") for number, date in shown.items()]))

    assert crawl(place, answer, 0)[0].state is RunState.OK
    assert crawl(place, answer, 1)[0].state is RunState.OK
    everything = dict(published)
    for number in range(1, 13, 2):
        del published[number]
    verdict, _ = crawl(place, answer, 2)
    assert verdict.state is RunState.SUSPICIOUS
    assert verdict.reason == "6 of 13 notices that stood in the list of these days before are gone from it"
    published.update(everything)
    assert crawl(place, answer, 3)[0].state is RunState.OK
    assert place.issues() == []


def windows(place: Place, rows: Callable[[datetime, int], int], hours: tuple[int, ...]) -> list[Verdict]:
    """Windows of six hours with four rows each, of which so many are shown at this look at that window."""
    listing = {"window": {"from": "from", "to": "to", "size": "6h", "first": "3d", "overlap": "1h"}, "next": {}}
    place.write(listing=listing, expect=QUIET)
    looks: dict[datetime, int] = {}

    def answer(path: str) -> Answer:
        low = datetime.fromisoformat(query(path)["from"]).replace(tzinfo=UTC)
        looks[low] = looks.get(low, 0) + 1
        first = int((low - NOW) / timedelta(hours=6)) * 10 + 1000
        return Answer(a_package([a_release(first + n) for n in range(rows(low, looks[low]))], total=4))

    return [crawl(place, answer, hour)[0] for hour in hours]


SHORT = NOW - timedelta(days=2)


def test_a_window_with_fewer_rows_than_its_total_is_read_again_below_the_mark(place: Place) -> None:
    """Not only where the overlap comes to it: what it lacked would be missed, and the source said to be mended."""
    first, second = windows(place, lambda low, look: 2 if (low, look) == (SHORT, 1) else 4, (0, 24))
    assert (first.state, second.state) == (RunState.PARTIAL, RunState.OK)
    assert len(place.notices()) == 17 * 4 - 4
    assert {920, 921, 922, 923} <= numbers(place)
    assert place.issues() == []


def test_a_total_that_is_wrong_for_ever_is_told_four_times(place: Place) -> None:
    verdicts = windows(place, lambda low, look: 3 if low == SHORT else 4, (0, 24, 48, 72, 96))
    assert [each.state for each in verdicts] == [*[RunState.PARTIAL] * 4, RunState.OK]
    assert all("the portal counts" in (each.reason or "") for each in verdicts[:4])


def test_what_one_list_holds_too_much_hides_no_other_that_lacks_it(place: Place) -> None:
    (verdict,) = windows(place, lambda low, look: {SHORT: 3, SHORT + timedelta(hours=6): 5}.get(low, 4), (0,))
    assert verdict.state is RunState.PARTIAL
    assert verdict.reason == "the portal counts 48 notices, its pages held 47"
