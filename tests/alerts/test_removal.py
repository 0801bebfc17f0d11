"""Somebody leaves, a channel is given up: nothing is left without somebody, nothing is lost from the ledger."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.book import export_book
from alerts.decide import take
from alerts.follow import follow_up
from alerts.leftovers import import_file
from alerts.removal import remove
from alerts.route import route
from alerts.send import send_due
from domain.alerts import DeliveryState, EventKind
from domain.errors import WrongUse
from storage.assignments import find_standings
from storage.deliveries import requeue
from storage.engine import reading, writing
from tests.alerts.cases import happen, ledger, tenders
from tests.alerts.desk import BOOK, import_text
from tests.alerts.post import Box, a_server, an_installation, parts
from tests.factories import NOW, a_notice

RULES = """
default: mira
rules:
  - {id: all, min_score: 40, person: mira, remind: [10], escalate: [{hours: 1, to: jun}]}
  - {id: chat, min_score: 40, destination: board, escalate: [{hours: 1, to: mira}]}
"""

SMALL = """
people:
  - {id: olga, name: Olga, email: olga@bidder.example, language: ru, zone: Europe/Moscow}
default:
rules:
  - {id: own, min_score: 0, person: olga}
"""


def test_a_person_who_leaves_hands_everything_on(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine, *tenders(3))
    route(engine, NOW)
    take(engine, 1, "mira", "", NOW)
    with pytest.raises(WrongUse, match=r"mira has 3 open opportunities; the rules all, chat; what no rule .*--to"):
        remove(engine, "mira", None, NOW)
    done = remove(engine, "mira", "olga", NOW)
    assert (done.destination, done.handed, done.rules) == ("mira", (1, 2, 3), ("all", "chat"))
    assert (done.teams, done.was_default, done.lapsed, done.without_operators) == (("pumps-team",), True, 3, True)
    with reading(engine) as c:
        assert {each.at_work for each in find_standings(c, [1, 2, 3]).values()} == {("olga",)}
    exported = export_book(engine)
    assert "mira" not in exported
    box = Box()
    with a_server(box) as mail:
        send_due(engine, an_installation(tmp_path, mail), lambda: NOW)
    to_olga = [mail for mail in box.mails if "olga" in mail["To"]]
    assert {mail["To"] for mail in box.mails} == {"olga@bidder.example", "board@bidder.example"}
    assert len(to_olga) == 1, "all that is handed over in one message"
    text = " ".join(parts(to_olga[0])[0].split())
    assert text.count("Mira was removed from the alerts") == 1
    assert all(f"Water pumps no. {number}" in text for number in range(3))
    lapsed = [view.delivery for view in ledger(engine) if view.delivery.state is DeliveryState.LAPSED]
    assert {each.reason for each in lapsed} == {"not told: this destination was removed"}


def test_what_becomes_of_it_is_told_to_those_who_are_there(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine)
    route(engine, NOW)
    box = Box()
    with a_server(box) as mail:
        place = an_installation(tmp_path, mail)
        send_due(engine, place, lambda: NOW)
        take(engine, 1, "mira", "", NOW)
        remove(engine, "mira", "olga", NOW)
        remove(engine, "board", "jun", NOW)
        send_due(engine, place, lambda: NOW)
        box.mails.clear()
        later = NOW + timedelta(days=22)
        happen(engine, a_notice(value=None), kind=EventKind.CHANGED, now=later, changes=[])
        route(engine, later)
        follow_up(engine, later)
        send_due(engine, place, lambda: later)
    assert {mail["To"] for mail in box.mails} <= {"olga@bidder.example", "jun@bidder.example"}
    assert box.mails
    with writing(engine) as c:
        assert requeue(c, [1, 2], [DeliveryState.SENT], NOW) == 0, "nothing is sent again to who is not there"


def test_an_import_brings_back(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    before = export_book(engine)
    remove(engine, "mira", "olga", NOW)
    import_text(engine, tmp_path, BOOK + RULES)
    assert export_book(engine) == before


@pytest.mark.parametrize(
    ("name", "to", "words"),
    [
        (
            "nobody",
            None,
            "no person, destination, team or rule nobody; there are person jun, mira, olga; destination board; team",
        ),
        ("mira", "mira", "--to mira: write one of board, jun, olga, pumps-team"),
        ("mira", "nobody", "--to nobody: write one of"),
        ("mira", "board", "there is no person board"),
        ("board", None, "board has the rules chat: write --to"),
        ("chat", "olga", "--to olga: nothing is a rule's"),
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_cannot_be_is_said(engine: Engine, tmp_path: Path, name: str, to: str | None, words: str) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine)
    route(engine, NOW)
    with pytest.raises(WrongUse, match=words):
        remove(engine, name, to, NOW)


def test_a_channel_that_a_person_reads_is_the_persons(engine: Engine, tmp_path: Path) -> None:
    board = 'destinations:\n  - {id: board, name: Board, url: "tendermail://board@bidder.example"}\n'
    person = f"{board}people:\n  - {{id: ana, name: Ana, email: ana@bidder.example, destination: board}}\nrules: []\n"
    import_text(engine, tmp_path, person)
    with pytest.raises(WrongUse, match="board is where ana reads: remove ana"):
        remove(engine, "board", None, NOW)
    assert remove(engine, "ana", None, NOW).destination is None
    assert remove(engine, "board", None, NOW).destination == "board"


def test_a_rule_is_removed_and_sends_no_more(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    assert remove(engine, "chat", None, NOW).kind == "rule"
    happen(engine)
    route(engine, NOW)
    assert [view.delivery.rules for view in ledger(engine)] == [("all",)]
    with pytest.raises(WrongUse, match="there is no rule chat; there are rule all"):
        remove(engine, "chat", None, NOW, kind="rule")


def test_a_rule_with_the_id_of_a_person(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES.replace("id: all", "id: mira"))
    with pytest.raises(WrongUse, match="mira is a person and a rule: write --kind"):
        remove(engine, "mira", None, NOW)
    assert remove(engine, "mira", None, NOW, kind="rule").kind == "rule"
    assert remove(engine, "mira", "olga", NOW).kind == "person"


def test_a_team_is_removed_and_its_turn_is_kept(engine: Engine, tmp_path: Path) -> None:
    by_team = BOOK + RULES.replace("person: mira", "team: pumps-team")
    import_text(engine, tmp_path, by_team)
    happen(engine)
    route(engine, NOW)
    with pytest.raises(WrongUse, match="pumps-team has the rules all: write --to"):
        remove(engine, "pumps-team", None, NOW)
    done = remove(engine, "pumps-team", "olga", NOW)
    assert (done.kind, done.rules, done.destination) == ("team", ("all",), None)
    assert "pumps-team" not in export_book(engine)
    happen(engine, a_notice(key="second"))
    route(engine, NOW)
    import_text(engine, tmp_path, by_team)
    happen(engine, a_notice(key="third"))
    route(engine, NOW)
    with reading(engine) as c:
        had = find_standings(c, [1, 2, 3])
    assert [had[number].at_work for number in (1, 2, 3)] == [("mira",), ("olga",), ("jun",)]


def test_an_import_tells_what_the_file_does_not_name(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    file = tmp_path / "fewer.yml"
    file.write_text(SMALL, encoding="utf-8")
    kept = import_file(engine, file, NOW)
    everything = "rule all, chat; team pumps-team; person jun, mira; destination board; default mira"
    assert (str(kept.removed), str(kept.left)) == ("", everything)
    replaced = import_file(engine, file, NOW, replace=True)
    assert str(replaced.removed) == "rule all, chat; team pumps-team; default mira"
    assert str(replaced.left) == "person jun, mira; destination board"
    happen(engine)
    route(engine, NOW)
    assert [(view.delivery.destination_id, view.delivery.rules) for view in ledger(engine)] == [("olga", ("own",))]
    file.write_text(SMALL.replace("  - {id: own, min_score: 0, person: olga}", "").replace("rules:", "rules: []"))
    assert str(import_file(engine, file, NOW, replace=True).removed) == "rule own"
    happen(engine, a_notice(key="later"))
    route(engine, NOW)
    assert len(ledger(engine)) == 1


def test_a_rule_that_was_removed_follows_up_no_more(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + RULES)
    happen(engine)
    route(engine, NOW)
    remove(engine, "all", None, NOW)
    remove(engine, "chat", None, NOW)
    box = Box()
    with a_server(box) as mail:
        assert send_due(engine, an_installation(tmp_path, mail), lambda: NOW).sent == 2
    follow_up(engine, NOW + timedelta(days=22))
    assert {view.kind for view in ledger(engine)} == {EventKind.NEW}
