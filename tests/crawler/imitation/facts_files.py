"""Publications whose lists name files: months, years, or all of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.crawler.imitation.asking import Ask, digits, span, to_period, whole, year
from tests.crawler.imitation.making import (
    ISO_DAY,
    ckan,
    edca,
    nest,
    number_of,
    page,
    year_of,
    zip_of,
)
from tests.crawler.imitation.portal import Facts, Pages, Sheet, Unit
from tests.crawler.imitation.shapes import pack, package, packages, records, to_bytes
from tests.crawler.imitation.shelf import Release, Stock


def month_of(asked: Mapping[str, Any]) -> str:
    """A month's document, by the year and month in its address, the month with or without a zero."""
    return f"{int(asked['year']):04d}-{int(asked['month']):02d}-01"


def records_in_zip(releases: Sequence[Release]) -> bytes:
    return pack({"recordPackage.json": records(releases)})


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
    return [
        {"json": f"{sheet.host}{path}/{each.id}.json", "csv": f"{sheet.host}{path}/{each.id}.csv"}
        for each in sheet.rows
    ]


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
            {
                "description": "Format XML",
                "url": "https://static.example/x.xml",
                "last_modified": "2026-01-01T00:00:00",
            },
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
        {name: value for name, value in each.items() if name != "ocid" or place % 3}
        for place, each in enumerate(found["releases"])
    ]
    return found


def full_zip(releases: Sequence[Release]) -> bytes:
    """Releases beside records, which are other processes here, so that it shows when they are read."""
    beside = Stock(count=2, older=0, language="es", ocid="ocds-wrong-{}".format).publish(releases[-1].at)
    return pack({"2026-1.json": package(releases), "2026.json": records(beside)})


def refresh(sheet: Sheet) -> str:
    return '<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL=opendata/ocds_all.zip"></head><body></body></html>'


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
                    "files": {
                        "json": f"https://ocds.guatecompras.gt/file/json/{each.first:%Y/%m}",
                        "csv": "https://x/",
                    },
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
                "urls": {
                    "json": f"http://www.contratacionesabiertas.gob.hn/api/v1/descargas/HC1_{each.first:%Y_%m}.json"
                },
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
        content=zip_of,
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
    "np_dhangadhi": Facts(
        "nepal_dhangadhi",
        Ask("/api/static-data/dhangadhi"),
        lambda sheet: {
            "data": {
                "fiscal_years": [*({"name": each.id} for each in sheet.rows), {"name": "2080-81"}, {"name": "2081-82"}]
            }
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
                    "files": {
                        "json": f"https://contratacionesabiertas.osce.gob.pe/api/v1/file/seace_v3/json/{each.id}"
                    },
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
    "tz_nest": nest("tanzania_bulk_releases", "release", package),
    "tz_nest_records": nest("tanzania_bulk_records", "record", records),
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
        content=zip_of,
    ),
}
