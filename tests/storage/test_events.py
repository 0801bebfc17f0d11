"""Events are claimed by state; a baseline's wait until it is complete."""

from datetime import timedelta

from sqlalchemy import Engine

from domain.alerts import EventKind
from domain.notices import Status
from domain.sources import RunState
from storage.engine import reading, writing
from storage.events import (
    append_event,
    find_baseline_causes,
    find_baseline_events,
    find_events,
    find_notes,
    find_unrouted_events,
    is_settled,
    mark_routed,
)
from storage.matches import Assessed, Match, save_assessments
from storage.profiles import find_epoch
from storage.runs import finish_run
from tests.factories import NOW, a_lot, a_notice, a_run, a_score, a_version, stored


def prepare(engine: Engine) -> None:
    """Opportunity 1, of a cancelled notice with two lots."""
    lots = (a_lot("1", deadline_at=NOW), a_lot("2", deadline_at=NOW + timedelta(days=9)))
    with writing(engine) as c:
        version = a_version(c)
        (found,) = stored(c, a_notice(status=Status.CANCELLED, deadline_at=NOW, lots=lots))
        match = Match(found, (Assessed(version, a_score(60)),))
        save_assessments(c, find_epoch(c), [match], model_version="test", now=NOW)


def test_events_are_found_until_they_are_routed(engine: Engine) -> None:
    prepare(engine)
    with writing(engine) as c:
        first = append_event(c, EventKind.NEW, 1, {"a": 1}, NOW)
        second = append_event(c, EventKind.CHANGED, 1, {}, NOW)
        append_event(c, EventKind.TEST, None, {}, NOW)
        (found,) = find_unrouted_events(c, 1)
        assert (found.event.id, found.event.payload) == (first, {"a": 1})
        assert (found.profile_id, found.score, found.qualified) == ("pumps", 60, True)
        assert (found.status, found.closes_at) == (Status.CANCELLED, NOW + timedelta(days=9))
        mark_routed(c, [first], NOW, "to sales")
        assert [each.event.id for each in find_unrouted_events(c, 10)] == [second]
    with reading(engine) as c:
        assert set(find_events(c, [first, second])) == {first, second}
        assert [(event.id, at, note) for event, at, note in find_notes(c, 1)] == [
            (first, NOW, "to sales"),
            (second, None, None),
        ]


def test_baseline_events_are_kept_apart_by_cause(engine: Engine) -> None:
    prepare(engine)
    with writing(engine) as c:
        for cause, source in (("first run of a", "a"), ("edit", "a"), ("edit", "b")):
            append_event(c, EventKind.NEW, 1, {"baseline": cause, "source": source}, NOW)
        assert find_unrouted_events(c, 10) == []
        assert find_baseline_causes(c) == [("edit", None), ("first run of a", "a")]
        assert len(find_baseline_events(c, "edit")) == 2
        mark_routed(c, [each.event.id for each in find_baseline_events(c, "edit")], NOW, None)
        assert find_baseline_causes(c) == [("first run of a", "a")]


def test_a_source_is_settled_when_nothing_runs_and_nothing_is_left_to_match(engine: Engine) -> None:
    with writing(engine) as c:
        run_id = a_run(c)
        assert not is_settled(c, "gb_test")
        assert not is_settled(c, None)
        assert is_settled(c, "fr_other")
        finish_run(c, run_id, RunState.OK, NOW)
        assert is_settled(c, None)
    prepare(engine)
    with writing(engine) as c:
        assert is_settled(c, "fr_other")
        stored(c, a_notice(key="second"))
        assert not is_settled(c, "fr_other")
