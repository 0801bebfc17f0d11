"""Lists whose bounds and pages stand in a path or in a POST's body, crawled from a portal on this machine."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.sources import RunState
from tests.crawler.portals import Answer, Place, Portal, a_package, a_release

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUIET = {"notices": [0, 1000], "filled": {"title": 1.0}, "silence": "3d"}


def keys(place: Place) -> list[int]:
    return [int(notice["key"].rpartition("-")[2]) for notice in place.notices()]


def test_months_in_a_path(place: Place) -> None:
    def answer(path: str) -> Answer:
        month = int(path.split("/")[3])
        return Answer(a_package([a_release(month)])) if month != 10 else Answer(b"no such file", 404)

    place.write(
        endpoint="https://portal.invalid/data/{low:%Y}/{low.month}/releases_{low.year+543}.json",
        listing={"window": {"by": "month", "first": "70d"}},
        ocds={"empty": [404]},
        expect=QUIET,
    )
    with Portal(answer) as portal:
        run = place.crawl(portal, until=UNTIL)
        assert run.state is RunState.OK, run.reason
        assert portal.log == [f"/data/2026/{month}/releases_2569.json" for month in (9, 10, 11)]
        assert keys(place) == [9, 11]
        portal.log.clear()
        assert place.crawl(portal).state is RunState.OK
        assert portal.log == ["/data/2026/11/releases_2569.json"]


def test_fiscal_years_of_each_system(place: Place) -> None:
    place.write(
        endpoint="https://portal.invalid/{system}/fy{low.year}-{low.year+1}.json",
        listing={"window": {"by": "year", "begins": 7, "first": "300d", "over": {"system": ["A", "B"]}}},
        expect=QUIET,
    )
    with Portal(lambda path: Answer(a_package([a_release(len(path) + ord(path[1]))]))) as portal:
        assert place.crawl(portal, until=UNTIL).state is RunState.OK
        assert portal.log == [f"/{each}/fy{year}-{year + 1}.json" for year in (2025, 2026) for each in "AB"]


def test_rows_counted_in_a_path_within_windows(place: Place) -> None:
    """Chile's way: months, and in each the rows from an offset."""

    def answer(path: str) -> Answer:
        month, offset, size = (int(part) for part in path.split("/")[2:5])
        rows = [a_release(month * 100 + row) for row in range(5)][offset : offset + size]
        return Answer(json.dumps({"pagination": {"total": 5}, "data": rows}).encode())

    place.write(
        endpoint="https://portal.invalid/list/{low:%m}/{offset}/2",
        listing={"window": {"by": "month", "first": "30d"}, "pages": {"size": 2}},
        ocds={"rows": "data", "total": "pagination.total"},
    )
    with Portal(answer) as portal:
        run = place.crawl(portal, until=UNTIL)
        assert (run.state, run.claimed) == (RunState.OK, 10), run.reason
        assert keys(place) == [month * 100 + row for month in (10, 11) for row in range(5)]
        assert sorted(portal.log) == [f"/list/{month}/{offset}/2" for month in (10, 11) for offset in (0, 2, 4)]


@pytest.mark.parametrize("pages_told", [True, False])
def test_pages_by_post(place: Place, pages_told: bool) -> None:
    """Plataforma Digital Nacional's way: a POST of the page's number, rows below `data`."""

    def post(path: str, body: str) -> Answer:
        asked: dict[str, Any] = json.loads(body)
        assert (path, asked["pageSize"], asked["query"]) == ("/search?supplier_id=X", 3, {"from": "", "text": "p 3"})
        rows = [a_release(n) for n in range(10)][asked["page"] * 3 : asked["page"] * 3 + 3]
        told = {"pagination": {"num_pages": 4}} if pages_told else {}
        return Answer(json.dumps({"data": [{"ocds": row} for row in rows], **told}).encode())

    place.write(
        endpoint="https://portal.invalid/search?supplier_id=X",
        request={
            "method": "POST",
            "json": {"page": "{page}", "pageSize": 3, "query": {"from": "", "text": "p 3"}},
            "headers": {"X-Client": "we"},
        },
        listing={"pages": {"first": 0, "size": 3}},
        ocds={"rows": "data[].ocds", "pages": "pagination.num_pages"},
    )
    with Portal(lambda path: Answer(status=405)) as portal:
        portal.post = post
        run = place.crawl(portal)
        assert run.state is RunState.OK, run.reason
        assert keys(place) == list(range(10))
        assert len(portal.log) == len(set(portal.log)) == (4 if pages_told else 5)
        assert {each["X-Client"] for each in portal.headers} == {"we"}
        assert {each["Content-Type"] for each in portal.headers} == {"application/json"}


def test_a_form_with_the_key_and_days(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_TEST", "s3&cret")
    bodies: list[str] = []

    def post(path: str, body: str) -> Answer:
        bodies.append(body)
        return Answer(a_package([a_release(len(bodies))]))

    place.write(
        endpoint="https://portal.invalid/search",
        key_env="TENDERWATCH_KEY_TEST",
        key_from="https://portal.invalid/register",
        request={"method": "POST", "form": {"key": "{key}", "from": "{low:%d/%m/%Y}", "to": "{high:%d/%m/%Y}"}},
        listing={"window": {"by": "day", "first": "1d"}},
    )
    with Portal(lambda path: Answer(status=405)) as portal:
        portal.post = post
        assert place.crawl(portal, until=UNTIL).state is RunState.OK
        day = "from={0}%2F11%2F2026&key=s3%26cret&to={0}%2F11%2F2026"
        assert bodies == [day.format(19), day.format(20)]
    with place.engine() as engine, engine.connect() as c:
        saved = str(c.exec_driver_sql("select token, url, body from steps").all())
        assert "cret" not in saved


def test_an_error_with_200_is_told_and_tried_again(place: Place) -> None:
    answers = [Answer(b'{"Codigo": 10500, "Mensaje": "too many at once"}'), Answer(a_package([a_release(1)]))]
    place.write(listing={"file": {}}, ocds={"error": "Mensaje"})
    with Portal(lambda path: answers.pop(0)) as portal:
        run = place.crawl(portal)
        assert run.state is not RunState.OK
        assert "the portal says: too many at once" in str([each.issue.reason for each in place.issues()])
        assert place.crawl(portal).state is RunState.OK


def test_a_missing_ocid_is_found_elsewhere(place: Place) -> None:
    releases = [{name: value for name, value in a_release(n).items() if name != "ocid"} for n in range(2)]
    place.write(listing={"file": {}}, ocds={"ocid": "tender.id"})
    with Portal(lambda path: Answer(a_package(releases))) as portal:
        assert place.crawl(portal).state is RunState.OK
        assert [notice["key"] for notice in place.notices()] == ["T-0", "T-1"]
