"""The json_api protocol is data: an API described by its paths alone."""

import json
from dataclasses import replace
from typing import Any

import pytest

from crawler.pipelines.normalise import to_notice
from crawler.presets import expand
from crawler.readers.json_notices import read_detail, read_list, read_page
from crawler.readers.json_rules import check_rules
from domain.errors import SourceChanged, Unreadable
from domain.notices import Kind, RawNotice, Status
from domain.sources import Source
from tests.crawler.making import a_source

URL = "https://portal.example.org/api?from=2026-11-20"
BLOCK: dict[str, Any] = {
    "dates": ["%d/%m/%Y %H:%M"],
    "decimal": ".",
    "list": {
        "rows": "data.rows",
        "total": "data.total",
        "next": {"path": "data.last", "param": "after"},
        "error": "fault.text",
        "empty": ["nothing was published"],
        "fields": {
            "key": "id",
            "title": {"path": "title", "by_key": True},
            "description": {"path": "inner", "decode": "json", "then": "text"},
            "kind": "type",
            "status": {"value": "open"},
            "buyer": "buyers[].name",
            "value": {"path": "amount", "unknown": ["0", "0.0"]},
            "deadline": ["join(' ', [day, hour])", {"path": "day"}],
            "codes": [{"path": "cpv", "split": ",", "scheme": "CPV"}, {"path": "unspsc", "scheme": "UNSPSC"}],
            "url": {"template": "https://portal.example.org/{row.lang}/{row.id}"},
        },
    },
}
ROW: dict[str, Any] = {
    "id": 7,
    "lang": "de/ch",
    "title": {"de": "Pumpen &amp; Ventile", "fr": "Pompes", "en": None},
    "inner": '{"text": "<p>Vier <b>Pumpen</b></p>"}',
    "type": "Ausschreibung",
    "buyers": [{"name": "Stadt Seeblick"}],
    "amount": 1500.5,
    "day": "01/12/2026",
    "hour": "10:30",
    "cpv": "42122000-0,51130000",
}


def a_json_source(block: dict[str, Any] | None = None, **changes: Any) -> Source:
    values = {"protocol": "json_api", "json": block or BLOCK, "language": "de", "currency": "CHF"}
    return a_source(**{**values, "zone": "Europe/Zurich", "kinds": {"Ausschreibung": Kind.TENDER}, **changes})


def a_body(*rows: Any, total: Any = "1", **data: Any) -> bytes:
    return json.dumps({"data": {"rows": list(rows), "total": total, **data}}).encode()


def read(body: bytes, source: Source | None = None) -> RawNotice:
    (row,) = read_list(body, source or a_json_source(), URL).rows
    return row


def but(**changes: Any) -> dict[str, Any]:
    block = json.loads(json.dumps(BLOCK))
    block["list"].update(changes)
    return block


def test_a_row_becomes_a_notice() -> None:
    source = a_json_source()
    notice, issues = to_notice(read(a_body(ROW)), source)
    assert issues == []
    assert (notice.key, notice.kind, notice.status) == ("7", Kind.TENDER, Status.OPEN)
    assert notice.title == {"de": "Pumpen & Ventile", "fr": "Pompes"}
    assert notice.description == {"de": "Vier Pumpen"}
    assert [buyer.name for buyer in notice.buyers] == ["Stadt Seeblick"]
    assert str(notice.value and notice.value.amount) == "1500.5"
    assert notice.deadline_at
    assert notice.deadline_at.isoformat() == "2026-12-01T10:30:00+01:00"
    assert [code.id for code in notice.codes] == ["42122000", "51130000"]
    assert notice.url == "https://portal.example.org/de%2Fch/7"


def test_a_missing_value_lets_the_next_rule_count() -> None:
    row = read(
        a_body({**ROW, "hour": None, "cpv": None, "unspsc": 40151500, "amount": 0.0, "inner": "{", "lang": None})
    )
    assert (row.deadline, row.codes, row.value) == ("01/12/2026", (("UNSPSC", "40151500"),), None)
    assert (row.description, row.url) == ({}, None)


def test_the_language_is_one_of_the_title_where_it_is_not_the_sources() -> None:
    assert read(a_body({**ROW, "title": {"de": None, "fr": "Pompes", "it": "Pompe"}})).language == "fr"
    assert read(a_body(ROW)).language == "de"


def test_html_is_read_before_it_is_cut() -> None:
    fields = {**BLOCK["list"]["fields"], "procedure": {"path": "page", "html": True, "regex": r"Art: (\w+)"}}
    row = read(
        a_body({**ROW, "page": "<dl><dt>Art:</dt> <dd><b>offen</b></dd></dl>"}), a_json_source(but(fields=fields))
    )
    assert row.raw is None
    row = read(a_body({**ROW, "page": "<p>Art:&#32;<b>offen</b></p>"}), a_json_source(but(fields=fields)))
    assert row.raw == {"procedure": "offen"}


@pytest.mark.parametrize("rows", [[ROW, {**ROW, "id": 8}], {"a": ROW, "b": {**ROW, "id": 8}}])
def test_rows_are_a_list_or_the_values_of_an_object(rows: Any) -> None:
    page = read_list(json.dumps({"data": {"rows": rows, "total": "2", "last": "8"}}).encode(), a_json_source(), URL)
    assert [row.key for row in page.rows] == ["7", "8"]
    assert (page.total, page.next_url) == (2, f"{URL}&after=8")


def test_more_and_pages_are_told() -> None:
    source = a_json_source(but(more="data.last == `false`", pages="data.pages", next="data.next"))
    page = read_list(a_body(ROW, last=True, pages="3", next="?page=2"), source, URL)
    assert (page.more, page.pages, page.next_url) == (False, 3, None)
    page = read_list(a_body(ROW, last=False, next="?page=2"), source, URL)
    assert (page.more, page.pages, page.next_url) == (True, None, "?page=2")


def test_a_row_without_a_key_is_a_fault() -> None:
    page = read_list(a_body(ROW, {**ROW, "id": None}, "text"), a_json_source(), URL)
    assert [str(fault) for fault in page.faults] == [f"data.rows[{place}]: path 'id': no key found" for place in (1, 2)]


@pytest.mark.parametrize(
    "body",
    [a_body(total=0), a_body(total="0"), b'{"data": {"total": "0"}}', b'{"text": "Nothing was published today"}'],
)
def test_an_empty_list_is_believed_where_the_portal_says_so(body: bytes) -> None:
    assert read_list(body, a_json_source(), URL).rows == ()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "the body is empty"),
        (b"<html>Wartung</html>", "HTML"),
        (b'{"fault": {"text": "ticket"}}', "fault.text: the portal answers with an error: ticket"),
        (b'{"data": {"total": 3}}', "data.rows: no rows"),
        (b'{"data": {"rows": {}, "total": 3}}', "data.rows: no rows"),
        (b'{"data": {"rows": "soon"}}', "data.rows: no rows"),
        (b'{"data": {"rows": [{"name": 1}], "total": 1}}', "path 'id': none of 1 rows can be read: no key found"),
        (b'{"data": {"rows": [{"id": 1}]}}', "data.total: no total"),
        (b"{}{}", "2 JSON texts"),
    ],
)
def test_a_body_that_is_no_list_is_refused_with_its_path(body: bytes, told: str) -> None:
    with pytest.raises(SourceChanged) as refused:
        read_list(body, a_json_source(), URL)
    assert told in str(refused.value)


def test_what_is_no_json_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        read_list(b'{"data": {"rows": [', a_json_source(), URL)


DETAIL: dict[str, Any] = {
    "is": "notice.id",
    "row": "notice",
    "fields": {"key": "id", "title": "name", "codes": {"path": "cpv[].code", "all": True, "scheme": "CPV"}},
    "lots": {"row": "lots", "fields": {"key": "no", "title": {"path": "name", "by_key": True}, "value": "sum"}},
    "documents": {"row": "files", "fields": {"url": "href", "title": "name"}},
}


def test_a_document_goes_over_its_row() -> None:
    source = a_json_source({**BLOCK, "detail": DETAIL}, endpoints={"detail": "https://portal.example.org/n/{row.id}"})
    page = read_list(a_body(ROW), source, URL)
    assert page.details == {"7": "https://portal.example.org/n/7"}
    assert page.rows[0].partial
    document = {
        "notice": {
            "id": 7,
            "name": "Pumpen und Rohre",
            "cpv": [{"code": "42122000"}, {"code": "44160000"}],
            "lots": {"no": 1, "name": {"de": "Los"}, "sum": 10},
            "files": [{"href": "https://x.example/a.pdf", "name": "A & B"}, {"href": "https://x.example/a.pdf"}, {}],
        }
    }
    found = read_detail(json.dumps(document).encode(), source, page.rows[0])
    assert found.title == {"de": "Pumpen und Rohre"}
    assert found.deadline == "01/12/2026 10:30"
    assert [code for _, code in found.codes] == ["42122000", "44160000"]
    assert [(lot.key, lot.title) for lot in found.lots] == [("1", {"de": "Los"})]
    assert [each.url for each in found.documents] == ["https://x.example/a.pdf"]
    assert not found.partial
    assert read_page(json.dumps(document).encode(), source, URL).rows[0].key == "7"
    for wrong, told in (({"notice": {}}, "no notice's document"), ({"notice": {"id": 8}}, "of notice 8, not 7")):
        with pytest.raises(SourceChanged, match=told):
            read_detail(json.dumps(wrong).encode(), source, page.rows[0])


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({}, "json.list is missing"),
        ({"list": {"fields": {"key": "id"}}}, "json.list.rows is missing"),
        ({"list": {"rows": "@", "fields": {}}}, "json.list.fields.key is missing"),
        ({"list": {"rows": "a[", "fields": {"key": "id"}}}, "json.list.rows: 'a[': no JMESPath"),
        ({"list": {"rows": "@", "fields": {"key": {"path": "id", "value": 1}}}}, "write exactly one of path, template"),
        ({"list": {"rows": "@", "fields": {"key": {"paht": "id"}}}}, "json.list.fields.key.paht: no such key"),
        ({"list": {"rows": "@", "fields": {"key": "id", "url": {"template": "https://x"}}}}, "no value of the row"),
        ({"list": {"rows": "@", "fields": {"key": "id", "codes": "cpv"}}}, "codes of no scheme; write scheme: CPV"),
        ({"list": {"rows": "@", "fields": {"key": {"path": "id", "regex": "("}}}}, "no regular expression"),
        ({"list": {"rows": "@", "fields": {"key": "id"}}, "detail": {"fields": {}}}, "json.detail.is is missing"),
        ({"dates": "x", "list": {}}, "json.dates: 'x' is no strptime format"),
    ],
)
def test_a_mistake_is_told_with_its_path(block: dict[str, Any], told: str) -> None:
    assert told in (check_rules(block) or "")


def test_a_preset_needs_a_dataset_a_column_and_fields() -> None:
    values = expand(
        {
            "protocol": "opendatasoft",
            "endpoint": "https://ods.example/api/explore/v2.1/catalog/datasets/calls/records",
            "listing": {"window": {"first": "3d"}},
            "json": {"date": "published", "order": "id", "where": "kind = 'call'", "list": {"fields": {"key": "id"}}},
        }
    )
    assert check_rules(values["json"]) is None
    assert values["listing"]["window"] == {"first": "3d", "by": "day"}
    assert values["listing"]["pages"]["ceiling"] * values["listing"]["pages"]["size"] == 10_000
    assert values["endpoint"].endswith(
        "?where=published%20%3E%3D%20date%27{low:%Y-%m-%d}%27%20AND%20published%20%3C%3D%20date%27{high:%Y-%m-%d}%27"
        "%20AND%20%28kind%20%3D%20%27call%27%29&order_by=published,id"
    )


def test_a_column_of_moments_is_asked_in_windows_that_are_halved() -> None:
    values = expand(
        {
            "protocol": "opendatasoft",
            "endpoint": "https://ods.example/records?lang=fr",
            "listing": {"window": {"size": "7d"}},
            "json": {"date": "at", "list": {"fields": {"key": "id"}}},
        }
    )
    assert values["listing"]["window"] == {"size": "7d", "halve_when_full": 10_000}
    assert "?lang=fr&where=at%20%3E%3D%20date%27{low:%Y-%m-%dT%H:%M:%S}" in values["endpoint"]
    assert "at%20%3C%20date" in values["endpoint"]


def test_amounts_and_dates_are_read_by_the_block_of_the_source() -> None:
    source = a_json_source()
    assert (source.dates, source.decimal) == (("%d/%m/%Y %H:%M",), ".")
    assert replace(source, json={**BLOCK, "dates": "%d.%m.%Y"}).dates == ("%d.%m.%Y",)
