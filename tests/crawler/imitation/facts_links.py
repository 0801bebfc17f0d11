"""Publications whose lists only name further documents: CKAN, months in zips, tables of a page, feeds, details."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from tests.crawler.imitation.asking import Ask, digits, moment, number, one_of, span, to_period, whole, year
from tests.crawler.imitation.facts_api import ISO_DAY, SECONDS, UTC_SECONDS, number_of
from tests.crawler.imitation.portal import Facts, Pages, Sheet, Token, Unit
from tests.crawler.imitation.shapes import compiled, pack, package, packages, records, to_bytes
from tests.crawler.imitation.shelf import Release, Stock


def month_of(asked: Mapping[str, Any]) -> str:
    """A month's document, by the year and month in its address, the month with or without a zero."""
    return f"{int(asked['year']):04d}-{int(asked['month']):02d}-01"


def year_of(asked: Mapping[str, Any]) -> str:
    return f"{asked['year']}-01-01"


def records_in_zip(releases: Sequence[Release]) -> bytes:
    return pack({"recordPackage.json": records(releases)})


def in_zip(releases: Sequence[Release]) -> bytes:
    return pack({"releases.json": package(releases)})


def european_dynamics(csv: str, zone: str, currency: str, **more: Any) -> Facts:
    """A list of links with the host that the server knows itself by; months without a zero."""
    path = "/ocds/services/recordpackage/getrecordpackage"
    return Facts(
        csv,
        Ask(f"{path}list"),
        lambda sheet: {
            "packagesPerMonth": [
                f"http://inner.example:8080{path}/{each.first.year}/{each.first.month}" for each in sheet.rows
            ]
        },
        Stock(days=45, currency=currency, **more),
        zone,
        grain="month",
        unit="month",
        document=Ask(f"{path}/<year>/<month>", where={"year": whole, "month": whole}),
        id_of=month_of,
        content=records_in_zip,
    )


def ckan(
    csv: str, package_: str, row: Callable[[Unit], dict[str, Any]], document: Ask, **more: Any
) -> Facts:
    """CKAN's package_show: the files, and documents beside them that are no files of OCDS."""
    beside = [{"format": "PDF", "url": "https://portal.example/leame.pdf", "created": "2020-01-01", "last_modified": None}]
    api = more.pop("api", "")
    return Facts(
        csv,
        Ask(f"{api}/api/3/action/package_show", {"id": package_}),
        lambda sheet: {"success": True, "result": {"resources": [*beside[: more_beside(more)], *map(row, sheet.rows)]}},
        document=document,
        **{name: value for name, value in more.items() if name != "all_formats"},
    )


def more_beside(more: Mapping[str, Any]) -> int:
    """A publication that takes every format has nothing else beside its files."""
    return 0 if more.get("all_formats") else 1


CHILE = ("listaOCDSAgnoMesConvenio", "listaOCDSAgnoMes", "listaOCDSAgnoMesTratoDirecto")
CHILE_ID = "ocds-70d2nz-{:04d}-2-LE26".format


def chile(csv: str, path: str, content: Callable[[Sequence[Release]], Any]) -> Facts:
    """Three lists of a month, pages by the first row's number, details with NUL bytes."""
    return Facts(
        csv,
        Ask(
            "/APISOCDS/OCDS/<list>/<rest>/<offset>/20",
            where={"list": one_of(*CHILE), "rest": span("%Y/%m", "America/Santiago", "month"), "offset": whole},
        ),
        lambda sheet: {
            "pagination": {"total": sheet.total, "offset": sheet.asked["offset"], "limit": 20},
            "data": [{"ocid": each.id, "urlTender": f"https://apis.example/{each.id}"} for each in sheet.rows],
        },
        Stock(count=75, days=15, language="es", currency="CLP", ocid=CHILE_ID),
        "America/Santiago",
        ("rest",),
        grain="month",
        pages=Pages("row", 20),
        unit="process",
        document=Ask(f"/APISOCDS/{path}/<id>"),
        id_of=lambda asked: f"ocds-70d2nz-{asked['id']}",
        content=lambda releases: to_bytes(content(releases)).replace(b'"description": "', b'"description": "\0'),
        shows=lambda release, asked: "list" not in asked or CHILE[number_of(release) % 3] == asked["list"],
        busy=(429, 5),
        scale=(1000, 20),
    )


def maneps(csv: str, kind: str, content: Callable[[Sequence[Release]], Any]) -> Facts:
    """POST with skip and take; ocids with slashes."""
    return Facts(
        csv,
        Ask(
            "/rms/api/ocds/get-records",
            method="POST",
            body={"skip": "<offset>", "take": 20},
            where={"offset": number},
        ),
        lambda sheet: {"items": [{"ocid": each.id} for each in sheet.rows], "total": sheet.total},
        Stock(currency="MWK", ocid="ocds-mw01-MOH/IPC/{:03d}".format),
        pages=Pages("row", 20),
        unit="process",
        document=Ask(f"/rms/api/ocds/{kind}/<rest>"),
        id_of=lambda asked: asked["rest"],
        content=content,
        scale=(1000, 20),
    )


def edca(csv: str, zone: str, browser: int | None = None) -> Facts:
    """INAI's edca API: fiscal years, and an array of packages for each."""
    return Facts(
        csv,
        Ask("/edca/fiscalYears"),
        lambda sheet: {
            "fiscalYears": [{"id": each.id, "year": each.first.year, "status": "active"} for each in sheet.rows]
        },
        Stock(days=50, language="es", currency="MXN"),
        zone,
        grain="year",
        unit="year",
        document=Ask("/edca/contractingprocess/<year>", where={"year": whole}),
        id_of=year_of,
        content=lambda releases: {"arrayReleasePackage": packages(releases)},
        browser=browser,
    )


def bon_maximus(csv: str) -> Facts:
    """A table of awards whose links hold the ocid; its file has underscores for the slashes."""
    return Facts(
        csv,
        Ask("/awarded_contracts.php"),
        lambda sheet: page(
            '<table id="contractTable"><thead><tr><th>No</th><th>Contract</th></tr></thead><tbody>'
            + "".join(
                f'<tr><td>{place}</td><td><a href="existing_award_details.php?id={each.id}">{each.id}</a></td>'
                '<td><a href="supplier.php?id=7">S</a></td></tr>'
                for place, each in enumerate(sheet.rows)
            )
            + "</tbody></table>"
        ),
        Stock(currency="NGN", ocid="ocds-xwwr9a-{:06d}-OS/HLT/02".format),
        unit="process",
        document=Ask("/media/<id>.json"),
        id_of=lambda asked: asked["id"].replace("_", "/"),
        busy=(403, 3),
    )


def page(body: str) -> str:
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Open data</title></head><body>{body}</body></html>'


def dncp(csv: str, document: Ask, unit: str, content: Callable[[Sequence[Release]], Any]) -> Facts:
    """Paraguay: a token for a while, processes by the time of their releases, pages that are counted."""
    api = "/datos/api/v3/doc"
    return Facts(
        csv,
        Ask(
            f"{api}/search/processes",
            {
                "tipo_fecha": "fecha_release",
                "fecha_desde": "<low>",
                "fecha_hasta": "<high>",
                "items_per_page": "<size>",
            },
            {"page": "<page>"},
            where={
                **dict.fromkeys(("low", "high"), moment("%Y-%m-%dT%H:%M:%S%z")),
                "size": whole,
                "page": whole,
            },
        ),
        lambda sheet: {
            "records": [
                {
                    "ocid": each.id,
                    "releases": [
                        {"url": f"https://www.contrataciones.gov.py{api}/ocds/releases/id/{release.body['id']}"}
                        for release in each.releases
                    ],
                }
                for each in sheet.rows
            ],
            "pagination": {"current_page": sheet.asked.get("page", 1), "total_pages": sheet.pages},
        },
        Stock(count=90, days=2.5, language="es", currency="PYG"),
        span=("low", "high"),
        grain=1,
        pages=Pages("page", 20, first=1),
        unit="process",
        document=document,
        document_unit=unit,
        content=content,
        token=Token(
            Ask(f"{api}/oauth/token", method="POST", body={"request_token": "secret-of-test"}),
            "access_token",
            lambda token: {"Authorization": token},
            lasts=40,
        ),
        scale=(1000, 20),
    )


def nest(csv: str, word: str, content: Callable[[Sequence[Release]], Any]) -> Facts:
    """Tanzania's daily files: a list by POST with filters."""
    between = [
        {"fieldName": name, "operation": "BTN", "value1": f"<{low}>T00:00:00", "value2": f"<{high}>T23:59:59"}
        for name, low, high in (("startDate", "low", "high"), ("endDate", "low2", "high2"))
    ]
    return Facts(
        csv,
        Ask(
            "/gateway/nest-data-portal-api/packages",
            {"withMetaData": "true"},
            method="POST",
            body={
                "page": "<page>",
                "pageSize": 200,
                "fields": [{"fieldName": "endDate", "isSortable": True, "orderDirection": "DESC"}],
                "mustHaveFilters": [
                    {"fieldName": "periodType", "operation": "EQ", "value1": "daily"},
                    {"fieldName": "dataType", "operation": "EQ", "value1": word},
                    *between,
                ],
            },
            where={
                **dict.fromkeys(("low", "high", "low2", "high2"), span(ISO_DAY, "Africa/Dar_es_Salaam", "day")),
                "page": number,
            },
        ),
        lambda sheet: {
            "recordsFilteredCount": sheet.total,
            "data": [{"fileName": f"{word}-{each.id}.json", "periodType": "daily"} for each in sheet.rows],
        },
        Stock(currency="TZS"),
        "Africa/Dar_es_Salaam",
        ("low", "high"),
        grain="day",
        pages=Pages("page", 200, first=1),
        unit="day",
        document=Ask(f"/gateway/nest-data-portal-api/api/packages/download/{word}-<id>.json"),
        content=content,
    )


def rss(items: Sequence[tuple[str, str]]) -> str:
    """An RSS feed of titles and links."""
    shown = "".join(f"<item><title>{escape(title)}</title><link>{escape(link)}</link></item>" for title, link in items)
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>ARCE</title>{shown}</channel></rss>'


def arce(csv: str, unit: str, document: Ask, content: Callable[[Sequence[Release]], Any]) -> Facts:
    """Uruguay's feed of a month: the id of the purchase in the title, the release's address in the link."""
    return Facts(
        csv,
        Ask("/ocds/rss/<rest>", where={"rest": span("%Y/%m", "America/Montevideo", "month")}),
        lambda sheet: rss(
            [
                (
                    f"id_compra:{number_of(each.last)},release_id:{each.last.body['id']}",
                    f"http://comprasestatales.gub.uy/ocds/release/{each.last.body['id']}",
                )
                for each in sheet.rows
            ]
        ),
        Stock(days=12, language="es", currency="UYU", ocid="ocds-yfs5dr-{}".format),
        "America/Montevideo",
        ("rest",),
        grain="month",
        unit=unit,
        document=document,
        id_of=lambda asked: asked["id"] if unit == "release" else f"ocds-yfs5dr-{asked['id']}",
        content=content,
        browser=403,
    )


def by_name(names: Mapping[int, str]) -> Callable[[Sequence[Release]], list[Unit]]:
    """Units that are no time: each process belongs to one of these names."""

    def units(releases: Sequence[Release]) -> list[Unit]:
        found: dict[str, list[Release]] = {}
        for each in releases:
            found.setdefault(names[number_of(each) % len(names)], []).append(each)
        return [Unit(name, tuple(each), each[0].at) for name, each in found.items()]

    return units


def by_buyer(releases: Sequence[Release]) -> list[Unit]:
    """Three buyers, the last of which has bought nothing for years."""
    found: dict[str, list[Release]] = {"00394": [], "26989": [], "05526": []}
    for each in releases:
        name = "05526" if number_of(each) > 90 else ("00394", "26989")[number_of(each) % 2]
        found[name].append(each)
    return [Unit(name, tuple(each), each[0].at) for name, each in found.items() if each]


def as_files(sheet: Sheet, path: str) -> list[dict[str, Any]]:
    return [{"json": f"{sheet.host}{path}/{each.id}.json", "csv": f"{sheet.host}{path}/{each.id}.csv"} for each in sheet.rows]


def iaip(sheet: Sheet) -> Any:
    """Three portals; of each file there is one of compiled releases."""
    files = as_files(sheet, "/datos")
    files += [{**each, "json": each["json"].replace(".json", "_compiledRelease.json")} for each in files]
    return {"covid19": files[0::3], "huracanes": files[1::3], "oficio": files[2::3]}


def lpse(sheet: Sheet) -> Any:
    """Agencies, one of them twice, one without a code."""
    rows = [{"code": each.id, "name": f"LPSE {each.id}"} for each in sheet.rows]
    return {"results": [*rows, *rows[:1], {"code": None, "name": "?"}]}


def decp(sheet: Sheet) -> Any:
    """Resources of a data set, of which some speak of OCDS in their descriptions."""
    return {
        "resources": [
            {"description": None, "url": "https://static.example/decp.xml", "last_modified": "2026-01-01T00:00:00"},
            {"description": "Format XML", "url": "https://static.example/x.xml", "last_modified": "2026-01-01T00:00:00"},
            *(
                {
                    "description": "Données consolidées au format OCDS",
                    "url": f"https://static.data.gouv.fr/resources/decp/{each.id}/ocds.json",
                    "last_modified": "2026-11-19T05:00:00",
                }
                for each in sheet.rows
            ),
        ]
    }


def without_ocid(releases: Sequence[Release]) -> Any:
    """Every third release has no ocid, which its id holds."""
    found = package(releases)
    found["releases"] = [
        {name: value for name, value in each.items() if name != "ocid" or place % 3} for place, each in enumerate(found["releases"])
    ]
    return found


def full_zip(releases: Sequence[Release]) -> bytes:
    """Releases beside records, which are other processes here, so that it shows when they are read."""
    beside = Stock(count=2, older=0, language="es", ocid="ocds-wrong-{}".format).publish(releases[-1].at)
    return pack({"2026-1.json": package(releases), "2026.json": records(beside)})


def mtender(releases: Sequence[Release]) -> Any:
    """The records of a procedure: the whole and its stage, each with an ocid of its own."""
    found = records(releases)
    stage = {**found["records"][0]["compiledRelease"], "ocid": f"{releases[0].ocid}-EV-1"}
    found["records"] = [
        {"ocid": each["ocid"], "compiledRelease": each} for each in (found["records"][0]["compiledRelease"], stage)
    ]
    return found


def changes(sheet: Sheet) -> Any:
    """A page of MTender's feed; {} at its end."""
    rows = [{"ocid": each.last.ocid, "date": f"{each.first:%Y-%m-%dT%H:%M:%SZ}"} for each in sheet.rows]
    return {"data": rows, "offset": rows[-1]["date"]} if rows else {}


def refresh(sheet: Sheet) -> str:
    return '<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL=opendata/ocds_all.zip"></head><body></body></html>'


def taiwan(sheet: Sheet) -> str:
    """A list of works: some have OCDS; a page beyond the last has no entries."""
    items = "".join(
        f'<li><a href="index.php?code=view&amp;ids={number_of(each.last)}">{each.id}</a>'
        f'<a title="下載 OCDS 檔案" href="index.php?code=download&amp;ids={number_of(each.last)}">JSON</a></li>'
        for each in sheet.rows
    )
    return page(f'<div class="main"><ul>{items}</ul></div>')


ZARAGOZA = "/sede/servicio/contratacion-publica/ocds/contracting-process"
FACTS: dict[str, Facts] = {
    "ar_mendoza": Facts(
        "argentina_mendoza_province_bulk",
        Ask("/datasets/"),
        lambda sheet: page(
            '<div><a href="/">Inicio</a> <a href="guia.pdf">Guía</a></div>'
            + "".join(f'<div><a href="compras-{each.id}.json">{each.id}</a></div>' for each in sheet.rows)
        ),
        Stock(days=90, language="es", currency="ARS"),
        "America/Argentina/Mendoza",
        unit="month",
        document=Ask("/datasets/compras-<id>.json"),
    ),
    "br_compras": Facts(
        "brazil_compras",
        Ask("/modulo-uasg/2_consultarOrgao", {"statusOrgao": "true"}, {"pagina": "<page>"}, where={"page": whole}),
        lambda sheet: {
            "resultado": [{"cnpjCpfOrgao": each.id} for each in sheet.rows],
            "totalPaginas": sheet.pages,
        },
        Stock(count=90, language="pt", currency="BRL"),
        "America/Sao_Paulo",
        ("low", "high"),
        grain=(0, "day"),
        pages=Pages("page", 2, first=1),
        unit=by_buyer,
        document=Ask(
            "/modulo-ocds/1_releases",
            {
                "page": "1",
                "offSet": "100",
                "buyerID": "<id>",
                "releaseStartDate": "<low>",
                "releaseEndDate": "<high>",
            },
            where=dict.fromkeys(("low", "high"), span(ISO_DAY, "America/Sao_Paulo", "day")),
        ),
        document_pages=Pages("cursor", 10, param="page"),
    ),
    "br_medicamentos": Facts(
        "brazil_medicamentos_transparentes",
        Ask("/dados-abertos", {"skip": "<offset>", "take": "<size>"}, where={"offset": whole, "size": whole}),
        lambda sheet: {
            "response": {
                "count": sheet.total,
                "records": [
                    {
                        "files": [
                            {"type": "csv", "url": f"https://arquivos.example/{each.id}.csv.zip"},
                            {"type": "json", "url": f"https://arquivos.example/json/{each.id}.zip"},
                        ]
                    }
                    for each in sheet.rows
                ],
            }
        },
        Stock(count=110, language="pt", currency="BRL"),
        pages=Pages("row", 100),
        unit="process",
        document=Ask("/json/<id>.zip"),
        content=in_zip,
    ),
    "ca_quebec": ckan(
        "canada_quebec",
        "d23b2e02-085d-43e5-9e6e-e1d558ebfdd5",
        lambda each: {
            "format": "JSON",
            "url": "https://www.donneesquebec.ca/recherche/dataset/d23b/resource/c6f8/download/"
            f"hebdo_{each.first:%Y%m%d}_{each.first + timedelta(days=6):%Y%m%d}.json",
        },
        Ask("/recherche/dataset/d23b/resource/c6f8/download/hebdo_<day>_<last>.json", where={"day": whole}),
        stock=Stock(days=30, language="fr", currency="CAD"),
        zone="America/Toronto",
        grain="week",
        unit="week",
        until=lambda now: to_period(now.astimezone(ZoneInfo("America/Toronto")), "America/Toronto", "week").low,
        id_of=lambda asked: f"{asked['day'] // 10000}-{asked['day'] // 100 % 100:02d}-{asked['day'] % 100:02d}",
    ),
    "cl_chilecompra": chile("chile_compra_api_releases", "OCDS/allrelease", package),
    "cl_chilecompra_records": chile("chile_compra_api_records", "ocds/record", records),
    "cr_poder_judicial": ckan(
        "costa_rica_poder_judicial_records",
        "estandar-de-datos-de-contrataciones-abiertas-ocds",
        lambda each: {
            "format": "JSON",
            "url": f"https://ckanpj.azurewebsites.net/datosabiertos/OpenContracting/{each.first.year}.json",
        },
        Ask("/datosabiertos/OpenContracting/<year>.json"),
        stock=Stock(days=50, language="es", currency="CRC"),
        zone="America/Costa_Rica",
        grain="year",
        unit="year",
        id_of=year_of,
        content=records,
    ),
    "cr_poder_judicial_releases": ckan(
        "costa_rica_poder_judicial_releases",
        "estandar-de-datos-de-contrataciones-abiertas-ocds",
        lambda each: {
            "format": "ZIP",
            "url": "https://pjcrdatosabiertos.example/datosabiertos/OpenContracting/ocds-fnha3a-FULL.zip",
        },
        Ask("/datosabiertos/OpenContracting/ocds-fnha3a-FULL.zip"),
        stock=Stock(language="es", currency="CRC"),
        unit="all",
        id_of=lambda asked: "all",
        content=full_zip,
    ),
    "do_dgcp": Facts(
        "dominican_republic_api",
        Ask(
            "/api-dgcp/v1/ocds/releases/all",
            {"limit": "<size>", "start_date": "<low>", "end_date": "<high>"},
            {"page": "<page>"},
            where={
                **dict.fromkeys(("low", "high"), span(ISO_DAY, "America/Santo_Domingo", "day")),
                "page": whole,
                "size": whole,
            },
        ),
        lambda sheet: {
            "pages": sheet.pages,
            "payload": {"content": [{"ocid": each.id} for each in sheet.rows] or None},
        },
        Stock(count=90, days=3, language="es", currency="DOP"),
        "America/Santo_Domingo",
        ("low", "high"),
        grain="day",
        pages=Pages("page", 20, first=1),
        unit="process",
        document=Ask("/api-dgcp/v1/ocds/releases", {"ocid": "<id>"}),
        busy=(429, 4),
        scale=(1000, 20),
    ),
    "ec_sercop_api": Facts(
        "ecuador_sercop_api",
        Ask(
            "/PLATAFORMA/api/search_ocds",
            {"year": "<year>"},
            {"page": "<page>"},
            where={"year": year("America/Guayaquil"), "page": whole},
        ),
        lambda sheet: {
            "total": sheet.total,
            "page": sheet.asked.get("page", 1),
            "pages": sheet.pages,
            "data": [{"ocid": each.id, "date": each.last.body["date"]} for each in sheet.rows],
        },
        Stock(language="es", ocid="ocds-5wno2w-SIE/GAD/{:03d}".format),
        "America/Guayaquil",
        ("year",),
        grain="year",
        pages=Pages("page", 10, first=1),
        unit="process",
        document=Ask("/PLATAFORMA/api/record", {"ocid": "<id>"}),
    ),
    "fr_decp": Facts(
        "france",
        Ask("/api/1/datasets/donnees-essentielles-de-la-commande-publique-fichiers-consolides/"),
        decp,
        Stock(count=150, days=60, language="fr", currency="EUR"),
        "Europe/Paris",
        unit="month",
        document=Ask("/resources/decp/<id>/ocds.json"),
    ),
    "gh_ghaneps": european_dynamics("ghana", "Africa/Accra", "GHS"),
    "lr_ppcc": european_dynamics("liberia_records", "Africa/Monrovia", "USD"),
    "mt_epps": european_dynamics("malta", "Europe/Malta", "EUR"),
    "zm_zppa": european_dynamics("zambia", "Africa/Lusaka", "ZMW", old_standard=True),
    "gt_guatecompras": Facts(
        "guatemala_bulk",
        Ask("/files"),
        lambda sheet: {
            "id": "gc",
            "result": [
                {
                    "files": {"json": f"https://ocds.guatecompras.gt/file/json/{each.first:%Y/%m}", "csv": "https://x/"},
                    "year": f"{each.first.year}",
                    "month": f"{each.first.month}",
                    "monthName": "mes",
                }
                for each in sheet.rows
            ],
        },
        Stock(days=45, language="es", currency="GTQ"),
        "America/Guatemala",
        grain="month",
        unit="month",
        document=Ask("/file/json/<year>/<month>"),
        id_of=month_of,
        content=records_in_zip,
        busy=(400, 2),
    ),
    "hn_iaip": Facts(
        "honduras_iaip",
        Ask("/api/v1/iaip_datosabiertos/", {"format": "json"}),
        iaip,
        Stock(days=120, language="es", currency="HNL"),
        "America/Tegucigalpa",
        unit="month",
        document=Ask("/datos/<id>.json"),
    ),
    "hn_contrataciones": Facts(
        "honduras_portal_bulk",
        Ask("/api/v1/descargas/", {"format": "json"}),
        lambda sheet: [
            {
                "urls": {"json": f"http://www.contratacionesabiertas.gob.hn/api/v1/descargas/HC1_{each.first:%Y_%m}.json"},
                "year": f"{each.first.year}",
                "month": f"{each.first.month}",
                "sistema": "HonduCompras 1.0 - Módulo de Difusión de Compras y Contrataciones",
                "publicador": "Secretaria de Finanzas de Honduras",
            }
            for each in sheet.rows
        ],
        Stock(days=75, language="es", currency="HNL"),
        "America/Tegucigalpa",
        grain="month",
        unit="month",
        document=Ask("/api/v1/descargas/HC1_<year>_<month>.json"),
        id_of=month_of,
    ),
    "hn_sefin": Facts(
        "honduras_sefin_api",
        Ask("/EDCA_WEBAPI/api/listaOcids/<year>", where={"year": year("America/Tegucigalpa")}),
        lambda sheet: [
            f"https://guancasco.sefin.gob.hn/EDCA_WEBAPI/api/releasePackage/{each.id}" for each in sheet.rows
        ],
        Stock(language="es", currency="HNL", ocid="P2026-3-1-{}".format),
        "America/Tegucigalpa",
        ("year",),
        grain="year",
        unit="process",
        document=Ask("/EDCA_WEBAPI/api/releasePackage/<id>"),
    ),
    "id_opentender": Facts(
        "indonesia_opentender",
        Ask("/api/master/lpse/", {"year": "<year>", "format": "json"}, where={"year": year("Asia/Jakarta")}),
        lpse,
        Stock(language="id", currency="IDR"),
        "Asia/Jakarta",
        ("year",),
        grain="year",
        unit=by_name({0: "11", 1: "205", 2: "340"}),
        document=Ask(
            "/api/tender/export-ocds-batch/", {"year": "<year>", "lpse": "<id>"}, where={"year": year("Asia/Jakarta")}
        ),
        content=in_zip,
    ),
    "it_anac": Facts(
        "italy_anac",
        Ask("/opendata/api/3/action/package_search", {"q": "ocds", "rows": "1000"}),
        lambda sheet: {
            "success": True,
            "result": {
                "results": [
                    {
                        "resources": [
                            {"format": "CSV", "url": "https://dati.example/cig.csv"},
                            {
                                "format": "JSON",
                                "url": "https://dati.anticorruzione.it/opendata/download/dataset/ocds/filesystem/bulk/"
                                f"{each.first:%Y/%m}.json",
                            },
                        ]
                    }
                    for each in sheet.rows
                ]
            },
        },
        Stock(count=150, days=70, language="it", currency="EUR", ocid="ocds-hu01ve-{:07d}".format),
        "Europe/Rome",
        grain="month",
        unit="month",
        document=Ask("/opendata/download/dataset/ocds/filesystem/bulk/<year>/<month>.json", where={"month": digits}),
        id_of=month_of,
        content=without_ocid,
        browser=403,
    ),
    "ke_ppra": Facts(
        "kenya_ppra",
        Ask("/api/ocds/index", {"search": "", "perpage": "10", "sortby": "", "order": "asc", "page": "1"}),
        lambda sheet: {
            "data": [{"id": each.id, "updated_at": each.last.body["date"]} for each in sheet.rows],
            "next_page_url": sheet.next,
            "total": sheet.total,
        },
        Stock(currency="KES"),
        pages=Pages("cursor", 10, param="page"),
        unit="process",
        document=Ask("/api/ocds/tenders", {"download": "true", "ocds_id": "<id>"}),
    ),
    "lr_ppcc_releases": Facts(
        "liberia_releases",
        Ask(
            "/ocds/record/searchRecords.action",
            method="POST",
            body={"page": "<page>", "pagesize": 20, "sortField": "ocid", "sortDir": "asc"},
            where={"page": number},
        ),
        lambda sheet: {"items": [{"id": number_of(each.last)} for each in sheet.rows], "total": sheet.total},
        Stock(ocid="ocds-lr7-{}".format),
        pages=Pages("page", 20, first=1),
        unit="process",
        document=Ask("/ocds/record/downloadRecord/<id>/COMPILED.action"),
        id_of=lambda asked: f"ocds-lr7-{asked['id']}",
        content=compiled,
        scale=(1000, 20),
    ),
    "mw_maneps": maneps("malawi_records", "record-package", records),
    "mw_maneps_releases": maneps("malawi_releases", "release-package", package),
    "mx_aguascalientes": Facts(
        "mexico_aguascalientes_plataforma_digital_estatal",
        Ask("/Publica/contratacionesPublicas/index.html"),
        lambda sheet: page(
            '<a href="#contrataciones">Contrataciones</a>'
            '<a href="https://drive.google.com/uc?export=download&amp;id=aB3">Descargar</a>'
        ),
        Stock(language="es", currency="MXN"),
        unit="all",
        document=Ask("/uc", {"export": "download", "id": "aB3"}),
        id_of=lambda asked: "all",
        content=packages,
    ),
    "mx_infocdmx": edca("mexico_mexico_city_infocdmx", "America/Mexico_City", 500),
    "mx_yucatan": edca("mexico_yucatan_inaip", "America/Merida"),
    "mx_nuevo_leon": ckan(
        "mexico_nuevo_leon",
        "contrataciones-abiertas-direccion-general-de-adquisiciones-y-servicios",
        lambda each: {
            "format": ("JSON", "URL")[number_of(each.last) % 2],
            "url": f"https://api-ocds.nl.gob.mx/api/releases/{each.id}",
            "created": "2026-01-05T10:00:00.000000",
            "last_modified": None,
        },
        Ask("/api/releases/<id>"),
        stock=Stock(language="es", currency="MXN"),
        unit="process",
        browser=403,
        all_formats=True,
    ),
    "mx_nuevo_leon_infra_releases": Facts(
        "mexico_nuevo_leon_infra_abierta_releases",
        Ask(
            "/siasi_ws/api/ocds/ListarProduccionXAnio",
            {"anio": '[{"value":"<year>"}]'},
            where={"year": year("America/Monterrey")},
        ),
        lambda sheet: [
            {
                "records": [
                    {
                        "ocid": each.last.ocid,
                        "releases": [{"url": f"https://smpu.nl.gob.mx/siasi_ws/api/ocds/release/{each.id}"}],
                    }
                ]
            }
            for each in sheet.rows
        ],
        Stock(language="es", currency="MXN"),
        "America/Monterrey",
        ("year",),
        grain="year",
        unit="release",
        document=Ask("/siasi_ws/api/ocds/release/<id>"),
        browser=403,
    ),
    "md_mtender": Facts(
        "moldova_multi_record",
        Ask("/tenders/", {"offset": "<low>"}, where={"low": moment(UTC_SECONDS)}),
        changes,
        Stock(days=1.5, language="ro", currency="MDL", ocid="ocds-b3wdp1-MD-{}".format),
        span=("low",),
        grain=0,
        pages=Pages("page", 20),
        unit="release",
        document=Ask("/tenders/<id>"),
        document_unit="process",
        content=mtender,
        known=lambda release: {release.ocid: release.known_as, f"{release.ocid}-EV-1": release.known_as},
    ),
    "np_dhangadhi": Facts(
        "nepal_dhangadhi",
        Ask("/api/static-data/dhangadhi"),
        lambda sheet: {
            "data": {"fiscal_years": [*({"name": each.id} for each in sheet.rows), {"name": "2080-81"}, {"name": "2081-82"}]}
        },
        Stock(language="ne", currency="NPR"),
        unit=by_name({0: "2078-79", 1: "2079-80"}),
        document=Ask("/ocds/json/dhangadhi-<id>.json"),
    ),
    "nl_tenderned_datasets": Facts(
        "netherlands",
        Ask("/cms/nl/aanbesteden-in-cijfers/datasets-aanbestedingen"),
        lambda sheet: page(
            '<article><ul><li><a href="/cms/toelichting.pdf">Toelichting</a></li>'
            + "".join(
                f'<li><a href="/cms/sites/default/files/2026-02/{each.first.year}.json">{each.first.year}</a></li>'
                for each in sheet.rows
            )
            + "</ul></article>"
        ),
        Stock(days=450, language="nl", currency="EUR"),
        "Europe/Amsterdam",
        grain="year",
        unit="year",
        document=Ask("/cms/sites/default/files/2026-02/<year>.json"),
        id_of=year_of,
    ),
    "ng_anambra": bon_maximus("nigeria_anambra_state"),
    "ng_osun": bon_maximus("nigeria_osun_state"),
    "ng_ekiti": Facts(
        "nigeria_ekiti_state",
        Ask("/Home/Procurements/"),
        lambda sheet: page(
            '<table id="datable_3"><tbody>'
            + "".join(
                f'<tr><td>1</td><td><span><a href="/Home/Procurement?id={number_of(each.last)}">Works</a></span></td></tr>'
                for each in sheet.rows
            )
            + "</tbody></table>"
        ),
        Stock(currency="NGN", ocid="ocds-ekiti-{}".format),
        unit="process",
        document=Ask("/openapi/packagesapi/<id>"),
        id_of=lambda asked: f"ocds-ekiti-{asked['id']}",
    ),
    "ng_nocopo": Facts(
        "nigeria_portal",
        Ask("/ocdsjson.ashx", {"ocid": "all"}),
        refresh,
        Stock(currency="NGN"),
        unit="all",
        document=Ask("/opendata/ocds_all.zip"),
        id_of=lambda asked: "all",
        content=lambda releases: pack({"1.json": package(releases), "2.json": package(())}),
    ),
    "py_dncp": dncp(
        "paraguay_dncp_releases", Ask("/datos/api/v3/doc/ocds/releases/id/<id>"), "release", package
    ),
    "py_dncp_records": dncp("paraguay_dncp_records", Ask("/datos/api/v3/doc/ocds/record/<id>"), "process", records),
    "pe_perucompras": Facts(
        "peru_compras_bulk",
        Ask("/ConsultaOrdenesPub/getListaDescargaMasiva", {"Anio": "", "Mes": ""}, method="POST"),
        lambda sheet: [
            {
                "C_Anio": f"{each.first.year}",
                "CodMes": f"{each.first:%m}",
                "C_FileJson": f"OrdenCompra {each.first:%Y-%m}.json",
            }
            for each in sheet.rows
        ],
        Stock(days=75, language="es", currency="PEN"),
        "America/Lima",
        grain="month",
        unit="month",
        document=Ask("/contproveedor/DescargaMasiva/OrdenCompra <year>-<month>.json"),
        id_of=month_of,
        content=lambda releases: to_bytes(package(releases)).replace(b"). ", b").\n"),
    ),
    "pe_oece_bulk": Facts(
        "peru_oece_bulk",
        Ask("/api/v1/files", {"format": "json", "paginateBy": "10", "page": "<page>"}, where={"page": whole}),
        lambda sheet: {
            "pagination": {"num_pages": sheet.pages},
            "results": [
                {
                    "files": {"json": f"https://contratacionesabiertas.osce.gob.pe/api/v1/file/seace_v3/json/{each.id}"},
                    "timestamp": "2026-11-01T00:00:00Z",
                }
                for each in sheet.rows
            ],
        },
        Stock(days=420, language="es", currency="PEN"),
        "America/Lima",
        pages=Pages("page", 10, first=1),
        unit="month",
        document=Ask("/api/v1/file/seace_v3/json/<id>"),
        content=records_in_zip,
    ),
    "es_zaragoza": Facts(
        "spain_zaragoza",
        Ask(f"{ZARAGOZA}/", {"rf": "html", "rows": "100000"}),
        lambda sheet: [{"ocid": each.id} for each in sheet.rows],
        Stock(language="es", currency="EUR"),
        unit="process",
        document=Ask(f"{ZARAGOZA}/<id>"),
        browser=500,
    ),
    "tw_aac": Facts(
        "taiwan_aac",
        Ask("/cht/index.php", {"code": "list", "ids": "6", "page": "<page>"}, where={"page": whole}),
        taiwan,
        Stock(count=24, language="zh", currency="TWD", ocid="ocds-tw-{}".format),
        pages=Pages("page", 10, first=1),
        unit="process",
        document=Ask("/cht/index.php", {"code": "download", "ids": "<id>"}),
        id_of=lambda asked: f"ocds-tw-{asked['id']}",
    ),
    "tz_nest": nest("tanzania_bulk_releases", "release", package),
    "tz_nest_records": nest("tanzania_bulk_records", "record", records),
    "gb_contracts_finder_records": Facts(
        "united_kingdom_contracts_finder_records",
        Ask(
            "/Published/Notices/OCDS/Search",
            {"limit": "100", "publishedFrom": "<low>", "publishedTo": "<high>"},
            where=dict.fromkeys(("low", "high"), moment(SECONDS, "Europe/London")),
        ),
        lambda sheet: package(sheet.rows, links={"next": sheet.next} if sheet.next else {}),
        Stock(language="it", currency="GBP", days=1.5),
        span=("low", "high"),
        grain=1,
        pages=Pages("cursor", 30),
        document=Ask("/Published/OCDS/Record/<id>"),
        document_unit="process",
        content=records,
        encoding="cp1252",
        busy=(403, 4),
    ),
    "uy_arce": arce("uruguay_releases", "release", Ask("/ocds/release/<id>"), package),
    "uy_arce_records": arce("uruguay_records", "process", Ask("/ocds/record/<id>"), records),
    "uy_arce_historical": ckan(
        "uruguay_historical",
        "arce-datos-historicos-de-compras",
        lambda each: {
            "format": "JSON",
            "url": f"https://catalogodatos.gub.uy/dataset/44d3/resource/1e39/download/ocds-{each.first.year}.zip",
        },
        Ask("/dataset/44d3/resource/1e39/download/ocds-<year>.zip"),
        stock=Stock(days=60, language="es", currency="UYU"),
        zone="America/Montevideo",
        grain="year",
        unit="year",
        id_of=year_of,
        content=in_zip,
    ),
}
