"""Deletes saved pages that nobody needs: not behind an open issue, not behind a current revision, old or too many."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from storage.ids import in_chunks
from storage.pages import PageFiles
from storage.schema import issues, notices, pages
from storage.validators import prune_validators

# A crawl names its page in a transaction within seconds after saving its file; until then no row protects it.
IDLE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many page bodies were deleted, the bytes that this freed on the disk, and how many are kept."""

    pages: int
    bytes: int
    kept: int


def prune(
    c: Connection,
    pages_: PageFiles,
    now: datetime,
    keep: timedelta = timedelta(days=30),
    most_bytes: int = 5_000_000_000,
) -> Pruned:
    """Deletes the pages fetched before `now - keep`, then the oldest others until `most_bytes` are left on the disk.

    Those behind an open issue or a current revision stay, whatever their age and size.
    """
    prune_validators(c, now - keep)
    doomed = _choose(c, pages_, now - keep, most_bytes)
    for chunk in in_chunks(doomed):
        c.execute(delete(pages).where(pages.c.hash.in_(chunk)))
    freed = sum(_remove(pages_, hash_) for hash_ in [*doomed, *_find_orphans(c, pages_)])
    kept = c.execute(select(func.count(pages.c.hash.distinct()))).scalar_one()
    return Pruned(len(doomed), freed, kept)


def _choose(c: Connection, files: PageFiles, limit: datetime, most_bytes: int) -> list[str]:
    needed = select(issues.c.page).where(issues.c.page.is_not(None), issues.c.closed_at.is_(None))
    needed_ids = set(c.execute(needed.union(select(notices.c.page).where(notices.c.page.is_not(None)))).scalars())
    newest = select(pages.c.hash, func.max(pages.c.fetched_at).label("at")).group_by(pages.c.hash).order_by("at")
    rows = c.execute(newest).all()
    sizes = {row.hash: files.size(row.hash) for row in rows}
    total, doomed = sum(sizes.values()), []
    for row in rows:
        if row.hash in needed_ids or (row.at >= limit and total <= most_bytes):
            continue
        total -= sizes[row.hash]
        doomed.append(row.hash)
    return doomed


def _find_orphans(c: Connection, files: PageFiles) -> list[str]:
    """Files whose transaction never came."""
    idle = list(files.idle_since(IDLE_SECONDS))
    named: set[str] = set()
    for chunk in in_chunks(idle):
        named.update(c.execute(select(pages.c.hash).where(pages.c.hash.in_(chunk))).scalars())
    return [hash_ for hash_ in idle if hash_ not in named]


def _remove(files: PageFiles, hash_: str) -> int:
    size = files.size(hash_)
    files.remove(hash_)
    return size
