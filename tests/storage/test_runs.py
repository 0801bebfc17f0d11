"""Runs: counted as they go, and whether the first walk through a list is over."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import NoResultFound

from domain.sources import RunState, StepState
from storage.engine import writing
from storage.runs import count_run, find_run, find_runs, finish_run, is_first_run
from storage.steps import add_steps, save_step
from tests.factories import NOW, a_run, a_step


def test_counts_add_up(engine: Engine) -> None:
    with writing(engine) as c:
        run_id = a_run(c)
        count_run(c, run_id, pages=1, new=3)
        count_run(c, run_id, pages=1, new=2, changed=1, same=4, issues=5)
        run = find_run(c, run_id)
    assert (run.pages, run.new, run.changed, run.same, run.issues) == (2, 5, 1, 4, 5)


def test_a_run_ends_with_what_is_left(engine: Engine) -> None:
    with writing(engine) as c:
        run_id = a_run(c)
        add_steps(c, "gb_test", run_id, [a_step("1"), a_step("2"), a_step("3")])
        save_step(c, "gb_test", "1", StepState.DONE)
        save_step(c, "gb_test", "2", StepState.FAILED, "timeout")
        finish_run(c, run_id, RunState.PARTIAL, NOW, "one page unread", claimed=120)
        run = find_run(c, run_id)
    assert (run.state, run.steps_left, run.claimed, run.reason) == (RunState.PARTIAL, 2, 120, "one page unread")
    assert run.finished_at == NOW


def test_runs_are_listed_newest_first(engine: Engine) -> None:
    with writing(engine) as c:
        ids = [a_run(c), a_run(c, "gb_other"), a_run(c)]
        assert [run.id for run in find_runs(c)] == ids[::-1]
        assert [run.id for run in find_runs(c, "gb_test", limit=1)] == [ids[2]]
        with pytest.raises(NoResultFound):
            find_run(c, 999)


@pytest.mark.parametrize(
    ("state", "left", "first"),
    [
        (RunState.OK, None, False),
        (RunState.PARTIAL, "detail", False),
        (RunState.PARTIAL, "page", True),
        (RunState.SUSPICIOUS, None, False),
        (RunState.BLOCKED, None, True),
        (RunState.FAILED, None, True),
    ],
)
def test_the_first_run_is_over_when_the_list_was_walked_to_its_end(
    engine: Engine, state: RunState, left: str | None, first: bool
) -> None:
    with writing(engine) as c:
        assert is_first_run(c, "gb_test")
        run_id = a_run(c)
        if left:
            add_steps(c, "gb_test", run_id, [a_step(kind=left)])
        assert is_first_run(c, "gb_test")
        finish_run(c, run_id, state, NOW)
        assert is_first_run(c, "gb_test") is first
        assert find_run(c, a_run(c)).baseline is first
