"""Alerts under faults: what 50 destinations hold in the end, against what the notices and rules say they must.

A receiver fails 30% of the calls in every way it can, and the dispatcher is killed with -9 again and again. Clock and
receiver's minute run `--speed` times as fast. Ends with 1 where anything is missing, too much, or out of order.
"""

import argparse
import asyncio
import json
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import Engine

from benchmarks.delivery_world import NUMBER, START, Expected, a_world, expect
from benchmarks.receiver import Receiver
from benchmarks.services import SECRET, SIGNATURE, TOKEN
from domain.alerts import DeliveryState
from domain.config import Settings
from storage.deliveries import count_deliveries, list_deliveries, requeue
from storage.engine import open_engine, reading, writing
from storage.migrate import upgrade

FAULTS: tuple[str | int, ...] = (500, 503, 429, 400, "cut before", "cut after", "hang after")
MAIL_FAULTS = ("451 4.3.0 later", "550 5.7.1 refused", "250 cut")
SHARE = 0.3
LIFE = (4.0, 9.0)  # seconds, after which a dispatcher is killed
LIMIT = 1.0  # seconds of a try; the receiver hangs longer
LOST = (DeliveryState.DEAD, DeliveryState.UNKNOWN)
CHILD = """
import sys, time
from datetime import datetime, timedelta
from threading import Event
from alerts.send import send_due
from domain.config import Settings
from storage.engine import open_engine
url, settings, start, began, speed, limit = sys.argv[1:]
origin, first, fast = datetime.fromisoformat(start), float(began), float(speed)
clock = lambda: origin + timedelta(seconds=(time.time() - first) * fast)
engine, found = open_engine(url), Settings.model_validate_json(settings)
while True:
    send_due(engine, found, clock, time_limit=timedelta(seconds=float(limit)))
    time.sleep(0.05)
"""


@dataclass
class Post:
    """A mail server's handler that fails like the receiver does, and keeps what it took."""

    share: float = SHARE
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    got: list[tuple[str, str, str]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: ARG002, N802  aiosmtpd's
        """Takes the mail, or not; "250 cut" takes it and never says so."""
        await asyncio.sleep(0)
        answer = self.chance.choice(MAIL_FAULTS) if self.chance.random() < self.share else "250 OK"
        if answer.startswith("250"):
            mail = message_from_bytes(envelope.content, policy=default)
            body = mail.get_body(("plain",))
            assert body is not None
            self.got.append((envelope.rcpt_tos[0].partition("@")[0], str(mail["Subject"]), str(body.get_content())))
        if answer == "250 cut":
            server.transport.abort()
        return answer


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended; `duplicates` are those that the ledger had called unknown, `wrong` all others."""

    deliveries: int
    seconds: float
    kills: int
    messages: int
    dead: int
    unknown: int
    duplicates: int
    missing: int
    extra: int
    wrong: int
    disorder: int
    refused: int
    malformed: int

    @property
    def is_good(self) -> bool:
        """Nothing lost, nothing doubled without a word, in order, and no malformed message."""
        return not (self.missing or self.extra or self.wrong or self.disorder or self.malformed)


def run(count: int, kills: int, speed: float, folder: Path, life: tuple[float, float] = LIFE, seed: int = 5) -> Verdict:
    """`count` notices, told to 50 destinations; the dispatcher is killed `kills` times, each after so many seconds."""
    url, chance = f"sqlite:///{folder / 'delivery.db'}", random.Random(seed)
    upgrade(url, None)
    engine, post, began = open_engine(url), Post(), time.time()
    places = [f"d{number:02}" for number in range(50)]
    chats = {1001 + number for number in range(5)} | {-2001 - number for number in range(5)}
    receiver = Receiver(minute=60 / speed, chats=set(chats), hang=LIMIT * 2)
    receiver.fault = lambda: chance.choice(FAULTS) if chance.random() < SHARE else None
    with receiver, _mail(post) as port:
        settings = _settings(folder, receiver, port)
        addresses = {place: _address(number, receiver) for number, place in enumerate(places)}
        total = a_world(engine, addresses, count)
        print(f"{total:,} deliveries are queued", flush=True)
        command = _command(url, settings, began, speed)
        killed = _send_under_fire(engine, command, kills, chance, life)
        lost = _find_lost(engine)
        receiver.fault, post.share = lambda: None, 0.0
        with writing(engine) as c:
            requeue(c, None, LOST, _now(began, speed))
        _send_under_fire(engine, command, 0, chance, life)
        return _judge(receiver, post, expect(count), lost, total, killed, time.time() - began)


@contextmanager
def _mail(post: Post) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)


def _settings(folder: Path, receiver: Receiver, port: int) -> Settings:
    mail = {"host": "127.0.0.1", "port": port, "sender": "tenderwatch@bidder.example", "timeout": LIMIT}
    names = ("telegram", "slack", "slack_hooks", "discord", "teams")
    given: dict[str, Any] = {"data_dir": folder, "mail": mail, "endpoints": dict.fromkeys(names, receiver.base)}
    return Settings(**given, allowed_addresses=("127.0.0.1",))


def _address(number: int, receiver: Receiver) -> str:
    """Ten mails, ten chats of Telegram (half groups), eight of Slack, six of Teams and Discord, five of others."""
    here = f"127.0.0.1:{receiver.port}"
    if number < 10:
        return f"tendermail://d{number:02}@bidder.example"
    if number < 20:
        chat = 1001 + number - 10 if number < 15 else -2001 - (number - 15)
        return f"tgram://{TOKEN}/{chat}/"
    if number < 28:
        return f"slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7{number}/"
    if number < 34:
        return f"workflows://127.0.0.1:443/643e69f83c8944438d68119179a10a{number}/{SIGNATURE}/"
    if number < 40:
        return f"discord://41742162{number}/token-of-the-webhook-0123456789/"
    if number < 45:
        return f"matrix://syt_a_token_of_matrix@{here}/!room{number}:example.org"
    return f"json://{here}/hook/d{number:02}?hmac={SECRET}"


def _command(url: str, settings: Settings, began: float, speed: float) -> list[str]:
    dumped = json.loads(settings.model_dump_json())
    given = [url, json.dumps(dumped), START.isoformat(), str(began), str(speed), str(LIMIT)]
    return [sys.executable, "-c", CHILD, *given]


def _now(began: float, speed: float) -> datetime:
    return START + timedelta(seconds=(time.time() - began) * speed)


def _send_under_fire(
    engine: Engine, command: list[str], kills: int, chance: random.Random, life: tuple[float, float]
) -> int:
    """Until nothing is queued or being sent; how often the dispatcher was killed."""
    killed = 0
    child = subprocess.Popen(command)
    ends = time.monotonic() + chance.uniform(*life)
    try:
        while _is_open(engine):
            time.sleep(0.2)
            assert child.poll() is None, "the dispatcher ended by itself"
            if killed < kills and time.monotonic() > ends:
                child.send_signal(signal.SIGKILL)
                child.wait()
                killed += 1
                child = subprocess.Popen(command)
                ends = time.monotonic() + chance.uniform(*life)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    return killed


def _is_open(engine: Engine) -> bool:
    with reading(engine) as c:
        return any(count_deliveries(c, state) for state in (DeliveryState.QUEUED, DeliveryState.SENDING))


def _find_lost(engine: Engine) -> dict[Expected, DeliveryState]:
    """What the ledger says is dead or unknown, before anybody sends it again."""
    found = {}
    with reading(engine) as c:
        for state in LOST:
            for view in list_deliveries(c, state, 100_000):
                number = int(NUMBER.findall(view.title)[0])
                found[view.delivery.destination_id, number, view.kind.value] = state
    return found


def _judge(
    receiver: Receiver,
    post: Post,
    wanted: set[Expected],
    lost: dict[Expected, DeliveryState],
    total: int,
    killed: int,
    seconds: float,
) -> Verdict:
    got = [each for target, text in _texts(receiver, post) for each in _read(target, text)]
    counts = Counter(got)
    doubled = {each for each, count in counts.items() if count > 1}
    unknown = {each for each, state in lost.items() if state is DeliveryState.UNKNOWN}
    return Verdict(
        deliveries=total,
        seconds=seconds,
        kills=killed,
        messages=len(receiver.got) + len(post.got),
        dead=len(lost) - len(unknown),
        unknown=len(unknown),
        duplicates=len(doubled & unknown),
        missing=len(wanted - set(counts)),
        extra=len(set(counts) - wanted),
        wrong=len(doubled - unknown),
        disorder=sum(1 for place, number, kind in _late(got, lost)),
        refused=receiver.refused,
        malformed=len(receiver.malformed),
    )


def _texts(receiver: Receiver, post: Post) -> Iterator[tuple[str, str]]:
    for got in receiver.got:
        yield _place(got.service, got.target), f"{got.body['kind'] if got.service == 'webhook' else ''}\n{got.text}"
    for place, subject, text in post.got:
        yield place, f"{subject}\n{text}"


def _place(service: str, target: str) -> str:
    """The destination's id of a target of the receiver's."""
    if service == "telegram":
        chat = int(target)
        return f"d{10 + chat - 1001 if chat > 0 else 15 - 2001 - chat:02}"
    if service == "matrix":
        return f"d{re.findall('[0-9]+', target)[0]}"
    return f"d{target[-2:]}"


def _read(place: str, text: str) -> list[Expected]:
    kind = "deadline moved" if "deadline moved" in text.lower() else "new opportunity"
    return [(place, number, kind) for number in dict.fromkeys(int(each) for each in NUMBER.findall(text))]


def _late(got: list[Expected], lost: dict[Expected, DeliveryState]) -> Iterator[Expected]:
    """A moved deadline that came before its tender, though no person had to send one of them again."""
    first = {each: place for place, each in reversed(list(enumerate(got)))}
    for each in first:
        place, number, kind = each
        new = (place, number, "new opportunity")
        if kind == "deadline moved" and each not in lost and new not in lost and first[each] < first.get(new, 0):
            yield each


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery")
    parser.add_argument("--notices", type=int, default=5000, help="each makes about two deliveries")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--speed", type=float, default=60)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        verdict = run(given.notices, given.kills, given.speed, Path(folder))
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} {verdict}")
    return 0 if verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
