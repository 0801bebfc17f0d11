"""Who is told: people by rules, teams in turn, the default owner, and who is relieved."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.decide import decline, hand, take
from alerts.route import route
from domain.alerts import EventKind
from domain.errors import WrongUse
from domain.people import Speciality
from storage.assignments import count_open, find_standings
from storage.engine import reading, writing
from storage.people import save_person
from tests.alerts.cases import happen, ledger, tenders
from tests.alerts.desk import BOOK, a_person, import_text
from tests.factories import NOW, a_notice

TEAM = BOOK + "rules:\n  - {id: all, min_score: 40, team: pumps-team}\n"


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
    with pytest.raises(WrongUse, match=r"olga has taken 1 since .*; `tenderwatch alerts hand 1 --to mira`"):
        take(engine, 1, "mira", "mine", NOW)
    with pytest.raises(WrongUse, match="there is no person nobody; there are jun, mira, olga"):
        take(engine, 1, "nobody", "", NOW)
    with pytest.raises(WrongUse, match="there is no opportunity 7"):
        decline(engine, 7, "mira", "", NOW)
    assert decline(engine, 1, "olga", "too small", NOW).is_new
    with reading(engine) as c:
        assert count_open(c, NOW) == {}
