"""When a source is crawled next: never early, later after failures, at once after an interruption."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine

from app.jobs.crawling import most_at_once, to_due
from app.schedule import DAY, Phase, Standing, find_pause, find_standing, jitter, to_pause
from domain.config import Settings
from domain.sources import RunState
from storage.engine import writing
from storage.hosts import Pause
from storage.runs import finish_run
from storage.sources import find_source_states, release_lease, take_lease
from tests.factories import NOW, a_source

HOUR = timedelta(hours=1)
SOURCE = a_source(every=HOUR)
LATER = jitter(SOURCE.id, HOUR)
LENGTH = timedelta(minutes=10)  # of each crawl


def crawled(
    engine: Engine, *states: RunState, begun: datetime = NOW, every: timedelta = HOUR, interrupted: bool = False
) -> datetime:
    """Runs of ten minutes, one after the other; when the last of them ended."""
    for number, state in enumerate(states):
        at = begun + number * every
        with writing(engine) as c:
            lease = take_lease(c, SOURCE.id, at, timedelta(seconds=30))
            finish_run(c, lease.run_id, state, at + LENGTH, f"because {number}", interrupted=interrupted)
            release_lease(c, lease)
    return begun + (len(states) - 1) * every + LENGTH


def standing(engine: Engine, now: datetime) -> Standing:
    with writing(engine) as c:
        return find_standing(SOURCE, find_source_states(c).get(SOURCE.id), now)


def test_jitter_is_a_sources_own_small_and_never_negative() -> None:
    names = [f"xx_{n}" for n in range(200)]
    for every in (timedelta(minutes=1), HOUR, 30 * DAY):
        added = [jitter(name, every) for name in names]
        assert added == [jitter(name, every) for name in names]
        assert all(timedelta() <= each <= min(every / 10, timedelta(minutes=15)) for each in added)
        assert len(set(added)) > 190


def test_a_source_that_was_never_crawled_is_due(engine: Engine) -> None:
    assert standing(engine, NOW) == Standing(Phase.DUE, None, "never crawled yet")


def test_a_source_is_never_crawled_early(engine: Engine) -> None:
    crawled(engine, RunState.OK)
    due_at = NOW + HOUR + LATER
    assert standing(engine, due_at - timedelta(seconds=1)) == Standing(Phase.WAITING, due_at)
    assert standing(engine, due_at) == Standing(Phase.DUE, due_at)


@pytest.mark.parametrize("state", [RunState.PARTIAL, RunState.SUSPICIOUS])
def test_a_portal_that_answered_is_not_paused(engine: Engine, state: RunState) -> None:
    crawled(engine, RunState.FAILED, RunState.FAILED, state)
    assert standing(engine, NOW + 3 * HOUR).due_at == NOW + 3 * HOUR + LATER


def test_the_pause_grows_with_each_lost_run_and_ends_with_one_that_is_ok(engine: Engine) -> None:
    found = []
    for number in range(7):
        end = crawled(engine, RunState.FAILED, begun=NOW + number * DAY)
        at = standing(engine, end)
        assert at.due_at is not None
        found.append((at.phase, (at.due_at - end - LATER) / HOUR))
    assert [hours for _, hours in found] == [1, 2, 4, 8, 16, 24, 24]
    assert [phase for phase, _ in found] == [Phase.WAITING, *[Phase.PAUSED] * 6]
    assert standing(engine, end).why == "its last 7 runs were lost: because 0"
    begun = NOW + 7 * DAY
    end = crawled(engine, RunState.OK, begun=begun)  # such as `tenderwatch crawl SOURCE` by a person
    assert standing(engine, end) == Standing(Phase.WAITING, begun + HOUR + LATER)


def test_a_portal_that_refuses_is_left_alone_for_longer(engine: Engine) -> None:
    end = crawled(engine, RunState.BLOCKED)
    assert standing(engine, end).phase is Phase.PAUSED
    assert standing(engine, end).due_at == end + timedelta(hours=6) + LATER
    for lost in range(1, 30):
        assert to_pause(HOUR, lost, blocked=True) >= 3 * min(to_pause(HOUR, lost, blocked=False), DAY)
        assert to_pause(HOUR, lost, blocked=True) <= 3 * DAY
    assert to_pause(7 * DAY, 1, blocked=False) == to_pause(7 * DAY, 9, blocked=True) == 7 * DAY


def test_an_interrupted_crawl_goes_on_at_once_but_not_for_ever(engine: Engine) -> None:
    waits = []
    for number in range(5):
        end = crawled(engine, RunState.FAILED, begun=NOW + number * HOUR, interrupted=True)
        due_at = standing(engine, end).due_at
        assert due_at is not None
        waits.append((due_at - end) / timedelta(minutes=1))
    assert waits == [0, 1, 2, 4, 8]


def test_an_interruption_neither_ends_a_pause_nor_makes_it_longer(engine: Engine) -> None:
    crawled(engine, RunState.FAILED, RunState.FAILED, RunState.FAILED)
    end = crawled(engine, RunState.PARTIAL, begun=NOW + 9 * HOUR, interrupted=True)
    assert standing(engine, end).due_at == end + 4 * HOUR + LATER


def test_a_crawl_is_running_as_long_as_its_lease_and_then_goes_on(engine: Engine) -> None:
    with writing(engine) as c:
        take_lease(c, SOURCE.id, NOW, timedelta(seconds=30))
    assert standing(engine, NOW + timedelta(seconds=29)) == Standing(Phase.RUNNING, None)
    gone = standing(engine, NOW + timedelta(seconds=31))
    assert (gone.phase, gone.why) == (Phase.DUE, "interrupted once; it goes on")


def test_the_longest_overdue_comes_first(engine: Engine) -> None:
    sources = {name: a_source(id=name, enabled=name != "off") for name in ("new", "a", "b", "c", "off", "resting")}
    begun = {"a": NOW - 3 * HOUR, "b": NOW - 5 * HOUR, "c": NOW - 2 * HOUR, "off": NOW - DAY, "resting": NOW}
    for name, at in begun.items():
        with writing(engine) as c:
            lease = take_lease(c, name, at, timedelta(seconds=30))
            finish_run(c, lease.run_id, RunState.OK, at + LENGTH)
            release_lease(c, lease)
            states = find_source_states(c)
    place: Any = SimpleNamespace(sources=sources)

    def order(since: datetime, *only: str) -> list[str]:
        endpoints = {name: f"http://127.0.0.1/{name}" for name in only}
        return [each.id for each in to_due(place, states, [], NOW, since, endpoints)]

    assert order(NOW) == ["b", "a", "c", "new"]
    assert order(NOW - timedelta(hours=2, minutes=30)) == ["b", "new", "a", "c"]
    assert order(NOW, "off", "c") == ["off", "c"]


def test_a_host_that_wants_to_be_left_alone_is(engine: Engine) -> None:
    crawled(engine, RunState.BLOCKED, interrupted=True)  # put off by a pause that was another source's doing
    until = NOW + 5 * HOUR
    pause = Pause("portal.example", until, "HTTP 429 to gb_other")
    assert find_pause(SOURCE, [pause, Pause("elsewhere.example", until, "")]) == pause
    assert find_pause(SOURCE, [pause], "http://127.0.0.1:8000") is None
    with writing(engine) as c:
        known = find_source_states(c)[SOURCE.id]
    why = "portal.example wants to be left alone: HTTP 429 to gb_other"
    assert find_standing(SOURCE, known, NOW + HOUR, pause) == Standing(Phase.PAUSED, until, why)
    assert find_standing(SOURCE, None, NOW, pause).phase is Phase.PAUSED
    assert find_standing(SOURCE, known, until, pause).phase is Phase.DUE


def test_sqlite_takes_two_crawls_at_a_time() -> None:
    assert most_at_once(Settings(crawls_at_once=8)) == 2
    assert most_at_once(Settings(crawls_at_once=1)) == 1
    assert most_at_once(Settings(crawls_at_once=8, database_url="postgresql://db/tenders")) == 8
