"""Webhooks and chats, sent to a real HTTP server on loopback through the one door."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import requests
from sqlalchemy import Engine

from alerts.http import read_retry_after
from alerts.route import route
from alerts.send import Sent, check_destination, send_due, send_test
from domain.alerts import DeliveryState, Destination
from domain.config import Mail
from tests.alerts.cases import happen, ledger, states, tell
from tests.alerts.post import an_installation, free_port
from tests.factories import NOW, a_notice

ROOT = Path(__file__).resolve().parents[2]


class Receiver(ThreadingHTTPServer):
    """Keeps each request; answers with `answers` in turn (status, headers), then 200."""

    def __init__(self, *answers: tuple[int, dict[str, str]], delay: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.delay = delay
        self.got: list[tuple[str, Any]] = []
        self.free = threading.Event()

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_address[1]}/hook"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, json.loads(body)))
        self.server.free.wait(self.server.delay)
        status, headers = self.server.answers.pop(0) if self.server.answers else (200, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Silent."""


@contextmanager
def a_receiver(*answers: tuple[int, dict[str, str]], delay: float = 0) -> Iterator[Receiver]:
    server = Receiver(*answers, delay=delay)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.free.set()
        server.shutdown()
        server.server_close()


def send(engine: Engine, folder: Path, now: datetime = NOW, **fields: Any) -> Sent:
    options = {"allowed_addresses": ("127.0.0.1",), **fields}
    return send_due(engine, an_installation(folder, Mail(), **options), lambda: now)


def queue(engine: Engine, url: str) -> None:
    tell(engine, url=url)
    happen(engine)
    route(engine, NOW)


def test_a_webhook_gets_the_documented_json(engine: Engine, tmp_path: Path) -> None:
    with a_receiver() as receiver:
        queue(engine, receiver.url)
        assert send(engine, tmp_path) == Sent(sent=1)
    ((path, body),) = receiver.got
    assert path == "/hook"
    jsonschema.validate(body, json.loads((ROOT / "docs" / "webhook.schema.json").read_text()))
    assert body["subject"] == "New tender (60): Supply of water pumps · 29 days left"
    (opportunity,) = body["opportunities"]
    assert opportunity["buyer"] == "Norbridge Town Council"
    assert ledger(engine)[0].delivery.reason == "answered 200"


def test_429_is_tried_again_when_the_service_said(engine: Engine, tmp_path: Path) -> None:
    with a_receiver((429, {"Retry-After": "7200"})) as receiver:
        queue(engine, receiver.url)
        assert send(engine, tmp_path) == Sent(failed=1, waiting=1)
        assert ledger(engine)[0].delivery.next_try_at == NOW + timedelta(hours=2)
        assert send(engine, tmp_path, NOW + timedelta(hours=2)) == Sent(sent=1)


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_a_fault_of_the_service_is_tried_again(engine: Engine, tmp_path: Path, status: int) -> None:
    with a_receiver((status, {})) as receiver:
        queue(engine, receiver.url)
        assert send(engine, tmp_path) == Sent(failed=1, waiting=1)
    assert f"the service answered {status}" in (ledger(engine)[0].delivery.reason or "")


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_refusal_is_a_dead_letter(engine: Engine, tmp_path: Path, status: int) -> None:
    with a_receiver((status, {})) as receiver:
        queue(engine, receiver.url)
        assert send(engine, tmp_path) == Sent(failed=1)
    assert states(engine) == [DeliveryState.DEAD]


def test_redirects_are_not_followed(engine: Engine, tmp_path: Path) -> None:
    with a_receiver() as other, a_receiver((307, {"Location": other.url.replace("json", "http")})) as receiver:
        queue(engine, receiver.url)
        assert send(engine, tmp_path) == Sent(failed=1)
        assert other.got == []
    assert states(engine) == [DeliveryState.DEAD]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (302, "redirects are not followed: write the address that this one leads to (the service answered 302)"),
        (308, "redirects are not followed"),
        (429, "too many messages for now: the service asks to wait (the service answered 429)"),
        (503, "the service has a fault of its own, or is overloaded (the service answered 503)"),
    ],
)
def test_a_test_says_in_plain_words_what_a_status_means(
    engine: Engine, tmp_path: Path, status: int, words: str
) -> None:
    with a_receiver((status, {})) as receiver:
        tell(engine, url=receiver.url)
        place = an_installation(tmp_path, Mail(), allowed_addresses=("127.0.0.1",))
        view = send_test(engine, place, "sales", NOW)
    assert view.delivery.state is DeliveryState.DEAD
    assert words in (view.delivery.reason or "")


def test_no_answer_is_unknown_and_no_connection_is_not(engine: Engine, tmp_path: Path) -> None:
    with a_receiver(delay=30) as receiver:
        queue(engine, receiver.url)
        assert send(engine, tmp_path) == Sent(unknown=1)
        assert len(receiver.got) == 1
    tell(engine, url=f"json://127.0.0.1:{free_port()}/hook", destination="down")
    happen(engine, a_notice(key="second"))
    route(engine, NOW)
    send(engine, tmp_path)
    (line,) = [view.delivery for view in ledger(engine) if view.delivery.destination_id == "down"]
    assert (line.state, line.reason) == (DeliveryState.QUEUED, "no connection to the service")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"])
def test_an_address_that_is_not_public_is_refused_when_connecting(engine: Engine, tmp_path: Path, host: str) -> None:
    with a_receiver() as receiver:
        port = receiver.server_address[1]
        queue(engine, f"json://{host}:{port}/hook")
        assert send(engine, tmp_path, allowed_addresses=()).sent == 0
        assert receiver.got == []
    assert states(engine)[0] in (DeliveryState.DEAD, DeliveryState.QUEUED)


def test_the_refusal_says_what_to_do(engine: Engine, tmp_path: Path) -> None:
    with a_receiver() as receiver:
        queue(engine, receiver.url)
        send(engine, tmp_path, allowed_addresses=())
    reason = ledger(engine)[0].delivery.reason or ""
    assert "127.0.0.1, which is loopback" in reason
    assert "allowed_addresses" in reason


def test_secrets_are_read_when_sending_and_never_recorded(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_receiver((404, {})) as receiver:
        queue(engine, "${TENDERWATCH_SECRET_HOOK}")
        assert send(engine, tmp_path) == Sent(failed=1, waiting=1)
        assert "TENDERWATCH_SECRET_HOOK is not set" in (ledger(engine)[0].delivery.reason or "")
        monkeypatch.setenv("TENDERWATCH_SECRET_HOOK", f"{receiver.url}/T0KEN0123456789abcdef")
        assert send(engine, tmp_path, NOW + timedelta(hours=1)) == Sent(failed=1)
        assert receiver.got[0][0] == "/hook/T0KEN0123456789abcdef"
    reason = ledger(engine)[0].delivery.reason or ""
    assert "404" in reason
    assert "T0KEN" not in reason


def test_outside_of_sending_requests_is_as_it_was() -> None:
    with a_receiver() as receiver:
        answer = requests.post(receiver.url.replace("json", "http"), json={"a": 1}, timeout=5)
    assert answer.status_code == 200


def test_destinations_are_checked_without_sending(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = an_installation(tmp_path, Mail())

    def trouble(url: str) -> str | None:
        return check_destination(Destination("chat", "Chat", url), settings, engine)

    assert trouble("tendermail://manager@bidder.example") is None
    assert "is not set" in (trouble("${TENDERWATCH_SECRET_CHAT}") or "")
    for secret, wanted in {
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#tenders": None,
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#one/#two": "several targets",
        "tgram://123456789:abcdefg_hijklmnop/12315544/": None,
        "tgram://nothing": "not complete",
        "file:///etc/passwd": "not allowed",
        "jsons://h.example/x?verify=no": "verify=",
    }.items():
        monkeypatch.setenv("TENDERWATCH_SECRET_CHAT", secret)
        found = trouble("${TENDERWATCH_SECRET_CHAT}")
        assert found is None if wanted is None else wanted in (found or ""), (secret, found)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("Mon, 02 Nov 2026 09:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 02 Nov 2026 08:00:00 GMT", timedelta(0)),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_in_both_its_forms(text: str | None, wanted: timedelta | None) -> None:
    assert read_retry_after(text, datetime(2026, 11, 2, 9, tzinfo=UTC)) == wanted
