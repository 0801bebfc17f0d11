"""Notices: saved by a crawl, found again by their key, their address or what they say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from domain.notices import Kind, Status
from storage.ids import in_chunks
from storage.naming import find_first, of_numbers
from storage.references import scoped
from storage.revisions import Revision, find_revisions
from storage.saving import Outcome, Saved, save_notices
from storage.schema import notices, procedure_references, sources
from storage.stored import SELECT_STORED, StoredNotice, find_stored

__all__ = [
    "NoticeFilter",
    "Outcome",
    "Revision",
    "Saved",
    "StoredNotice",
    "count_notices",
    "find_notice",
    "find_notices",
    "find_notices_named",
    "find_revisions",
    "iterate_notices",
    "list_notices",
    "save_notices",
]


def find_notice(c: Connection, source: str, key: str) -> StoredNotice | None:
    """The notice of a source with this key."""
    return next(find_stored(c, SELECT_STORED.where(notices.c.source == source, notices.c.key == key)), None)


def find_notices(c: Connection, source: str, keys: Sequence[str]) -> dict[str, StoredNotice]:
    """The notices of a source with these keys, by key."""
    found: dict[str, StoredNotice] = {}
    for chunk in in_chunks(keys):
        query = SELECT_STORED.where(notices.c.source == source, notices.c.key.in_(chunk))
        found.update((each.notice.key, each) for each in find_stored(c, query))
    return found


def find_notices_named(c: Connection, name: str) -> list[StoredNotice]:
    """What a person means by SOURCE:KEY, an address, a key in any source, a procedure's reference or the printed
    number of a notice or of one of its releases: the first of these that is there.
    """
    source, _, key = name.partition(":")
    portals = c.execute(select(sources.c.source)).scalars()
    references = [name, *(scoped(portal, name) for portal in portals)]
    referenced = select(procedure_references.c.procedure_id).where(procedure_references.c.reference.in_(references))
    meanings = (
        (notices.c.source == source) & (notices.c.key == key),
        notices.c.url == name,
        notices.c.source.in_(select(sources.c.source)) & (notices.c.key == name),  # by the index of (source, key)
        notices.c.procedure_id.in_(referenced),
    )
    groups = (list(find_stored(c, SELECT_STORED.where(each).order_by(notices.c.id))) for each in meanings)
    found = next((group for group in groups if group), [])
    return found or (find_first(c, of_numbers([name])) if name.strip() else [])


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """Which notices are wanted; None is any.

    `since` compares with the day of publication (where unknown, of our first sight); `text` stands anywhere in a title
    or buyer's name, whatever the case; a notice without a deadline is not `deadline_after` any moment.
    """

    source: str | None = None
    kind: Kind | None = None
    status: Status | None = None
    country: str | None = None
    since: datetime | None = None
    deadline_after: datetime | None = None
    text: str | None = None


ANY = NoticeFilter()


def list_notices(c: Connection, wanted: NoticeFilter = ANY, *, limit: int = 50, offset: int = 0) -> list[StoredNotice]:
    """Notices, newest first by their day of publication (where unknown, of our first sight)."""
    return list(find_stored(c, _select(wanted).limit(limit).offset(offset)))


def iterate_notices(c: Connection, wanted: NoticeFilter = ANY) -> Iterator[StoredNotice]:
    """All notices that `list_notices` would find, without holding them all in memory."""
    return find_stored(c, _select(wanted).execution_options(yield_per=500))


def count_notices(c: Connection, source: str | None = None) -> int:
    """How many notices are stored."""
    query = select(func.count()).select_from(notices)
    return c.execute(query if source is None else query.where(notices.c.source == source)).scalar_one()


def _select(wanted: NoticeFilter) -> Select[Any]:
    equal = {name: getattr(wanted, name) for name in ("source", "kind", "status", "country")}
    where: list[ColumnElement[bool]] = [notices.c[name] == value for name, value in equal.items() if value is not None]
    if wanted.since is not None:
        where.append(notices.c.listed_at >= wanted.since)
    if wanted.deadline_after is not None:
        where.append(notices.c.deadline_at > wanted.deadline_after)
    if wanted.text:
        where.append(notices.c.folded.contains(wanted.text.casefold(), autoescape=True))
    return SELECT_STORED.where(*where).order_by(notices.c.listed_at.desc(), notices.c.id.desc())
