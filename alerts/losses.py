"""The operators are told of deliveries that were given up, or of which nobody knows whether they arrived."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from alerts.keys import new_message_id
from alerts.route import NO_OPERATORS, find_operators
from domain.alerts import Delivery, EventKind
from storage.deliveries import NewDelivery, save_deliveries
from storage.engine import writing
from storage.events import append_event, mark_routed
from storage.ledger import find_reported_since, find_unreported, mark_reported

# A destination whose service is down for a day is told of once an hour, however much was for it.
AGAIN = timedelta(hours=1)
REASONS = 5


def report_losses(engine: Engine, now: datetime, zone: str = "UTC") -> int:
    """Queues one message for each destination with losses that nobody was told of; how many deliveries that made.

    Each loss is told once, in the transaction that queues it. Operators are not told at the place that is itself lost,
    nor in their quiet hours; `zone` is that of channels which name none.
    """
    with writing(engine) as c:
        recent = find_reported_since(c, now - AGAIN)
        lost: dict[str, list[Delivery]] = {}
        for delivery in find_unreported(c):
            if delivery.destination_id not in recent:
                lost.setdefault(delivery.destination_id, []).append(delivery)
        return sum(_report(c, place, deliveries, now, zone) for place, deliveries in lost.items())


def _report(c: Connection, place: str, lost: Sequence[Delivery], now: datetime, zone: str) -> int:
    why = Counter((delivery.state.value, delivery.reason or "") for delivery in lost)
    payload = {
        "destination": place,
        "count": len(lost),
        "why": [[state, reason, count] for (state, reason), count in why.most_common(REASONS)],
        "deliveries": [delivery.id for delivery in lost[:100]],
    }
    operators = {each: due_at for each, due_at in find_operators(c, now, zone).items() if each != place}
    event_id = append_event(c, EventKind.NOT_DELIVERED, None, payload, now)
    note = f"to {', '.join(operators)}" if operators else NO_OPERATORS
    mark_routed(c, [event_id], now, note)
    mark_reported(c, [delivery.id for delivery in lost], now)
    rows = [NewDelivery(event_id, each, (), new_message_id(), due_at) for each, due_at in operators.items()]
    return save_deliveries(c, rows)
