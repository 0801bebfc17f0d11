"""Each source with an API in JSON, by its own YAML, against a portal with its quirks: to the end, twice."""

import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from scrapy import Request

from domain.sources import RunState
from tests.crawler.api_portals import KEY, NOW, PORTALS, Api, opendatasoft
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place, Portal

ERRORS = ("br_pncp", "int_worldbank", "nl_tenderned", "cl_mercadopublico", "fr_boamp")


@pytest.fixture(autouse=True)
def a_ticket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_CL_MERCADOPUBLICO", KEY)


def crawl(place: Place, name: str, portal: Api, **after: float) -> SpiderDrive:
    """One run to its end; every request is a GET to the source's own host."""
    host = urlsplit(place.source(name).endpoint).netloc

    def answer(request: Request) -> Answer:
        assert (request.method, urlsplit(request.url).netloc) == ("GET", host)
        return portal(request.url)

    drive = SpiderDrive(place, answer, NOW + timedelta(**after), name, key=portal.key)
    verdict = drive.run()
    assert verdict is not None
    assert verdict.state is RunState.OK, (verdict.reason, [issue.reason for issue in verdict.issues])
    return drive


@pytest.mark.parametrize("name", PORTALS)
def test_a_source_is_crawled_to_its_end_and_changes_nothing_when_it_is_crawled_again(place: Place, name: str) -> None:
    portal = PORTALS[name]()
    first = crawl(place, name, portal)
    notices = place.notices(name)
    assert {notice["key"] for notice in notices} == portal.keys
    assert all(notice["title"] and notice["buyers"] for notice in notices)
    assert len(first.asked) == len(set(first.asked))
    revisions = place.revisions(name)
    assert all(len(each) == 1 for each in revisions.values())
    again = crawl(place, name, portal, hours=1)
    assert place.revisions(name) == revisions
    assert not [url for url in again.asked if url in first.asked and is_document(url)], "documents are read once"
    assert not place.issues()


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_with_200_is_told_and_asked_again_by_the_next_run(place: Place, name: str) -> None:
    portal = PORTALS[name]()
    portal.failing = [""]
    drive = SpiderDrive(place, lambda request: portal(request.url), NOW, name, key=portal.key)
    verdict = drive.run()
    assert verdict is not None
    assert verdict.state is not RunState.OK
    words = [value for value in portal.error.values() if isinstance(value, str)]
    assert any(word in reason for reason in told_of(place) for word in words), told_of(place)
    crawl(place, name, portal, minutes=30)
    assert {notice["key"] for notice in place.notices(name)} == portal.keys


def test_bzp_is_held_against_its_own_statistics(place: Place) -> None:
    """A portal that gives fewer rows than a page may hold has no full window, and would go on as if it were whole."""
    portal = PORTALS["pl_bzp"]()

    def answer(request: Request) -> Answer:
        found = portal(request.url)
        return found if "stats" in request.url else Answer(json.dumps(json.loads(found.body)[:400]).encode())

    verdict = SpiderDrive(place, answer, NOW, "pl_bzp").run()
    assert verdict is not None
    assert verdict.state is RunState.PARTIAL
    assert re.search(r"the portal counts \d+ notices, its pages held \d+", verdict.reason or "")


def test_a_window_is_halved_by_its_total_where_pages_reach_only_so_far(place: Place) -> None:
    rows = [{"id": f"N{n}", "at": f"2026-11-{16 + n // 60:02}T{n % 24:02}:00:00", "name": "Pumps"} for n in range(240)]
    asked: list[str] = []

    def answer(request: Request) -> Answer:
        asked.append(request.url)
        return opendatasoft(rows, "/calls/records")(request.url)

    place.write(
        protocol="opendatasoft",
        endpoint="https://portal.invalid/calls/records",
        zone="UTC",
        listing={"window": {"size": "8d", "first": "7d", "smallest": "1h", "halve_when_full": 100}},
        json={"date": "at", "order": "id", "list": {"fields": {"key": "id", "title": "name"}}},
    )
    verdict = SpiderDrive(place, answer, NOW).run()
    assert verdict is not None
    assert verdict.state is RunState.OK, verdict.reason
    assert len(place.notices()) == 240
    assert all("offset=0" in url for url in asked)


@pytest.mark.parametrize("name", ["br_pncp", "ch_simap"])
def test_the_same_over_http(place: Place, name: str) -> None:
    """A 204 without a body, a cursor with a bar in it, documents: as they travel."""
    api = PORTALS[name]()
    with Portal(api) as portal:
        run = place.crawl(portal, name, until=NOW)
        assert run.state is RunState.OK, run.reason
    assert {notice["key"] for notice in place.notices(name)} == api.keys


def told_of(place: Place) -> list[str]:
    return [each.issue.reason for each in place.issues()]


def is_document(url: str) -> bool:
    return "publication-details" in url or "codigo=" in url or urlsplit(url).path.rpartition("/")[2].isdecimal()
