"""CSV and spreadsheet files as rows of text with their numbers, whatever program saved them."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine

from matching.problems import Problems
from matching.yaml_nodes import Undecodable, decode

MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED = 512 * 1024 * 1024
MOST_CELLS = 5_000_000
LONGEST_CELL = 131_072  # of a CSV; the limit belongs to the whole process, so that it is set where it is relied on
CSV_SUFFIXES = {".csv", ".tsv", ".txt"}
SHEET_SUFFIXES = {".xlsx", ".xlsm", ".xls", ".ods"}
DELIMITERS = ";,\t|"
SNIFFED = 50  # lines that say which it is

Row = tuple[int, list[str]]
"""The row's number as the program shows it (for CSV the line of the file) and its cells, stripped."""


def read_tables(file: Path, problems: Problems) -> list[list[Row]]:
    """The tables of a file (sheets; a CSV has one), without blank rows."""
    suffix = file.suffix.lower()
    if suffix not in CSV_SUFFIXES | SHEET_SUFFIXES:
        problems.add("", f"{suffix or 'a file without an ending'} is not read; save it as CSV or XLSX")
        return []
    try:
        size = file.stat().st_size
        if size > MOST_BYTES:
            problems.add("", f"it has {size} bytes, more than {MOST_BYTES}; split it over several profiles")
            return []
        return [_read_csv(file)] if suffix in CSV_SUFFIXES else _read_sheets(file, problems)
    except OSError as error:
        problems.add("", f"it cannot be read: {error.strerror or error}")
    except Undecodable as error:
        problems.add("", str(error))
    except (csv.Error, zipfile.BadZipFile, python_calamine.CalamineError) as error:
        problems.add("", f"it is damaged, or not what its ending says: {error}")
    return []


def to_cell(value: Any) -> str:
    """A cell as text: 33100000.0 is 33100000; what a program took for a date gets `date:` before it."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return f"date:{value}"
    return " ".join(str(value).replace("\xa0", " ").split())


def _read_csv(file: Path) -> list[Row]:
    text = decode(file.read_bytes()).replace("\0", "")
    text = re.sub(r"^sep=(.)\r?\n", r"\1\n", text)  # Excel's own first line; one separator is a blank row
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_find_delimiter(text.splitlines()[:SNIFFED]), strict=True
    )
    return list(_without_blank((reader.line_num, row) for row in reader))


def _find_delimiter(lines: list[str]) -> str:
    """The one that stands equally often in most lines; a comma in a description stands here and there."""

    def regularity(delimiter: str) -> int:
        counts = Counter(line.count(delimiter) for line in lines if delimiter in line)
        return max((times * count for count, times in counts.items()), default=0)

    return max(DELIMITERS, key=regularity)


def _read_sheets(file: Path, problems: Problems) -> list[list[Row]]:
    if not _is_reasonable(file):
        problems.add("", "it unpacks to far more than a catalogue; save only the table itself as CSV")
        return []
    with python_calamine.CalamineWorkbook.from_path(str(file)) as book:
        return [
            list(_without_blank(enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1)))
            for name in book.sheet_names
        ]


def _without_blank(rows: Any) -> Iterator[Row]:
    for number, row in rows:
        cells = [to_cell(value) for value in row]
        if any(cells):
            yield number, cells


def _is_reasonable(file: Path) -> bool:
    """Neither a zip bomb nor a sheet with one cell in its last corner, for which a reader would fill memory."""
    if not zipfile.is_zipfile(file):  # the old XLS is no archive: it cannot be larger than it is
        return True
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED:
            return False
        return all(
            _count_cells(archive, part.filename) <= MOST_CELLS
            for part in parts
            if re.match(r"xl/worksheets/[^/]+\.xml$", part.filename)
        )


def _count_cells(archive: zipfile.ZipFile, name: str) -> int:
    """The area of a worksheet from its first corner to its last cell."""
    rows = columns = 0
    with archive.open(name) as stream:
        tail = b""
        while chunk := stream.read(1 << 20):
            for letters, digits in re.findall(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"', tail + chunk):
                rows, columns = max(rows, int(digits)), max(columns, _column(letters))
            tail = chunk[-100:]
    return rows * columns


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
