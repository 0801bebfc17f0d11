"""When a source is in trouble: what its last runs were, and whether it is crawled at all."""

from datetime import datetime, timedelta

from domain.sources import Run, RunState, Source

OVERDUE = "overdue"
WEIGHT: dict[str, int] = {
    OVERDUE: 1,
    RunState.PARTIAL: 1,
    RunState.SUSPICIOUS: 2,
    RunState.BLOCKED: 3,
    RunState.FAILED: 3,
}
"""Troubles by weight: a heavier one is told at once, a lighter one only with the daily reminder."""

TOLD_TO_STOP = "stopped before its end (told to stop)"
LATE = timedelta(hours=2)


def is_stopped_by_us(run: Run) -> bool:
    """The run was only interrupted by its operator (SIGTERM, Ctrl-C): it says nothing about the portal."""
    findings = run.facts.findings if run.facts else ()
    was_told = run.interrupted or (len(findings) > 0 and findings[0].reason == TOLD_TO_STOP)
    return run.state is RunState.PARTIAL and was_told


def is_overdue(source: Source, last: Run | None, now: datetime) -> bool:
    """No crawl has begun for three times the source's `every`, and at least two hours more than it."""
    if last is None or last.state is RunState.RUNNING:
        return False
    return now - last.started_at > max(3 * source.every, source.every + LATE)
