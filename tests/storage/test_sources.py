"""Leases: one crawl of a source at a time may write, and a stalled one can no more."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from domain.errors import LeaseLost, SourceBusy
from domain.sources import Lease, RunState
from storage.engine import reading, writing
from storage.runs import find_run, finish_run
from storage.sources import (
    check_lease,
    find_cursor,
    find_source_states,
    release_lease,
    renew_lease,
    save_cursor,
    take_lease,
    void_expired_leases,
)
from tests.factories import NOW

TTL = timedelta(minutes=5)
LATER = NOW + TTL + timedelta(seconds=1)


def test_a_lease_starts_a_run(engine: Engine) -> None:
    with writing(engine) as c:
        lease = take_lease(c, "gb_test", NOW, TTL)
        run = find_run(c, lease.run_id)
    assert (run.source, run.state, run.started_at, run.baseline) == ("gb_test", RunState.RUNNING, NOW, True)
    assert lease == Lease("gb_test", 1, run.id, NOW + TTL)


def test_a_second_crawl_is_told_since_when(engine: Engine) -> None:
    with writing(engine) as c:
        take_lease(c, "gb_test", NOW, TTL)
    with (
        pytest.raises(SourceBusy, match="gb_test is being crawled since 2026-11-02 09:00:00"),
        writing(engine) as c,
    ):
        take_lease(c, "gb_test", NOW + timedelta(minutes=4), TTL)
    with writing(engine) as c:
        assert take_lease(c, "gb_other", NOW, TTL).token == 1


def test_a_released_source_can_be_crawled_again(engine: Engine) -> None:
    with writing(engine) as c:
        first = take_lease(c, "gb_test", NOW, TTL)
        finish_run(c, first.run_id, RunState.OK, NOW)
        release_lease(c, first)
        second = take_lease(c, "gb_test", NOW, TTL)
        assert second.token > first.token
        assert find_run(c, first.run_id).state == RunState.OK
        assert not find_run(c, second.run_id).baseline


def test_a_stalled_crawl_cannot_write_after_a_takeover(engine: Engine) -> None:
    with writing(engine) as c:
        stalled = take_lease(c, "gb_test", NOW, TTL)
    with writing(engine) as c:
        check_lease(c, stalled)
        taken = take_lease(c, "gb_test", LATER, TTL)
    with pytest.raises(LeaseLost, match="gb_test"), writing(engine) as c:
        check_lease(c, stalled)
    with pytest.raises(LeaseLost), writing(engine) as c:
        renew_lease(c, stalled, LATER, TTL)
    with writing(engine) as c:
        release_lease(c, stalled)  # harmless
        check_lease(c, taken)
        run = find_run(c, stalled.run_id)
    assert run.state == RunState.FAILED
    assert run.finished_at == LATER
    assert run.reason is not None
    assert "lease expired at 2026-11-02 09:05:00 UTC" in run.reason


def test_an_expired_lease_that_nobody_took_is_still_good(engine: Engine) -> None:
    with writing(engine) as c:
        lease = take_lease(c, "gb_test", NOW, TTL)
        check_lease(c, lease)
        assert renew_lease(c, lease, LATER, TTL).expires_at == LATER + TTL
        with pytest.raises(SourceBusy):
            take_lease(c, "gb_test", LATER + timedelta(minutes=1), TTL)


def test_the_supervisor_voids_the_leases_of_the_dead(engine: Engine) -> None:
    with writing(engine) as c:
        dead = take_lease(c, "gb_test", NOW, TTL)
        alive = take_lease(c, "gb_other", LATER, TTL)
    with writing(engine) as c:
        assert void_expired_leases(c, LATER) == 1
        assert void_expired_leases(c, LATER) == 0
        assert find_run(c, dead.run_id).state == RunState.FAILED
        check_lease(c, alive)
    with pytest.raises(LeaseLost), writing(engine) as c:
        check_lease(c, dead)


def test_a_run_that_ended_before_its_lease_was_lost_keeps_its_state(engine: Engine) -> None:
    with writing(engine) as c:
        lease = take_lease(c, "gb_test", NOW, TTL)
        finish_run(c, lease.run_id, RunState.PARTIAL, NOW, "two pages unread")
        take_lease(c, "gb_test", LATER, TTL)
        assert find_run(c, lease.run_id).reason == "two pages unread"


def test_of_many_that_want_a_source_one_gets_it(engine: Engine) -> None:
    taken, refused = [], []

    def crawl() -> None:
        try:
            with writing(engine) as c:
                taken.append(take_lease(c, "gb_test", NOW, TTL))
        except SourceBusy:
            refused.append(1)

    threads = [threading.Thread(target=crawl) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(taken), len(refused)) == (1, 7)


def test_a_takeover_waits_for_the_page_that_is_being_stored(engine: Engine) -> None:
    """Fencing: between `check_lease` and commit nobody can take the source."""
    with writing(engine) as c:
        lease = take_lease(c, "gb_test", NOW, TTL)
    order: list[str] = []
    checked = threading.Event()

    def store() -> None:
        with writing(engine) as c:
            check_lease(c, lease)
            checked.set()
            threading.Event().wait(0.2)
            save_cursor(c, "gb_test", "2026-11-02")
            order.append("stored")

    thread = threading.Thread(target=store)
    thread.start()
    checked.wait(10)
    with writing(engine) as c:
        take_lease(c, "gb_test", LATER, TTL)
        order.append("taken")
    thread.join(10)
    assert order == ["stored", "taken"]


def test_the_state_of_sources(engine: Engine) -> None:
    with writing(engine) as c:
        first = take_lease(c, "gb_test", NOW, TTL)
        finish_run(c, first.run_id, RunState.OK, NOW + timedelta(minutes=1))
        save_cursor(c, "gb_test", "2026-11-02T09:00:00+00:00")
        release_lease(c, first)
        second = take_lease(c, "gb_test", LATER, TTL)
        finish_run(c, second.run_id, RunState.BLOCKED, LATER, "403")
        save_cursor(c, "gb_new", "page 7")
    with reading(engine) as c:
        states = find_source_states(c)
        assert find_cursor(c, "gb_new") == "page 7"
        assert find_cursor(c, "gb_unknown") is None
    state = states["gb_test"]
    assert state.last_run is not None
    assert (state.last_run.id, state.last_run.state) == (second.run_id, RunState.BLOCKED)
    assert (state.last_ok_at, state.finished_at) == (NOW + timedelta(minutes=1), LATER)
    assert (state.cursor, state.lease) == ("2026-11-02T09:00:00+00:00", second)
    assert states["gb_new"].last_run is None


def test_a_crawl_that_another_has_done_meanwhile_is_not_done_again(engine: Engine) -> None:
    with writing(engine) as c:
        first = take_lease(c, "gb_test", NOW, TTL, after=0)
        release_lease(c, first)
    with writing(engine) as c, pytest.raises(SourceBusy, match="by another meanwhile"):
        take_lease(c, "gb_test", NOW, TTL, after=0)
    with writing(engine) as c:
        assert take_lease(c, "gb_test", NOW, TTL, after=first.run_id).run_id > first.run_id
