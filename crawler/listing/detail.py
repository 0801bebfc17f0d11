"""Detail pages: each row of a list leads to one, a step of its own that carries the row."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from crawler.listing.asking import is_post
from crawler.readers.fields import ListPage
from crawler.reading import Reading
from domain.notices import Document, Kind, RawBuyer, RawLot, RawMoney, RawNotice, Status
from domain.sources import Step
from storage.steps import find_done_tokens


def to_detail(step: Step, row: RawNotice, url: str, version: str = "") -> Step:
    """The step that reads a row's own page; the row is in its body, so that it is there after a kill.

    `version` tells a row that has changed from the same row seen again, for details that are read `once`.
    """
    body = json.dumps(asdict(row), ensure_ascii=False)
    token = f"detail:{row.key}@{version}" if version else f"detail:{row.key}"
    return Step(token, "detail", url, body=body, low=step.low, high=step.high, key=row.key)


def to_reading(step: Step, page: ListPage, next_url: str | None = None, *, once: bool = False) -> Reading:
    """What a list's page says: rows that are whole notices, and a step for each that has a page of its own, which is
    read `once` unless its row has changed."""
    return Reading(
        notices=tuple(row for row in page.rows if row.key not in page.details),
        keys=tuple(row.key for row in page.rows),
        faults=page.faults,
        total=page.total,
        pages=page.pages,
        more=page.more,
        next_url=next_url or page.next_url,
        details=tuple(
            to_detail(step, row, page.details[row.key], version_of(row) if once else "")
            for row in page.rows
            if row.key in page.details
        ),
        once=once,
    )


def version_of(row: RawNotice) -> str:
    """What tells a row that has changed from the same row seen again."""
    text = json.dumps(asdict(row), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def not_done(c: Connection, source: str, found: Reading) -> tuple[Step, ...]:
    """The details of a page, without those that need to be read only once and were."""
    if not found.once:
        return found.details
    done = find_done_tokens(c, source, [step.token for step in found.details])
    return tuple(step for step in found.details if step.token not in done or step.token in found.anew)


def read_row(step: Step) -> RawNotice | None:
    """The list's row that led to this detail page."""
    if step.body is None or is_post(step):
        return None
    data: dict[str, Any] = json.loads(step.body)
    return RawNotice(
        **{
            **data,
            "kind": Kind(data["kind"]) if data["kind"] else None,
            "status": Status(data["status"]) if data["status"] else None,
            "buyers": tuple(RawBuyer(**buyer) for buyer in data["buyers"]),
            "regions": tuple(data["regions"]),
            "codes": _to_pairs(data["codes"]),
            "value": _to_money(data["value"]),
            "lots": tuple(_to_lot(lot) for lot in data["lots"]),
            "documents": tuple(Document(**document) for document in data["documents"]),
            "unknown_words": _to_pairs(data["unknown_words"]),
        }
    )


def _to_lot(data: dict[str, Any]) -> RawLot:
    return RawLot(**{**data, "codes": _to_pairs(data["codes"]), "value": _to_money(data["value"])})


def _to_money(data: dict[str, Any] | None) -> RawMoney | None:
    return RawMoney(**data) if data else None


def _to_pairs(data: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((first, second) for first, second in data)
