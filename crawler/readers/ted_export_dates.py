"""Time limits of TED_EXPORT as the form prints them (no zone), and what a corrigendum (F14) moves."""

import re
from collections.abc import Iterator

from crawler.readers.ted_export_forms import Form, lines_of
from crawler.readers.xml import Element, child, descendants, find, find_all, text_at
from domain.notices import Kind

_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d{1,2})[:.h](\d\d)(?::\d\d)?", re.ASCII)
# IV.2.2: the forms of 2014; IV.3.4 (IV.4.2 of design contests): those of R2.0.8 that a corrigendum may be about.
LIMIT = re.compile(r"IV\.?\s*(?:2\.2|3\.4)\b")


def read_deadline(form: Form, coded: Element | None, kind: Kind | None) -> str | None:
    """The form's own time limit for tenders, requests or expressions of interest; of F14 the new one.

    DT_DATE_FOR_SUBMISSION of the coded section, which later corrigenda move, only where a corrigendum tells none.
    """
    if kind is Kind.CHANGE:
        return _moved_to(form) or _coded(coded)
    if form.is_old:
        return next((join_parts(each) for each in descendants(form.body, "RECEIPT_LIMIT_DATE")), None)
    return join(
        text_at(form.body, "PROCEDURE/DATE_RECEIPT_TENDERS"), text_at(form.body, "PROCEDURE/TIME_RECEIPT_TENDERS")
    )


def read_changes(form: Form) -> list[dict[str, str]]:
    """Section VII of F14: where something changes, and what stood and stands there, as printed."""
    found = []
    for change in find_all(form.body, "CHANGES/CHANGE"):
        told = {
            "section": text_at(change, "WHERE/SECTION"),
            "lot": text_at(change, "WHERE/LOT_NO"),
            "label": text_at(change, "WHERE/LABEL"),
            "old": _value_of(child(change, "OLD_VALUE")),
            "new": _value_of(child(change, "NEW_VALUE")),
        }
        found.append({key: text[:500] for key, text in told.items() if text})
    return found


def _moved_to(form: Form) -> str | None:
    """The earliest new limit, if several parts have their own."""
    found = [
        limit
        for change in find_all(form.body, "CHANGES/CHANGE")
        if LIMIT.search(text_at(change, "WHERE/SECTION") or "")
        for limit in _limits_in(find(change, "NEW_VALUE"))
    ]
    return min(found, default=None)


def _limits_in(value: Element | None) -> Iterator[str]:
    if limit := join(text_at(value, "DATE"), text_at(value, "TIME")):
        yield limit


def _value_of(value: Element | None) -> str | None:
    if value is None:
        return None
    codes = [code for each in descendants(value, "CPV_CODE") if (code := each.get("CODE"))]
    return join(text_at(value, "DATE"), text_at(value, "TIME")) or " ".join(codes) or lines_of(child(value, "TEXT"))


def _coded(coded: Element | None) -> str | None:
    """ "20210510 11:00" """
    date, _, time = (text_at(coded, "CODIF_DATA/DT_DATE_FOR_SUBMISSION") or "").partition(" ")
    return join(date, time)


def join_parts(limit: Element) -> str | None:
    """A date of R2.0.8: DAY, MONTH, YEAR and TIME."""
    day, month, year = (text_at(limit, name) for name in ("DAY", "MONTH", "YEAR"))
    if not (day and month and year):
        return None
    return join(f"{year}-{month.zfill(2)}-{day.zfill(2)}", text_at(limit, "TIME"))


def join(date: str | None, time: str | None) -> str | None:
    """ISO 8601 without a zone. Midnight as 24:00, or a time that is none, leaves the day, whose end it is."""
    day = _DATE.fullmatch(date or "")
    if not day:
        return date or None
    printed = "-".join(day.groups())
    clock = _TIME.fullmatch(time or "")
    return f"{printed}T{clock[1].zfill(2)}:{clock[2]}" if clock and int(clock[1]) < 24 else printed
