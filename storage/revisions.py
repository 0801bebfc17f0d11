"""Revisions: what changed in a notice, field by field. Nothing is overwritten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, select

from domain.alerts import FieldChange
from domain.notice_json import from_content
from domain.notices import Notice
from storage.schema import revisions

MOST_LOOKED_AT = 50  # revisions


@dataclass(frozen=True, slots=True)
class Revision:
    """One version of a notice; `changes` says what differs from the one before (nothing for the first).

    `page` is the hash of the page that it was read from, `brought_by` the key of the notice that corrected it (None:
    its own page did).
    """

    number: int
    made_at: datetime
    run_id: int
    changes: tuple[FieldChange, ...]
    notice: Notice
    page: str | None
    brought_by: str | None


def find_revisions(c: Connection, notice_id: int) -> list[Revision]:
    """All versions of a notice, oldest first."""
    query = select(revisions).where(revisions.c.notice_id == notice_id).order_by(revisions.c.number)
    return [
        Revision(
            row.number,
            row.made_at,
            row.run_id,
            tuple(FieldChange(*change) for change in row.changes),
            from_content(row.document, row.status),
            row.page,
            row.brought_by,
        )
        for row in c.execute(query)
    ]


def with_last_known(c: Connection, notice_id: int, changes: tuple[FieldChange, ...]) -> tuple[FieldChange, ...]:
    """Changes of fields that were empty before: `old` becomes what an earlier revision had there, the same is dropped.

    So a field that a portal left out for some days, or that we could not read, is not told as new when it returns.
    """
    gaps = {change.field for change in changes if is_empty(change.old) and change.field.isidentifier()}
    if not gaps:
        return changes
    query = select(revisions.c.document).where(revisions.c.notice_id == notice_id).order_by(revisions.c.number.desc())
    earlier = [from_json(document) for document in c.execute(query.offset(1).limit(MOST_LOOKED_AT)).scalars()]
    last = {name: next((each[name] for each in earlier if not is_empty(each[name])), None) for name in gaps}
    found = (replace(change, old=last[change.field]) if change.field in gaps else change for change in changes)
    return tuple(change for change in found if change.old != change.new)


def is_empty(value: object) -> bool:
    """What a field holds that says nothing."""
    return value is None or value in ("", [], {})


def compare_documents(old: str | bytes, new: str | bytes) -> tuple[FieldChange, ...]:
    """What differs between two canonical documents, by their top-level keys, and within lots by the lot's key.

    A lot that came or went is one change of `lots[key]`; a reordering of lots is a change of `lots`.
    """
    before, after = from_json(old), from_json(new)
    return tuple(_compare(before, after))


def _compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    for field in sorted(after):
        old, new = before[field], after[field]
        if old == new:
            continue
        changes = _compare_lots(old, new) if field == "lots" else []
        yield from changes or [FieldChange(field, old, new)]


def _compare_lots(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[FieldChange]:
    """Nothing where only the order differs or a key stands twice: then the whole field is the change."""
    before, after = {lot["key"]: lot for lot in old}, {lot["key"]: lot for lot in new}
    if len(before) != len(old) or len(after) != len(new):
        return []
    changes = []
    for key in [*before, *(key for key in after if key not in before)]:
        was, now = before.get(key), after.get(key)
        if was is None or now is None:
            changes.append(FieldChange(f"lots[{key}]", was, now))
        else:
            changes += [
                FieldChange(f"lots[{key}].{name}", was[name], now[name]) for name in was if was[name] != now[name]
            ]
    return changes
