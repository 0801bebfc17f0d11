"""Keys are allocated here, so that rows go in by `execute(statement, rows)` and their links are known beforehand."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Insert, Select, Table, TextClause, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")


def allocate_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """`count` new keys of `table`. On SQLite the write lock is held already; PostgreSQL has a sequence."""
    if not count:
        return []
    if connection.dialect.name == "sqlite":
        first = (connection.execute(_newest(table)).scalar() or 0) + 1
        return list(range(first, first + count))
    return list(connection.execute(_draw(table), {"count": count}).scalars())


@lru_cache
def _newest(table: Table) -> Select[Any]:
    return select(func.max(table.c.id))


@lru_cache
def _draw(table: Table) -> TextClause:
    return text(f"SELECT nextval('{table.name}_id_seq') FROM generate_series(1, :count)")  # noqa: S608


def insert_new(to: Connection | Dialect, table: Table) -> Insert:
    """An INSERT that leaves rows alone that are there already, whichever unique key they meet."""
    return _insert_new(to.dialect.name if isinstance(to, Connection) else to.name, table)


@lru_cache
def _insert_new(dialect: str, table: Table) -> Insert:
    statement: Insert = upserting(dialect, table).on_conflict_do_nothing()
    return statement


def upserting(dialect: str, table: Table) -> Any:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def in_chunks(items: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Parts of `size`: a statement takes 32,766 parameters on SQLite, 65,535 on PostgreSQL."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
