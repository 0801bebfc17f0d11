"""A part of the supervisor's work: done again and again in a thread of its own; one that fails waits, and is told."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from domain.errors import TenderwatchError
from domain.supervision import Part

LONGEST = timedelta(minutes=5)
log = structlog.get_logger()


@dataclass(slots=True)
class Job:
    """`work` every so often. Whatever it raises ends nothing: it is told, and tried again after a growing pause."""

    name: str
    work: Callable[[], object]
    every: timedelta = timedelta(seconds=5)
    failing: Part | None = None
    future: "Future[object] | None" = None
    _next_at: datetime | None = field(default=None)

    def turn(self, pool: ThreadPoolExecutor, now: datetime) -> None:
        """Begin the work where it is time and it is not under way."""
        if self.future is not None and self.future.done():
            self._settle(self.future.exception(), now)
            self.future = None
        if self.future is None and (self._next_at is None or now >= self._next_at):
            self.future = pool.submit(self.work)

    def _settle(self, error: BaseException | None, now: datetime) -> None:
        if error is None:
            if self.failing is not None:
                log.info("a part works again", part=self.name, failed_since=self.failing.since.isoformat())
            self.failing, self._next_at = None, now + self.every
            return
        tries = self.failing.tries + 1 if self.failing else 1
        self._next_at = now + min(self.every * 2 ** min(tries, 20), LONGEST)
        is_ours = isinstance(error, TenderwatchError)
        reason = str(error) if is_ours else f"{type(error).__name__}: {error}"
        self.failing = Part(self.name, reason, self.failing.since if self.failing else now, tries, self._next_at)
        next_try = self._next_at.isoformat(timespec="seconds")
        log.error(
            "a part failed", part=self.name, reason=reason, tries=tries, next_try=next_try,
            exc_info=None if is_ours else error,
        )  # fmt: skip
