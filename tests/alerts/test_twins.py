"""Two portals carry one procedure, and both messages were queued before that was known."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from alerts.route import route
from alerts.send import Sent, send_due
from domain.alerts import DeliveryState, Rule
from storage.engine import writing
from storage.joining import join_by_hand
from storage.schema import deliveries, notices
from tests.alerts.cases import happen, ledger, states, tell
from tests.alerts.post import Box, a_server, an_installation
from tests.factories import NOW, a_notice

ONE, OTHER = a_notice(), a_notice(source="eu_other", key="7-2026", title={"en": "Water pumps for Norbridge"})


def join(engine: Engine) -> None:
    with writing(engine) as c:
        first, second = sorted(c.execute(select(notices.c.id)).scalars())
        assert join_by_hand(c, first, second, said_by="Mira", why="the same file", now=NOW)


def send(engine: Engine, folder: Path) -> tuple[Box, Sent]:
    box = Box()
    with a_server(box) as mail:
        return box, send_due(engine, an_installation(folder, mail), lambda: NOW)


def test_what_was_joined_while_it_waited_is_told_once(engine: Engine, tmp_path: Path) -> None:
    tell(engine, Rule("british", None, 0, "sales"), Rule("all", None, 0, "sales"))
    happen(engine, ONE)
    happen(engine, OTHER)
    route(engine, NOW)
    with writing(engine) as c:
        c.execute(deliveries.update().where(deliveries.c.id == 2).values(rules=["european"]))
    join(engine)
    box, sent = send(engine, tmp_path)
    assert sent == Sent(sent=1)
    assert len(box.mails) == 1
    first, second = [view.delivery for view in ledger(engine)]
    assert (first.state, second.state) == (DeliveryState.SENT, DeliveryState.LAPSED)
    assert second.reason == f"not told: joined with one that delivery {first.id} tells of"
    assert first.rules == ("all", "british", "european"), "the message names all rules that led there"


def test_what_was_joined_with_one_that_was_told_is_not_told_again(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    happen(engine, ONE)
    route(engine, NOW)
    assert send(engine, tmp_path)[1] == Sent(sent=1)
    happen(engine, OTHER)
    route(engine, NOW)
    join(engine)
    box, sent = send(engine, tmp_path)
    assert (box.mails, sent) == ([], Sent())
    assert states(engine) == [DeliveryState.SENT, DeliveryState.LAPSED]


@pytest.mark.parametrize("lost", [DeliveryState.DEAD, DeliveryState.UNKNOWN])
def test_what_was_joined_with_one_that_did_not_arrive_is_told(
    engine: Engine, tmp_path: Path, lost: DeliveryState
) -> None:
    tell(engine)
    happen(engine, ONE)
    happen(engine, OTHER)
    route(engine, NOW)
    join(engine)
    with writing(engine) as c:
        c.execute(deliveries.update().where(deliveries.c.id == 1).values(state=lost))
    assert send(engine, tmp_path)[1] == Sent(sent=1)
    assert states(engine) == [lost, DeliveryState.SENT]


def test_of_many_only_the_twin_is_left_out(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    happen(engine, ONE)
    happen(engine, OTHER)
    route(engine, NOW)
    join(engine)
    happen(engine, *[a_notice(key=f"t{number}") for number in range(3)])
    route(engine, NOW)
    box, sent = send(engine, tmp_path)
    assert (len(box.mails), sent) == (1, Sent(sent=4))
    assert states(engine) == [DeliveryState.SENT, DeliveryState.LAPSED, *[DeliveryState.SENT] * 3]
