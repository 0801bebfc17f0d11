"""What people said of procedures: two notices are of one, or of two. The newest word on a pair counts, for ever."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select

from storage.ids import allocate_ids
from storage.schema import procedure_words
from storage.types import AnyRow

_ANY = select(procedure_words.c.id).limit(1)


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `same` or not, of two notices (ids, the lower one first)."""

    notice_id: int
    other_id: int
    same: bool
    said_by: str
    why: str
    said_at: datetime


def say(c: Connection, pairs: Iterable[tuple[int, int]], *, same: bool, said_by: str, why: str, now: datetime) -> None:
    """Keeps what a person said of these pairs of notices."""
    ordered = sorted({(min(pair), max(pair)) for pair in pairs})
    rows = [
        {"id": number, "notice_id": one, "other_id": other, "same": same, "said_by": said_by, "why": why,
         "said_at": now}
        for number, (one, other) in zip(allocate_ids(c, procedure_words, len(ordered)), ordered, strict=True)
    ]  # fmt: skip
    if rows:
        c.execute(insert(procedure_words), rows)


def find_said(c: Connection, some: Sequence[int], others: Sequence[int]) -> list[Word]:
    """The newest word on each pair of one of these notices and one of the others, oldest first."""
    table = procedure_words.c
    across = or_(
        table.notice_id.in_(some) & table.other_id.in_(others), table.notice_id.in_(others) & table.other_id.in_(some)
    )
    return _find_newest(c, across) if some and others else []


def said_apart(c: Connection, some: Sequence[int], others: Sequence[int]) -> bool:
    """A person said of a pair of them that they are of two procedures."""
    if c.execute(_ANY).first() is None:  # as in most installations: it is asked before each join
        return False
    return any(not word.same for word in find_said(c, some, others))


def find_words_of(c: Connection, notice_ids: Sequence[int]) -> list[Word]:
    """The newest word on each pair that has one of these notices, oldest first."""
    table = procedure_words.c
    return _find_newest(c, or_(table.notice_id.in_(notice_ids), table.other_id.in_(notice_ids)))


def _find_newest(c: Connection, which: ColumnElement[bool]) -> list[Word]:
    table = procedure_words.c
    newest = select(func.max(table.id)).where(which).group_by(table.notice_id, table.other_id)
    rows = c.execute(select(procedure_words).where(table.id.in_(newest)).order_by(table.id))
    return [_to_word(row) for row in rows]


def _to_word(row: AnyRow) -> Word:
    return Word(row.notice_id, row.other_id, row.same, row.said_by, row.why, row.said_at)
