"""Our Matrix channel against Synapse itself; what arrived is asked of the server as a member of the room."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from sqlalchemy import Engine

from alerts.plain import without_joiners
from alerts.route import route
from alerts.send import Sent, send_due, send_test
from domain.alerts import DeliveryState, EventKind
from domain.config import Mail, Settings
from storage.deliveries import requeue
from storage.destinations import save_template
from storage.engine import writing
from tests.alerts.cases import happen, ledger, tell, tenders
from tests.alerts.homeserver import BURST, Homeserver, a_homeserver
from tests.alerts.post import an_installation, free_port
from tests.alerts.test_channels import HOSTILE
from tests.alerts.test_route import finish_runs
from tests.conftest import MATRIX
from tests.factories import NOW, a_notice


@pytest.fixture(scope="session")
def homeserver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Homeserver]:
    """One server for all tests, whose accounts and rooms are each test's own."""
    if not MATRIX:
        pytest.skip("no Matrix server: `make peers` installs Synapse, which needs a network once")
    with a_homeserver(tmp_path_factory.mktemp("synapse")) as found:
        yield found


class Room:
    """A room with our account and a reader, Mira."""

    def __init__(self, server: Homeserver, name: str) -> None:
        self.server = server
        self.sender, self.reader = server.register(f"tw-{name}"), server.register(f"mira-{name}")
        self.id = self.sender.make_room(self.reader)

    @property
    def url(self) -> str:
        return f"matrix://{self.sender.token}@127.0.0.1:{self.server.port}/{self.id}"

    def read(self) -> list[dict[str, Any]]:
        """The contents of the messages that Mira sees, oldest first."""
        events = self.reader.read(self.id)
        assert {each["sender"] for each in events} <= {self.sender.id}
        return [each["content"] for each in events]


@pytest.fixture
def room(homeserver: Homeserver, request: pytest.FixtureRequest) -> Room:
    return Room(homeserver, f"{abs(hash(request.node.nodeid))}")


def the_settings(folder: Path) -> Settings:
    options = {"allowed_addresses": ("127.0.0.1",), "base_url": "https://bids.bidder.example"}
    return an_installation(folder, Mail(), **options)


ONE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_what_is_hostile_arrives_as_text_and_calls_nobody(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    title = f"{room.reader.id} @room {HOSTILE}"
    happen(engine, a_notice(title={"en": title}, url="https://portal.example/notice/7?a=1&b=2"))
    route(engine, NOW)
    assert send_due(engine, the_settings(tmp_path), lambda: NOW) == Sent(sent=1), ledger(engine)[0].delivery.reason
    (event,) = room.read()
    assert (event["msgtype"], event["format"]) == ("m.text", "org.matrix.custom.html")
    assert "<script>alert(1)</script>" in without_joiners(event["body"])
    tree = html.fromstring(event["formatted_body"])
    assert {each.tag for each in tree.iter()} <= {"div", "p", "strong", "br", "a", "code"}
    links = {"https://portal.example/notice/7?a=1&b=2", "https://bids.bidder.example/opportunities/1"}
    assert {each.get("href") for each in tree.iter("a")} == links
    assert "<script>alert(1)</script>" in without_joiners(tree.text_content())
    joined = room.reader.sync()["rooms"]["join"][room.id]["unread_notifications"]
    assert joined == {"notification_count": 1, "highlight_count": 0}, "she is notified of a message, and not by name"


@ONE
def test_a_message_that_is_sent_again_is_one_message(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    happen(engine)
    route(engine, NOW)
    place = the_settings(tmp_path)
    assert send_due(engine, place, lambda: NOW) == Sent(sent=1)
    with writing(engine) as c:
        requeue(c, None, [DeliveryState.SENT], NOW)
    assert send_due(engine, place, lambda: NOW) == Sent(sent=1)
    assert len(room.read()) == 1


@ONE
def test_what_becomes_of_it_is_a_reply_to_the_first_message(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    place = the_settings(tmp_path)
    happen(engine)
    route(engine, NOW)
    send_due(engine, place, lambda: NOW)
    for days in (7, 14):
        moved = {"field": "deadline_at", "old": "2026-12-01T12:00:00+00:00", "new": f"2026-12-{days:02}T12:00:00+00:00"}
        happen(engine, a_notice(), kind=EventKind.DEADLINE_MOVED, changes=[moved])
        route(engine, NOW)
        assert send_due(engine, place, lambda: NOW) == Sent(sent=1)
    first, *later = room.reader.read(room.id)
    assert "m.relates_to" not in first["content"]
    replies = [each["content"]["m.relates_to"] for each in later]
    assert replies == [{"m.in_reply_to": {"event_id": first["event_id"]}}] * 2


@ONE
def test_many_come_in_parts_and_none_is_lost(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    happen(engine, *tenders(30))
    route(engine, NOW)
    assert send_due(engine, the_settings(tmp_path), lambda: NOW) == Sent(sent=30)
    events = room.read()
    titles = [re.findall(r"Water pumps no\. (\d+)", each["body"]) for each in events]
    assert [len(each) for each in titles] == [8, 8, 8, 6]
    assert sorted(int(each) for part in titles for each in part) == list(range(30))


@ONE
def test_a_first_crawl_is_one_message(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    happen(engine, *tenders(500), baseline="first run of gb_test")
    finish_runs(engine)
    route(engine, NOW)
    assert send_due(engine, the_settings(tmp_path), lambda: NOW) == Sent(sent=1)
    (event,) = room.read()
    assert "500 tenders already published match (first run of gb_test)" in event["body"]


@ONE
def test_an_event_as_large_as_the_server_takes(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    with writing(engine) as c:
        save_template(c, "sales", "{{ title }}\n" * 40, NOW)
    happen(engine, *[a_notice(key=f"k{number}", title={"en": f"№ {number} " + "Ж" * 999}) for number in range(8)])
    route(engine, NOW)
    assert send_due(engine, the_settings(tmp_path), lambda: NOW) == Sent(sent=8), ledger(engine)[0].delivery.reason
    (event,) = room.read()
    assert all(f"№ {number} " in event["body"] for number in range(8))
    assert len(event["body"].encode()) > 10_000, "what fits is there"


@ONE
def test_a_limit_of_the_server_is_obeyed(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    happen(engine)
    route(engine, NOW)
    # Somebody else writes as the same account: our own pace knows nothing of it.
    said = 0
    while (answer := room.sender.say(room.id, "from elsewhere")).ok:
        said += 1
    assert (answer.status_code, said < 2 * BURST) == (429, True)
    place = the_settings(tmp_path)
    assert send_due(engine, place, lambda: NOW) == Sent(failed=1, waiting=1)
    delivery = ledger(engine)[0].delivery
    assert "429" in (delivery.reason or "")
    pause = delivery.next_try_at - NOW
    assert timedelta(0) < pause <= timedelta(seconds=int(answer.headers["Retry-After"]))
    assert send_due(engine, place, lambda: NOW + pause / 2) == Sent(waiting=1), "it is not asked before"
    assert len(room.read()) == said
    time.sleep(pause.total_seconds())
    assert send_due(engine, place, lambda: NOW + pause) == Sent(sent=1)
    assert "Supply of water pumps" in room.read()[-1]["body"]


PLAIN_WORDS = [
    ("matrix://wrong@127.0.0.1:{port}/{room}", "does not know this access token", "M_UNKNOWN_TOKEN"),
    ("matrix://{token}@127.0.0.1:{port}/!no-such-room:chat.bidder.example", "is not in this room", "M_FORBIDDEN"),
    ("matrix://{stranger}@127.0.0.1:{port}/{room}", "is not in this room", "M_FORBIDDEN"),
    ("matrix://{token}@127.0.0.1:{free}/{room}", "no connection to the service", ""),
    ("matrixs://{token}@127.0.0.1:{port}/{room}", "did not answer in TLS", ""),
]


@ONE
@pytest.mark.parametrize(("url", "words", "code"), PLAIN_WORDS)
def test_a_test_says_in_plain_words_what_went_wrong(
    engine: Engine, tmp_path: Path, room: Room, url: str, words: str, code: str
) -> None:
    stranger = room.server.register(f"stranger-{abs(hash((url, words)))}").token
    given = {"token": room.sender.token, "stranger": stranger, "port": room.server.port, "room": room.id}
    tell(engine, url=url.format(**given, free=free_port()))
    view = send_test(engine, the_settings(tmp_path), "sales", NOW)
    assert view.delivery.state is DeliveryState.DEAD
    reason = view.delivery.reason or ""
    assert words in reason
    assert code in reason
    assert not any(secret in reason for secret in (room.sender.token, stranger))
    assert room.read() == []


@ONE
def test_a_test_shows_a_sample(engine: Engine, tmp_path: Path, room: Room) -> None:
    tell(engine, url=room.url)
    assert send_test(engine, the_settings(tmp_path), "sales", NOW).delivery.state is DeliveryState.SENT
    assert "A sample tender" in room.read()[0]["body"]
