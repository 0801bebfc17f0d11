"""The real process killed with -9 at ten moments, and run again: nothing is lost, and nothing is asked twice."""

import os
import shutil
import signal
from collections.abc import Callable, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.child import start_child
from domain.config import Settings
from domain.sources import RunState
from storage.engine import reading, writing
from storage.runs import find_runs
from storage.sources import void_expired_leases
from storage.steps import find_unfinished_steps
from tests.crawler.portals import HTML_SOURCE, Answer, Place, Portal, a_detail, a_list, a_package, a_release, query

KILLS = 10
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = {"from": "from", "to": "to", "size": "6h", "overlap": "1h", "first": "5d", "halve_when_full": 8}
OVERLAP = "from=2026-11-20T06:00:00"  # 11:00, rounded down to the grid, and the halves that begin there
RELEASES = [a_release(n, (NOW - timedelta(days=4) + timedelta(minutes=47 * n)).isoformat()) for n in range(100)]
# Later releases of the same processes: they must be merged whichever run reads them.
RELEASES += [
    a_release(n, (NOW - timedelta(hours=10) + timedelta(minutes=n)).isoformat(), title=f"Supply of {n} valves")
    for n in range(0, 30, 5)
]
NUMBERS = list(range(1, 56))


def an_api(path: str) -> Answer:
    low, high = (datetime.fromisoformat(query(path)[name]).replace(tzinfo=UTC) for name in ("from", "to"))
    found = [each for each in RELEASES if low <= datetime.fromisoformat(each["date"]) < high]
    return Answer(a_package(found[:8]))


def a_site(path: str) -> Answer:
    if path.startswith("/list"):
        page = int(query(path)["page"])
        return Answer(a_list(NUMBERS[(page - 1) * 10 : page * 10], len(NUMBERS)))
    return Answer(a_detail(int(path.rpartition("/")[2])))


@dataclass
class Case:
    """A portal, and after how many answers each crawl of it is killed (a few more or less each time)."""

    answer: Callable[[str], Answer]
    source: dict[str, Any]
    until: datetime | None
    served: int


CASES = (
    Case(an_api, {"listing": {"window": WINDOW}}, NOW, 2),
    Case(a_site, HTML_SOURCE, None, 4),
)


def test_killed_at_ten_moments_each(tmp_path: Path, place: Place) -> None:
    """An API of windows and a site of pages, side by side."""
    places = []
    for number in range(len(CASES)):
        folder = tmp_path / str(number)
        (folder / "sources").mkdir(parents=True)
        shutil.copyfile(place.settings.data_dir / "tenderwatch.db", folder / "tenderwatch.db")
        places.append(Place(Settings(data_dir=folder, sources_dir=folder / "sources")))
    with ThreadPoolExecutor(len(CASES)) as pool:
        list(pool.map(_check, CASES, places))


def _check(case: Case, place: Place) -> None:
    for name in ("xx_whole", "xx_test"):
        place.write(name, **case.source)
    with Portal(case.answer) as portal:
        assert place.crawl(portal, "xx_whole", until=case.until).state is RunState.OK
        whole = set(portal.log)
        portal.log.clear()
        done: Set[str] = set()
        for number in range(KILLS):
            before = len(portal.log)
            _crawl_and_kill(place, portal, case, case.served + number % 3)
            _expect_only_the_rest(portal.log[before:], done)
            done = set(portal.log) - _unfinished(place)
        before = len(portal.log)
        last = place.crawl(portal, until=case.until)
        _expect_only_the_rest(portal.log[before:], done)
        assert set(portal.log) == whole
    assert (last.state, last.steps_left) == (RunState.OK, 0)
    assert place.notices() == [{**notice, "source": "xx_test"} for notice in place.notices("xx_whole")]
    with place.engine() as engine, reading(engine) as c:
        states = [run.state for run in find_runs(c, "xx_test", limit=50)]
    assert states == [RunState.OK, *[RunState.FAILED] * KILLS]


def _crawl_and_kill(place: Place, portal: Portal, case: Case, served: int) -> None:
    asked = len(portal.log)
    process = start_child("xx_test", place.settings, endpoint=portal.url, until=case.until)

    def kill(count: int) -> None:
        if count - asked == served:
            os.kill(process.pid, signal.SIGKILL)

    portal.on_request = kill
    with process:
        assert process.stdin
        process.wait(60)
        process.stdin.close()
    portal.on_request = lambda count: None
    assert process.returncode == -signal.SIGKILL
    # As if the lease had expired: `crawl_in_child` ends the run of its own child, here nobody is left to do it.
    with place.engine() as engine, writing(engine) as c:
        assert void_expired_leases(c, datetime.now(UTC) + timedelta(minutes=5)) == 1


def _unfinished(place: Place) -> Set[str]:
    with place.engine() as engine, reading(engine) as c:
        steps = [urlsplit(step.url) for step in find_unfinished_steps(c, "xx_test")]
    return {f"{url.path}?{url.query}" if url.query else url.path for url in steps}


def _expect_only_the_rest(asked: list[str], done: Set[str]) -> None:
    """No step that had been done before is asked again, but for the overlap; and none twice in one run."""
    assert len(asked) == len(set(asked))
    assert {path for path in asked if path in done and OVERLAP not in path} == set()
