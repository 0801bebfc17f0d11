"""What became of one notice, from the list it stood in to the people who were told; and why there is nothing of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select

from domain.alerts import DeliveryState, Event, EventKind
from domain.sources import Run, Step, StepState
from storage.events import CAUSE, IN_SUMMARY, to_event
from storage.issues import StoredIssue, to_stored_issue
from storage.naming import SHORTEST, find_first, of_numbers, of_parameters, of_past_addresses
from storage.profiles import find_epoch
from storage.runs import to_run
from storage.schema import deliveries, events, issues, notices, opportunities, revisions, runs, steps
from storage.steps import to_step
from storage.stored import StoredNotice
from storage.unmatched import has_unsettled

UNREAD = (StepState.WAITING, StepState.FAILED, StepState.DEAD)
MOST_ISSUES = 200


@dataclass(frozen=True, slots=True)
class Birth:
    """When a notice was stored first, by which run, and the hash of the page that it was read from."""

    at: datetime
    run: Run
    page: str | None


@dataclass(frozen=True, slots=True)
class Trace:
    """A step of a crawl that was to read a notice, and the run that had it last."""

    step: Step
    run: Run


@dataclass(frozen=True, slots=True)
class Told:
    """One delivery of news of an opportunity. `at` is when it was sent, else when it is tried next.

    `by_name` is False where a summary only counted the opportunity.
    """

    destination: str
    state: DeliveryState
    at: datetime
    reason: str | None
    by_name: bool = True
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """An event of an opportunity, whether and to whom it was routed (`note`), and what became of that."""

    event: Event
    routed_at: datetime | None
    note: str | None
    told: tuple[Told, ...]


def find_by_names(
    c: Connection,
    keys: Sequence[str],
    addresses: Sequence[str],
    sources: Sequence[str] | None,
    without_query: Sequence[str] = (),
) -> list[StoredNotice]:
    """Stored notices of these addresses; else of these keys or identifiers, in any source or only in these; else of
    the addresses without their query; else of what an earlier release or revision of them, or a document, is named.
    """
    return find_first(c, _find_meanings(keys, addresses, sources, without_query))


def _find_meanings(
    keys: Sequence[str], addresses: Sequence[str], sources: Sequence[str] | None, without_query: Sequence[str]
) -> Iterator[ColumnElement[bool]]:
    if addresses:
        yield notices.c.url.in_(addresses)
    # An address names one thing, and its likeliest part stands first; a number may be one of several portals.
    for group in ([each] for each in keys) if addresses else [keys] if keys else ():
        by_key = or_(notices.c.key.in_(group), notices.c.identifier.in_(group))
        yield by_key if sources is None else and_(by_key, notices.c.source.in_(sources))
    if without_query:
        yield notices.c.url.in_(without_query)
    if without_query and addresses and sources:
        yield of_parameters(addresses[0], without_query, sources)
    if keys and sources != ():
        likeliest = sorted(keys, key=lambda key: len(key) < SHORTEST)[:1]
        yield from of_numbers(likeliest if addresses else keys, sources)
    if sources:
        yield from of_past_addresses([*addresses, *without_query], sources)


def find_birth(c: Connection, notice_id: int) -> Birth:
    """How the notice came."""
    query = select(revisions.c.made_at, revisions.c.page, runs).join(runs, runs.c.id == revisions.c.run_id)
    row = c.execute(query.where(revisions.c.notice_id == notice_id).order_by(revisions.c.number).limit(1)).one()
    first = select(notices.c.first_seen_at).where(notices.c.id == notice_id)
    return Birth(c.execute(first).scalar_one(), to_run(row), row.page)


def find_traces(
    c: Connection, keys: Sequence[str], addresses: Sequence[str], sources: Sequence[str] | None
) -> list[Trace]:
    """Steps that were to read a notice of these names and have not, newest first."""
    own = or_(steps.c.key.in_(keys), steps.c.url.in_(addresses))
    query = _within(select(steps.c.id).where(own, steps.c.state.in_(UNREAD)), steps.c.source, sources)
    return [_to_trace(c, number) for number in c.execute(query.order_by(steps.c.id.desc()).limit(20)).scalars()]


def find_unread(c: Connection, source: str) -> list[Trace]:
    """All steps of a source that were not read, or were given up, oldest first."""
    query = select(steps.c.id).where(steps.c.source == source, steps.c.state.in_(UNREAD)).order_by(steps.c.id)
    return [_to_trace(c, number) for number in c.execute(query.limit(1000)).scalars()]


def find_told_issues(
    c: Connection, keys: Sequence[str], addresses: Sequence[str], sources: Sequence[str] | None
) -> list[StoredIssue]:
    """Issues, open or closed, that name this notice, last seen first."""
    own = or_(issues.c.key.in_(keys), issues.c.url.in_(addresses))
    query = _within(select(issues).where(own), issues.c.source, sources)
    return [to_stored_issue(row) for row in c.execute(query.order_by(issues.c.last_seen_at.desc()).limit(20))]


def find_issues_with_pages(c: Connection, sources: Sequence[str] | None) -> list[StoredIssue]:
    """Open issues whose page was kept, last seen first: a notice that could not be read may stand on it."""
    query = select(issues).where(issues.c.page.is_not(None), issues.c.closed_at.is_(None))
    query = _within(query, issues.c.source, sources).order_by(issues.c.last_seen_at.desc())
    return [to_stored_issue(row) for row in c.execute(query.limit(MOST_ISSUES))]


def is_matched(c: Connection, notice_id: int) -> bool:
    """The notice was matched as it stands, with the profiles as they are."""
    query = select(notices.c.matched_epoch).where(notices.c.id == notice_id)
    matched: int = c.execute(query).scalar_one()
    return matched > 0 and (matched >= find_epoch(c) or not has_unsettled(c))


def find_news(c: Connection, procedure_id: int, profile: str) -> list[News]:
    """What people were to be told of this procedure for this profile, oldest first."""
    own = (opportunities.c.procedure_id == procedure_id) & (opportunities.c.profile_id == profile)
    live = select(opportunities.c.id).where(own, opportunities.c.merged_into.is_(None))
    either = or_(opportunities.c.id.in_(live), opportunities.c.merged_into.in_(live))
    return find_news_of(c, list(c.execute(select(opportunities.c.id).where(either)).scalars()))


def find_news_of(c: Connection, opportunity_ids: Sequence[int]) -> list[News]:
    """What people were to be told of these opportunities, oldest first."""
    query = select(events).where(events.c.opportunity_id.in_(opportunity_ids))
    found = []
    for row in c.execute(query.order_by(events.c.id)).all():
        event = to_event(row)
        summed = "baseline" in event.payload
        told = _find_summaries(c, event, row.routed_at, row.note or "") if summed else _find_told(c, event)
        found.append(News(event, row.routed_at, row.note, tuple(told)))
    return found


def _find_told(c: Connection, event: Event) -> list[Told]:
    rows = c.execute(select(deliveries).where(deliveries.c.event_id == event.id).order_by(deliveries.c.id))
    return [_to_told(row) for row in rows]


def _find_summaries(c: Connection, event: Event, routed_at: datetime | None, note: str) -> list[Told]:
    """The summaries that its event was routed into: of its cause and that moment, to those whom its note names."""
    places = note.removeprefix(IN_SUMMARY).split(", ") if note.startswith(IN_SUMMARY) else []
    query = (
        select(deliveries, events.c.payload)
        .join(events, events.c.id == deliveries.c.event_id)
        .where(events.c.kind == EventKind.BASELINE, event.payload["baseline"] == CAUSE)
        .where(events.c.routed_at == routed_at, deliveries.c.destination_id.in_(places))
    )
    return [
        _to_told(row, by_name=event.opportunity_id in row.payload["opportunities"])
        for row in c.execute(query.order_by(deliveries.c.id))
    ]


def _to_told(row: Row[Any], *, by_name: bool = True) -> Told:
    at = row.sent_at or row.next_try_at
    return Told(row.destination_id, DeliveryState(row.state), at, row.reason, by_name, tuple(row.rules))


def _to_trace(c: Connection, step_id: int) -> Trace:
    row = c.execute(select(steps).where(steps.c.id == step_id)).one()
    return Trace(to_step(row), to_run(c.execute(select(runs).where(runs.c.id == row.run_id)).one()))


def _within(query: Select[Any], column: ColumnElement[str], sources: Sequence[str] | None) -> Select[Any]:
    return query if sources is None else query.where(column.in_(sources))
