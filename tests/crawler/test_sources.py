"""Each saved page of each source against what it must give; each source must also refuse what it does not understand.

A missing expected.json is written, and the test fails until somebody has read it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.loader import to_spider
from crawler.parse import parse
from crawler.pipelines.normalise import to_notice
from crawler.readers.html import ListPage, read_detail, read_list
from crawler.readers.ocds import OcdsPage, merge_releases, read_page, read_release
from crawler.readers.ted import read_xml
from crawler.reading import Fetched
from crawler.registry import load_sources
from domain.errors import SourceChanged
from domain.notice_json import to_json
from domain.notices import RawNotice
from domain.sources import Source, Step

SAVED = Path(__file__).parents[1] / "sources"
CASES = sorted(path.parent for path in SAVED.glob("*/*/meta.json"))
SOURCES = load_sources()
# What a portal's list calls its rows and their numbers.
ROWS = (b"search-registry-entry-block", b"CardStyles__MainInfoContainer", b'<article class="tender"')
NUMBERS = (b"registry-entry__header-mid__number", b"MainInfoNumberHeader", b'<a class="number"')
NEEDED = ("open", "amended", "no_results", "missing_optional", "odd_encoding")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_saved_page_gives_what_was_read_from_it(case: Path):
    found = read_case(case)
    expected = case / "expected.json"
    if not expected.exists():
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{expected} was missing and is written: read it against the page, then run again")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
def test_every_source_has_its_cases(source: Source):
    names = {case.name for case in CASES if case.parent.name == source.id}
    assert set(NEEDED) <= names
    assert names & {"closed", "cancelled"}


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n\0",
        b"<html><body><p>Service unavailable</p></body></html>",
        b'{"error": "internal", "status": 500}',
        b'{"detail": "Too many requests", "status": 429}',
        b'{"uri": "x", "publishedDate": "2026-10-05T09:00:00Z"}',
        b"[]0",
        b"null",
    ],
    ids=lambda body: body.decode()[:20],
)
def test_every_source_refuses_a_page_without_its_rows(source: Source, body: bytes):
    with pytest.raises(SourceChanged):
        parse(source.id, body, SOURCES)


@pytest.mark.parametrize(
    "case", [case for case in CASES if (case / "page.html").exists() and case.name == "open"], ids=str
)
def test_a_list_whose_rows_were_renamed_is_refused(case: Path):
    body = renamed(case, ROWS)
    with pytest.raises(SourceChanged, match="no rows"):
        parse(case.parent.name, body, SOURCES)


@pytest.mark.parametrize(
    "case", [case for case in CASES if (case / "page.html").exists() and case.name == "open"], ids=str
)
def test_a_list_whose_numbers_are_gone_is_refused(case: Path):
    body = renamed(case, NUMBERS)
    with pytest.raises(SourceChanged, match="none of"):
        parse(case.parent.name, body, SOURCES)


def renamed(case: Path, names: tuple[bytes, ...]) -> bytes:
    """The saved page with all these names changed; at least one stands in it."""
    body = before = (case / "page.html").read_bytes()
    for name in names:
        body = body.replace(name, name.replace(b"_", b"-")[:-4] + b"new" + name[-1:])
    assert body != before
    return body


def read_case(case: Path) -> dict[str, Any]:
    meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
    source = SOURCES[case.parent.name]
    body = (case / meta["page"]).read_bytes()
    if source.protocol not in ("ocds", "html"):
        return read_by_spider(case, meta, body, source)
    if source.protocol == "ocds":
        page = read_page(body, source.encoding)
        before = read_page((case / meta["before"]).read_bytes()).releases if "before" in meta else ()
        return told(read_ocds(page, before, source), page, source)
    if meta.get("read") == "detail":
        row = None
        if "row" in meta:
            rows = read_list((case / meta["row"]).read_bytes(), source, meta["url"]).rows
            row = rows[0]
        return told([read_detail(body, source, meta["url"], row)], None, source)
    page = read_list(body, source, meta["url"])
    return {**told(page.rows, page, source), "details": page.details}


def read_by_spider(case: Path, meta: dict[str, Any], body: bytes, source: Source) -> dict[str, Any]:
    """What the source's spider makes of a page; a document of XML alone is what `parse` takes."""
    if body.lstrip(b"\xef\xbb\xbf").startswith(b"<"):
        return told(read_xml(body, source.protocol), None, source)
    before = read_page((case / meta["before"]).read_bytes()).releases if "before" in meta else ()
    step = Step(meta["url"], meta.get("read", "page" if source.protocol else "detail"), meta["url"])
    found = to_spider(source)().read(
        Fetched(step, meta["url"], body, None), lambda ocids: {each["ocid"]: [each] for each in before}
    )
    details = {each.key: [each.token, each.url] for each in found.details}
    of_page = {"total": found.total, "next_url": found.next_url, "faults": [str(fault) for fault in found.faults]}
    return {**told(found.notices, None, source), **of_page, "details": details, "cursor": found.cursor}


def read_ocds(page: OcdsPage, before: Any, source: Source) -> list[RawNotice]:
    groups: dict[str, list[dict[str, Any]]] = {release["ocid"]: [] for release in page.releases}
    for release in (*before, *page.releases):
        groups.get(release["ocid"], []).append(release)
    return [read_release(merge_releases(releases), source) for releases in groups.values()]


def told(rows: Any, page: OcdsPage | ListPage | None, source: Source) -> dict[str, Any]:
    read = [to_notice(row, source) for row in rows]
    found: dict[str, Any] = {
        "notices": [to_json(notice) for notice, _ in read],
        "issues": [[issue.kind.value, issue.element, issue.reason] for _, issues in read for issue in issues],
    }
    if page is not None:
        found |= {"total": page.total, "next_url": page.next_url, "faults": [str(fault) for fault in page.faults]}
    return found
