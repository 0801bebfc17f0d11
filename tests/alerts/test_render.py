"""What people read: each fact is there, and nothing crawled becomes more than text."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import Environment

import alerts
from alerts.cards import Card, to_card, to_change, to_label, to_left
from alerts.channels.text import to_text
from alerts.compose import unite
from alerts.plain import plain, to_link, without_joiners
from alerts.render import Content, Message, _html, render
from alerts.words import words
from domain.alerts import EventKind, FieldChange
from domain.notices import Buyer, Money, Precision
from domain.opportunities import Reason
from tests.factories import NOW, a_notice

MADRID = ZoneInfo("Europe/Madrid")
EN = words("en")
TEMPLATES = sorted(path.name for path in (Path(alerts.__file__).parent / "templates").glob("*.html"))
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(1)> &lt;a href="https://evil.example"&gt;win&lt;/a&gt; '
    "[win](https://evil.example) @everyone <!channel> <https://evil.example|win> www.evil.example \u202egpj.exe\u200b"
)


def a_card(*, changes: tuple[FieldChange, ...] = (), reasons: tuple[Reason, ...] | None = None, **fields: Any) -> Card:
    given = reasons if reasons is not None else (Reason("keyword", "“pump” stands in the title", 30, text="Pumpen"),)
    return to_card(a_notice(**fields), score=60, reasons=given, profile="Pumps", now=NOW, zone=MADRID, changes=changes)


def messages(card: Card) -> list[Message]:
    kinds = (EventKind.NEW, EventKind.CHANGED, EventKind.BASELINE)
    return [render(Content(kind, (card,), ("all",), "Europe/Madrid", "first run", 1)) for kind in kinds]


def test_a_source_that_was_never_read_at_its_portal_is_named_at_the_end() -> None:
    for kind in (EventKind.NEW, EventKind.CHANGED, EventKind.BASELINE):
        content = Content(kind, (a_card(),), ("all",), "UTC", "first run", 1, unverified=("gb_b", "gb_test"))
        message = render(content)
        foot = " ".join(message.text.partition("\n-- \n")[2].split())
        assert foot.startswith("Never verified live: gb_b, gb_test. They were written from what is known")
        assert "Never verified live: gb_b, gb_test." in message.html
        assert "Never verified" not in render(replace(content, unverified=())).html


def in_chat(message: Message) -> str:
    return "\n".join(to_text(message.note, "mmost"))


class Tags(HTMLParser):
    """Collects the tags and links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    return tags


def test_nothing_crawled_becomes_more_than_text() -> None:
    hostile = a_card(
        title={"en": HOSTILE},
        buyers=(Buyer(HOSTILE),),
        country=HOSTILE[:20],
        key=HOSTILE,
        value=Money(Decimal(1), "<b>"),
        url='https://portal.example/?a="><script>',
        reasons=(Reason("keyword", HOSTILE, 30, text=HOSTILE),),
        changes=(FieldChange("title", {"en": HOSTILE}, {"en": HOSTILE + "2"}), FieldChange("lots[<i>]", None, HOSTILE)),
    )
    for message in messages(hostile):
        tags = read(message.html)
        assert tags.links == [], "the only link was not one"
        assert not tags.tags & {"script", "img", "i", "b"}
        assert not {name for name in tags.attributes if name.startswith("on")}
        assert "&amp;lt;a href=" in message.html
        for text in (message.text, in_chat(message), message.subject, message.html):
            assert "\u202e" not in text
            assert "\u200b" not in text
            assert "://evil.example" not in text
            assert "www.evil" not in text
        for mark in ("](", "@everyone", "<!channel>", "<https"):
            assert mark not in in_chat(message)


def test_a_link_is_http_and_nothing_else() -> None:
    assert to_link("https://portal.example/a?b=c&d=é") is not None
    assert to_link("https://portal.example/\u202egpj\u200b?q=\u3164") == (
        "https://portal.example/%E2%80%AEgpj%E2%80%8B?q=%E3%85%A4"
    ), "where it is shown it turns nothing around"
    assert to_link("https://portal\u200b.example/") is None
    for bad in (
        None,
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.example",
        "//a.example",
        "https://",
        "https://good.example@evil.example/",
        "https://a.example/\n",
        "https://a.example/<x>",
        "https://[bad/",
        "https:\\\\a.example",
        "https://a.example/" + "x" * 3000,
    ):
        assert to_link(bad) is None
    with_link = read(messages(a_card(url="https://portal.example/?a=1&b=2"))[0].html)
    assert with_link.links == ["https://portal.example/?a=1&b=2"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_each_template_escapes(name: str) -> None:
    environment: Environment = _html()
    autoescape = environment.autoescape
    assert autoescape is True or (callable(autoescape) and autoescape(name))
    source = (Path(alerts.__file__).parent / "templates" / name).read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe|autoescape\s+false|Markup", source)
    assert not re.search(r"<img|url\(|@import|<script|<link|src=", source), "nothing is fetched from afar"


def test_every_template_is_tried_here() -> None:
    assert TEMPLATES == ["_frame.html", "_macros.html", "cards.html", "sources.html", "summary.html"]


def test_what_is_not_stated_is_said_so() -> None:
    card = a_card(buyers=(), country=None, value=None, deadline_at=None, deadline_precision=None, url=None)
    assert (card.buyer, card.country, card.value, card.deadline, card.left) == (*["not stated"] * 4, "")
    for message in messages(card):
        assert "The portal gives no link" in message.text
        assert "not stated" in message.html
        assert "None" not in message.text + message.html + in_chat(message)


@pytest.mark.parametrize(
    ("span", "left", "urgency"),
    [
        (timedelta(seconds=-1), "the deadline has passed", "passed"),
        (timedelta(0), "the deadline has passed", "passed"),
        (timedelta(minutes=59), "less than an hour left", "urgent"),
        (timedelta(hours=1), "1 hour left", "urgent"),
        (timedelta(hours=23), "23 hours left", "urgent"),
        (timedelta(hours=25), "1 day left", "urgent"),
        (timedelta(days=3), "3 days left", "urgent"),
        (timedelta(days=4), "4 days left", "soon"),
        (timedelta(days=7), "7 days left", "soon"),
        (timedelta(days=8), "8 days left", "none"),
    ],
)
def test_days_left(span: timedelta, left: str, urgency: str) -> None:
    assert to_left(NOW + span, NOW, MADRID, EN) == (left, urgency)


def test_days_are_those_of_the_reader() -> None:
    late = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)
    deadline = datetime(2026, 11, 5, 0, 15, tzinfo=UTC)
    assert to_left(deadline, late, ZoneInfo("UTC"), EN)[0] == "3 days left"
    assert to_left(deadline, late, MADRID, EN)[0] == "2 days left", "in Madrid it is the third already"


def test_deadlines_are_shown_in_the_zone_and_as_published() -> None:
    moscow = timezone(timedelta(hours=3))
    assert a_card(deadline_at=datetime(2026, 7, 1, 9, tzinfo=moscow)).deadline == (
        "Wed 1 Jul 2026, 08:00 CEST (09:00 UTC+03:00 as published)"
    )
    day = datetime(2026, 12, 31, 23, 59, 59, tzinfo=moscow)
    assert a_card(deadline_at=day, deadline_precision=Precision.DAY).deadline == (
        "Thu 31 Dec 2026 (no time of day given)"
    )
    sao_paulo = to_card(
        a_notice(), score=1, reasons=(), profile="", now=NOW, zone=ZoneInfo("America/Sao_Paulo")
    ).deadline
    assert sao_paulo.startswith("Tue 1 Dec 2026, 09:00 UTC-03:00"), "a zone whose name is only digits"


def test_the_best_three_reasons_with_their_words() -> None:
    reasons = tuple(Reason("r", f"reason {number}", number, text=f"word{number}") for number in range(6))
    card = a_card(reasons=reasons)
    assert [line.points for line in card.lines] == [5, 4, 3]
    assert (card.lines[0].words, card.lines[0].yours) == ("word5", None)
    (line,) = a_card(
        reasons=(Reason("keyword", "The title has one of your keywords.", 9, text="Pumps", matched="pump*"),)
    ).lines
    assert (line.words, line.yours) == ("Pumps", "pump*")
    (line,) = a_card(reasons=(Reason("keyword", "A keyword.", 9, text="Pumps", matched="pumps"),)).lines
    assert line.yours is None
    yours = Reason("keyword", "A keyword.", 9, text="Pumps", matched="<i>pump*")
    for message in messages(a_card(reasons=(yours,)))[:2]:
        assert '"Pumps" (yours: <i>pump*)' in message.text
        assert "(yours: &lt;i&gt;pump*)" in message.html
    assert a_card(reasons=(Reason("r", "The title has “Pumpen”", 1, text="pumpen"),)).lines[0].words is None


def test_changes_are_shown_as_people_read_them() -> None:
    shown = to_change(FieldChange("deadline_at", "2026-12-01T12:00:00+00:00", "2026-12-02T12:00:00+01:00"), MADRID, EN)
    assert (shown.old, shown.new) == (
        "Tue 1 Dec 2026, 13:00 CET (12:00 UTC+00:00 as published)",
        "Wed 2 Dec 2026, 12:00 CET",
    )
    assert (
        to_change(FieldChange("value", None, {"amount": "1200.5", "currency": "EUR"}), MADRID, EN).new == "EUR 1,200.50"
    )
    assert (
        to_change(
            FieldChange(
                "value",
                None,
                {"amount": "1"},
            ),
            MADRID,
            EN,
        ).old
        == "nothing"
    )
    buyers = [{"name": "A", "id": None}, {"name": "B", "id": "1"}]
    assert to_change(FieldChange("buyers", [], buyers), MADRID, EN).new == "A; B"
    assert to_change(
        FieldChange("documents", None, [{"url": "https://a.example", "title": None}] * 7), MADRID, EN
    ).new.endswith("(7)")
    assert [to_label(each, EN) for each in ("deadline_at", "lots[1.b].value", "lots[2]", "title.fr", "odd")] == [
        "Deadline",
        "Lot 1\u2060.b, Value",
        "Lot 2",
        "Title",
        "odd",
    ]


def test_changes_of_a_field_are_united() -> None:
    first, second, other = FieldChange("a", 1, 2), FieldChange("a", 2, 3), FieldChange("b", 1, 2)
    assert unite([first, other, second]) == (FieldChange("a", 1, 3), other)
    assert unite([first, FieldChange("a", 2, 1)]) == ()


@pytest.mark.parametrize("amount", ["7440000.00", "0.5", "1E+6", "123456789012345678901234567890"])
def test_amounts_keep_their_digits(amount: str) -> None:
    shown = a_card(value=Money(Decimal(amount), "EUR")).value
    assert Decimal(shown.removeprefix("EUR ").replace(",", "")) == Decimal(amount)


def test_lines_of_the_text_part_are_short() -> None:
    long = a_card(title={"en": "pump " * 50}, buyers=(Buyer("Town of " * 20),), url=None)
    for message in messages(long):
        assert max(len(line) for line in message.text.splitlines()) <= 72


def test_plain_text() -> None:
    assert plain("  a\r\n\tb\x00\u202ec\ufeff ") == "a b c".replace(" c", "c")
    assert plain("می‌خواهم") == "می‌خواهم", "a joiner that belongs to the word stays"
    assert plain("x" * 400, 10) == "xxxxxxxxx…"
    assert plain(None) == ""
    assert (
        plain("evil\u2024com 10.0.0.1/x 1.234.567 1.2.3.4.5")
        == "evil\u2060\u2024com 10\u2060.0.0.1/x 1.234.567 1.2.3.4.5"
    )
    assert plain("see evil.example or a@evil.example, v1.5 and S.A., 31.12.2026") == (
        "see evil\u2060.example or a@evil\u2060.example, v1.5 and S\u2060.A., 31.12.2026"
    )
    assert plain("EUR 1.250.000,50 ... by 31.12.2026, 9.30; at 10.0.0.1. wait...what") == (
        "EUR 1.250.000,50 ... by 31.12.2026, 9.30; at 10\u2060.0.0.1. wait...what"
    )
    for host in (
        "हिन्दी.com",
        "example.भारत",
        "cafe\u0301.com",
        "i❤.ws",
        "evil.ⓒom",
        "evil。com",
        "a1.2b.io",
        "x.xn--p1ai",
    ):
        assert host not in plain(f"see {host} now")
        assert without_joiners(plain(host)) == host
    assert plain("a\u200cb\u3164\u2800c") == "abc", "no letter that prints nothing"
    assert plain(plain("www.evil.example https://x.example")) == plain("www.evil.example https://x.example")
