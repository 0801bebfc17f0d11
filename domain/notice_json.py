"""The notice as JSON, in and out, exactly as docs/notice.schema.json says, and the hash of its content."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

import orjson

from domain.notices import (
    Buyer,
    Code,
    Document,
    Kind,
    Lot,
    Money,
    Notice,
    Precision,
    Status,
    ZoneFrom,
)

JsonObject = dict[str, Any]

# What the portal's clock moves by itself, and what is kept elsewhere: neither makes a revision.
NOT_CONTENT = ("status", "raw")


def to_json(notice: Notice) -> JsonObject:
    """All keys of the schema, always present, in its order; amounts as decimal strings, times with an offset."""
    return {
        "source": notice.source,
        "key": notice.key,
        "url": notice.url,
        "procedure_id": notice.procedure_id,
        "kind": notice.kind.value,
        "status": notice.status.value,
        "language": notice.language,
        "title": dict(notice.title),
        "description": dict(notice.description),
        "buyers": [_buyer_to_json(buyer) for buyer in notice.buyers],
        "country": notice.country,
        "regions": list(notice.regions),
        "codes": _codes_to_json(notice.codes),
        "value": _money_to_json(notice.value),
        "published_at": _time_to_json(notice.published_at),
        "deadline_at": _time_to_json(notice.deadline_at),
        "deadline_precision": notice.deadline_precision.value if notice.deadline_precision else None,
        "deadline_zone": notice.deadline_zone.value if notice.deadline_zone else None,
        "lots": [_lot_to_json(lot) for lot in notice.lots],
        "documents": [
            {"url": document.url, "title": document.title, "media_type": document.media_type}
            for document in notice.documents
        ],
        "changes": notice.changes,
        "raw": notice.raw,
    }


def from_json(data: Mapping[str, Any]) -> Notice:
    """The notice of one JSON object. A missing key raises KeyError, a word outside the schema ValueError."""
    return Notice(
        source=data["source"],
        key=data["key"],
        url=data["url"],
        procedure_id=data["procedure_id"],
        kind=Kind(data["kind"]),
        status=Status(data["status"]),
        language=data["language"],
        title=data["title"],
        description=data["description"],
        buyers=tuple(Buyer(**buyer) for buyer in data["buyers"]),
        country=data["country"],
        regions=tuple(data["regions"]),
        codes=_codes_from_json(data["codes"]),
        value=_money_from_json(data["value"]),
        published_at=_time_from_json(data["published_at"]),
        deadline_at=_time_from_json(data["deadline_at"]),
        deadline_precision=Precision(data["deadline_precision"]) if data["deadline_precision"] else None,
        deadline_zone=ZoneFrom(data["deadline_zone"]) if data["deadline_zone"] else None,
        lots=tuple(_lot_from_json(lot) for lot in data["lots"]),
        documents=tuple(Document(**document) for document in data["documents"]),
        changes=data["changes"],
        raw=data["raw"],
    )


def content(notice: Notice) -> tuple[bytes, str]:
    """The canonical JSON of what makes a revision (UTF-8, sorted keys, without `NOT_CONTENT`), and its SHA-256.

    The same text as `json.dumps(…, sort_keys=True)` gives, in a fifth of the time: every notice of a crawl passes here.
    """
    body = orjson.dumps(_canonical(notice), default=dict)  # a Mapping that is no dict
    return body, hashlib.sha256(body).hexdigest()


def from_content(text: str, status: str) -> Notice:
    """The notice of a stored canonical text and the status kept beside it; `raw` is None."""
    return from_json({**cast(JsonObject, json.loads(text)), "status": status, "raw": None})


def _canonical(notice: Notice) -> JsonObject:
    """`to_json` without `NOT_CONTENT`, each object with its keys in order."""
    return {
        "buyers": [
            {
                "country": buyer.country,
                "email": buyer.email,
                "id": buyer.id,
                "name": buyer.name,
                "phone": buyer.phone,
                "scheme": buyer.scheme,
                "url": buyer.url,
            }
            for buyer in notice.buyers
        ],
        "changes": notice.changes,
        "codes": [{"id": code.id, "scheme": code.scheme} for code in notice.codes],
        "country": notice.country,
        "deadline_at": _canonical_time(notice.deadline_at),
        "deadline_precision": notice.deadline_precision and str(notice.deadline_precision),
        "deadline_zone": notice.deadline_zone and str(notice.deadline_zone),
        "description": _sorted(notice.description),
        "documents": [
            {"media_type": document.media_type, "title": document.title, "url": document.url}
            for document in notice.documents
        ],
        "key": notice.key,
        "kind": str(notice.kind),  # the serialiser would ask each enum's slow `value`
        "language": notice.language,
        "lots": [_canonical_lot(lot) for lot in notice.lots],
        "procedure_id": notice.procedure_id,
        "published_at": _canonical_time(notice.published_at),
        "regions": notice.regions,
        "source": notice.source,
        "title": _sorted(notice.title),
        "url": notice.url,
        "value": _canonical_money(notice.value),
    }


def _canonical_lot(lot: Lot) -> JsonObject:
    return {
        "codes": [{"id": code.id, "scheme": code.scheme} for code in lot.codes],
        "deadline_at": _canonical_time(lot.deadline_at),
        "description": _sorted(lot.description),
        "key": lot.key,
        "title": _sorted(lot.title),
        "value": _canonical_money(lot.value),
    }


def _canonical_money(money: Money | None) -> JsonObject | None:
    return {"amount": format(money.amount, "f"), "currency": money.currency} if money else None


def _canonical_time(moment: datetime | None) -> datetime | str | None:
    """The serialiser writes UTC as `isoformat` does, ten times as fast; of other offsets it would drop the seconds."""
    return moment if moment is None or moment.tzinfo is UTC else moment.isoformat()


def _sorted(texts: Mapping[str, str]) -> Mapping[str, str]:
    return texts if len(texts) < 2 else dict(sorted(texts.items()))


def _buyer_to_json(buyer: Buyer) -> JsonObject:
    return {
        "name": buyer.name,
        "id": buyer.id,
        "scheme": buyer.scheme,
        "country": buyer.country,
        "url": buyer.url,
        "email": buyer.email,
        "phone": buyer.phone,
    }


def _lot_to_json(lot: Lot) -> JsonObject:
    return {
        "key": lot.key,
        "title": dict(lot.title),
        "description": dict(lot.description),
        "codes": _codes_to_json(lot.codes),
        "value": _money_to_json(lot.value),
        "deadline_at": _time_to_json(lot.deadline_at),
    }


def _lot_from_json(data: Mapping[str, Any]) -> Lot:
    return Lot(
        key=data["key"],
        title=data["title"],
        description=data["description"],
        codes=_codes_from_json(data["codes"]),
        value=_money_from_json(data["value"]),
        deadline_at=_time_from_json(data["deadline_at"]),
    )


def _codes_to_json(codes: tuple[Code, ...]) -> list[JsonObject]:
    return [{"scheme": code.scheme, "id": code.id} for code in codes]


def _codes_from_json(data: list[JsonObject]) -> tuple[Code, ...]:
    return tuple(Code(code["scheme"], code["id"]) for code in data)


def _money_to_json(money: Money | None) -> JsonObject | None:
    return {"amount": format(money.amount, "f"), "currency": money.currency} if money else None


def _money_from_json(data: JsonObject | None) -> Money | None:
    return Money(Decimal(data["amount"]), data["currency"]) if data else None


def _time_to_json(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _time_from_json(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
