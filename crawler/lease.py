"""The lease of a source: how long a crawl holds it unrenewed, and how that of a killed crawl is waited for."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Engine

from domain.errors import SourceBusy
from domain.sources import Lease
from storage.engine import reading, writing
from storage.sources import find_source_states, take_lease

LEASE = timedelta(seconds=30)
RENEWAL = 8.0  # seconds; a stalled disk may eat three of them


def wait_for_lease(engine: Engine, source: str, clock: Callable[[], datetime], after: int | None = None) -> Lease:
    """The lease; that of a killed crawl once it expires. Raises SourceBusy where its holder is alive and renews it.

    Also where another run than `after` is the newest one: what was due has been done.
    """
    seen: datetime | None = None
    while True:
        try:
            with writing(engine) as c:
                return take_lease(c, source, clock(), LEASE, after)
        except SourceBusy:
            with reading(engine) as c:
                held = find_source_states(c)[source].lease
            expires_at = held.expires_at if held else clock()
            if expires_at != (seen or expires_at) or expires_at > clock() + LEASE:
                raise
            seen = expires_at
        time.sleep(0.5)
