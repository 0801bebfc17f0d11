"""An opportunity as it is shown: every value a short harmless text, so that templates only lay out and escape."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from alerts.plain import plain, to_link
from alerts.reasons import to_sentence
from alerts.words import Words, words
from domain.alerts import FieldChange
from domain.notices import Lot, Notice, Precision, Status
from domain.opportunities import Reason
from storage.opportunities import OpportunityView

URGENT_DAYS = 3
SOON_DAYS = 7
TOP_REASONS = 3
SHOWN_LOTS = 5
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
    """One opportunity, ready for any template. `urgency` is passed, urgent, soon or none; `link` is http(s) or None.

    `notes` stand above all else; `own` are lines of the users' own template, in place of ours. `opportunity` is its
    number, None in a sample; `review` the page of the review workplace. What machines read
    (`deadline_at` with its precision, `amount` as a decimal string, `currency`) is as stored.
    """

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
    opportunity: int | None = None
    review: str | None = None
    country_code: str | None = None
    deadline_at: datetime | None = None
    deadline_precision: Precision | None = None
    amount: str | None = None
    currency: str | None = None
    cancelled: bool = False
    rules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    own: tuple[str, ...] | None = None
    lots: str = ""


def to_card(
    notice: Notice,
    *,
    score: Decimal,
    reasons: Sequence[Reason],
    profile: str,
    now: datetime,
    zone: ZoneInfo,
    changes: Sequence[FieldChange] = (),
    lots: Sequence[Lot] = (),
    language: str = "en",
    opportunity: int | None = None,
    base_url: str | None = None,
) -> Card:
    """The card of a notice for one profile, its score rounded down; times in `zone`.

    Days left are counted from `now` by the calendar there; `lots` are those of its lots that fit the profile.
    """
    w = words(language)
    left, urgency = to_left(notice.deadline_at, now, zone, w)
    return Card(
        title=plain(notice.shown_title()) or w["untitled"],
        language=notice.language,
        buyer=plain(", ".join(buyer.name for buyer in notice.buyers[:3]), 200) or w["not_stated"],
        country=w.to_country(plain(notice.country, 20)) if notice.country else w["not_stated"],
        deadline=to_deadline(notice.deadline_at, notice.deadline_precision, zone, w),
        left=left,
        urgency=urgency,
        value=to_value(notice.value.amount, notice.value.currency, w) if notice.value else w["not_stated"],
        link=to_link(notice.url),
        score=int(score),
        profile=plain(profile, 80),
        source=notice.source,
        key=plain(notice.key, 80),
        lines=to_lines(reasons, language),
        changes=tuple(to_change(each, zone, w) for each in changes if each.field.split(".")[0] not in HIDDEN_FIELDS),
        opportunity=opportunity,
        review=to_review(base_url, opportunity),
        country_code=notice.country,
        deadline_at=notice.deadline_at,
        deadline_precision=notice.deadline_precision,
        amount=f"{notice.value.amount:f}" if notice.value else None,
        currency=notice.value.currency if notice.value else None,
        cancelled=notice.status is Status.CANCELLED,
        lots=to_lots(lots, len(notice.lots), w),
    )


def to_view_card(
    view: OpportunityView,
    *,
    now: datetime,
    zone: str,
    language: str,
    base_url: str | None,
    changes: Sequence[FieldChange] = (),
    opportunity: int | None = None,
) -> Card:
    """The card of a stored opportunity; `opportunity` is the number that it is shown by, where it is another's now."""
    return to_card(
        view.notice.notice,
        score=view.opportunity.score,
        reasons=view.assessment.reasons if view.assessment else (),
        profile=view.profile_name,
        now=now,
        zone=ZoneInfo(zone),
        changes=changes,
        lots=view.lots,
        language=language,
        opportunity=opportunity or view.opportunity.id,
        base_url=base_url,
    )


def to_review(base_url: str | None, opportunity: int | None) -> str | None:
    """The page of the review workplace where an opportunity is decided; None where no workplace is configured."""
    return to_link(f"{base_url.rstrip('/')}/opportunities/{opportunity}") if base_url and opportunity else None


def to_lots(lots: Sequence[Lot], count: int, w: Words) -> str:
    """The lots that fit, of `count`: "2 Valves, 5 Pumps (of 7)"; empty where nothing speaks for one by itself."""
    if not lots:
        return ""
    named = [plain(f"{lot.key} {next(iter(lot.title.values()), '')}", 80) for lot in lots[:SHOWN_LOTS]]
    more = f", {w.count('rest', len(lots) - SHOWN_LOTS)}" if len(lots) > SHOWN_LOTS else ""
    return w["lots_of"].format(lots=", ".join(named) + more, count=count)


def to_lines(reasons: Sequence[Reason], language: str) -> tuple[Line, ...]:
    """The three reasons that gave most points, which are shown as whole ones."""
    best = sorted((each for each in reasons if round(each.points) > 0), key=lambda each: -each.points)[:TOP_REASONS]
    return tuple(_to_line(each, language) for each in best)


def to_value(amount: Decimal, currency: str, w: Words) -> str:
    """An amount as people read it, with its ISO 4217 code, cents only where there are some."""
    exponent = amount.normalize().as_tuple().exponent
    cents = min(max(2, -exponent), 4) if isinstance(exponent, int) and exponent < 0 else 0
    return f"{plain(currency, 8)} {w.to_amount(amount, cents)}"


def to_deadline(moment: datetime | None, precision: Precision | None, zone: ZoneInfo, w: Words) -> str:
    """The deadline in `zone` with the zone's name, and as published where that was another offset.

    A deadline that is only a day stays the day that the portal printed: to move it into another zone would invent one.
    """
    if moment is None:
        return w["not_stated"]
    if precision is Precision.DAY:
        return f"{w.to_day(moment)} ({w['no_time']})"
    local = moment.astimezone(zone)
    text = f"{w.to_day(local)}, {local:%H:%M} {_to_zone_name(local)}"
    if local.utcoffset() == moment.utcoffset():
        return text
    printed = w["at_portal"].format(time=f"{moment:%H:%M}", offset=_to_offset(moment))
    return f"{text} ({printed})"


def to_left(moment: datetime | None, now: datetime, zone: ZoneInfo, w: Words) -> tuple[str, str]:
    """How long is left, in words, and how urgent that is; nothing where no deadline is stated."""
    if moment is None:
        return "", "none"
    if moment <= now:
        return w["passed"], "passed"
    days = (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
    if days == 0 or (moment - now).total_seconds() < 24 * 3600:
        hours = int((moment - now).total_seconds() // 3600)
        return (w.count("hours", hours) if hours else w["minutes"]), "urgent"
    urgency = "urgent" if days <= URGENT_DAYS else "soon" if days <= SOON_DAYS else "none"
    return w.count("days", days), urgency


def to_change(change: FieldChange, zone: ZoneInfo, w: Words) -> Change:
    """A field difference as texts: instants in `zone`, amounts with their currency, long texts cut."""
    return Change(to_label(change.field, w), _to_text(change.old, zone, w), _to_text(change.new, zone, w))


def to_label(field: str, w: Words) -> str:
    """What a field is called: `deadline_at`, `title.fr`, `lots[2]` or `lots[2].deadline_at`."""
    if lot := re.fullmatch(r"lots\[(.*)\](?:\.(\w+))?", field, re.S):
        name = f"{w['lot']} {plain(lot[1], 40)}"
        return f"{name}, {w.fields.get(lot[2], lot[2])}" if lot[2] else name
    return w.fields.get(field.split(".")[0], plain(field, 60))


def _to_line(reason: Reason, language: str) -> Line:
    sentence, words, yours = (
        plain(to_sentence(reason, language), 200),
        plain(reason.text, 80),
        plain(reason.matched, 60),
    )
    said = sentence.casefold()
    return Line(
        round(reason.points),
        sentence,
        words if words.casefold() not in said else None,
        yours if yours.casefold() not in (words.casefold(), "") and yours.casefold() not in said else None,
    )


def _to_text(value: Any, zone: ZoneInfo, w: Words) -> str:
    if value in (None, "", [], {}):
        return w["nothing"]
    if isinstance(value, dict) and {"amount", "currency"} <= value.keys():
        return to_value(Decimal(value["amount"]), value["currency"], w)
    if isinstance(value, dict):
        named = value.get("name") or value.get("id") or value.get("title") or value.get("key")
        return _to_text(named, zone, w) if isinstance(named, str | dict) else _to_text(list(value.values()), zone, w)
    if isinstance(value, list):
        shown = "; ".join(_to_text(each, zone, w) for each in value[:5])
        return f"{shown} … ({len(value)})" if len(value) > 5 else shown
    moment = _to_moment(value)
    return to_deadline(moment, None, zone, w) if moment else plain(str(value), 240)


def _to_moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value[:4].isdecimal() or "T" not in value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _to_zone_name(local: datetime) -> str:
    """The zone's abbreviation; its offset where the database only has digits for it ("+03")."""
    name = local.tzname() or ""
    return _to_offset(local) if name[:1] in "+-" else name


def _to_offset(moment: datetime) -> str:
    digits = f"{moment:%z}"
    return f"UTC{digits[:3]}:{digits[3:5]}"
