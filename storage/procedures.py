"""Procedures: every notice belongs to exactly one, alone until a shared reference joins it with others.

References (`storage/references.py`) join at once, as notices are saved. What has none in common is compared later.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from domain.notices import Notice
from storage.bulk import Columns, insert_columns, insert_rows
from storage.ids import allocate_ids
from storage.merges import merge_procedures
from storage.references import to_reference
from storage.schema import notices, procedure_joins, procedure_references, procedures
from storage.types import as_texts, one_of

CONFIDENCE, MADE_BY = 1.0, "shared id"

_FIND_REFERENCES = (
    select(procedure_references)
    .where(one_of(procedure_references.c.reference, "references"))
    .order_by(procedure_references.c.reference)
    .with_for_update(read=True)  # until this commits, a merge may not move the procedure away
)


@dataclass(slots=True)
class Places:
    """Where new notices go: a procedure for each, and which of them join one that has notices already."""

    procedure_ids: list[int] = field(default_factory=list)
    joins: list[tuple[int, str]] = field(default_factory=list)  # index of the notice, reference


def place_notices(c: Connection, new: Sequence[Notice]) -> Places:
    """A procedure for each new notice: the one that has its reference, else one of its own."""
    own = [to_reference(notice) for notice in new]
    references = sorted({reference for reference in own if reference})
    known = _find_references(c, references)
    missing = [reference for reference in references if reference not in known]
    fresh = allocate_ids(c, procedures, len(missing) + own.count(None))
    insert_columns(c, procedures, {"id": fresh})
    claimed = dict(zip(missing, fresh, strict=False))
    taken = _claim(c, claimed)
    alone = iter(fresh[len(missing) :])
    places, filled = Places(), set(known)
    filled.update(reference for reference in claimed if taken[reference] != claimed[reference])
    for index, reference in enumerate(own):
        if not reference:
            places.procedure_ids.append(next(alone))
            continue
        places.procedure_ids.append(known.get(reference) or taken[reference])
        if reference in filled:
            places.joins.append((index, reference))
        filled.add(reference)
    return places


def save_joins(c: Connection, places: Places, notice_ids: Sequence[int], now: datetime) -> None:
    """Records by what evidence the notices joined."""
    rows = [
        {
            "procedure_id": places.procedure_ids[index],
            "notice_id": notice_ids[index],
            "evidence": f"procedure_id {reference}",
            "confidence": CONFIDENCE,
            "made_by": MADE_BY,
            "made_at": now,
        }
        for index, reference in places.joins
    ]
    insert_rows(c, procedure_joins, rows)


def add_reference(c: Connection, notice_id: int, reference: str, now: datetime) -> None:
    """A notice has come to know its procedure's reference: where another procedure has it, they are merged.

    Not where a person said that they are two.
    """
    procedure_id = c.execute(select(notices.c.procedure_id).where(notices.c.id == notice_id)).scalar_one()
    owner = _find_references(c, [reference]).get(reference) or _claim(c, {reference: procedure_id})[reference]
    if owner != procedure_id:
        merge_procedures(
            c, procedure_id, owner, f"procedure_id {reference}", now, confidence=CONFIDENCE, made_by=MADE_BY
        )


def _find_references(c: Connection, references: Sequence[str]) -> dict[str, int]:
    if not references:
        return {}
    found = c.execute(_FIND_REFERENCES, {"references": as_texts(references)})
    return {row.reference: row.procedure_id for row in found}


def _claim(c: Connection, claimed: dict[str, int]) -> dict[str, int]:
    """Whose the references are: those that another transaction took meanwhile are its own, and our procedure goes."""
    if not claimed:
        return {}
    columns: Columns = {"reference": list(claimed), "procedure_id": list(claimed.values())}
    if insert_columns(c, procedure_references, columns, skip_existing=True) == len(claimed):
        return claimed
    return _find_references(c, list(claimed))
