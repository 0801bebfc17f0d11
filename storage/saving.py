"""Saves notices: new ones, revisions of changed ones, nothing for those that are the same. Batched, by source."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, select, update

from domain.alerts import FieldChange
from domain.notice_json import content
from domain.notices import Notice
from storage.bulk import Same, insert_columns, insert_rows
from storage.corrigenda import as_corrected, find_corrected
from storage.ids import allocate_ids, in_chunks
from storage.lots import save_lots
from storage.organisations import save_buyers
from storage.procedures import add_reference, place_notices, save_joins
from storage.references import to_reference
from storage.revisions import compare_documents
from storage.schema import notices, revisions
from storage.touching import touch
from storage.types import AnyRow, as_texts, one_of


class Outcome(StrEnum):
    """What became of a notice that was handed in."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(slots=True)
class Saved:
    """How many notices were new, changed and the same, and which (by key)."""

    new: int = 0
    changed: int = 0
    same: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Where these notices come from."""

    run_id: int
    now: datetime
    baseline: bool
    page: str | None
    partial: AbstractSet[str]
    awaits_run: int | None = None
    brought_by: str | None = None  # the corrigendum that made these versions


_FIND = select(
    notices.c.id,
    notices.c.key,
    notices.c.procedure_id,
    notices.c.revision,
    notices.c.status,
    notices.c.content_hash,
    notices.c.partial,
    notices.c.corrected,
    notices.c.awaits_run,
).where(notices.c.source == bindparam("source"), one_of(notices.c.key, "keys"))

_FIND_DOCUMENTS = select(revisions.c.notice_id, revisions.c.document).join(
    notices, (notices.c.id == revisions.c.notice_id) & (notices.c.revision == revisions.c.number)
)

_COLUMNS = [
    "identifier",
    "kind",
    "status",
    "title",
    "folded",
    "url",
    "country",
    "amount",
    "amount_sort",
    "currency",
    "published_at",
    "deadline_at",
    "changes",
    "content_hash",
]

_OF_NOTICE = ("revision", "page", "partial", "updated_at", "matched_epoch", "awaits_run", "join_due")
_REVISE = (
    update(notices)
    .where(notices.c.id == bindparam("of_id"))
    .values({name: bindparam(name) for name in [*_COLUMNS, *_OF_NOTICE]})
)

_OF_READING = ("made_at", "run_id", "page", "status", "document")

_COMPLETE = (
    update(revisions)
    .where(revisions.c.notice_id == bindparam("of_notice"), revisions.c.number == bindparam("of_number"))
    .values({name: bindparam(name) for name in _OF_READING})
)


def save_notices(
    c: Connection,
    notices_: Sequence[Notice],
    *,
    run_id: int,
    now: datetime,
    baseline: bool,
    page: str | None,
    partial: AbstractSet[str] = frozenset(),
    awaiting: bool = False,
) -> Saved:
    """Stores notices of one source (else ValueError); `page` is the hash they were read from.

    `partial` are keys of which only the list's row was read: such a row never replaces a notice that was read whole.
    A notice of which only the row was stored is completed in its place: that is SAME and no revision, unless the row
    told another deadline, to the same precision, which has moved since.
    A change of `status` alone makes no revision; one to or from `cancelled` lets the notice be matched again.
    `awaiting`: nobody is told of these changes before `settle_changes` says that the run may be believed.
    """
    if len({notice.source for notice in notices_}) > 1:
        raise ValueError("save_notices takes the notices of one source")
    saved, batch = Saved(), _Batch(run_id, now, baseline, page, partial, run_id if awaiting else None)
    for part in _without_repeats(notices_):
        for chunk in in_chunks(part):
            outcomes = _save(c, chunk, batch)
            for key, outcome in outcomes.items():
                saved.outcomes[key] = saved.outcomes.get(key, outcome) if outcome is Outcome.SAME else outcome
            _correct(c, chunk, outcomes, batch, saved)
    counts = list(saved.outcomes.values())
    saved.new, saved.changed, saved.same = (counts.count(outcome) for outcome in Outcome)
    return saved


def _correct(c: Connection, chunk: list[Notice], outcomes: dict[str, Outcome], batch: _Batch, saved: Saved) -> None:
    """What the corrigenda among these notices, or stored before them, make of the notices that they name."""
    new = {key for key, outcome in outcomes.items() if outcome is Outcome.NEW}
    same = {key for key, outcome in outcomes.items() if outcome is Outcome.SAME}
    for each in find_corrected(c, chunk, new, same, batch.now):
        key, partial = each.notice.key, frozenset((each.notice.key,) if each.partial else ())
        made = _save(c, [each.notice], replace(batch, page=each.page, partial=partial, brought_by=each.by))
        if made[key] is not Outcome.SAME and saved.outcomes.get(key) is not Outcome.NEW:
            saved.outcomes[key] = made[key]


def _without_repeats(notices_: Sequence[Notice]) -> Iterator[list[Notice]]:
    """A page may name a notice twice: the second is saved after the first, as its revision."""
    rest: list[Notice] = list(notices_)
    while rest:
        first = {notice.key: notice for notice in reversed(rest)}
        if len(first) == len(rest):
            yield rest
            return
        part = [notice for notice in rest if first[notice.key] is notice]
        yield part
        taken = {id(notice) for notice in part}
        rest = [notice for notice in rest if id(notice) not in taken]


def _save(c: Connection, chunk: Sequence[Notice], batch: _Batch) -> dict[str, Outcome]:
    keys = [notice.key for notice in chunk]
    there = {row.key: row for row in c.execute(_FIND, {"source": chunk[0].source, "keys": as_texts(keys)})}
    if batch.brought_by is None:
        chunk = as_corrected(c, chunk, there, batch.partial, batch.now)
    outcomes: dict[str, Outcome] = {}
    new: list[tuple[Notice, bytes, str]] = []
    changed: list[tuple[AnyRow, Notice, bytes, str]] = []
    touched: list[tuple[AnyRow, Notice]] = []
    for notice in chunk:
        row = there.get(notice.key)
        if row is not None and not row.partial and notice.key in batch.partial:
            outcomes[notice.key] = Outcome.SAME
            continue
        document, digest = content(notice)
        if row is None:
            new.append((notice, document, digest))
            outcomes[notice.key] = Outcome.NEW
        elif row.content_hash != digest or (batch.brought_by and row.status != notice.status):
            changed.append((row, notice, document, digest))
            outcomes[notice.key] = Outcome.CHANGED
        else:
            touched.append((row, notice))
            outcomes[notice.key] = Outcome.SAME
    if new:
        _insert(c, new, batch)
    if changed:
        _revise(c, sorted(changed, key=lambda each: each[0].id), batch, outcomes)
    touch(c, touched, batch.partial, batch.now, batch.awaits_run)
    return outcomes


def _insert(c: Connection, new: list[tuple[Notice, bytes, str]], batch: _Batch) -> None:
    fresh = [notice for notice, _, _ in new]
    places = place_notices(c, fresh)
    ids = allocate_ids(c, notices, len(new))
    first = dict.fromkeys(("first_seen_at", "updated_at"), Same(batch.now))
    of_batch = {"source": Same(fresh[0].source), "page": Same(batch.page), "baseline": Same(batch.baseline), **first}
    untouched = {"revision": Same(1), "corrected": Same(False), "matched_revision": Same(0), "matched_epoch": Same(0)}
    untouched["join_due"] = Same(True)
    insert_columns(
        c,
        notices,
        {
            "id": ids,
            "key": [notice.key for notice in fresh],
            "procedure_id": places.procedure_ids,
            **_to_columns(fresh),
            "content_hash": [digest for _, _, digest in new],
            "listed_at": [notice.published_at or batch.now for notice in fresh],
            "partial": [notice.key in batch.partial for notice in fresh],
            **of_batch,
            **untouched,
        },
    )
    insert_columns(
        c,
        revisions,
        {
            "notice_id": ids,
            "number": Same(1),
            "made_at": Same(batch.now),
            "run_id": Same(batch.run_id),
            "page": Same(batch.page),
            "status": [str(notice.status) for notice in fresh],
            "changes": Same([]),
            "document": [document for _, document, _ in new],
        },
    )
    save_joins(c, places, ids, batch.now)
    save_lots(c, {number: notice.lots for number, notice in zip(ids, fresh, strict=True)}, replace=False)
    save_buyers(c, {number: notice.buyers for number, notice in zip(ids, fresh, strict=True)}, replace=False)


def _revise(
    c: Connection, changed: list[tuple[AnyRow, Notice, bytes, str]], batch: _Batch, outcomes: dict[str, Outcome]
) -> None:
    query = _FIND_DOCUMENTS.where(notices.c.id.in_([row.id for row, _, _, _ in changed]))
    before: dict[int, str] = dict(c.execute(query).all())
    rows, versions, completions, fields = [], [], [], {}
    for row, notice, document, digest in changed:
        changes = compare_documents(before[row.id], document)
        if batch.brought_by and row.status != notice.status:
            changes += (FieldChange("status", row.status, str(notice.status)),)
        fields[row.id] = {change.field.partition("[")[0] for change in changes}
        completed = _is_completion(row, notice, batch, before[row.id], document)
        if completed:
            version = _to_version(row.id, row.revision, notice, document, batch, [])
            named = {name: version[name] for name in _OF_READING}
            completions.append({"of_notice": row.id, "of_number": row.revision, **named})
            outcomes[notice.key] = Outcome.SAME
        else:
            listed = [[change.field, change.old, change.new] for change in changes]
            versions.append(_to_version(row.id, row.revision + 1, notice, document, batch, listed))
        rows.append(
            {
                "of_id": row.id,
                **{name: values[0] for name, values in _to_columns([notice]).items()},
                "content_hash": digest,
                "revision": row.revision if completed else row.revision + 1,
                "page": batch.page,
                "partial": notice.key in batch.partial,
                "updated_at": batch.now,
                "matched_epoch": 0,
                "awaits_run": row.awaits_run if completed else batch.awaits_run,
                "join_due": True,
            }
        )
    c.execute(_REVISE, rows)
    insert_rows(c, revisions, versions)
    if completions:
        c.execute(_COMPLETE, completions)
    save_lots(c, {row.id: notice.lots for row, notice, _, _ in changed if "lots" in fields[row.id]}, replace=True)
    buyers = {row.id: notice.buyers for row, notice, _, _ in changed if "buyers" in fields[row.id]}
    save_buyers(c, buyers, replace=True)
    for row, notice, _, _ in changed:
        if "procedure_id" in fields[row.id] and (reference := to_reference(notice)):
            add_reference(c, row.id, reference, batch.now)


def _is_completion(row: AnyRow, notice: Notice, batch: _Batch, before: str, after: bytes) -> bool:
    """The notice is read whole for the first time, and nothing moved that its row had told."""
    if not row.partial or notice.key in batch.partial:
        return False
    old, new = (from_json(document) for document in (before, after))
    alike = old["deadline_precision"] == new["deadline_precision"]
    return not (alike and old["deadline_at"] and new["deadline_at"] and old["deadline_at"] != new["deadline_at"])


def _to_columns(found: Sequence[Notice]) -> dict[str, list[Any]]:
    """What finds and sorts notices, by column: a list for each costs half of what a dictionary for each notice does."""
    values = [notice.value for notice in found]
    return {
        "identifier": [notice.identifier for notice in found],
        "kind": [
            str(notice.kind) for notice in found
        ],  # sqlite3 tries its adapters on whatever is not exactly a string
        "status": [str(notice.status) for notice in found],
        "title": [notice.shown_title() for notice in found],
        "folded": [_fold(notice) for notice in found],
        "url": [notice.url for notice in found],
        "country": [notice.country for notice in found],
        "amount": [format(value.amount, "f") if value else None for value in values],
        "amount_sort": [float(value.amount) if value else None for value in values],
        "currency": [value.currency if value else None for value in values],
        "published_at": [notice.published_at for notice in found],
        "deadline_at": [notice.deadline_at for notice in found],
        "changes": [notice.changes for notice in found],
    }


def _fold(notice: Notice) -> str:
    return "\n".join([*notice.title.values(), *[buyer.name for buyer in notice.buyers]]).casefold()


def _to_version(
    number: int, revision: int, notice: Notice, document: bytes, batch: _Batch, changes: list[Any]
) -> dict[str, Any]:
    return {
        "notice_id": number,
        "number": revision,
        "made_at": batch.now,
        "run_id": batch.run_id,
        "page": batch.page,
        "status": str(notice.status),
        "brought_by": batch.brought_by,
        "changes": changes,
        "document": document,
    }
