"""Each saved page of each source against what it must give; each source must also refuse what it does not understand.

A missing expected.json is written, and the test fails until somebody has read it.
"""

import json
from pathlib import Path

import pytest

from crawler.drafting.cases import read_case
from crawler.parse import parse
from crawler.registry import load_sources
from domain.errors import SourceChanged, Unreadable
from domain.sources import Source

SAVED = Path(__file__).parents[1] / "sources"
CASES = sorted(path.parent for path in SAVED.glob("*/*/meta.json"))
SOURCES = load_sources()
# What a portal's list calls its rows and their numbers.
ROWS = (b"search-registry-entry-block", b"CardStyles__MainInfoContainer", b'<article class="tender"')
NUMBERS = (b"registry-entry__header-mid__number", b"MainInfoNumberHeader", b'<a class="number"')
NEEDED = ("open", "amended", "no_results", "missing_optional", "odd_encoding")


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
