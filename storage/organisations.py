"""Organisations: a buyer is one row, known by its register's number, else by its country and name."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from domain.notices import Buyer
from storage.bulk import Columns, Same, insert_columns, insert_rows
from storage.ids import allocate_ids
from storage.schema import notice_organisations, organisations
from storage.types import as_texts, one_of

_FIND = select(organisations.c.identity, organisations.c.id).where(one_of(organisations.c.identity, "identities"))
_UNLINK = delete(notice_organisations).where(notice_organisations.c.notice_id == bindparam("of_notice"))


def save_buyers(c: Connection, buyers: Mapping[int, tuple[Buyer, ...]], *, replace: bool) -> None:
    """Links notices (by id) with their buyers, in order; `replace` where they may have others already."""
    if replace and buyers:
        c.execute(_UNLINK, [{"of_notice": notice_id} for notice_id in buyers])
    named = [
        (notice_id, position, _identity(buyer), buyer)
        for notice_id, group in buyers.items()
        for position, buyer in enumerate(group)
    ]
    known = _save_organisations(c, {identity: buyer for _, _, identity, buyer in named})
    links: Columns = {
        "notice_id": [notice_id for notice_id, _, _, _ in named],
        "position": [position for _, position, _, _ in named],
        "organisation_id": [known[identity] for _, _, identity, _ in named],
        "role": Same("buyer"),
    }
    insert_columns(c, notice_organisations, links)


def _save_organisations(c: Connection, wanted: Mapping[str, Buyer]) -> dict[str, int]:
    known = _find(c, list(wanted))
    missing = sorted(identity for identity in wanted if identity not in known)  # one order, so no deadlock
    if not missing:
        return known
    ids = allocate_ids(c, organisations, len(missing))
    rows = [_to_row(number, key, wanted[key]) for number, key in zip(ids, missing, strict=True)]
    if insert_rows(c, organisations, rows, skip_existing=True) == len(rows):
        return known | dict(zip(missing, ids, strict=True))
    return known | _find(c, missing)  # another crawl was first with some of them


def _find(c: Connection, identities: list[str]) -> dict[str, int]:
    return dict(c.execute(_FIND, {"identities": as_texts(identities)}).all())


def _identity(buyer: Buyer) -> str:
    if buyer.id:
        return f"{buyer.scheme or buyer.country or ''}:{buyer.id}"
    return f"name:{buyer.country or ''}:{' '.join(buyer.name.casefold().split())}"


def _to_row(number: int, identity: str, buyer: Buyer) -> dict[str, Any]:
    return {
        "id": number,
        "identity": identity,
        "name": buyer.name,
        "scheme": buyer.scheme,
        "register_id": buyer.id,
        "country": buyer.country,
        "url": buyer.url,
        "email": buyer.email,
        "phone": buyer.phone,
    }
