"""Catalogue items from a spreadsheet: columns sku, name, description, codes, under whatever heading line."""

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

from domain.profiles import CatalogueItem
from matching.codes import to_prefix
from matching.problems import Problems, nearest
from matching.sheets import Row, read_tables
from matching.words import fold

MOST_ITEMS = 100_000
HEADINGS_WITHIN = 20  # rows that may stand above the headings (a logo, a title, a date)
COLUMNS = {
    "sku": ("sku", "part number", "part no", "article number", "article", "item number", "product code"),
    "name": ("name", "item name", "product name", "product", "item"),
    "description": ("description", "details"),
    "codes": ("codes", "cpv", "cpv code", "cpv codes"),
}
CODE = re.compile(r"(?:([A-Za-z][\w-]*)\s*:\s*)?([\w][\w.\-/]*)")


def read_catalogue(file: Path, problems: Problems) -> tuple[CatalogueItem, ...]:
    """The items of a CSV or spreadsheet; extra columns are ignored, a misspelt heading is a problem."""
    theirs = Problems(file)
    tables = read_tables(file, theirs)
    items = _read_first(tables, theirs) if not theirs.found else []
    problems.found += theirs.found
    return tuple(items)


def read_codes(text: str) -> list[tuple[str, str]]:
    """Codes of one cell: `33140000; 33190000-8` are CPV, `UNSPSC:42130000` of another scheme. ValueError: no code."""
    rest = re.sub(r"[\s;,|]+", "", CODE.sub("", text))
    if rest:
        raise ValueError(f"{rest!r} is no code; write codes such as 33140000; UNSPSC:42130000")
    found = [((scheme or "CPV").upper(), clean_code(scheme or "CPV", code)) for scheme, code in CODE.findall(text)]
    for scheme, code in found:
        to_prefix(scheme, code)
    return list(dict.fromkeys(found))


def clean_code(scheme: str, code: str) -> str:
    """A code without what a spreadsheet did to it (33100000.0)."""
    return re.sub(r"\.0+$", "", code.strip()) if scheme.upper() == "CPV" else code.strip()


def _read_first(tables: Sequence[Sequence[Row]], problems: Problems) -> list[CatalogueItem]:
    for rows in tables:
        for place, (number, cells) in enumerate(rows[:HEADINGS_WITHIN]):
            columns = _find_columns(cells)
            if "name" in columns or ("sku" in columns and len(columns) > 1):
                _note_misspelt(number, cells, columns, problems)
                return _read_rows(rows[place + 1 :], columns, problems)
    problems.add("", f"no row with the headings {', '.join(COLUMNS)} was found; write them above the items")
    return []


def _find_columns(cells: Sequence[str]) -> dict[str, int]:
    """The columns that we know, by name; the first of two with the same heading."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        heading = _to_heading(cell)
        name = next((name for name, headings in COLUMNS.items() if heading in headings), None)
        if name:
            found.setdefault(name, place)
    return found


def _note_misspelt(number: int, cells: Sequence[str], columns: dict[str, int], problems: Problems) -> None:
    for cell in cells:
        heading = _to_heading(cell)
        known = [name for name in COLUMNS if name not in columns]
        if heading and difflib.get_close_matches(heading, known, n=1, cutoff=0.75):
            problems.add(f"row {number}: {cell}", f"no such column; {nearest(heading, known)}")


def _to_heading(cell: str) -> str:
    return " ".join(re.sub(r"[_\-.]", " ", fold(cell)).split())


def _read_rows(rows: Sequence[Row], columns: dict[str, int], problems: Problems) -> list[CatalogueItem]:
    if len(rows) > MOST_ITEMS:
        problems.add("", f"it has {len(rows)} items, more than {MOST_ITEMS}; split it over several profiles")
        return []
    items = [_read_row(number, cells, columns, problems) for number, cells in rows]
    return [item for item in items if item]


def _read_row(number: int, cells: list[str], columns: dict[str, int], problems: Problems) -> CatalogueItem | None:
    values = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
    if not any(values.values()):
        return None
    for name, value in values.items():
        if value.startswith("date:"):
            problems.add(f"row {number}: {name}", f"it became a date ({value[5:]}); format the cell as text")
            return None
    sku, title = values.get("sku", ""), values.get("name", "")
    if not sku and not title:
        problems.add(f"row {number}: name", "it has neither sku nor name; write one of them or remove the row")
        return None
    codes = _read_cell_codes(number, values.get("codes", ""), problems)
    return CatalogueItem(sku, title, values.get("description", ""), codes)


def _read_cell_codes(number: int, cell: str, problems: Problems) -> tuple[tuple[str, str], ...]:
    try:
        codes = read_codes(cell)
    except ValueError as error:
        problems.add(f"row {number}: codes", str(error))
        return ()
    for scheme, code in codes:
        if scheme == "CPV" and re.fullmatch(r"\d{7}", code):
            text = f"{code} has seven digits; where the program dropped a leading zero, write 0{code} in a text column"
            problems.add(f"row {number}: codes", f"{text}, else {code}0")
    return tuple(codes)
