"""What is asked of a crawl, and what it tells while it is at work."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from crawler.addresses import Endpoint
from domain.sources import Lease


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a crawl is: pages and notices read; `expected` is the portal's own total, None where it tells none."""

    pages: int
    notices: int
    expected: int | None


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked of this crawl beside its source: a span of time, and a stand-in for the portal.

    `after` is the newest run that the supervisor knew when it found the source due: where another has begun since,
    there is nothing to do.
    """

    since: datetime | None = None
    until: datetime | None = None
    endpoint: Endpoint | None = None
    after: int | None = None
    on_progress: Callable[[Progress], None] = lambda progress: None
    on_start: Callable[[Lease], None] = lambda lease: None
    stop: threading.Event = field(default_factory=threading.Event)
