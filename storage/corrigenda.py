"""Notices that correct others: each is stored under its own key and applied to what it names, whichever comes first.

What a corrected notice's own page says is kept beside it (`originals`), and what it *is* is made anew from that and
from all that corrects it, in the order of their publication. So a page that is read again never takes a change back,
and a corrigendum that is read twice changes nothing.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, or_, select, update

from domain.corrections import correct
from domain.notice_json import content, from_content
from domain.notices import Correction, Kind, Move, Notice, Precision, ZoneFrom
from storage.ids import upserting
from storage.merges import merge_procedures
from storage.revisions import compare_documents
from storage.schema import corrections, notices, originals, revisions
from storage.stored import SELECT_STORED
from storage.types import AnyRow, as_texts, one_of

MOST = 1000  # notices of one chain of corrections: more is a loop or a mistake


@dataclass(frozen=True, slots=True)
class Corrected:
    """A notice as a corrigendum leaves it: `by` is the corrigendum's key, `page` the page that it was read from."""

    notice: Notice
    by: str
    page: str | None
    partial: bool


@dataclass(frozen=True, slots=True)
class _Original:
    """A notice as its own page has it; `moved`: when a field was seen to move there."""

    notice_id: int
    notice: Notice
    partial: bool
    moved: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class _Change:
    """A notice that corrects, with what it says of itself."""

    key: str
    notice_id: int
    procedure_id: int
    at: datetime
    page: str | None
    correction: Correction
    notice: Notice
    identifier: str | None = None


_NAMED = select(corrections.c.target).where(
    corrections.c.source == bindparam("source"), one_of(corrections.c.target, "names")
)

_SELECT = SELECT_STORED.add_columns(notices.c.key, notices.c.kind, notices.c.identifier, notices.c.corrected)


def as_corrected(
    c: Connection,
    chunk: Sequence[Notice],
    there: Mapping[str, AnyRow],
    partial: AbstractSet[str],
    now: datetime,
) -> Sequence[Notice]:
    """These notices, as read from their own pages, with what corrects them; their originals are brought up to date.

    `there` are rows of stored notices by key. A list's row never replaces a page that was read whole.
    """
    if not any(row.corrected for row in there.values()):
        return chunk
    return [
        _read_again(c, notice, partial, now) if notice.key in there and there[notice.key].corrected else notice
        for notice in chunk
    ]


def find_corrected(
    c: Connection, chunk: Sequence[Notice], new: Collection[str], same: Collection[str], now: datetime
) -> Iterator[Corrected]:
    """What these notices, just saved, make of others, and what others make of the `new` among them (keys).

    `same` are those whose content is as it was. Each notice is to be saved before the next is asked for. There is one
    version for each corrigendum, in order.
    """
    changes = [notice for notice in chunk if notice.correction]
    for change in sorted(changes, key=lambda each: (each.published_at or now, _natural(each.key))):
        for row in _find_targets(c, change, now, unless_known=change.key in same):
            yield from _apply(c, row, change.source, now, only=change.key)
    # A list's row has no identifier: what names it by that is found when its own page is read.
    fresh = [notice for notice in chunk if notice.key in new or notice.identifier]
    names = {name for notice in fresh for name in _names(notice)}
    if not names:
        return
    awaited = set(c.execute(_NAMED, {"source": chunk[0].source, "names": as_texts(sorted(names))}).scalars())
    for notice in fresh if awaited else ():
        if awaited.intersection(_names(notice)):
            (row,) = c.execute(_SELECT.where(notices.c.source == notice.source, notices.c.key == notice.key))
            yield from _apply(c, row, notice.source, now, only=None)


def _names(notice: Notice) -> tuple[str, ...]:
    return (notice.key, notice.identifier) if notice.identifier else (notice.key,)


def _find_targets(c: Connection, change: Notice, now: datetime, *, unless_known: bool) -> list[AnyRow]:
    """Keeps the correction; the stored notices that it concerns, now or as it was told before."""
    correction = change.correction
    assert correction is not None
    own = (corrections.c.source == change.source) & (corrections.c.key == change.key)
    before = c.execute(select(corrections).where(own)).one_or_none()
    row = {
        "source": change.source,
        "key": change.key,
        "target": correction.target,
        "at": change.published_at or (before.at if before else now),
        "replaces": correction.replaces,
        "moves": [{**asdict(move), "lots": list(move.lots)} for move in correction.moves],
    }
    if unless_known and before is not None and dict(before._mapping) == row:
        return []
    statement = upserting(c.dialect.name, corrections)
    newer = {name: statement.excluded[name] for name in ("target", "at", "replaces", "moves")}
    c.execute(statement.on_conflict_do_update(index_elements=["source", "key"], set_=newer), row)
    return _find_above(c, change.source, {correction.target, *((before.target,) if before else ())}, change.key)


def _find_above(c: Connection, source: str, names: set[str], key: str) -> list[AnyRow]:
    """The notices of these names, those that they correct in their turn, and so on."""
    found: dict[str, AnyRow] = {}
    while names and len(found) < MOST:
        rows = [row for row in c.execute(_SELECT.where(_is_named(source, names))) if row.key not in (*found, key)]
        found.update((row.key, row) for row in rows)
        above = select(corrections.c.target).where(
            corrections.c.source == source, corrections.c.key.in_([row.key for row in rows])
        )
        names = set(c.execute(above).scalars()) if rows else set()
    return list(found.values())


def _is_named(source: str, names: Iterable[str]) -> ColumnElement[bool]:
    listed = sorted(names)
    return (notices.c.source == source) & or_(notices.c.key.in_(listed), notices.c.identifier.in_(listed))


def _apply(c: Connection, row: AnyRow, source: str, now: datetime, only: str | None) -> Iterator[Corrected]:
    """The notice with all that corrects it.

    `only`: a further corrigendum of one that is corrected already, which brings one version; else one for each.
    """
    kind = _find_kind(c, source, row.key, Kind(row.kind))
    changes = [each for each in _find_changes(c, source, row) if each.correction.replaces in (None, kind)]
    changes = [each for each in changes if not _is_version(each, row) or _is_later(each, row)]
    if not changes:
        return
    _join(c, row, changes, now)
    first = not row.corrected
    original = _keep_original(c, row) if first else _find_original(c, row.id)
    steps = range(1, len(changes) + 1) if first else (len(changes),)
    for count in steps:
        made = replace(_make(c, original, changes[:count], source), identifier=row.identifier)
        last = changes[count - 1] if first or only is None else _named(changes, only)
        yield Corrected(made, last.key, last.page, original.partial)


def _is_version(change: _Change, row: AnyRow) -> bool:
    """Both are called by the same name, so that each would correct the other."""
    return row.identifier is not None and change.identifier == row.identifier


def _is_later(change: _Change, row: AnyRow) -> bool:
    """Of one day's versions the later one is that which we saw later."""
    published = from_content(row.document, row.status).published_at
    return published is not None and (change.at, change.notice_id) > (published, row.id)


def _join(c: Connection, row: AnyRow, changes: Sequence[_Change], now: datetime) -> None:
    """What corrects a notice is about the same procedure, also where it does not say so."""
    apart = {change.procedure_id: change.key for change in reversed(changes) if change.procedure_id != row.procedure_id}
    for procedure_id, key in apart.items():
        evidence = f"{key} corrects {row.key}"
        merge_procedures(c, procedure_id, row.procedure_id, evidence, now, confidence=1.0, made_by="shared id")


def _named(changes: Sequence[_Change], key: str) -> _Change:
    return next((change for change in changes if change.key == key), changes[-1])


def _make(c: Connection, original: _Original, changes: Sequence[_Change], source: str) -> Notice:
    notice, kind = original.notice, _find_kind(c, source, original.notice.key, original.notice.kind)
    for change in changes:
        own_fields = {field for field, at in original.moved.items() if at > change.at}
        notice = correct(notice, kind, change.notice, change.correction, own_fields)
    return notice


def _find_kind(c: Connection, source: str, key: str, kind: Kind) -> Kind:
    """What a notice announces; of a change notice, what it is a whole new version of."""
    own = (corrections.c.source == source) & (corrections.c.key == key)
    replaces = c.execute(select(corrections.c.replaces).where(own)).scalar() if kind is Kind.CHANGE else None
    return Kind(replaces) if replaces else kind


def _find_changes(c: Connection, source: str, row: AnyRow) -> list[_Change]:
    """All that corrects a notice, directly or by correcting what corrects it, in the order of publication."""
    names, found = {row.key, row.identifier} - {None}, dict[str, _Change]()
    query = _SELECT.add_columns(
        corrections.c.at, corrections.c.target, corrections.c.replaces, corrections.c.moves
    ).join(corrections, (corrections.c.source == notices.c.source) & (corrections.c.key == notices.c.key))
    while names and len(found) < MOST:
        chosen = query.where(corrections.c.source == source, corrections.c.target.in_(sorted(names)))
        rows = [each for each in c.execute(chosen).all() if each.key not in found and each.key != row.key]
        found.update((each.key, _to_change(c, each)) for each in rows)
        names = {name for each in rows for name in (each.key, each.identifier) if name}
    return sorted(found.values(), key=lambda change: (change.at, _natural(change.key)))


def _to_change(c: Connection, row: AnyRow) -> _Change:
    notice = _find_original(c, row.id).notice if row.corrected else from_content(row.document, row.status)
    moves = tuple(_to_move(move) for move in row.moves)
    correction = Correction(row.target, Kind(row.replaces) if row.replaces else None, moves)
    return _Change(row.key, row.id, row.procedure_id, row.at, row.page, correction, notice, row.identifier)


def _to_move(data: Mapping[str, Any]) -> Move:
    return Move(
        data["field"],
        data["new"],
        data["old"],
        tuple(data["lots"]),
        Precision(data["precision"]) if data["precision"] else None,
        ZoneFrom(data["zone_from"]) if data["zone_from"] else None,
    )


def _natural(key: str) -> list[tuple[int, str]]:
    """Of one day's corrigenda the higher number is the later one, also where it has a digit more."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", key) if part]


def _find_original(c: Connection, notice_id: int) -> _Original:
    row = c.execute(select(originals).where(originals.c.notice_id == notice_id)).one()
    moved = {field: datetime.fromisoformat(at) for field, at in row.moved.items()}
    return _Original(notice_id, from_content(row.document, row.status), row.partial, moved)


def _keep_original(c: Connection, row: AnyRow) -> _Original:
    """Until now the notice was what its own page says; its revisions tell what moved there."""
    query = select(revisions.c.made_at, revisions.c.changes).where(revisions.c.notice_id == row.id)
    moved = {
        change[0].partition("[")[0]: version.made_at
        for version in c.execute(query.order_by(revisions.c.number))
        for change in version.changes
    }
    original = _Original(row.id, from_content(row.document, row.status), row.partial, moved)
    _write(c, original)
    c.execute(update(notices).where(notices.c.id == row.id).values(corrected=True))
    return original


def _read_again(c: Connection, notice: Notice, partial: AbstractSet[str], now: datetime) -> Notice:
    (row,) = c.execute(_SELECT.where(notices.c.source == notice.source, notices.c.key == notice.key))
    before = _find_original(c, row.id)
    thin = notice.key in partial
    if thin and not before.partial:
        return notice
    moved = dict(before.moved)
    if before.partial == thin:
        changes = compare_documents(content(before.notice)[0], content(notice)[0])
        moved |= {change.field.partition("[")[0]: now for change in changes}
        moved |= {"status": now} if before.notice.status is not notice.status else {}
    original = _Original(row.id, notice, thin, moved)
    _write(c, original)
    return _make(c, original, _find_changes(c, notice.source, row), notice.source)


def _write(c: Connection, original: _Original) -> None:
    row = {
        "notice_id": original.notice_id,
        "document": content(original.notice)[0],
        "status": str(original.notice.status),
        "partial": original.partial,
        "moved": {field: at.astimezone(UTC).isoformat() for field, at in original.moved.items()},
    }
    statement = upserting(c.dialect.name, originals)
    newer = {name: statement.excluded[name] for name in row if name != "notice_id"}
    c.execute(statement.on_conflict_do_update(index_elements=["notice_id"], set_=newer), row)
