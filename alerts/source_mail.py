"""The operators' mail: which source is not well, since when, what was expected and seen, what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from alerts.cards import to_deadline
from alerts.phrases import ENGLISH, FIELDS, count_phrase
from alerts.plain import plain, plain_in_chat, to_link
from alerts.render import SUBJECT, Message, fill
from domain.alerts import Event, EventKind
from domain.sources import IssueKind
from domain.trouble import OVERDUE

WALLS = {IssueKind.LOGIN, IssueKind.CONSENT, IssueKind.CAPTCHA}
SHOWN = 8
COMMAND = "tenderwatch "
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


def render_sources(events: Sequence[Event], zone: str) -> Message:
    """The message of these events, troubles first; times in `zone`."""
    place = ZoneInfo(zone)
    cards = [to_card(event, place) for event in sorted(events, key=lambda each: (_is_good(each), each.id))]
    headline = _to_headline(cards)
    values = {"w": ENGLISH, "headline": headline, "lead": _to_lead(cards), "cards": cards, "rules": "", "zone": zone}
    subject = plain(f"{ENGLISH['product']}: {headline}", SUBJECT)
    html, text = fill("sources.html", values | {"subject": subject}), fill("sources.txt", values)
    chat = fill("sources_chat.txt", values)
    return Message(subject, plain_in_chat(headline), html, text.strip() + "\n", _chat(chat))


def to_card(event: Event, zone: ZoneInfo) -> SourceCard:
    """What an event of `report_sources` tells."""
    payload = event.payload
    return _to_mended(payload, zone) if _is_good(event) else _to_trouble(payload, zone)


def _to_trouble(payload: dict[str, Any], zone: ZoneInfo) -> SourceCard:
    state, source = payload["state"], payload["source"]
    good = _moment(payload["last_good"], zone)
    facts = [
        ("since", f"{_moment(payload['since'], zone)}{_day(payload)}"),
        ("last_good", good or ENGLISH["never"]),
        ("runs", str(payload["runs"])),
        ("next_due", _moment(payload["next_due"], zone) or ENGLISH["at_once"]),
        *_to_held(payload),
        *_to_live(payload),
    ]
    findings = payload["findings"]
    phrase = "source_overdue" if state == OVERDUE else "source_trouble"
    return SourceCard(
        source=source,
        title=plain(payload["title"], 120),
        headline=ENGLISH[phrase].format(source=source, state=state),
        state=state,
        urgency="soon" if state in ("partial", OVERDUE) else "urgent",
        good=False,
        facts=tuple((ENGLISH[name], value) for name, value in facts),
        wrong=tuple(Wrong(plain(reason, 600), _kept(page)) for _, reason, page, _ in findings[:SHOWN]),
        measures=tuple(_to_measure(*row) for row in payload["measures"]),
        todo=tuple(dict.fromkeys(ENGLISH[name] for name in _find_todo(state, findings))),
        commands=_to_commands(source, state),
        missing=_to_missing(state, good),
        link=to_link(payload["site"]),
    )


def _to_mended(payload: dict[str, Any], zone: ZoneInfo) -> SourceCard:
    source, since, until = payload["source"], _moment(payload["since"], zone), _moment(payload["ended"], zone)
    good = _moment(payload["last_good"], zone)
    was = ENGLISH["was_since"].format(state=payload["was"], since=since, until=until)
    read = ENGLISH["caught_up_count"].format(**{name: f"{payload[name]:,}" for name in ("new", "changed", "found")})
    day = (payload["last_good"] or payload["since"])[:10]
    return SourceCard(
        source=source,
        title=plain(payload["title"], 120),
        headline=ENGLISH["source_mended"].format(source=source),
        state="ok",
        urgency="none",
        good=True,
        facts=(
            (ENGLISH["was"], was),
            (ENGLISH["caught_up"], read),
            *((ENGLISH[name], text) for name, text in (*_to_held(payload), *_to_live(payload))),
        ),
        wrong=(),
        measures=(),
        todo=(),
        commands=(f"tenderwatch crawl {source} --since {day}",),
        missing=ENGLISH["late_since"].format(since=good, until=until) if good else ENGLISH["late_never"],
        link=to_link(payload["site"]),
    )


def _to_held(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Changes that nobody is told of, because the page may have made them."""
    command = f"tenderwatch sources accept {payload['source']}"
    return [("held", count_phrase("held_changes", payload["held"], command=command))] if payload["held"] else []


def _to_live(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """A source that was never read at its own portal may be wrong about it."""
    return [("live", ENGLISH["never_live"].format(source=payload["source"]))] if payload["never_live"] else []


def _to_headline(cards: Sequence[SourceCard]) -> str:
    """The only card's own, else how many there are of each."""
    if len(cards) == 1:
        return cards[0].headline
    good = sum(card.good for card in cards)
    if good and good < len(cards):
        return ENGLISH["sources_both"].format(bad=len(cards) - good, good=good)
    names = ", ".join(dict.fromkeys(card.source for card in cards))
    return f"{ENGLISH['sources_mended' if good else 'sources_trouble'].format(count=len(cards))}: {names}"


def _to_lead(cards: Sequence[SourceCard]) -> str:
    return ENGLISH["source_lead_mended" if all(card.good for card in cards) else "source_lead"]


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


def _to_missing(state: str, good: str) -> str:
    if not good:
        return ENGLISH["missing_all"]
    return ENGLISH["missing_pages" if state == "partial" else "missing_since"].format(moment=good)


def _to_measure(name: str, expected: str, usual: str, seen: str) -> tuple[str, str, str, str]:
    label = ENGLISH["notices"] if name == "notices" else ENGLISH["filled"].format(name=FIELDS.get(name, name).lower())
    return label, expected or "–", usual or "–", seen or "–"


def _day(payload: dict[str, Any]) -> str:
    """Which day of the trouble it is, from the second on."""
    told, since = (datetime.fromisoformat(payload[name]) for name in ("told", "since"))
    days = round((told - since) / timedelta(days=1))
    return f" ({ENGLISH['again'].format(day=days + 1)})" if days else ""


def _kept(page: str | None) -> str:
    return ENGLISH["saved_page"].format(page=page[:12]) if page else ""


def _moment(printed: str | None, zone: ZoneInfo) -> str:
    return to_deadline(datetime.fromisoformat(printed).astimezone(zone), None, zone) if printed else ""


def _is_good(event: Event) -> bool:
    return event.kind is EventKind.SOURCE_MENDED


def _chat(text: str) -> str:
    """Our own commands stay as they are, to be copied; all else is made harmless."""
    lines = text.strip().splitlines()
    return "\n".join(line if line.startswith(COMMAND) else plain_in_chat(line) for line in lines)
