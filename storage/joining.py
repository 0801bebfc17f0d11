"""Notices that are to be compared with other portals', their candidates by keys, and what came of it.

A key that MOST notices have says nothing: it is kept for no more of them, and looked up for none. So a new notice
costs a few look-ups and at most MOST_CANDIDATES comparisons, however many are stored.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, Select, delete, func, or_, select, text, update

from domain.notices import Notice
from storage.bulk import insert_rows
from storage.ids import in_chunks, insert_new
from storage.merges import merge_procedures
from storage.references import to_reference
from storage.schema import join_keys, join_suggestions, notices, revisions
from storage.stored import SELECT_STORED, StoredNotice, to_stored
from storage.types import AnyRow, as_texts, one_of
from storage.words import find_said, said_apart, say

MOST = 64
MOST_CANDIDATES = 100
PAGE = 200
_LOCK = 0x7E2D3A10  # of PostgreSQL: two who join at once would not see one another's keys

_FIND_KEYS = (
    select(join_keys.c.key, join_keys.c.notice_id, notices.c.source)
    .join(notices, notices.c.id == join_keys.c.notice_id)
    .where(one_of(join_keys.c.key, "keys"))
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A stored notice with the deadlines that it had before."""

    stored: StoredNotice
    earlier: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two notices (ids) that may be of one procedure; `obstacle` says why they were not joined."""

    notice_id: int
    other_id: int
    confidence: float
    evidence: tuple[str, ...]
    obstacle: str | None
    made_at: datetime


@dataclass(slots=True)
class Candidates:
    """For each notice (id) those that share a key with it, most keys first: of other sources, and of its own."""

    others: dict[int, list[int]] = field(default_factory=dict)
    own: dict[int, list[int]] = field(default_factory=dict)


def lock_joining(c: Connection) -> None:
    """One joins at a time; DatabaseBusy where a crawl holds what is to be joined. (On SQLite a writer is alone anyway.)

    It gives up before PostgreSQL looks for a deadlock (after a second), so that no crawl ever loses a page to it.
    """
    if c.dialect.name == "postgresql":
        c.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        c.execute(text("SET LOCAL lock_timeout = '600ms'"))


# As the index has it: SQLite uses that for `join_due` alone, and not for `join_due = 1`, as a column would be written.
_DUE = text("notices.join_due")


def find_join_due(c: Connection, limit: int) -> list[Compared]:
    """Notices that are new or changed since they were compared, the oldest first; held until the transaction ends."""
    due = select(notices.c.id).where(_DUE).order_by(notices.c.id).limit(limit)
    ids = list(c.execute(due.with_for_update()).scalars())
    return find_compared(c, ids)


def find_compared(c: Connection, notice_ids: Iterable[int]) -> list[Compared]:
    """These notices, in the order of their ids."""
    found = []
    for chunk in in_chunks(sorted(set(notice_ids))):
        earlier = _find_earlier_deadlines(c, chunk)
        rows = c.execute(SELECT_STORED.where(notices.c.id.in_(chunk)).order_by(notices.c.id))
        found += [Compared(to_stored(row), tuple(earlier.get(row.id, ()))) for row in rows]
    return found


def mark_compared(c: Connection, notice_ids: Sequence[int]) -> None:
    """They may be matched now."""
    for chunk in in_chunks(notice_ids):
        c.execute(update(notices).where(notices.c.id.in_(chunk)).values(join_due=False))


def save_keys(c: Connection, kept: Mapping[int, Sequence[str]]) -> None:
    """Keeps the keys of notices (by id). Those of what a notice said before stay: another portal may still say it."""
    wanted = sorted({key for keys in kept.values() for key in keys})
    full = {key for key, having in _count(c, wanted).items() if having >= MOST}
    rows = [
        {"key": key, "notice_id": number} for number, keys in kept.items() for key in dict.fromkeys(keys)
        if key not in full
    ]  # fmt: skip
    insert_rows(c, join_keys, sorted(rows, key=lambda row: (row["key"], row["notice_id"])), skip_existing=True)


def find_candidates(c: Connection, sought: Mapping[int, Sequence[str]], sources: Mapping[int, str]) -> Candidates:
    """Who shares a key with these notices (by id, each with its source)."""
    wanted = sorted({key for keys in sought.values() for key in keys})
    by_key: dict[str, list[tuple[int, str]]] = {}
    for chunk in in_chunks(wanted, 2000):
        for row in c.execute(_FIND_KEYS, {"keys": as_texts(chunk)}):
            by_key.setdefault(row.key, []).append((row.notice_id, row.source))
    found = Candidates()
    for number, keys in sought.items():
        shared: Counter[tuple[int, str]] = Counter()
        for key in keys:
            having = by_key.get(key, ())
            shared.update(having if len(having) < MOST else ())
        ranked = sorted(shared, key=lambda each: (-shared[each], -each[0]))
        found.others[number] = [each for each, source in ranked if source != sources[number]][:MOST_CANDIDATES]
        found.own[number] = [each for each, source in ranked if source == sources[number] and each != number]
    return found


def join(
    c: Connection, notice_id: int, other_id: int, evidence: Sequence[str], confidence: float, now: datetime
) -> tuple[bool, str | None]:
    """Joins the procedures of two notices by this evidence; whether they were two, and else the sentence why not.

    A portal says itself what belongs together: two procedures that both have a notice of one source stay two.
    """
    query = select(notices.c.id, notices.c.procedure_id).where(notices.c.id.in_((notice_id, other_id)))
    procedure_of = {row.id: row.procedure_id for row in c.execute(query)}
    kept, merged = min(procedure_of.values()), max(procedure_of.values())
    if kept == merged:
        return False, None
    members = select(notices.c.id, notices.c.procedure_id, notices.c.source)
    rows = c.execute(members.where(notices.c.procedure_id.in_((kept, merged)))).all()
    sides = [[row for row in rows if row.procedure_id == number] for number in (kept, merged)]
    common = {row.source for row in sides[0]} & {row.source for row in sides[1]}
    if common:
        return False, f"both already have a notice of {', '.join(sorted(common))}"
    if merge_procedures(c, merged, kept, "\n".join(evidence), now, confidence=confidence, made_by="comparison"):
        return True, None
    return False, "a person said that they are two procedures"


def join_by_hand(c: Connection, notice_id: int, other_id: int, *, said_by: str, why: str, now: datetime) -> bool:
    """A person says that two notices are of one procedure; False where they were already, which is kept all the same.

    It takes back what was said before of any notices of the two.
    """
    one, other = find_compared(c, [notice_id])[0].stored, find_compared(c, [other_id])[0].stored
    sides = [find_members(c, each.procedure_id) for each in (one, other)]
    apart = find_said(c, *sides) if one.procedure_id != other.procedure_id else []
    pairs = [(notice_id, other_id), *((word.notice_id, word.other_id) for word in apart if not word.same)]
    say(c, pairs, same=True, said_by=said_by, why=why, now=now)
    if one.procedure_id == other.procedure_id:
        return False
    kept, merged = sorted((one.procedure_id, other.procedure_id))
    return merge_procedures(c, merged, kept, f"joined by hand: {why}", now, confidence=1.0, made_by=said_by)


def find_unit(c: Connection, notice_id: int) -> list[int]:
    """The notice and those of its procedure that its portal says belong to it, by a reference or a correction."""
    (own,) = find_compared(c, [notice_id])
    members = [each.stored for each in find_compared(c, find_members(c, own.stored.procedure_id))]
    unit, left = [own.stored], [each for each in members if each.id != notice_id]
    while near := [each for each in left if any(_belong(each, one) for one in unit)]:
        unit += near
        left = [each for each in left if each not in near]
    return sorted(each.id for each in unit)


def _belong(one: StoredNotice, other: StoredNotice) -> bool:
    a, b = one.notice, other.notice
    if to_reference(a) and to_reference(a) == to_reference(b):
        return True
    return a.source == b.source and (_names(a, b) or _names(b, a))


def _names(one: Notice, other: Notice) -> bool:
    return one.changes is not None and one.changes in (other.key, other.identifier)


def save_suggestions(c: Connection, notice_ids: Collection[int], found: Sequence[Suggestion]) -> None:
    """What is suggested of these notices now, in place of what was."""
    table = join_suggestions.c
    for chunk in in_chunks(notice_ids):
        c.execute(delete(join_suggestions).where(or_(table.notice_id.in_(chunk), table.other_id.in_(chunk))))
    best: dict[tuple[int, int], Suggestion] = {}
    for each in sorted(found, key=lambda each: each.confidence):
        best[min(each.notice_id, each.other_id), max(each.notice_id, each.other_id)] = each
    rows = [
        {"notice_id": one, "other_id": other, "confidence": each.confidence, "evidence": "\n".join(each.evidence),
         "obstacle": each.obstacle, "made_at": each.made_at}
        for (one, other), each in best.items()
    ]  # fmt: skip
    if rows:
        c.execute(insert_new(c, join_suggestions), rows)


def find_suggestions(c: Connection, limit: int, notice_ids: Sequence[int] | None = None) -> list[Suggestion]:
    """What people may join, the surest first: pairs of two procedures of which nobody said that they are two."""
    one, other = notices.alias("one"), notices.alias("other")
    query = (
        select(join_suggestions, one.c.procedure_id.label("of_one"), other.c.procedure_id.label("of_other"))
        .join(one, one.c.id == join_suggestions.c.notice_id)
        .join(other, other.c.id == join_suggestions.c.other_id)
        .where(one.c.procedure_id != other.c.procedure_id)
        .order_by(join_suggestions.c.confidence.desc(), join_suggestions.c.notice_id, join_suggestions.c.other_id)
    )
    if notice_ids is not None:
        table = join_suggestions.c
        query = query.where(or_(table.notice_id.in_(notice_ids), table.other_id.in_(notice_ids)))
    found: list[Suggestion] = []
    for row in _page_through(c, query):
        if not said_apart(c, *(find_members(c, number) for number in (row.of_one, row.of_other))):
            lines = tuple(row.evidence.split("\n"))
            found.append(Suggestion(row.notice_id, row.other_id, row.confidence, lines, row.obstacle, row.made_at))
        if len(found) == limit:
            break
    return found


def _page_through(c: Connection, query: Select[Any]) -> Iterator[AnyRow]:
    """The rows of a query, a page at a time: most callers want but a few."""
    for page in count():
        rows = c.execute(query.limit(PAGE).offset(page * PAGE)).all()
        yield from rows
        if len(rows) < PAGE:
            return


def find_members(c: Connection, procedure_id: int) -> list[int]:
    """The notices (ids) of a procedure, in their order."""
    own = select(notices.c.id).where(notices.c.procedure_id == procedure_id).order_by(notices.c.id)
    return list(c.execute(own).scalars())


def _count(c: Connection, keys: list[str]) -> dict[str, int]:
    query = select(join_keys.c.key, func.count()).where(one_of(join_keys.c.key, "keys")).group_by(join_keys.c.key)
    return {key: n for chunk in in_chunks(keys, 2000) for key, n in c.execute(query, {"keys": as_texts(chunk)})}


def _find_earlier_deadlines(c: Connection, notice_ids: Sequence[int]) -> dict[int, list[datetime]]:
    query = select(revisions.c.notice_id, revisions.c.changes)
    query = query.where(revisions.c.notice_id.in_(notice_ids), revisions.c.number > 1)
    found: dict[int, list[datetime]] = {}
    for number, changes in c.execute(query.order_by(revisions.c.number.desc())):
        for name, old, _ in changes:
            if name == "deadline_at" and old:
                found.setdefault(number, []).append(datetime.fromisoformat(old))
    return found
