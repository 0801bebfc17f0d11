"""Prozorro's feed: opaque places, an empty page at its end, a page read twice, tenders as OCDS."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.registry import SHIPPED, SPIDERS
from domain.sources import RunState
from storage.engine import reading
from storage.sources import find_cursor
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place, a_release, query

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Prozorro:
    """Changes in their hidden order; a place is "p" and the number of changes before it, told backwards."""

    def __init__(self, *numbers: int, size: int = 3) -> None:
        self.changes = [(number, NOW - timedelta(hours=20 - n)) for n, number in enumerate(numbers)]
        self.size, self.tells_previous = size, True
        self.faulty: set[str] = set()

    def answer(self, url: str) -> Answer:
        asked = query(url)
        if "/tenders/" in url:
            number = int(url.partition("/tenders/")[2].partition("?")[0], 16)
            assert asked["opt_schema"] == "ocds"
            moment = max(moment for each, moment in self.changes if each == number)
            title = f"Pump {number} at {moment:%H:%M}"
            return Answer(json.dumps({"releases": [a_release(number, moment.isoformat(), title=title)]}).encode())
        if asked.get("offset", "") in self.faulty:
            return Answer(b'{"status": "error"}', 500)
        newest = dict(self.changes)
        rows = [(number, moment) for number, moment in self.changes if newest[number] == moment]
        if "descending" in asked:
            rows = rows[::-1]
        place = int(asked["offset"].removeprefix("p")) if "offset" in asked else 0
        found = rows[place : place + self.size]
        page: dict[str, Any] = {
            "data": [{"id": f"{number:032x}", "dateModified": moment.isoformat()} for number, moment in found],
            "next_page": {"offset": f"p{place + len(found)}"},
        }
        if "descending" in asked and self.tells_previous:
            page["prev_page"] = {"offset": f"p{len(rows)}"}
        return Answer(json.dumps(page).encode())


@pytest.fixture
def ua(place: Place) -> Place:
    assert place.settings.sources_dir
    text = (SHIPPED / "ua_prozorro.yml").read_text(encoding="utf-8")
    (place.settings.sources_dir / "xx_test.yml").write_text(text, encoding="utf-8")
    shutil.copyfile(SPIDERS / "ua_prozorro.py", place.settings.sources_dir / "xx_test.py")
    return place


def drive(place: Place, portal: Prozorro, now: datetime = NOW, **options: Any) -> SpiderDrive:
    return SpiderDrive(place, lambda request: portal.answer(request.url), now, **options)


def cursor(place: Place) -> str | None:
    with place.engine() as engine, reading(engine) as c:
        return find_cursor(c, "xx_test")


def lists(asked: list[str]) -> list[dict[str, str]]:
    return [
        {name: value for name, value in query(url).items() if name != "limit"} for url in asked if "ocds" not in url
    ]


def test_newest_first_then_on_from_the_place_that_was_told(ua: Place) -> None:
    portal = Prozorro(*range(7))
    first = drive(ua, portal)
    verdict = first.run()
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (RunState.OK, None)
    assert lists(first.asked) == [
        {"descending": "1"},
        *({"descending": "1", "offset": place} for place in ("p3", "p6", "p7")),
    ]
    assert (len(ua.notices()), cursor(ua)) == (7, "p7")
    # Caught up: the same place is kept.
    second = drive(ua, portal)
    assert second.run().state is RunState.OK  # type: ignore[union-attr]
    assert (lists(second.asked), cursor(ua)) == ([{"offset": "p7"}], "p7")
    # Something new: read, and the page that held it is read once more by the next run, but not its tender.
    portal.changes += [(number, NOW + timedelta(minutes=number)) for number in range(7, 12)]
    third = drive(ua, portal)
    third.run()
    assert lists(third.asked) == [{"offset": "p7"}, {"offset": "p10"}, {"offset": "p12"}]
    assert (len(ua.notices()), cursor(ua)) == (12, "p10")
    fourth = drive(ua, portal)
    fourth.run()
    assert lists(fourth.asked) == [{"offset": "p10"}, {"offset": "p12"}]
    assert len(fourth.asked) == 2
    assert set(map(len, ua.revisions().values())) == {1}


def test_a_tender_that_changed_is_read_again(ua: Place) -> None:
    portal = Prozorro(1, 2)
    drive(ua, portal).run()
    portal.changes.append((1, NOW + timedelta(minutes=5)))
    portal.changes.append((3, NOW + timedelta(minutes=6)))
    drive(ua, portal).run()
    titles = {each["title"]["en"] for each in ua.notices()}
    assert "Pump 3 at 12:06" in titles


def test_without_a_previous_place_the_feed_is_read_from_its_beginning(ua: Place) -> None:
    portal = Prozorro(*range(7))
    portal.tells_previous = False
    first = drive(ua, portal)
    assert first.run().state is RunState.OK  # type: ignore[union-attr]
    assert lists(first.asked) == [{"descending": "1"}, {}, {"offset": "p3"}, {"offset": "p6"}, {"offset": "p7"}]
    assert (len(ua.notices()), cursor(ua)) == (7, "p6")


def test_a_page_that_fails_is_read_by_the_next_run(ua: Place) -> None:
    portal = Prozorro()
    portal.changes = [(1, NOW)]
    drive(ua, portal).run()
    portal.changes += [(number, NOW + timedelta(minutes=number)) for number in range(2, 9)]
    portal.faulty = {"p4"}
    assert drive(ua, portal).run().state is RunState.PARTIAL  # type: ignore[union-attr]
    assert cursor(ua) == "p1"
    portal.faulty = set()
    last = drive(ua, portal)
    assert last.run().state is RunState.OK  # type: ignore[union-attr]
    assert lists(last.asked) == [{"offset": "p4"}, {"offset": "p7"}, {"offset": "p8"}]
    assert (len(ua.notices()), cursor(ua)) == (8, "p7")


@pytest.mark.parametrize("steps", [1, 2, 4, 6, 9])
def test_killed_at_several_moments(ua: Place, steps: int) -> None:
    portal = Prozorro(*range(7))
    assert drive(ua, portal).run(steps) is None
    asked = drive(ua, portal, NOW + timedelta(minutes=2))
    assert asked.run().state is RunState.OK  # type: ignore[union-attr]
    assert len(ua.notices()) == 7
    assert set(map(len, ua.revisions().values())) == {1}
    portal.changes.append((20, NOW + timedelta(minutes=20)))
    drive(ua, portal, NOW + timedelta(minutes=30)).run()
    assert len(ua.notices()) == 8
