"""Real notices of ../shared as notices of this project, and copies of them as another portal would publish them."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.notices import Buyer, Code, Kind, Money, Notice, Precision, Status, ZoneFrom

ZONE = ZoneInfo("Europe/Brussels")
KINDS = (
    ("award", Kind.AWARD), ("transparency", Kind.AWARD), ("results", Kind.AWARD), ("can-", Kind.AWARD),
    ("modif", Kind.MODIFICATION), ("without call", Kind.PLANNING), ("pin-only", Kind.PLANNING),
    ("profile", Kind.PLANNING), ("planning", Kind.PLANNING),
)  # fmt: skip


def read_labelled(shared: Path) -> Iterator[Notice]:
    """Every labelled notice with a title, once for each id of a source; the source is that of the file's row."""
    seen: set[tuple[str, str]] = set()
    for name in ("ted_notices.jsonl", "other_notices.jsonl"):
        for line in (shared / "realdata" / "labelled" / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            key = (row["source"], str(row.get("id") or row["title"]))
            if row.get("title") and key not in seen:
                seen.add(key)
                yield to_notice(row)


def to_notice(row: dict[str, Any]) -> Notice:
    """A row of the labelled files; times without an offset are of Brussels."""
    language = (row.get("language") or "und").lower()[:2]
    deadline, precision = _to_moment(row.get("deadline"))
    published, precision_of_day = _to_moment(row.get("publication_date"))
    if published and precision_of_day is Precision.DAY:
        published -= timedelta(hours=23, minutes=59)
    codes = tuple(Code("CPV", each) for each in row.get("cpv_all") or ())
    kind = (row.get("notice_type") or "").casefold()
    texts = [row.get("description"), *(row.get("lot_descriptions") or ())]
    value = row.get("value")
    return Notice(
        source=row["source"].replace("-", "_"),
        key=str(row.get("id") or row["title"])[:200],
        kind=next((found for word, found in KINDS if word in kind), Kind.TENDER),
        status=Status.OPEN,
        procedure_id=row.get("ocid"),
        language=language,
        title={language: row["title"]},
        description={language: text} if (text := "\n".join(filter(None, texts[:1]))) else {},
        buyers=(Buyer(row["buyer"], country=row.get("country")),) if row.get("buyer") else (),
        country=row.get("country"),
        codes=codes,
        value=Money(Decimal(str(value)), row["currency"]) if value and row.get("currency") else None,
        published_at=published,
        deadline_at=deadline,
        deadline_precision=precision,
        deadline_zone=ZoneFrom.SOURCE if deadline else None,
    )


def _to_moment(printed: str | None) -> tuple[datetime | None, Precision | None]:
    if not printed:
        return None, None
    text = re.sub(r"(?:Z|[+-]\d\d:\d\d)(?=T|$)", "", printed, count=1) if re.match(r".{10}[Z+-]", printed) else printed
    moment = datetime.fromisoformat(re.sub(r"T(\d):", r"T0\1:", text.strip()))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
    if len(text) == 10:
        return moment + timedelta(hours=23, minutes=59), Precision.DAY
    return moment.replace(microsecond=0), Precision.MINUTE


FORMS = ("Ltd", "GmbH", "S.A.", "B.V.", "a.s.", "Sp. z o.o.", "ООО", "AB", "SpA", "Société anonyme")
ZONES = ("UTC", "Europe/Lisbon", "Europe/Kyiv", "America/New_York")


def to_copy(notice: Notice, number: int) -> Notice:
    """The same notice as another portal publishes it: other letters, legal form, zone, rounding, number."""
    zone = ZoneInfo(ZONES[number % len(ZONES)])
    change = (str.upper, str.lower, str.swapcase, str.title)[number % 4]
    day = notice.deadline_precision is Precision.DAY
    return replace(
        notice,
        source=f"{notice.source}_copy",
        key=f"copy-{number}",
        procedure_id=None,
        title={language: change(text) for language, text in notice.title.items()},
        buyers=tuple(replace(each, name=_reform(each.name, number)) for each in notice.buyers),
        value=_round(notice.value, number),
        deadline_at=notice.deadline_at if day or not notice.deadline_at else notice.deadline_at.astimezone(zone),
    )


def _reform(name: str, number: int) -> str:
    """With a legal form that it did not have, in other letters."""
    form = FORMS[number % len(FORMS)]
    return f"{form} {name}".upper() if form == "ООО" else f"{name} {form}".upper()


def _round(value: Money | None, number: int) -> Money | None:
    if value is None:
        return None
    digits = number % 3 + 2
    return Money(Decimal(format(Decimal(f"{value.amount:.{digits}e}"), "f")), value.currency)
