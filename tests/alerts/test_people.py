"""Who is told: people by rules, teams in turn, the default owner, and who is relieved."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from alerts.decide import decline, hand, take
from alerts.removal import remove
from alerts.route import route
from domain.alerts import EventKind
from domain.errors import WrongUse
from domain.people import Speciality
from storage.assignments import count_open, find_standings
from storage.engine import reading, writing
from storage.people import save_person
from storage.schema import events
from tests.alerts.cases import happen, ledger, tenders
from tests.alerts.desk import BOOK, a_person, at, import_text
from tests.alerts.test_route import finish_runs
from tests.factories import NOW, a_notice

TEAM = BOOK + "rules:\n  - {id: all, min_score: 40, team: pumps-team}\n"


AWAY = """
destinations:
  - {id: room, url: "tendermail://room@bidder.example"}
  - {id: ops, url: "tendermail://ops@bidder.example", operators: true}
people:
  - {id: mira, email: mira@bidder.example, capacity: 0}
teams:
  - {id: pumps-team, people: [mira]}
rules:
  - {id: all, min_score: 40, team: pumps-team}
"""
TURNS = """
people:
  - {id: mira, email: mira@bidder.example, speciality: {countries: [ES]}}
  - {id: jun, email: jun@bidder.example, speciality: {countries: [ES]}}
  - {id: olga, email: olga@bidder.example}
teams:
  - {id: pumps-team, people: [mira, jun]}
default: olga
rules:
  - {id: all, min_score: 40, team: pumps-team}
"""


def notes(engine: Engine) -> list[str | None]:
    with reading(engine) as c:
        return list(c.execute(select(events.c.note).order_by(events.c.id)).scalars())


def come(engine: Engine, *countries: str) -> None:
    """One tender of each country, routed one after the other, as by a process each."""
    with reading(engine) as c:
        before = len(c.execute(select(events.c.id)).all())
    for number, country in enumerate(countries, before):
        notice = a_notice(key=f"turn-{number}", country=country)
        happen(engine, replace(notice, buyers=tuple(replace(each, country=country) for each in notice.buyers)))
        route(engine, NOW)


def places(engine: Engine) -> list[str]:
    return [view.delivery.destination_id for view in ledger(engine)]


def test_a_team_takes_turns_as_far_as_there_is_room(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, TEAM)
    happen(engine, *tenders(4))
    route(engine, NOW)
    assert places(engine) == ["mira", "jun", "olga", "mira"]
    happen(engine, *(a_notice(key=f"more-{number}") for number in range(5)))
    route(engine, NOW)
    assert places(engine)[4:] == ["jun", "olga", "mira", "olga", "mira"], "Jun has room for two"
    with reading(engine) as c:
        assert count_open(c, NOW) == {"mira": 4, "jun": 2, "olga": 3}


def test_a_team_gives_to_who_knows_about_it(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, TEAM)
    with writing(engine) as c:
        save_person(c, a_person(speciality=Speciality(countries=("ES",))))
        save_person(c, a_person(id="jun", destination="jun", speciality=Speciality(products=("pump",))))
        save_person(c, a_person(id="olga", destination="olga", speciality=Speciality(languages=("ru",))))
    happen(engine, *tenders(2))
    route(engine, NOW)
    assert places(engine) == ["jun", "jun"]


def test_what_nobody_has_room_for_goes_to_the_default_owner(engine: Engine, tmp_path: Path) -> None:
    book = TEAM.replace("[mira, jun, olga]", "[jun]") + "default: olga\n"
    import_text(engine, tmp_path, book)
    happen(engine, *tenders(3))
    route(engine, NOW)
    assert places(engine) == ["jun", "jun", "olga"]
    with reading(engine) as c:
        (assigned,) = find_standings(c, [3])[3].assignments
    assert assigned.why == "nobody in Pumps who knows about it has room; Olga is the default owner"


def test_without_a_default_owner_who_has_the_least_to_do_gets_it(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, TEAM.replace("[mira, jun, olga]", "[jun]"))
    happen(engine, *tenders(4))
    route(engine, NOW)
    assert places(engine) == ["jun"] * 4


def test_what_no_rule_sends_anywhere_goes_to_the_default_owner(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + "default: mira\nrules:\n  - {id: high, min_score: 90, person: olga}\n")
    happen(engine, points=60)
    route(engine, NOW)
    (view,) = ledger(engine)
    assert (view.delivery.destination_id, view.delivery.rules) == ("mira", ("default",))
    with reading(engine) as c:
        assert find_standings(c, [1])[1].assignments[0].why == "the default owner"


def test_who_hands_it_on_is_told_no_more_and_who_gets_it_is(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, TEAM)
    happen(engine)
    route(engine, NOW)
    hand(engine, 1, by="mira", to="olga", why="in Russian", now=NOW)
    handed = ledger(engine)[-1]
    assert (handed.kind, handed.delivery.destination_id, handed.delivery.rules) == (EventKind.HANDED, "olga", ("all",))
    happen(engine, kind=EventKind.DEADLINE_MOVED, changes=[])
    route(engine, NOW)
    assert places(engine) == ["mira", "olga", "olga"]
    with reading(engine) as c:
        standing = find_standings(c, [1])[1]
        assert (standing.at_work, standing.relieved, standing.decided) == (("olga",), {"mira"}, None)


def test_who_takes_it_has_it_alone(engine: Engine, tmp_path: Path) -> None:
    rules = "rules:\n  - {id: a, min_score: 0, person: mira}\n  - {id: b, min_score: 0, person: olga}\n"
    import_text(engine, tmp_path, BOOK + rules)
    happen(engine)
    route(engine, NOW)
    assert take(engine, 1, "olga", "ours", NOW).is_new
    assert not take(engine, 1, "olga", "again", NOW).is_new
    with reading(engine) as c:
        assert count_open(c, NOW) == {"olga": 1}
    with pytest.raises(WrongUse, match=r"olga has taken 1 since .*; `tenderwatch alerts hand 1 --by olga --to mira`"):
        take(engine, 1, "mira", "mine", NOW)
    with pytest.raises(WrongUse, match="there is no person nobody; there are jun, mira, olga"):
        take(engine, 1, "nobody", "", NOW)
    with pytest.raises(WrongUse, match="there is no opportunity 7"):
        decline(engine, 7, "mira", "", NOW)
    assert decline(engine, 1, "olga", "too small", NOW).is_new
    with reading(engine) as c:
        assert count_open(c, NOW) == {}


def test_what_nobody_in_the_team_can_take_goes_to_the_default_channel(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, AWAY + "default: room\n")
    happen(engine)
    route(engine, NOW)
    (view,) = ledger(engine)
    assert (view.delivery.destination_id, view.delivery.rules) == ("room", ("all", "default"))
    assert notes(engine) == ["to room: rule all fits, nobody in pumps-team can take it"]


def test_what_nobody_in_the_team_can_take_goes_to_the_default_team(engine: Engine, tmp_path: Path) -> None:
    second = AWAY.replace("[mira]}", "[mira]}\n  - {id: others, people: [jun]}")
    import_text(
        engine, tmp_path, second.replace("teams:", "  - {id: jun, email: j@b.example}\nteams:") + "default: others\n"
    )
    happen(engine)
    route(engine, NOW)
    assert places(engine) == ["jun"]
    with reading(engine) as c:
        assert find_standings(c, [1])[1].at_work == ("jun",)


def test_what_nobody_can_take_is_told_to_the_operators(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, AWAY)
    happen(engine)
    route(engine, NOW)
    (view,) = ledger(engine)
    assert (view.delivery.destination_id, view.delivery.rules) == ("ops", ("all", "nobody can take it"))
    assert notes(engine) == ["to ops: rule all fits, nobody in pumps-team can take it"]
    happen(engine, kind=EventKind.DEADLINE_MOVED, changes=[])
    route(engine, NOW)
    assert places(engine) == ["ops", "ops"]


def test_where_nobody_can_take_it_and_nobody_is_told_the_note_says_why(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, AWAY.replace(", operators: true", ""))
    happen(engine)
    route(engine, NOW)
    assert ledger(engine) == []
    assert notes(engine) == ["rule all fits, nobody in pumps-team can take it"]


def test_what_another_rule_sends_to_somebody_needs_no_default_owner(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, AWAY + "  - {id: copy, min_score: 40, destination: ops}\ndefault: room\n")
    happen(engine)
    route(engine, NOW)
    assert places(engine) == ["ops"]


def test_what_the_default_owner_gets_is_nobodys_turn(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, TURNS)
    come(engine, *["ES", "FR"] * 4)
    assert places(engine) == ["mira", "olga", "jun", "olga"] * 2


def test_what_a_member_gets_as_the_default_owner_is_not_their_turn(engine: Engine, tmp_path: Path) -> None:
    import_text(
        engine,
        tmp_path,
        TURNS.replace("[mira, jun]", "[olga, mira, jun]").replace(
            "olga@bidder.example", "olga@bidder.example, speciality: {countries: [ES]}"
        ),
    )
    come(engine, *["ES", "FR"] * 4)
    assert places(engine)[::2] == ["olga", "mira", "jun", "olga"]
    assert places(engine)[1::2] == ["olga"] * 4


def test_turns_go_on_among_who_knows_about_it(engine: Engine, tmp_path: Path) -> None:
    fr = TURNS.replace("olga@bidder.example", "olga@bidder.example, speciality: {countries: [FR]}")
    import_text(engine, tmp_path, fr.replace("[mira, jun]", "[mira, jun, olga]").replace("default: olga\n", ""))
    come(engine, *["ES", "FR"] * 4)
    assert places(engine) == ["mira", "olga", "jun", "olga"] * 2


def test_turns_go_on_where_who_had_the_last_one_is_removed(engine: Engine, tmp_path: Path) -> None:
    three = TURNS.replace("[mira, jun]", "[mira, jun, olga]").replace("speciality: {countries: [ES]}", "zone: UTC")
    import_text(engine, tmp_path, three.replace("default: olga\n", ""))
    come(engine, "ES", "ES")
    remove(engine, "jun", "mira", NOW)
    come(engine, "ES", "ES")
    assert [each.delivery.destination_id for each in ledger(engine) if each.kind is EventKind.NEW][2:] == [
        "olga",
        "mira",
    ]


def test_only_who_bids_declines_it_or_hands_it_on(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, TEAM)
    happen(engine)
    route(engine, NOW)
    take(engine, 1, "mira", "ours", NOW)
    with pytest.raises(WrongUse, match=r"mira has taken 1 since .*; `tenderwatch alerts decline 1 --by mira --why"):
        decline(engine, 1, "jun", "wrong number", NOW)
    with pytest.raises(WrongUse, match=r"mira has taken 1 since .*; `tenderwatch alerts hand 1 --by mira --to jun`"):
        hand(engine, 1, by="jun", to="jun", why="mine", now=NOW)
    with reading(engine) as c:
        standing = find_standings(c, [1])[1]
        assert (standing.at_work, standing.decided and standing.decided.by) == (("mira",), "mira")
    assert hand(engine, 1, by="mira", to="jun", why="yours", now=NOW).is_new


def test_what_is_handed_over_does_not_wait_beyond_its_deadline(engine: Engine, tmp_path: Path) -> None:
    book = TEAM.replace("zone: Europe/Moscow", 'zone: Europe/Madrid, when: {quiet: "20:00-08:00"}')
    import_text(engine, tmp_path, book)
    happen(engine, a_notice(deadline_at=at("2026-11-08 23:00")), a_notice(key="later"))
    route(engine, NOW)
    friday = at("2026-11-06 20:00")
    for number in (1, 2):
        hand(engine, number, by="mira", to="olga", why="", now=friday)
    handed = [view.at for view in ledger(engine) if view.kind is EventKind.HANDED]
    assert handed == [friday, at("2026-11-09 07:00")]


def test_of_a_baseline_what_nobody_in_the_team_knows_about_goes_to_the_default_owner(
    engine: Engine, tmp_path: Path
) -> None:
    import_text(engine, tmp_path, TURNS)
    happen(engine, a_notice(key="old"), baseline="first run of gb_test")
    finish_runs(engine)
    route(engine, NOW)
    (view,) = ledger(engine)
    assert (view.delivery.destination_id, view.delivery.rules) == ("olga", ("all", "default"))
    assert notes(engine)[0] == "in a summary to olga"


def test_of_a_baseline_what_nobody_knows_about_is_not_said_to_match_no_rule(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, TURNS.replace("default: olga\n", ""))
    happen(engine, a_notice(key="old"), baseline="first run of gb_test")
    finish_runs(engine)
    route(engine, NOW)
    assert ledger(engine) == []
    assert notes(engine) == ["rule all fits, nobody in pumps-team can take it"]
