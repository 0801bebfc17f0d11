"""One opportunity for a procedure that two portals publish: whichever comes first, once told, and parted by people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select

from alerts.route import route
from domain.alerts import Destination, EventKind, Rule
from domain.notices import Buyer, Kind, Money, Notice, Precision, Status
from matching.joining.run import join_stored
from matching.profiles import digest
from matching.run import match_stored
from storage.deliveries import list_deliveries
from storage.destinations import save_destination, save_rule
from storage.engine import reading, writing
from storage.events import find_notes
from storage.joining import find_members, find_suggestions, find_unit, join_by_hand
from storage.notices import find_notice
from storage.opportunities import OpportunityView, find_assessments, find_opportunities, find_opportunity
from storage.procedure_views import find_joins
from storage.profiles import save_profile
from storage.schema import join_suggestions, notices, opportunities
from storage.separating import separate
from tests.factories import NOW, a_notice, a_profile, stored

TITLE = "Supply of water pumps for the waterworks of Norbridge"


def here(**fields: Any) -> Notice:
    """As the national portal publishes it."""
    return a_notice(**{"source": "gb_test", "key": "A", "title": {"en": TITLE}, **fields})


def there(**fields: Any) -> Notice:
    """As another portal does: other letters, legal form, zone and rounding."""
    given = {
        "source": "eu_test",
        "key": "B",
        "title": {"en": TITLE.upper()},
        "buyers": (Buyer("NORBRIDGE TOWN COUNCIL LTD.", country="GB"),),
        "value": Money(Decimal("120000"), "GBP"),
        "deadline_at": datetime(2026, 12, 1, 14, 0, tzinfo=timezone(timedelta(hours=2))),
        "description": {},
    }
    return a_notice(**{**given, **fields})


@pytest.fixture
def pumps(engine: Engine) -> Engine:
    """A database with a profile that wants pumps, and a manager who is told of all."""
    profile = a_profile()
    with writing(engine) as c:
        save_profile(c, profile, author="Mira", reason="test", origin=None, digest=digest(profile), now=NOW)
        save_destination(c, Destination("sales", "Sales", "tendermail://sales@bidder.example"))
        save_rule(c, Rule("all", None, 0, "sales"))
    return engine


def save(engine: Engine, *notices: Notice) -> None:
    with writing(engine) as c:
        stored(c, *notices)


def work(engine: Engine, *notices: Notice, now: datetime = NOW) -> None:
    """A crawl, a match and a routing."""
    save(engine, *notices)
    match_stored(engine, now)
    route(engine, now)


def procedure(c: Connection, notice: Notice) -> int:
    found = find_notice(c, notice.source, notice.key)
    assert found is not None
    return found.procedure_id


def number(c: Connection, notice: Notice) -> int:
    found = find_notice(c, notice.source, notice.key)
    assert found is not None
    return found.id


def are_one(engine: Engine, *notices: Notice) -> bool:
    with reading(engine) as c:
        return len({procedure(c, each) for each in notices}) == 1


def views(engine: Engine) -> list[OpportunityView]:
    with reading(engine) as c:
        return find_opportunities(c, qualified_only=False)


def told(engine: Engine) -> list[EventKind]:
    """What the manager has deliveries of, oldest first."""
    with reading(engine) as c:
        return [view.kind for view in reversed(list_deliveries(c))]


def part(engine: Engine, one: Notice, other: Notice) -> None:
    with writing(engine) as c:
        going = set(find_unit(c, number(c, one)))
        assert number(c, other) not in going
        separate(c, procedure(c, one), going, said_by="Mira", why="two sites", now=NOW)


def hand(engine: Engine, one: Notice, other: Notice) -> bool:
    with writing(engine) as c:
        return join_by_hand(c, number(c, one), number(c, other), said_by="Mira", why="same file", now=NOW)


ORDERS = pytest.mark.parametrize("order", [(here(), there()), (there(), here())], ids=["here first", "there first"])


@ORDERS
def test_a_procedure_on_two_portals_is_told_once(pumps: Engine, order: tuple[Notice, Notice]) -> None:
    for notice in order:
        work(pumps, notice)
    assert are_one(pumps, *order)
    assert told(pumps) == [EventKind.NEW]
    (view,) = views(pumps)
    with reading(pumps) as c:
        assert {each.notice_id for each in find_assessments(c, view.opportunity.id)} == {1, 2}
        (join,) = find_joins(c, find_members(c, view.opportunity.procedure_id))
    assert join.made_by == "comparison"
    assert join.confidence >= 0.97
    assert any("Norbridge Town Council" in line and "NORBRIDGE TOWN COUNCIL LTD." in line for line in join.evidence)


def test_both_in_one_match_are_told_once(pumps: Engine) -> None:
    work(pumps, here(), there())
    assert are_one(pumps, here(), there())
    assert told(pumps) == [EventKind.NEW]
    assert len(views(pumps)) == 1


def test_a_row_that_is_read_whole_later_joins_what_was_announced_on_both_sides(pumps: Engine) -> None:
    """Two were told of, as nothing said yet that they are one; from then on there is one, and its news come once."""
    work(pumps, here())
    save_thin = there(buyers=(), deadline_at=None, deadline_precision=None, value=None)
    work(pumps, save_thin)
    assert told(pumps) == [EventKind.NEW] * 2
    assert len(views(pumps)) == 2
    work(pumps, there())
    assert are_one(pumps, here(), there())
    assert len(views(pumps)) == 1
    before = len(told(pumps))
    moved = datetime(2026, 12, 8, 12, 0, tzinfo=UTC)
    work(pumps, here(deadline_at=moved))
    work(pumps, there(deadline_at=moved))
    assert told(pumps)[before:] == [EventKind.DEADLINE_MOVED]


def test_two_that_are_joined_before_either_is_routed_are_told_once(pumps: Engine) -> None:
    apart = there(title={"en": "Pumps"}, deadline_at=None, value=None)
    save(pumps, here(), apart)
    match_stored(pumps, NOW)
    assert hand(pumps, here(), apart)
    route(pumps, NOW)
    assert told(pumps) == [EventKind.NEW]


@ORDERS
def test_a_deadline_that_moved_on_one_portal_first_does_not_hide_the_other(
    pumps: Engine, order: tuple[Notice, Notice]
) -> None:
    first, second = order
    work(pumps, first)
    moved = datetime(2026, 12, 22, 12, 0, tzinfo=UTC)
    work(pumps, replace(first, deadline_at=moved))
    work(pumps, second)
    assert are_one(pumps, first, second)
    assert told(pumps) == [EventKind.NEW, EventKind.DEADLINE_MOVED]
    work(pumps, replace(second, deadline_at=moved))
    assert told(pumps) == [EventKind.NEW, EventKind.DEADLINE_MOVED]


def test_a_cancellation_on_one_portal_is_told_of_the_one_opportunity(pumps: Engine) -> None:
    work(pumps, here())
    work(pumps, there(status=Status.CANCELLED))
    assert are_one(pumps, here(), there())
    assert told(pumps) == [EventKind.NEW, EventKind.CANCELLED]


def test_a_cancellation_that_stood_alone_is_told_when_a_person_joins_it(pumps: Engine) -> None:
    gone = there(kind=Kind.CANCELLATION, status=Status.CANCELLED, deadline_at=None, value=None, published_at=None)
    work(pumps, here(), gone)
    assert told(pumps) == [EventKind.NEW]
    with reading(pumps) as c:
        (suggestion,) = find_suggestions(c, 10)
    assert suggestion.confidence < 0.97
    assert hand(pumps, here(), gone)
    work(pumps)
    assert told(pumps) == [EventKind.NEW, EventKind.CANCELLED]
    work(pumps, here(), gone)
    assert told(pumps) == [EventKind.NEW, EventKind.CANCELLED]


def test_what_a_person_separates_is_announced_by_itself_and_never_joined_again(pumps: Engine) -> None:
    work(pumps, here(), there())
    part(pumps, there(), here())
    work(pumps)
    assert told(pumps) == [EventKind.NEW] * 2
    assert {view.notice.notice.source for view in views(pumps)} == {"gb_test", "eu_test"}
    for turn in range(3):
        changed = there(description={"en": f"Read again, {turn}"})
        work(pumps, changed, here(description={"en": f"Read again, {turn}"}))
    work(pumps, here(procedure_id="ocds-test00-1"), there(procedure_id="ocds-test00-1"))
    assert not are_one(pumps, here(), there())
    assert EventKind.NEW not in told(pumps)[2:]
    with reading(pumps) as c:
        assert find_suggestions(c, 10) == []
    assert hand(pumps, here(), there())
    assert are_one(pumps, here(), there())
    assert len(views(pumps)) == 1


@ORDERS
@pytest.mark.parametrize("leaves", [0, 1])
def test_separating_gives_each_side_what_it_had(pumps: Engine, order: tuple[Notice, Notice], leaves: int) -> None:
    """Both were announced alone; joined and parted they have their own opportunities, events and assessments again."""
    thin = [replace(order[0], deadline_at=None, value=None, buyers=()), order[1]]
    for notice in thin:
        work(pumps, notice)
    before = {view.notice.id: view.opportunity for view in views(pumps)}
    assert len(before) == 2
    assert told(pumps) == [EventKind.NEW] * 2
    assert hand(pumps, *thin)
    (view,) = views(pumps)
    with reading(pumps) as c:
        assert len(find_notes(c, view.opportunity.id)) == 2
    part(pumps, thin[leaves], thin[1 - leaves])
    after = {view.notice.id: view.opportunity for view in views(pumps)}
    assert after == before
    with reading(pumps) as c:
        for opportunity in after.values():
            assert {each.notice_id for each in find_assessments(c, opportunity.id)} == {opportunity.notice_id}
            assert len(find_notes(c, opportunity.id)) == 1
    work(pumps)
    assert told(pumps) == [EventKind.NEW] * 2


def test_a_news_that_waits_is_told_after_a_separation(pumps: Engine) -> None:
    work(pumps, here())
    work(pumps, there())
    moved = datetime(2026, 12, 22, 12, 0, tzinfo=UTC)
    save(pumps, here(deadline_at=moved))
    part(pumps, there(), here())
    work(pumps)
    assert sorted(told(pumps)) == sorted([EventKind.NEW, EventKind.NEW, EventKind.DEADLINE_MOVED])


def test_an_old_number_of_an_opportunity_still_finds_it(pumps: Engine) -> None:
    thin = there(buyers=(), deadline_at=None, deadline_precision=None, value=None)
    work(pumps, here(), thin)
    numbers = [view.opportunity.id for view in views(pumps)]
    third = there(source="xx_test", key="C", buyers=(), deadline_at=None, value=None)
    work(pumps, third)
    assert hand(pumps, here(), thin)
    assert hand(pumps, here(), third)
    (view,) = views(pumps)
    with reading(pumps) as c:
        assert {(find_opportunity(c, each) or view).opportunity.id for each in numbers} == {view.opportunity.id}
        pointing = select(opportunities.c.merged_into).where(opportunities.c.merged_into.is_not(None))
        assert set(c.execute(pointing).scalars()) == {view.opportunity.id}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"deadline_at": datetime(2027, 12, 1, 12, 0, tzinfo=UTC)}, "the yearly repeat"),
        ({"title": {"en": f"{TITLE} 2027"}}, "another year in the title"),
        ({"title": {"en": f"{TITLE} - Lot 2"}}, "a lot published apart"),
        ({"title": {"en": f"{TITLE}: call-off"}}, "a call under a framework"),
        ({"title": {"en": f"{TITLE} (re-tender)"}}, "a second try"),
        ({"title": {"en": "Supply of water valves for the waterworks of Norbridge"}}, "another good"),
        ({"value": Money(Decimal("480000"), "GBP")}, "another value"),
        ({"buyers": (Buyer("Southbridge Town Council", country="GB"),)}, "another buyer"),
        ({"country": "IE", "buyers": (Buyer("Norbridge Town Council", country="IE"),)}, "another country"),
        ({"deadline_at": None, "deadline_precision": None, "value": None, "published_at": None}, "too little is known"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_may_be_another_procedure_is_never_joined(engine: Engine, fields: dict[str, Any], why: str) -> None:
    save(engine, here(), there(**fields))
    join_stored(engine, NOW)
    assert not are_one(engine, here(), there()), why


def test_two_of_one_portal_are_that_portals_affair(engine: Engine) -> None:
    save(engine, here(), here(key="A2"))
    join_stored(engine, NOW)
    assert not are_one(engine, here(), here(key="A2"))


def test_of_two_that_fit_as_well_none_is_taken(engine: Engine) -> None:
    """One portal publishes two lots under one title; nobody can tell which of them the other portal has."""
    save(engine, here(), here(key="A2"), there())
    join_stored(engine, NOW)
    assert not are_one(engine, here(), there())
    assert not are_one(engine, here(key="A2"), there())
    with reading(engine) as c:
        assert {each.obstacle for each in find_suggestions(c, 10)} == {
            "gb_test:A fits eu_test:B as well",
            "gb_test:A2 fits eu_test:B as well",
        }


def test_a_portal_that_has_one_of_it_already_is_not_given_a_second(engine: Engine) -> None:
    save(engine, here(), there())
    join_stored(engine, NOW)
    save(engine, there(key="B2"))
    join_stored(engine, NOW)
    assert not are_one(engine, here(), there(key="B2"))
    with reading(engine) as c:
        assert [each.obstacle for each in find_suggestions(c, 10)] == ["eu_test:B fits gb_test:A as well"]


def test_comparing_again_changes_nothing(engine: Engine) -> None:
    save(engine, here(), there(), there(key="B2", title={"en": f"{TITLE} - Lot 2"}))
    join_stored(engine, NOW)
    with reading(engine) as c:
        before = c.execute(select(join_suggestions.c.notice_id, join_suggestions.c.other_id)).all()
        joins = find_joins(c, [1, 2, 3])
    with writing(engine) as c:
        c.execute(notices.update().values(join_due=True))
    assert join_stored(engine, NOW).joined == 0
    with reading(engine) as c:
        assert c.execute(select(join_suggestions.c.notice_id, join_suggestions.c.other_id)).all() == before
        assert find_joins(c, [1, 2, 3]) == joins


def test_numbers_that_only_a_portal_gives_join_nothing_elsewhere(engine: Engine) -> None:
    """Two offices number their calls as they like; "2026-17" of one is not that of the other."""
    save(engine, here(procedure_id="2026-17"), there(procedure_id="2026-17", title={"en": "Toys"}, value=None))
    save(engine, here(key="A2", procedure_id="2026-17", kind=Kind.AWARD))
    assert are_one(engine, here(), here(key="A2"))
    assert not are_one(engine, here(), there())


def test_a_day_is_a_day_in_any_zone(engine: Engine) -> None:
    end = datetime(2026, 12, 1, 23, 59, tzinfo=timezone(timedelta(hours=2)))
    save(engine, here(), there(deadline_at=end, deadline_precision=Precision.DAY))
    join_stored(engine, NOW)
    assert are_one(engine, here(), there())
