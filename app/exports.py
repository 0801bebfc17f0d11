"""Notices as files for other programs: JSON lines, CSV and XLSX."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from domain.notice_json import to_json
from domain.notices import Notice

COLUMNS = (
    "source",
    "key",
    "kind",
    "status",
    "title",
    "buyer",
    "country",
    "regions",
    "codes",
    "value",
    "currency",
    "published_at",
    "deadline_at",
    "deadline_precision",
    "lots",
    "language",
    "url",
    "description",
)
# What a spreadsheet would run as a formula (OWASP, CSV injection).
RISKY = ("=", "+", "-", "@", "\t", "\r")


def write_jsonl(notices: Iterable[Notice], target: Path | None) -> int:
    """One notice a line, as docs/notice.schema.json says; how many."""
    count = 0
    with _open(target) as file:
        for notice in notices:
            file.write(json.dumps(to_json(notice), ensure_ascii=False, default=str) + "\n")
            count += 1
    return count


def write_csv(notices: Iterable[Notice], target: Path | None) -> int:
    """One notice a row; a cell that begins like a formula gets a leading apostrophe. How many."""
    count = 0
    with _open(target, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for notice in notices:
            row = _row(notice)
            writer.writerow([_harmless(row[column]) for column in COLUMNS])
            count += 1
    return count


def write_xlsx(notices: Iterable[Notice], target: Path | None) -> int:
    """One notice a row; every cell is text, so that nothing is run, but the value is a number. How many."""
    import xlsxwriter

    assert target is not None
    book = xlsxwriter.Workbook(str(target), {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet("Notices")
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, name in enumerate(COLUMNS):
        sheet.write_string(0, column, name, bold)
    count = 0
    for notice in notices:
        row, count = _row(notice), count + 1
        for column, name in enumerate(COLUMNS):
            if name == "value" and notice.value:
                sheet.write_number(count, column, float(notice.value.amount))
            else:
                sheet.write_string(count, column, row[name][:32_767])  # Excel's limit for a cell
    book.close()
    return count


WRITERS: Mapping[str, Callable[[Iterable[Notice], Path | None], int]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "xlsx": write_xlsx,
}


def write_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], target: Path | None, form: str) -> int:
    """Rows of anything as `csv` (these columns, no formulas) or `json` (one list, all keys); how many."""
    given = list(rows)
    with _open(target, newline="") as file:
        if form == "json":
            file.write(json.dumps(given, ensure_ascii=False, default=str) + "\n")
            return len(given)
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in given:
            writer.writerow(["" if row[name] is None else _harmless(str(row[name])) for name in columns])
    return len(given)


@contextmanager
def _open(target: Path | None, newline: str | None = None) -> Iterator[TextIO]:
    if target is None:
        yield sys.stdout
        return
    with open(target, "w", encoding="utf-8", newline=newline) as file:
        yield file


def _row(notice: Notice) -> dict[str, str]:
    data: dict[str, Any] = to_json(notice)
    plain = {column: str(data[column] or "") for column in COLUMNS if column in data}
    return {
        **plain,
        "title": notice.shown_title(),
        "buyer": "; ".join(buyer.name for buyer in notice.buyers),
        "regions": " ".join(notice.regions),
        "codes": " ".join(f"{code.scheme}:{code.id}" for code in notice.codes),
        "value": format(notice.value.amount, "f") if notice.value else "",
        "currency": notice.value.currency if notice.value else "",
        "lots": str(len(notice.lots)) if notice.lots else "",
        "description": notice.description.get(notice.language or "") or next(iter(notice.description.values()), ""),
    }


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(RISKY) else cell
