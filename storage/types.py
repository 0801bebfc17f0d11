"""Column types that keep on SQLite what PostgreSQL keeps: instants in UTC, JSON, points, whole numbers as keys."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    Row,
    String,
    Text,
    bindparam,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

from domain.opportunities import to_points

AnyRow: TypeAlias = Row[*tuple[Any, ...]]

Id = BigInteger().with_variant(Integer, "sqlite")
Exact = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that is compared by its code points, as SQLite does, so that a range of words is those with one beginning."""
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware datetime (naive: ValueError), kept in UTC; on SQLite as ISO 8601 text of one width, so that it sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """SQLite's own DateTime drops the offset."""
        kind = String(32) if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)  # type: ignore[arg-type]

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """To UTC. (Not `process_bind_param`: it costs three calls for each of seven instants of a notice.)"""
        return _to_text if dialect.name == "sqlite" else _to_utc

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """In UTC, whatever the server's session zone is."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def _to_utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"{value.isoformat()} has no time zone")
    return value.astimezone(UTC)


def _to_text(value: datetime | None) -> str | None:
    # With the fold: the two 02:30 of the night when clocks go back are equal and hash the same.
    return None if value is None else _format(value, value.fold)


@lru_cache(maxsize=1024)
def _format(value: datetime, fold: int) -> str:  # noqa: ARG001
    moment = _to_utc(value)
    assert moment is not None
    return moment.isoformat(timespec="microseconds")


class Points(TypeDecorator[Decimal]):
    """Points with hundredths, kept as a whole number of these, so that they sort and compare exactly everywhere."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Hundredths."""
        return None if value is None else int(Decimal(value) * 100)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Points again."""
        return None if value is None else to_points(Decimal(value).scaleb(-2))


class CleanText(TypeDecorator[str]):
    """Text that may quote a hostile page: NUL and lone surrogates, which no database takes, become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Storable."""
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


class Utf8(TypeDecorator[str]):
    """Text that may also be given as its UTF-8 bytes, as a serialiser writes it: SQLite keeps these as they are.

    What is read is text. It saves the large texts of a notice a decoding and an encoding each.
    """

    impl = Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[str | bytes | None], Any] | None:
        """None on SQLite, which needs none."""
        return None if dialect.name == "sqlite" else _to_str

    def bind_expression(self, bindparam: BindParameter[Any]) -> ColumnElement[Any]:
        """On SQLite bytes would be kept as a BLOB."""
        return _AsText(bindparam)


def _to_str(value: str | bytes | None) -> str | None:
    return value.decode() if isinstance(value, bytes) else value


class _AsText(FunctionElement[str]):
    """A bound value of Utf8."""

    type = Text()
    inherit_cache = True


@compiles(_AsText, "sqlite")
def _as_text_on_sqlite(element: _AsText, compiler: Any, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS TEXT)"


@compiles(_AsText, "postgresql")
def _as_text_on_postgresql(element: _AsText, compiler: Any, **options: Any) -> str:
    return str(compiler.process(element.clauses, **options))


class _JsonTexts(FunctionElement[str]):
    """The texts of a JSON array, as rows with the column `value`."""

    inherit_cache = True


@compiles(_JsonTexts, "sqlite")
def _on_sqlite(element: _JsonTexts, compiler: Any, **options: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **options)})"


@compiles(_JsonTexts, "postgresql")
def _on_postgresql(element: _JsonTexts, compiler: Any, **options: Any) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(element.clauses, **options)} AS jsonb))"


def one_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`column` is one of the texts of the parameter `name`, which is `as_texts(texts)`.

    (`IN` with a parameter for each text is spelt out by SQLAlchemy at each call: 0.5 ms for the 100 keys of a page.)
    """
    texts = _JsonTexts(bindparam(name, type_=Text)).table_valued("value")
    return column.in_(select(texts.c.value))


def as_texts(texts: Iterable[str]) -> str:
    """The value of the parameter of `one_of`."""
    listed = list(texts)
    try:
        return orjson.dumps(listed).decode()
    except TypeError:  # a lone surrogate
        return json.dumps(listed, ensure_ascii=False)
