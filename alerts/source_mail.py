"""The operators' mail: which source is not well, since when, what was expected and seen, what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.cards import to_deadline
from alerts.note import Block, Note
from alerts.plain import plain, to_link
from alerts.render import SUBJECT, Message, fill
from alerts.words import Words, words
from domain.alerts import Event, EventKind
from domain.sources import IssueKind
from domain.trouble import OVERDUE

WALLS = {IssueKind.LOGIN, IssueKind.CONSENT, IssueKind.CAPTCHA}
SHOWN = 8
WHAT_TO_DO = {
    IssueKind.REFUSED: "do_refused",
    IssueKind.LOGIN: "do_wall",
    IssueKind.CONSENT: "do_wall",
    IssueKind.CAPTCHA: "do_wall",
    IssueKind.SOURCE_CHANGED: "do_changed",
    IssueKind.UNREADABLE: "do_changed",
    IssueKind.TOO_FEW: "do_few",
    IssueKind.FILLED: "do_filled",
    IssueKind.CANARY: "do_canary",
}
BY_STATE = {"partial": "do_partial", "failed": "do_failed", "blocked": "do_refused", OVERDUE: "do_overdue"}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong, with the file of the page that shows it."""

    reason: str
    page: str = ""


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One event about a source, every value a short harmless text. `facts` are labels with their values."""

    source: str
    title: str
    headline: str
    state: str
    urgency: str
    good: bool
    facts: tuple[tuple[str, str], ...]
    wrong: tuple[Wrong, ...]
    measures: tuple[tuple[str, str, str, str], ...]
    todo: tuple[str, ...]
    commands: tuple[str, ...]
    missing: str
    link: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """How the reader sees it: in this zone, in these words."""

    zone: ZoneInfo
    w: Words


def render_sources(events: Sequence[Event], zone: str, language: str = "en") -> Message:
    """The message of these events, troubles first; times in `zone`."""
    look = Look(ZoneInfo(zone), words(language))
    cards = [to_card(event, look) for event in sorted(events, key=lambda each: (_is_good(each), each.id))]
    headline, lead = _to_headline(cards, look), _to_lead(cards, look)
    values: dict[str, Any] = {"w": look.w, "headline": headline, "lead": lead, "cards": cards, "zone": zone}
    values |= {"notes": (), "unsubscribe": None}
    subject = plain(f"{look.w['product']}: {headline}", SUBJECT)
    html, text = fill("sources.html", values | {"subject": subject}), fill("sources.txt", values)
    note = Note(plain(headline), "", tuple(_to_block(card, look) for card in cards))
    return Message(subject, headline, html, text.strip() + "\n", note)


def to_card(event: Event, look: Look) -> SourceCard:
    """What an event of `report_sources` tells."""
    payload = event.payload
    return _to_mended(payload, look) if _is_good(event) else _to_trouble(payload, look)


def _to_trouble(payload: dict[str, Any], look: Look) -> SourceCard:
    state, source = payload["state"], payload["source"]
    good = _moment(payload["last_good"], look)
    facts = [
        ("since", f"{_moment(payload['since'], look)}{_day(payload, look)}"),
        ("last_good", good or look.w["never"]),
        ("runs", str(payload["runs"])),
        ("next_due", _moment(payload["next_due"], look) or look.w["at_once"]),
        *_to_held(payload, look),
        *_to_live(payload, look),
    ]
    findings = payload["findings"]
    phrase = "source_overdue" if state == OVERDUE else "source_trouble"
    return SourceCard(
        source=source,
        title=plain(payload["title"], 120),
        headline=look.w[phrase].format(source=source, state=look.w.to_state(state)),
        state=look.w.to_state(state),
        urgency="soon" if state in ("partial", OVERDUE) else "urgent",
        good=False,
        facts=tuple((look.w[name], value) for name, value in facts),
        wrong=tuple(Wrong(plain(reason, 600), _kept(page, look)) for _, reason, page, _ in findings[:SHOWN]),
        measures=tuple(_to_measure(row, look) for row in payload["measures"]),
        todo=tuple(dict.fromkeys(look.w[name] for name in _find_todo(state, findings))),
        commands=_to_commands(source, state),
        missing=_to_missing(state, good, look),
        link=to_link(payload["site"]),
    )


def _to_mended(payload: dict[str, Any], look: Look) -> SourceCard:
    source, since, until = payload["source"], _moment(payload["since"], look), _moment(payload["ended"], look)
    good = _moment(payload["last_good"], look)
    was = look.w["was_since"].format(state=look.w.to_state(payload["was"]), since=since, until=until)
    read = look.w["caught_up_count"].format(**{name: f"{payload[name]:,}" for name in ("new", "changed", "found")})
    day = (payload["last_good"] or payload["since"])[:10]
    return SourceCard(
        source=source,
        title=plain(payload["title"], 120),
        headline=look.w["source_mended"].format(source=source),
        state=look.w.to_state("ok"),
        urgency="none",
        good=True,
        facts=(
            (look.w["was"], was),
            (look.w["caught_up"], read),
            *((look.w[name], text) for name, text in (*_to_held(payload, look), *_to_live(payload, look))),
        ),
        wrong=(),
        measures=(),
        todo=(),
        commands=(f"tenderwatch crawl {source} --since {day}",),
        missing=look.w["late_since"].format(since=good, until=until) if good else look.w["late_never"],
        link=to_link(payload["site"]),
    )


def _to_held(payload: dict[str, Any], look: Look) -> list[tuple[str, str]]:
    """Changes that nobody is told of, because the page may have made them."""
    command = f"tenderwatch sources accept {payload['source']}"
    return [("held", look.w.count("held_changes", payload["held"], command=command))] if payload["held"] else []


def _to_live(payload: dict[str, Any], look: Look) -> list[tuple[str, str]]:
    """A source that was never read at its own portal may be wrong about it."""
    return [("live", look.w["never_live"].format(source=payload["source"]))] if payload["never_live"] else []


def _to_headline(cards: Sequence[SourceCard], look: Look) -> str:
    """The only card's own, else how many there are of each."""
    if len(cards) == 1:
        return cards[0].headline
    good = sum(card.good for card in cards)
    if good and good < len(cards):
        return look.w["sources_both"].format(bad=len(cards) - good, good=good)
    names = ", ".join(dict.fromkeys(card.source for card in cards))
    return f"{look.w['sources_mended' if good else 'sources_trouble'].format(count=len(cards))}: {names}"


def _to_lead(cards: Sequence[SourceCard], look: Look) -> str:
    return look.w["source_lead_mended" if all(card.good for card in cards) else "source_lead"]


def _find_todo(state: str, findings: Sequence[Sequence[Any]]) -> list[str]:
    """By what was found; where that says nothing, by the run's state. A wall needs no other advice."""
    kinds = [kind for kind, *_ in findings]
    if WALLS & set(kinds) and state == "blocked":
        return ["do_wall"]
    found = [WHAT_TO_DO[IssueKind(kind)] for kind in kinds if kind in WHAT_TO_DO]
    if state == "blocked":
        found = ["do_refused"]
    return found or [BY_STATE.get(state, "do_partial")]


def _to_commands(source: str, state: str) -> tuple[str, ...]:
    show = f"tenderwatch sources show {source}"
    if state == OVERDUE:
        return ("tenderwatch sources health", f"tenderwatch run {source}")
    again = () if state == "blocked" else (f"tenderwatch run {source}",)
    return (show, "tenderwatch sources health", *again)


def _to_missing(state: str, good: str, look: Look) -> str:
    if not good:
        return look.w["missing_all"]
    return look.w["missing_pages" if state == "partial" else "missing_since"].format(moment=good)


def _to_measure(row: Sequence[str], look: Look) -> tuple[str, str, str, str]:
    name, expected, usual, seen = row
    field = look.w.fields.get(name, name).lower()
    label = look.w["notices"] if name == "notices" else look.w["filled"].format(name=field)
    return label, expected or "–", usual or "–", seen or "–"


def _day(payload: dict[str, Any], look: Look) -> str:
    """Which day of the trouble it is, from the second on."""
    told, since = (datetime.fromisoformat(payload[name]) for name in ("told", "since"))
    days = round((told - since) / timedelta(days=1))
    return f" ({look.w['again'].format(day=days + 1)})" if days else ""


def _kept(page: str | None, look: Look) -> str:
    return look.w["saved_page"].format(page=page[:12]) if page else ""


def _moment(printed: str | None, look: Look) -> str:
    moment = datetime.fromisoformat(printed).astimezone(look.zone) if printed else None
    return to_deadline(moment, None, look.zone, look.w) if moment else ""


def _is_good(event: Event) -> bool:
    return event.kind is EventKind.SOURCE_MENDED


def _to_block(card: SourceCard, look: Look) -> Block:
    """A source in a chat: what is wrong with it, and the first command that shows more."""
    lines = [f"{label}: {value}" for label, value in card.facts[:2]]
    lines += [f"- {each.reason[:200]}" for each in card.wrong[:2]]
    lines.append(card.missing if card.good else f"{look.w['missing']}: {card.missing}")
    return Block(f"{card.title}: {card.state}", tuple(plain(line, 400) for line in lines), commands=card.commands[:1])
