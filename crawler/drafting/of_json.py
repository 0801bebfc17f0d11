"""JSON: OCDS, and tables of rows, which the json_api protocol reads by paths."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawler.drafting.asking import FetchedPage
from crawler.drafting.columns import Column
from crawler.drafting.draft import About, Draft, filled_of, head, heads_up, sure_of, tail
from crawler.drafting.json_total import find_total, missing_pages
from crawler.drafting.naming import Fields as GuessedFields
from crawler.drafting.naming import guess_columns
from crawler.drafting.vocabulary import words_of_name
from crawler.readers.limits import load_json
from crawler.readers.ocds import OcdsPage, read_page
from domain.errors import Unreadable

Row = Mapping[str, Any]
_LOOKED_AT = 30
_DATES = re.compile(r"(?i)(from|since|start|after|updated|published|date|to|until|end|before)")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows in a JSON page: the path to them, the platform that answers so, its paging (parameter, its size's
    parameter), the path of its total, and what a person must do about its further pages."""

    kind: str
    path: tuple[str, ...]
    rows: Sequence[Row]
    offset: str | None = None
    size: str | None = None
    total: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def draft_json(page: FetchedPage, id: str) -> Draft | None:  # noqa: A002
    """The page as a source; None where it is no JSON with rows in it."""
    try:
        found = read_page(page.body)
    except Unreadable:
        found = OcdsPage(())
    if found.releases or _is_empty_package(page.body):
        return _draft_ocds(page, id, found)
    try:
        texts = load_json(page.body)
    except Unreadable:
        return None
    tables = [table for text in texts[:1] for table in _find_tables(text, page.url)]
    table = max(tables, key=lambda each: (each.kind != "rows in JSON", len(each.rows)), default=None)
    return _draft_table(page, id, table) if table else None


def guess_rows(rows: Sequence[Row], about: About) -> GuessedFields | None:
    """What stands where in rows; None where no column of theirs is a number, or none a title."""
    fields = guess_columns([_column(path, rows) for path in dict(_paths(rows))], about.country)
    return fields if {"key", "title"} <= {each.field for each in fields.guessed} else None


def _draft_table(page: FetchedPage, id: str, table: Table) -> Draft | None:  # noqa: A002
    """A table of rows as a source that its YAML reads; None where no row has a number and a title."""
    about = About(id, page.url)
    fields = guess_rows(table.rows, about)
    if fields is None:
        return None
    size = len(table.rows)
    told = (f"{'.'.join(table.total)} is the number of all rows",) if table.total else ()
    hold = "hold json.list.fields against the portal's own documentation, then remove `enabled: false`"
    return Draft(
        kind=table.kind,
        protocol="json_api",
        sure=min(0.6, sure_of(fields.guessed, 0.9)),
        evidence=(f"{size} rows at {'.'.join(table.path) or 'the top'}", *told),
        values={
            **head(about, needs_currency=fields.needs_currency),
            "endpoint": page.url,
            **_declare(table, fields),
            **tail(size, filled_of(fields.guessed)),
            "enabled": False,
        },
        rows=size,
        suffix="json",
        guessed=fields.guessed,
        missing=(f"names of columns mislead: {hold}", *heads_up(about), *table.missing),
    )


def _declare(table: Table, fields: GuessedFields) -> dict[str, Any]:
    """Protocol, listing and paths of a table that is read by its YAML alone."""
    size = {"size_param": table.size} if table.size else {}
    pages = {"param": table.offset, "unit": "row", "first": 0, "size": len(table.rows), **size}
    formats = {name: value for name, value in (("dates", list(fields.dates)), ("decimal", fields.decimal)) if value}
    columns = {each.field: {**each.rule, "path": _to_path(each.rule["path"].split("."))} for each in fields.guessed}
    told = {"total": _to_path(table.total)} if table.total else {}
    of_list = {"rows": _to_path(table.path) or "@", **told, "fields": {"kind": {"value": "tender"}, **columns}}
    return {
        "protocol": "json_api",
        "listing": {"pages": pages} if table.offset else {"file": {}},
        "json": {**formats, "list": of_list},
    }


def _to_path(names: Sequence[str]) -> str:
    """As JMESPath: names that are no identifiers stand in quotes."""
    return ".".join(name if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) else json.dumps(name) for name in names)


def _draft_ocds(page: FetchedPage, id: str, found: OcdsPage) -> Draft:  # noqa: A002
    about = About(id, page.url, _publisher(page.body))
    shapes = {"records": b'"records"', "releases": b'"releases"'}
    shape = next((name for name, mark in shapes.items() if mark in page.body[:20_000]), "releases")
    evidence = [f"{len(found.releases)} releases with an ocid, in a package of {shape}"]
    dated = [name for name, _ in parse_qsl(urlsplit(page.url).query) if _DATES.search(name)]
    missing = heads_up(about)
    if found.next_url:
        evidence.append("links.next leads on")
    else:
        missing.append("listing: it tells no next page; where its documentation has parameters of a period or a page")
        missing[-1] += ", write listing: {window: …} or {pages: …}, else the page is taken for the whole list"
    if dated:
        missing.append(f"the address has {', '.join(dated)}: a fixed period is read again for ever; write a window")
    values = {
        **head(about),
        "protocol": "ocds",
        "endpoint": page.url,
        "listing": {"next": {}} if found.next_url else {"file": {}},
        **tail(len(found.releases), {"title": 1.0, "buyer": 0.9}),
    }
    return Draft(
        kind=f"OCDS {shape[:-1]} packages",
        protocol="ocds",
        sure=0.95 if found.releases and not dated else 0.6,
        evidence=tuple(evidence),
        values=values,
        rows=len(found.releases),
        suffix="json",
        missing=tuple(missing),
    )


def _is_empty_package(body: bytes) -> bool:
    return bool(re.match(rb'\s*\{', body)) and b'"publishedDate"' in body and b'"releases"' in body  # fmt: skip


def _publisher(body: bytes) -> str:
    texts = load_json(body)
    package = texts[0] if texts and isinstance(texts[0], dict) else {}
    publisher = package.get("publisher")
    return str(publisher.get("name") or "") if isinstance(publisher, dict) else ""


def _find_tables(text: Any, url: str) -> Iterator[Table]:
    """Lists of objects in the page, by the platforms that answer so."""
    for path, rows in _lists(text, ()):
        yield _platform(text, path, rows, url)


def _platform(text: Any, path: tuple[str, ...], rows: Sequence[Row], url: str) -> Table:
    keys = set(text) if isinstance(text, dict) else set()
    where = urlsplit(url).path
    if {"help", "success", "result"} <= keys and path[:1] == ("result",):
        size = "rows" if path[-1] == "results" else "limit"
        total = next((("result", name) for name in ("count", "total") if name in text["result"]), ())
        return Table("CKAN", path, rows, "start" if size == "rows" else "offset", size, total)
    if "total_count" in keys and path == ("results",):
        return Table("opendatasoft", path, rows, "offset", "limit", ("total_count",))
    if "nhits" in keys and path == ("records",):
        return Table("opendatasoft (v1)", path, rows, "start", "rows", ("nhits",))
    if not path and re.search(r"/resource/\w{4}-\w{4}(\.json)?$", where):
        return Table("Socrata", path, rows, "$offset", "$limit")
    told = find_total(text, path, len(rows))
    missing = tuple(missing_pages(text, path, len(rows), url, told))
    return Table("rows in JSON", path, rows, total=told.path if told else (), missing=missing)


def _lists(value: Any, path: tuple[str, ...], depth: int = 0) -> Iterator[tuple[tuple[str, ...], list[Row]]]:
    if isinstance(value, list):
        rows: list[Row] = [each for each in value if isinstance(each, dict)]
        if rows and len(rows) == len(value):
            yield path, rows
    elif isinstance(value, dict) and depth < 4:
        for name, inner in value.items():
            yield from _lists(inner, (*path, str(name)), depth + 1)


def _paths(rows: Sequence[Row]) -> Iterator[tuple[tuple[str, ...], None]]:
    """The paths to plain values in the first rows, two objects deep."""

    def walk(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if isinstance(value, dict) and len(path) < 3:
            for name, inner in value.items():
                yield from walk(inner, (*path, str(name)))
        elif path and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            yield path

    for row in rows[:5]:
        yield from ((path, None) for path in walk(row, ()))


def _column(path: tuple[str, ...], rows: Sequence[Row]) -> Column:
    values = [_at(row, path) for row in rows[:_LOOKED_AT]]
    return Column({"path": ".".join(path)}, tuple(values), words_of_name(" ".join(path[-2:])), "name")


def _at(row: Any, path: Sequence[str]) -> str:
    for name in path:
        row = row.get(name) if isinstance(row, dict) else None
    return "" if row is None or isinstance(row, (dict, list)) else " ".join(str(row).split())
