"""What became of a message, written to the ledger; what a person must look at becomes an issue."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Connection

from alerts.attempt import Result
from alerts.outcome import LONGEST_WAIT, MOST_AGE, MOST_TRIES, Fate, Outcome, to_wait
from domain.alerts import Delivery, DeliveryState, Pace
from domain.sources import Issue, IssueKind
from storage.deliveries import count_deliveries, save_dead, save_part, save_retry, save_sent, save_unknown
from storage.issues import close_issues, save_issues
from storage.throttles import pause

log = structlog.get_logger()

# From this try on (about 20 minutes) a person is told that a destination cannot be reached.
TOLD_AFTER = 3


def record(
    c: Connection, batch: Sequence[Delivery], result: Result, holder: str, now: datetime, paces: Sequence[Pace] = ()
) -> None:
    """Writes the outcome of one message to all its deliveries; `paces` are the buckets of its destination."""
    ids, outcome = [delivery.id for delivery in batch], result.outcome
    if outcome.retry_after and paces:
        pause(c, paces[0].key, now + outcome.retry_after)
    if outcome.fate is not Fate.SENT:
        _warn(batch, outcome)
    if result.fault:
        save_template_issue(c, batch[0].destination_id, result.fault, now)
    if outcome.fate in (Fate.SENT, Fate.UNKNOWN):
        _record_left(c, batch, result, holder, now)
    elif why := _find_end(batch, outcome, now):
        save_dead(c, ids, holder, why)
        _save_issue(c, batch, IssueKind.DEAD_LETTER, why, now)
    else:
        tries = _count_tries(batch)
        wait = outcome.retry_after if outcome.busy and outcome.retry_after else to_wait(tries, outcome.retry_after)
        save_retry(c, ids, holder, now + min(wait, LONGEST_WAIT), outcome.reason)
        if tries >= TOLD_AFTER:
            _save_issue(c, batch, IssueKind.NOT_REACHED, outcome.reason, now)


def _record_left(c: Connection, batch: Sequence[Delivery], result: Result, holder: str, now: datetime) -> None:
    """It has left our hands: wholly, or a part of it; whether it arrived, or may have."""
    ids, outcome, doubt = [delivery.id for delivery in batch], result.outcome, batch[0].doubt
    if outcome.fate is Fate.UNKNOWN:
        doubt = f"a part may not have arrived: {outcome.reason}"
    if not result.last:
        save_part(c, ids, holder, now, result.told, doubt)
    elif outcome.fate is Fate.UNKNOWN:
        save_unknown(c, ids, holder, outcome.reason)
    elif doubt:
        save_unknown(c, ids, holder, doubt)
    else:
        whole = batch[0].told == 0  # of one in parts nobody knows which part a later message is about
        save_sent(c, ids, holder, now, _with_fault(result), outcome.known_as if whole else None)
    if outcome.fate is Fate.SENT:
        _close_issues(c, batch[0].destination_id, now)


def _find_end(batch: Sequence[Delivery], outcome: Outcome, now: datetime) -> str | None:
    """Why it is not tried again."""
    if outcome.fate is Fate.PERMANENT:
        return outcome.reason
    tries = _count_tries(batch)
    if tries >= MOST_TRIES and not outcome.busy:
        return f"{outcome.reason} (given up after {tries} tries)"
    if now - min(delivery.due_at for delivery in batch) >= MOST_AGE:
        return f"{outcome.reason} (given up after {MOST_AGE.days} days)"
    return None


def _count_tries(batch: Sequence[Delivery]) -> int:
    return max(delivery.tries for delivery in batch)


def _warn(batch: Sequence[Delivery], outcome: Outcome) -> None:
    log.warning(
        "a message was not sent",
        destination=batch[0].destination_id,
        deliveries=[delivery.id for delivery in batch],
        fate=outcome.fate.value,
        tries=_count_tries(batch),
        reason=outcome.reason,
    )


def record_test(c: Connection, delivery: Delivery, result: Result, holder: str, now: datetime) -> None:
    """Writes the outcome of a test, which is not tried again: who asked for it sees how it went."""
    outcome = result.outcome
    if outcome.fate is Fate.SENT:
        save_sent(c, [delivery.id], holder, now, _with_fault(result))
    elif outcome.fate is Fate.UNKNOWN:
        save_unknown(c, [delivery.id], holder, _with_fault(result))
    else:
        save_dead(c, [delivery.id], holder, outcome.reason)


def _with_fault(result: Result) -> str:
    fault = f"with our own text, since its template fails, {result.fault}" if result.fault else ""
    return "; ".join(each for each in (result.outcome.reason, fault) if each)


def issue_source(destination_id: str) -> str:
    """The name under which issues of a destination are kept, beside those of sources."""
    return f"alerts/{destination_id}"


def save_template_issue(c: Connection, destination_id: str, fault: str, now: datetime) -> None:
    """The users' template of a destination could not be used, and our text was; open until it is changed."""
    mend = f"mend it with `tenderwatch alerts template set {destination_id} FILE`"
    reason = f"its own template, {fault}: our own text goes out instead; {mend}"
    log.warning("a template of the users' own could not be used", destination=destination_id, reason=fault)
    save_issues(c, None, [Issue(issue_source(destination_id), IssueKind.TEMPLATE, reason)], now)


def _save_issue(c: Connection, batch: Sequence[Delivery], kind: IssueKind, reason: str, now: datetime) -> None:
    source = issue_source(batch[0].destination_id)
    key = f"delivery {batch[0].id}" if kind is IssueKind.DEAD_LETTER else None
    more = f" ({len(batch)} alerts in one message)" if len(batch) > 1 else ""
    mend = "; mend it, then `tenderwatch alerts resend`" if kind is IssueKind.DEAD_LETTER else ""
    save_issues(c, None, [Issue(source, kind, f"{reason}{more}{mend}", key=key)], now)


def _close_issues(c: Connection, destination_id: str, now: datetime) -> None:
    close_issues(c, issue_source(destination_id), IssueKind.NOT_REACHED, now)
    if not count_deliveries(c, DeliveryState.DEAD, destination_id):
        close_issues(c, issue_source(destination_id), IssueKind.DEAD_LETTER, now)
