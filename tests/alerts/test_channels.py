"""Each channel against a receiver on loopback that is as strict as the service; the outcome is seen from its side."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from sqlalchemy import Engine

from alerts.calendar import to_calendar, to_deadlines
from alerts.cards import Card, Change, Line
from alerts.channels import discord, matrix, slack, teams, telegram, text
from alerts.note import count_units
from alerts.plain import JOINER, clean, plain, without_joiners
from alerts.render import Content, render
from alerts.route import route
from alerts.send import Sent, send_due, send_test
from alerts.words import words
from benchmarks.receiver import Receiver
from benchmarks.services import LIVE, SECRET, SIGNATURE, TOKEN, Marks, is_signed, read_markdown
from domain.alerts import DeliveryState, EventKind
from domain.config import Mail, Settings
from tests.alerts.cases import happen, ledger, tell, tenders
from tests.alerts.post import an_installation
from tests.alerts.test_render import a_card
from tests.factories import NOW, a_notice

HOSTILE = (
    '<script>alert(1)</script> &lt;a href="https://evil.example"&gt;win&lt;/a&gt; [win](https://evil.example) '
    "@everyone @here <!channel> <@U123> #general /start *bold* _it_ ~no~ `rm -rf` ||spoiler|| "
    "\u202egpj.exe\u200b\u3164 "
    "<https://evil.example|win> www.evil.example evil.com a@evil.com 1. - > # \\* \\[x](y)"
)
WORKFLOW = "643e69f83c8944438d68119179a10a64"
URLS = {
    "telegram": f"tgram://{TOKEN}/-2002/",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/",
    "teams": f"workflows://127.0.0.1:443/{WORKFLOW}/{SIGNATURE}/",
    "discord": "discord://4174216298/token-of-the-webhook-0123456789/",
}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as found:
        yield found


def an_address(service: str, receiver: Receiver) -> str:
    if service == "matrix":
        return f"matrix://syt_a_token_of_matrix@127.0.0.1:{receiver.port}/!room:example.org"
    if service == "webhook":
        return f"json://127.0.0.1:{receiver.port}/hook/one?hmac={SECRET}"
    return URLS[service]


SERVICES = (*URLS, "matrix", "webhook")


def the_settings(folder: Path, receiver: Receiver, **fields: Any) -> Settings:
    names = ("telegram", "slack", "slack_hooks", "discord", "teams")
    endpoints = dict.fromkeys(names, receiver.base)
    return an_installation(folder, Mail(), allowed_addresses=("127.0.0.1",), endpoints=endpoints, **fields)


@pytest.fixture
def to(monkeypatch: pytest.MonkeyPatch, engine: Engine, receiver: Receiver) -> Any:
    """A destination of a service, whose address is a secret in the environment."""

    def make(service: str, url: str | None = None, name: str = "chat") -> None:
        secret = f"TENDERWATCH_SECRET_{name.upper()}"
        monkeypatch.setenv(secret, url or an_address(service, receiver))
        tell(engine, url=f"${{{secret}}}", destination=name)

    return make


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_hostile_arrives_as_text(
    engine: Engine, tmp_path: Path, receiver: Receiver, to: Any, service: str
) -> None:
    to(service)
    happen(engine, a_notice(title={"en": HOSTILE}, url="https://portal.example/notice/7?a=1&b=2"))
    route(engine, NOW)
    place = the_settings(tmp_path, receiver, base_url="https://bids.bidder.example")
    assert send_due(engine, place, lambda: NOW) == Sent(sent=1), ledger(engine)[0].delivery.reason
    (got,) = receiver.got
    assert receiver.malformed == []
    assert "<script>alert(1)</script>" in without_joiners(got.text)
    assert set(got.links) <= {"https://portal.example/notice/7?a=1&b=2", "https://bids.bidder.example/opportunities/1"}
    assert got.links
    if service != "webhook":
        assert not LIVE.search(got.text.replace(JOINER, " ")), LIVE.search(got.text.replace(JOINER, " "))
    for letter in "\u202e\u200b\u3164":
        assert letter not in got.text


@pytest.mark.parametrize("service", SERVICES)
def test_a_title_of_100_kb_is_cut_with_an_ellipsis(
    engine: Engine, tmp_path: Path, receiver: Receiver, to: Any, service: str
) -> None:
    to(service)
    happen(engine, *[a_notice(key=f"k{n}", title={"en": f"{n} " + "Ж*&" * 33_000}) for n in range(25)])
    route(engine, NOW)
    place = the_settings(tmp_path, receiver)
    for seconds in range(0, 400, 10):
        send_due(engine, place, lambda seconds=seconds: NOW + timedelta(seconds=seconds))
    assert receiver.malformed == []
    assert sum(got.text.count("…") >= 1 for got in receiver.got) == len(receiver.got)
    assert {view.delivery.state for view in ledger(engine)} == {DeliveryState.SENT}


def test_a_webhook_is_signed_and_idempotent(engine: Engine, tmp_path: Path, receiver: Receiver, to: Any) -> None:
    to("webhook")
    happen(engine)
    route(engine, NOW)
    receiver.secret = "another"
    send_due(engine, the_settings(tmp_path, receiver), lambda: NOW)
    assert receiver.got == []
    assert "does not accept our user, password or signature" in (ledger(engine)[0].delivery.reason or "")
    assert SECRET not in (ledger(engine)[0].delivery.reason or "")
    assert is_signed(b"{}", "t=1,v1=" + _hex(b"1.{}"), SECRET)
    assert not is_signed(b"{ }", "t=1,v1=" + _hex(b"1.{}"), SECRET)


def _hex(content: bytes) -> str:
    import hmac

    return hmac.new(SECRET.encode(), content, "sha256").hexdigest()


PLAIN_WORDS = {
    "telegram": [
        (f"tgram://{TOKEN}/-999/", "this bot knows no such chat"),
        ("tgram://987654321:wrongwrongwrongwrongwrongwrongwrong/1001/", "Telegram does not know this bot"),
    ],
    "slack": [("slack://xoxb-1234-1234-wrongwrongwrongwr/#tenders", "the token is wrong")],
    "teams": [(f"workflows://127.0.0.1:443/{WORKFLOW}/wrongsignature0123456/", "does not take this signature")],
    "discord": [("discord://4174216298/wrong-token-0123456789/", "the token of this webhook is wrong")],
    "matrix": [
        ("matrix://wrong_token@127.0.0.1:{port}/!room:example.org", "does not know this access token"),
        ("matrix://syt_a_token_of_matrix@127.0.0.1:{port}/!other:example.org", "is not in this room"),
    ],
    "webhook": [
        ("json://127.0.0.1:{port}/nothing", "nothing at this path"),
        ("json://127.0.0.1:1/hook/one", "no connection to the service"),
        ("json://no-such-host.invalid/hook/one", "the name of the service was not found"),
    ],
}
CASES = [(service, url, words) for service, cases in PLAIN_WORDS.items() for url, words in cases]


@pytest.mark.parametrize(("service", "url", "words"), CASES)
def test_a_test_says_in_plain_words_what_went_wrong(
    engine: Engine, tmp_path: Path, receiver: Receiver, to: Any, monkeypatch: Any, service: str, url: str, words: str
) -> None:
    import socket

    real = socket.getaddrinfo

    def find(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "no-such-host.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", find)
    to(service, url.format(port=receiver.port))
    view = send_test(engine, the_settings(tmp_path, receiver), "chat", NOW)
    assert view.delivery.state is DeliveryState.DEAD
    assert words in (view.delivery.reason or "")
    assert "wrong-token-0123456789" not in (view.delivery.reason or "")


@pytest.mark.parametrize("service", SERVICES)
def test_a_test_shows_a_sample(engine: Engine, tmp_path: Path, receiver: Receiver, to: Any, service: str) -> None:
    to(service)
    assert send_test(engine, the_settings(tmp_path, receiver), "chat", NOW).delivery.state is DeliveryState.SENT
    assert "A sample tender" in receiver.got[0].text


def test_a_telegram_group_gets_no_more_than_twenty_a_minute(
    engine: Engine, tmp_path: Path, receiver: Receiver, to: Any
) -> None:
    """Sixty times as fast: both the dispatcher's clock and the receiver's minute."""
    import time

    to("telegram")
    receiver.minute = 1.0
    begun = time.monotonic()
    happen(engine, *tenders(130))
    route(engine, NOW)
    clock = lambda: NOW + timedelta(seconds=(time.monotonic() - begun) * 60)  # noqa: E731
    counts = send_due(engine, the_settings(tmp_path, receiver), clock)
    assert counts == Sent(sent=130)
    assert receiver.refused == 0, "the bucket kept the limit: nothing was answered 429"
    assert len(receiver.got) == 26
    at = [got.at for got in receiver.got]
    assert all(later - first >= 1.0 for first, later in zip(at, at[20:], strict=False))


def test_what_a_service_asks_for_is_kept(engine: Engine, tmp_path: Path, receiver: Receiver, to: Any) -> None:
    to("telegram")
    to("telegram", name="same_chat")
    happen(engine)
    route(engine, NOW)
    answers = iter([429])
    receiver.fault = lambda: next(answers, None)
    counts = send_due(engine, the_settings(tmp_path, receiver), lambda: NOW)
    assert (counts.sent, counts.failed, counts.waiting) == (0, 1, 2), "the other one of the same chat waits too"
    assert send_due(engine, the_settings(tmp_path, receiver), lambda: NOW + timedelta(seconds=4)).sent == 1


BOT = "slack://xoxb-1234-1234-abcdefghijklmnop/#tenders"
REPLIES = {
    "telegram": {"reply_parameters": {"message_id": 1, "allow_sending_without_reply": True}},
    "slack": {"thread_ts": "1790000000.000000", "reply_broadcast": True},
}


@pytest.mark.parametrize(("service", "url"), [("telegram", URLS["telegram"]), ("slack", BOT)])
def test_what_becomes_of_it_is_a_reply(
    engine: Engine, tmp_path: Path, receiver: Receiver, to: Any, service: str, url: str
) -> None:
    to(service, url)
    receiver.minute = 0.06  # of its limits nothing is asked here
    place = the_settings(tmp_path, receiver)
    happen(engine)
    route(engine, NOW)
    for minutes in range(3):
        send_due(engine, place, lambda minutes=minutes: NOW + timedelta(minutes=minutes))
        happen(engine, kind=EventKind.CANCELLED, changes=[])
        route(engine, NOW)
    to(service, f"{url}?footer=no" if service == "slack" else f"tgram://{TOKEN}/@tenders/")
    send_due(engine, place, lambda: NOW + timedelta(minutes=5))
    first, *later, elsewhere = [got.body for got in receiver.got]
    assert receiver.malformed == []
    assert len(later) == 2
    fields = REPLIES[service].keys()
    assert [{name: body.get(name) for name in fields} for body in later] == [REPLIES[service]] * 2
    assert not fields & first.keys()
    assert not fields & elsewhere.keys(), "another address does not know that message"


LETTERS = st.text(
    st.one_of(
        st.sampled_from("<>&*_~`|[]()!@#\\/.:-+=\"' \n\u202e\u200b\u200d\u3164\u2060aéЖ字ع1"),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=400,
)
HOSTILES = st.one_of(LETTERS, st.sampled_from([HOSTILE, HOSTILE * 3, "https://evil.example/" * 9, "@everyone" * 30]))


@st.composite
def cards(draw: Any) -> Card:
    made = a_card(title={"en": draw(HOSTILES)}, url="https://portal.example/n(1)?a=[b]&c=*")
    crawled = {name: plain(draw(HOSTILES)) for name in ("buyer", "country", "value", "profile")}
    line = Line(30, plain(draw(HOSTILES)), plain(draw(HOSTILES)))
    change = Change(plain(draw(HOSTILES)), plain(draw(HOSTILES)), plain(draw(HOSTILES)))
    return replace(made, **crawled, lines=(line,), changes=(change,), review="https://bids.bidder.example/o/1")


LINKS = {"https://portal.example/n(1)?a=[b]&c=*", "https://bids.bidder.example/o/1"}
slow = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def a_note(made: list[Card]) -> Any:
    return render(Content(EventKind.CHANGED, tuple(made), (), "UTC")).note


# Labels of any letters, marks and symbols that names of hosts are made of; a number with a dot is none.
LABELS = st.text(
    st.characters(categories=("L", "M", "Nd", "So", "Sc"), exclude_characters="$"), min_size=1, max_size=8
).filter(lambda label: clean(label) == label and not label[0].isdigit() and not label[-1].isdigit())
GIVEN = ("हिन्दी.com", "example.भारत", "cafe\u0301.com", "i❤.ws", "evil.ⓒom", "evil．com", "q1.io")
HOSTS = st.one_of(
    st.sampled_from(GIVEN), st.tuples(LABELS, st.sampled_from(".\u2024。．｡"), LABELS).map(lambda parts: "".join(parts))
)


def to_shown(card: Card) -> dict[str, str]:
    """What each channel shows of a card, as far as it can be read without the service."""
    message = render(Content(EventKind.CHANGED, (card,), (), "UTC"))
    note, endpoints = message.note, Settings().endpoints
    event, marks = matrix.to_event(note), Marks({"p", "strong", "b", "a", "code", "br"})
    marks.feed(event["formatted_body"])
    marks.feed(json.loads(telegram.to_request(_Fake(), note, "key", endpoints).body)["text"])
    marks.feed(
        MarkdownIt("commonmark").render(json.loads(discord.to_request(_Fake(), note, "k", endpoints).body)["content"])
    )
    return {
        "mail": unescape(message.html),
        "mail as text": message.text,
        "subject": message.subject,
        "telegram, discord, matrix": marks.text,
        "matrix as text": event["body"],
        "slack": json.dumps(slack.to_blocks(note), ensure_ascii=False),
        "teams": json.dumps(teams.to_message(note), ensure_ascii=False),
        "others": "\n".join(text.to_text(note, "mailto")),
        "others that read Markdown": MarkdownIt("commonmark").render("\n\n".join(text.to_text(note, "mmost"))),
        "calendar": to_calendar(to_deadlines((card,), words("en"), "bidder.example"), NOW)
        .decode()
        .replace("\r\n ", ""),
    }


@slow
@given(HOSTS)
def test_no_channel_shows_the_name_of_a_host_as_one_word(host: str) -> None:
    texts = (f"see {host} now", host)
    for crawled in texts:
        line = Line(30, plain(crawled), plain(crawled))
        card = replace(a_card(title={"en": crawled}), buyer=plain(crawled), lines=(line,), opportunity=1)
        for channel, shown in to_shown(card).items():
            assert host not in shown, channel
            assert host in without_joiners(shown), channel


@slow
@given(st.lists(cards(), min_size=1, max_size=telegram.MOST))
def test_telegram_shows_texts_alone(made: list[Card]) -> None:
    marks = Marks({"b", "a", "code"})
    sent = json.loads(telegram.to_request(_Fake(), a_note(made), "key", Settings().endpoints).body)["text"]
    marks.feed(sent)
    marks.close()
    assert (marks.faults, marks.open) == ([], [])
    assert set(marks.links) <= LINKS
    assert count_units(marks.text) <= telegram.LIMIT
    assert not LIVE.search(marks.text.replace(JOINER, " "))


@slow
@given(st.lists(cards(), min_size=1, max_size=matrix.MOST))
def test_matrix_shows_texts_alone(made: list[Card]) -> None:
    event = matrix.to_event(a_note(made))
    marks = Marks({"p", "strong", "a", "code", "br"})
    marks.feed(event["formatted_body"])
    marks.close()
    assert (marks.faults, marks.open) == ([], [])
    assert set(marks.links) <= LINKS
    assert not LIVE.search(marks.text.replace(JOINER, " "))


@slow
@given(st.lists(cards(), min_size=1, max_size=discord.MOST))
def test_discord_shows_texts_alone(made: list[Card]) -> None:
    request = discord.to_request(_Fake(), a_note(made), "key", Settings().endpoints)
    content = json.loads(request.body)["content"]
    assert count_units(content) <= discord.LIMIT
    _, links = read_markdown(content)
    assert len(links) == 2 * len(made)
    assert all(link.startswith(("https://portal.example/", "https://bids.bidder.example/")) for link in links)
    rendered = MarkdownIt("commonmark").render(content)
    marks = Marks({"p", "strong", "a", "br"})
    marks.feed(rendered)
    assert not marks.faults, rendered
    assert not LIVE.search(marks.text.replace(JOINER, " "))


@slow
@given(st.lists(cards(), min_size=1, max_size=4))
def test_slack_and_teams_have_no_marks_at_all(made: list[Card]) -> None:
    note = a_note(made)
    found: list[Any] = [slack.to_blocks(note), teams.to_message(note)]
    types, urls = set(), set()
    while found:
        each = found.pop()
        if isinstance(each, dict):
            types |= {each["type"]} if "type" in each else set()
            urls |= {each["url"]} if "url" in each else set()
            found += each.values()
        elif isinstance(each, list):
            found += each
    assert types <= {
        *("rich_text", "rich_text_section", "text", "link"),
        *("message", "AdaptiveCard", "RichTextBlock", "TextRun", "Container", "ActionSet", "Action.OpenUrl"),
    }
    assert urls <= LINKS
    assert len(teams.to_request(_Fake(), note, "k", Settings().endpoints).body) <= teams.LIMIT


@slow
@given(HOSTILES, st.sampled_from(sorted(text.MARKDOWN)))
def test_markdown_of_other_services_is_escaped(hostile: str, scheme: str) -> None:
    shown = plain(hostile)
    marks = Marks({"p"})
    marks.feed(MarkdownIt("commonmark").enable(["strikethrough", "table"]).render(text.quote(shown, scheme)))
    assert marks.faults == []
    assert without_joiners(marks.text).split() == without_joiners(shown).split()


class _Fake:
    """The fields of Apprise's plugins that requests are made of."""

    targets = ((-2002, None),)
    bot_token, silent = TOKEN, False
    webhook_id, webhook_token = "1", "2"
    power_automate, routing_id, port, host = False, None, 443, "127.0.0.1"
    workflow, signature, api_version = WORKFLOW, SIGNATURE, "2016-06-01"
