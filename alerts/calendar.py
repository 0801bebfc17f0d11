"""Deadlines as iCalendar (RFC 5545): events that a calendar takes, moves and crosses out by their UID."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from alerts.cards import Card
from alerts.words import Words
from domain.notices import Precision

PRODUCT = "-//Tenderwatch//Deadlines//EN"
FOLD = 75
# A calendar has at least one component (RFC 5545, 3.6); a feed in which nothing stands has this.
NOTHING = (
    "BEGIN:VTIMEZONE",
    "TZID:UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """One event. `uid` is the same for ever; a deadline of precision `day` is an whole day, as printed.

    `changed_at` is when anything about it changed last; None: at the moment of writing.
    """

    uid: str
    summary: str
    moment: datetime
    precision: Precision | None
    url: str | None
    description: str
    cancelled: bool = False
    changed_at: datetime | None = None


def to_deadlines(cards: Iterable[Card], w: Words, domain: str) -> list[Deadline]:
    """The events of these cards, but for those without a deadline; `domain` makes the UIDs unique in the world."""
    return [
        Deadline(
            uid=f"opportunity-{card.opportunity}@{domain}",
            summary=w["deadline_of"].format(title=card.title),
            moment=card.deadline_at,
            precision=card.deadline_precision,
            url=card.review or card.link,
            description="\n".join(
                each for each in (card.buyer, f"{w['value']}: {card.value}", card.link or "") if each
            ),
            cancelled=card.cancelled,
        )
        for card in cards
        if card.deadline_at is not None and card.opportunity is not None
    ]


def to_calendar(deadlines: Sequence[Deadline], now: datetime, name: str | None = None) -> bytes:
    """The calendar, UTF-8 with CRLF and lines folded at 75 octets. What was written later replaces what was earlier."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    if name:
        lines.append(f"X-WR-CALNAME:{_escape(name)}")
    for each in deadlines:
        lines += _to_event(each, now)
    if not deadlines:
        lines += NOTHING
    return b"".join(_fold(line) for line in (*lines, "END:VCALENDAR"))


def _to_event(deadline: Deadline, now: datetime) -> list[str]:
    changed_at = deadline.changed_at or now
    lines = [
        "BEGIN:VEVENT",
        f"UID:{deadline.uid}",
        f"DTSTAMP:{_to_utc(changed_at)}",
        f"SEQUENCE:{int(changed_at.timestamp()) // 60}",
        *_to_start(deadline),
        f"SUMMARY:{_escape(deadline.summary)}",
        f"DESCRIPTION:{_escape(deadline.description)}",
        f"STATUS:{'CANCELLED' if deadline.cancelled else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
    ]
    if deadline.url:
        lines.append(f"URL:{deadline.url}")
    return [*lines, "END:VEVENT"]


def _to_start(deadline: Deadline) -> list[str]:
    if deadline.precision is Precision.DAY:
        day = deadline.moment.date()
        return [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]
    return [f"DTSTART:{_to_utc(deadline.moment)}"]


def _to_utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escape(text: str) -> str:
    """RFC 5545, 3.3.11; joiners that keep addresses from being links stay, as calendars make links too."""
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\r", "").replace("\n", "\\n")


def _fold(line: str) -> bytes:
    """RFC 5545, 3.1: at most 75 octets a line, never inside a character."""
    parts, part = [], b""
    for char in line:
        octets = char.encode()
        if len(part) + len(octets) > FOLD:
            parts.append(part)
            part = b" "
        part += octets
    return b"\r\n".join([*parts, part]) + b"\r\n"
