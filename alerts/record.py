"""What became of a message, written to the ledger; what a person must look at becomes an issue."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from alerts.outcome import MOST_TRIES, Fate, Outcome, to_wait
from domain.alerts import Delivery, DeliveryState
from domain.sources import Issue, IssueKind
from storage.deliveries import count_deliveries, save_dead, save_retry, save_sent, save_unknown
from storage.issues import close_issues, save_issues

log = structlog.get_logger()

# From this try on (about 20 minutes) a person is told that a destination cannot be reached.
TOLD_AFTER = 3


def record(c: Connection, batch: Sequence[Delivery], outcome: Outcome, holder: str, now: datetime) -> None:
    """Writes the outcome of one message to all its deliveries."""
    ids = [delivery.id for delivery in batch]
    tries = max(delivery.tries for delivery in batch)
    if outcome.fate is Fate.SENT:
        save_sent(c, ids, holder, now, outcome.reason)
        _close_issues(c, batch[0].destination_id, now)
        return
    log.warning(
        "a message was not sent",
        destination=batch[0].destination_id,
        deliveries=ids,
        fate=outcome.fate.value,
        tries=tries,
        reason=outcome.reason,
    )
    if outcome.fate is Fate.UNKNOWN:
        save_unknown(c, ids, holder, outcome.reason)
    elif outcome.fate is Fate.PERMANENT or tries >= MOST_TRIES:
        given_up = (
            outcome.reason if outcome.fate is Fate.PERMANENT else f"{outcome.reason} (given up after {tries} tries)"
        )
        save_dead(c, ids, holder, given_up)
        _save_issue(c, batch, IssueKind.DEAD_LETTER, given_up, now)
    else:
        save_retry(c, ids, holder, now + to_wait(tries, outcome.retry_after), outcome.reason)
        if tries >= TOLD_AFTER:
            _save_issue(c, batch, IssueKind.NOT_REACHED, outcome.reason, now)


def record_test(c: Connection, delivery: Delivery, outcome: Outcome, holder: str, now: datetime) -> None:
    """Writes the outcome of a test, which is not tried again: who asked for it sees how it went."""
    if outcome.fate is Fate.SENT:
        save_sent(c, [delivery.id], holder, now, outcome.reason)
    elif outcome.fate is Fate.UNKNOWN:
        save_unknown(c, [delivery.id], holder, outcome.reason)
    else:
        save_dead(c, [delivery.id], holder, outcome.reason)


def issue_source(destination_id: str) -> str:
    """The name under which issues of a destination are kept, beside those of sources."""
    return f"alerts/{destination_id}"


def _save_issue(c: Connection, batch: Sequence[Delivery], kind: IssueKind, reason: str, now: datetime) -> None:
    source = issue_source(batch[0].destination_id)
    key = f"delivery {batch[0].id}" if kind is IssueKind.DEAD_LETTER else None
    more = f" ({len(batch)} alerts in one message)" if len(batch) > 1 else ""
    mend = "; mend it, then `tenderwatch alerts retry`" if kind is IssueKind.DEAD_LETTER else ""
    save_issues(c, None, [Issue(source, kind, f"{reason}{more}{mend}", key=key)], now)


def _close_issues(c: Connection, destination_id: str, now: datetime) -> None:
    close_issues(c, issue_source(destination_id), IssueKind.NOT_REACHED, now)
    if not count_deliveries(c, DeliveryState.DEAD, destination_id):
        close_issues(c, issue_source(destination_id), IssueKind.DEAD_LETTER, now)
