"""Operators are told of what was lost, once, and never in a circle; people acknowledge and send again."""

from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

from sqlalchemy import Engine

from alerts.losses import report_losses
from alerts.route import route
from alerts.send import Sent, send_due
from domain.alerts import DeliveryState, Destination, EventKind
from domain.people import Span, When
from storage.deliveries import requeue
from storage.destinations import save_destination
from storage.engine import reading, writing
from storage.ledger import acknowledge, count_by_destination
from storage.schema import deliveries
from tests.alerts.cases import happen, ledger, states, tell, tenders
from tests.alerts.post import Box, a_server, an_installation, parts
from tests.factories import NOW

SENT, DEAD, UNKNOWN = DeliveryState.SENT, DeliveryState.DEAD, DeliveryState.UNKNOWN
OPERATORS = Destination("operators", "Operators", "tendermail://operators@bidder.example", operators=True)


def test_operators_are_told_once_an_hour_of_each_destination(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    with writing(engine) as c:
        save_destination(c, OPERATORS)
    happen(engine, *tenders(3))
    route(engine, NOW)
    box = Box("550 5.7.1 no such mailbox")
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        assert send_due(engine, settings, lambda: NOW) == Sent(sent=1, failed=3)
        (told,) = box.mails
        assert told["To"] == "operators@bidder.example"
        assert told["Subject"] == "Tenderwatch: 3 alerts to sales were not delivered"
        text, html = parts(told)
        for part in (" ".join(text.split()), html):
            assert "3 given up: the mail server answered 550 5.7.1 no such mailbox" in part
            assert "tenderwatch alerts test sales" in part
        assert send_due(engine, settings, lambda: NOW) == Sent(), "not again"
        box.answers = ["550 still not"]
        happen(engine, *tenders(5))
        route(engine, NOW)
        assert send_due(engine, settings, lambda: NOW + timedelta(minutes=5)).failed == 2
        assert len(box.mails) == 1, "within the hour"
        assert send_due(engine, settings, lambda: NOW + timedelta(hours=2)).sent == 1
        assert "2 alerts to sales" in str(box.mails[1]["Subject"])
        with writing(engine) as c:
            assert requeue(c, None, [DEAD], NOW) == 5
        assert send_due(engine, settings, lambda: NOW + timedelta(hours=3)).sent == 5


def test_what_operators_do_not_get_makes_no_circle(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as c:
        save_destination(c, OPERATORS)
    tell(engine)
    happen(engine)
    route(engine, NOW)
    box = Box(*["550 no"] * 20)
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        for hour in range(5):
            send_due(engine, settings, lambda hour=hour: NOW + timedelta(hours=2 * hour))
    kinds = [view.kind for view in ledger(engine)]
    assert kinds == [EventKind.NEW, EventKind.NOT_DELIVERED]
    assert box.tries == 2


def test_who_has_seen_it_is_kept(engine: Engine, tmp_path: Path) -> None:
    tell(engine)
    happen(engine)
    route(engine, NOW)
    with writing(engine) as c:
        assert acknowledge(c, [1], "Ana", NOW) == 0, "nothing that still waits"
    box = Box("250 cut")
    with a_server(box) as mail:
        send_due(engine, an_installation(tmp_path, mail), lambda: NOW)
    assert states(engine) == [UNKNOWN]
    with writing(engine) as c:
        assert acknowledge(c, [1], "Ana", NOW) == 1
        assert acknowledge(c, [1], "Ben", NOW) == 0, "who was first stays"
    with reading(engine) as c:
        assert count_by_destination(c) == {"sales": {"acknowledged": 1}}
    assert ledger(engine)[0].delivery.acknowledged_by == "Ana"


def test_operators_are_told_of_losses_after_their_quiet_hours(engine: Engine) -> None:
    tell(engine)
    with writing(engine) as c:
        save_destination(c, replace(OPERATORS, when=When(quiet=Span(time(20), time(8)))))
    happen(engine)
    route(engine, NOW)
    with writing(engine) as c:
        c.execute(deliveries.update().values(state=DEAD))
    assert report_losses(engine, NOW + timedelta(hours=13)) == 1
    assert ledger(engine)[-1].at == NOW + timedelta(hours=23), "Tuesday 08:00"
