"""Notices: new, changed or the same; nothing is overwritten."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select

from domain.alerts import FieldChange
from domain.notices import Buyer, Kind, Money, Notice, Status
from storage.engine import reading, writing
from storage.notices import (
    NoticeFilter,
    Outcome,
    Saved,
    count_notices,
    find_notice,
    find_notices_named,
    find_revisions,
    iterate_notices,
    list_notices,
    save_notices,
)
from storage.schema import lots, notice_organisations, notices, organisations, revisions
from storage.stories import find_by_names
from tests.factories import NOW, a_lot, a_notice, a_run, stored

LATER = NOW + timedelta(days=1)
DEADLINE = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def save(engine: Engine, *given: Notice, now: datetime = NOW, partial: frozenset[str] = frozenset()) -> Saved:
    with writing(engine) as c:
        run_id = a_run(c)
        return save_notices(c, given, run_id=run_id, now=now, baseline=False, page="a" * 64, partial=partial)


def keys(found: list) -> list[str]:
    return [each.notice.key for each in found]


def test_a_new_notice_comes_back_as_it_was(engine: Engine) -> None:
    notice = a_notice(
        title={"fr": "Pompes", "nl": "Pompen"}, lots=(a_lot("1", value=Money(Decimal("1.10"), "EUR")), a_lot("2"))
    )
    saved = save(engine, notice)
    assert (saved.new, saved.changed, saved.same) == (1, 0, 0)
    assert saved.outcomes == {notice.key: Outcome.NEW}
    with reading(engine) as c:
        found = find_notice(c, "gb_test", notice.key)
        assert found is not None
        assert found.notice == notice
        assert (found.revision, found.first_seen_at, found.updated_at) == (1, NOW, NOW)
        assert (found.baseline, found.partial, found.page) == (False, False, "a" * 64)
        assert c.execute(select(lots.c.key, lots.c.amount).order_by(lots.c.position)).all() == [
            ("1", "1.10"),
            ("2", None),
        ]
        assert find_notice(c, "gb_else", notice.key) is None


def test_a_notice_with_nothing_known_can_be_stored(engine: Engine) -> None:
    bare = Notice(source="gb_test", key="x", kind=Kind.OTHER, status=Status.UNKNOWN)
    save(engine, bare)
    with reading(engine) as c:
        found = find_notice(c, "gb_test", "x")
    assert found is not None
    assert found.notice == bare


def test_the_same_again_writes_nothing(engine: Engine) -> None:
    save(engine, a_notice(), a_notice(key="b"))
    saved = save(engine, a_notice(), a_notice(key="b"), a_notice(key="c"), now=LATER)
    assert (saved.new, saved.changed, saved.same) == (1, 0, 2)
    assert saved.outcomes == {"ocds-test-1": Outcome.SAME, "b": Outcome.SAME, "c": Outcome.NEW}
    with reading(engine) as c:
        assert c.execute(select(func.count()).select_from(revisions)).scalar() == 3
        found = find_notice(c, "gb_test", "b")
    assert found is not None
    assert (found.updated_at, found.revision) == (NOW, 1)


def test_a_moved_deadline_is_one_revision_with_that_field(engine: Engine) -> None:
    save(engine, a_notice())
    moved = a_notice(deadline_at=DEADLINE + timedelta(days=7))
    assert save(engine, moved, now=LATER).changed == 1
    with reading(engine) as c:
        found = find_notice(c, "gb_test", moved.key)
        assert found is not None
        history = find_revisions(c, found.id)
    assert (found.notice, found.revision, found.updated_at) == (moved, 2, LATER)
    assert [(each.number, each.made_at, each.notice) for each in history] == [(1, NOW, a_notice()), (2, LATER, moved)]
    assert history[0].changes == ()
    change = FieldChange("deadline_at", "2026-12-01T12:00:00+00:00", "2026-12-08T12:00:00+00:00")
    assert history[1].changes == (change,)


def test_a_changed_notice_has_its_new_lots_and_buyers(engine: Engine) -> None:
    save(engine, a_notice(lots=(a_lot("1"), a_lot("2"))), a_notice(key="other", lots=(a_lot("9"),)))
    save(engine, a_notice(lots=(a_lot("3"),), buyers=(Buyer("Harbour Board"), Buyer("Norbridge Town Council"))))
    with reading(engine) as c:
        found = find_notice(c, "gb_test", "ocds-test-1")
        assert found is not None
        assert c.execute(select(lots.c.key).order_by(lots.c.key)).scalars().all() == ["3", "9"]
        names = (
            select(organisations.c.name)
            .join(notice_organisations)
            .where(notice_organisations.c.notice_id == found.id)
            .order_by(notice_organisations.c.position)
        )
        assert c.execute(names).scalars().all() == ["Harbour Board", "Norbridge Town Council"]


def test_a_change_of_status_alone_makes_no_revision(engine: Engine) -> None:
    save(engine, a_notice())
    assert save(engine, a_notice(status=Status.CLOSED), now=LATER).same == 1
    with reading(engine) as c:
        found = find_notice(c, "gb_test", "ocds-test-1")
        assert found is not None
        assert (found.notice.status, found.revision, found.updated_at) == (Status.CLOSED, 1, LATER)
        assert find_revisions(c, found.id)[0].notice.status == Status.OPEN


def test_a_notice_twice_on_a_page_is_a_notice_and_its_revision(engine: Engine) -> None:
    saved = save(engine, a_notice(), a_notice(key="b"), a_notice(country="IE"), a_notice(country="IE"))
    assert saved.outcomes == {"ocds-test-1": Outcome.CHANGED, "b": Outcome.NEW}
    with reading(engine) as c:
        found = find_notice(c, "gb_test", "ocds-test-1")
    assert found is not None
    assert (found.notice.country, found.revision) == ("IE", 2)


def test_the_same_notice_twice_on_a_page_is_new(engine: Engine) -> None:
    saved = save(engine, a_notice(), a_notice())
    assert (saved.new, saved.changed, saved.same) == (1, 0, 0)


def test_a_row_of_a_list_never_replaces_a_notice_that_was_read_whole(engine: Engine) -> None:
    row = a_notice(description={}, value=None, status=Status.UNKNOWN)
    partial = frozenset({row.key})
    assert save(engine, row, partial=partial).new == 1
    assert save(engine, replace(row, country="IE"), partial=partial).changed == 1
    assert save(engine, a_notice()).same == 1
    assert save(engine, row, partial=partial).same == 1
    with reading(engine) as c:
        found = find_notice(c, "gb_test", row.key)
        assert found is not None
        history = find_revisions(c, found.id)
    assert (found.notice, found.revision, found.partial) == (a_notice(), 2, False)
    assert [(each.number, each.notice) for each in history] == [(1, row), (2, a_notice())]


def test_a_row_that_is_completed_is_no_change_unless_its_deadline_moved(engine: Engine) -> None:
    row = a_notice(description={}, buyers=(), lots=())
    save(engine, row, replace(row, key="b"), partial=frozenset({row.key, "b"}))
    moved = a_notice(key="b", deadline_at=DEADLINE + timedelta(days=7))
    saved = save(engine, a_notice(), moved, now=LATER)
    assert saved.outcomes == {row.key: Outcome.SAME, "b": Outcome.CHANGED}
    with reading(engine) as c:
        found = {each.notice.key: each for each in list_notices(c)}
    assert (found[row.key].notice, found[row.key].revision, found[row.key].updated_at) == (a_notice(), 1, LATER)
    assert (found["b"].notice, found["b"].revision) == (moved, 2)


def test_a_row_that_said_everything_is_no_longer_partial_once_read_whole(engine: Engine) -> None:
    save(engine, a_notice(), partial=frozenset({"ocds-test-1"}))
    assert save(engine, a_notice()).same == 1
    with reading(engine) as c:
        found = find_notice(c, "gb_test", "ocds-test-1")
    assert found is not None
    assert not found.partial


def test_a_corrigendum_is_a_notice_of_its_own(engine: Engine) -> None:
    save(engine, a_notice(), a_notice(key="c-1", kind=Kind.CHANGE, changes="ocds-test-1"))
    with reading(engine) as c:
        assert keys(list_notices(c, NoticeFilter(kind=Kind.CHANGE))) == ["c-1"]
        assert c.execute(select(notices.c.changes).where(notices.c.key == "c-1")).scalar() == "ocds-test-1"


def test_notices_of_two_sources_are_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="one source"):
        save(engine, a_notice(), a_notice(source="gb_other"))
    assert save(engine).outcomes == {}


def test_a_buyer_is_one_organisation(engine: Engine) -> None:
    council = Buyer("Norbridge Council", "12345", "GB-LAE", "GB")
    save(engine, a_notice(), a_notice(key="b", buyers=(council,)), a_notice(key="c", buyers=(Buyer("Port"),)))
    save(engine, a_notice(key="d", buyers=(Buyer("  PORT "), Buyer("Port", country="IE"))))
    with reading(engine) as c:
        assert c.execute(select(organisations.c.identity).order_by(organisations.c.id)).scalars().all() == [
            "GB-LAE:12345",
            "name::port",
            "name:IE:port",
        ]


def test_more_than_a_chunk_at_once(engine: Engine) -> None:
    given = [a_notice(key=str(number)) for number in range(1100)]
    assert save(engine, *given).new == 1100
    assert save(engine, *given[:600], *(replace(each, country="IE") for each in given[600:])).changed == 500
    with reading(engine) as c:
        assert count_notices(c) == count_notices(c, "gb_test") == 1100
        assert count_notices(c, "gb_other") == 0
        assert len(list(iterate_notices(c, NoticeFilter(country="IE")))) == 500


def test_a_first_run_is_baseline(engine: Engine) -> None:
    with writing(engine) as c:
        assert [each.baseline for each in stored(c, a_notice(), baseline=True)] == [True]


def test_lists_are_filtered(engine: Engine) -> None:
    with writing(engine) as c:
        stored(
            c,
            a_notice(key="a", published_at=NOW - timedelta(days=3), deadline_at=None),
            a_notice(key="b", published_at=None, title={"de": "Straßenbau 100%"}, country="DE", status=Status.CLOSED),
            a_notice(key="c", source="xx_other", kind=Kind.AWARD, buyers=(Buyer("ÉCOLE Supérieure"),)),
        )
        assert keys(list_notices(c)) == ["b", "c", "a"]
        assert keys(list_notices(c, limit=1, offset=1)) == ["c"]
        assert keys(list_notices(c, NoticeFilter(source="gb_test"))) == ["b", "a"]
        assert keys(list_notices(c, NoticeFilter(kind=Kind.AWARD))) == ["c"]
        assert keys(list_notices(c, NoticeFilter(status=Status.CLOSED))) == ["b"]
        assert keys(list_notices(c, NoticeFilter(country="DE"))) == ["b"]
        assert keys(list_notices(c, NoticeFilter(since=NOW - timedelta(hours=1)))) == ["b"]
        assert keys(list_notices(c, NoticeFilter(deadline_after=DEADLINE - timedelta(1)))) == ["b", "c"]
        assert keys(list_notices(c, NoticeFilter(deadline_after=DEADLINE))) == []
        assert keys(list_notices(c, NoticeFilter(text="STRASSENBAU 100%"))) == ["b"]
        assert keys(list_notices(c, NoticeFilter(text="1__%"))) == []
        assert keys(list_notices(c, NoticeFilter(text="école sup"))) == ["c"]


def test_a_person_names_a_notice(engine: Engine) -> None:
    with writing(engine) as c:
        stored(
            c,
            a_notice(key="12:34", procedure_id="ocds-p-1"),
            a_notice(key="12:34", source="xx_other", url="https://other.example/1"),
            a_notice(key="b", procedure_id="ocds-p-1"),
        )
        assert [each.notice.source for each in find_notices_named(c, "gb_test:12:34")] == ["gb_test"]
        assert [each.notice.source for each in find_notices_named(c, "https://other.example/1")] == ["xx_other"]
        assert [each.notice.source for each in find_notices_named(c, "12:34")] == ["gb_test", "xx_other"]
        assert keys(find_notices_named(c, "ocds-p-1")) == ["12:34", "b"]
        assert find_notices_named(c, "nothing") == []


def test_an_address_of_an_earlier_revision_names_the_notice(engine: Engine) -> None:
    with writing(engine) as c:
        stored(c, a_notice(url="https://www.portal.example/a/old"))
        stored(c, a_notice(url="https://portal.example/a/new"))
        assert keys(find_by_names(c, (), ["http://portal.example/a/old/"], ["gb_test"])) == ["ocds-test-1"]
        assert find_by_names(c, (), ["http://portal.example/a/old/"], ["xx_other"]) == []
        assert keys(find_by_names(c, (), ["https://portal.example/a/new?p=1"], [], ["https://portal.example/a/new"]))
