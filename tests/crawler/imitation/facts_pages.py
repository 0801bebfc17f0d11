"""Publications whose lists hold the releases themselves, page after page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.crawler.imitation.asking import Ask, moment, number, one_of, span, whole, year
from tests.crawler.imitation.making import ISO_DAY, SECONDS, number_of, with_next
from tests.crawler.imitation.portal import Facts, Pages, Sheet
from tests.crawler.imitation.shapes import bodies, package, records
from tests.crawler.imitation.shelf import Release, Stock


def records_with_next(sheet: Sheet) -> Any:
    return records(sheet.rows, links={"next": sheet.next} if sheet.next else {})


def of_type(types: Sequence[Any]) -> Callable[[Release, Mapping[str, Any]], bool]:
    """Each process is of one type; some types have none."""
    return lambda release, asked: types[number_of(release) * 3 % len(types)] == asked["type"]


def proactis(csv: str, types: Sequence[str]) -> Facts:
    """A month of one notice type; where there is none, a package without `releases`."""
    return Facts(
        csv,
        Ask(
            "/v1/Notices",
            {"dateFrom": "<month>", "outputType": "0", "noticeType": "<type>"},
            where={"month": span("%m-%Y", "Europe/London", "month"), "type": one_of(*types)},
        ),
        lambda sheet: package(sheet.rows) if sheet.rows else {"uri": "https://portal.example/", "version": "1.1"},
        Stock(days=45, language="en", currency="GBP"),
        "Europe/London",
        ("month",),
        grain="month",
        shows=of_type(types),
    )


PROACTIS = [str(each) for each in (*range(1, 8), *range(12, 16), *range(20, 26))]


def pdn(csv: str, supplier: str) -> Facts:
    """Mexico's national platform: bare releases by POST, pages from 0."""
    return Facts(
        csv,
        Ask(
            "/s6/api/v1/search",
            {"supplier_id": supplier},
            method="POST",
            body={"page": "<page>", "pageSize": 10},
            where={"page": number},
        ),
        lambda sheet: {
            "pagination": {"page": sheet.asked["page"], "pageSize": 10, "total": sheet.total},
            "data": bodies(sheet.rows),
        },
        Stock(language="es", currency="MXN"),
        pages=Pages("page", 10),
        accepts="application/json",
    )


def honduras(csv: str, word: str, pack_: Callable[..., Any]) -> Facts:
    """A package inside a page that tells how many pages there are."""
    return Facts(
        csv,
        Ask(f"/api/v1/{word}/", {"format": "json"}, {"page": "<page>"}, where={"page": whole}),
        lambda sheet: {f"{word}Package": pack_(sheet.rows), "pages": sheet.pages, "page": sheet.asked.get("page", 1)},
        Stock(language="es", currency="HNL"),
        pages=Pages("page", 10, first=1, beyond=502),
    )


FACTS: dict[str, Facts] = {
    "ge_spa_releases": Facts(
        "georgia_releases",
        Ask("/api/releases.json"),
        with_next,
        Stock(language="ka", currency="GEL"),
        pages=Pages("cursor", 20, param="page"),
    ),
    "ge_spa_records": Facts(
        "georgia_records",
        Ask("/api/records.json"),
        records_with_next,
        Stock(language="ka", currency="GEL"),
        pages=Pages("cursor", 20, param="page"),
    ),
    "hn_contrataciones_releases": honduras("honduras_portal_api_releases", "release", package),
    "hn_contrataciones_records": honduras("honduras_portal_api_records", "record", records),
    "mx_quien_es_quien": Facts(
        "mexico_quien_es_quien_releases",
        Ask(
            "/v3/contracts",
            {"start_date_min": "<low>", "start_date_max": "<high>", "offset": "<offset>", "limit": "<size>"},
            where={
                **dict.fromkeys(("low", "high"), span(ISO_DAY, "America/Mexico_City", "day")),
                "offset": whole,
                "size": whole,
            },
        ),
        lambda sheet: {"status": "success", "count": sheet.total, "data": bodies(sheet.rows)},
        Stock(count=100, days=3, language="es", currency="MXN"),
        "America/Mexico_City",
        ("low", "high"),
        grain=(1, "day"),
        pages=Pages("row", 20),
        scale=(1000, 20),
    ),
    "pe_oece": Facts(
        "peru_oece_api_releases",
        Ask("/api/v1/releasesAfter", {"format": "json", "order": "desc"}),
        with_next,
        Stock(count=150, days=60, language="es", currency="PEN"),
        pages=Pages("cursor", 15, param="searchAfter"),
        newest_first=True,
        again=4,
    ),
    "pe_oece_records": Facts(
        "peru_oece_api_records",
        Ask("/api/v1/recordsAfter", {"format": "json", "order": "desc"}),
        records_with_next,
        Stock(count=150, days=60, language="es", currency="PEN"),
        pages=Pages("cursor", 15, param="searchAfter"),
        newest_first=True,
        again=4,
    ),
    "rw_umucyo": Facts(
        "rwanda_api",
        Ask(
            "/opendata/api/v1/releases/all",
            {
                "sort_field": "date",
                "sort_direction": "desc",
                "offset": "0",
                "limit": "50",
                "date_from": "<low>",
                "date_to": "<high>",
            },
            where=dict.fromkeys(("low", "high"), span(ISO_DAY, "Africa/Kigali", "day")),
        ),
        with_next,
        Stock(count=130, days=2, currency="RWF"),
        "Africa/Kigali",
        ("low", "high"),
        grain=(1, "day"),
        pages=Pages("cursor", 50, param="offset"),
        newest_first=True,
    ),
    "tz_nest_api_releases": Facts(
        "tanzania_api_releases",
        Ask("/gateway/nest-data-portal-api/api/releases"),
        with_next,
        Stock(currency="TZS"),
        pages=Pages("cursor", 20),
    ),
    "tz_nest_api_records": Facts(
        "tanzania_api_records",
        Ask("/gateway/nest-data-portal-api/api/records"),
        records_with_next,
        Stock(currency="TZS"),
        pages=Pages("cursor", 20),
    ),
    "ug_gpp": Facts(
        "uganda_releases",
        Ask(
            "/api/open-data/v2/ocds/download",
            {"fy": "<year>-<after>", "format": "json", "code": "<page>"},
            where={**dict.fromkeys(("year", "after"), year("Africa/Kampala", begins=7)), "page": whole},
        ),
        stock=Stock(days=100, currency="UGX"),
        zone="Africa/Kampala",
        span=("year", "after"),
        ends_before=True,
        grain="year",
        begins=7,
        pages=Pages("page", 20, first=1, beyond=404),
    ),
    "gb_contracts_finder": Facts(
        "united_kingdom_contracts_finder_releases",
        Ask(
            "/Published/Notices/OCDS/Search",
            {"limit": "100", "publishedFrom": "<low>", "publishedTo": "<high>"},
            where=dict.fromkeys(("low", "high"), moment(SECONDS, "Europe/London")),
        ),
        with_next,
        Stock(language="it", currency="GBP", count=90, days=1.5),
        span=("low", "high"),
        grain=1,
        pages=Pages("cursor", 30),
        encoding="cp1252",
        busy=(403, 3),
    ),
    "gb_scotland": proactis("united_kingdom_scotland", [*PROACTIS, "101", "102", "103", "104"]),
    "gb_sell2wales": proactis("united_kingdom_wales", [*PROACTIS, *map(str, range(51, 57))]),
}
for _id, _csv, _supplier in (
    ("mx_pdn_aguascalientes", "mexico_aguascalientes_sesea", "SESEA_AGS"),
    ("mx_pdn_edomex", "mexico_mexico_state_sesaemm", "SESAEMM_EDOMEX"),
    ("mx_pdn_michoacan", "mexico_michoacan_sesea", "SESEA_MCH"),
    ("mx_pdn_puebla", "mexico_puebla_state_seseap", "SESAE_PUE"),
    ("mx_pdn_quintana_roo", "mexico_quintana_roo_sesaeqroo", "SESAE_QROO"),
    ("mx_pdn_shcp", "mexico_shcp", "SHCP"),
    ("mx_pdn_veracruz", "mexico_veracruz_state_sesea", "SESEA_VER"),
):
    FACTS[_id] = pdn(f"{_csv}_plataforma_digital_nacional", _supplier)
