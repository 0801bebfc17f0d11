"""`tenderwatch work`: the loop of due work. Each job runs in a thread of its own, crawls in child processes.

Truth lies in the tables: each job asks the database what is due, so that a killed supervisor loses nothing, and two
of them on one database do no harm. The loop itself asks nothing of the database, so that nothing ends it but `stop`.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path
from threading import Event

import structlog

from alerts.holders import at_work
from alerts.operators import report_sources
from alerts.route import route
from alerts.send import send_due
from app.console import Installation, now
from app.jobs.crawling import Crawling, find_watched
from app.jobs.heart import EVERY, Heart
from app.jobs.job import Job
from app.jobs.profiles import import_profiles
from app.model import find_heads
from domain.errors import DatabaseLost
from domain.supervision import Part
from matching.run import match_stored
from matching.shelf import Shelf

TURN = 0.5  # seconds between two looks at the jobs
LAST = 9.0  # seconds from the word to stop until the process ends, whatever is under way
log = structlog.get_logger()


class Supervisor:
    """The loop of due work: crawls in child processes, the rest in threads of this one."""

    def __init__(self, place: Installation, endpoints: Mapping[str, str], stop: Event) -> None:
        self._place = place
        self._stop = stop
        self._told: dict[Path, str] = {}
        self._crawling = Crawling(place, endpoints, stop, now())
        shelf, heads = Shelf(), find_heads(place.settings)
        self._jobs = [
            Job("profiles", lambda: import_profiles(place, self._told)),
            Job("crawling", self._crawling.work, timedelta(seconds=2)),
            Job("matching", lambda: match_stored(place.engine, now(), stop=stop, shelf=shelf, heads=heads)),
            Job("operators", lambda: report_sources(place.engine, find_watched(place, only=endpoints), now())),
            Job("sending", self._send),
        ]

    def run_until_stopped(self) -> bool:
        """Work until `stop` is set; running crawls are asked to stop, and leave their steps for the next time.

        False where something did not end within `LAST` seconds: then the process must be left by force.
        """
        with at_work() as name:
            heart = Heart(self._place, name, now(), self._failing)
            jobs = [*self._jobs, Job("heartbeat", heart.beat, EVERY)]
            pool = ThreadPoolExecutor(len(jobs), "job")
            while not self._stop.is_set():
                for job in jobs:
                    job.turn(pool, now())
                self._stop.wait(TURN)
            return self._leave(heart, pool, jobs)

    def _send(self) -> None:
        routed = route(self._place.engine, now())
        sent = send_due(self._place.engine, self._place.settings, now, stop=self._stop)
        if routed.deliveries or sent.sent or sent.failed or sent.unknown:
            log.info("sent", queued=routed.deliveries, sent=sent.sent, failed=sent.failed, unknown=sent.unknown)

    def _failing(self) -> Sequence[Part]:
        return [job.failing for job in self._jobs if job.failing is not None]

    def _leave(self, heart: Heart, pool: ThreadPoolExecutor, jobs: Sequence[Job]) -> bool:
        deadline = time.monotonic() + LAST
        pool.shutdown(wait=False)
        under_way: list[Future[object]] = [job.future for job in jobs if job.future is not None]
        wait(under_way, max(0.0, deadline - time.monotonic()))  # the crawling job begins no further crawl
        crawls = list(self._crawling.crawls.values())
        wait(crawls, max(0.0, deadline - time.monotonic()))
        self._crawling.collect()
        left = sum(not each.done() for each in under_way) + sum(not each.done() for each in crawls)
        try:
            heart.end()
        except DatabaseLost as error:
            log.warning("the end could not be written", reason=str(error))
        log.info("stopped", under_way=left)
        return not left
