"""Tables in CSV become RawNotices by the columns in the source's YAML (csv_rules.py)."""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import IO

from crawler.readers.csv_rules import CsvRules, Rule, read_rules
from crawler.readers.fields import ListPage, read_documents, read_notice
from crawler.readers.limits import check_size
from crawler.readers.rules import Printed, check_count, cut, find, names_of
from domain.errors import SourceChanged, Unreadable
from domain.notices import RawNotice
from domain.sources import Source

MAX_CELL = 2_000_000
MAX_COLUMNS = 1_000
_EPOCH = datetime.fromtimestamp(0, UTC)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_ODD_BYTES = "tenderwatch-odd-bytes"
Row = Mapping[str, str]
Versions = Mapping[str, datetime]
"""The moments of versions by key: their numbers as seconds after 1970."""


def read_csv(body: bytes, source: Source) -> tuple[ListPage, Versions]:
    """The notices of a table, of several versions of one the highest, and those versions.

    Raises SourceChanged for an empty body, and where a column is missing that the YAML names; a table without rows is
    an empty list where its columns are all there.
    """
    check_size(body)
    rules = read_rules(source.csv, source.id)
    found = Newest(rules, source)
    for row in read_table(io.BytesIO(body), rules, source.encoding):
        found.add(row)
    return found.to_page()


@dataclass(slots=True)
class Newest:
    """The notices of rows so far, of each the highest version, in the order of their first rows."""

    rules: CsvRules
    source: Source
    rows: dict[str, tuple[int, RawNotice]] = field(default_factory=dict)
    faults: list[Unreadable] = field(default_factory=list)

    def add(self, row: Row | Unreadable) -> None:
        """One more row; one that cannot be read becomes a fault."""
        try:
            if isinstance(row, Unreadable):
                raise row
            notice, version = _read_row(row, self.rules, self.source), _version_of(row, self.rules)
        except Unreadable as fault:
            self.faults.append(fault)
            return
        if notice.key not in self.rows or version >= self.rows[notice.key][0]:
            self.rows[notice.key] = version, notice

    def to_page(self) -> tuple[ListPage, Versions]:
        """All of them, and their versions. Raises SourceChanged where there are rows and none can be read."""
        if self.faults and not self.rows:
            first = self.faults[0]
            raise SourceChanged(f"none of {len(self.faults)} rows can be read: {first.reason}", first.element)
        versions = {key: _EPOCH + timedelta(seconds=version) for key, (version, _) in self.rows.items()}
        page = ListPage(tuple(row for _, row in self.rows.values()), {}, faults=tuple(self.faults))
        return page, versions if self.rules.version else {}


def read_table(file: IO[bytes], rules: CsvRules, encoding: str | None) -> Iterator[Row | Unreadable]:
    """Rows by header. Raises SourceChanged as `read_csv`, Unreadable for a cell without an end."""
    csv.field_size_limit(MAX_CELL)
    text = io.TextIOWrapper(file, encoding=_encoding_of(file, encoding), errors=_ODD_BYTES, newline="")
    table = csv.reader(text, delimiter=rules.delimiter, quotechar=rules.quote)
    try:
        header = [name.strip().lstrip("\ufeff") for name in next(table, [])]
        if not any(header):
            raise SourceChanged("the file is empty")
        missing = [name for name in dict.fromkeys(rules.columns()) if name not in header]
        if missing or len(header) > MAX_COLUMNS:
            told = f"no such column; the first are {', '.join(header[:5])}"
            raise SourceChanged(told[:300], missing[0] if missing else None)
        for cells in table:
            if not any(cells):
                continue
            if len(cells) != len(header):
                yield Unreadable(f"{len(cells)} cells under {len(header)} headers", f"line {table.line_num}")
                continue
            yield dict(zip(reversed(header), reversed(cells), strict=True))  # of two alike headers the first counts
    except csv.Error as error:
        raise Unreadable(f"not CSV: {error}", f"line {table.line_num}") from error
    finally:
        text.detach()


def _encoding_of(file: IO[bytes], encoding: str | None) -> str:
    start = file.read(4)
    file.seek(-len(start), io.SEEK_CUR)
    return next((name for mark, name in _MARKS if start.startswith(mark)), encoding or "utf-8")


def _from_windows(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 as Windows-1252: one agency's rows among others'."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error(_ODD_BYTES, _from_windows)


def _read_row(row: Row, rules: CsvRules, source: Source) -> RawNotice:
    found = {name: find(several, lambda rule: _values(rule, row)) for name, several in rules.fields.items()}
    notice = read_notice(found, source, partial=False, of_key=names_of(rules.fields["key"]))
    several = (each for rule in rules.documents for each in _values(rule, row))
    return replace(notice, documents=read_documents(({"url": [each]} for each in several), notice.language))


def _version_of(row: Row, rules: CsvRules) -> int:
    printed = next((each.text for each in find(rules.version, lambda rule: _values(rule, row))), "0")
    return int(printed) if printed.isascii() and printed.isdigit() and len(printed) < 10 else 0


def _values(rule: Rule, row: Row) -> list[Printed]:
    printed = rule.value if rule.column is None else row[rule.column].replace("\0", "")
    found = cut(printed or "", rule)
    check_count(rule, len(found))
    return [Printed(text, rule.language, rule.scheme, plain=True) for text in found]
