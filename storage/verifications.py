"""Which sources were ever read at their own portal, and when: the others are `never verified live`."""

from collections.abc import Iterable

from sqlalchemy import Connection, delete, insert, select

from domain.sources import Verification
from storage.schema import verifications


def save_verification(c: Connection, verified: Verification) -> None:
    """The source's newest verification, in place of an older one."""
    c.execute(delete(verifications).where(verifications.c.source == verified.source))
    row = {"source": verified.source, "at": verified.at, "version": verified.version}
    c.execute(insert(verifications), row)


def find_verifications(c: Connection) -> dict[str, Verification]:
    """The newest verification of every source that has one, by the source's id."""
    rows = c.execute(select(verifications).order_by(verifications.c.source))
    return {row.source: Verification(row.source, row.at, row.version) for row in rows}


def find_never_verified(c: Connection, sources: Iterable[str]) -> list[str]:
    """Those of these sources that were never read at their own portal, in order; for a digest's last lines."""
    known = find_verifications(c)
    return sorted(source for source in sources if source not in known)
