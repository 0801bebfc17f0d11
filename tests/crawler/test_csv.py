"""CanadaBuys' two tables, of any size, and what becomes of odd rows."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.readers.archives import to_bundle
from crawler.readers.csv_file import read_csv
from crawler.readers.csv_portions import ROWS, read_portion, split_csv
from crawler.readers.csv_rules import check_rules
from crawler.registry import SHIPPED, load_sources
from domain.errors import SourceChanged, Unreadable
from domain.sources import RunState
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAVED = Path(__file__).parents[1] / "sources" / "ca_canadabuys"
SOURCE = load_sources()["ca_canadabuys"]
OPEN = (SAVED / "open" / "page.csv").read_bytes()
NAMES = {
    "key": "referenceNumber-numeroReference",
    "amendment": "amendmentNumber-numeroModification",
    "title": "title-titre-eng",
    "closes": "tenderClosingDate-appelOffresDateCloture",
}


def a_table(*rows: dict[str, str]) -> bytes:
    """The first row of the case `open`, with other values, as often as there are rows."""
    reader = csv.DictReader(io.StringIO(OPEN.decode("utf-8-sig"), newline=""))
    first, text = next(reader), io.StringIO(newline="")
    writer = csv.DictWriter(text, list(first))
    writer.writeheader()
    writer.writerows({**first, **{NAMES[name]: value for name, value in row.items()}} for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


@pytest.fixture
def ca(place: Place) -> Place:
    assert place.settings.sources_dir
    text = (SHIPPED / "ca_canadabuys.yml").read_text(encoding="utf-8")
    (place.settings.sources_dir / "xx_test.yml").write_text(text, encoding="utf-8")
    return place


def test_both_files_and_the_higher_amendment_of_a_notice_that_stands_in_both(ca: Place) -> None:
    many = [{"key": f"cb-{number}", "amendment": "000"} for number in range(1, 131)]
    amended = {"key": "cb-7", "amendment": "001", "title": "Amended"}
    files = {"open": a_table(*many), "new": a_table(amended, {"key": "cb-200"})}

    def answer(request: Any) -> Answer:
        return Answer(files["new" if "newTender" in request.url else "open"])

    first = SpiderDrive(ca, answer, NOW)
    assert first.run().state is RunState.OK  # type: ignore[union-attr]
    assert len(first.asked) == 2
    titles = {notice["key"]: notice["title"]["en"] for notice in ca.notices()}
    assert len(titles) == 131
    assert (titles["cb-7"], titles["cb-8"]) == ("Amended", "Pumps for building 1")
    before = ca.revisions()
    SpiderDrive(ca, answer, NOW + timedelta(hours=4)).run()
    assert ca.revisions() == before
    # The next morning the amendment stands in the large file, and nothing is new yet.
    many[6] = amended
    files.update(open=a_table(*many), new=a_table())
    assert SpiderDrive(ca, answer, NOW + timedelta(days=1)).run().state is RunState.OK  # type: ignore[union-attr]
    assert ca.revisions() == before


def test_a_table_cut_up_says_what_the_whole_says() -> None:
    body = a_table(*({"key": f"cb-{number}"} for number in range(ROWS * 2 + 1))) + b"a,b\r\n"
    whole, versions = read_csv(body, SOURCE)
    documents = list(split_csv(io.BytesIO(body), SOURCE))
    assert sum(not isinstance(content, Unreadable) for _, content in documents) == 3
    cut, again = read_portion(to_bundle(documents), SOURCE)
    assert (cut.rows, again) == (whole.rows, versions)
    for page in (cut, whole):
        assert [fault.reason for fault in page.faults] == ["2 cells under 25 headers"]


def test_the_highest_version_in_whichever_order() -> None:
    for numbers in (("000", "010", "002"), ("010", "002", "000")):
        page, versions = read_csv(a_table(*({"key": "cb-1", "amendment": n, "title": n} for n in numbers)), SOURCE)
        assert [row.title["en"] for row in page.rows] == ["010"]
        assert versions["cb-1"].timestamp() == 10


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n", "empty"),
        (b"<html><body>Maintenance</body></html>", "no such column"),
        (OPEN.replace(b"title-titre-eng", b"titleEng"), "title-titre-eng: no such column"),
        (OPEN.split(b"\r\n", 1)[0] + b"\r\na,b\r\nc,d\r\n", "none of 2 rows"),
        (OPEN.split(b"\r\n", 1)[0] + b'\r\n"' + b"x" * 2_100_000, "not CSV"),
    ],
)
def test_what_is_no_table_of_notices_is_refused(body: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as caught:
        read_csv(body, SOURCE)
    assert isinstance(caught.value, SourceChanged) or told == "not CSV"


def test_utf_16_and_a_semicolon(place: Place) -> None:
    block = {"delimiter": ";", "fields": {"key": "No", "title": "Title"}}
    place.write(protocol="csv", listing={"file": {}}, csv=block)
    page, versions = read_csv('No;Title\r\n1;"a; ""b"""\r\n'.encode("utf-16"), place.source())
    assert [(row.key, row.title) for row in page.rows] == [("1", {"en": 'a; "b"'})]
    assert versions == {}


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"fields": {"title": "Title"}}, "csv.fields.key is missing"),
        ({"fields": {"key": "No"}, "delimiter": ", "}, "csv.delimiter: write one character"),
        ({"fields": {"key": {"regex": "a"}}}, "csv.fields.key: write exactly one of column and value"),
        ({"fields": {"key": {"colum": "No"}}}, "csv.fields.key.colum: no such key"),
    ],
)
def test_rules_that_are_wrong(block: dict[str, Any], told: str) -> None:
    assert told in (check_rules(block) or "")
