"""Mails to real servers, each outcome seen from the server's side and in the ledger."""

import re
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.attempt import LAST_WORDS
from alerts.outcome import MOST_TRIES
from alerts.route import route
from alerts.send import Sent, check_destination, send_due, send_test
from domain.alerts import DeliveryState, Destination, EventKind, FieldChange
from domain.config import Mail
from domain.errors import WrongUse
from domain.sources import IssueKind
from storage.deliveries import requeue
from storage.engine import reading, writing
from storage.issues import find_issues
from tests.alerts.cases import happen, ledger, states, tell, tenders
from tests.alerts.post import Box, RefusingBox, a_certificate, a_server, an_installation, authenticate, free_port, parts
from tests.factories import NOW, a_notice

SENT, QUEUED, DEAD, UNKNOWN = DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.DEAD, DeliveryState.UNKNOWN


class Clock:
    """Time that goes on when told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queued(engine: Engine) -> Engine:
    """One new opportunity, routed to one manager."""
    tell(engine)
    happen(engine)
    assert route(engine, NOW).deliveries == 1
    return engine


def test_a_mail_arrives_once_with_everything_a_manager_needs(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    box = Box()
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        assert send_due(queued, settings, clock) == Sent(sent=1)
        assert send_due(queued, settings, clock) == Sent()
    (got,) = box.mails
    assert got["To"] == "manager@bidder.example"
    assert got["From"] == "Tenderwatch <tenderwatch@bidder.example>"
    assert got["Subject"] == "New tender (60): Supply of water pumps · 29 days left"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["List-Id"] == "Tenderwatch <sales.tenderwatch.bidder.example>"
    assert got["Message-ID"] == f"<{ledger(queued)[0].delivery.message_id}@bidder.example>"
    assert got["In-Reply-To"] is None
    assert got["Date"] is not None
    for part in parts(got):
        for wanted in (
            "Supply of water pumps",
            "Norbridge Town Council",
            "United Kingdom",
            "Tue 1 Dec 2026, 13:00 CET",
            "29 days left",
            "GBP 120,000",
            "https://portal.example/notice/ocds-test-1",
            "The keyword “pump*” stands in the title",
            "pumps",
            "60",
        ):
            assert wanted in part
        assert "country is one of" not in part, "a reason without points"
    assert states(queued) == [SENT]
    assert "250" in (ledger(queued)[0].delivery.reason or "")


def test_what_is_due_together_is_one_mail_with_the_best_first(engine: Engine, tmp_path: Path, clock: Clock) -> None:
    tell(engine)
    happen(engine, *tenders(2), points=50)
    happen(engine, a_notice(key="best", title={"en": "The best pumps"}), points=90)
    route(engine, NOW)
    box, told = Box(), []
    with a_server(box) as mail:
        assert send_due(engine, an_installation(tmp_path, mail), clock, told.append).sent == 3
    (got,) = box.mails
    assert told == [3]
    assert got["Subject"] == "3 new tenders, the best (90): The best pumps"
    text, _ = parts(got)
    assert text.index("The best pumps") < text.index("Water pumps no. 0") < text.index("Water pumps no. 1")
    assert len({view.delivery.message_id for view in ledger(engine)}) == 1


def test_more_than_a_mail_holds_become_two(engine: Engine, tmp_path: Path, clock: Clock) -> None:
    tell(engine)
    happen(engine, *tenders(20))
    route(engine, NOW)
    box = Box()
    with a_server(box) as mail:
        assert send_due(engine, an_installation(tmp_path, mail), clock).sent == 20
    assert [str(got["Subject"]).split()[0] for got in box.mails] == ["15", "5"]
    assert max(len(got.as_bytes()) for got in box.mails) < 102_000, "Gmail would cut it off"
    assert len({got["Message-ID"] for got in box.mails}) == 2


def test_later_events_answer_the_first_mail(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    box = Box()
    moved = FieldChange("deadline_at", "2026-12-01T12:00:00+00:00", "2026-12-15T12:00:00+00:00")
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        send_due(queued, settings, clock)
        happen(
            queued, kind=EventKind.DEADLINE_MOVED, changes=[{"field": moved.field, "old": moved.old, "new": moved.new}]
        )
        happen(queued, kind=EventKind.CHANGED, changes=[{"field": "title", "old": {"en": "A"}, "new": {"en": "B"}}])
        route(queued, NOW)
        assert send_due(queued, settings, clock).sent == 2
        happen(queued, kind=EventKind.CANCELLED, changes=[{"field": "status", "old": "open", "new": "cancelled"}])
        route(queued, NOW)
        send_due(queued, settings, clock)
    first, second, third = box.mails
    assert second["In-Reply-To"] == first["Message-ID"]
    assert third["References"] == f"{first['Message-ID']} {second['Message-ID']}"
    assert second["Subject"] == "Deadline moved: Supply of water pumps"
    assert third["Subject"] == "Cancelled: Supply of water pumps"
    text, html = parts(second)
    assert "Deadline: Tue 1 Dec 2026, 13:00 CET" in " ".join(text.split())
    assert "-> Tue 15 Dec 2026, 13:00 CET" in " ".join(text.split())
    assert "<s" in html


def test_a_server_that_is_down_gets_the_mail_once_when_it_is_up(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    port = free_port()
    settings = an_installation(tmp_path, Mail(host="127.0.0.1", port=port, sender="t@bidder.example"))
    assert send_due(queued, settings, clock) == Sent(failed=1, waiting=1)
    line = ledger(queued)[0]
    assert line.delivery.state is QUEUED
    assert line.delivery.reason == f"the mail server 127.0.0.1:{port} refused the connection"
    assert timedelta(seconds=48) <= line.delivery.next_try_at - NOW <= timedelta(seconds=72)
    box = Box()
    with a_server(box, port=port):
        assert send_due(queued, settings, clock) == Sent(waiting=1), "it waits for its turn"
        clock.forward(minutes=2)
        assert send_due(queued, settings, clock) == Sent(sent=1)
        clock.forward(days=2)
        assert send_due(queued, settings, clock) == Sent()
    assert len(box.mails) == 1
    assert states(queued) == [SENT]


def test_451_is_tried_again_with_the_same_message_id_and_holds_the_others_back(
    queued: Engine, tmp_path: Path, clock: Clock
) -> None:
    box = Box("451 4.3.0 try later")
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        assert send_due(queued, settings, clock).failed == 1
        key = ledger(queued)[0].delivery.message_id
        happen(queued, a_notice(key="later"))
        route(queued, NOW)
        assert send_due(queued, settings, clock) == Sent(waiting=2)
        clock.forward(minutes=2)
        assert send_due(queued, settings, clock).sent == 2
    assert box.mails[0]["Message-ID"] == f"<{key}@bidder.example>"
    assert len(box.mails) == 2, "what was tried together stays together, alone"


def test_550_is_a_dead_letter_that_a_person_sees(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    with a_server(RefusingBox()) as mail:
        assert send_due(queued, an_installation(tmp_path, mail), clock).failed == 1
    assert states(queued) == [DEAD]
    assert ledger(queued)[0].delivery.reason == "the mail server answered 550 5.1.1 no such mailbox"
    with reading(queued) as c:
        (issue,) = find_issues(c)
    assert (issue.issue.source, issue.issue.kind) == ("alerts/sales", IssueKind.DEAD_LETTER)
    assert "alerts resend" in issue.issue.reason
    box = Box()
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        assert send_due(queued, settings, clock) == Sent(), "not by itself"
        with writing(queued) as c:
            assert requeue(c, None, [DEAD], NOW) == 1
        assert send_due(queued, settings, clock).sent == 1
    with reading(queued) as c:
        assert find_issues(c) == []


def test_after_the_last_try_it_is_given_up(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    settings = an_installation(tmp_path, Mail(host="127.0.0.1", port=free_port()))
    for number in range(1, MOST_TRIES + 1):
        assert send_due(queued, settings, clock).failed == 1
        with reading(queued) as c:
            kinds = {stored.issue.kind for stored in find_issues(c)}
        assert (IssueKind.NOT_REACHED in kinds) == (number >= 3)
        clock.now = ledger(queued)[0].delivery.next_try_at
    assert states(queued) == [DEAD]
    assert (ledger(queued)[0].delivery.reason or "").endswith(f"(given up after {MOST_TRIES} tries)")


def test_what_is_too_old_is_given_up(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    settings = an_installation(tmp_path, Mail(host="127.0.0.1", port=free_port()))
    send_due(queued, settings, clock)
    clock.forward(days=4)
    assert send_due(queued, settings, clock).failed == 1, "it is tried once more all the same"
    assert (ledger(queued)[0].delivery.reason or "").endswith("(given up after 3 days)")


@pytest.mark.parametrize("how", ["cut after DATA", "silent after DATA"])
def test_no_answer_after_data_is_unknown(queued: Engine, tmp_path: Path, clock: Clock, how: str) -> None:
    box = Box("250 cut") if how.startswith("cut") else Box(delay=8)
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail.model_copy(update={"timeout": 0.5}))
        assert send_due(queued, settings, clock).unknown == 1
        clock.forward(days=3)
        assert send_due(queued, settings, clock) == Sent(), "never again by itself"
    assert box.tries == 1
    assert states(queued) == [UNKNOWN]
    assert "handed over" in (ledger(queued)[0].delivery.reason or "")


def test_our_own_time_limit(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    box = Box(delay=2.5)
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail.model_copy(update={"timeout": 20}))
        sent = send_due(queued, settings, clock, time_limit=timedelta(seconds=0.7))
    assert sent.unknown == 1
    assert ledger(queued)[0].delivery.reason == "handed over, but no answer in 0.7 s"


def test_a_stop_does_not_wait_for_a_slow_server(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    box, stop = Box(delay=30), threading.Event()
    threading.Timer(0.5, stop.set).start()
    with a_server(box) as mail:
        begun = time.monotonic()
        sent = send_due(queued, an_installation(tmp_path, mail.model_copy(update={"timeout": 20})), clock, stop=stop)
        assert LAST_WORDS <= time.monotonic() - begun < LAST_WORDS + 3
    assert sent.unknown == 1, "it was handed over: it may have arrived"
    assert re.fullmatch(r"handed over, but no answer in [5-7](\.\d+)? s", ledger(queued)[0].delivery.reason or "")


def test_a_server_that_never_greets_is_tried_again(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        mail = Mail(host="127.0.0.1", port=silent.getsockname()[1], timeout=30)
        sent = send_due(queued, an_installation(tmp_path, mail), clock, time_limit=timedelta(seconds=0.5))
    assert sent == Sent(failed=1, waiting=1), "nothing had left: it may be sent again"


def test_two_dispatchers_at_once_send_each_mail_once(engine: Engine, tmp_path: Path, clock: Clock) -> None:
    for number in range(6):
        tell(engine, url=f"tendermail://manager{number}@bidder.example", destination=f"desk{number}")
    happen(engine, *tenders(30))
    route(engine, NOW)
    box, sent = Box(delay=0.02), []
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        threads = [threading.Thread(target=lambda: sent.append(send_due(engine, settings, clock))) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        sent.append(send_due(engine, settings, clock))
    assert sum(each.sent for each in sent) == 180
    assert len(box.mails) == len({got["Message-ID"] for got in box.mails}) == 12
    assert set(states(engine)) == {SENT}


def test_starttls_and_a_password(queued: Engine, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted, context = a_certificate(tmp_path)
    box = Box()
    options = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": authenticate}
    with a_server(box, **options) as mail:
        secure = {"security": "starttls", "user": "robot", "password": "right"}
        settings = an_installation(tmp_path, mail.model_copy(update=secure))
        assert send_due(queued, settings, clock).failed == 1
        assert "certificate of the mail server" in (ledger(queued)[0].delivery.reason or "")
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        clock.forward(hours=1)
        wrong = an_installation(tmp_path, mail.model_copy(update={**secure, "password": "wrong"}))
        assert send_due(queued, wrong, clock) == Sent(failed=1, waiting=1), "a wrong password loses nothing"
        assert "refused user or password (535" in (ledger(queued)[0].delivery.reason or "")
        assert "wrong" not in (ledger(queued)[0].delivery.reason or "")
        clock.forward(hours=1)
        assert send_due(queued, settings, clock).sent == 1
    assert len(box.mails) == 1


def test_tls_from_the_first_byte(queued: Engine, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    trusted, context = a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    box = Box()
    with a_server(box, ssl_context=context) as mail:
        settings = an_installation(tmp_path, mail.model_copy(update={"security": "tls"}))
        assert send_due(queued, settings, clock).sent == 1
    assert len(box.mails) == 1


def test_no_password_goes_out_in_plain(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    mail = Mail(host="mail.bidder.example", user="robot", password="right")
    settings = an_installation(tmp_path, mail)
    assert send_due(queued, settings, clock).failed == 1
    assert "no password is sent without encryption" in (ledger(queued)[0].delivery.reason or "")
    trouble = check_destination(Destination("sales", "Sales", "tendermail://a@bidder.example"), settings, queued)
    assert trouble is not None
    assert "mail.security" in trouble


def test_crawled_text_cannot_break_a_header(engine: Engine, tmp_path: Path, clock: Clock) -> None:
    tell(engine)
    hostile = "Pumps\r\nBcc: everyone@victim.example\r\n\r\n<b>x</b>\u202e\u0001" + "é" * 100_000
    happen(engine, a_notice(title={"en": hostile}))
    route(engine, NOW)
    box = Box()
    with a_server(box) as mail:
        assert send_due(engine, an_installation(tmp_path, mail), clock).sent == 1
    (got,) = box.mails
    assert got["Bcc"] is None
    assert len(got["Subject"]) <= 150
    assert "\u202e" not in got["Subject"]


def test_lines_that_begin_with_a_dot_arrive_whole(engine: Engine, tmp_path: Path, clock: Clock) -> None:
    tell(engine)
    happen(engine, a_notice(title={"en": ". .. a dot"}))
    route(engine, NOW)
    box = Box()
    with a_server(box) as mail:
        assert send_due(engine, an_installation(tmp_path, mail), clock).sent == 1
    text, html = parts(box.mails[0])
    assert "\n. .. a dot\n" in text.replace("\r\n", "\n")
    assert ". .. a dot" in html


def test_a_test_message_stands_in_the_ledger_and_is_not_tried_again(
    engine: Engine, tmp_path: Path, clock: Clock
) -> None:
    tell(engine)
    box = Box("451 later")
    with a_server(box) as mail:
        settings = an_installation(tmp_path, mail)
        assert send_test(engine, settings, "sales", NOW).delivery.state is DEAD
        view = send_test(engine, settings, "sales", NOW)
        assert send_due(engine, settings, clock) == Sent()
    assert (view.delivery.state, view.kind) == (SENT, EventKind.TEST)
    assert box.mails[0]["Subject"] == "Tenderwatch: Test message"
    with pytest.raises(WrongUse, match="there is no destination nobody; there are sales"):
        send_test(engine, settings, "nobody", NOW)


def test_a_dispatcher_that_is_stopped_leaves_the_rest_queued(queued: Engine, tmp_path: Path, clock: Clock) -> None:
    stop = threading.Event()
    stop.set()
    with a_server(Box()) as mail:
        assert send_due(queued, an_installation(tmp_path, mail), clock, stop=stop) == Sent(waiting=1)
