"""Moments as printed become aware datetimes with the offset that holds at their place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime

from domain.notices import Precision, ZoneFrom

# What lies outside is a portal's way of saying "none" (0001-01-01, 9999-12-31) or a slip.
FIRST_YEAR, LAST_YEAR = 1970, 2199

_END_OF_DAY = time(23, 59, 59)
_BARE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*(?:г\.?|,|в)?\s*(\d{1,2}):(\d\d)(?::(\d\d))?)?", re.ASCII)
_OFFSET = re.compile(
    r"[(\[]?\s*\b(МСК|MSK|UTC|GMT)\s*(?:([+\-−–])\s*(\d{1,2})(?:[:.]?(\d\d))?)?\s*[)\]]?", re.IGNORECASE
)
# UNGM leaves out the plus, and prints hundredths of hours: "12-Jul-2026 11:00 (GMT 2.00)", "(GMT 5.75)".
_PLUS = re.compile(r"(?<=\bGMT )(?=\d{1,2}\.\d\d\))")
_HUNDREDTHS = {"25": 15, "50": 30, "75": 45}
_BASE = {"МСК": 3, "MSK": 3, "UTC": 0, "GMT": 0}
_MAIL = re.compile(r"(?:[A-Za-z]{3}, )?\d{1,2} [A-Za-z]{3} \d{4} \d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Zones:
    """Where a time without an offset may belong: the buyer's zone (may be unknown), else the source's."""

    buyer: tzinfo | None
    source: tzinfo


@dataclass(slots=True)  # not frozen, as none lives longer than its notice is made: that takes a third of the time
class Moment:
    """`at` is aware with a fixed offset; `zone_from` says which of the printed, buyer's or source's zone was taken."""

    at: datetime
    precision: Precision
    zone_from: ZoneFrom


def to_moment(printed: str, zones: Zones, *, end_of_day: bool, formats: Sequence[str] = ()) -> Moment:
    """The moment of ISO 8601, dd.mm.yyyy [HH:MM] with МСК offsets, RFC 5322, or one of the source's strptime `formats`.

    A bare date is its end (deadlines) or its start. An hour that the clocks skip is the same instant on the new
    clock; an hour that comes twice is its first coming. Raises ValueError for what is no date or beyond 1970-2199.
    """
    if len(printed) >= 19 and printed[10:11] == "T":
        try:
            at = datetime.fromisoformat(printed)
        except ValueError:
            pass
        else:
            if at.tzinfo is not None and FIRST_YEAR <= at.year <= LAST_YEAR:
                return Moment(at, Precision.MINUTE, ZoneFrom.PRINTED)
    local, precision, zone = _read(" ".join(printed.split()), formats)
    if precision is Precision.DAY and end_of_day:
        local = datetime.combine(local, _END_OF_DAY)
    if zone is not None:
        return Moment(_within_reason(local.replace(tzinfo=zone), printed), precision, ZoneFrom.PRINTED)
    zone, zone_from = (zones.buyer, ZoneFrom.BUYER) if zones.buyer else (zones.source, ZoneFrom.SOURCE)
    return Moment(_settle(_within_reason(local, printed), zone), precision, zone_from)


def _read(text: str, formats: Sequence[str]) -> tuple[datetime, Precision, tzinfo | None]:
    if len(text) > 100:
        raise ValueError(f"{text[:40]!r}… is not a date")
    found = _read_formats(text, formats) or _read_bare(text) or _read_iso(text) or _read_dotted(text)
    if found:
        return found
    if _MAIL.match(text):
        at = parsedate_to_datetime(text)
        return at.replace(tzinfo=None), Precision.MINUTE, at.tzinfo
    raise ValueError(f"{text!r} is not a date")


def _read_formats(text: str, formats: Sequence[str]) -> tuple[datetime, Precision, tzinfo | None] | None:
    """The source's own formats; a МСК, UTC or GMT offset may follow any of them."""
    bare, zone = _without_offset(text)
    for form in formats:
        try:
            at = datetime.strptime(bare, form)  # noqa: DTZ007  # the zone is settled by the caller
        except ValueError:
            continue
        precision = Precision.MINUTE if re.search("%[HIcXsT]", form) else Precision.DAY
        return at.replace(tzinfo=None), precision, at.tzinfo or zone
    return None


def _read_bare(text: str) -> tuple[datetime, Precision, tzinfo | None] | None:
    """TED prints "2026-07-10+02:00": a date that has a zone and no time."""
    found = _BARE.fullmatch(text)
    if not found:
        return None
    zone = datetime.fromisoformat(f"2000-01-01T00:00:00{found[4]}").tzinfo if found[4] else None
    return datetime(int(found[1]), int(found[2]), int(found[3])), Precision.DAY, zone  # noqa: DTZ001


def _read_iso(text: str) -> tuple[datetime, Precision, tzinfo | None] | None:
    # fromisoformat also takes weeks, bare hours and eight digits, which are more often something else.
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text, re.ASCII):
        return None
    try:
        at = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:?\d\d$)", "", text))
    except ValueError:
        return None
    return at.replace(tzinfo=None), Precision.MINUTE, at.tzinfo


def _read_dotted(text: str) -> tuple[datetime, Precision, tzinfo | None] | None:
    """dd.mm.yyyy, the form of most of continental Europe and of EIS: "03.08.2026 09:00 (МСК+9)"."""
    bare, zone = _without_offset(text)
    found = _DOTTED.fullmatch(bare)
    if not found:
        return None
    day, month, year, hour, minute, second = (int(part) if part else None for part in found.groups())
    at = datetime(year or 0, month or 0, day or 0, hour or 0, minute or 0, second or 0)  # noqa: DTZ001
    return at, Precision.DAY if hour is None else Precision.MINUTE, zone


def _without_offset(text: str) -> tuple[str, tzinfo | None]:
    text = _PLUS.sub("+", text)
    found = _OFFSET.search(text)
    if not found:
        return text, None
    hours, minutes = int(found[3] or 0), _HUNDREDTHS.get(found[4], int(found[4] or 0))
    sign = 1 if found[2] in (None, "+") else -1
    offset = timedelta(hours=_BASE[found[1].upper()]) + sign * timedelta(hours=hours, minutes=minutes)
    if abs(offset) > timedelta(hours=15):
        raise ValueError(f"{text!r} has no possible offset")
    # EIS prints the zone's town after the offset: "03.08.2026 09:00 (МСК+9) Петропавловск-Камчатский".
    return text[: found.start()].strip(), timezone(offset)


def _settle(local: datetime, zone: tzinfo) -> datetime:
    """By way of UTC, so that an hour that the clocks skip comes out as it stands on the new clock."""
    at = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return at.replace(tzinfo=timezone(at.utcoffset() or timedelta(0)), fold=0)


def _within_reason(at: datetime, printed: str) -> datetime:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(f"{printed!r} is no year to deal with")
    return at
