"""Markup of portals that are web pages only, made up true to how each prints its lists and notices."""

# ruff: noqa: E501  (markup keeps its lines and the portals' own letters)

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

GOODS = ["Water pumps for the northern works", "Laboratory reagents & glassware", "Road salt, winter 2027",
         "Cleaning of schools", "Fire engines with ladders", "Maintenance of lifts"]  # fmt: skip
GOODS_RU = ["Поставка насосов", "Ремонт кровли школы № 7", "Реактивы и посуда для лаборатории", "Уборка снега",
            "Поставка труб и арматуры", "Обслуживание лифтов"]  # fmt: skip
BUYERS = ["Norbridge Water Board", "Eastmere Hospital Trust", "Westford Schools"]
BUYERS_RU = ["ООО «Северный водоканал»", "АО «Примерный завод»", "ООО «Восток-Снаб»"]


@dataclass(frozen=True)
class Bid:
    """One notice of a made-up portal; `number` decides all that is not given."""

    number: int
    published: datetime
    days: int = 14
    title: str | None = None
    buyer: str | None = None
    value: str | None = None
    status: str = "open"

    def named(self, goods: Sequence[str]) -> str:
        return escape(self.title if self.title is not None else f"{goods[self.number % len(goods)]} {self.number}")

    def of(self, buyers: Sequence[str]) -> str:
        return escape(self.buyer if self.buyer is not None else buyers[self.number % len(buyers)])

    @property
    def deadline(self) -> datetime:
        return self.published.replace(minute=0, second=0, microsecond=0) + timedelta(days=self.days)


def bids(count: int, now: datetime, first: int = 1, apart: timedelta = timedelta(hours=2)) -> list[Bid]:
    """So many notices, the newest first and with the highest number."""
    return [Bid(first + count - 1 - place, now - apart * place) for place in range(count)]


def commbuys(rows: Sequence[Bid], begin: int, total: int, last: bool) -> str:
    """BuySpeed's results as JavaServer Faces draws them: the table's body, and its pager."""
    cells = "".join(
        f'<tr data-ri="{begin + place}" class="ui-widget-content" role="row"><td role="gridcell"><a href="/bso/external/bidDetail.sda?docId=BD-27-{bid.number:05d}&amp;external=true&amp;parentUrl=close">BD-27-{bid.number:05d}</a></td>'
        f'<td role="gridcell">{bid.of(BUYERS)}</td><td role="gridcell"></td><td role="gridcell">A. Officer</td><td role="gridcell">{bid.named(GOODS)}</td>'
        f'<td role="gridcell">{bid.deadline:%m/%d/%Y %H:%M:%S}</td><td role="gridcell"></td><td role="gridcell">{bid.status}</td><td role="gridcell">RFR {bid.number}</td></tr>'
        for place, bid in enumerate(rows)
    )
    heads = "".join(
        f'<th role="columnheader"><span class="ui-column-title">{name}</span></th>'
        for name in ("Bid Solicitation #", "Organization Name", "Contract #", "Buyer", "Description", "Bid Opening Date",
                     "Bid Holder List", "Status", "Alternate Id")
    )  # fmt: skip
    none = '<tr class="ui-datatable-empty-message"><td colspan="9">No records found.</td></tr>'
    pager = f'<span class="ui-paginator-current">{begin + 1}-{begin + len(rows)} of {total:,}</span>' if rows else ""
    state = " ui-state-disabled" if last else ""
    return (
        f'<form id="bidSearchResultsForm"><div class="ui-paginator">{pager}<a href="#" class="ui-paginator-next ui-corner-all{state}" aria-label="Next Page">Next</a></div>'
        f'<table role="grid"><thead id="bidSearchResultsForm:bidResultId_head"><tr role="row">{heads}</tr></thead>'
        f'<tbody id="bidSearchResultsForm:bidResultId_data" class="ui-datatable-data">{cells or none}</tbody></table></form>'
    )


def boston(rows: Sequence[Bid], page: int, last: bool) -> str:
    """Drupal's list of boston.gov."""
    items = "".join(
        f'<div class="g--4 views-row"><a href="/bid-listings/{bid.number}" title="{bid.named(GOODS)}" class="cd"><div class="cd-c"><h3 class="cd-t">{bid.named(GOODS)}</h3>'
        f'<ul class="dl"><li><span class="dl-t">Department:</span> <span class="dl-d">{bid.of(BUYERS)}</span></li>'
        f'<li><span class="dl-t">Posted:</span> <span class="dl-d">{bid.published:%m/%d/%Y}</span></li>'
        f'<li><span class="dl-t">Due:</span> <span class="dl-d">{bid.deadline:%B %d, %Y - %I:%M %p}</span></li></ul></div></a></div>'
        for bid in rows
    )
    following = (
        ""
        if last
        else f'<li class="pager-next"><a rel="next" href="/bid-listings?page={page + 1}" title="Go to next page">Next</a></li>'
    )
    said = "" if rows else '<div class="view-empty"><p>No bids found</p></div>'
    return f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Bid Listings</title></head><body><main><h1>Bid Listings</h1><div class="view-content">{items}</div>{said}<ul class="pager">{following}</ul></main></body></html>'


def boston_2017(rows: Sequence[Bid]) -> str:
    """The city's older page: a notice spreads over three rows of a table, half of whose tags never close."""
    items = "".join(
        f'<tr>\n<td><b><a href="bids.asp?ID={bid.number}">{bid.of(BUYERS).upper()}</a></b> - {bid.named(GOODS)} </b>\n</td>\n<tr>\n<tr>\n<td>{bid.published:%-m/%-d/%y} - {bid.deadline:%-m/%-d/%y}: "Note: the counter answers <p>\n\nall questions..."\n</td>\n<tr>\n<tr>\n<td>\n</td>\n<tr>'
        for bid in rows
    )
    return f"<html><head><title>Bids & RFPs</title></head><body><table><tr valign=top><td><table>{items}</table></td></tr></table></body></html>"


def cppp(rows: Sequence[Bid], link: str | None, session: str) -> str:
    """The list of latest tenders: links are good for one session, the pager's next page stands in base64."""
    items = "".join(
        f'<tr class="{"even" if place % 2 else "odd"}"><td>{place + 1}.</td><td>{bid.published:%d-%b-%Y %I:%M %p}</td><td>{bid.deadline:%d-%b-%Y %I:%M %p}</td><td>{bid.deadline + timedelta(hours=1):%d-%b-%Y %I:%M %p}</td>'
        f'<td><a href="https://eprocure.gov.in/cppp/tendersfullview/MTM5OD{bid.number:04d}=A13h1{session}A13h1MTc4NQ==">{bid.named(GOODS)}</a>/NIT/{bid.number}/{f"2026_NWB_{bid.number}_1" if bid.number % 2 else bid.number}</td><td>{bid.of(BUYERS)}</td><td>{"2" if place == 1 else "--"}</td></tr>'
        for place, bid in enumerate(rows)
    )
    none = '<tr><td colspan="7">No records found</td></tr>'
    following = f'<a class="paginate_button" href="{link}">Next &raquo;</a>' if link else ""
    heads = "".join(
        f"<th>{name}</th>"
        for name in (
            "Sl.No",
            "e-Published Date",
            "Bid Submission Closing Date",
            "Tender Opening Date",
            "Title/Ref.No./Tender Id",
            "Organisation Name",
            "Corrigendum",
        )
    )
    return f'<html><head><title>Active Tenders</title></head><body><form><input type="text" name="s_keyword"></form><table class="list_table" id="table"><thead><tr>{heads}</tr></thead><tbody>{items or none}</tbody></table><div class="pagination"><span>1</span>{following}</div></body></html>'


def rostender(rows: Sequence[Bid]) -> str:
    """A page of the list of rostender.info."""
    items = "".join(
        f'<div class="tender-row row table-constructor__row"><div class="tender-row__wrapper"><div class="tender-info"><span class="tender__number">Тендер №{bid.number}</span> <span class="tender__date-start">от {bid.published:%d.%m.%y}</span>'
        f'<div class="tender__class b-44" data-title="Тендеры в&amp;nbsp;рамках 44-ФЗ"></div><a class="description tender-info__description tender-info__link" href="/tender/{bid.number}">{bid.named(GOODS_RU)}</a></div>'
        f'<div class="tender-address"><div class="line-clamp">г. Примерск</div></div><a class="tender__region-link" href="/region/chechenskaya-respublika">Чеченская республика</a>'
        f'<div class="starting-price__price">{bid.value if bid.value is not None else "1 395 132 ₽"}</div><div class="tender-date-info"><span class="tender__countdown-text">Окончание (МСК) <span class="black">{bid.deadline:%d.%m.%Y}</span>&nbsp;<span class="tender__countdown-container">{bid.deadline:%H:%M}</span></span></div></div></div>'
        for bid in rows
    )
    said = "" if rows else "<p>По вашему запросу ничего не найдено</p>"
    return f'<!doctype html><html lang="ru-RU"><head><meta charset="utf-8"><title>Тендеры</title></head><body><div class="table-constructor">{items}</div>{said}</body></html>'


def rostender_notice(bid: Bid, stage: str = "Приём заявок") -> str:
    """A notice's own page: what only those see who sign up is left out."""
    return (
        f'<!doctype html><html lang="ru-RU"><head><meta charset="utf-8"><meta property="og:title" content="Тендер | Закупка: 01942000005{bid.number:08d} | РосТендер">'
        f'<link href="https://rostender.info/tender/{bid.number}" rel="canonical"></head><body><div class="tender-info"><div class="tender-info-header-number">Тендер&nbsp;&nbsp;№{bid.number}</div>'
        f'<div class="tender-info-header-start_date">&nbsp;от {bid.published:%d.%m.%y}</div><div class="tender__class b-44" data-title="Тендеры в&amp;nbsp;рамках 44-ФЗ"></div></div>'
        f'<div class="tender-header"><h1 class="tender-header__h4 h4">Тендер: {bid.named(GOODS_RU)}</h1><div class="tender-header__stage"><div class="accent">{stage}</div></div></div><div class="tender-body">'
        f'<div class="tender-body__block"><span class="tender-body__label">Начальная цена</span><span class="tender-body__field"><span class="tender-body__text">{bid.value if bid.value is not None else "1 395 132 ₽"}</span></span></div>'
        '<div class="tender-body__block"><span class="tender-body__label">Место поставки</span><span class="tender-body__field"><span>Примерск</span>, <a class="tender-body__text gray-text-small" href="https://rostender.info/region/chechenskaya-respublika">Чеченская республика</a></span></div>'
        '<div class="tender-body__block"><span class="tender-body__label">Организатор закупки</span><span class="tender-body__field"><div>Доступно после&nbsp;<a href="/registration">регистрации</a></div></span></div>'
        f'<div class="tender-body__block"><span class="tender-body__label">Окончание (МСК)</span><span class="tender-body__field"><span class="black">{bid.deadline:%d.%m.%Y}</span>&nbsp;<span>{bid.deadline:%H:%M}</span></span></div>'
        f'<div class="tender-body__block"><span class="tender-body__label">Способ размещения</span><span class="tender-body__field"><span>Аукционы</span></span></div></div></body></html>'
    )


def b2b_center(rows: Sequence[Bid]) -> str:
    """A page of B2B-Center's market."""
    items = "".join(
        f'<tr><td><small>Насосы и арматура</small><br><a class="search-results-title visited" href="/market/zakupka/tender-{bid.number}/">{"Объявление о продаже" if bid.number % 5 == 4 else "Запрос предложений"} № {bid.number}<div class="search-results-title-desc"><p class="search-results-title-type">Тип закупки: электронная</p>{bid.named(GOODS_RU)}</div></a></td>'
        f'<td><a href="/firms/{bid.number}/">{bid.of(BUYERS_RU)}</a></td><td class="nowrap">{bid.published:%d.%m.%Y %H:%M}</td><td class="nowrap">{f"{bid.deadline:%d.%m.%Y %H:%M}" if bid.days else ""}</td></tr>'
        for bid in rows
    )
    heads = "".join(
        f"<th>{name}</th>" for name in ("Название процедуры", "Организатор", "Опубликовано", "Актуально до")
    )
    said = "" if rows else "<p>По вашему запросу нет актуальных торговых процедур</p>"
    return f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Торги</title></head><body><table class="table table-hover table-filled search-results"><thead><tr>{heads}</tr></thead><tbody>{items}</tbody></table>{said}</body></html>'


def roseltorg(rows: Sequence[Bid]) -> str:
    """A page of Roseltorg's search."""
    items = "".join(
        f'<div class="search-results__item" data-feature-favorite-lots-procedure-number="B{bid.number}"><div class="search-results__info"><div class="search-results__header"><div class="search-results__lot"><a class="search-results__link" href="/procedure/B{bid.number}">B{bid.number} (лот 1)</a></div>'
        f'<div class="search-results__section"><p class="search-results__tooltip">223-ФЗ</p></div><div class="search-results__status"><p>{"Приём заявок" if bid.status == "open" else bid.status}</p></div></div><div class="search-results__subject"><a class="search-results__link" href="/procedure/B{bid.number}">{bid.named(GOODS_RU)}</a></div>'
        f'<div class="search-results__data"><div class="search-results__customer"><p class="search-results__tooltip" title="ИНН 770000{bid.number:04d}"><a href="/customer/{bid.number}">{bid.of(BUYERS_RU)}</a></p></div><div class="search-results__region"><p>77. г. Москва</p></div>'
        f'<div class="search-results__sum"><p class="desktop">{bid.value if bid.value is not None else "1 250 000,00 ₽"}</p></div><div class="search-results__type"><p>Запрос котировок</p></div></div><time class="search-results__time">{f"{bid.deadline:%d.%m.%y %H:%M:%S} [GMT +3]" if bid.days else ""}</time></div></div>'
        for bid in rows
    )
    said = "" if rows else '<p class="search-results__empty">По вашему запросу ничего не найдено</p>'
    return f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Поиск закупок</title></head><body><h1>Поиск процедур</h1><div class="search-results">{items}</div>{said}</body></html>'


def ungm(rows: Sequence[Bid]) -> str:
    """The fragment that UNGM's search answers with."""
    return "".join(
        f'<div role="row" tabindex="0" data-noticeid="{bid.number}" class="tableRow dataRow notice-table"><div role="cell" class="tableCell editable resultOptions"><input type="button" value="Express Interest" data-noticeid="{bid.number}"></div>'
        f'<div role="cell" class="tableCell resultTitle"><div class="ungm-flex-row"><span class="ungm-title ungm-title--small">{bid.named(GOODS)}</span></div><a target="_blank" href="/Public/Notice/{bid.number}"></a></div>'
        f'<div role="cell" class="tableCell resultInfo1 deadline" data-description="Deadline"><span>{f"{bid.deadline:%d-%b-%Y %H:%M} (GMT {5.75 if bid.number % 2 else -12:.2f})" if bid.days else ""}</span><span class="remainingDaysToDeadline" style="display:none">14.1</span></div>'
        f'<div role="cell" class="tableCell"><span>{bid.published:%d-%b-%Y}</span></div><div role="cell" class="tableCell resultAgency"><span>{escape(bid.buyer) if bid.buyer is not None else ("UNDP", "WFP", "UNOPS")[bid.number % 3]}</span></div>'
        f'<div role="cell" class="tableCell"><span><label for="{bid.status}">{bid.status}</label></span></div><div role="cell" class="tableCell resultInfo1" data-description="Reference"><span>REF/{bid.number}</span></div><div role="cell" class="tableCell"><span>Nepal</span></div></div>'
        for bid in rows
    )


def philgeps(rows: Sequence[Bid], offset: int, total: int, state: str) -> str:
    """A page of PhilGEPS: a form that posts itself back, with its view's state."""
    items = "".join(
        f'<tr class="GridItem"><td>{offset + place}</td><td>{bid.published:%d/%m/%Y}</td><td>{f"{bid.deadline:%d/%m/%Y}" if bid.days else ""}</td><td><a id="dgSearchResult_ctl{place + 2:02d}_hyLinkTitle" href="SplashBidNoticeAbstractUI.aspx?menuIndex=3&amp;refID={bid.number}&amp;Result=3">{bid.named(GOODS)}</a>, Construction Materials, {bid.of(BUYERS)}, CEBU</td></tr>'
        for place, bid in enumerate(rows)
    )
    link = (
        "href=\"javascript:__doPostBack('pgCtrlDetailedSearch$nextLB','')\""
        if offset + len(rows) <= total
        else 'disabled="disabled"'
    )
    grid = f'<table class="GridTable" id="dgSearchResult"><tbody><tr class="GridHeader"><td>No</td><td>Publish</td><td>Closing</td><td>Title</td></tr>{items}</tbody></table>'
    body = (
        f'<span id="lblCount">{total - 3:,} opportunities found</span>{grid}<a id="pgCtrlDetailedSearch_nextLB" {link}>&lt;Next&gt;</a>'
        if rows
        else "<span>No opportunities found</span>"
    )
    return (
        f'<!doctype html><html><head><title>PhilGEPS</title></head><body><form method="post" action="SplashOpportunitiesSearchUI.aspx?menuIndex=3&amp;ClickFrom=OpenOpp&amp;Result=3" id="frmSearch"><input type="hidden" name="__EVENTTARGET" id="__EVENTTARGET" value=""><input type="hidden" name="__EVENTARGUMENT" id="__EVENTARGUMENT" value="">'
        f'<input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="{state}">{body}</form><script>function __doPostBack(target, argument) {{ const form = document.getElementById("frmSearch"); form.__EVENTTARGET.value = target; form.__EVENTARGUMENT.value = argument; form.submit(); }}</script></body></html>'
    )


def philgeps_notice(bid: Bid) -> str:
    """A notice's own page, each value in an element with an id of its own."""
    values = {
        "ReferenceNo": str(bid.number), "ProcuringEntity": bid.of(BUYERS), "Title": bid.named(GOODS), "AOD": "Cebu",
        "SolNumber": f"2026-{bid.number}", "ProcureMode": "Public Bidding", "Budget": bid.value if bid.value is not None else "PHP 1,250,000.00",
        "ContactPerson": "The Secretary<br>Norbridge<br>bac@norbridge.example", "Status": bid.status if bid.status != "open" else "Active",
        "DatePublish": f"{bid.published:%d/%m/%Y}", "CloseDateTime": f"{bid.deadline:%d/%m/%Y %I:%M %p}" if bid.days else "",
    }  # fmt: skip
    cells = "".join(
        f'<tr><td>{name}</td><td><span id="lblDisplay{name}">{value}</span></td></tr>' for name, value in values.items()
    )
    return f'<!doctype html><html><head><title>Bid Notice Abstract</title></head><body><span id="lblHeader">Request for Quotation</span><table>{cells}</table><span id="lblAbstractText">Delivery within 30 days.<br>Sealed bids only.</span></body></html>'


def procedure(bid: Bid) -> dict[str, Any]:
    """An auction of Prozorro.Sale, as its search gives it."""
    return {
        "_id": f"65a{bid.number:021d}", "auctionId": f"BSE001-UA-{bid.published:%Y%m%d}-{bid.number:05d}",
        "sellingMethod": "basicSell-english", "status": bid.status if bid.status != "open" else "active_tendering",
        "title": {"uk_UA": bid.title if bid.title is not None else f"Нежитлове приміщення № {bid.number}"},
        "description": {"uk_UA": "Продаж на аукціоні з умовами"},
        "sellingEntity": {"name": {"uk_UA": "Прикладна міська рада"}, "identifier": {"scheme": "UA-EDR", "id": "00000001", "legalName": {"uk_UA": "Прикладна міська рада"}}},
        "value": {"amount": 125000.5, "currency": "UAH", "valueAddedTaxIncluded": True} if bid.value is None else {},
        "datePublished": f"{bid.published:%Y-%m-%dT%H:%M:%S.000Z}", "dateModified": f"{bid.published:%Y-%m-%dT%H:%M:%S.000Z}",
        "tenderPeriod": {"startDate": f"{bid.published:%Y-%m-%dT%H:%M:%S.000Z}", "endDate": f"{bid.deadline:%Y-%m-%dT%H:%M:%S.000Z}"} if bid.days else {},
        "items": [{"description": {"uk_UA": "Приміщення"}, "classification": {"scheme": "CAV-PS", "id": "04230000-0"}, "quantity": 1}],
    }  # fmt: skip


def gem_bid(bid: Bid) -> dict[str, Any]:
    """A bid of GeM as its index holds it: each value a list of one."""
    return {
        "id": f"{bid.number}", "b_id": [bid.number], "b_bid_number": [f"GEM/2026/B/{bid.number:07d}"], "b_category_name": [bid.title if bid.title is not None else f"Submersible Pump Sets (V2) {bid.number}"],
        "b_total_quantity": [12], "b_status": [1],
        "ba_official_details_deptName": [bid.buyer if bid.buyer is not None else "Department of Examples"] if bid.buyer != "" else [],
        "final_start_date_sort": [f"{bid.published:%Y-%m-%dT%H:%M:%SZ}"], "final_end_date_sort": [f"{bid.deadline:%Y-%m-%dT%H:%M:%SZ}"] if bid.days else [],
    }  # fmt: skip
