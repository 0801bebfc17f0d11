"""Which sources were not checked, or are not well: what a digest ends with."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.sources import Source
from storage.digests import find_checks
from storage.health import find_told

LEAST = timedelta(hours=24)
NOT_CHECKED = "not checked"


def find_bad(c: Connection, sources: Sequence[Source], now: datetime) -> list[list[str | None]]:
    """[source, what is wrong, since when (ISO 8601, None: never)], by source.

    Not checked: nothing was read well within a day, or twice as long as the source's `every` where that is longer.
    """
    told = find_told(c)
    bad: list[list[str | None]] = []
    checks = {check.source: check.good_at for check in find_checks(c, [source.id for source in sources])}
    for source in sorted(sources, key=lambda each: each.id):
        known, good_at = told.get(source.id), checks[source.id]
        if known is not None and known.trouble is not None:
            bad.append([source.id, str(known.trouble), known.since.isoformat() if known.since else None])
        elif good_at is None or now - good_at > max(LEAST, 2 * source.every):
            bad.append([source.id, NOT_CHECKED, good_at.isoformat() if good_at else None])
    return bad
