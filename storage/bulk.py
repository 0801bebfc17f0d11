"""Inserts many rows by the driver's executemany: Core's own preparation of a row costs more than SQLite's work on it.

Measured on the crawl's tables: 20 to 30 µs of CPU less for each notice (its six rows) than `execute(statement, rows)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert

from storage.ids import insert_new

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Statement:
    """An INSERT as the driver takes it: its text, the values to convert, and how a row becomes its parameters."""

    text: str
    convert: tuple[tuple[str, Callable[[Any], Any]], ...]
    arrange: Callable[[Row], Any]


def insert_rows(c: Connection, table: Table, rows: Sequence[Row], *, skip_existing: bool = False) -> int:
    """Inserts rows, which all name the same columns, and returns how many went in. The rows are used up.

    `skip_existing`: rows that meet a unique key are left out.
    """
    if not rows:
        return 0
    statement = _prepare(c.dialect, table, tuple(rows[0]), skip_existing)
    for name, convert in statement.convert:
        last = made = None
        for row in rows:
            value = row[name]
            if value is not last:  # mostly one moment for all rows
                last, made = value, convert(value)
            row[name] = made
    return c.exec_driver_sql(statement.text, [statement.arrange(row) for row in rows]).rowcount


@lru_cache(maxsize=64)
def _prepare(dialect: Dialect, table: Table, names: tuple[str, ...], skip_existing: bool) -> _Statement:
    statement = insert_new(dialect, table) if skip_existing else insert(table)
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    convert = []
    for name in names:
        processor = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            convert.append((name, processor))
    order: Sequence[str] | None = getattr(compiled, "positiontup", None)
    return _Statement(str(compiled), tuple(convert), _arrange_by(order) if order else dict)


def _arrange_by(order: Sequence[str]) -> Callable[[Row], tuple[Any, ...]]:
    if len(order) == 1:  # of one name `itemgetter` gives no tuple
        return lambda row: (row[order[0]],)
    return itemgetter(*order)
