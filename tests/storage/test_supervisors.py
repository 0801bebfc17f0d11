"""Supervisors say that they work, and what waits is counted."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, text

from domain.alerts import DeliveryState, Destination, EventKind
from domain.sources import IssueKind, RunState
from domain.supervision import Part, Supervisor
from storage.deliveries import NewDelivery, save_deliveries
from storage.destinations import save_destination
from storage.engine import reading, writing
from storage.events import append_event, mark_routed
from storage.issues import close_issues, count_open_issues, save_issues
from storage.pages import PageFiles
from storage.queues import DeliveryCount, Queue, count_deliveries_by_state, find_queues
from storage.runs import RunTotals, Streak, count_run, count_runs, find_run, find_streak, finish_run, save_claimed
from storage.sizes import find_database_bytes
from storage.sources import find_source_states, release_lease, take_lease
from storage.supervisors import find_supervisors, save_supervisor
from tests.factories import NOW, a_notice, a_version, an_issue, stored

MINUTE = timedelta(minutes=1)


def test_a_supervisor_writes_the_same_row_again(engine: Engine) -> None:
    first = Supervisor("desk/1/a", NOW, NOW)
    failing = Part("sending", "no such host", NOW, 3, NOW + MINUTE)
    later = replace(first, beat_at=NOW + MINUTE, parts=(failing,))
    for each in (first, Supervisor("desk/2/b", NOW, NOW), later):
        with writing(engine) as c:
            save_supervisor(c, each)
    with reading(engine) as c:
        assert find_supervisors(c) == [later, Supervisor("desk/2/b", NOW, NOW)]
    with writing(engine) as c:
        save_supervisor(c, replace(later, ended_at=NOW + timedelta(days=8), beat_at=NOW + timedelta(days=8), parts=()))
        assert [each.name for each in find_supervisors(c)] == ["desk/1/a"], "one long gone is forgotten"


def test_what_waits_is_counted_with_its_age(engine: Engine) -> None:
    with writing(engine) as c:
        assert set(find_queues(c, NOW).values()) == {Queue(0, None)}
        stored(c, a_notice())
        save_destination(c, Destination("sales", "Sales", "json://localhost"))
        routed = [append_event(c, EventKind.TEST, None, {}, NOW) for _ in range(3)]
        append_event(c, EventKind.TEST, None, {}, NOW - 2 * MINUTE)
        mark_routed(c, routed, NOW, None)
        due = (NOW - MINUTE, NOW + MINUTE, NOW - 3 * MINUTE)
        save_deliveries(
            c, [NewDelivery(event, "sales", (), f"<{event}>", at) for event, at in zip(routed, due, strict=True)]
        )
    with reading(engine) as c:
        queues = find_queues(c, NOW)
        assert queues["matching"].length == 1
        assert queues["routing"] == Queue(1, NOW - 2 * MINUTE)
        assert queues["sending"] == Queue(2, NOW - 3 * MINUTE)
        assert count_deliveries_by_state(c) == [DeliveryCount("sales", DeliveryState.QUEUED, 3)]


def test_a_notice_of_which_the_profile_changed_waits_since_the_edit(engine: Engine) -> None:
    with writing(engine) as c:
        stored(c, a_notice())
        c.execute(text("UPDATE notices SET matched_epoch = 1, matched_revision = 1"))
        assert find_queues(c, NOW)["matching"] == Queue(0, None)
        a_version(c, NOW + 5 * MINUTE)
        assert find_queues(c, NOW)["matching"] == Queue(1, NOW + 5 * MINUTE)


def test_open_issues_are_counted_by_source(engine: Engine) -> None:
    with writing(engine) as c:
        save_issues(c, None, [an_issue(), an_issue(element="kind"), an_issue(source="gb_other")], NOW)
        close_issues(c, "gb_other", None, NOW)
        assert count_open_issues(c) == {"gb_test": {IssueKind.UNKNOWN_WORD: 2}}


def run_of(engine: Engine, state: RunState, *, interrupted: bool = False) -> None:
    with writing(engine) as c:
        lease = take_lease(c, "gb_test", NOW, MINUTE)
        count_run(c, lease.run_id, pages=2, new=3, changed=1)
        finish_run(c, lease.run_id, state, NOW + MINUTE, interrupted=interrupted)
        release_lease(c, lease)


def test_a_streak_counts_lost_runs_past_interrupted_ones(engine: Engine) -> None:
    found = []
    for state, interrupted in (
        (RunState.OK, False),
        (RunState.FAILED, False),
        (RunState.BLOCKED, False),
        (RunState.FAILED, True),
        (RunState.PARTIAL, True),
        (RunState.FAILED, False),
        (RunState.SUSPICIOUS, False),
    ):
        run_of(engine, state, interrupted=interrupted)
        with reading(engine) as c:
            found.append(find_streak(c, "gb_test"))
            assert find_source_states(c)["gb_test"].streak == found[-1]
    assert found == [Streak(*each) for each in ((0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (3, 0), (0, 0))]


def test_a_run_at_work_is_seen_beside_the_one_that_ended(engine: Engine) -> None:
    run_of(engine, RunState.OK)
    with writing(engine) as c:
        lease = take_lease(c, "gb_test", NOW + 2 * MINUTE, MINUTE)
        save_claimed(c, lease.run_id, 400)
        state = find_source_states(c)["gb_test"]
        assert find_run(c, lease.run_id).claimed == 400
    assert state.last_run is not None
    assert state.last_ended is not None
    assert (state.last_run.id, state.last_run.state) == (lease.run_id, RunState.RUNNING)
    assert (state.last_ended.state, state.finished_at, state.last_ok_at) == (RunState.OK, NOW + MINUTE, NOW + MINUTE)


def test_all_runs_of_a_source_together(engine: Engine) -> None:
    for state in (RunState.OK, RunState.OK, RunState.FAILED):
        run_of(engine, state)
    with reading(engine) as c:
        assert count_runs(c) == {"gb_test": RunTotals({RunState.OK: 2, RunState.FAILED: 1}, 6, 9, 3)}


def test_sizes_are_those_of_the_files(engine: Engine) -> None:
    assert find_database_bytes(engine) > 100_000


def test_saved_pages_are_summed_up(tmp_path: Path) -> None:
    files = PageFiles(tmp_path / "pages")
    assert files.total() == 0
    digests = [files.save(body) for body in (b"one" * 1000, b"two")]
    assert files.total() == sum(files.size(digest) for digest in digests) > 0
