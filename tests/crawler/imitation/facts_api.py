"""Publications whose lists hold the releases themselves: windows, pages, cursors, one file."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.crawler.imitation.asking import Ask, Period, digits, moment, number, one_of, span, to_period, whole, year
from tests.crawler.imitation.portal import Facts, Pages, Sheet
from tests.crawler.imitation.shapes import bodies, lines, pack, package, packages, records
from tests.crawler.imitation.shelf import Release, Stock, group

ISO_DAY = "%Y-%m-%d"
UTC_SECONDS = "%Y-%m-%dT%H:%M:%SZ"
SECONDS = "%Y-%m-%dT%H:%M:%S"
MONTHS = Stock(days=15)


def with_next(sheet: Sheet) -> Any:
    """A package with links.next."""
    return package(sheet.rows, links={"next": sheet.next} if sheet.next else {})


def records_with_next(sheet: Sheet) -> Any:
    return records(sheet.rows, links={"next": sheet.next} if sheet.next else {})


def in_zip(sheet: Sheet) -> bytes:
    """A zip with a package for each ten releases, and a text that is none."""
    parts = [sheet.rows[place : place + 10] for place in range(0, len(sheet.rows), 10)]
    return pack({f"data/{place}.json": package(each) for place, each in enumerate(parts)})


def year_and_month(zone: str) -> Callable[[Mapping[str, Any]], Period]:
    """The month that two values name."""
    return lambda asked: to_period(datetime(asked["year"], asked["month"], 1), zone, "month")


def number_of(release: Release) -> int:
    """A process's number, from which its type follows."""
    return int(release.body["tender"]["id"].removeprefix("T-"))


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


def oncae_file(text: str) -> tuple[str, Period]:
    """Two systems, whose files are named in two ways."""
    for system, tail in (("HC1", ".json"), ("CE", "_json.zip")):
        if text.startswith(f"{system}/{system}_datos_") and text.endswith(tail):
            return system, year("America/Tegucigalpa")(text.removesuffix(tail).rpartition("_")[2])
    raise ValueError("no such file")


def oncae(sheet: Sheet) -> Any:
    """HC1 as JSON, the catalogue as a zip."""
    return package(sheet.rows) if sheet.asked["rest"][0] == "HC1" else in_zip(sheet)


def with_a_mac_folder(sheet: Sheet) -> bytes:
    return pack({"ocds_mapped_data.json": package(sheet.rows), "__MACOSX/._ocds_mapped_data.json": b"\0\5\x16\7 Mac"})


def edca_year(sheet: Sheet) -> Any:
    return {"arrayReleasePackage": packages(sheet.rows)}


FACTS: dict[str, Facts] = {
    "al_kpp": Facts(
        "albania_public_procurement_commission",
        Ask(
            "/api/public/Decision/getBulkJsonByYear",
            method="POST",
            body={"extraConditions": [["decision_date", ">=", "1/1/<year>"], ["decision_date", "<=", "1/1/<after>"]]},
            where={"year": year("Europe/Tirane"), "after": year("Europe/Tirane")},
        ),
        lambda sheet: {"result": package(sheet.rows)},
        Stock(days=50, language="sq", currency="ALL"),
        "Europe/Tirane",
        ("year", "after"),
        ends_before=True,
        grain="year",
        accepts="application/json",
    ),
    "au_austender": Facts(
        "australia",
        Ask(
            "/ocds/findByDates/contractPublished/<low>/<high>",
            where={"low": moment(UTC_SECONDS), "high": moment(UTC_SECONDS)},
        ),
        with_next,
        Stock(currency="AUD"),
        span=("low", "high"),
        grain=7,
        pages=Pages("cursor", 25),
    ),
    "ca_buyandsell_pilot": Facts(
        "canada_buyandsell",
        Ask("/ba2/pilot-oc-pilote-co/releases.zip"),
        in_zip,
        Stock(currency="CAD", old_standard=True),
    ),
    "cl_chilecompra_bulk": Facts(
        "chile_compra_bulk",
        Ask("/ocds/<month>.zip", where={"month": span("%Y%m", "America/Santiago", "month")}),
        lambda sheet: pack({"1.json": records(sheet.rows), "2.json": {"status": 500, "detail": "error"}}),
        Stock(days=45, language="es", currency="CLP"),
        "America/Santiago",
        ("month",),
        grain="month",
    ),
    "co_ani": Facts(
        "colombia_ani_records", Ask("/cost/records"), lambda sheet: records(sheet.rows), Stock(language="es")
    ),
    "ec_sercop": Facts(
        "ecuador_sercop_bulk",
        Ask(
            "/PLATAFORMA/download",
            {"type": "json", "year": "<year>", "month": "<month>", "method": "all"},
            where={"year": whole, "month": digits},
        ),
        lambda sheet: pack({"releases_2026.json": packages(sheet.rows)}),
        Stock(days=45, language="es", ocid="ocds-5wno2w-SIE/GAD/{:03d}".format),
        "America/Guayaquil",
        period=year_and_month("America/Guayaquil"),
        grain="month",
    ),
    "ge_spa": Facts(
        "georgia_opendata", Ask("/json/allTenders.zip"), in_zip, Stock(language="ka", currency="GEL")
    ),
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
    "de_oeffentlichevergabe_ocds": Facts(
        "germany",
        Ask(
            "/api/notice-exports",
            {"format": "ocds.zip", "pubDay": "<day>"},
            where={"day": span(ISO_DAY, "Europe/Berlin", "day")},
        ),
        in_zip,
        Stock(language="de", currency="EUR"),
        "Europe/Berlin",
        ("day",),
        grain="day",
        until=lambda now: to_period(now, "Europe/Berlin", "day").low,
    ),
    "hn_oncae": Facts(
        "honduras_oncae",
        Ask("/datosabiertos/<rest>", where={"rest": oncae_file}),
        oncae,
        Stock(language="es", currency="HNL"),
        "America/Tegucigalpa",
        period=lambda asked: asked["rest"][1],
        grain="year",
        shows=lambda release, asked: asked["rest"][0] == ("HC1", "CE")[number_of(release) % 2],
    ),
    "hn_contrataciones_releases": honduras("honduras_portal_api_releases", "release", package),
    "hn_contrataciones_records": honduras("honduras_portal_api_records", "record", records),
    "hn_sefin_bulk": Facts(
        "honduras_sefin_bulk",
        Ask("/edca/ocid_sefin_<year>.zip", where={"year": year("America/Tegucigalpa")}),
        lambda sheet: pack({"ocid_sefin.json": lines(sheet.rows)}),
        Stock(language="es", currency="HNL"),
        "America/Tegucigalpa",
        ("year",),
        grain="year",
    ),
    "in_assam": Facts(
        "india_assam_civic_data_lab",
        Ask("/CivicDataLab/assam-tenders-data/raw/main/data/ProcessedData/ocds-mapped-data/current/ocds_mapped_data.json.zip"),
        with_a_mac_folder,
        Stock(currency="INR"),
    ),
    "xk_krpp": Facts(
        "kosovo",
        Ask(
            "/krppapi/tenderrelease",
            {"endDateFrom": "<low>", "endDateEnd": "<high>"},
            where=dict.fromkeys(("low", "high"), span(ISO_DAY, "Europe/Belgrade", "day")),
        ),
        stock=Stock(language="sq", currency="EUR", by_deadline=True, ahead=20),
        zone="Europe/Belgrade",
        span=("low", "high"),
        ends_before=True,
        grain=(1, "day"),
        until=lambda now: now.replace(year=now.year + 1),
    ),
    "mx_guadalajara": Facts(
        "mexico_guadalajara",
        Ask("/edca/contractingprocess/<year>", where={"year": year("America/Mexico_City")}),
        edca_year,
        Stock(language="es", currency="MXN"),
        "America/Mexico_City",
        ("year",),
        grain="year",
    ),
    "mx_nuevo_leon_infra": Facts(
        "mexico_nuevo_leon_infra_abierta_records",
        Ask(
            "/siasi_ws/api/ocds/ListarProduccionXAnio",
            {"anio": '[{"value":"<year>"}]'},
            where={"year": year("America/Monterrey")},
        ),
        lambda sheet: [records(each) for each in group(sheet.rows).values()],
        Stock(language="es", currency="MXN"),
        "America/Monterrey",
        ("year",),
        grain="year",
        browser=403,
    ),
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
    "za_etenders": Facts(
        "south_africa_national_treasury_api",
        Ask(
            "/api/OCDSReleases",
            {"dateFrom": "<low>", "dateTo": "<high>", "PageNumber": "1"},
            where=dict.fromkeys(("low", "high"), span(ISO_DAY, "Africa/Johannesburg", "day")),
        ),
        with_next,
        Stock(currency="ZAR"),
        "Africa/Johannesburg",
        ("low", "high"),
        grain=(7, "day"),
        pages=Pages("cursor", 25, param="PageNumber"),
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
    "th_bangkok": Facts(
        "thailand_bangkok",
        Ask(
            "/assets/data/output/yearly/ocds_releases_<year>.json",
            where={"year": year("Asia/Bangkok", plus=543)},
        ),
        stock=Stock(language="th", currency="THB"),
        zone="Asia/Bangkok",
        span=("year",),
        grain="year",
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
    "gb_find_a_tender": Facts(
        "united_kingdom_fts",
        Ask(
            "/api/1.0/ocdsReleasePackages",
            {"limit": "100", "updatedFrom": "<low>", "updatedTo": "<high>"},
            where=dict.fromkeys(("low", "high"), moment(SECONDS, "Europe/London")),
        ),
        stock=Stock(currency="GBP"),
        span=("low", "high"),
        grain=0.25,
        busy=(429, 3),
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
