"""The demo's TED keeps the Search API's rules, and its XML is what the product's own readers take for eForms."""

import http.client
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree

from app.demo.corpus import build_corpus
from app.demo.ted_notice import publications
from app.demo.ted_portal import PAGE, SEARCH, TedPortal
from app.demo.ted_query import FIELDS
from crawler.readers.ted import read_xml
from crawler.readers.ted_search import read_search
from domain.notices import Kind, RawNotice, Status

CORPUS = build_corpus(date(2026, 9, 14))
PUBLISHED = publications(CORPUS)
EVERYTHING = "publication-date>=20260801 AND publication-date<=20260914"


@pytest.fixture(scope="module")
def ted() -> Iterator[TedPortal]:
    with TedPortal(CORPUS) as portal:
        yield portal


def post(portal: TedPortal, question: dict | bytes, path: str = SEARCH) -> tuple[int, dict]:
    connection = http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=10)
    connection.request("POST", path, question if isinstance(question, bytes) else json.dumps(question))
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, json.loads(body) if body.startswith(b"{") else {}


def ask(portal: TedPortal, query: str = EVERYTHING, **more: object) -> dict:
    question = {"query": query, "fields": sorted(FIELDS), "limit": 250, "paginationMode": "ITERATION", **more}
    status, answer = post(portal, question)
    assert status == 200, answer
    return answer


def walk(portal: TedPortal, **more: object) -> list[dict]:
    pages = [ask(portal, **more)]
    while token := pages[-1]["iterationNextToken"]:
        pages.append(ask(portal, iterationNextToken=token, **more))
    return pages


def xml_of(portal: TedPortal, key: str) -> str:
    answer = portal.respond(f"/en/notice/{key}/xml")
    assert answer.status == 200
    return answer.body


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 251},
        {"limit": 0},
        {"limit": "10"},
        {"fields": []},
        {"fields": None},
        {"fields": ["colour"]},
        {"query": ""},
        {"query": "publication-date>=2026-08-01"},
        {"query": "colour=red"},
        {"scope": "SOME"},
        {"paginationMode": "CURSOR"},
        {"iterationNextToken": "nonsense"},
        {"paginationMode": "PAGE_NUMBER", "page": 61},
    ],
)
def test_a_wrong_question_is_a_400_that_says_why(ted, wrong):
    right = {"query": EVERYTHING, "fields": ["publication-number"], "limit": 250, "paginationMode": "ITERATION"}
    assert post(ted, right)[0] == 200
    status, answer = post(ted, {**right, **wrong})
    assert status == 400
    assert answer["message"]


def test_what_is_no_question_is_refused(ted):
    assert post(ted, b"")[0] == 400
    assert post(ted, b"[1]")[0] == 400
    assert post(ted, b"{}", "/v3/other")[0] == 404
    assert post(ted, b"x" * 2_000_000)[0] == 413
    assert ted.respond(SEARCH).status == 404  # it is no page


def test_tokens_lead_to_every_notice_once(ted):
    pages = walk(ted)
    numbers = [row["publication-number"] for page in pages for row in page["notices"]]
    assert numbers == [made.key for made in PUBLISHED]
    assert {len(page["notices"]) for page in pages[:-1]} == {PAGE}
    totals = [page["totalNoticeCount"] for page in pages]
    assert totals[0] == len(PUBLISHED)
    assert set(totals[1:]) == {str(len(PUBLISHED))}  # a text at times


def test_a_row_is_shaped_as_the_api_shapes_it(ted):
    rows = {row["publication-number"]: row for page in walk(ted) for row in page["notices"]}
    made = next(made for made in PUBLISHED if len(made.notice.lots) > 1 and made.deadline_at and not made.reason)
    row = rows[made.key]
    assert row["publication-date"] == f"{made.at:%Y-%m-%d}+02:00"
    assert len(row["deadline-receipt-tender-date-lot"]) == len(made.notice.lots)
    assert row["deadline-receipt-tender-time-lot"][0] == made.deadline_at.isoformat(timespec="seconds")[11:]
    assert list(row["buyer-name"]) == [made.language]
    assert isinstance(row["buyer-name"][made.language], list)
    assert len(row["buyer-country"][0]) == 3
    assert row["notice-title"]["eng"].endswith(f" – {made.notice.title}")
    assert row["notice-title"]["eng"].count(" – ") >= 2
    assert row["links"]["xml"]["MUL"] == f"{ted.url}/en/notice/{made.key}/xml"
    assert not any("deadline-receipt-tender-date-lot" in rows[each.key] for each in PUBLISHED if each.type == "veat")
    bare = ask(ted, fields=["publication-date"])["notices"][0]
    assert set(bare) == {"publication-date", "publication-number", "links"}


def test_queries_select(ted):
    def numbers(query: str, **more: object) -> list[str]:
        return [row["publication-number"] for row in ask(ted, query, **more)["notices"]]

    polish = numbers("buyer-country=POL")
    assert polish == [each.key for each in PUBLISHED if each.notice.buyer.country == "PL"][:PAGE]
    pumps = numbers("classification-cpv IN (42122000, 42120000) SORT BY publication-date DESC")
    assert pumps
    assert int(pumps[0].partition("-")[0]) > int(pumps[-1].partition("-")[0])
    one = PUBLISHED[3]
    assert numbers(f'notice-identifier="{one.id}"') == [one.key]
    assert numbers("PD>=today(-1)") == [each.key for each in PUBLISHED if f"{each.at:%Y%m%d}" >= "20260913"][:PAGE]
    assert numbers(EVERYTHING, paginationMode="PAGE_NUMBER", page=2, limit=5) == [each.key for each in PUBLISHED[5:10]]
    counts = [int(ask(ted, scope=scope)["totalNoticeCount"]) for scope in ("ALL", "LATEST", "ACTIVE")]
    assert counts == sorted(set(counts), reverse=True)


def test_the_first_searches_may_time_out():
    with TedPortal(CORPUS, timeouts=1) as portal:
        assert ask(portal)["timedOut"] is True
        again = ask(portal)
    assert again["timedOut"] is False
    assert len(again["notices"]) == PAGE


def test_nothing_is_shown_before_its_time():
    last = PUBLISHED[-1]
    with TedPortal(CORPUS, as_of=last.at - timedelta(seconds=1)) as portal:
        assert int(ask(portal)["totalNoticeCount"]) == len(PUBLISHED) - 1
        assert portal.respond(f"/en/notice/{last.key}/xml").status == 404
        portal.as_of = last.at
        assert portal.respond(f"/en/notice/{last.key}/xml").status == 200
        assert last.notice.title.split()[0] in portal.respond(f"/en/notice/-/detail/{last.key}").body


def test_rows_and_xml_tell_the_same_of_a_notice(ted):
    rows: dict[str, RawNotice] = {}
    for page in walk(ted):
        read = read_search(json.dumps(page).encode())
        assert not read.faults
        rows |= {row.key: row for row in read.rows}
    for made in PUBLISHED:
        row = rows[made.key]
        (notice,) = read_xml(xml_of(ted, made.key).encode())
        assert not notice.unknown_words
        assert (notice.key, notice.title, notice.language) == (row.key, row.title, made.notice.language)
        assert notice.title == {made.notice.language: made.notice.title}
        assert notice.published == row.published
        assert (set(notice.codes), set(notice.regions)) == (set(row.codes), set(row.regions))
        assert [buyer.name for buyer in notice.buyers] == [made.notice.buyer.name]
        assert notice.procedure_id == made.notice.key
        assert [lot.title[made.notice.language] for lot in notice.lots] == [lot.title for lot in made.lots]
        assert min((lot.deadline for lot in notice.lots if lot.deadline), default=None) == row.deadline
        if notice.kind is not Kind.CHANGE:
            assert notice.kind is row.kind


def test_kinds_changes_and_winners(ted):
    kinds = Counter(made.reason or made.type for made in PUBLISHED)
    assert kinds["update-add"] == 4
    assert kinds["cancel"] == 3
    assert kinds["pin-only"] == 4
    assert kinds["can-standard"] + kinds["veat"] == 9
    read = {made.key: read_xml(xml_of(ted, made.key).encode())[0] for made in PUBLISHED}
    for made in PUBLISHED:
        notice = read[made.key]
        if made.reason:
            assert notice.changes == read[made.earlier.key].raw["notice_id"]
            assert notice.status is (Status.CANCELLED if made.reason == "cancel" else Status.OPEN)
            assert (notice.lots[0].deadline > read[made.earlier.key].lots[0].deadline) == (made.reason != "cancel")
        if notice.kind is Kind.AWARD:
            assert notice.status is Status.AWARDED
            winners = [winner["name"] for result in notice.raw["results"] for winner in result["winners"]]
            assert winners == [made.notice.supplier.name] * len(made.lots)
        if made.earlier and not made.reason:
            assert notice.raw["previous"] == [made.earlier.key]


def test_numbers_and_organisations_are_nobody_elses(ted):
    assert min(made.number for made in PUBLISHED) >= 90_000_000
    numbers: dict[str, set[str | None]] = {}
    for made in PUBLISHED:
        buyer = read_xml(xml_of(ted, made.key).encode())[0].buyers[0]
        numbers.setdefault(buyer.id, set()).add(buyer.name)
    assert len(numbers) > 20
    assert all(len(names) == 1 for names in numbers.values())


def test_six_languages_and_more():
    spoken = Counter(notice.language for notice in CORPUS.on("ted"))
    assert len(spoken) == 7
    assert sum(spoken.values()) == 72


@pytest.mark.parametrize("kind", ["can-standard", "cn-standard"])
def test_xml_has_only_element_names_that_real_notices_have(ted, shared: Path, kind: str):
    folder = shared / "realdata"
    files = [*(folder / "ted" / "eforms").glob("*.xml"), *(folder / "no_doffin").glob("*.xml")]
    files += (folder / "ted" / "eforms_sdk_examples_synthetic").glob("c*.xml")
    real = {(above(each), each.tag) for file in files for each in etree.parse(file).getroot().iter(etree.Element)}
    for made in PUBLISHED:
        if made.type == kind:
            root = etree.fromstring(xml_of(ted, made.key).encode())
            assert {(above(each), each.tag) for each in root.iter(etree.Element)} <= real


def above(element: etree._Element) -> str | None:
    parent = element.getparent()
    return parent.tag if parent is not None else None
