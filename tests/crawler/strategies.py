"""A portal for each way of walking a list, well behaved: the tests make them misbehave, or kill the crawl."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.crawler.portals import HTML, HTML_SOURCE, Answer, a_detail, a_list, a_package, a_release, query

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = {"from": "from", "to": "to", "size": "6h", "overlap": "1h", "first": "5d", "halve_when_full": 8}
OVERLAP = "from=2026-11-20T06:00:00"  # 11:00, rounded down to the grid, and the halves that begin there
RELEASES = [a_release(n, (NOW - timedelta(days=4) + timedelta(minutes=47 * n)).isoformat()) for n in range(100)]
# Later releases of the same processes: they must be merged whichever run reads them.
RELEASES += [
    a_release(n, (NOW - timedelta(hours=10) + timedelta(minutes=n)).isoformat(), title=f"Supply of {n} valves")
    for n in range(0, 30, 5)
]
A_QUIET_DAY = {"notices": [0, 1000], "filled": {"title": 1.0}, "silence": "3d"}
NUMBERS = list(range(1, 56))
PAGES = 60
MISSES = 6


@dataclass(frozen=True)
class Strategy:
    """A portal and its source. `overlap` marks the addresses that every run asks again; `most` are the notices that
    there are."""

    answer: Callable[[str], Answer]
    source: dict[str, Any]
    most: int
    until: datetime | None = None
    overlap: str | None = None


def an_api(path: str) -> Answer:
    low, high = (datetime.fromisoformat(query(path)[name]).replace(tzinfo=UTC) for name in ("from", "to"))
    found = [each for each in RELEASES if low <= datetime.fromisoformat(each["date"]) < high]
    return Answer(a_package(found[:8]))


def a_chain(path: str) -> Answer:
    page = int(query(path).get("page", "1"))
    following = f"https://portal.invalid/api?page={page + 1}" if page < PAGES else None
    return Answer(a_package([a_release(page * 10 + row) for row in range(2)], following, total=PAGES * 2))


def some_pages(path: str) -> Answer:
    page = int(query(path)["page"])
    return Answer(a_package([a_release(page * 10 + row) for row in range(2)], total=PAGES * 2))


def a_site(path: str) -> Answer:
    if path.startswith("/list"):
        page = int(query(path)["page"])
        return Answer(a_list(NUMBERS[(page - 1) * 10 : page * 10], len(NUMBERS)))
    return a_notice(path)


def a_document(path: str) -> Answer:
    return Answer(a_list(NUMBERS, len(NUMBERS))) if path.startswith("/list") else a_notice(path)


def a_notice(path: str) -> Answer:
    number = int(path.rpartition("/")[2])
    return Answer(a_detail(number)) if number in NUMBERS else Answer(b"there is no such notice", 404)


STRATEGIES = {
    "window": Strategy(an_api, {"listing": {"window": WINDOW}, "expect": A_QUIET_DAY}, 100, NOW, OVERLAP),
    "next link": Strategy(a_chain, {"listing": {"next": {}}}, PAGES * 2),
    "counted pages": Strategy(some_pages, {"listing": {"pages": {"param": "page", "size": 2}}}, PAGES * 2),
    "list document": Strategy(a_document, {**HTML_SOURCE, "listing": {"file": {}}}, len(NUMBERS)),
    "count up": Strategy(
        a_notice,
        {
            **HTML_SOURCE,
            "endpoint": "https://portal.invalid/notice/{number}",
            "listing": {"count_up": {"first": 1, "misses": MISSES, "overlap": 10}},
            "html": {"detail": HTML["detail"]},
        },
        len(NUMBERS),
    ),
    "detail stage": Strategy(a_site, HTML_SOURCE, len(NUMBERS)),
}
