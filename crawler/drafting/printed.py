"""How dates and amounts are printed in a column: the pattern that cuts them out, and the format that reads them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from crawler.normalise.dates import Zones, to_moment
from crawler.normalise.money import to_amount, to_currency

ENOUGH = 0.6  # share of a column's values that must be of one form
_TIME = r"(?:,?(?: at)?\s+\d{1,2}:\d\d(?::\d\d)?(?:\s*[AaPp]\.?[Mm]\.?)?)?"
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p", " at %H:%M", " at %I:%M %p")
# (pattern, strptime formats of the day; none: `to_moment` reads it by itself)
_FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?", ()),
    (r"\d{1,2}\.\d{1,2}\.\d{4}(?:\s*(?:г\.?|,|в)?\s*\d{1,2}:\d\d(?::\d\d)?)?(?:\s*\((?:МСК|MSK)[^)]*\))?", ()),
    (rf"\d{{1,2}}\.\d{{1,2}}\.\d{{2}}{_TIME}", ("%d.%m.%y",)),
    (rf"\d{{1,2}}/\d{{1,2}}/\d{{4}}{_TIME}", ("%d/%m/%Y", "%m/%d/%Y")),
    (rf"\d{{1,2}}/\d{{1,2}}/\d{{2}}{_TIME}", ("%d/%m/%y", "%m/%d/%y")),
    (rf"\d{{1,2}}-\d{{1,2}}-\d{{4}}{_TIME}", ("%d-%m-%Y", "%m-%d-%Y")),
    (rf"\d{{4}}/\d\d/\d\d{_TIME}", ("%Y/%m/%d",)),
    (r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[+-]\d{4})", ()),
    (rf"\d{{1,2}}[ -][A-Z][a-z]{{2,8}}[ -]\d{{4}}{_TIME}", ("%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%B-%Y")),
    (rf"[A-Z][a-z]{{2,8}} \d{{1,2}}, \d{{4}}{_TIME}", ("%b %d, %Y", "%B %d, %Y")),
)
_MONEY = re.compile(
    r"(?:[A-Z]{3}|[$€£₽₴₹¥]|zł|Kč|Ft|R\$|руб)\.?\s*\d[\d.,'’\s\u00a0\u2009\u202f]*|"
    r"\d[\d.,'’\s\u00a0\u2009\u202f]*\s*(?:[A-Z]{3}\b|[$€£₽₴₹¥]|zł|Kč|Ft|руб)"
)
_ZONES = Zones(None, UTC)


class Order(NamedTuple):
    """Whether the month comes before the day, and whether the page itself shows that."""

    month_first: bool
    settled: bool


@dataclass(frozen=True, slots=True)
class DateForm:
    """`pattern` cuts the date out (None: it is the whole text); `formats` are strptime's, for `html.dates`. `unsure`:
    day and month could stand the other way round. `moments` are what was read, None for each value without one."""

    pattern: str | None
    formats: tuple[str, ...]
    unsure: bool
    moments: tuple[datetime | None, ...]


def find_dates(values: Sequence[str], order: Order) -> DateForm | None:
    """The form of most of the values; None where they are no dates. `order` decides where nothing else does."""
    printed = [value for value in values if value]
    for pattern, days in _FORMS:
        found = [re.search(rf"(?<![\w/.]){pattern}(?![\w/])", value) for value in values]
        hits = [match[0] for match in found if match]
        if not printed or len(hits) < ENOUGH * len(printed):
            continue
        formats, unsure = _formats(hits, days, order)
        moments = tuple(_moment(match[0], formats) if match else None for match in found)
        if sum(moment is not None for moment in moments) < ENOUGH * len(printed):
            continue
        whole = all(match is None or match[0] == value.strip() for match, value in zip(found, values, strict=True))
        return DateForm(None if whole else f"({pattern})", formats, unsure, moments)
    return None


def find_order(texts: Sequence[str], country: str) -> Order:
    """How dates with slashes are printed: by a day above 12 anywhere on the page, else as the country writes them."""
    pairs = [match for text in texts for match in re.findall(r"(?<![\d/])(\d{1,2})/(\d{1,2})/\d{2,4}", text)]
    if any(int(first) > 12 for first, _ in pairs):
        return Order(False, True)
    if any(int(second) > 12 for _, second in pairs):
        return Order(True, True)
    return Order(country == "US", False)


def money_share(values: Sequence[str], labelled: bool) -> float:
    """The share of the values that are amounts; with a label that says so, a bare number is one too."""
    printed = [value for value in values if value]
    return sum(_is_money(value, labelled) for value in printed) / len(printed) if printed else 0.0


def decimal_mark(values: Sequence[str]) -> str | None:
    """The decimal mark of these amounts, None where none of them shows it."""
    for value in values:
        if cents := re.search(r"\d([.,])\d{1,2}(?!\d)", value):
            return cents[1]
    for value in values:
        if thousands := re.search(r"\d([.,])\d{3}(?!\d)", value):
            return "." if thousands[1] == "," else ","
    return None


def names_currency(values: Sequence[str]) -> bool:
    """Every amount says its own currency, unmistakably ("$" does not)."""
    signs = [re.sub(r"[\d.,'’\s]+", " ", value).split() for value in values if value]
    return bool(signs) and all(any(to_currency(word) for word in words) for words in signs)


def _is_money(value: str, labelled: bool) -> bool:
    found = _MONEY.search(value)
    code = re.search("[A-Z]{3}", found[0]) if found else None
    if not (labelled or found) or len(value) > 60 or (code and not labelled and to_currency(code[0]) is None):
        return False
    try:
        to_amount(value, decimal_mark([value]))
    except ValueError:
        return False
    return True


def _formats(hits: Sequence[str], days: Sequence[str], order: Order) -> tuple[tuple[str, ...], bool]:
    """The strptime formats that read the most of these, and whether another order of day and month reads them too."""
    ordered = sorted(days, key=lambda day: day.startswith("%m") != order.month_first) if len(days) == 2 else days
    read = {day: [form for form in (day + time for time in _TIMES) if any(_parses(hit, form) for hit in hits)]
            for day in ordered}  # fmt: skip
    best = max(read, key=lambda day: sum(any(_parses(hit, form) for form in read[day]) for hit in hits), default=None)
    if best is None:
        return (), False
    count = {day: sum(any(_parses(hit, form) for form in read[day]) for hit in hits) for day in read}
    slashed = best[:2] in ("%d", "%m") and best[3:5] in ("%d", "%m")
    unsure = slashed and not order.settled and sum(other == count[best] for other in count.values()) > 1
    return tuple(read[best]), unsure


def _parses(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007  # only whether it is one
    except ValueError:
        return False
    return True


def _moment(text: str, formats: Sequence[str]) -> datetime | None:
    try:
        return to_moment(text, _ZONES, end_of_day=False, formats=formats).at
    except ValueError:
        return None
