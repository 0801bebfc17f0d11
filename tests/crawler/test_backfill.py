"""A period of the past that a person asks for: resumed after kill -9, baseline, and beside the source's usual runs."""

import os
import signal
from datetime import UTC, datetime, timedelta

import pytest

from crawler.child import start_child
from domain.sources import RunState
from matching.run import match_stored
from storage.engine import reading, writing
from storage.events import find_baseline_causes, find_unrouted_events
from storage.runs import find_runs, is_first_run
from storage.schema import notices
from storage.sources import find_cursor, void_expired_leases
from storage.steps import find_unfinished_steps
from tests.crawler.portals import Answer, Place, Portal, a_package, a_release, query
from tests.factories import a_version

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SINCE, UNTIL = NOW - timedelta(days=30), NOW - timedelta(days=20)
WINDOW = {"from": "from", "to": "to", "size": "1d", "overlap": "1h", "first": "2d", "halve_when_full": 50}
# One every 10 hours, back over 40 days
RELEASES = [a_release(n, (NOW - timedelta(hours=10 * n + 1)).isoformat()) for n in range(96)]


def an_api(path: str) -> Answer:
    low, high = (datetime.fromisoformat(query(path)[name]).replace(tzinfo=UTC) for name in ("from", "to"))
    return Answer(a_package([each for each in RELEASES if low <= datetime.fromisoformat(each["date"]) < high]))


@pytest.fixture
def portal(place: Place) -> Portal:
    place.write(listing={"window": WINDOW})
    with Portal(an_api) as portal:
        yield portal


def cursor(place: Place) -> str | None:
    with place.engine() as engine, reading(engine) as c:
        return find_cursor(c, "xx_test")


def unfinished(place: Place) -> set[str]:
    with place.engine() as engine, reading(engine) as c:
        return {step.url.partition(".invalid")[2] for step in find_unfinished_steps(c, "xx_test")}


def baselines(place: Place) -> dict[str, bool]:
    with place.engine() as engine, reading(engine) as c:
        return dict(c.execute(notices.select().with_only_columns(notices.c.key, notices.c.baseline)).all())


def expected(low: datetime, high: datetime) -> set[str]:
    return {each["ocid"] for each in RELEASES if low <= datetime.fromisoformat(each["date"]) < high}


def killed_after(place: Place, portal: Portal, answers: int) -> None:
    asked = len(portal.log)
    process = start_child("xx_test", place.settings, endpoint=portal.url, since=SINCE, until=UNTIL)
    portal.on_request = lambda count: os.kill(process.pid, signal.SIGKILL) if count - asked == answers else None
    with process:
        assert process.stdin
        process.wait(60)
        process.stdin.close()
    portal.on_request = lambda count: None
    assert process.returncode == -signal.SIGKILL
    with place.engine() as engine, writing(engine) as c:
        assert void_expired_leases(c, datetime.now(UTC) + timedelta(minutes=5)) == 1


def test_a_killed_backfill_goes_on_where_it_was_and_ends_with_all(place: Place, portal: Portal) -> None:
    place.crawl(portal, until=NOW)
    mark = cursor(place)
    portal.log.clear()
    done: set[str] = set()
    for answers in (3, 2, 4):
        before = len(portal.log)
        killed_after(place, portal, answers)
        assert not done.intersection(portal.log[before:])
        done = {path for path in portal.log if path not in unfinished(place)}
    assert done
    before = len(portal.log)
    run = place.crawl(portal, since=SINCE, until=UNTIL)
    assert (run.state, run.steps_left, run.is_backfill) == (RunState.OK, 0, True)
    assert not done.intersection(portal.log[before:])
    found = baselines(place)
    assert expected(SINCE, UNTIL) <= found.keys()
    assert cursor(place) == mark


def test_a_backfill_that_a_usual_run_ends_is_still_baseline(place: Place, portal: Portal) -> None:
    place.crawl(portal, until=NOW)
    killed_after(place, portal, 3)
    run = place.crawl(portal, until=NOW + timedelta(hours=1))
    assert (run.state, run.baseline, run.steps_left) == (RunState.OK, False, 0)
    found = baselines(place)
    assert all(found[key] for key in expected(SINCE, UNTIL))


def test_nobody_is_flooded_and_the_summary_says_what_it_is_of(place: Place, portal: Portal) -> None:
    with place.engine() as engine, writing(engine) as c:
        a_version(c, threshold=0)
    place.crawl(portal, until=NOW)
    place.crawl(portal, since=SINCE, until=UNTIL)
    with place.engine() as engine:
        match_stored(engine, datetime.now(UTC))
        with writing(engine) as c:
            causes = {cause for cause, _ in find_baseline_causes(c)}
            assert find_unrouted_events(c, 100) == []
    assert causes == {"first run of xx_test", "backfill of xx_test"}


def test_a_backfill_before_the_first_run_is_no_first_run(place: Place, portal: Portal) -> None:
    run = place.crawl(portal, since=SINCE, until=UNTIL)
    assert (run.state, cursor(place)) == (RunState.OK, None)
    with place.engine() as engine, reading(engine) as c:
        assert is_first_run(c, "xx_test")
    first = place.crawl(portal, until=NOW)
    assert first.baseline
    assert (cursor(place) or "").startswith("2026-11-20T12:00")
    assert len(portal.log) < 20  # from its usual two days back, not from the backfill's end
    with place.engine() as engine, reading(engine) as c:
        assert [each.since for each in find_runs(c, "xx_test")] == [None, SINCE]


def test_since_reaches_over_the_mark_and_only_the_past_is_baseline(place: Place, portal: Portal) -> None:
    place.crawl(portal, until=NOW - timedelta(days=5))
    run = place.crawl(portal, since=SINCE, until=NOW)
    assert run.state is RunState.OK
    found = baselines(place)
    past = expected(SINCE, NOW - timedelta(days=7))
    assert all(found[key] for key in past)
    assert not any(found[key] for key in expected(NOW - timedelta(days=4), NOW))
    assert (cursor(place) or "").startswith("2026-11-20T12:00")
