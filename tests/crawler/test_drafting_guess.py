"""What a page is taken for, and that what was guessed reads the page it was guessed from."""

import json
from pathlib import Path

import pytest

from crawler.drafting.asking import FetchedPage
from crawler.drafting.cases import differences
from crawler.drafting.draft import Draft
from crawler.drafting.guess import guess
from crawler.drafting.of_html import add_detail
from crawler.drafting.printed import Order, decimal_mark, find_dates, find_order
from crawler.drafting.rows import find_rows
from crawler.drafting.vocabulary import field_of, words_of_name
from crawler.drafting.write import write_draft
from crawler.readers.html_find import read_tree
from domain.errors import WrongUse
from tests.crawler.drafting_pages import answer, table_detail

HOST = "https://portal.example.org"


def page(path: str) -> FetchedPage:
    return FetchedPage(HOST + path, answer(path).body, None)


def written(path: str, name: str, folder: Path) -> tuple[Draft, list[dict]]:
    draft = guess(page(path), name)
    made = write_draft(draft, {"list": page(path)}, name, folder, "2026-11-22")
    assert (folder / f"{name}.yml").is_file()
    return draft, list(made.notices)


def test_a_table_with_named_columns(tmp_path: Path) -> None:
    draft, notices = written("/tenders", "gb_norbridge", tmp_path)
    assert (draft.protocol, draft.rows, draft.is_on) == ("html", 8, True)
    assert draft.values["listing"] == {"next": {}}
    assert draft.values["html"]["list"]["row"]["css"] == "table.list tbody tr"
    assert draft.values["html"]["list"]["next"] == {"css": 'a[rel~="next"]', "attribute": "href"}
    assert draft.values["html"]["dates"] == ["%d/%m/%Y", "%d/%m/%Y %H:%M"]
    assert draft.values["statuses"] == {"Closed": "closed", "Open": "open"}
    first = notices[1]
    assert (first["key"], first["title"], first["status"]) == (
        "NB-2026-0101",
        {"en": "Laboratory reagents and glassware"},
        "open",
    )
    assert first["buyers"][0]["name"] == "Eastmere Water Board"
    assert (first["published_at"], first["deadline_at"]) == ("2026-11-02T00:00:00+00:00", "2026-12-14T12:00:00+00:00")
    assert first["url"] == f"{HOST}/tenders/view?id=NB-2026-0101"


def test_a_notices_own_page_adds_what_stands_beside_known_labels() -> None:
    draft = guess(page("/tenders"), "gb_norbridge")
    assert draft.detail_url == f"{HOST}/tenders/view?id=NB-2026-0100"
    own = FetchedPage(draft.detail_url, table_detail(draft.detail_url), None)
    fields = add_detail(draft, own).values["html"]["detail"]["fields"]
    assert fields["value"] == {"label": "Estimated value"}
    assert (fields["codes"]["label"], fields["codes"]["scheme"]) == ("CPV code", "CPV")
    nothing = add_detail(draft, FetchedPage(draft.detail_url, b"<html><body><p>Sorry</p></body></html>", None))
    assert "detail" not in nothing.values["html"]
    assert "no labels that we know" in nothing.missing[-1]


def test_cards_with_labels_and_generated_class_names(tmp_path: Path) -> None:
    draft, notices = written("/avis", "fr_avis", tmp_path)
    assert draft.values["html"]["list"]["row"]["css"] == 'div[class*="Card_root"]'
    assert draft.values["listing"] == {"pages": {"param": "p", "first": 1, "size": 6}}
    assert any("nothing_found" in each for each in draft.missing)
    assert [notice["key"] for notice in notices[:2]] == ["7000", "7001"]
    assert notices[0]["value"] == {"amount": "12500.00", "currency": "EUR"}
    assert notices[0]["deadline_at"] == "2026-12-13T16:30:00+01:00"
    assert notices[0]["title"] == {"fr": "Water pumps for the northern works"}


def test_a_notice_that_takes_several_rows_of_a_table(tmp_path: Path) -> None:
    draft, notices = written("/bids", "us_bids", tmp_path)
    assert draft.values["listing"] == {"file": {}}
    assert not draft.is_on
    assert "enabled: false" in (tmp_path / "us_bids.yml").read_text()
    assert [notice["key"] for notice in notices] == [str(2300 + place) for place in range(8)]
    assert notices[0]["published_at"].startswith("2026-01-20")
    assert notices[0]["deadline_at"].startswith("2026-02-25T23:59:59")


def test_what_no_protocol_reads_is_off_says_so_and_has_a_spider_that_reads_it(tmp_path: Path) -> None:
    draft, notices = written("/jsonld", "gb_draft", tmp_path)
    assert (draft.kind, draft.protocol, draft.is_on) == ("JSON-LD", None, False)
    assert "no protocol of ours reads JSON-LD" in draft.missing[0]
    text = (tmp_path / "gb_draft.yml").read_text()
    assert "enabled: false" in text
    assert "# TO DO no protocol of ours reads JSON-LD" in text
    assert len(notices) == draft.rows
    assert notices[0]["title"]["en"] == "Water pumps for the northern works"


@pytest.mark.parametrize(("path", "kind"), [("/rss", "RSS"), ("/atom", "ATOM")])
def test_a_feed_is_read_by_its_protocol(tmp_path: Path, path: str, kind: str) -> None:
    draft, notices = written(path, "gb_feed", tmp_path)
    assert (draft.kind, draft.protocol, draft.is_on, draft.module) == (kind, "rss", True, None)
    assert not (tmp_path / "gb_feed.py").exists()
    assert draft.values["feed"]["fields"]["key"] == "id"
    assert len(notices) == draft.rows
    assert next(iter(notices[0]["title"].values())).endswith("Water pumps for the northern works")
    assert notices[0]["published_at"].startswith("2026-11-01")


@pytest.mark.parametrize(
    ("path", "kind", "pages"),
    [
        ("/api/3/action/datastore_search", "CKAN", ("offset", "limit")),
        ("/resource/ab12-cd34.json", "Socrata", ("$offset", "$limit")),
        ("/api/explore/v2.1/catalog/datasets/tenders/records", "opendatasoft", ("offset", "limit")),
    ],
)
def test_a_table_in_json_is_read_by_paths_and_goes_on_where_its_platform_counts(
    tmp_path: Path, path: str, kind: str, pages: tuple[str, str]
) -> None:
    draft, notices = written(path, "gb_draft", tmp_path)
    assert (draft.kind, draft.protocol, draft.is_on, draft.module) == (kind, "json_api", False, None)
    assert "names of columns mislead" in draft.missing[0]
    assert "enabled: false" in (tmp_path / "gb_draft.yml").read_text()
    listing = draft.values["listing"]["pages"]
    assert (listing["param"], listing["size_param"], listing["unit"], listing["size"]) == (*pages, "row", 8)
    assert len(notices) == draft.rows
    assert next(iter(notices[0]["title"].values())).endswith("Water pumps for the northern works")
    assert notices[0]["buyers"][0]["name"] == "Norbridge Town Council"
    expected = json.loads((tmp_path / "gb_draft" / "list" / "expected.json").read_text())
    assert expected["total"] == (None if kind == "Socrata" else 80)


def test_ocds_is_read_by_its_protocol(tmp_path: Path) -> None:
    draft, notices = written("/ocds", "gb_ocds", tmp_path)
    assert (draft.protocol, draft.sure, draft.is_on) == ("ocds", 0.95, True)
    assert len(notices) == 5
    dated = guess(FetchedPage(f"{HOST}/ocds?updatedFrom=2026-01-01", page("/ocds").body, None), "gb_ocds")
    assert any("a fixed period" in each for each in dated.missing)
    assert not dated.is_on


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7", "neither JSON, XML nor HTML"),
        (answer("/login").body, "a login: no account is used"),
        (answer("/app").body, "drawn by them; try again with --browser"),
        (b'{"error": "no"}', "JSON without a list of rows"),
        (b"<html><body><p>" + b"A page about the town. " * 30 + b"</p></body></html>", "no rows that repeat"),
        (
            b'<html><head><link rel="alternate" type="application/rss+xml" href="/f.xml"></head><body>'
            + b"<p>All about us.</p>" * 60
            + b"</body></html>",
            "it names a feed, try /f.xml",
        ),
    ],
)
def test_what_is_no_list_is_told_and_never_pretended(body: bytes, told: str) -> None:
    with pytest.raises(WrongUse, match=told.replace("(", r"\(")):
        guess(FetchedPage(f"{HOST}/x", body, None), "gb_x")


def test_nothing_is_overwritten_and_nothing_half_done_is_left(tmp_path: Path) -> None:
    written("/tenders", "gb_norbridge", tmp_path)
    before = (tmp_path / "gb_norbridge.yml").read_text()
    with pytest.raises(WrongUse, match="exists and is left as it is"):
        written("/tenders", "gb_norbridge", tmp_path)
    assert (tmp_path / "gb_norbridge.yml").read_text() == before


def test_dates_as_portals_print_them() -> None:
    order = Order(False, False)
    assert find_dates(["01/02/2026", "03/04/2026"], order).unsure
    assert find_dates(["01/02/2026"], Order(True, True)).formats == ("%m/%d/%Y",)
    assert find_order(["6/7/2026", "6/17/2026"], "GB") == Order(True, True)
    assert find_order(["6/7/2026"], "US") == Order(True, False)
    named = find_dates(["Closes: 3 November 2026 12:00", "Closes: 14 December 2026 09:30"], order)
    assert named.pattern
    assert named.moments[0].day == 3
    assert find_dates(["Jan 3, 2026 6:00 PM", "Feb 14, 2026 5:30 PM"], order).moments[1].hour == 17
    assert find_dates(["Road salt", "Pumps"], order) is None
    assert (decimal_mark(["12 500,00 €"]), decimal_mark(["1,234,567"]), decimal_mark(["12"])) == (",", ".", None)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Bid Opening Date", "deadline"),
        ("Окончание подачи заявок:", "deadline"),
        ("Órgano de Contratación", "buyer"),
        ("Начальная цена, ₽", "value"),
        ("Bid #", "key"),
        ("dataPublicacao", None),
        ("An ordinary sentence about nothing of this kind at all, which is long", None),
    ],
)
def test_labels_in_many_languages(label: str, name: str | None) -> None:
    found = field_of(label)
    assert (found and found[0]) == name
    assert words_of_name("bid-closing__dateTime2") == "bid closing date time"


def test_differences_are_told_field_by_field() -> None:
    old = {"notices": [{"title": {"en": "a"}, "codes": [1]}], "total": 1}
    new = {"notices": [{"title": {"en": "b"}, "codes": [1, 2]}], "total": 1, "next_url": "x"}
    assert list(differences(old, new)) == [
        'notices[0].title.en: "a" -> "b"',
        "notices[0].codes: 1 -> 2 of them",
        'next_url: null -> "x"',
    ]


@pytest.mark.parametrize(
    ("name", "rows", "needed"),
    [
        ("us_local_html/commbuys-results-page.html", 25, {"key", "title", "deadline", "url"}),
        ("us_local_html/cityofboston-results-page.html", 79, {"key", "title", "deadline", "published", "url"}),
        ("ru_eis/eis_list.html", 10, {"key", "title", "buyer", "value", "published", "deadline", "url"}),
        ("ru_eis/list_cardregion.html", 10, {"key", "value", "deadline"}),
        ("ru_rostender/tender.html", 12, {"key", "title", "value", "url"}),
        ("ca_buyandsell/active.rss", 250, {"key", "title", "published", "url"}),
        ("portals/worldbank_procnotices_v2_page1.json", 3, {"key", "title", "deadline"}),
        ("portals/br_pncp_contratacoes_page1.json", 2, {"key", "title", "deadline", "value"}),
    ],
)
def test_real_pages(shared: Path, name: str, rows: int, needed: set[str]) -> None:
    draft = guess(FetchedPage(f"{HOST}/list", (shared / "realdata" / name).read_bytes(), None), f"{name[:2]}_real")
    assert draft.rows == rows
    assert needed <= {each.field for each in draft.guessed}


def test_rows_are_found_by_meaning_not_by_place(shared: Path) -> None:
    body = (shared / "realdata" / "us_local_html" / "commbuys-results-page.html").read_bytes()
    found = find_rows(read_tree(body, None))
    assert found is not None
    assert found.by_meaning
    assert "resultsTable" in str(found.rule)
