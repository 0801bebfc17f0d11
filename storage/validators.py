"""ETag and Last-Modified of documents that were read and stored, so that a portal need not send them again."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection, Insert, delete, select

from domain.sources import Validators
from storage.ids import upserting
from storage.schema import validators


def save_validators(c: Connection, source: str, found: Validators, now: datetime) -> None:
    """Keeps them for this address, in the transaction that stores what the document says."""
    row = {
        "source": source,
        "url": found.url,
        "etag": found.etag,
        "last_modified": found.last_modified,
        "pages": list(found.pages),
        "saved_at": now,
    }
    c.execute(_upsert(c.dialect.name), row)


def find_validators(c: Connection, source: str, url: str) -> Validators | None:
    """Those of the newest document at this address that was read and stored."""
    own = (validators.c.source == source) & (validators.c.url == url)
    row = c.execute(select(validators).where(own)).one_or_none()
    return Validators(row.url, row.etag, row.last_modified, tuple(row.pages)) if row else None


def has_validators(c: Connection, source: str) -> bool:
    """Whether the portal gave any at all."""
    return c.execute(select(validators.c.url).where(validators.c.source == source).limit(1)).first() is not None


def prune_validators(c: Connection, before: datetime) -> int:
    """Deletes those of documents that were not asked for since; how many."""
    return c.execute(delete(validators).where(validators.c.saved_at < before)).rowcount


@lru_cache
def _upsert(dialect: str) -> Insert:
    statement = upserting(dialect, validators)
    new = statement.excluded
    names = ("etag", "last_modified", "pages", "saved_at")
    newest: Insert = statement.on_conflict_do_update(
        index_elements=[validators.c.source, validators.c.url], set_={name: new[name] for name in names}
    )
    return newest
