"""Why nobody needs to hear of an opportunity any more."""

from datetime import datetime

from domain.notices import Status
from storage.events import Unrouted


def find_obstacle(candidate: Unrouted, now: datetime) -> str | None:
    """Why not, in words; None where a bid may still be made."""
    if not candidate.qualified:
        return "it no longer matches"
    if candidate.status is Status.CANCELLED:
        return "it is cancelled"
    if candidate.closes_at is not None and candidate.closes_at <= now:
        return f"its deadline passed at {candidate.closes_at:%Y-%m-%d %H:%M} UTC"
    return None
