"""Publications whose lists name processes or releases, each asked for by itself."""

from collections.abc import Callable, Sequence
from typing import Any

from tests.crawler.imitation.asking import Ask, moment, number, one_of, span, whole, year
from tests.crawler.imitation.making import (
    ISO_DAY,
    SECONDS,
    UTC_SECONDS,
    arce,
    ckan,
    number_of,
    page,
    zip_of,
)
from tests.crawler.imitation.portal import Facts, Pages, Sheet, Token
from tests.crawler.imitation.shapes import compiled, package, records, to_bytes
from tests.crawler.imitation.shelf import Release, Stock

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
        content=zip_of,
    ),
    "cl_chilecompra": chile("chile_compra_api_releases", "OCDS/allrelease", package),
    "cl_chilecompra_records": chile("chile_compra_api_records", "ocds/record", records),
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
    "ng_anambra": bon_maximus("nigeria_anambra_state"),
    "ng_osun": bon_maximus("nigeria_osun_state"),
    "ng_ekiti": Facts(
        "nigeria_ekiti_state",
        Ask("/Home/Procurements/"),
        lambda sheet: page(
            '<table id="datable_3"><tbody>'
            + "".join(
                f'<tr><td>1</td><td><span><a href="/Home/Procurement?id={number_of(each.last)}">Works</a></span></td>'
                for each in sheet.rows
            )
            + "</tbody></table>"
        ),
        Stock(currency="NGN", ocid="ocds-ekiti-{}".format),
        unit="process",
        document=Ask("/openapi/packagesapi/<id>"),
        id_of=lambda asked: f"ocds-ekiti-{asked['id']}",
    ),
    "py_dncp": dncp("paraguay_dncp_releases", Ask("/datos/api/v3/doc/ocds/releases/id/<id>"), "release", package),
    "py_dncp_records": dncp("paraguay_dncp_records", Ask("/datos/api/v3/doc/ocds/record/<id>"), "process", records),
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
}
