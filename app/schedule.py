"""When a source is to be crawled next, and why not now: a pure function of what the tables say.

Nothing is remembered elsewhere, so that a supervisor that was restarted knows every pause, and `status` shows the same.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from domain.sources import LOST, RunState, Source

if TYPE_CHECKING:
    from storage.hosts import Pause
    from storage.sources import SourceState

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
SPREAD = 0.1  # of a source's `every`: what jitter may add
MOST_SPREAD = timedelta(minutes=15)
LEAST_BLOCKED = timedelta(hours=6)  # a portal that said no is left alone longer than one that is down
MOST_BLOCKED = 3 * DAY


class Phase(StrEnum):
    """What a source does. paused: it waits longer than its `every`, because its last runs were lost."""

    RUNNING = "running"
    DUE = "due"
    WAITING = "waiting"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Standing:
    """A source at one moment: from when it may be crawled (None: it never was, so now), and why not before."""

    phase: Phase
    due_at: datetime | None
    why: str | None = None


def find_standing(source: Source, known: "SourceState | None", now: datetime, pause: "Pause | None" = None) -> Standing:
    """Whether the source is being crawled, due, waiting for its time, or paused after failures.

    `pause` is that of its host, where that wants to be left alone.
    """
    if known is not None and known.lease is not None and known.lease.expires_at > now:
        return Standing(Phase.RUNNING, None)
    own = _find_own(source, known, now)
    if pause is not None and pause.until > now and (own.due_at is None or pause.until > own.due_at):
        return Standing(Phase.PAUSED, pause.until, f"{pause.host} wants to be left alone: {pause.reason}")
    return own


def _find_own(source: Source, known: "SourceState | None", now: datetime) -> Standing:
    if known is None or known.last_run is None:
        return Standing(Phase.DUE, None, "never crawled yet")
    due_at, why = _find_time(source, known)
    if due_at <= now:
        return Standing(Phase.DUE, due_at, why)
    is_paused = known.streak.lost > 1 or _is_blocked(known)
    return Standing(Phase.PAUSED if is_paused else Phase.WAITING, due_at, why)


def find_pause(source: Source, pauses: Sequence["Pause"], endpoint: str | None = None) -> "Pause | None":
    """The pause of the host that is asked for this source, or of the one that stands in for it."""
    host = urlsplit(endpoint or source.endpoint).netloc
    return next((pause for pause in pauses if pause.host == host), None)


def jitter(source_id: str, every: timedelta) -> timedelta:
    """What is added to `every`, always the same for a source: those that began together drift apart."""
    share = int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:4]) / 2**32
    return min(every * SPREAD, MOST_SPREAD) * share


def to_pause(every: timedelta, lost: int, *, blocked: bool) -> timedelta:
    """How long after the last of so many lost runs in a row: `every`, twice, four times …, at most a day.

    After a refusal at least six hours, and at most three days. Never less than `every`.
    """
    factor: int = 2 ** min(lost - 1, 20)
    grown = every * factor
    if blocked:
        return max(every, min(max(grown, LEAST_BLOCKED * factor), MOST_BLOCKED))
    return max(every, min(grown, DAY))


def _find_time(source: Source, known: "SourceState") -> tuple[datetime, str | None]:
    last, lost, interrupted = known.last_ended, known.streak.lost, known.streak.interrupted
    ended_at = known.finished_at
    if known.last_run is not None and known.last_run.state is RunState.RUNNING:  # its process is gone
        ended_at = known.lease.expires_at if known.lease else known.last_run.started_at
        interrupted += 1
    assert ended_at is not None
    if interrupted and not lost:
        again = "once" if interrupted == 1 else f"{interrupted} times in a row"
        return ended_at + _pause_interrupted(source.every, interrupted), f"interrupted {again}; it goes on"
    assert last is not None
    if not lost:
        return last.started_at + source.every + jitter(source.id, source.every), None
    length = to_pause(source.every, lost, blocked=_is_blocked(known)) + jitter(source.id, source.every)
    times = "its last run was lost" if lost == 1 else f"its last {lost} runs were lost"
    reason = f": {last.reason}" if last.reason and last.state in LOST else ""
    return ended_at + length, f"{times}{reason}"


def _is_blocked(known: "SourceState") -> bool:
    return known.last_ended is not None and known.last_ended.state is RunState.BLOCKED


def _pause_interrupted(every: timedelta, times: int) -> timedelta:
    """A crawl that was stopped or killed goes on at once; one that takes its process with it again waits longer."""
    return timedelta() if times == 1 else min(MINUTE * 2 ** min(times - 2, 20), max(every, MINUTE))
