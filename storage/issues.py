"""Issues: what a person must look at. An open one that is seen again only counts."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from domain.sources import Issue, IssueKind
from storage.ids import in_chunks
from storage.schema import issues
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
    for chunk in in_chunks(issues_):
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for issue in chunk:
            row = rows.setdefault((issue.source, _identity(issue)), {**_to_row(issue, run_id, now), "seen": 0})
            row["seen"] += 1
        there = _find_open(c, list(rows))
        again = [_to_again(rows[key], now) for key in rows if key in there]
        new = [rows[key] for key in rows if key not in there]
        if again:
            c.execute(_SEEN_AGAIN, again)
        if new:
            c.execute(insert(issues), new)


def find_issues(
    c: Connection, source: str | None = None, open_only: bool = True, limit: int = 100
) -> list[StoredIssue]:
    """Issues, last seen first."""
    query = select(issues).order_by(issues.c.last_seen_at.desc(), issues.c.id.desc()).limit(limit)
    if source is not None:
        query = query.where(issues.c.source == source)
    if open_only:
        query = query.where(issues.c.closed_at.is_(None))
    return [_to_stored(row) for row in c.execute(query)]


def close_issues(c: Connection, source: str, kind: IssueKind | None, now: datetime) -> int:
    """Closes the source's open issues of a kind (None: of all kinds); how many."""
    which = (issues.c.source == source) & issues.c.closed_at.is_(None)
    if kind is not None:
        which &= issues.c.kind == kind
    return c.execute(update(issues).where(which).values(closed_at=now)).rowcount


_SEEN_AGAIN = (
    update(issues)
    .where(
        issues.c.source == bindparam("of_source"),
        issues.c.identity == bindparam("of_identity"),
        issues.c.closed_at.is_(None),
    )
    .values(
        seen=issues.c.seen + bindparam("more"),
        last_seen_at=bindparam("now"),
        reason=bindparam("of_reason"),
        page=bindparam("of_page"),
    )
)


def _find_open(c: Connection, keys: list[tuple[str, str]]) -> set[tuple[str, str]]:
    query = select(issues.c.source, issues.c.identity).where(
        issues.c.source.in_({source for source, _ in keys}),
        issues.c.identity.in_({identity for _, identity in keys}),
        issues.c.closed_at.is_(None),
    )
    return {(row.source, row.identity) for row in c.execute(query)}


def _identity(issue: Issue) -> str:
    return hashlib.sha256(json.dumps([issue.kind, issue.element, issue.key]).encode()).hexdigest()


def _to_again(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "of_source": row["source"],
        "of_identity": row["identity"],
        "more": row["seen"],
        "now": now,
        "of_reason": row["reason"],
        "of_page": row["page"],
    }


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


def _to_stored(row: AnyRow) -> StoredIssue:
    issue = Issue(row.source, IssueKind(row.kind), row.reason, row.element, row.key, row.url, row.page)
    return StoredIssue(row.id, issue, row.run_id, row.seen, row.first_seen_at, row.last_seen_at, row.closed_at)
