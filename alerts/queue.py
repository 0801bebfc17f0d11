"""All that makes deliveries: routing, digests, and following up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from alerts.digest import make_digests
from alerts.follow import follow_up
from alerts.route import Routed, route
from domain.sources import Source


def queue_due(engine: Engine, sources: Sequence[Source], now: datetime, zone: str) -> Routed:
    """Routes what happened, makes the digests that are due, reminds and escalates; what of it made deliveries.

    `sources` are those that are on: digests say which of them were not checked. `zone` (IANA) is that of channels that
    name none.
    """
    routed = route(engine, now, zone)
    followed = follow_up(engine, now, zone)
    made = make_digests(engine, sources, now, zone)
    return Routed(routed.events, routed.deliveries + followed + made)
