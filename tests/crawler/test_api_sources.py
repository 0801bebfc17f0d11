"""Each source with an API in JSON, by its own YAML, against a portal with its quirks: to the end, twice."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from scrapy import Request

from domain.sources import RunState
from tests.crawler.api_portals import KEY, NOW, PORTALS, Api
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place

# What one run reads of the day of yesterday and today: the whole, for a first run of any source here.
WITHOUT_ERRORS = ("pl_bzp",)


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


@pytest.mark.parametrize("name", [name for name in PORTALS if name not in WITHOUT_ERRORS])
def test_an_error_with_200_is_told_and_asked_again_by_the_next_run(place: Place, name: str) -> None:
    portal = PORTALS[name]()
    portal.failing = [""]
    drive = SpiderDrive(place, lambda request: portal(request.url), NOW, name, key=portal.key)
    verdict = drive.run()
    assert verdict is not None
    assert verdict.state is not RunState.OK
    told = next(iter(value for value in portal.error.values() if isinstance(value, str)))
    assert any(told in issue.reason for issue in place.issues()), [issue.reason for issue in place.issues()]
    crawl(place, name, portal, minutes=30)
    assert {notice["key"] for notice in place.notices(name)} == portal.keys


def is_document(url: str) -> bool:
    return "publication-details" in url or "codigo=" in url or urlsplit(url).path.rpartition("/")[2].isdecimal()
