"""Wrong uses of placeholders, links, requests and paths are told with their line and how to mend them."""

from pathlib import Path
from typing import Any

import pytest

from crawler.registry import check_sources
from tests.crawler.portals import write_source

MONTHS = {"window": {"by": "month"}}
PLACED = "https://portal.invalid/{low:%Y}/{low.month}"
FILES = {"rows": "data", "url": "url"}


def links(**changes: Any) -> dict[str, Any]:
    values = {**FILES, **changes}
    return {"listing": {"links": {name: value for name, value in values.items() if value is not None}}}


@pytest.mark.parametrize(
    ("changes", "at", "told"),
    [
        ({"endpoint": "https://a.invalid/{low:%Y}"}, "endpoint", "{low:%Y} without a window"),
        ({"endpoint": "https://a.invalid/{low:Y}", "listing": MONTHS}, "endpoint", "{low:Y} is no date"),
        ({"endpoint": "https://a.invalid/{low.week}", "listing": MONTHS}, "endpoint", "{low.week} is no date"),
        ({"endpoint": PLACED + "/{page}", "listing": MONTHS}, "endpoint", "{page} without pages"),
        ({"endpoint": "https://a.invalid/{row.id}"}, "endpoint", "{row.id} without a row"),
        ({"endpoint": "https://a.invalid/{nummer}"}, "endpoint", "{nummer} stands for nothing"),
        ({"endpoint": PLACED, "listing": {"window": {"begins": 7, "by": "month"}}}, "begins", "write by: year"),
        ({"listing": MONTHS}, "listing.window", "write from: PARAMETER, or {low:%Y-%m-%d}"),
        ({"listing": {"pages": {"size": 5}}}, "listing.pages", "nothing says where the page's number goes"),
        (
            {"endpoint": "https://a.invalid/{page}", "listing": {"pages": {"size": 5, "param": "page"}}},
            "listing.pages.param",
            "remove one of the two",
        ),
        (
            {"endpoint": PLACED, "listing": {**MONTHS, "next": {"stop_when_known": True}}},
            "stop_when_known",
            "a window has an end of its own",
        ),
        (links(rows=None), "listing.links", "nothing says where the entries stand"),
        (links(css="a"), "listing.links", "rows and css says where the entries stand"),
        (links(rows="data["), "listing.links.rows", "no JMESPath"),
        (links(rows=None, css="a["), "listing.links.css", "no selector"),
        (links(rows=None, xpath="//a["), "listing.links.xpath", "no selector"),
        (links(url="https://a.invalid/x"), "listing.links.url", "the same address for each entry"),
        (links(url="https://a.invalid/{row.a b}"), "listing.links.url", "no JMESPath"),
        (links(url="https://a.invalid/{row.id}/{page}"), "listing.links.url", "{page} has no value"),
        (links(url="a..b"), "listing.links.url", "no JMESPath"),
        (links(regex="(a"), "listing.links.regex", "no regular expression"),
        (links(version="row.[x"), "listing.links.version", "no JMESPath"),
        (links(date={"by": "month", "regex": r"\d{4}"}), "listing.links.date.regex", "0 groups where 2 are read"),
        (links(overlap="3d"), "listing.links.overlap", "nothing tells what is old"),
        ({"request": {"method": "GET", "json": {}}}, "request.json", "a GET has no body"),
        ({"request": {"form": {}, "csrf": {"cookie": "a", "field": "a"}}}, "request.csrf", "write cookie_from"),
        ({"request": {"headers": {"Authorization": "Bearer x"}}}, "headers.Authorization", "holds a key"),
        ({"request": {"json": {"api_key": "{key}"}}}, "request.json.api_key", "{key} without key_env"),
        (
            {"request": {"token": {"url": "https://a.invalid/", "path": "a..b"}}},
            "request.token.path",
            "no JMESPath",
        ),
        ({"ocds": {"rows": "data[?x"}}, "ocds.rows", "no JMESPath"),
        ({"ocds": {"empty": [200]}}, "ocds.empty", "200"),
    ],
)
def test_a_wrong_use_is_told(tmp_path: Path, changes: dict[str, Any], at: str, told: str) -> None:
    write_source(tmp_path, **changes)
    _, problems = check_sources(tmp_path)
    assert len(problems) == 1, problems
    assert told in problems[0]
    assert f"{at}" in problems[0]
    assert "line " in problems[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"endpoint": PLACED, "listing": MONTHS},
        {"endpoint": "https://a.invalid/{low:%Y}", "listing": {"window": {"by": "year", "begins": 7, "first": "400d"}}},
        {"endpoint": "https://a.invalid/{a}?from={low:%Y}&to={high:%Y}", "listing": {"window": {"over": {"a": [1]}}}},
        {"request": {"json": {"page": "{page}"}}, "listing": {"pages": {"size": 5, "unit": "row"}}},
        {"listing": {"file": {}, "links": FILES}, "ocds": {"empty": [404, "nothing"], "only": "-"}},
        links(url='/d/{row."data-id"}/{row.a[0]}', version="row.last_modified", again=2),
        links(rows=None, regex=r"(\d+)-", url="https://a.invalid/{row}"),
        {"listing": {"window": {"whole": True}, "links": {"rows": "a", "url": "/{row.id}?from={low:%Y}"}}},
        links(
            rows=None, url=None, feed=True, date={"by": "day", "path": "published", "format": "%d.%m.%Y"}, first="9d"
        ),
    ],
)
def test_what_is_right_is_not_told(tmp_path: Path, changes: dict[str, Any]) -> None:
    write_source(tmp_path, **changes)
    assert check_sources(tmp_path)[1] == []
