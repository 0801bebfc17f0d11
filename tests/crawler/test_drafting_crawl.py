"""Drafts are crawled as they were written, against the portal that they were drafted from: a short read is told."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from scrapy import Request

from crawler.drafting.asking import FetchedPage
from crawler.drafting.draft import Draft
from crawler.drafting.guess import guess
from crawler.drafting.json_total import find_total
from crawler.drafting.write import write_draft
from crawler.health import Verdict
from domain.errors import WrongUse
from domain.sources import IssueKind, Run, RunState
from tests.crawler.drafting_pages import json_rows, number
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place, Portal

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOST = "https://portal.example.org"


def drafted(place: Place, path: str, body: bytes, name: str = "gb_short") -> tuple[Draft, dict[str, Any]]:
    """The draft of a page, written and turned on, and its YAML."""
    page = FetchedPage(HOST + path, body, None)
    draft = guess(page, name)
    folder = place.settings.sources_dir
    assert folder
    write_draft(draft, {"list": page}, name, folder, "2026-11-22")
    file = folder / f"{name}.yml"
    file.write_text(file.read_text().replace("enabled: false\n", ""))
    return draft, yaml.safe_load(file.read_text())


def crawled(place: Place, pages: dict[str, bytes], name: str = "gb_short") -> Run:
    with Portal(lambda path: Answer(pages[path]) if path in pages else Answer(status=404)) as portal:
        return place.crawl(portal, name)


def driven(place: Place, pages: dict[str, bytes], name: str = "gb_short") -> Verdict:
    """The same crawl without a child and a network."""

    def answer(request: Request) -> Answer:
        path = request.url.removeprefix(HOST)
        return Answer(pages[path]) if path in pages else Answer(status=404)

    verdict = SpiderDrive(place, answer, NOW, name).run()
    assert verdict
    return verdict


def to_do(draft: Draft, word: str) -> list[str]:
    return [each for each in draft.missing if word in each]


ROWS = json_rows(10)


@pytest.mark.parametrize(
    ("answer", "total"),
    [
        ({"total": 40, "items": ROWS}, "total"),
        ({"count": "40", "next": None, "results": ROWS}, "count"),
        ({"meta": {"pagination": {"totalCount": 40, "pageSize": 10, "totalPages": 4}}, "data": ROWS},
         "meta.pagination.totalCount"),
        ({"took": 312, "hits": {"total": {"value": 40, "relation": "eq"}, "list": ROWS}}, "hits.total.value"),
        ({"draw": 100, "recordsTotal": 900, "recordsFiltered": 40, "data": ROWS}, "recordsFiltered"),
        ({"response": {"numFound": 40, "start": 0, "docs": ROWS}}, "response.numFound"),
        ({"@odata.count": 40, "value": ROWS}, '"@odata.count"'),
        ({"page": {"size": 10, "totalElements": 40, "totalPages": 4, "number": 0}, "content": ROWS},
         "page.totalElements"),
    ],
)  # fmt: skip
def test_the_total_beside_a_list_in_json_makes_a_short_read_partial(
    place: Place, answer: dict[str, Any], total: str
) -> None:
    body = json.dumps(answer).encode()
    draft, values = drafted(place, "/api/list", body)
    assert values["json"]["list"]["total"] == total
    assert to_do(draft, "there are more pages")
    run = driven(place, {"/api/list": body})
    assert (run.state, len(place.notices("gb_short"))) == (RunState.PARTIAL, 10)
    (issue,) = (each.issue for each in place.issues() if each.issue.kind is IssueKind.TOTAL_DIFFERS)
    assert issue.reason == "the portal counts 40 notices, its pages held 10"


def test_a_short_read_of_a_portal_is_partial(place: Place) -> None:
    """In JSON, and on a web page whose next link leads past the second page and the third."""
    told, body = "<p>40 results</p>", json.dumps({"total": 40, "items": ROWS}).encode()
    first = html_list(0, told, "/list?page=4")
    drafted(place, "/api/list", body, "gb_json")
    drafted(place, "/list", first, "gb_html")
    pages = {"/api/list": body, "/list": first, "/list?page=4": html_list(30, told)}
    runs = [crawled(place, pages, name) for name in ("gb_json", "gb_html")]
    assert [(run.state, run.new) for run in runs] == [(RunState.PARTIAL, 10), (RunState.PARTIAL, 20)]


def test_a_whole_list_in_json_is_ok_and_what_its_number_counts_is_asked(place: Place) -> None:
    body = json.dumps({"count": 10, "results": ROWS}).encode()
    draft, values = drafted(place, "/api/list", body)
    assert values["json"]["list"]["total"] == "count"
    assert to_do(draft, "json.list.total: count is as many as the rows of this page")
    assert driven(place, {"/api/list": body}).state is RunState.OK


def test_a_list_without_a_total_says_that_and_how_its_pages_may_be_asked(place: Place) -> None:
    body = json.dumps({"totalPages": 4, "hasMore": True, "pageSize": 20, "items": ROWS}).encode()
    draft, values = drafted(place, "/api/list?page=1&pageSize=10", body)
    assert "total" not in values["json"]["list"]
    assert to_do(draft, "write its path as json.list.total")
    (told,) = to_do(draft, "there are more pages")
    assert "totalPages is 4 and hasMore is true and its address asks for pageSize=10" in told
    assert "listing: {pages: {param: page, first: 1, size: 10}}" in told


@pytest.mark.parametrize(
    ("beside", "told"),
    [
        ({"page": 1}, "listing: {pages: {param: page, first: 1, size: 10}}"),
        ({"offset": 0}, "listing: {pages: {param: offset, unit: row, first: 0, size: 10}}"),
        ({"links": {"next": "/api/list?after=x"}}, "listing: {next: {}} with links.next as json.list.next"),
        ({}, "listing: {pages: {param: …, size: 10}} or {next: {}}"),
    ],
)
def test_the_way_on_is_proposed_as_the_answer_tells_it(beside: dict[str, Any], told: str) -> None:
    body = json.dumps({"total": 40, **beside, "items": ROWS}).encode()
    (missing,) = to_do(guess(FetchedPage(f"{HOST}/api/list", body, None), "gb_short"), "there are more pages")
    assert told in missing


@pytest.mark.parametrize(
    "beside",
    [{"totalPages": 40}, {"pageSize": 50}, {"totalAmount": 5000}, {"tookTotalMs": 90}, {"total": 9}, {"page_count": 12},
     {"total": 40.5}, {"total": True}, {"ok": "40"}],
)  # fmt: skip
def test_other_numbers_beside_a_list_are_no_total(beside: dict[str, Any]) -> None:
    assert find_total({**beside, "items": ROWS}, ("items",), 10) is None


def html_list(first: int, told: str, following: str | None = None, row: str = "Supply of {} items") -> bytes:
    rows = "".join(
        f'<tr><td><a href="/show?id={number(place)}">{number(place)}</a></td><td>{row.format(500 + place)}</td>'
        f"<td>{place % 27 + 1:02d}/12/2026</td></tr>"
        for place in range(first, first + 10)
    )
    link = f'<a href="{following}">Next</a>' if following else ""
    return (
        f'<html lang="en"><head><title>Tenders</title></head><body><h1>Tenders</h1>{told}<table><tr><th>Reference</th>'
        f"<th>Title</th><th>Closing date</th></tr>{rows}</table>{link}</body></html>"
    ).encode()


@pytest.mark.parametrize(
    "told",
    ["<p>40 results</p>", "<div>Showing <b>1</b> to <b>10</b> of <b>40</b></div>", "<h2>Results (40)</h2>",
     "<p>Найдено: 40</p>", "<p>Wir haben 40 Treffer für Sie</p>", "<p>Il y a 40 avis</p>", "<p>Total records: 40</p>",
     "<div>40 results <select><option>10<option>20<option>50</select> <a href='/rss'>Feed</a></div>"],
)  # fmt: skip
def test_a_total_that_only_its_words_tell_makes_skipped_pages_partial(place: Place, told: str) -> None:
    """The next link of the first page leads to the last."""
    first = html_list(0, told, "/list?page=4")
    draft, values = drafted(place, "/list", first)
    assert values["listing"] == {"next": {}}
    assert "xpath" in values["html"]["list"]["total"]
    assert not to_do(draft, "no total found")
    run = driven(place, {"/list": first, "/list?page=4": html_list(30, told)})
    assert (run.state, len(place.notices("gb_short"))) == (RunState.PARTIAL, 20)
    assert "counts 40 notices, its pages held 20" in " ".join(each.issue.reason for each in place.issues())


def test_all_pages_of_a_total_that_only_its_words_tell_are_ok(place: Place) -> None:
    told = "<p>20 results</p>"
    first = html_list(0, told, "/list?page=2")
    drafted(place, "/list", first)
    run = crawled(place, {"/list": first, "/list?page=2": html_list(10, told)})
    assert (run.state, run.new) == (RunState.OK, 20)


@pytest.mark.parametrize(
    "told", ["", "<p>Page 1 of 40</p>", "<p>Total value: 40000</p>", "<p>Tenders 2026</p>", "<p>9 results</p>"]
)
def test_a_web_page_without_a_total_says_so_and_names_its_key(place: Place, told: str) -> None:
    draft, values = drafted(place, "/list", html_list(0, told, "/list?page=2"))
    assert "total" not in values["html"]["list"]
    (missing,) = to_do(draft, "no total found")
    assert "skipped pages cannot be seen" in missing
    assert "html.list.total" in missing


def test_a_page_that_goes_on_nowhere_and_counts_more_is_partial(place: Place) -> None:
    body = html_list(0, "<p>40 results</p>")
    draft, values = drafted(place, "/list", body)
    assert values["listing"] == {"file": {}}
    assert to_do(draft, "it holds 10 of 40, so each run is `partial`")
    assert driven(place, {"/list": body}).state is RunState.PARTIAL


def feed(*items: str, head: str = "<title>Tenders</title><language>en</language>") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" xmlns:dc="urn:dc"><channel>{head}{inside}</channel></rss>'.encode()


def an_item(place: int, *, guid: str | None = None, date: str | None = None, more: str = "") -> str:
    link = f"<link>https://portal.example.org/show?id={number(place)}</link>"
    named = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    day = f"<pubDate>{date}</pubDate>" if date else ""
    return f"<title>Pumps for works {place}</title>{link}{named}{day}{more}"


def day(place: int) -> str:
    return f"{place + 10} Nov 2026 08:00:00 GMT"


def test_a_feed_with_labels_in_its_descriptions_is_crawled_by_its_protocol(place: Place) -> None:
    texts = (
        f"<dc:creator>Norbridge Town Council</dc:creator><description>&lt;p&gt;For the works {n}.&lt;/p&gt;"
        f"&lt;p&gt;Closing date: {n + 1:02d}/12/2026 14:00&lt;br&gt;Estimated value: £1{n},500.00&lt;/p&gt;"
        "</description>"
        for n in range(8)
    )
    body = feed(*(an_item(n, guid=f"urn:{n}", date=day(n), more=text) for n, text in enumerate(texts)))
    draft, values = drafted(place, "/rss", body, "gb_feed")
    assert (draft.protocol, draft.is_on, draft.module) == ("rss", True, None)
    assert (values["protocol"], values["listing"]) == ("rss", {"file": {}})
    assert values["feed"]["fields"]["key"] == "id"
    assert to_do(draft, "a feed tells only its newest items, here 8, which span 7 days")
    assert to_do(draft, "feed.nothing_found")
    assert not to_do(draft, "no deadline")
    run = crawled(place, {"/rss": body}, "gb_feed")
    assert (run.state, run.new) == (RunState.OK, 8)
    first = place.notices("gb_feed")[0]
    assert (first["key"], first["title"]) == ("urn:0", {"en": "Pumps for works 0"})
    assert (first["published_at"], first["deadline_at"]) == ("2026-11-10T08:00:00+00:00", "2026-12-01T14:00:00+00:00")
    assert first["value"] == {"amount": "10500.00", "currency": "GBP"}


@pytest.mark.parametrize(
    ("guids", "told"),
    [((None,) * 8, "no item has a guid"), (("urn:0",) * 8, "items repeat the feed's guids"),
     ((None, *(f"urn:{n}" for n in range(7))), "not every item has a guid")],
)  # fmt: skip
def test_a_feed_without_guids_takes_its_keys_from_its_links_and_says_so(
    place: Place, guids: tuple[str | None, ...], told: str
) -> None:
    body = feed(*(an_item(n, guid=guid, date=day(n)) for n, guid in enumerate(guids)))
    draft, values = drafted(place, "/rss", body, "gb_feed")
    assert values["feed"]["fields"]["key"] == {"path": "link", "regex": "[?&]id=([^&#]+)"}
    assert to_do(draft, f"feed.fields.key: {told}, so the key is taken from the link")
    assert to_do(draft, "no deadline in the feed")
    assert driven(place, {"/rss": body}, "gb_feed").state is RunState.OK
    assert [each["key"] for each in place.notices("gb_feed")] == [number(n) for n in range(8)]


def test_a_feed_without_dates_is_off_and_says_what_that_costs(place: Place) -> None:
    body = feed(*(an_item(n, guid=f"urn:{n}") for n in range(8)))
    draft, values = drafted(place, "/rss", body, "gb_feed")
    assert not draft.is_on
    assert "published" not in values["feed"]["fields"]
    assert to_do(draft, "no item has a date")
    assert driven(place, {"/rss": body}, "gb_feed").state is RunState.OK


def test_dates_that_are_no_standards_are_read_by_their_format(place: Place) -> None:
    body = feed(*(an_item(n, guid=f"urn:{n}", date=f"{n + 13}/11/2026 08:30") for n in range(8)))
    _, values = drafted(place, "/rss", body, "gb_feed")
    assert values["feed"]["dates"] == ["%d/%m/%Y %H:%M"]
    driven(place, {"/rss": body}, "gb_feed")
    assert place.notices("gb_feed")[0]["published_at"] == "2026-11-13T08:30:00+00:00"


def test_a_busy_feed_is_asked_each_hour(place: Place) -> None:
    body = feed(*(an_item(n, guid=f"urn:{n}", date=f"20 Nov 2026 {n + 8:02d}:00:00 GMT") for n in range(8)))
    draft, values = drafted(place, "/rss", body, "gb_feed")
    assert values["every"] == "1h"
    assert to_do(draft, "here 8, which span 7 hours")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (feed(), "is a feed without items"),
        (feed("<title>A</title>", "<title>B</title>"), "have neither a guid nor a link of their own"),
    ],
)
def test_a_feed_that_cannot_be_read_is_refused_with_its_reason(body: bytes, told: str) -> None:
    with pytest.raises(WrongUse, match=told):
        guess(FetchedPage(f"{HOST}/rss", body, None), "gb_feed")
