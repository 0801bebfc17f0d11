"""What several publications' facts are made with: answers, documents, numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from tests.crawler.imitation.asking import Ask, number, span, whole
from tests.crawler.imitation.portal import Facts, Pages, Sheet, Unit
from tests.crawler.imitation.shapes import pack, package, packages
from tests.crawler.imitation.shelf import Release, Stock

ISO_DAY = "%Y-%m-%d"


UTC_SECONDS = "%Y-%m-%dT%H:%M:%SZ"


SECONDS = "%Y-%m-%dT%H:%M:%S"


def with_next(sheet: Sheet) -> Any:
    """A package with links.next."""
    return package(sheet.rows, links={"next": sheet.next} if sheet.next else {})


def number_of(release: Release) -> int:
    """A process's number, from which its type follows."""
    return int(release.body["tender"]["id"].removeprefix("T-"))


def year_of(asked: Mapping[str, Any]) -> str:
    return f"{asked['year']}-01-01"


def zip_of(releases: Sequence[Release]) -> bytes:
    return pack({"releases.json": package(releases)})


def ckan(csv: str, package_: str, row: Callable[[Unit], dict[str, Any]], document: Ask, **more: Any) -> Facts:
    """CKAN's package_show: the files, and documents beside them that are no files of OCDS."""
    beside = [
        {"format": "PDF", "url": "https://portal.example/leame.pdf", "created": "2020-01-01", "last_modified": None}
    ]
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


def page(body: str) -> str:
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>Open data</title></head><body>{body}</body></html>'


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
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>ARCE</title>{shown}</channel></rss>'
    )


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
