"""A digest that is longer than a chat's message: parts in order, numbered, cut between opportunities, none lost."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.digest import make_digests
from alerts.route import route
from alerts.send import send_due
from benchmarks.receiver import Receiver
from domain.alerts import Delivery, DeliveryState, EventKind
from storage.deliveries import requeue
from storage.engine import writing
from tests.alerts.cases import happen, ledger
from tests.alerts.desk import at, import_text
from tests.alerts.test_channels import SERVICES, an_address, the_settings
from tests.factories import NOW, a_notice

COUNT = 23
BOOK = """
destinations:
  - id: board
    name: Board
    url: ${TENDERWATCH_SECRET_BOARD}
    zone: Europe/Madrid
    when: {digest: ["08:30"], most: 60}
rules:
  - {id: all, min_score: 0, destination: board}
"""
SLOT = at("2026-11-03 07:30")
MOST = {"telegram": 5, "slack": 20, "teams": 4, "discord": 2, "matrix": 8, "webhook": 20}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(minute=0.01) as found:
        yield found


@pytest.fixture
def send(
    engine: Engine, tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Callable[[], Delivery]]:
    """Makes the digest for a service; what is given back sends until nothing is due, and gives its delivery."""

    def make(service: str) -> Callable[[], Delivery]:
        monkeypatch.setenv("TENDERWATCH_SECRET_BOARD", an_address(service, receiver))
        import_text(engine, tmp_path, BOOK)
        for number in range(COUNT):
            title = f"[{number:02}] " + "<b>Насосы & pumps</b> *of any kind* " * 9
            notice = a_notice(key=f"k{number}", title={"en": title}, url=f"https://portal.example/notice/{number:02}")
            happen(engine, notice, points=99 - number)
        route(engine, NOW)
        assert make_digests(engine, [], SLOT) == 1
        return run

    def run() -> Delivery:
        place = the_settings(tmp_path, receiver)
        for seconds in range(0, 300, 5):
            if not send_due(engine, place, lambda seconds=seconds: SLOT + timedelta(seconds=seconds)).waiting:
                break
        return next(view.delivery for view in ledger(engine) if view.kind is EventKind.DIGEST)

    return make


def numbers(receiver: Receiver) -> list[list[int]]:
    """The opportunities in each message, each with its link beside it."""
    found = []
    for got in receiver.got:
        titles = [int(each) for each in re.findall(r"\[(\d\d)\]", got.text)]
        titles = titles[1:] if got.service == "webhook" else titles  # its subject names the best
        links = [int(each) for link in got.links for each in re.findall(r"/notice/(\d\d)", link)]
        assert titles == links, "an opportunity stands in one message, whole"
        found.append(titles)
    return found


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_all_parts_arrive_in_order(receiver: Receiver, send: Any, service: str) -> None:
    assert send(service)().state is DeliveryState.SENT
    assert receiver.malformed == []
    found = numbers(receiver)
    assert [number for part in found for number in part] == list(range(COUNT)), "best first, each once"
    assert {len(part) for part in found[:-1]} == {MOST[service]}
    if service == "webhook":
        assert [got.body["part"] for got in receiver.got] == list(range(1, len(found) + 1))
        assert {got.body["count"] for got in receiver.got} == {COUNT}
    else:
        assert all(f"(part {number})" in got.text for number, got in enumerate(receiver.got, 1))
    assert len({got.key for got in receiver.got}) == len(found), "each part has a key of its own"


def test_a_part_that_fails_is_tried_again_and_no_other(receiver: Receiver, send: Any, engine: Engine) -> None:
    run = send("telegram")
    faults = iter([None, None, 503])
    receiver.fault = lambda: next(faults, None)
    assert run().state is DeliveryState.SENT
    assert [number for part in numbers(receiver) for number in part] == list(range(COUNT))


def test_a_part_that_may_not_have_arrived_is_said(receiver: Receiver, send: Any, engine: Engine) -> None:
    run = send("telegram")
    faults = iter([None, "cut after"])
    receiver.fault = lambda: next(faults, None)
    delivery = run()
    assert delivery.state is DeliveryState.UNKNOWN
    assert "a part may not have arrived" in (delivery.reason or "")
    assert [number for part in numbers(receiver) for number in part] == list(range(COUNT)), "the others went"
    with writing(engine) as c:
        requeue(c, [delivery.id], [DeliveryState.UNKNOWN], SLOT)
    assert run().state is DeliveryState.SENT
    assert sorted(number for part in numbers(receiver) for number in part) == sorted([*range(COUNT)] * 2)
