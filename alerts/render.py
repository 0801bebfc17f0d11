"""Messages as they are sent: an HTML and a text part for mail, a note for chats, and the subject."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from alerts.cards import Card
from alerts.note import Block, Note, to_block
from alerts.plain import plain
from alerts.words import Words, words
from domain.alerts import EventKind

WIDTH = 72
SUBJECT = 140
SHOWN_IN_SUMMARY = 10
SHOWN_IN_CHAT_SUMMARY = 1
LISTS = (EventKind.BASELINE, EventKind.DIGEST)
# Kinds of which the best opportunity is named in the subject, with its score.
NEW_ONES = (EventKind.NEW, EventKind.DIGEST)
LEADS = {
    EventKind.TEST: "test_lead",
    EventKind.CANCELLED: "cancelled_lead",
    EventKind.CHANGED: "change_lead",
    EventKind.DEADLINE_MOVED: "change_lead",
    EventKind.REMINDER: "reminder_lead",
    EventKind.ESCALATION: "escalation_lead",
    EventKind.HANDED: "handed_lead",
    EventKind.NOT_DELIVERED: "not_delivered_lead",
}


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says. A summary has its `cause`, and how many there are in all (`count`): `cards` are the best.

    `summary` is the number that all of a summary are found by, `link` the page that shows them, where there is one;
    `unverified` are sources of these cards that were never read at their own portal. `values` fill the lead of its
    kind, `lines` follow it. A digest has how many were held back, and the sources that were not checked or are not
    healthy. `part` is which part of a long one this is, 0 where it is whole.
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
    language: str = "en"
    values: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    held_back: int = 0
    bad_sources: tuple[str, ...] = ()
    part: int = 0
    unsubscribe: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A message in each of its forms; `note` is for chats, whose channel escapes it."""

    subject: str
    headline: str
    html: str
    text: str
    note: Note


def render(content: Content) -> Message:
    """The message of this content; opportunities that were not listed in an order come with the best first."""
    if content.kind not in LISTS:
        content = replace(content, cards=tuple(sorted(content.cards, key=lambda card: -card.score)))
    w = words(content.language)
    headline, subject = _to_headline(content, w), plain(_to_subject(content, w), SUBJECT)
    values = {
        "w": w,
        "headline": headline,
        "lead": _to_lead(content, w),
        "notes": content.lines,
        "cards": content.cards,
        "rules": ", ".join(plain(rule, 80) for rule in content.rules),
        "zone": content.zone,
        "count": content.count,
        "all_of_them": _to_rest(content, w),
        "all_link": content.link if content.count > len(content.cards) else None,
        "ends": _to_ends(content, w),
        "unsubscribe": content.unsubscribe,
    }
    template = "summary" if content.kind in LISTS else "cards"
    html, text = fill(f"{template}.html", values | {"subject": subject}), fill(f"{template}.txt", values)
    return Message(subject, headline, html, text.strip() + "\n", _to_note(content, w, headline))


def fill(template: str, values: Mapping[str, Any]) -> str:
    """A template with these values, every one of them escaped where it is HTML."""
    environment = _html() if template.endswith(".html") else _text()
    return environment.get_template(template).render(values)


def _to_headline(content: Content, w: Words) -> str:
    """What a message is about, above its cards; it quotes nothing that was crawled."""
    kind = content.kind
    if kind is EventKind.TEST:
        return w["test_subject"]
    if kind is EventKind.BASELINE:
        return w.count("baseline_subject", content.count, cause=plain(w.to_cause(content.cause), 80))
    if kind is EventKind.NEW:
        return w.count("new", len(content.cards))
    if kind is EventKind.DIGEST:
        return w.count("digest", content.count) if content.count else w["digest_empty"]
    if kind is EventKind.NOT_DELIVERED:
        return w.count("not_delivered", content.count, **content.values)
    return w[kind.value]


def _to_subject(content: Content, w: Words) -> str:
    headline = _to_headline(content, w)
    if content.kind in (EventKind.TEST, EventKind.NOT_DELIVERED) or not content.cards:
        return f"{w['product']}: {headline}"
    if content.kind is EventKind.BASELINE:
        return headline
    best, many = content.cards[0], max(len(content.cards), content.count)
    if many > 1:
        return f"{w['new_subject'].format(count=many, score=best.score)}: {plain(best.title, 90)}"
    left = f" · {best.left}" if best.left and content.kind is not EventKind.CANCELLED else ""
    score = f" ({best.score})" if content.kind in NEW_ONES else ""
    tail = left if content.kind in (*NEW_ONES, EventKind.REMINDER) else ""
    return f"{headline}{score}: {plain(best.title, 100)}{tail}"


def _to_lead(content: Content, w: Words) -> str:
    if content.kind is EventKind.BASELINE:
        key = "baseline_lead" if content.count > len(content.cards) else "baseline_lead_all"
        return w[key].format(cause=plain(w.to_cause(content.cause), 80), shown=len(content.cards), count=content.count)
    if content.kind is EventKind.DIGEST:
        return "" if content.count else w["digest_empty_lead"]
    key = LEADS.get(content.kind, "")
    return w[key].format(**content.values) if key else ""


def _to_rest(content: Content, w: Words) -> str:
    """How to see all that a summary only counts."""
    told = content.summary is not None and content.count > len(content.cards)
    return w["all_of_them"].format(count=content.count, command=_to_command(content)) if told else ""


def _to_command(content: Content) -> str:
    return f"tenderwatch opportunities list --summary {content.summary}" if content.summary is not None else ""


def _to_ends(content: Content, w: Words) -> tuple[str, ...]:
    """What stands at the end: what was held back, which sources were not read, which were never verified."""
    held = w.count("held_back", content.held_back) if content.held_back else ""
    bad = w["bad_sources"].format(sources=", ".join(content.bad_sources)) if content.bad_sources else ""
    names = ", ".join(content.unverified)
    unverified = w.count("unverified", len(content.unverified), sources=names) if names else ""
    return tuple(each for each in (held, bad, unverified) if each)


def _to_note(content: Content, w: Words, headline: str) -> Note:
    few: Sequence[Card] = content.cards
    foot: tuple[str, ...] = _to_ends(replace(content, unverified=()), w)
    all_link = None
    if content.kind is EventKind.BASELINE:
        few = content.cards[:SHOWN_IN_CHAT_SUMMARY]
        left_out = content.count - len(few)
        all_link = content.link if left_out > 0 else None
        rest = w.count("rest", left_out) if left_out > 0 else ""
        command = "" if all_link else _to_command(content)
        foot = (*([f"{rest}: {command}".removesuffix(": ")] if rest else []), *foot)
    if content.part:
        headline = f"{headline} ({w['part'].format(number=content.part)})"
    lead = _to_lead(content, w) if content.kind in (EventKind.TEST, EventKind.ESCALATION) or not few else ""
    lead = "\n".join(each for each in (lead, *content.lines) if each)
    blocks: tuple[Block, ...] = tuple(to_block(card, w) for card in few)
    return Note(headline, lead, blocks, foot, all_link, w["open_notice"], w["open_review"], _open_all(content, w))


def _open_all(content: Content, w: Words) -> str:
    return w["open_all"].format(count=content.count)


def _wrap(text: str, first: str = "", rest: str | None = None) -> str:
    """The text in lines of at most WIDTH; `first` stands before the first, `rest` (or blanks) before the others."""
    after = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=after, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines) if lines else first


def _label(w: Words, key: str) -> str:
    """A label of the text part, as wide as the widest of its language."""
    width = max(len(w[each]) for each in ("score", "buyer", "country", "deadline", "value"))
    return f"  {w[key]:<{width}}  "


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
    environment.filters["label"] = _label
    return environment
