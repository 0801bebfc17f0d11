"""Messages as they are sent: an HTML and a text part for mail, a short text for chats, and the subject."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.cards import Card, Change, Line
from alerts.phrases import ENGLISH, count_phrase
from alerts.plain import plain, plain_in_chat
from domain.alerts import EventKind

WIDTH = 72
SUBJECT = 140
SHOWN_IN_SUMMARY = 10
SHOWN_IN_CHAT_SUMMARY = 1
# Together at most 600 characters for each opportunity in a chat; alerts/schemes.py counts on it.
CHAT_TITLE, CHAT_BUYER, CHAT_SENTENCE, CHAT_WORDS, CHAT_LINK = 100, 50, 60, 25, 150
CHAT_CHANGES, CHAT_CHANGE = 3, 40


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. A summary has its `cause`, and how many there are in all (`count`): `cards` are the best.

    `summary` is the number that all of a summary are found by, `link` the page that shows them, where there is one;
    `unverified` are sources of these cards that were never read at their own portal.
    """

    kind: EventKind
    cards: tuple[Card, ...]
    rules: tuple[str, ...]
    zone: str
    cause: str = ""
    count: int = 0
    summary: int | None = None
    link: str | None = None
    unverified: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message in each of its forms; `chat` is plain text that no chat service takes for marks, under `headline`."""

    subject: str
    headline: str
    html: str
    text: str
    chat: str


def render(content: Content) -> Message:
    """The message of this content, with the best opportunities first."""
    content = replace(content, cards=tuple(sorted(content.cards, key=lambda card: -card.score)))
    headline, subject = _to_headline(content), plain(_to_subject(content), SUBJECT)
    values = {
        "w": ENGLISH,
        "headline": headline,
        "lead": _to_lead(content),
        "cards": content.cards,
        "rules": ", ".join(plain(rule, 80) for rule in content.rules),
        "zone": content.zone,
        "count": content.count,
        "all_of_them": _to_rest(content),
        "all_link": content.link if content.count > len(content.cards) else None,
        "unverified": _to_unverified(content),
    }
    template = "summary" if content.kind is EventKind.BASELINE else "cards"
    html, text = fill(f"{template}.html", values | {"subject": subject}), fill(f"{template}.txt", values)
    few = content.cards[:SHOWN_IN_CHAT_SUMMARY] if content.kind is EventKind.BASELINE else content.cards
    in_chat = {"cards": [_in_chat(card) for card in few], "left_out": _left_out(content, few)}
    chat = fill("chat.txt", values | in_chat)
    return Message(subject, plain_in_chat(headline), html, text.strip() + "\n", chat.strip())


def fill(template: str, values: Mapping[str, Any]) -> str:
    """A template with these values, every one of them escaped where it is HTML."""
    environment = _html() if template.endswith(".html") else _text()
    return environment.get_template(template).render(values)


def _to_headline(content: Content) -> str:
    """What a message is about, above its cards; it quotes nothing that was crawled."""
    if content.kind is EventKind.TEST:
        return ENGLISH["test_subject"]
    if content.kind is EventKind.BASELINE:
        return count_phrase("baseline_subject", content.count, cause=plain(content.cause, 80))
    if content.kind is EventKind.NEW:
        return count_phrase("new", len(content.cards))
    return ENGLISH[content.kind.value]


def _to_subject(content: Content) -> str:
    headline = _to_headline(content)
    if content.kind is EventKind.TEST:
        return f"{ENGLISH['product']}: {headline}"
    if content.kind is EventKind.BASELINE:
        return headline
    best = content.cards[0]
    if len(content.cards) > 1:
        return f"{ENGLISH['new_subject'].format(count=len(content.cards), score=best.score)}: {plain(best.title, 90)}"
    left = f" · {best.left}" if best.left and content.kind is EventKind.NEW else ""
    score = f" ({best.score})" if content.kind is EventKind.NEW else ""
    return f"{headline}{score}: {plain(best.title, 100)}{left}"


def _to_lead(content: Content) -> str:
    if content.kind is EventKind.BASELINE:
        key = "baseline_lead" if content.count > len(content.cards) else "baseline_lead_all"
        return ENGLISH[key].format(cause=plain(content.cause, 80), shown=len(content.cards), count=content.count)
    leads = {
        EventKind.TEST: "test_lead",
        EventKind.CANCELLED: "cancelled_lead",
        EventKind.CHANGED: "change_lead",
        EventKind.DEADLINE_MOVED: "change_lead",
    }
    return ENGLISH[leads[content.kind]] if content.kind in leads else ""


def _left_out(content: Content, shown: Sequence[Card]) -> str:
    left_out = content.count - len(shown) if content.kind is EventKind.BASELINE else 0
    if left_out <= 0:
        return ""
    return f"{count_phrase('rest', left_out)}: {content.link or _to_command(content)}".removesuffix(": ")


def _to_rest(content: Content) -> str:
    """How to see all that a summary only counts."""
    told = content.summary is not None and content.count > len(content.cards)
    return ENGLISH["all_of_them"].format(count=content.count, command=_to_command(content)) if told else ""


def _to_command(content: Content) -> str:
    return f"tenderwatch opportunities list --summary {content.summary}" if content.summary is not None else ""


def _to_unverified(content: Content) -> str:
    names = ", ".join(content.unverified)
    return count_phrase("unverified", len(content.unverified), sources=names) if names else ""


def _in_chat(card: Card) -> Card:
    """The card with every crawled text made harmless for services that read marks, and short."""

    def short(text: str | None, most: int) -> str:
        return plain_in_chat(plain(text, most))

    return replace(
        card,
        title=short(card.title, CHAT_TITLE),
        buyer=short(card.buyer, CHAT_BUYER),
        lines=tuple(
            Line(each.points, short(each.sentence, CHAT_SENTENCE), short(each.words, CHAT_WORDS) or None)
            for each in card.lines[:1]
        ),
        changes=tuple(
            Change(short(each.label, CHAT_CHANGE), short(each.old, CHAT_CHANGE), short(each.new, CHAT_CHANGE))
            for each in card.changes[:CHAT_CHANGES]
        ),
        link=card.link if card.link and len(card.link) <= CHAT_LINK else None,
    )


def _wrap(text: str, first: str = "", rest: str | None = None) -> str:
    """The text in lines of at most WIDTH; `first` stands before the first, `rest` (or blanks) before the others."""
    after = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines) if lines else first


@cache
def _html() -> Environment:
    return Environment(
        loader=PackageLoader("alerts", "templates"),
        autoescape=True,  # for every name: a file's ending must not turn it off (GHSA-pwgc-w4x9-gw67)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _text() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts", "templates"),
        autoescape=False,  # noqa: S701  text parts are not HTML; escaped there, "&" would be read as "&amp;"
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = _wrap
    return environment
