"""The HTML portal prints what EIS prints: list, both laws' pages, documents, and in words that nothing was found."""

import re
from datetime import date, timedelta

import pytest
from parsel import Selector

from app.demo.corpus import build_corpus
from app.demo.eis_view import money, total
from app.demo.portals import DemoPortals

CORPUS = build_corpus(date(2026, 9, 14))
RESULTS = "/epz/order/extendedsearch/results.html"


@pytest.fixture(scope="module")
def portals():
    with DemoPortals(CORPUS) as portals:
        yield portals


def read(portals: DemoPortals, target: str) -> Selector:
    answer = portals.html.respond(target)
    assert answer.status == 200
    return Selector(answer.body)


def clean(selector: Selector, css: str) -> list[str]:
    return [" ".join(text.split()) for text in selector.css(f"{css}::text").getall() if text.strip()]


def links(page: Selector) -> list[str]:
    return page.css(".registry-entry__header-mid__number a::attr(href)").getall()


def field(page: Selector, label: str) -> str | None:
    titles = "contains(@class, 'section__title') or contains(@class, 'common-text__title')"
    text = page.xpath(
        f"//*[{titles}][starts-with(normalize-space(), $label)]/following-sibling::*[1]//text()", label=label
    )
    return " ".join(" ".join(text.getall()).split()) or None


def test_counted_pages_show_every_notice_once(portals):
    numbers: list[str] = []
    for page in range(1, 11):
        found = read(portals, f"{RESULTS}?recordsPerPage=_10&pageNumber={page}")
        numbers += [link.rpartition("=")[2] for link in links(found)]
    assert sorted(numbers) == sorted(notice.key for notice in CORPUS.on("html"))
    assert clean(found, ".search-results__total") == ["96 записей"]


def test_the_newest_change_comes_first(portals):
    by_key = {notice.key: notice for notice in CORPUS.on("html")}
    for sort, of in (("", lambda notice: notice.updated_on(CORPUS.moment)), ("PUBLISH_DATE", lambda n: n.published_at)):
        page = read(portals, f"{RESULTS}?recordsPerPage=_100&sortBy={sort}")
        moments = [of(by_key[link.rpartition("=")[2]]) for link in links(page)]
        assert moments == sorted(moments, reverse=True)


def test_a_page_past_the_end_says_so_in_words(portals):
    page = read(portals, f"{RESULTS}?recordsPerPage=_50&pageNumber=3")
    assert links(page) == []
    assert clean(page, ".noRecords") == ["Поиск не дал результатов"]
    nothing = read(portals, f"{RESULTS}?searchString=zzz")
    assert clean(nothing, ".search-results__total") == ["0 записей"]
    assert clean(nothing, ".noRecords") == ["Поиск не дал результатов"]


def test_the_paginator_tells_the_next_page(portals):
    first = read(portals, f"{RESULTS}?recordsPerPage=50")
    assert first.css(".paginator .page__link::attr(data-pagenumber)").getall() == ["1", "2"]
    assert first.css("a.paginator-button-next::attr(data-pagenumber)").get() == "2"
    assert not read(portals, f"{RESULTS}?recordsPerPage=50&pageNumber=2").css("a.paginator-button-next")


def test_laws_words_and_days_filter(portals):
    both = {law: read(portals, f"{RESULTS}?recordsPerPage=100&{law}=on") for law in ("fz44", "fz223")}
    assert sum(len(links(page)) for page in both.values()) == 96
    assert all("notice223" in link for link in links(both["fz223"]))
    words = read(portals, f"{RESULTS}?searchString=%D0%BD%D0%B0%D1%81%D0%BE%D1%81&recordsPerPage=100")
    assert 0 < len(links(words)) < 20
    days = read(portals, f"{RESULTS}?publishDateFrom=13.09.2026&publishDateTo=13.09.2026&recordsPerPage=100")
    assert set(clean(days, ".data-block .col-6:first-child .data-block__value")) == {"13.09.2026"}
    assert len(links(read(portals, f"{RESULTS}?publishDateFrom=nonsense&recordsPerPage=100"))) == 96


def test_a_card_without_its_object_is_one_of_a_single_supplier(portals):
    page = read(portals, f"{RESULTS}?recordsPerPage=100")
    bare = [card for card in page.css(".search-registry-entry-block") if not card.css(".registry-entry__body-value")]
    assert bare
    for card in bare:
        assert "частью 12 статьи 93" in card.css(".registry-entry__header-top__title::text").get()
        assert field(read(portals, links(card)[0].removeprefix(portals.html_url)), "Наименование объекта закупки")


def test_prices_and_dates_are_printed_as_eis_prints_them(portals):
    page = read(portals, f"{RESULTS}?recordsPerPage=100")
    prices = [text.strip(" \n") for text in page.css(".price-block__value::text").getall()]
    assert all(re.fullmatch(r"\d{1,3}(\u00a0\d{3})*,\d\d (₽|€|zł|₴|£|CHF)", price) for price in prices)
    assert 50 < len(prices) < 96
    assert all(re.fullmatch(r"\d\d\.\d\d\.\d{4}", day) for day in clean(page, ".data-block__value"))


def test_deadlines_have_minutes_and_a_zone_counted_from_moscow(portals):
    page = read(portals, f"{RESULTS}?recordsPerPage=100")
    by_key = {notice.key: notice for notice in CORPUS.on("html")}
    zones = set()
    for link in links(page):
        notice = by_key[link.rpartition("=")[2]]
        printed = field(read(portals, link.removeprefix(portals.html_url)), "Дата и время окончания")
        deadline = notice.deadline_on(CORPUS.moment)
        if deadline is None:
            assert printed is None
            continue
        assert printed.startswith(f"{deadline:%d.%m.%Y %H:%M}")
        zones.add(printed.partition("(")[2].rstrip(")"))
    assert zones >= {"МСК", "МСК+2", "МСК+4", "МСК+9", "МСК-1"}


def test_the_shared_procedure_prints_its_ocid(portals):
    twin = next(notice for notice in CORPUS.on("html") if notice.ocid)
    page = read(portals, f"/epz/order/notice/notice223/common-info.html?regNumber={twin.key}")
    assert field(page, "Идентификатор процедуры (OCID)") == twin.ocid
    assert field(page, "Код страны") == twin.buyer.country
    assert field(page, "Валюта") in ("ЕВРО", None)


def test_hostile_text_is_printed_as_text(portals):
    hostile = next(notice for notice in CORPUS.on("html") if "<a href" in notice.description)
    bodies = [portals.html.respond(f"{RESULTS}?recordsPerPage=100").body]
    link = next(link for link in links(Selector(bodies[0])) if link.endswith(hostile.key))
    bodies.append(portals.html.respond(link.removeprefix(portals.html_url)).body)
    assert "&lt;a href=" in bodies[1]
    assert all('<a href="http://eis-login' not in body for body in bodies)
    assert field(Selector(bodies[1]), "Дополнительная информация") == hostile.description


def test_a_moved_deadline_shows_after_the_move_only():
    moved = next(n for n in CORPUS.on("html") if n.changes and n.changes[0].kind == "deadline")
    with DemoPortals(CORPUS, as_of=moved.changes[0].at - timedelta(seconds=1)) as portals:
        path = next(
            link for link in links(read(portals, f"{RESULTS}?recordsPerPage=100")) if link.endswith(moved.key)
        ).removeprefix(portals.html_url)
        before = field(read(portals, path), "Дата и время окончания")
        portals.advance(CORPUS.moment)
        page = read(portals, path)
    assert before != field(page, "Дата и время окончания")
    assert field(page, f"{moved.changes[0].at:%d.%m.%Y}") == "Изменён срок окончания подачи заявок"


def test_documents_robots_front_page_and_unknown_numbers(portals):
    assert "Disallow: /epz/order/notice/printForm/" in portals.html.respond("/robots.txt").body
    assert "Made-up notices" in portals.html.respond("/").body
    href = read(portals, RESULTS).css(".href-block a::attr(href)").get()
    files = read(portals, href).css(".attachment .section__value a::attr(href)").getall()
    assert len(files) == 3
    assert portals.html.respond(files[0].removeprefix(portals.html_url)).status == 200
    assert portals.html.respond("/epz/order/notice/ea20/view/common-info.html?regNumber=1").status == 404
    assert portals.html.respond("/epz/organization/view/info.html?organizationCode=1").status == 404


def test_statuses_are_the_portals_words(portals):
    words = set(clean(read(portals, f"{RESULTS}?recordsPerPage=100"), ".registry-entry__header-mid__title"))
    assert len(words) >= 5
    assert words <= {
        "Подача заявок",
        "Работа комиссии",
        "Определение поставщика завершено",
        "Определение поставщика отменено",
        "Закупка завершена",
        "Закупка отменена",
    }


@pytest.mark.parametrize(
    ("count", "printed"),
    [
        (1, "1 запись"),
        (3, "3 записи"),
        (11, "11 записей"),
        (12, "12 записей"),
        (21, "21 запись"),
        (1500, "1\u00a0500 записей"),
    ],
)
def test_numbers_of_records_have_their_case(count, printed):
    assert total(count) == printed


def test_money_has_no_break_spaces_and_a_comma():
    notice = next(notice for notice in CORPUS.on("html") if notice.value and notice.value > 1_000_000)
    assert re.fullmatch(r"\d{1,3}(\u00a0\d{3})+,\d\d", money(notice.value))
