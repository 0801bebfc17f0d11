"""Each saved page of each source against what it must give; each source must also refuse what it does not understand.

A missing expected.json is written, and the test fails until somebody has read it.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lxml.html import tostring

from crawler.drafting.cases import read_case
from crawler.parse import parse
from crawler.readers.html_find import Scope, read_tree
from crawler.readers.html_rules import Rule, read_rules
from crawler.registry import load_sources
from domain.errors import SourceChanged, Unreadable
from domain.sources import Source

SAVED = Path(__file__).parents[1] / "sources"
CASES = sorted(path.parent for path in SAVED.glob("*/*/meta.json"))
SOURCES = load_sources()
NEEDED = ("open", "amended", "no_results", "missing_optional")
# The sources that the readers of their protocols were built on have these as well.
FIRST = ("demo_html", "demo_js", "demo_ocds", "demo_ted", "de_oeffentlichevergabe", "eu_ted", "gb_contracts_finder",
         "gb_find_a_tender", "gb_scotland", "ru_eis", "ru_mos", "ua_prozorro", "us_sam")  # fmt: skip
OPEN_LISTS = [case for case in CASES if (case / "page.html").exists() and case.name == "open"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_saved_page_gives_what_was_read_from_it(case: Path):
    found = read_case(case, SOURCES[case.parent.name])
    expected = case / "expected.json"
    if not expected.exists():
        expected.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        pytest.fail(f"{expected} was missing and is written: read it against the page, then run again")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
def test_every_source_has_its_cases(source: Source):
    if source.protocol == "ocds" and not (SAVED / source.id).is_dir():
        return  # one reader for all of them; how each is listed is shown in test_ocds_sources.py
    names = {case.name for case in CASES if case.parent.name == source.id}
    assert set(NEEDED) <= names
    if source.id in FIRST:
        assert "odd_encoding" in names
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
    if body.startswith(b'{"uri"') and "releases ||" in source.ocds.get("rows", ""):
        assert parse(source.id, body, SOURCES).notices == ()  # so its portal says that there is nothing
        return
    with pytest.raises(Unreadable if "error" in source.ocds else SourceChanged):  # what the portal itself calls one
        parse(source.id, body, SOURCES)


@pytest.mark.parametrize("case", OPEN_LISTS, ids=lambda case: case.parent.name)
def test_a_list_whose_rows_were_renamed_is_refused(case: Path):
    source, body = SOURCES[case.parent.name], (case / "page.html").read_bytes()
    row = read_rules(source.html, source.id).list.rows.row
    with pytest.raises(SourceChanged, match="no rows"):
        parse(source.id, without(body, source, row), SOURCES)


@pytest.mark.parametrize("case", OPEN_LISTS, ids=lambda case: case.parent.name)
def test_a_list_whose_numbers_are_gone_is_refused(case: Path):
    source, body = SOURCES[case.parent.name], (case / "page.html").read_bytes()
    html = {**source.html, "list": {**source.html["list"], "fields": {**source.html["list"]["fields"], "key": "b.new"}}}
    html.pop("detail", None)
    with pytest.raises(SourceChanged, match="none of"):
        parse(source.id, body, {source.id: replace(source, html=html)})


def without(body: bytes, source: Source, rule: Rule) -> bytes:
    """The saved page without the elements of a rule, and without the pages of single notices that may lie in it."""
    tree = read_tree(body, source.encoding)
    found = Scope(tree, source.endpoint).rows(rule)
    assert found
    for element in found:
        element.drop_tree()
    return tostring(tree, encoding="utf-8")
