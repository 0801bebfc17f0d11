"""Lots: what is searched and sorted of them; their texts stand in the notice's document."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete

from domain.notices import Lot
from storage.bulk import insert_rows
from storage.schema import lots

_CLEAR = delete(lots).where(lots.c.notice_id == bindparam("of_notice"))


def save_lots(c: Connection, by_notice: Mapping[int, tuple[Lot, ...]], *, replace: bool) -> None:
    """Writes the lots of notices (by id), in order; `replace` where they may have others already."""
    if replace and by_notice:
        c.execute(_CLEAR, [{"of_notice": notice_id} for notice_id in by_notice])
    rows = [
        _to_row(notice_id, position, lot)
        for notice_id, group in by_notice.items()
        for position, lot in enumerate(group)
    ]
    insert_rows(c, lots, rows)


def _to_row(notice_id: int, position: int, lot: Lot) -> dict[str, Any]:
    return {
        "notice_id": notice_id,
        "position": position,
        "key": lot.key,
        "deadline_at": lot.deadline_at,
        "amount": format(lot.value.amount, "f") if lot.value else None,
        "amount_sort": float(lot.value.amount) if lot.value else None,
        "currency": lot.value.currency if lot.value else None,
    }
