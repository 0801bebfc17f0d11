"""The html protocol is data: another portal than EIS, described by its rules alone."""

from dataclasses import replace
from typing import Any

import pytest

from crawler.pipelines.normalise import to_notice
from crawler.readers.html import read_detail, read_list, read_page
from crawler.readers.html_find import Scope, read_tree
from crawler.readers.html_rules import check_rules, read_rule
from domain.errors import BadSource, SourceChanged, Unreadable
from domain.notices import Kind, Status
from domain.sources import Source
from tests.crawler.making import a_raw, a_source

URL = "https://portal.example.org/list?page=1"
RULES: dict[str, Any] = {
    "dates": ["%d/%m/%Y %H:%M"],
    "decimal": ",",
    "list": {
        "row": {"css": "tr.tender", "count": "1+"},
        "total": {"css": "p.total", "regex": r"of (\d+)"},
        "next": {"css": "a[rel=next]", "attribute": "href"},
        "nothing_found": ["Keine Ergebnisse"],
        "fields": {
            "key": {"css": "td.no", "count": 1},
            "url": {"css": "td.name a", "attribute": "href"},
            "title": "td.name",
            "status": "td.state",
            "kind": {"value": "tender"},
            "codes": {"css": "td.cpv", "split": ";", "scheme": "CPV"},
            "deadline": {"label": "Frist"},
        },
    },
    "detail": {
        "is": "dl.notice",
        "fields": {
            "key": [{"label": "Aktenzeichen"}, {"page": True, "regex": r"id=(\w+)"}],
            "title": {"css": "h1"},
            "description": {"css": "div.text p", "all": True},
            "buyer": {"label": ["Auftraggeber", "Vergabestelle*"]},
            "buyer_country": {"value": "DE"},
            "value": {"label": "Wert"},
            "deadline": {"label": "Frist"},
            "status": {"css": ".nowhere"},
        },
        "documents": {
            "row": "ul.files a",
            "fields": {"url": {"xpath": ".", "attribute": "href"}, "title": {"xpath": "."}},
        },
    },
}
LIST = """<html><body><p class=total>1-2 of 12</p><table>
<tr class=tender><td class=no>A1</td><td class=name><a href="/n?id=A1">Pumpen &amp;amp; Ventile</a></td><td
class=state>offen</td>
<td class=cpv>42122000-0; 42131000</td><td><span>Frist:</span> <b>01/11/2026 12:00</b></td></tr>
<tr class=tender><td class=no>A2</td><td class=name><a href="/n?id=A2">Rohre</a></td><td class=state>neu!</td></tr>
</table><a rel=next href="?page=2">weiter</a></body></html>"""
DETAIL = """<html><body><h1>Pumpen<br>und Ventile</h1><dl class=notice>
<dt>Aktenzeichen</dt><dd>A1</dd>
<dt>Vergabestelle (Amt)</dt><dd>Stadt &lt;b&gt;Musterbach&lt;/b&gt;</dd>
<dt>Wert:</dt><!-- x --><dd>1.234,50 €</dd></dl>
<p><b>Frist:</b> 02/11/2026 12:00</p>
<div class=text><p>Eins.</p><p>Zwei &amp;lt;drei&amp;gt;.<script>nein()</script></p></div>
<ul class=files><li><a href="a.pdf">A</a></li><li><a href="javascript:x()">B</a></li></ul></body></html>"""


def portal(**html: Any) -> Source:
    return a_source(
        protocol="html", html={**RULES, **html}, country="DE", zone="Europe/Berlin", language="de", currency="EUR",
        statuses={"Offen": Status.OPEN},
    )  # fmt: skip


def test_a_list_is_read_by_its_rules():
    page = read_list(LIST.encode(), portal(), URL)
    first, second = page.rows
    assert (page.total, page.next_url) == (12, "https://portal.example.org/list?page=2")
    assert page.details == {"A1": "https://portal.example.org/n?id=A1", "A2": "https://portal.example.org/n?id=A2"}
    assert (first.status, first.kind, first.deadline, first.partial) == (
        Status.OPEN,
        Kind.TENDER,
        "01/11/2026 12:00",
        True,
    )
    assert first.codes == (("CPV", "42122000-0"), ("CPV", "42131000"))
    assert second.unknown_words == (("status", "neu!"),)
    notice, _ = to_notice(first, portal())
    assert notice.title == {"de": "Pumpen &amp; Ventile"}  # decoded once
    assert notice.deadline_at
    assert notice.deadline_at.isoformat() == "2026-11-01T12:00:00+01:00"


def test_a_page_of_a_notice_goes_over_its_row():
    source = portal()
    row = read_list(LIST.encode(), source, URL).rows[0]
    raw = read_detail(DETAIL.encode(), source, "https://portal.example.org/n/1", row)
    notice, issues = to_notice(raw, source)
    assert (raw.partial, raw.status, raw.codes) == (False, Status.OPEN, row.codes)
    assert notice.title == {"de": "Pumpen und Ventile"}
    assert notice.description == {"de": "Eins.\n\nZwei &lt;drei&gt;."}
    assert notice.buyers[0].name == "Stadt <b>Musterbach</b>"
    assert (str(notice.value.amount), notice.value.currency) == ("1234.50", "EUR") if notice.value else False
    assert notice.deadline_at
    assert notice.deadline_at.day == 2
    assert [document.url for document in notice.documents] == ["https://portal.example.org/n/a.pdf"]
    assert not issues


def test_a_key_may_stand_in_the_address_alone():
    body = DETAIL.replace("Aktenzeichen", "Nummer").encode()
    assert read_detail(body, portal(), "https://portal.example.org/n?id=A9", None).key == "A9"
    with pytest.raises(SourceChanged, match="label 'Aktenzeichen'"):
        read_detail(body, portal(), "https://portal.example.org/n", None)


def test_the_page_of_another_notice_is_refused():
    with pytest.raises(SourceChanged, match="of notice A1, not A2"):
        read_detail(DETAIL.encode(), portal(), URL, a_raw(key="A2"))


def test_a_page_without_the_mark_is_no_notices_page():
    with pytest.raises(SourceChanged, match=r"css 'dl.notice'"):
        read_detail(LIST.encode(), portal(), URL, a_raw(key="A1"))


def test_list_or_page_is_told_by_what_is_found():
    assert len(read_page(LIST.encode(), portal(), URL).rows) == 2
    assert read_page(DETAIL.encode(), portal(), "").rows[0].key == "A1"
    with pytest.raises(SourceChanged):
        read_page(b"<p>x</p>", portal(), URL)


def test_an_empty_list_is_believed_in_the_portals_words_only():
    assert read_list(b"<p>Leider: keine  ergebnisse.</p>", portal(), URL).rows == ()
    assert read_list(b"<p class=total>0 of 0</p>", portal(), URL).total == 0
    with pytest.raises(SourceChanged, match=r"tr\.tender"):
        read_list(b"<p>Wartung</p>", portal(), URL)


def test_a_row_that_breaks_a_pinned_count_is_a_fault():
    body = LIST.replace("<td class=no>A2</td>", "<td class=no>A2</td><td class=no>A3</td>").encode()
    page = read_list(body, portal(), URL)
    assert [row.key for row in page.rows] == ["A1"]
    assert [str(fault) for fault in page.faults] == ["list.row[1]: css 'td.no': 2 found where 1 were promised"]


def test_no_row_that_can_be_read_is_a_changed_source():
    with pytest.raises(SourceChanged, match="none of 2 rows"):
        read_list(LIST.replace("class=no", "class=nr").encode(), portal(), URL)


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ({}, "neither list nor detail"),
        ({"list": {"fields": {"key": "a"}}}, "html.list.row is missing"),
        ({"list": {"row": "tr", "fields": {}}}, "html.list.fields.key is missing"),
        ({"list": {"row": "tr", "fields": {"key": "a["}}}, "is no selector"),
        ({"list": {"row": "tr", "fields": {"key": {"css": "a", "label": "b"}}}}, "exactly one of"),
        ({"list": {"row": "tr", "fields": {"key": {"css": "a", "regex": "("}}}}, "no regular expression"),
        ({"list": {"row": "tr", "fields": {"key": {"css": "a", "count": "many"}}}}, "count"),
        ({"list": {"row": "tr", "fields": {"key": "a", "titel": "b"}}}, "html.list.fields.titel: no such key"),
        ({"list": {"row": "tr", "fields": {"key": []}}}, "empty list"),
        ({"list": []}, "write a mapping"),
        ({"dates": ["dd.mm"], "list": {"row": "tr", "fields": {"key": "a"}}}, "strptime"),
        ({"decimal": "x"}, "decimal"),
        ({"detail": {"fields": {}}}, "html.detail.is is missing"),
        ({"detail": {"is": "a", "fields": {}, "lots": {"row": "tr", "fields": {}}}}, "html.detail.lots.fields.key"),
        ({"detail": {"is": "a", "fields": {"key": {"xpath": "//a["}}}}, "no selector"),
    ],
)
def test_wrong_rules_are_told_with_their_path(html: dict[str, Any], said: str):
    assert said in (check_rules(html) or "")
    with pytest.raises(BadSource, match="source xx_portal"):
        read_list(b"<p>x</p>", replace(portal(), html=html), URL)


def test_right_rules_are_right():
    assert check_rules(RULES) is None


def test_another_address_and_relative_links():
    page = read_list(LIST.replace('href="/n?id=A1"', 'href="//evil[.example"').encode(), portal(), URL)
    assert page.rows[0].url == "//evil[.example"
    assert "A1" not in page.details


def test_html_is_refused_where_it_is_empty():
    for body in (b"", b"  \n"):
        with pytest.raises(SourceChanged):
            read_list(body, portal(), URL)
    with pytest.raises(Unreadable):
        read_list(b"\0\x01", portal(), URL)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<contract xmlns="urn:x"/>', "XML"),
        (b' {"error": "no such page"}', "JSON"),
        (b'[{"id": 1}]', "JSON"),
        (b"{}", "JSON"),
    ],
)
def test_what_is_no_web_page_is_told_by_its_kind(body: bytes, kind: str):
    with pytest.raises(SourceChanged, match=f"the answer is {kind} where a web page was promised"):
        read_list(body, portal(), URL)


def test_a_page_that_declares_itself_as_xml_is_a_web_page():
    page = read_list(b'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n' + LIST.encode(), portal(), URL)
    assert len(page.rows) == len(read_list(LIST.encode(), portal(), URL).rows)


@pytest.mark.parametrize(
    ("markup", "value"),
    [
        ("<dl><dt>Frist</dt><dd></dd><dt>Wert</dt><dd>12</dd></dl>", None),
        ("<dl><dt>Frist</dt><dt>Wert</dt><dd>12</dd></dl>", None),
        ("<dl><dt>Frist</dt><dd><!-- none --> </dd><dd>zu spät</dd></dl>", None),
        ("<table><tr><th>Frist<td></td></tr><tr><th>Öffnung<td>05/01/2027</td></tr></table>", None),
        ("<table><tr><th>Frist</th></tr><tr><th>Öffnung</th><td>05/01/2027</td></tr></table>", None),
        ("<table><tr><th>Frist</th><th>Öffnung</th></tr><tr><td>1</td><td>2</td></tr></table>", None),
        ("<p><span>Frist</span><span></span></p><p><span>Öffnung</span><span>5</span></p>", None),
        ("<div><span>Frist</span><i class=icon></i><span>02/11/2026</span></div>", "02/11/2026"),
        ("<table><tr><td><b>Frist</b><span class=hint></span></td><td>02/11/2026</td></tr></table>", "02/11/2026"),
        ("<table><tr><td><b>Frist</b><br></td><td>02/11/2026</td></tr></table>", "02/11/2026"),
        ("<table><tr><td>Frist</td></tr><tr><td>02/11/2026</td></tr></table>", "02/11/2026"),
        ("<div><div><b>Frist:</b></div><div>02/11/2026</div></div>", "02/11/2026"),
        ("<p><b>Frist</b>: 02/11/2026</p>", "02/11/2026"),
    ],
)  # fmt: skip
def test_a_value_that_is_left_out_is_never_its_neighbours(markup: str, value: str | None) -> None:
    page = read_tree(f"<html><body>{markup}</body></html>".encode(), None)
    assert Scope(page, URL).value((read_rule({"label": "Frist"}, "html"),)) == value
