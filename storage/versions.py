"""What a feed said last of each of its entries: the moment of the newest version, or of its deletion.

A deletion may be read before the entry that it is about, and outlives the run that read it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Insert, bindparam, select

from storage.ids import in_chunks, upserting
from storage.schema import versions
from storage.types import as_texts, one_of


@dataclass(frozen=True, slots=True)
class Version:
    """The portal's own moment, in UTC."""

    at: datetime
    deleted: bool = False


_FIND = select(versions.c.key, versions.c.at, versions.c.deleted).where(
    versions.c.source == bindparam("of_source"), one_of(versions.c.key, "keys")
)


def find_versions(c: Connection, source: str, keys: Iterable[str]) -> dict[str, Version]:
    """The newest version by key, of those that are known."""
    found: dict[str, Version] = {}
    for chunk in in_chunks(dict.fromkeys(keys)):
        for row in c.execute(_FIND, {"of_source": source, "keys": as_texts(chunk)}):
            found[row.key] = Version(row.at, bool(row.deleted))
    return found


def save_versions(c: Connection, source: str, updated: Mapping[str, datetime], deleted: Mapping[str, datetime]) -> None:
    """Keeps these in place of what was known, in the transaction that stores what the entries say."""
    rows = [{"source": source, "key": key, "at": at, "deleted": False} for key, at in updated.items()]
    rows += [{"source": source, "key": key, "at": at, "deleted": True} for key, at in deleted.items()]
    if rows:
        c.execute(_upsert(c.dialect.name), rows)


@lru_cache
def _upsert(dialect: str) -> Insert:
    statement = upserting(dialect, versions)
    new = statement.excluded
    newest: Insert = statement.on_conflict_do_update(
        index_elements=[versions.c.source, versions.c.key], set_={"at": new["at"], "deleted": new["deleted"]}
    )
    return newest
