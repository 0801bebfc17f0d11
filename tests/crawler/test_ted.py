"""TED as it answers: search, XML and packages bring one notice each; what is incomplete is never taken for whole."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.sources import Run, RunState
from storage.engine import reading
from storage.notices import find_notice
from storage.runs import find_runs
from storage.steps import find_unfinished_steps
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place
from tests.crawler.ted_portal import SOURCE, Made, Ted

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday
NOW = UNTIL + timedelta(hours=1)
SINCE = datetime(2026, 11, 19, tzinfo=UTC)
RECENT = [Made(number, date(2026, 11, 19 + number % 2)) for number in range(700, 711)]


@pytest.fixture
def ted_place(place: Place) -> Place:
    place.write(**SOURCE)
    return place


def really(place: Place, ted: Ted, **options: Any) -> Run:
    """Over HTTP, by Scrapy in a process of its own."""
    with ted.portal:
        return place.crawl(ted.portal, **{"since": SINCE, "until": UNTIL, **options})


def crawl(place: Place, ted: Ted, now: datetime = NOW, **options: Any) -> Run:
    """The same without a network."""
    SpiderDrive(place, ted.answer, now, **{"since": SINCE, "until": UNTIL, **options}).run()
    with place.engine() as engine, reading(engine) as c:
        return find_runs(c, "xx_test")[0]


def dates(ted: Ted) -> set[str]:
    return {each["query"] for each in ted.searches}


def test_rows_are_completed_by_their_xml(ted_place: Place) -> None:
    ted = Ted(RECENT)
    run = crawl(ted_place, ted)
    assert (run.state, run.reason, run.new, run.claimed) == (RunState.OK, None, 11, 11)
    assert (run.changed, run.same) == (0, 0)  # a row and its XML are one notice
    notices = ted_place.notices()
    assert [each["key"] for each in notices] == sorted(each.key for each in RECENT)
    assert notices[0]["description"] == {"fr": "Pompes pour l’usine de Norbourg"}
    assert (notices[0]["country"], notices[0]["deadline_at"]) == ("FR", "2026-12-18T12:00:00+01:00")
    assert set(map(len, ted_place.revisions().values())) == {1}
    assert dates(ted) == {
        "publication-date>=20261119 AND publication-date<=20261119",
        "publication-date>=20261120 AND publication-date<=20261120",
    }


def test_what_was_read_is_not_asked_again(ted_place: Place) -> None:
    ted = Ted(RECENT)
    crawl(ted_place, ted)
    ted.notices.append(Made(711, date(2026, 11, 20)))
    assert len(ted.asked("/xml")) == 11
    run = crawl(ted_place, ted)
    assert (run.new, run.changed, run.same) == (1, 0, 11)
    assert len(ted.asked("/xml")) == 12


def test_search_xml_and_package_are_one_notice_without_a_revision(ted_place: Place) -> None:
    """A row alone; then its XML; then the package of its day."""
    ted = Ted(RECENT)
    ted.no_xml = {each.key for each in RECENT}
    first = crawl(ted_place, ted)
    assert (first.state, first.new, first.same) == (RunState.PARTIAL, 11, 0)
    with ted_place.engine() as engine, reading(engine) as c:
        stored = find_notice(c, "xx_test", "700-2026")
    assert stored is not None
    assert (stored.partial, stored.notice.description) == (True, {})
    assert stored.notice.title == {"fr": "Supply of 700 water pumps"}
    ted.no_xml = set()
    second = crawl(ted_place, ted)
    assert (second.state, second.new, second.changed, second.same) == (RunState.OK, 0, 0, 11)
    after_xml = ted_place.notices()
    for day in (19, 20):
        ted.pack_day(date(2026, 11, day))
    searches = len(ted.searches)
    later = UNTIL + timedelta(days=4)
    third = crawl(ted_place, ted, later, until=later)
    assert [name for name in ted.asked("/packages/") if "daily" in name]
    assert len(ted.searches) > searches  # of the younger days
    assert (third.new, third.changed) == (0, 0)
    assert ted_place.notices() == after_xml
    assert after_xml[0]["description"]
    assert set(map(len, ted_place.revisions().values())) == {1}


def test_a_token_that_repeats_is_no_end(ted_place: Place) -> None:
    ted = Ted([Made(number, date(2026, 11, 20)) for number in range(700, 711)])

    def answer(query: dict[str, Any]) -> Answer | None:
        if query.get("iterationNextToken") != "0/4":
            return None
        rows = [each.row() for each in ted.notices[4:8]]
        return Answer(json.dumps({"notices": rows, "totalNoticeCount": 11, "iterationNextToken": "0/4"}).encode())

    ted.before = answer
    run = crawl(ted_place, ted)
    assert run.state is RunState.PARTIAL
    assert "leads back to itself" in run.reason
    ted.before = lambda query: None
    again = crawl(ted_place, ted)
    assert (again.state, again.reason) == (RunState.OK, None)
    assert len(ted_place.notices()) == 11


def test_a_search_that_times_out_is_never_believed(ted_place: Place) -> None:
    """Asked three times; and a portal that is too busy is waited for."""
    ted, asked = Ted(RECENT), []

    def answer(query: dict[str, Any]) -> Answer | None:
        asked.append(query["query"])
        if len(asked) == 1:
            return Answer(b"slower", 429, {"Retry-After": "1"})
        late = query["query"].endswith("20261120")
        return Answer(b'{"notices": [], "totalNoticeCount": 0, "timedOut": true}') if late else None

    ted.before = answer
    run = really(ted_place, ted)
    assert (run.state, run.steps_left) == (RunState.PARTIAL, 1)
    assert "the search timed out" in (run.reason or "")
    assert len([each for each in asked if each.endswith("20261120")]) in (3, 4)
    ted.before = lambda query: None
    assert crawl(ted_place, ted, datetime.now(UTC)).state is RunState.OK
    assert len(ted_place.notices()) == 11


def test_a_token_that_is_too_old_begins_its_window_again(ted_place: Place) -> None:
    ted = Ted(RECENT, size=2)

    def expire(query: dict[str, Any]) -> None:
        if query.get("iterationNextToken") == "0/2":
            ted.generation = 1

    ted.before = expire  # type: ignore[assignment]
    run = crawl(ted_place, ted)
    assert (run.state, run.reason) == (RunState.OK, None)
    assert len(ted_place.notices()) == 11
    assert len(ted.asked("/xml")) == 11


def test_fewer_rows_than_the_total_are_told(ted_place: Place) -> None:
    ted = Ted(RECENT)
    ted.total = lambda found: str(found + 1)
    run = crawl(ted_place, ted)
    assert run.state is RunState.PARTIAL
    assert "the portal counts 13 notices, its pages held 11" in run.reason


def test_another_notice_in_place_of_the_one_asked_for(ted_place: Place) -> None:
    ted = Ted([Made(700, date(2026, 11, 20))])
    wrong = Made(701, date(2026, 11, 20)).xml()
    ted.portal.answer = lambda path: Answer(wrong)
    run = crawl(ted_place, ted)
    assert run.state is RunState.PARTIAL
    assert "notice 701-2026 came where 700-2026 was asked for" in run.reason
    assert [each["key"] for each in ted_place.notices()] == ["700-2026"]


OLD = [Made(100 + number, date(2026, 9, 1) + timedelta(days=number)) for number in range(60)]
OLD = [each for each in OLD if each.day.weekday() < 5]


def test_old_days_come_from_packages_and_whole_months_from_theirs(ted_place: Place) -> None:
    """From Thursday 24 September: five days, then October as a whole, then days by the issue's number."""
    ted = Ted(OLD)
    days = sorted({each.day for each in OLD})
    for day in days:
        ted.pack_day(day)
    ted.pack_month(2026, 10)
    until = datetime(2026, 10, 30, 12, tzinfo=UTC)
    run = crawl(ted_place, ted, since=datetime(2026, 9, 24, tzinfo=UTC), until=until + timedelta(days=20))
    packages = [each.removeprefix("/packages/") for each in ted.asked("/packages/")]
    assert [each for each in packages if "monthly" in each] == ["monthly/2026-10"]
    assert {each["key"] for each in ted_place.notices()} == {
        each.key for each in OLD if date(2026, 9, 24) <= each.day <= date(2026, 10, 30)
    }
    assert not ted.asked("/xml")
    assert run.new == len([each for each in OLD if each.day >= date(2026, 9, 24)])


@pytest.mark.parametrize("shift", [-2, -1, 1, 2])
def test_the_calendar_may_be_off_by_a_holiday(ted_place: Place, shift: int) -> None:
    """The neighbours of the first and last day may be read as well: what was meant is there, and not much more."""
    ted = Ted(OLD)
    for day in sorted({each.day for each in OLD}):
        ted.pack_day(day, shift)
    run = crawl(ted_place, ted, since=datetime(2026, 10, 5, tzinfo=UTC), until=datetime(2026, 10, 11, 12, tzinfo=UTC))
    found = {each["key"] for each in ted_place.notices()}
    assert found >= {each.key for each in OLD if date(2026, 10, 5) <= each.day <= date(2026, 10, 9)}
    assert len(found) <= 5 + abs(shift)
    assert (run.state, run.reason) == (RunState.OK, None)


def test_a_package_that_is_nowhere_is_told(ted_place: Place) -> None:
    ted = Ted(RECENT)
    run = crawl(ted_place, ted, since=datetime(2026, 11, 12, tzinfo=UTC))
    assert run.state is RunState.PARTIAL
    assert "no package of 2026-11-12 within 5 issues" in run.reason
    assert len(ted_place.notices()) == 11


@pytest.mark.parametrize("keep", [0.4, 0.9])
def test_a_package_that_is_cut_off_fails_and_keeps_what_came(ted_place: Place, keep: float) -> None:
    ted = Ted([Made(number, date(2026, 11, 12)) for number in range(300, 500)])
    name = ted.pack_day(date(2026, 11, 12))
    body = ted.packages[name].body
    ted.packages[name] = Answer(body[: int(len(body) * keep)])
    options = {"since": datetime(2026, 11, 12, tzinfo=UTC), "until": datetime(2026, 11, 15, tzinfo=UTC)}
    run = crawl(ted_place, ted, **options)
    assert run.state is not RunState.OK
    assert "cut off or broken" in run.reason
    assert 0 < len(ted_place.notices()) < 200
    ted.packages[name] = Answer(body)
    crawl(ted_place, ted, **options)
    assert len(ted_place.notices()) == 200
    assert set(map(len, ted_place.revisions().values())) == {1}
    with ted_place.engine() as engine, reading(engine) as c:
        assert all("00" not in step.url for step in find_unfinished_steps(c, "xx_test") if name in step.url)


def test_one_file_that_cannot_be_read_does_not_cost_the_others(ted_place: Place) -> None:
    from tests.crawler.ted_portal import a_tar

    ted = Ted([Made(number, date(2026, 11, 12)) for number in range(300, 310)])
    files = [(f"{each.number}.xml", each.xml()) for each in ted.notices]
    files[3] = ("303.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>")
    ted.packages[ted.pack_day(date(2026, 11, 12))] = Answer(a_tar(files))
    run = crawl(
        ted_place,
        ted,
        since=datetime(2026, 11, 12, tzinfo=UTC),
        until=datetime(2026, 11, 13, tzinfo=UTC) + timedelta(days=2),
    )
    assert len(ted_place.notices()) == 9
    assert "1 notices could not be read" in run.reason
    assert any("303.xml" in (each.issue.element or "") for each in ted_place.issues())
