"""Versions of notices that are read in any order: the newest counts, and what was deleted does not come back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.reading import Reading
from domain.notices import Notice, RawNotice, Status
from storage.engine import reading
from storage.notices import find_notices
from storage.versions import Version, find_versions

if TYPE_CHECKING:
    from crawler.session import Session


def keep_newest(session: "Session", found: Reading) -> Reading:
    """The page without the versions that are older than what an earlier page told, whichever run read that.

    Its `versions` and `deleted` are then those that are news. A notice that is deleted, and that no page told of
    before, is kept as cancelled.
    """
    if not (found.versions or found.deleted):
        return found
    source = session.source.id
    with reading(session.engine) as c:
        before = find_versions(c, source, [*found.versions, *found.deleted])
        deleted = {
            key: Version(at, deleted=True) for key, at in found.deleted.items() if _is_news(key, at, found, before)
        }
        known = {**before, **deleted}
        gone = [
            key for key, at in found.versions.items() if key in known and known[key].deleted and at <= known[key].at
        ]
        stored = set(find_notices(c, source, gone))
    rows = [row for each in found.notices if (row := _as_known(each, found, known, stored))]
    return replace(
        found,
        notices=tuple(rows),
        versions={key: at for key, at in found.versions.items() if key not in known or at > known[key].at},
        deleted={key: version.at for key, version in deleted.items()},
    )


def _is_news(key: str, at: datetime, found: Reading, before: Mapping[str, Version]) -> bool:
    """The deletion is newer than all that is known of the entry, this page's own version included."""
    known = before.get(key)
    if key in found.versions and found.versions[key] > at:
        return False
    return known is None or at > known.at or (at == known.at and not known.deleted)


def _as_known(row: RawNotice, found: Reading, known: dict[str, Version], stored: set[str]) -> RawNotice | None:
    at, newest = found.versions.get(row.key), known.get(row.key)
    if at is None or newest is None or at > newest.at or (at == newest.at and not newest.deleted):
        return row
    if newest.deleted and row.key not in stored:
        row.status = Status.CANCELLED
        return row
    return None


def find_withdrawn(session: "Session", found: Reading) -> list[Notice]:
    """The stored notices that the portal has deleted since, as cancelled ones."""
    if not found.deleted:
        return []
    on_page = {row.key for row in found.notices}
    with reading(session.engine) as c:
        stored = find_notices(c, session.source.id, [key for key in found.deleted if key not in on_page])
    return [replace(each.notice, status=Status.CANCELLED) for each in stored.values() if not each.partial]
