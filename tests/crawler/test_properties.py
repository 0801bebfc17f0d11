"""Whatever a portal sends, readers raise nothing but the declared errors, and what comes out fits the schema."""

import contextlib
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from crawler.parse import Parsed, parse
from crawler.pipelines.normalise import to_notice
from crawler.registry import load_sources
from domain.errors import Unreadable
from domain.notice_json import from_json, to_json
from domain.notices import Document, Kind, RawBuyer, RawLot, RawMoney, RawNotice, Status
from tests.crawler.making import a_source

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs" / "notice.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
SOURCES = load_sources()
SAVED = ROOT / "tests" / "sources"
RELEASES = [
    release
    for source in SOURCES.values()
    for file in sorted(SAVED.glob(f"{source.id}/*/page.json"))
    if source.protocol == "ocds" and "odd_encoding" not in str(file)
    for release in json.loads(file.read_text(encoding="utf-8")).get("releases", ())
]
PAGES = [file.read_bytes() for file in sorted(SAVED.glob("*/*/page.html"))]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["<p>x</p>", "2026-13-01", "1e9999", "UKJ14", "http://[", "\ud800", "0001-01-01T00:00:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "amount", "title", "x"]), inner),
    max_leaves=5,
)  # fmt: skip
RELAXED = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def places_in(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += places_in(inner, (*at, key))
    return found


def check(parsed: Parsed) -> None:
    for notice in parsed.notices:
        data = to_json(notice)
        VALIDATOR.validate(data)
        assert to_json(from_json(data)) == data
        json.dumps(data, ensure_ascii=False).encode()


@RELAXED
@given(st.data())
def test_a_release_with_odd_values_in_any_place(data: st.DataObject):
    release = json.loads(json.dumps(data.draw(st.sampled_from(RELEASES))))
    for _ in range(data.draw(st.integers(1, 4))):
        *path, last = data.draw(st.sampled_from(places_in(release)))
        holder = release
        for key in path:
            holder = holder[key]
        holder[last] = data.draw(ODD)
        if not places_in(release):
            break
    with contextlib.suppress(Unreadable):
        check(parse("ocds", json.dumps({"releases": [release, *RELEASES[:1]]}).encode(), SOURCES))


@RELAXED
@given(st.lists(st.builds(dict, ODD.map(lambda value: {"ocid": "x", "tender": value})) | ODD, max_size=4))
def test_packages_of_anything(releases: list[Any]):
    with contextlib.suppress(Unreadable):
        check(parse("gb_find_a_tender", json.dumps({"releases": releases}).encode(), SOURCES))


@RELAXED
@given(st.data())
def test_a_mutilated_page_of_json(data: st.DataObject):
    body = bytearray(json.dumps({"releases": RELEASES[:2]}, ensure_ascii=False).encode())
    mutilate(body, data)
    with contextlib.suppress(Unreadable):
        check(parse("ocds", bytes(body), SOURCES))


@RELAXED
@given(st.data(), st.sampled_from(["ru_eis", "demo_html"]))
def test_a_mutilated_page_of_html(data: st.DataObject, source: str):
    body = bytearray(data.draw(st.sampled_from(PAGES)))
    mutilate(body, data)
    with contextlib.suppress(Unreadable):
        check(parse(f"html:{source}", bytes(body), SOURCES))


@RELAXED
@given(st.binary(max_size=300), st.sampled_from(["ocds", "html:ru_eis", "gb_scotland"]))
def test_any_bytes(body: bytes, reader: str):
    with contextlib.suppress(Unreadable):
        check(parse(reader, body, SOURCES))


def mutilate(body: bytearray, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, max(len(body) - 1, 0)))
        length = data.draw(st.sampled_from([0, 1, 5, 100, 5000]))
        body[start : start + length] = data.draw(
            st.binary(max_size=8) | st.sampled_from([b"<", b"{", b'"', b"]", b"\x00"])
        )


TEXTS = st.dictionaries(st.sampled_from(["und", "en", "fr"]), st.text(max_size=40), max_size=2)
MONEY = st.none() | st.builds(RawMoney, st.text(max_size=15) | st.decimals().map(str), st.none() | st.text(max_size=4))
CODES = st.lists(st.tuples(st.sampled_from(["CPV", "OKPD2", " "]), st.text(max_size=12)), max_size=3).map(tuple)
DATES = st.none() | st.text(max_size=25) | st.datetimes().map(str) | st.dates().map(str)
WORDS = st.none() | st.text(max_size=12)
BUYERS = st.builds(RawBuyer, st.text(max_size=20), WORDS, WORDS, WORDS, WORDS, WORDS, WORDS, WORDS)
LOTS = st.builds(RawLot, st.text(min_size=1, max_size=9), TEXTS, TEXTS, CODES, MONEY, DATES)
NOTICES = st.builds(
    RawNotice,
    key=st.text(min_size=1, max_size=20),
    kind=st.none() | st.sampled_from(Kind),
    status=st.none() | st.sampled_from(Status),
    url=WORDS,
    procedure_id=WORDS,
    language=WORDS,
    title=TEXTS,
    description=TEXTS,
    buyers=st.lists(BUYERS, max_size=3).map(tuple),
    country=WORDS,
    regions=st.lists(st.text(max_size=6), max_size=3).map(tuple),
    codes=CODES,
    value=MONEY,
    published=DATES,
    deadline=DATES,
    lots=st.lists(LOTS, max_size=3).map(tuple),
    documents=st.lists(st.builds(Document, st.text(max_size=20), WORDS, WORDS), max_size=2).map(tuple),
)


@RELAXED
@given(NOTICES)
def test_any_raw_notice_becomes_one_that_fits_the_schema(raw: RawNotice):
    notice, _ = to_notice(raw, a_source())
    check(Parsed((notice,)))
