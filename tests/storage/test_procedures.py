"""Every notice is in one procedure; a shared reference joins, and nothing that was assessed is lost."""

import threading
from datetime import timedelta

from sqlalchemy import Connection, Engine, select

from domain.profiles import ProfileVersion
from storage.engine import reading, writing
from storage.matches import Assessed, Match, save_assessments
from storage.notices import StoredNotice, find_notice
from storage.opportunities import find_assessments, find_opportunities, find_opportunity, find_standing
from storage.profiles import find_epoch
from storage.schema import opportunities, procedure_joins, procedure_references, procedures
from tests.factories import NOW, a_notice, a_score, a_version, stored

SHARED, OTHER = "ocds-test00-1", "ocds-test00-q"
LATER = NOW + timedelta(days=1)


def assess(c: Connection, version: ProfileVersion, *given: tuple[StoredNotice, int]) -> None:
    matches = [Match(notice, (Assessed(version, a_score(points)),)) for notice, points in given]
    save_assessments(c, find_epoch(c), matches, model_version="1", now=NOW)


def test_a_notice_is_alone_from_its_first_insert(engine: Engine) -> None:
    with writing(engine) as c:
        first, second = stored(c, a_notice(), a_notice(key="b"))
        assert first.procedure_id != second.procedure_id
        assert c.execute(select(procedures.c.id)).scalars().all() == [first.procedure_id, second.procedure_id]
        assert c.execute(select(procedure_joins)).all() == []


def test_a_shared_reference_joins_over_portals(engine: Engine) -> None:
    with writing(engine) as c:
        first, alone = stored(c, a_notice(procedure_id=SHARED), a_notice(key="b"))
        second, third = stored(
            c,
            a_notice(source="xx_other", procedure_id=SHARED),
            a_notice(source="xx_other", key="b", procedure_id=SHARED),
        )
        joins = c.execute(select(procedure_joins).order_by(procedure_joins.c.id)).all()
    assert first.procedure_id == second.procedure_id == third.procedure_id != alone.procedure_id
    assert [(row.notice_id, row.evidence, row.confidence, row.made_by) for row in joins] == [
        (second.id, "procedure_id ocds-test00-1", 1.0, "shared id"),
        (third.id, "procedure_id ocds-test00-1", 1.0, "shared id"),
    ]


def test_notices_of_one_page_share_a_procedure(engine: Engine) -> None:
    with writing(engine) as c:
        first, second = stored(c, a_notice(procedure_id=SHARED), a_notice(key="b", procedure_id=SHARED))
        assert first.procedure_id == second.procedure_id
        assert c.execute(select(procedure_joins.c.notice_id)).scalars().all() == [second.id]


def test_a_reference_that_is_learnt_later_names_the_procedure(engine: Engine) -> None:
    with writing(engine) as c:
        (before,) = stored(c, a_notice())
        (after,) = stored(c, a_notice(procedure_id=SHARED), now=LATER)
        assert after.procedure_id == before.procedure_id
        (joined,) = stored(c, a_notice(key="b", procedure_id=SHARED))
        assert joined.procedure_id == before.procedure_id


def test_a_reference_of_another_procedure_merges_the_two(engine: Engine) -> None:
    with writing(engine) as c:
        (kept,) = stored(c, a_notice(source="xx_other", procedure_id=SHARED))
        first, second = stored(c, a_notice(key="a", procedure_id=OTHER), a_notice(key="b", procedure_id=OTHER))
        stored(c, a_notice(key="a", procedure_id=SHARED), now=LATER)
        moved = [find_notice(c, "gb_test", key) for key in ("a", "b")]
        assert [each and each.procedure_id for each in moved] == [kept.procedure_id] * 2
        merged = select(procedures.c.merged_into).where(procedures.c.id == first.procedure_id)
        assert c.execute(merged).scalar() == kept.procedure_id
        owners = c.execute(select(procedure_references.c.procedure_id)).scalars().all()
        assert owners == [kept.procedure_id] * 2
        came = select(procedure_joins.c.notice_id).where(procedure_joins.c.from_procedure_id == first.procedure_id)
        assert c.execute(came.order_by(procedure_joins.c.notice_id)).scalars().all() == [first.id, second.id]


def test_two_notices_of_a_merged_procedure_learn_on_the_same_page(engine: Engine) -> None:
    """The second's procedure is merged away while the page is saved; its own new reference goes to the survivor."""
    with writing(engine) as c:
        (kept,) = stored(c, a_notice(source="xx_other", procedure_id=SHARED))
        stored(c, a_notice(key="a", procedure_id=OTHER), a_notice(key="b", procedure_id=OTHER))
        stored(c, a_notice(key="a", procedure_id=SHARED), a_notice(key="b", procedure_id="new"), now=LATER)
        (later,) = stored(c, a_notice(key="c", procedure_id="new"))
        assert later.procedure_id == kept.procedure_id


def test_an_opportunity_moves_with_its_procedure(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        (kept,) = stored(c, a_notice(source="xx_other", procedure_id=SHARED))
        (notice,) = stored(c, a_notice())
        assess(c, version, (notice, 60))
        (before,) = find_opportunities(c)
        stored(c, a_notice(procedure_id=SHARED), now=LATER)
        (after,) = find_opportunities(c)
    assert before.opportunity.id == after.opportunity.id
    assert after.opportunity.procedure_id == kept.procedure_id


def test_two_opportunities_are_united_without_losing_an_assessment(engine: Engine) -> None:
    with writing(engine) as c:
        version = a_version(c)
        other, notice = stored(c, a_notice(source="xx_other", procedure_id=SHARED), a_notice())
        assess(c, version, (other, 50))
        assess(c, version, (notice, 70))
        gone = find_standing(c, [notice.procedure_id])[notice.procedure_id, "pumps"]
        stays = find_standing(c, [other.procedure_id])[other.procedure_id, "pumps"]
        stored(c, a_notice(procedure_id=SHARED), now=LATER)
        (view,) = find_opportunities(c)
        assert (view.opportunity.id, view.opportunity.score, view.notice.id) == (stays.id, 70, notice.id)
        assert [each.score for each in find_assessments(c, stays.id)] == [50, 70]
        assert find_opportunity(c, gone.id) == view  # a mail that was sent names it
        row = c.execute(select(opportunities).where(opportunities.c.id == gone.id)).one()
        assert (row.merged_into, row.procedure_id) == (stays.id, notice.procedure_id)


def test_two_crawls_that_meet_the_same_procedure_first_join_it(engine: Engine) -> None:
    barrier = threading.Barrier(4)
    failed: list[BaseException] = []

    def crawl(source: str) -> None:
        barrier.wait(30)
        try:
            for page in range(5):
                with writing(engine) as c:
                    given = [a_notice(source=source, key=f"{page}-{n}", procedure_id=f"{SHARED}{n}") for n in range(20)]
                    stored(c, *given)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=crawl, args=(f"s{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    with reading(engine) as c:
        for number in range(20):
            found = [find_notice(c, f"s{source}", f"{page}-{number}") for source in range(4) for page in range(5)]
            assert len({each.procedure_id for each in found if each}) == 1
        assert len(c.execute(select(procedure_references)).all()) == 20
