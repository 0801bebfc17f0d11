"""The crawls that are due, the longest overdue first, each in a child process; never two of one source."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event

import structlog

from app.console import Installation, now
from app.crawls import crawl_one
from app.schedule import Phase, find_pause, find_standing
from domain.config import Settings
from domain.errors import SourceBusy
from domain.sources import Run, Source
from storage.engine import reading
from storage.hosts import Pause, find_pauses
from storage.sources import SourceState, find_source_states

MOST_ON_SQLITE = 2  # one writes at a time: a third would only wait for the lock
log = structlog.get_logger()


def find_due(place: Installation, moment: datetime) -> list[Source]:
    """The sources that are on and may be crawled now, the longest overdue first."""
    with reading(place.engine) as connection:
        states, pauses = find_source_states(connection), find_pauses(connection, moment)
    return to_due(place, states, pauses, moment, moment, {})


def to_due(
    place: Installation,
    states: Mapping[str, SourceState],
    pauses: Sequence[Pause],
    moment: datetime,
    since: datetime,
    endpoints: Mapping[str, str],
) -> list[Source]:
    """The same, from what was read; with `endpoints`, those sources and no others, on or not.

    A source that was never crawled counts as due since `since`.
    """
    due = []
    for source in place.sources.values():
        if source.id in endpoints if endpoints else source.enabled:
            pause = find_pause(source, pauses, endpoints.get(source.id))
            standing = find_standing(source, states.get(source.id), moment, pause)
            if standing.phase is Phase.DUE:
                due.append((standing.due_at or since, source.id, source))
    return [source for *_, source in sorted(due, key=lambda each: each[:2])]


def find_watched(place: Installation, crawled: Sequence[Source] = (), only: Collection[str] = ()) -> list[Source]:
    """The sources whose troubles the operators are told of: those that are on, or were crawled now; or `only` these."""
    if only:
        return [source for source in place.sources.values() if source.id in only]
    names = {source.id for source in crawled}
    return [source for source in place.sources.values() if source.enabled or source.id in names]


def most_at_once(settings: Settings) -> int:
    """How many crawls at a time: `crawls_at_once`, on SQLite two at most."""
    is_sqlite = settings.database.startswith("sqlite")
    return min(settings.crawls_at_once, MOST_ON_SQLITE) if is_sqlite else settings.crawls_at_once


@dataclass(slots=True)
class Crawling:
    """Begins crawls while there is room, and says how they ended. `since` is when the supervisor began."""

    place: Installation
    endpoints: Mapping[str, str]
    stop: Event
    since: datetime
    crawls: dict[str, "Future[Run]"] = field(default_factory=dict)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(32, "crawl"))

    def work(self) -> None:
        """Tell what has ended, and begin what is due."""
        self.collect()
        moment = now()
        self.place.look_again()
        with reading(self.place.engine) as connection:
            states, pauses = find_source_states(connection), find_pauses(connection, moment)
        for source in to_due(self.place, states, pauses, moment, self.since, self.endpoints):
            if self.stop.is_set() or len(self._find_busy(states, moment)) >= most_at_once(self.place.settings):
                return
            if source.id not in self.crawls:
                log.info("crawl begins", source=source.id)
                known = states.get(source.id)
                newest = known.last_run.id if known and known.last_run else 0
                self.crawls[source.id] = self._pool.submit(self._crawl, source, newest)

    def _find_busy(self, states: Mapping[str, SourceState], moment: datetime) -> set[str]:
        """Our crawls; on SQLite those of others too, who write into the same file."""
        if not self.place.settings.database.startswith("sqlite"):
            return set(self.crawls)
        leased = {each.source for each in states.values() if each.lease and each.lease.expires_at > moment}
        return leased | set(self.crawls)

    def _crawl(self, source: Source, newest: int) -> Run:
        endpoint = self.endpoints.get(source.id)
        return crawl_one(self.place, source, endpoint, (None, None), lambda _progress: None, self.stop, newest)

    def collect(self) -> None:
        """Tell how crawls of ours ended."""
        for name in [name for name, crawl in self.crawls.items() if crawl.done()]:
            crawl = self.crawls.pop(name)
            error = crawl.exception()
            if isinstance(error, SourceBusy):
                log.info("crawled by another", source=name, reason=str(error))
            elif error is not None and self.stop.is_set():
                log.info("crawl stopped before it began", source=name)
            elif error is not None:
                log.error("a crawl was lost", source=name, reason=str(error) or repr(error))
            else:
                _tell(crawl.result())


def _tell(run: Run) -> None:
    counts = {"pages": run.pages, "new": run.new, "changed": run.changed, "same": run.same, "left": run.steps_left}
    log.info("crawl ended", source=run.source, state=run.state.value, **counts, reason=run.reason)
