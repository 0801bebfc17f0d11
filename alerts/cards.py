"""An opportunity as it is shown: every value a short harmless text, so that templates only lay out and escape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from alerts.phrases import ENGLISH, FIELDS, count_phrase
from alerts.plain import plain, to_link
from domain.alerts import FieldChange
from domain.notices import Notice, Precision
from domain.opportunities import Reason

LOCALE = Locale("en")
URGENT_DAYS = 3
SOON_DAYS = 7
TOP_REASONS = 3
# Changes that only a machine reads, or that are shown with another field.
HIDDEN_FIELDS = {"deadline_zone", "deadline_precision", "language", "procedure_id", "published_at", "url", "changes"}


@dataclass(frozen=True, slots=True)
class Line:
    """One reason: its points, a sentence, the words of the notice that matched, and what of ours they matched.

    `words` is None where the sentence has them, `yours` where it, or the words themselves, say it already.
    """

    points: int
    sentence: str
    words: str | None = None
    yours: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs, as texts."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Card:
    """One opportunity, ready for any template. `urgency` is passed, urgent, soon or none; `link` is http(s) or None."""

    title: str
    language: str | None
    buyer: str
    country: str
    deadline: str
    left: str
    urgency: str
    value: str
    link: str | None
    score: int
    profile: str
    source: str
    key: str
    lines: tuple[Line, ...]
    changes: tuple[Change, ...] = ()


def to_card(
    notice: Notice,
    *,
    score: Decimal,
    reasons: Sequence[Reason],
    profile: str,
    now: datetime,
    zone: ZoneInfo,
    changes: Sequence[FieldChange] = (),
) -> Card:
    """The card of a notice for one profile, its score rounded down; times in `zone`.

    Days left are counted from `now` by the calendar there.
    """
    left, urgency = to_left(notice.deadline_at, now, zone)
    return Card(
        title=plain(notice.shown_title()),
        language=notice.language,
        buyer=plain(", ".join(buyer.name for buyer in notice.buyers[:3]), 200) or ENGLISH["not_stated"],
        country=to_country(notice.country),
        deadline=to_deadline(notice.deadline_at, notice.deadline_precision, zone),
        left=left,
        urgency=urgency,
        value=to_value(notice.value.amount, notice.value.currency) if notice.value else ENGLISH["not_stated"],
        link=to_link(notice.url),
        score=int(score),
        profile=plain(profile, 80),
        source=notice.source,
        key=plain(notice.key, 80),
        lines=to_lines(reasons),
        changes=tuple(to_change(each, zone) for each in changes if each.field.split(".")[0] not in HIDDEN_FIELDS),
    )


def to_lines(reasons: Sequence[Reason]) -> tuple[Line, ...]:
    """The three reasons that gave most points, which are shown as whole ones."""
    best = sorted((each for each in reasons if round(each.points) > 0), key=lambda each: -each.points)[:TOP_REASONS]
    return tuple(_to_line(each) for each in best)


def to_country(code: str | None) -> str:
    """The English name of an ISO 3166 alpha-2 code; the code itself where it has none."""
    return str(LOCALE.territories.get(code, plain(code, 20))) if code else ENGLISH["not_stated"]


def to_value(amount: Decimal, currency: str) -> str:
    """An amount as people read it, with its ISO 4217 code, cents only where there are some."""
    exponent = amount.normalize().as_tuple().exponent
    cents = min(max(2, -exponent), 4) if isinstance(exponent, int) and exponent < 0 else 0
    return f"{plain(currency, 8)} {amount:,.{cents}f}"


def to_deadline(moment: datetime | None, precision: Precision | None, zone: ZoneInfo) -> str:
    """The deadline in `zone` with the zone's name, and as published where that was another offset.

    A deadline that is only a day stays the day that the portal printed: to move it into another zone would invent one.
    """
    if moment is None:
        return ENGLISH["not_stated"]
    if precision is Precision.DAY:
        return f"{_to_day(moment)} ({ENGLISH['no_time']})"
    local = moment.astimezone(zone)
    text = f"{_to_day(local)}, {local:%H:%M} {_to_zone_name(local)}"
    if local.utcoffset() == moment.utcoffset():
        return text
    printed = ENGLISH["at_portal"].format(time=f"{moment:%H:%M}", offset=_to_offset(moment))
    return f"{text} ({printed})"


def to_left(moment: datetime | None, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """How long is left, in words, and how urgent that is; nothing where no deadline is stated."""
    if moment is None:
        return "", "none"
    if moment <= now:
        return ENGLISH["passed"], "passed"
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0 or (moment - now).total_seconds() < 24 * 3600:
        hours = int((moment - now).total_seconds() // 3600)
        return (count_phrase("hours", hours) if hours else ENGLISH["minutes"]), "urgent"
    urgency = "urgent" if days <= URGENT_DAYS else "soon" if days <= SOON_DAYS else "none"
    return count_phrase("days", days), urgency


def to_change(change: FieldChange, zone: ZoneInfo) -> Change:
    """A field difference as texts: instants in `zone`, amounts with their currency, long texts cut."""
    return Change(to_label(change.field), _to_text(change.old, zone), _to_text(change.new, zone))


def to_label(field: str) -> str:
    """What a field is called: `deadline_at`, `title.fr`, `lots[2]` or `lots[2].deadline_at`."""
    if lot := re.fullmatch(r"lots\[(.*)\](?:\.(\w+))?", field, re.S):
        name = f"{ENGLISH['lot']} {plain(lot[1], 40)}"
        return f"{name}, {FIELDS.get(lot[2], lot[2])}" if lot[2] else name
    return FIELDS.get(field.split(".")[0], plain(field, 60))


def _to_line(reason: Reason) -> Line:
    sentence, words, yours = plain(reason.explanation, 200), plain(reason.text, 80), plain(reason.matched, 60)
    said = sentence.casefold()
    return Line(
        round(reason.points),
        sentence,
        words if words.casefold() not in said else None,
        yours if yours.casefold() not in (words.casefold(), "") and yours.casefold() not in said else None,
    )


def _to_text(value: Any, zone: ZoneInfo) -> str:
    if value in (None, "", [], {}):
        return ENGLISH["nothing"]
    if isinstance(value, dict) and {"amount", "currency"} <= value.keys():
        return to_value(Decimal(value["amount"]), value["currency"])
    if isinstance(value, dict):
        named = value.get("name") or value.get("id") or value.get("title") or value.get("key")
        return _to_text(named, zone) if isinstance(named, str | dict) else _to_text(list(value.values()), zone)
    if isinstance(value, list):
        shown = "; ".join(_to_text(each, zone) for each in value[:5])
        return f"{shown} … ({len(value)})" if len(value) > 5 else shown
    moment = _to_moment(value)
    return to_deadline(moment, None, zone) if moment else plain(str(value), 240)


def _to_moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value[:4].isdecimal() or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _to_day(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b %Y}"


def _to_zone_name(local: datetime) -> str:
    """The zone's abbreviation; its offset where the database only has digits for it ("+03")."""
    name = local.tzname() or ""
    return _to_offset(local) if name[:1] in "+-" else name


def _to_offset(moment: datetime) -> str:
    digits = f"{moment:%z}"
    return f"UTC{digits[:3]}:{digits[3:5]}"
