"""Profiles with all their versions. Every save moves the epoch, which tells a matcher that its index is out of date."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from domain.errors import EpochMoved
from domain.profile_json import from_json, to_json
from domain.profiles import Profile, ProfileVersion
from storage.ids import insert_new
from storage.schema import epoch, profile_versions, profiles
from storage.types import AnyRow

_HEADS: Select[Any] = select(profile_versions).join(
    profiles, (profiles.c.id == profile_versions.c.profile_id) & (profiles.c.head == profile_versions.c.version)
)


def save_profile(
    c: Connection, profile: Profile, *, author: str, reason: str, origin: str | None, digest: str, now: datetime
) -> ProfileVersion:
    """Appends a version and moves the epoch; the head version comes back where its digest is the same.

    `origin` is the file it was imported from, `digest` that of the profile's content.
    """
    c.execute(select(epoch.c.value).with_for_update()).one()
    head = find_profile(c, profile.id)
    if head is not None and head.digest == digest:
        return head
    version = head.version + 1 if head else 1
    c.execute(insert_new(c, profiles), {"id": profile.id, "name": profile.name, "head": version})
    c.execute(update(profiles).where(profiles.c.id == profile.id).values(name=profile.name, head=version))
    row = {"profile_id": profile.id, "version": version, "document": to_json(profile), "author": author}
    c.execute(insert(profile_versions), {**row, "reason": reason, "saved_at": now, "origin": origin, "digest": digest})
    c.execute(update(epoch).values(value=epoch.c.value + 1))
    return ProfileVersion(profile, version, author, reason, now.isoformat(), origin, digest)


def find_origin(c: Connection, id: str) -> str | None:  # noqa: A002
    """The file that a profile came from last, though newer versions may have been made elsewhere."""
    own = (profile_versions.c.profile_id == id) & profile_versions.c.origin.is_not(None)
    query = select(profile_versions.c.origin).where(own).order_by(profile_versions.c.version.desc()).limit(1)
    return c.execute(query).scalar()


def adopt_origin(c: Connection, id: str, version: int, origin: str) -> None:  # noqa: A002
    """A file says the same as this version: from now on the version counts as that file's."""
    own = (profile_versions.c.profile_id == id) & (profile_versions.c.version == version)
    c.execute(update(profile_versions).where(own).values(origin=origin))


def find_profiles(c: Connection) -> list[ProfileVersion]:
    """The newest version of every profile."""
    return [_to_version(row) for row in c.execute(_HEADS.order_by(profiles.c.id))]


def find_heads(c: Connection) -> dict[str, int]:
    """The number of the newest version of every profile, by its id."""
    return {row.id: row.head for row in c.execute(select(profiles.c.id, profiles.c.head))}


def find_profile(c: Connection, id: str, version: int | None = None) -> ProfileVersion | None:  # noqa: A002
    """One version of a profile, the newest if none is named."""
    query = _HEADS if version is None else select(profile_versions).where(profile_versions.c.version == version)
    row = c.execute(query.where(profile_versions.c.profile_id == id)).one_or_none()
    return None if row is None else _to_version(row)


def find_versions(c: Connection, id: str, after: int = 0) -> list[ProfileVersion]:  # noqa: A002
    """The versions of a profile behind `after`, oldest first."""
    own = (profile_versions.c.profile_id == id) & (profile_versions.c.version > after)
    query = select(profile_versions).where(own).order_by(profile_versions.c.version)
    return [_to_version(row) for row in c.execute(query)]


def find_edited(c: Connection) -> list[list[ProfileVersion | None]]:
    """Of each profile with versions that stored notices were not held against: the one that they know (None: they know
    none), then these."""
    query = select(profiles.c.id, profiles.c.settled).where(profiles.c.settled < profiles.c.head)
    rows = c.execute(query.order_by(profiles.c.id)).all()
    return [[find_profile(c, row.id, row.settled), *find_versions(c, row.id, row.settled)] for row in rows]


def settle_profiles(c: Connection, epoch: int, heads: Mapping[str, int]) -> None:
    """All stored notices were held against these versions. Raises EpochMoved where others were saved since `epoch`."""
    _mark(c, epoch, heads, "settled")


def _mark(c: Connection, epoch: int, heads: Mapping[str, int], column: str) -> None:
    check_epoch(c, epoch)
    own = profiles.c.id == bindparam("of_id")
    rows = [{"of_id": name, "of_version": version} for name, version in heads.items()]
    if rows:
        c.execute(update(profiles).where(own).values({column: bindparam("of_version")}), rows)


def is_settled(c: Connection, id: str) -> bool:  # noqa: A002
    """All stored notices were held against its newest version; also where there is no such profile."""
    edited = (profiles.c.id == id) & (profiles.c.settled < profiles.c.head)
    return c.execute(select(profiles.c.id).where(edited)).first() is None


def find_unscored(c: Connection) -> list[ProfileVersion]:
    """The newest versions, known to all stored notices, of profiles that have scores by older ones."""
    return [_to_version(row) for row in c.execute(_HEADS.where(profiles.c.scored < profiles.c.head))]


def end_scoring(c: Connection, epoch: int, heads: Mapping[str, int]) -> None:
    """All scores that these profiles have are by these versions. Raises EpochMoved as `settle_profiles` does."""
    _mark(c, epoch, heads, "scored")


def find_epoch(c: Connection) -> int:
    """The number that grows with every saved profile."""
    present: int = c.execute(select(epoch.c.value)).scalar_one()
    return present


def check_epoch(c: Connection, epoch: int) -> None:
    """Raises EpochMoved unless no profile was saved since `epoch`; none can be until the transaction ends."""
    present: int = c.execute(_LOCK_EPOCH).scalar_one()
    if present != epoch:
        raise EpochMoved(f"profiles were saved meanwhile (epoch {present}, matched with {epoch})")


_LOCK_EPOCH = select(epoch.c.value).with_for_update()


def _to_version(row: AnyRow) -> ProfileVersion:
    return ProfileVersion(
        from_json(row.document),
        row.version,
        row.author,
        row.reason,
        row.saved_at.isoformat(),
        row.origin,
        row.digest,
    )
