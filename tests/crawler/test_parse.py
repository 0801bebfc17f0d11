"""`parse` by reader and source, and on the real payloads beside the repository, where they are."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from crawler.parse import parse
from crawler.readers.html import read_detail, read_page
from crawler.registry import load_sources
from domain.errors import BadSource, SourceChanged
from domain.notice_json import to_json
from tests.crawler.making import a_raw, a_release, a_source

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "realdata"
SOURCES = load_sources()
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real payloads are not beside this repository")


def ocds_files() -> Iterator[Path]:
    for folder in ("uk_ocds", "ocds", "ua_prozorro/ocds"):
        yield from (file for file in sorted((REAL / folder).rglob("*.json*")) if file.stat().st_size > 1)


def test_releases_of_one_ocid_are_one_notice():
    update = a_release(id="2", date="2026-10-06T00:00:00Z", tag=["tenderUpdate"])
    body = json.dumps([a_release(), update, a_release(ocid="b")]).encode()
    assert [notice.key for notice in parse("ocds", body, {}).notices] == ["ocds-aaaaaa-1", "b"]
    by_release = {"xx_portal": a_source(identity="release")}
    assert [notice.key for notice in parse("xx_portal", body, by_release).notices] == ["1", "2", "1"]


def test_a_fault_and_an_issue_are_told_beside_the_notices():
    body = json.dumps({"releases": [a_release(date="soon"), {"id": "no ocid", "tag": []}]}).encode()
    parsed = parse("ocds", body, {})
    assert [notice.key for notice in parsed.notices] == ["ocds-aaaaaa-1"]
    assert [str(fault) for fault in parsed.faults] == ["releases[1].ocid: a release without an ocid"]
    assert [(issue.element, issue.key) for issue in parsed.issues] == [("published", "ocds-aaaaaa-1")]


@pytest.mark.parametrize("name", ["nothing", "html:gb_scotland", "ocds:ru_eis", "html:", ""])
def test_a_name_that_is_none(name: str):
    with pytest.raises(BadSource, match="html:ru_eis"):
        parse(name, b"{}", SOURCES)


@needs_real
@pytest.mark.parametrize("file", list(ocds_files()) if REAL.is_dir() else [], ids=lambda file: file.name)
def test_every_real_file_of_ocds_gives_notices_that_fit_the_schema(file: Path):
    validator = Draft202012Validator(json.loads((ROOT / "docs" / "notice.schema.json").read_text(encoding="utf-8")))
    parsed = parse("ocds", file.read_bytes(), {})
    assert parsed.notices
    assert not parsed.faults
    for notice in parsed.notices:
        validator.validate(to_json(notice))


@needs_real
def test_the_real_file_without_content_is_refused():
    with pytest.raises(SourceChanged, match="empty"):
        parse("ocds", (REAL / "uk_ocds" / "ocds-r6ebe6_releases.jsonl").read_bytes(), {})


@needs_real
def test_the_ten_real_cards_of_eis():
    parsed = parse("html:ru_eis", (REAL / "ru_eis" / "eis_list.html").read_bytes(), SOURCES)
    assert (len(parsed.notices), parsed.faults, parsed.issues) == (10, (), ())
    for notice in parsed.notices:
        assert len(notice.key) == 19
        assert notice.url
        assert notice.key in notice.url
        assert notice.buyers[0].id
        assert notice.value
        assert notice.published_at
    assert sum(bool(notice.title) for notice in parsed.notices) == 9
    assert sum(bool(notice.deadline_at) for notice in parsed.notices) == 9


@needs_real
def test_the_real_part_of_a_page_of_eis_goes_over_its_row():
    body = (REAL / "ru_eis" / "eis_detail.html").read_bytes()
    raw = read_detail(body, SOURCES["ru_eis"], "", a_raw(key="0338200002226000330"))
    assert raw.regions == ("Камчатский край",)
    assert raw.value
    assert (raw.value.amount, raw.value.currency) == ("262\u00a0512,00", "РОССИЙСКИЙ РУБЛЬ")


@needs_real
def test_another_real_portal_is_read_by_rules_alone():
    """zakupki.mos.ru: generated class names, so it is told by labels and test ids."""
    fields = {
        "key": {"css": "a[href*='/need/']", "regex": r"(\d{6,8})"},
        "title": {"xpath": "(.//a[contains(@href, '/need/')])[2]"},
        "buyer": "a[href*='/companyProfile/customer/']",
        "value": {"label": "Начальная цена"},
        "status": "#state-indicator",
        "deadline": {"xpath": "../div[contains(@class, 'AdditionalInfoContainer')]", "regex": r"до (.{16} \(МСК\))"},
    }  # fmt: skip
    detail = {
        "key": {"css": "[data-testid=purchase-header] b"},
        "title": "#procedure-page-layout__left-column .ui.large.header",
        "buyer": {"label": "Заказчик"},
        "value": {"label": "Начальная цена"},
        "law": {"label": "Заключение происходит в соответствии с законом"},
        "codes": {"label": "Код ОКПД2", "scheme": "OKPD2"},
    }
    html = {
        "decimal": ",",
        "list": {"row": "div[class*=CardStyles__MainInfoContainer]", "fields": fields},
        "detail": {"is": "[data-testid=purchase-header]", "fields": detail},
    }
    source = a_source(protocol="html", html=html, language="ru", currency="RUB", country="RU", zone="Europe/Moscow")
    rows = read_page((REAL / "ru_eis" / "list_cardregion.html").read_bytes(), source, "https://zakupki.mos.ru/").rows
    assert len(rows) > 5
    assert all(row.title and row.buyers and row.value and row.deadline for row in rows)
    (found,) = parse("xx_portal", (REAL / "ru_eis" / "detail_content.html").read_bytes(), {"xx_portal": source}).notices
    assert found.key == "6161063"
    assert found.codes[0].id == "85.42.19.900"
    assert found.raw == {"law": "44-ФЗ"}
    assert found.value
    assert str(found.value.amount) == "3250.00"
