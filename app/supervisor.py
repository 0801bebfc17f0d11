"""All that is due, once or for ever: profiles, crawls, matching, routing, sending.

Truth lies in the tables: each part asks the database what is due, so that a killed supervisor loses nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Event

import structlog

from alerts.operators import report_sources
from alerts.route import route
from alerts.send import Sent, send_due
from app.commands.profiles import save
from app.console import DONE, FAILED, PARTIAL, Installation, now, tell
from app.crawls import crawl_all, crawl_one
from domain.errors import BadProfile, TenderwatchError
from domain.sources import Run, RunState, Source
from matching.profiles import read_profile
from matching.run import match_stored
from storage.engine import reading
from storage.profiles import find_profile
from storage.sources import find_source_states

log = structlog.get_logger()
LOST = (RunState.FAILED, RunState.BLOCKED)
PROFILE_ENDINGS = (".yml", ".yaml")


def run_once(place: Installation, chosen: Sequence[Source], endpoints: Mapping[str, str]) -> int:
    """Everything that is due (or only the chosen sources), once; the exit code."""
    bad_profiles = import_profiles(place)
    sources = list(chosen) or find_due(place, now())
    runs = crawl_all(place, sources, endpoints=endpoints) if sources else []
    matched = match_stored(place.engine, now())
    report_sources(place.engine, find_watched(place, sources), now())
    routed = route(place.engine, now())
    sent = send_due(place.engine, place.settings, now)
    tell(f"{sum(run.new for run in runs):,} new and {sum(run.changed for run in runs):,} changed notices")
    tell(f"{matched.notices:,} notices matched, {matched.qualified:,} new opportunities")
    tell(
        f"{routed.deliveries:,} deliveries queued, {sent.sent:,} sent, {sent.failed:,} failed, {sent.unknown:,} unknown"
    )
    for run in runs:
        if run.state is not RunState.OK:
            tell(f"{run.source}: {run.state.value}: {run.reason}; see `tenderwatch sources show {run.source}`")
    return exit_code(runs, sent, bad_profiles)


def exit_code(runs: Sequence[Run], sent: Sent, bad_profiles: int = 0) -> int:
    """0 when all was done, 1 when every crawl was lost, 3 when a part could not be done."""
    if runs and all(run.state in LOST for run in runs):
        return FAILED
    whole = all(run.state is RunState.OK for run in runs) and not (sent.failed or sent.unknown or bad_profiles)
    return DONE if whole else PARTIAL


def find_due(place: Installation, moment: datetime, only: Collection[str] = ()) -> list[Source]:
    """The sources that are on (or `only` these, on or not) and whose `every` has passed since their last run began."""
    with reading(place.engine) as connection:
        states = find_source_states(connection)
    due = []
    for source in place.sources.values():
        known = states.get(source.id)
        last = known.last_run if known else None
        wanted = source.id in only if only else source.enabled
        if wanted and (last is None or moment - last.started_at >= source.every):
            due.append(source)
    return due


def find_watched(place: Installation, crawled: Sequence[Source] = (), only: Collection[str] = ()) -> list[Source]:
    """The sources whose troubles the operators are told of: those that are on, or were crawled now; or `only` these."""
    if only:
        return [source for source in place.sources.values() if source.id in only]
    names = {source.id for source in crawled}
    return [source for source in place.sources.values() if source.enabled or source.id in names]


def import_profiles(place: Installation) -> int:
    """Save the files of `profiles_dir` that changed; how many could not be read.

    Only where the newest version came from that same file: the database owns profiles, and an edit made elsewhere
    is not overwritten but told.
    """
    folder = place.settings.profiles_dir
    bad = 0
    for file in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
        if file.suffix in PROFILE_ENDINGS:
            try:
                _import_profile(place, file)
            except BadProfile as error:
                bad += 1
                tell(str(error))
    return bad


def _import_profile(place: Installation, file: Path) -> None:
    profile = read_profile(file)
    with reading(place.engine) as connection:
        head = find_profile(connection, profile.id)
    if head and head.origin != str(file.resolve()):
        tell(
            f"{file}: left alone, because version {head.version} of {profile.id} was saved by {head.author} from "
            f"elsewhere; `tenderwatch profiles import {file}` saves the file over it"
        )
        return
    save(place.engine, file, profile, "run", "the file changed" if head else "first import")


class Supervisor:
    """The loop of due work: crawls in child processes, the rest in this one."""

    def __init__(self, place: Installation, endpoints: Mapping[str, str], stop: Event, pause: float = 5) -> None:
        self._place = place
        self._endpoints = endpoints
        self._stop = stop
        self._pause = pause
        self._crawls: dict[str, Future[Run]] = {}

    def run_until_stopped(self) -> None:
        """Work until `stop` is set; running crawls are asked to stop, and leave their steps for the next time."""
        with ThreadPoolExecutor(self._place.settings.crawls_at_once) as pool:
            while not self._stop.is_set():
                self.do_what_is_due(pool)
                self._stop.wait(self._pause)
        log.info("stopped")

    def do_what_is_due(self, pool: ThreadPoolExecutor) -> None:
        """One turn; what one part cannot do is logged, and asked of the database again in the next turn."""
        self._collect()
        try:
            import_profiles(self._place)
            for source in find_due(self._place, now(), self._endpoints):
                if source.id not in self._crawls and len(self._crawls) < self._place.settings.crawls_at_once:
                    self._crawls[source.id] = pool.submit(self._crawl, source)
            match_stored(self._place.engine, now())
            report_sources(self._place.engine, find_watched(self._place, only=self._endpoints), now())
            route(self._place.engine, now())
            send_due(self._place.engine, self._place.settings, now, stop=self._stop)
        except TenderwatchError as error:
            log.error("a turn failed", reason=str(error))

    def _crawl(self, source: Source) -> Run:
        endpoint = self._endpoints.get(source.id)
        return crawl_one(self._place, source, endpoint, (None, None), lambda _progress: None, self._stop)

    def _collect(self) -> None:
        for name in [name for name, crawl in self._crawls.items() if crawl.done()]:
            crawl = self._crawls.pop(name)
            if error := crawl.exception():
                log.error("a crawl was lost", source=name, reason=repr(error))
            else:
                run = crawl.result()
                log.info("crawled", source=name, state=run.state.value, new=run.new, changed=run.changed)
