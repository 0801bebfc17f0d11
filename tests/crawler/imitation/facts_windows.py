"""Publications that are asked by windows of time, or for one file that is the whole."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.crawler.imitation.asking import Ask, Period, digits, moment, span, to_period, whole, year
from tests.crawler.imitation.making import ISO_DAY, SECONDS, UTC_SECONDS, number_of, with_next
from tests.crawler.imitation.portal import Facts, Pages, Sheet
from tests.crawler.imitation.shapes import lines, pack, package, packages, records
from tests.crawler.imitation.shelf import Stock, group


def in_zip(sheet: Sheet) -> bytes:
    """A zip with a package for each ten releases, and a text that is none."""
    parts = [sheet.rows[place : place + 10] for place in range(0, len(sheet.rows), 10)]
    return pack({f"data/{place}.json": package(each) for place, each in enumerate(parts)})


def year_and_month(zone: str) -> Callable[[Mapping[str, Any]], Period]:
    """The month that two values name."""
    return lambda asked: to_period(datetime(asked["year"], asked["month"], 1, tzinfo=UTC), zone, "month")


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
    "ge_spa": Facts("georgia_opendata", Ask("/json/allTenders.zip"), in_zip, Stock(language="ka", currency="GEL")),
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
        Ask(
            "/CivicDataLab/assam-tenders-data/raw/main/data/ProcessedData/ocds-mapped-data/current/ocds_mapped_data.json.zip"
        ),
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
}
