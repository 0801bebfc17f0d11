"""Steps: a killed crawl goes on where it was, a loop of next links ends."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from domain.sources import RunState, Step, StepState
from storage.engine import writing
from storage.runs import finish_run
from storage.sources import release_lease, take_lease
from storage.steps import add_steps, find_unfinished_steps, prune_done_steps, save_step
from tests.factories import NOW, a_run, a_step

TTL = timedelta(minutes=5)


def tokens(steps: list[Step]) -> list[str]:
    return [step.token for step in steps]


def test_steps_come_back_as_they_were(engine: Engine) -> None:
    step = a_step("w", kind="window", body="a=1", low="2026-01-01", high="2026-01-02", key="k")
    with writing(engine) as c:
        assert add_steps(c, "gb_test", a_run(c), [step]) == 1
        assert find_unfinished_steps(c, "gb_test") == [step]
        assert find_unfinished_steps(c, "gb_other") == []


def test_a_killed_run_leaves_what_is_unfinished_oldest_first(engine: Engine) -> None:
    with writing(engine) as c:
        add_steps(c, "gb_test", a_run(c), [a_step("1"), a_step("2"), a_step("3")])
        save_step(c, "gb_test", "2", StepState.DONE)
        save_step(c, "gb_test", "1", StepState.FAILED, "timeout")
        left = find_unfinished_steps(c, "gb_test")
    assert tokens(left) == ["1", "3"]
    assert (left[0].state, left[0].tries, left[0].reason) == (StepState.FAILED, 1, "timeout")


def test_a_loop_of_next_links_ends(engine: Engine) -> None:
    with writing(engine) as c:
        run_id = a_run(c)
        assert add_steps(c, "gb_test", run_id, [a_step("1")]) == 1
        save_step(c, "gb_test", "1", StepState.DONE)
        assert add_steps(c, "gb_test", run_id, [a_step("1"), a_step("2"), a_step("2")]) == 1
        assert tokens(find_unfinished_steps(c, "gb_test")) == ["2"]


def test_the_next_run_asks_again_for_what_an_earlier_one_has_done(engine: Engine) -> None:
    with writing(engine) as c:
        add_steps(c, "gb_test", a_run(c), [a_step("1")])
        save_step(c, "gb_test", "1", StepState.DONE)
        later = a_run(c)
        assert add_steps(c, "gb_test", later, [a_step("1", url="https://portal.example/new")]) == 1
        assert add_steps(c, "gb_test", later, [a_step("1")]) == 0
        again = find_unfinished_steps(c, "gb_test")
    assert [(step.url, step.tries) for step in again] == [("https://portal.example/new", 0)]


def test_a_step_that_a_later_run_has_finished_is_not_asked_twice_by_it(engine: Engine) -> None:
    """Run 1 was killed before page 2; run 2 reads page 2, then page 1 again, which links to page 2."""
    with writing(engine) as c:
        first = take_lease(c, "gb_test", NOW, TTL)
        add_steps(c, "gb_test", first.run_id, [a_step("1"), a_step("2")])
        save_step(c, "gb_test", "1", StepState.DONE)
        release_lease(c, first)
        second = take_lease(c, "gb_test", NOW, TTL)
        save_step(c, "gb_test", "2", StepState.DONE)
        assert add_steps(c, "gb_test", second.run_id, [a_step("1")]) == 1
        save_step(c, "gb_test", "1", StepState.DONE)
        assert add_steps(c, "gb_test", second.run_id, [a_step("2")]) == 0


def test_what_still_waits_is_not_added_again(engine: Engine) -> None:
    with writing(engine) as c:
        add_steps(c, "gb_test", a_run(c), [a_step("1"), a_step("2")])
        save_step(c, "gb_test", "2", StepState.FAILED, "503")
        assert add_steps(c, "gb_test", a_run(c), [a_step("1"), a_step("2")]) == 0
        assert [step.tries for step in find_unfinished_steps(c, "gb_test")] == [0, 1]


def test_a_details_fifth_failure_is_the_last(engine: Engine) -> None:
    with writing(engine) as c:
        add_steps(c, "gb_test", a_run(c), [a_step("1", kind="detail")])
        for _ in range(4):
            save_step(c, "gb_test", "1", StepState.FAILED, "404")
        assert [step.tries for step in find_unfinished_steps(c, "gb_test")] == [4]
        save_step(c, "gb_test", "1", StepState.FAILED, "404")
        assert find_unfinished_steps(c, "gb_test") == []
        assert add_steps(c, "gb_test", a_run(c), [a_step("1", kind="detail")]) == 0


def test_a_list_is_never_given_up(engine: Engine) -> None:
    """What stands in it is stored nowhere else."""
    with writing(engine) as c:
        add_steps(c, "gb_test", a_run(c), [a_step("1", kind="window")])
        for _ in range(9):
            save_step(c, "gb_test", "1", StepState.FAILED, "HTTP 500")
        assert [step.tries for step in find_unfinished_steps(c, "gb_test")] == [9]


def test_an_unknown_step_is_a_bug(engine: Engine) -> None:
    with pytest.raises(LookupError, match="gb_test has no step nowhere"), writing(engine) as c:
        save_step(c, "gb_test", "nowhere", StepState.DONE)


def test_done_steps_of_old_runs_are_pruned(engine: Engine) -> None:
    with writing(engine) as c:
        old = a_run(c)
        add_steps(c, "gb_test", old, [a_step("1"), a_step("2")])
        save_step(c, "gb_test", "1", StepState.DONE)
        finish_run(c, old, RunState.OK, NOW)
        assert prune_done_steps(c, "gb_test", NOW) == 0
        assert prune_done_steps(c, "gb_test", NOW + timedelta(days=1)) == 1
        assert tokens(find_unfinished_steps(c, "gb_test")) == ["2"]


def test_thousands_of_steps_at_once(engine: Engine) -> None:
    with writing(engine) as c:
        assert add_steps(c, "gb_test", a_run(c), [a_step(str(number)) for number in range(1200)]) == 1200
        assert add_steps(c, "gb_test", a_run(c), [a_step(str(number)) for number in range(1300)]) == 100
