"""Why nobody needs to hear of an opportunity any more."""

from datetime import datetime

from alerts.timing import to_local
from domain.notices import Status
from storage.events import Unrouted


def find_obstacle(candidate: Unrouted, now: datetime, zone: str = "UTC") -> str | None:
    """Why not, in words, with times of `zone`; None where a bid may still be made."""
    if not candidate.qualified:
        return "it no longer matches"
    if candidate.status is Status.CANCELLED:
        return "it is cancelled"
    if candidate.closes_at is not None and candidate.closes_at <= now:
        return f"its deadline passed at {to_local(candidate.closes_at, zone)}"
    return None
