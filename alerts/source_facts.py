"""What an event about a source carries: plain JSON, as it was when it happened."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from domain.health import Facts, Usual, find_usual, find_usual_share, group_of
from domain.sources import Run, Source
from domain.trouble import OVERDUE
from storage.health import Told, count_runs_since, find_history, find_last_ok
from storage.held import count_held
from storage.runs import find_runs
from storage.verifications import find_never_verified

Payload = dict[str, Any]


def trouble_facts(c: Connection, source: Source, run: Run, since: datetime, now: datetime) -> Payload:
    """A run that was not well: what was expected, usual and seen, and since when notices may be missing."""
    history = find_history(c, source.id, run.started_at, but=run.id)
    usual = find_usual(run.facts, history, ZoneInfo(source.zone)) if run.facts else None
    findings = [[each.kind, each.reason, each.page, each.url] for each in run.facts.findings] if run.facts else []
    return {
        **_of_source(c, source, since, now),
        "state": run.state.value,
        "run": run.id,
        "ended": _print(run.finished_at),
        "findings": findings or [["not reached", run.reason or "no reason was written", None, None]],
        "measures": [_notices(source, run, usual), *_fields(source, run.facts, history)] if run.facts else [],
        "pages": run.pages,
        "left": run.steps_left,
    }


def overdue_facts(c: Connection, source: Source, since: datetime, now: datetime) -> Payload:
    """A source that no crawl has begun of for far longer than its `every`."""
    last = next(iter(find_runs(c, source.id, limit=1)), None)
    hours = (now - last.started_at).total_seconds() / 3600 if last else 0
    every = source.every.total_seconds() / 3600
    began = f"{last.started_at:%Y-%m-%d %H:%M} UTC" if last else "never"
    reason = f"the last crawl began {hours:.0f} hours ago ({began}), where one is due every {every:g} hours"
    return {
        **_of_source(c, source, since, now),
        "state": OVERDUE,
        "findings": [[OVERDUE, reason, None, None]],
        "measures": [],
    }


def mended_facts(c: Connection, source: Source, run: Run, told: Told) -> Payload:
    """The first good run after a trouble."""
    assert run.finished_at is not None
    found = run.facts.found if run.facts else run.new + run.changed + run.same
    return {
        **_of_source(c, source, told.since or run.started_at, run.finished_at, before=run.id),
        "state": "ok",
        "was": told.trouble,
        "ended": _print(run.finished_at),
        "new": run.new,
        "changed": run.changed,
        "found": found,
    }


def _of_source(c: Connection, source: Source, since: datetime, now: datetime, before: int | None = None) -> Payload:
    good = find_last_ok(c, source.id, before)
    last = next(iter(find_runs(c, source.id, limit=1)), None)
    due = last.started_at + source.every if last else now
    return {
        "source": source.id,
        "title": source.title,
        "site": source.url,
        "file": source.file,
        "since": _print(since),
        "told": _print(now),
        "last_good": _print(good.started_at) if good else None,
        "next_due": _print(due) if due > now else None,
        "runs": count_runs_since(c, source.id, since),
        "held": count_held(c, source.id),
        "never_live": bool(find_never_verified(c, [source.id])),
    }


def _notices(source: Source, run: Run, usual: Usual | None) -> list[str]:
    """What, expected, usual, seen."""
    least, most = source.expect.notices
    common = f"{usual.notices:g} {usual.which}".strip() if usual else ""
    assert run.facts is not None
    return ["notices", f"{least:,} to {most:,}", common, f"{run.facts.found:,}"]


def _fields(source: Source, facts: Facts | None, history: list[Facts]) -> list[list[str]]:
    """The fields of which less is filled than is expected or usual, or that are expected at all."""
    rows = []
    for name in facts.filled.get("all", {}) if facts else ():
        group = group_of(name)
        assert facts is not None
        read, filled = facts.read.get(group, 0), facts.filled.get(group, {}).get(name, 0)
        expected, usual = source.expect.filled.get(name), find_usual_share(name, history)
        of_all = facts.filled["all"].get(name, 0) / facts.read["all"] if facts.read.get("all") else None
        thin = expected is not None and of_all is not None and of_all < expected
        lost = read and usual is not None and filled / read < usual.share - 0.1
        if thin or lost:
            share = filled / read if lost and not thin and read else of_all
            rows.append([name, _percent(expected), _percent(usual.share if usual else None), _percent(share)])
    return rows


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _print(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
