"""OCDS releases, kept raw: a notice is their merge, and a later release may need all the earlier ones."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic_core import from_json
from sqlalchemy import Connection, bindparam, select

from storage.bulk import insert_rows
from storage.schema import releases
from storage.types import as_texts, one_of

Release = dict[str, Any]

_FIND = (
    select(releases.c.ocid, releases.c.body)
    .where(releases.c.source == bindparam("source"), one_of(releases.c.ocid, "ocids"))
    .order_by(releases.c.ocid, releases.c.date, releases.c.release_id, releases.c.digest)
)


def find_releases(c: Connection, source: str, ocids: Sequence[str]) -> dict[str, list[Release]]:
    """The stored releases by ocid, oldest first by their printed date; an ocid without any is left out."""
    found: dict[str, list[Release]] = {}
    for ocid, body in c.execute(_FIND, {"source": source, "ocids": as_texts(ocids)}):
        found.setdefault(ocid, []).append(_read(body))
    return found


def save_releases(c: Connection, source: str, releases_: Sequence[Release], now: datetime) -> int:
    """Keeps the releases that are not there yet, byte for byte the same JSON; how many were new."""
    rows = [_to_row(source, release, now) for release in releases_]
    return insert_rows(c, releases, rows, skip_existing=True)


def _read(body: str) -> Release:
    try:
        release: Release = from_json(body)  # two and a half times as fast as json.loads
    except ValueError:  # a lone surrogate
        release = json.loads(body)
    return release


def _to_row(source: str, release: Release, now: datetime) -> dict[str, Any]:
    try:
        body = orjson.dumps(release)  # 3 µs for 3 KB, json.dumps takes 70
    except TypeError:  # a lone surrogate, stored as the escape that the portal sent; or a whole number beyond 64 bits
        body = json.dumps(release, separators=(",", ":")).encode()
    return {
        "source": source,
        "ocid": release["ocid"],
        "digest": hashlib.sha256(body).hexdigest(),
        "release_id": _to_text(release.get("id")),
        "date": _to_text(release.get("date")),
        "saved_at": now,
        "body": body.decode(),
    }


def _to_text(value: object) -> str | None:
    return None if value is None else str(value)
