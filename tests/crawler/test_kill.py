"""The real process killed with -9 at several moments, and run again: nothing is lost, and nothing is asked twice."""

import os
import signal
from collections.abc import Set
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from crawler.child import start_child
from domain.sources import RunState
from storage.engine import reading, writing
from storage.runs import find_runs
from storage.sources import void_expired_leases
from storage.steps import find_unfinished_steps
from tests.crawler.portals import Place, Portal
from tests.crawler.strategies import STRATEGIES, Strategy


@pytest.mark.parametrize("name", STRATEGIES)
def test_killed_at_several_moments(place: Place, name: str) -> None:
    """Whichever way the list is walked."""
    case = STRATEGIES[name]
    for each in ("xx_whole", "xx_test"):
        place.write(each, **case.source)
    with Portal(case.answer) as portal:
        assert place.crawl(portal, "xx_whole", until=case.until).state is RunState.OK
        whole = set(portal.log)
        portal.log.clear()
        done: Set[str] = set()
        for number in range(case.kills):
            before = len(portal.log)
            _crawl_and_kill(place, portal, case, case.served + number % 3)
            _expect_only_the_rest(portal.log[before:], done, case)
            done = set(portal.log) - _unfinished(place)
        before = len(portal.log)
        last = place.crawl(portal, until=case.until)
        _expect_only_the_rest(portal.log[before:], done, case)
        assert set(portal.log) == whole
    assert (last.state, last.steps_left) == (RunState.OK, 0)
    assert len(place.notices()) == case.most
    assert place.notices() == [{**notice, "source": "xx_test"} for notice in place.notices("xx_whole")]
    with place.engine() as engine, reading(engine) as c:
        states = [run.state for run in find_runs(c, "xx_test", limit=50)]
    assert states == [RunState.OK, *[RunState.FAILED] * case.kills]


def _crawl_and_kill(place: Place, portal: Portal, case: Strategy, served: int) -> None:
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


def _expect_only_the_rest(asked: list[str], done: Set[str], case: Strategy) -> None:
    """No step that had been done before is asked again, but for the overlap; and none twice in one run."""
    assert len(asked) == len(set(asked))
    again = {path for path in asked if path in done and (case.overlap is None or case.overlap not in path)}
    assert again == set()
