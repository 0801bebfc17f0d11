"""Somebody leaves, a channel is given up: nothing is left without somebody, nothing is lost from the ledger."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.book import export_book
from alerts.decide import take
from alerts.follow import follow_up
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
        ("nobody", None, "there is no person or destination nobody; there are board, jun, mira, olga"),
        ("mira", "mira", "--to mira: write one of board, jun, olga, pumps-team"),
        ("mira", "nobody", "--to nobody: write one of"),
        ("mira", "board", "there is no person board"),
        ("board", None, "board has the rules chat: write --to"),
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
