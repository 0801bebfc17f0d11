"""What must be matched is told by state; what was matched is saved with its events, or not at all."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, select

from domain.alerts import EventKind, FieldChange
from domain.errors import EpochMoved
from domain.notices import Status
from domain.opportunities import Reason, Score
from domain.profiles import ProfileVersion
from storage.engine import reading, writing
from storage.matches import Assessed, Match, NewEvent, forget_matches, save_assessments
from storage.notices import StoredNotice
from storage.opportunities import find_assessments, find_opportunities, find_opportunity, find_standing
from storage.profiles import find_epoch
from storage.schema import assessments, events, opportunities
from storage.unmatched import has_unmatched
from tests.factories import NOW, a_notice, a_score, a_version, find_unmatched, stored

LATER = NOW + timedelta(days=1)
NEW = NewEvent(EventKind.NEW, {"source": "gb_test"})


def assess(c: Connection, *matches: Match, epoch: int | None = None, model: str = "1") -> None:
    save_assessments(c, epoch or find_epoch(c), matches, model_version=model, now=NOW)


def match(notice: StoredNotice, version: ProfileVersion, points: int = 60, *happened: NewEvent) -> Match:
    return Match(notice, (Assessed(version, a_score(points), happened),))


def unmatched(c: Connection) -> list[str]:
    return [each.stored.notice.key for each in find_unmatched(c, find_epoch(c), 100)]


def test_a_new_notice_is_matched_once(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        first, second = stored(c, a_notice(), a_notice(key="b"))
        found = find_unmatched(c, find_epoch(c), 1)
        assert [(each.stored, each.previous, each.matched_revision) for each in found] == [(first, (), 0)]
        assess(c, match(first, version), Match(second))
        assert unmatched(c) == []
        assert not has_unmatched(c)


def test_a_changed_notice_is_matched_again_with_what_changed_since(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (first,) = stored(c, a_notice())
        assess(c, match(first, version))
        stored(c, a_notice(country="IE"), now=LATER)
        stored(c, a_notice(country="FR", url=None), now=LATER)
        (found,) = find_unmatched(c, find_epoch(c), 10)
        assert has_unmatched(c)
    assert found.previous == (FieldChange("country", "GB", "FR"), FieldChange("url", first.notice.url, None))
    assert (found.matched_revision, found.stored.revision) == (1, 3)


def test_a_cancellation_in_the_status_alone_is_matched_again(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (first,) = stored(c, a_notice())
        assess(c, match(first, version))
        stored(c, a_notice(status=Status.CLOSED))
        assert unmatched(c) == []
        stored(c, a_notice(status=Status.CANCELLED))
        (found,) = find_unmatched(c, find_epoch(c), 10)
    assert found.previous == (FieldChange("status", "open", "cancelled"),)


def test_an_edit_of_a_profile_lets_all_be_matched_again_new_ones_first(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (old,) = stored(c, a_notice(key="old"))
        assess(c, match(old, version))
        a_version(c, threshold=50)
        stored(c, a_notice(key="new"))
        assert unmatched(c) == ["new", "old"]


def test_all_can_be_matched_again(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        assess(c, match(notice, version))
        assert forget_matches(c) == 1
        assert unmatched(c) == [notice.notice.key]


def test_an_assessment_makes_an_opportunity(engine: Engine) -> None:
    score = Score(60, (Reason("keyword", "“pumps” in the title", 60, "title.en", "pumps", 16, 21, "pump*"),))
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        assess(c, Match(notice, (Assessed(version, score, (NEW,)),)))
        (view,) = find_opportunities(c)
        assert find_opportunity(c, view.opportunity.id) == view
        assert find_opportunity(c, 999) is None
        assert find_assessments(c, view.opportunity.id) == [view.assessment]
        (event,) = c.execute(select(events)).all()
    assert (view.opportunity.score, view.opportunity.qualified, view.opportunity.baseline) == (60, True, False)
    assert (view.notice, view.profile_name) == (notice, "Pumps")
    assert view.assessment is not None
    assert view.assessment.reasons == score.reasons
    assert (view.assessment.notice_id, view.assessment.revision, view.assessment.profile_version) == (notice.id, 1, 1)
    assert (event.kind, event.opportunity_id, event.payload) == (EventKind.NEW, view.opportunity.id, NEW.payload)
    assert (event.happened_at, event.routed_at) == (NOW, None)


def test_what_is_worth_nothing_leaves_no_trace(engine: Engine) -> None:
    gate = Score(0, (Reason("gate", "another country", 0, stops=True),))
    minus = Score(0, (*a_score(30).reasons, Reason("minus-word", "“toy”", 0, stops=True)))
    with writing(engine) as c:
        version = a_version(c)
        first, second, third = stored(c, a_notice(), a_notice(key="b"), a_notice(key="c"))
        assess(
            c,
            match(first, version, 0),
            Match(second, (Assessed(version, gate),)),
            Match(third, (Assessed(version, minus),)),
        )
        assert unmatched(c) == []
        (view,) = find_opportunities(c, qualified_only=False)
    assert (view.notice.id, view.opportunity.score, view.opportunity.qualified) == (third.id, 0, False)


def test_assessments_are_appended_and_the_opportunity_follows(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        assess(c, match(notice, version, 60))
        (changed,) = stored(c, a_notice(country="IE"), now=LATER)
        assess(c, match(changed, version, 0))
        (view,) = find_opportunities(c, qualified_only=False)
        assert [each.score for each in find_assessments(c, view.opportunity.id)] == [60, 0]
        assert (view.opportunity.score, view.opportunity.qualified) == (0, False)
        assert find_opportunities(c) == []


def test_the_same_assessment_again_is_not_appended(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        for model in ("1", "1", "2"):
            assess(c, match(notice, version), model=model)
            forget_matches(c)
        assert c.execute(select(assessments.c.model_version)).scalars().all() == ["1", "2"]


def test_the_best_notice_of_a_procedure_counts(engine: Engine) -> None:
    """A thin copy on a second portal does not hide the full notice."""
    with writing(engine) as c:
        version = a_version(c)
        full, thin = stored(
            c, a_notice(procedure_id="ocds-test00-1"), a_notice(source="xx", procedure_id="ocds-test00-1")
        )
        assess(c, match(full, version, 80, NEW), match(thin, version, 10, NEW))
        (view,) = find_opportunities(c)
        assert (view.notice.id, view.opportunity.score) == (full.id, 80)
        assert find_standing(c, [full.procedure_id]) == {(full.procedure_id, "pumps"): view.opportunity}
        assert len(c.execute(select(events)).all()) == 1  # told once
        (changed,) = stored(c, a_notice(procedure_id="ocds-test00-1", country="IE"), now=LATER)
        assess(c, match(changed, version, 5))
        (view,) = find_opportunities(c, qualified_only=False)
        assert (view.notice.id, view.opportunity.score) == (thin.id, 10)


def test_an_opportunity_is_announced_once_other_events_always(engine: Engine) -> None:
    moved = NewEvent(EventKind.DEADLINE_MOVED, {})
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        assess(c, match(notice, version, 60, NEW))
        forget_matches(c)
        assess(c, match(notice, version, 60, NEW, moved))
        kinds = c.execute(select(events.c.kind).order_by(events.c.id)).scalars().all()
    assert kinds == [EventKind.NEW, EventKind.DEADLINE_MOVED]


def test_an_opportunity_of_a_backfill_is_baseline(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        first, second = stored(c, a_notice(), a_notice(key="b"), baseline=False)
        (third,) = stored(c, a_notice(key="c"), baseline=True)
        edit = NewEvent(EventKind.NEW, {"baseline": "edit of profile pumps"})
        assess(c, match(first, version, 60, NEW), match(second, version, 50, edit), match(third, version, 45, NEW))
        assert [view.opportunity.baseline for view in find_opportunities(c)] == [False, True, True]


def test_opportunities_are_listed_best_first(engine: Engine) -> None:
    with writing(engine) as c:
        pumps, others = a_version(c), a_version(c, id="others", name="Others", threshold=90)
        first, second = stored(c, a_notice(), a_notice(key="b"))
        assess(
            c,
            Match(first, (Assessed(pumps, a_score(50)), Assessed(others, a_score(70)))),
            match(second, pumps, 80),
        )
        assert [view.opportunity.score for view in find_opportunities(c, qualified_only=False)] == [80, 70, 50]
        assert [view.opportunity.score for view in find_opportunities(c)] == [80, 50]
        assert [view.opportunity.score for view in find_opportunities(c, min_score=60)] == [80]
        assert [view.profile_name for view in find_opportunities(c, profile="others", qualified_only=False)] == [
            "Others"
        ]
        assert len(find_opportunities(c, limit=1)) == 1


def test_a_notice_that_was_revised_meanwhile_stays_unmatched(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        read, other = stored(c, a_notice(), a_notice(key="b"))
        stored(c, a_notice(country="IE"), now=LATER)
        assess(c, match(read, version), match(other, version))
        assert unmatched(c) == [read.notice.key]
        assert [view.notice.id for view in find_opportunities(c)] == [other.id]


def test_a_notice_that_another_matcher_has_done_is_not_done_twice(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        changed = NewEvent(EventKind.CHANGED, {})
        assess(c, match(notice, version, 60, changed))
        assess(c, match(notice, version, 60, changed))
        assert len(c.execute(select(events)).all()) == 1


def test_an_edit_between_reading_and_saving_is_noticed(engine: Engine) -> None:
    """Really at once: the edit begins first and is committed while the matcher waits."""
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        epoch = find_epoch(c)
    edited, told = threading.Event(), []

    def save() -> None:
        edited.wait(10)
        try:
            with writing(engine) as c:
                assess(c, match(notice, version, 60, NEW), epoch=epoch)
        except EpochMoved as error:
            told.append(error)

    matcher = threading.Thread(target=save)
    matcher.start()
    with writing(engine) as c:
        a_version(c, threshold=99)
        edited.set()
        threading.Event().wait(0.2)
    matcher.join(30)
    assert len(told) == 1
    with writing(engine) as c:
        assert c.execute(select(opportunities)).all() == []
        assert c.execute(select(events)).all() == []
        assert unmatched(c) == [notice.notice.key]


def test_an_edit_waits_for_a_match_that_is_being_saved(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        epoch = find_epoch(c)
    saved, order = threading.Event(), []

    def edit() -> None:
        saved.wait(10)
        with writing(engine) as c:
            a_version(c, threshold=99)
            order.append("edit")

    editor = threading.Thread(target=edit)
    editor.start()
    with writing(engine) as c:
        assess(c, match(notice, version), epoch=epoch)
        saved.set()
        threading.Event().wait(0.2)
        order.append("match")
    editor.join(30)
    assert order == ["match", "edit"]
    with writing(engine) as c:
        assert unmatched(c) == [notice.notice.key]  # for the new list


def test_nothing_is_saved_with_an_old_epoch(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (notice,) = stored(c, a_notice())
        epoch = find_epoch(c)
        a_version(c, threshold=99)
    with pytest.raises(EpochMoved), writing(engine) as c:
        assess(c, match(notice, version), epoch=epoch)


def test_a_crawl_and_a_matcher_that_race_lose_nothing(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
    done, failed = threading.Event(), []

    def crawl() -> None:
        try:
            for turn in range(6):
                with writing(engine) as c:
                    stored(c, *(a_notice(key=str(number), regions=(str(turn),)) for number in range(10)))
        except BaseException as error:  # noqa: BLE001
            failed.append(error)
        done.set()

    def take() -> int:
        with writing(engine) as c:
            epoch, found = find_epoch(c), find_unmatched(c, find_epoch(c), 7)
        with writing(engine) as c:
            assess(c, *(match(each.stored, version, 60, NEW) for each in found), epoch=epoch)
        return len(found)

    crawler = threading.Thread(target=crawl)
    crawler.start()
    while not done.is_set():
        take()
    crawler.join(30)
    while take():
        pass
    assert failed == []
    with reading(engine) as c:
        views = find_opportunities(c)
        assert [(view.notice.revision, view.assessment and view.assessment.revision) for view in views] == [(6, 6)] * 10
        assert len(c.execute(select(events)).all()) == 10
