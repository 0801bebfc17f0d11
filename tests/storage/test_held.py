"""Changes that wait for the verdict on their run: matched meanwhile, told once, and compared with what people know."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from domain.health import Facts
from domain.notices import Notice, Status
from domain.sources import RunState
from storage.engine import writing
from storage.held import accept_source, count_held, find_doubted_run, settle_changes
from storage.matches import Match, save_assessments
from storage.notices import save_notices
from storage.profiles import find_epoch
from storage.runs import finish_run
from tests.factories import NOW, a_notice, a_run, a_version, find_unmatched

MOVED = {"en": "Supply of fire pumps"}
FACTS = Facts(1, NOW, NOW)


def read(c: Connection, notice: Notice, *, judged: bool = True) -> int:
    """A run that reads this notice, and has ended with or without a verdict; its id."""
    run = a_run(c, now=NOW)
    save_notices(c, [notice], run_id=run, now=NOW, baseline=False, page=None, awaiting=True)
    finish_run(c, run, RunState.SUSPICIOUS if judged else RunState.FAILED, NOW, facts=FACTS if judged else None)
    return run


def match(c: Connection) -> list[tuple[tuple[str, ...], bool]]:
    """What changed in each notice that is to be matched, and whether it is held; all of them are matched."""
    epoch = find_epoch(c)
    found = find_unmatched(c, epoch, 100)
    save_assessments(c, epoch, [Match(each.stored, held=each.held) for each in found], model_version="test", now=NOW)
    return [(tuple(change.field for change in each.previous), each.held) for each in found]


@pytest.fixture
def known(engine: Engine) -> Notice:
    with writing(engine) as c:
        a_version(c)
        settle_changes(c, "gb_test", read(c, a_notice()))
        assert match(c) == [((), False)]
    return a_notice()


def test_a_held_change_is_matched_once_and_told_when_its_run_is_believed(engine: Engine, known: Notice) -> None:
    with writing(engine) as c:
        run = read(c, replace(known, title=MOVED))
        assert match(c) == [(("title",), True)]
        assert match(c) == [], "nothing is left to match"
        assert count_held(c, "gb_test") == 1
        doubted = find_doubted_run(c, 1)
        assert doubted is not None
        assert doubted.id == run
        assert settle_changes(c, "gb_test", run) == 1
        assert match(c) == [(("title",), False)]
        assert match(c) == []
        assert (count_held(c, "gb_test"), find_doubted_run(c, 1)) == (0, None)


def test_what_came_and_went_is_no_change(engine: Engine, known: Notice) -> None:
    with writing(engine) as c:
        read(c, replace(known, title=MOVED))
        match(c)
        settle_changes(c, "gb_test", read(c, known))
        assert match(c) == [((), False)]


def test_a_run_that_reads_the_same_again_is_the_one_that_is_asked(engine: Engine, known: Notice) -> None:
    with writing(engine) as c:
        first = read(c, replace(known, title=MOVED))
        second = read(c, replace(known, title=MOVED))
        match(c)
        assert settle_changes(c, "gb_test", first) == 0
        assert count_held(c, "gb_test") == 1
        assert settle_changes(c, "gb_test", second) == 1
        assert match(c) == [(("title",), False)]


def test_a_run_that_does_not_read_it_settles_nothing_but_what_killed_runs_left(engine: Engine, known: Notice) -> None:
    with writing(engine) as c:
        read(c, replace(known, title=MOVED))
        assert settle_changes(c, "gb_test", read(c, a_notice(key="other"))) == 0
        read(c, replace(known, title={"en": "Supply of pumps and valves"}), judged=False)
        assert settle_changes(c, "gb_test", read(c, a_notice(key="other"))) == 1


def test_a_cancellation_waits_too_and_a_person_may_let_it_go(engine: Engine, known: Notice) -> None:
    with writing(engine) as c:
        read(c, replace(known, status=Status.CANCELLED))
        assert match(c) == [(("status",), True)]
        assert accept_source(c, "gb_test", NOW + timedelta(hours=1)) == 1
        assert match(c) == [(("status",), False)]


def test_a_match_that_began_before_the_verdict_is_done_again(engine: Engine, known: Notice) -> None:
    """Else the change would be marked as matched, and nobody told of it."""
    with writing(engine) as c:
        run = read(c, replace(known, title=MOVED))
        epoch = find_epoch(c)
        (found,) = find_unmatched(c, epoch, 10)
        settle_changes(c, "gb_test", run)
        save_assessments(c, epoch, [Match(found.stored, held=found.held)], model_version="test", now=NOW)
        assert match(c) == [(("title",), False)]
