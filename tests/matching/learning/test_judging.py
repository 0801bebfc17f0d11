"""Judgements: appended, the newest of a procedure and profile holds, each with what it was given on."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine

from domain.errors import WrongUse
from domain.judgements import Verdict
from domain.notices import Notice
from matching.learning.judging import judge_notice, judge_opportunity, to_verdict
from matching.run import match_stored
from storage.engine import reading, writing
from storage.judgements import find_judged, find_judgements, find_scores
from storage.opportunities import find_opportunities
from storage.stored import StoredNotice
from tests.factories import NOW, a_notice, a_version, stored

LATER = NOW + timedelta(days=1)


def matched(engine: Engine, notice: Notice) -> StoredNotice:
    with writing(engine) as c:
        a_version(c)
        (saved,) = stored(c, notice)
    match_stored(engine, NOW)
    return saved


def judge(c: Connection, number: int, verdict: Verdict, by: str = "Ann") -> None:
    judge_opportunity(c, number, verdict, by=by, why="", now=NOW)


def test_a_judgement_keeps_what_it_was_given_on(engine: Engine) -> None:
    matched(engine, a_notice())
    with writing(engine) as c:
        (view,) = find_opportunities(c)
        made = judge_opportunity(c, view.opportunity.id, Verdict.TOO_SMALL, by="Ann", why="under 200k", now=LATER)
    with reading(engine) as c:
        (found,) = find_judged(c, "pumps")
    assert found.judgement == made
    assert (made.score, made.qualified, made.profile_version, made.revision) == (view.opportunity.score, True, 1, 1)
    assert (made.verdict, made.why, made.made_by, made.made_at) == (Verdict.TOO_SMALL, "under 200k", "Ann", LATER)
    assert found.notice == a_notice()
    assert view.assessment
    assert found.reasons == view.assessment.reasons


def test_it_stays_with_the_versions_of_its_day(engine: Engine) -> None:
    """Neither an edit of the profile nor a revision of the notice touches what was judged."""
    matched(engine, a_notice())
    with writing(engine) as c:
        (view,) = find_opportunities(c)
        judge(c, view.opportunity.id, Verdict.RELEVANT)
        a_version(c, threshold=90)
        stored(c, a_notice(title={"en": "Supply of chairs"}))[0]
    match_stored(engine, LATER)
    with reading(engine) as c:
        (found,) = find_judged(c)
    assert (found.judgement.profile_version, found.judgement.revision) == (1, 1)
    assert found.notice.title == {"en": "Supply of water pumps"}
    assert found.reasons[0].text == "pumps"


def test_the_newest_holds_and_none_is_lost(engine: Engine) -> None:
    matched(engine, a_notice())
    with writing(engine) as c:
        (view,) = find_opportunities(c)
        judge(c, view.opportunity.id, Verdict.RELEVANT)
        judge(c, view.opportunity.id, Verdict.WRONG_WORD, by="Ben")
    with reading(engine) as c:
        (held,) = find_judged(c, "pumps")
        assert (held.judgement.verdict, held.judgement.made_by) == (Verdict.WRONG_WORD, "Ben")
        assert [each.judgement.verdict for each in find_judgements(c)] == [Verdict.WRONG_WORD, Verdict.RELEVANT]
        assert len(find_judgements(c, verdict=Verdict.RELEVANT)) == 1
        assert not find_judged(c, "others")


def test_a_missed_notice_is_judged_too(engine: Engine) -> None:
    missed = matched(engine, a_notice(title={"en": "Chairs"}, description={}, codes=()))
    with writing(engine) as c:
        made = judge_notice(c, missed, "pumps", Verdict.RELEVANT, by="Ann", why="", now=NOW)
        assert (made.opportunity_id, made.score, made.qualified) == (None, 0, False)
        with pytest.raises(WrongUse, match="no profile 'punps'"):
            judge_notice(c, missed, "punps", Verdict.RELEVANT, by="Ann", why="", now=NOW)
        assert [each.judgement for each in find_judged(c)] == [made]


def test_a_number_of_no_opportunity_is_refused(engine: Engine) -> None:
    with reading(engine) as c, pytest.raises(WrongUse, match="no opportunity 7"):
        judge(c, 7, Verdict.RELEVANT)


@pytest.mark.parametrize("written", ["wrong word", "Wrong-Word", " wrong_word "])
def test_verdicts_as_people_type_them(written: str) -> None:
    assert to_verdict(written) is Verdict.WRONG_WORD
    with pytest.raises(WrongUse, match="is no verdict; write one of: relevant"):
        to_verdict("bad")


def test_scores_of_the_last_days(engine: Engine) -> None:
    matched(engine, a_notice())
    with reading(engine) as c:
        (view,) = find_opportunities(c)
        assert find_scores(c, "pumps", NOW - timedelta(days=5)) == [view.opportunity.score]
        assert find_scores(c, "pumps", NOW) == []
