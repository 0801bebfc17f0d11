"""Issues: what a person must look at. An open one that is seen again only counts."""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Insert, func, select, text, update

from domain.sources import Issue, IssueKind, StepState
from storage.ids import in_chunks, upserting
from storage.schema import issues, steps
from storage.types import AnyRow


@dataclass(frozen=True, slots=True)
class StoredIssue:
    """An issue with its history: how often it was seen, and when it was closed (None: it is open)."""

    id: int
    issue: Issue
    run_id: int | None
    seen: int
    first_seen_at: datetime
    last_seen_at: datetime
    closed_at: datetime | None


def save_issues(c: Connection, run_id: int | None, issues_: Sequence[Issue], now: datetime) -> None:
    """Writes issues; one that is open with the same source, kind, element and key is counted instead."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for issue in issues_:
        row = rows.setdefault((issue.source, _identity(issue)), {**_to_row(issue, run_id, now), "seen": 0})
        row["seen"] += 1
    if rows:
        c.execute(_upsert(c.dialect.name), [rows[key] for key in sorted(rows)])


def find_issues(
    c: Connection, source: str | None = None, open_only: bool = True, limit: int = 100
) -> list[StoredIssue]:
    """Issues, last seen first."""
    query = select(issues).order_by(issues.c.last_seen_at.desc(), issues.c.id.desc()).limit(limit)
    if source is not None:
        query = query.where(issues.c.source == source)
    if open_only:
        query = query.where(issues.c.closed_at.is_(None))
    return [to_stored_issue(row) for row in c.execute(query)]


def close_issues(c: Connection, source: str, kind: IssueKind | None, now: datetime) -> int:
    """Closes the source's open issues of a kind (None: of all kinds); how many."""
    which = (issues.c.source == source) & issues.c.closed_at.is_(None)
    if kind is not None:
        which &= issues.c.kind == kind
    return c.execute(update(issues).where(which).values(closed_at=now)).rowcount


def close_mended(c: Connection, source: str, kinds: Collection[IssueKind], before: datetime, now: datetime) -> int:
    """Closes what a run that went well did not see again since `before`, but for pages that were given up; how many."""
    which = (issues.c.source == source) & issues.c.closed_at.is_(None) & (issues.c.last_seen_at < before)
    which &= issues.c.kind.in_(list(kinds)) & _is_not_given_up(source)
    return c.execute(update(issues).where(which).values(closed_at=now)).rowcount


def close_read(c: Connection, source: str, keys: Container[str], before: datetime, now: datetime) -> int:
    """Closes what was odd in notices of these keys and was not seen again since `before`; how many."""
    query = select(issues.c.id, issues.c.key).where(issues.c.source == source, issues.c.closed_at.is_(None))
    odd = query.where(issues.c.kind == IssueKind.UNREADABLE, issues.c.key.is_not(None), issues.c.last_seen_at < before)
    read = [row.id for row in c.execute(odd.where(_is_not_given_up(source))) if row.key in keys]
    for chunk in in_chunks(read):
        c.execute(update(issues).where(issues.c.id.in_(chunk)).values(closed_at=now))
    return len(read)


def count_open_issues(c: Connection) -> dict[str, Counter[IssueKind]]:
    """How many issues of each kind are open, by source."""
    query = select(issues.c.source, issues.c.kind, func.count()).where(issues.c.closed_at.is_(None))
    found: dict[str, Counter[IssueKind]] = {}
    for source, kind, count in c.execute(query.group_by(issues.c.source, issues.c.kind)):
        found.setdefault(source, Counter())[IssueKind(kind)] = count
    return found


def _is_not_given_up(source: str) -> ColumnElement[bool]:
    given_up = select(steps.c.url).where(steps.c.source == source, steps.c.state == StepState.DEAD)
    return func.coalesce(issues.c.url, "").not_in(given_up)


@lru_cache
def _upsert(dialect: str) -> Insert:
    statement = upserting(dialect, issues)
    new = statement.excluded
    counted: Insert = statement.on_conflict_do_update(
        index_elements=[issues.c.source, issues.c.identity],
        index_where=text("closed_at IS NULL"),
        set_={
            "seen": issues.c.seen + new.seen,
            "last_seen_at": new.last_seen_at,
            "reason": new.reason,
            "page": new.page,
            "url": new.url,
        },
    )
    return counted


def _identity(issue: Issue) -> str:
    return hashlib.sha256(json.dumps([issue.kind, issue.element, issue.key]).encode()).hexdigest()


def _to_row(issue: Issue, run_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "source": issue.source,
        "kind": issue.kind,
        "reason": issue.reason,
        "element": issue.element,
        "key": issue.key,
        "url": issue.url,
        "page": issue.page,
        "run_id": run_id,
        "identity": _identity(issue),
        "first_seen_at": now,
        "last_seen_at": now,
    }


def to_stored_issue(row: AnyRow) -> StoredIssue:
    """The issue of a row."""
    issue = Issue(row.source, IssueKind(row.kind), row.reason, row.element, row.key, row.url, row.page)
    return StoredIssue(row.id, issue, row.run_id, row.seen, row.first_seen_at, row.last_seen_at, row.closed_at)
