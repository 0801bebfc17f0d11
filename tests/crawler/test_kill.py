"""The real process killed with -9 at ten moments, and run again: nothing is lost, and nothing is asked twice."""

import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.child import start_child
from domain.sources import RunState
from storage.engine import reading
from storage.runs import find_runs
from tests.crawler.portals import HTML_SOURCE, Answer, Place, Portal, a_detail, a_list, a_package, a_release, query

KILLS = 10
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
WINDOW = {"from": "from", "to": "to", "size": "6h", "overlap": "1h", "first": "5d", "halve_when_full": 8}
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


def killed_crawls(place: Place, portal: Portal, served: int, options: dict[str, Any]) -> None:
    """Ten crawls, each killed when it has had so many answers (a few more or less each time)."""
    for number in range(KILLS):
        asked = len(portal.log)
        process = start_child("xx_test", place.settings, endpoint=portal.url, **options)

        def kill(count: int, asked: int = asked, pid: int = process.pid, more: int = number % 3) -> None:
            if count - asked == served + more:
                os.kill(pid, signal.SIGKILL)

        portal.on_request = kill
        with process:
            assert process.stdin
            process.wait(60)
            process.stdin.close()
        assert process.returncode == -signal.SIGKILL
        release_after_death(place)
    portal.on_request = lambda count: None


def release_after_death(place: Place) -> None:
    """What `crawl_in_child` does for its own child; here nobody is left to do it, and the lease would first expire."""
    from storage.engine import writing
    from storage.sources import void_expired_leases

    with place.engine() as engine, writing(engine) as c:
        assert void_expired_leases(c, datetime.now(UTC) + timedelta(minutes=5)) == 1


def test_an_api_of_windows(place: Place) -> None:
    options = {"until": NOW, "since": None}
    place.write("xx_whole", listing={"window": WINDOW})
    place.write("xx_test", listing={"window": WINDOW}, expect={"notices": [1, 999], "filled": {}, "silence": "3d"})
    with Portal(an_api) as whole:
        assert place.crawl(whole, "xx_whole", until=NOW).state is RunState.OK
    with Portal(an_api) as portal:
        killed_crawls(place, portal, 2, options)
        last = place.crawl(portal, until=NOW)
    assert (last.state, last.steps_left) == (RunState.OK, 0)
    expect_the_same(place)
    # The step whose answer came last before a kill may not have been stored; the overlap (12:00 less 1 h, rounded down
    # to the grid: the last window) is asked by each run. Nothing else is asked again.
    asked = Counter(portal.log)
    repeated = {path: count - 1 for path, count in asked.items() if count > 1 and "from=2026-11-20T06" not in path}
    assert sum(repeated.values()) <= KILLS
    assert set(whole.log) <= set(asked)


def test_a_site_of_pages(place: Place) -> None:
    place.write("xx_whole", **HTML_SOURCE)
    place.write("xx_test", **HTML_SOURCE)
    with Portal(a_site) as whole:
        assert place.crawl(whole, "xx_whole").state is RunState.OK
    with Portal(a_site) as portal:
        killed_crawls(place, portal, 4, {})
        last = place.crawl(portal)
    assert (last.state, last.steps_left) == (RunState.OK, 0)
    expect_the_same(place)
    asked = Counter(portal.log)
    assert set(asked) == set(whole.log)
    assert sum(asked.values()) - len(asked) <= KILLS


def expect_the_same(place: Place) -> None:
    """Exactly the notices of the undisturbed run, with as many revisions where they came in the same order."""
    assert place.notices() == [{**notice, "source": "xx_test"} for notice in place.notices("xx_whole")]
    with place.engine() as engine, reading(engine) as c:
        states = [run.state for run in find_runs(c, "xx_test", limit=50)]
    assert states == [RunState.OK, *[RunState.FAILED] * KILLS]
