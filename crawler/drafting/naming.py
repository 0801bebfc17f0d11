"""Which column is which field of a notice: by header, label or class name where one says so, else by what it holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from crawler.drafting.columns import ENOUGH, Column, Guessed, read_columns
from crawler.drafting.keys import key_pattern, take_key, take_link
from crawler.drafting.printed import DateForm, Order, decimal_mark, find_dates, find_order, money_share, names_currency
from crawler.drafting.rows import LOOKED_AT, Rows
from crawler.drafting.selectors import Rule
from crawler.drafting.vocabulary import STATUSES, field_of, fold

DATES = ("deadline", "published")
LINE = r"([^\n]+)"  # ends a rule's regex that takes the rest of a line
_WEIGHT = {"header": 0.95, "label": 0.9, "name": 0.8, "shape": 0.6}


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a list; `dates` and `decimal` are the html block's, `notes` what a person must look at."""

    guessed: tuple[Guessed, ...]
    dates: tuple[str, ...] = ()
    decimal: str | None = None
    needs_currency: bool = False
    notes: tuple[str, ...] = field(default=())


def guess_fields(rows: Rows, url: str, country: str) -> Fields:
    """What stands where in the rows of a list got from `url`; `country` decides what "05/06/2026" is, if need be."""
    looked = rows.elements[:LOOKED_AT]
    order = find_order([" ".join(row.itertext()) for row in looked], country)
    columns = [_typed(column, order) for column in read_columns(looked, url)]
    taken: dict[str, Guessed] = {}
    forms: dict[str, DateForm] = {}
    for column in columns:
        _take_named(column, taken, forms)
    take_link(looked, url, taken)
    _take_range(columns, order, taken, forms)
    _take_by_shape(columns, taken, forms)
    take_key(columns, looked, url, taken)
    return _finish(taken, forms)


def guess_columns(columns: Sequence[Column], country: str) -> Fields:
    """The same for columns that were named elsewhere, such as the keys of rows in JSON."""
    order = find_order([value for column in columns for value in column.values], country)
    typed = [_typed(column, order) for column in columns if column.share >= ENOUGH]
    taken: dict[str, Guessed] = {}
    forms: dict[str, DateForm] = {}
    for column in sorted(typed, key=lambda each: -each.distinct):
        _take_named(column, taken, forms)
    _take_by_shape(typed, taken, forms)
    for column in typed:
        links = all(re.match(r"https?://", value) for value in column.values)
        if links and column.distinct == 1.0:
            taken.setdefault("url", Guessed("url", column.rule, "an address in each row", 0.8, column.values))
        elif (
            "key" not in taken
            and column.distinct == 1.0
            and column.dates is None
            and key_pattern(column.values) == "whole"
        ):
            taken["key"] = Guessed("key", column.rule, "each row has another", 0.6, column.values)
    if "key" not in taken and "url" in taken:
        taken["key"] = Guessed("key", taken["url"].rule, "each row has another address", 0.6, taken["url"].values)
    return _finish(taken, forms)


def statuses_of(guessed: Sequence[Guessed]) -> dict[str, str]:
    """The portal's words for a status that we know; the others are told by each run as unknown."""
    words = next((each.values for each in guessed if each.field == "status"), ())
    return {word: STATUSES[fold(word)] for word in dict.fromkeys(words) if fold(word) in STATUSES}


def _typed(column: Column, order: Order) -> Column:
    named = field_of(column.said)
    labelled = named is not None and named[0] == "value"
    return replace(column, dates=find_dates(column.values, order), money=money_share(column.values, labelled))


def _take_named(column: Column, taken: dict[str, Guessed], forms: dict[str, DateForm]) -> None:
    """A field that a header, label or class names, where the values are of its type."""
    named = field_of(column.said) if column.by != "shape" else None
    if named is None:
        return
    name, word = named
    fits = {
        "deadline": column.dates is not None,
        "published": column.dates is not None,
        "value": column.money >= ENOUGH,
        "key": key_pattern(column.values) is not None and column.distinct == 1.0,
        "title": column.words >= 2 and column.dates is None,
        "status": column.words <= 4 and column.dates is None,
        "codes": any(re.search(r"\d{8}", value) for value in column.values),
        "procedure": column.words <= 8 and column.dates is None,
    }.get(name, column.dates is None)
    better = name in taken and taken[name].sure >= _WEIGHT[column.by] and not _is_longer(column, name, taken)
    if not fits or better:
        return
    _take(name, column, taken, forms, f'{column.by} "{column.said}" says {word}', _WEIGHT[column.by])


def _is_longer(column: Column, name: str, taken: dict[str, Guessed]) -> bool:
    """Of two columns called a title, a portal's "Name" and "Description", the first with several words is meant."""
    before = taken[name].values
    return name == "title" and column.words > 2 * max(sum(len(v.split()) for v in before) / max(len(before), 1), 1)


def _take(
    name: str, column: Column, taken: dict[str, Guessed], forms: dict[str, DateForm], why: str, sure: float
) -> None:
    rule = dict(column.rule)
    if name in DATES and column.dates is not None:
        forms[name] = column.dates
        rule |= {"regex": _within(rule, column.dates.pattern)} if column.dates.pattern else {}
        sure -= 0.2 * column.dates.unsure
    if name == "codes":
        rule |= {"regex": _within(rule, r"(?<!\d)(\d{8})(?!\d)"), "all": True, "scheme": "CPV"}
    if name == "key" and (pattern := key_pattern(column.values)):
        rule |= {"regex": _within(rule, pattern)} if pattern != "whole" else {}
    taken[name] = Guessed(name, rule, why, round(sure * min(1.0, column.share + 0.1), 2), column.values)


def _within(rule: Rule, pattern: str) -> str:
    """A pattern in the rest of a line, where the rule finds that by a label."""
    line = str(rule.get("regex", ""))
    return line.removesuffix(LINE) + r"[^\n]*?" + pattern if line.endswith(LINE) else pattern


def _take_by_shape(columns: Sequence[Column], taken: dict[str, Guessed], forms: dict[str, DateForm]) -> None:
    """What no word names: the longest text is the title, of two dates the later is the deadline."""
    used = {guess.values for guess in taken.values()}
    free = [column for column in columns if column.values not in used]
    dated = [column for column in free if column.dates is not None and column.by == "shape"]
    dated = list({column.dates.moments: column for column in reversed(dated) if column.dates}.values())
    if len(dated) == 2 and not {*DATES} & {*taken} and (pair := _earlier_later(dated[0], dated[1])):
        for name, column in zip(("published", "deadline"), pair, strict=True):
            _take(name, column, taken, forms, "the later of two dates" if name == "deadline" else "the earlier", 0.6)
    if "title" not in taken:
        titles = [each for each in free if each.dates is None and each.money < ENOUGH and each.words >= 2.5]
        titles = [each for each in titles if each.distinct > 0.5 and not _holds_others(each, columns)] or titles
        if best := max(titles, key=lambda each: (each.by == "name", min(each.words, 25)), default=None):
            _take("title", best, taken, forms, "the longest text of the row", 0.6)
    paid = next((each for each in free if each.money >= 0.8 and each.dates is None), None)
    if "value" not in taken and paid is not None:
        _take("value", paid, taken, forms, "amounts with a currency", 0.6)


def _holds_others(column: Column, columns: Sequence[Column]) -> bool:
    """It is a part of the row with several columns in it, not one of them."""
    inside = [each for each in columns if each is not column and _is_inside(each, column)]
    return len(inside) > 1


def _is_inside(one: Column, other: Column) -> bool:
    pairs = [(a, b) for a, b in zip(one.values, other.values, strict=True) if a]
    return all(a in b and len(a) < len(b) for a, b in pairs)


def _take_range(columns: Sequence[Column], order: Order, taken: dict[str, Guessed], forms: dict[str, DateForm]) -> None:
    """A column that prints "3/20/2026 - 4/20/2026": from when until when."""
    if {*DATES} & {*taken}:
        return
    for column in columns:
        halves = [re.split(r"(?<=\d)\s*(?:[-–—]|to|bis|au|al|до)\s*(?=\d{1,2}[/. ])", value) for value in column.values]
        if sum(len(each) == 2 for each in halves) < ENOUGH * len(halves):
            continue
        ends = [find_dates([each[place] if len(each) == 2 else "" for each in halves], order) for place in (0, 1)]
        for name, found, mark in zip(
            ("published", "deadline"), ends, (r"{}\s*(?:[-–—]|to)", r"(?:[-–—]|to)\s*{}"), strict=True
        ):
            if found is not None:
                pattern = mark.format(found.pattern or r"([\d./]+)")
                why = "the end of a span of time" if name == "deadline" else "the beginning of a span of time"
                forms[name] = found
                taken[name] = Guessed(name, {**column.rule, "regex": pattern}, why, 0.6, column.values)
        return


def _earlier_later(one: Column, other: Column) -> tuple[Column, Column] | None:
    assert one.dates is not None
    assert other.dates is not None
    pairs = [(a, b) for a, b in zip(one.dates.moments, other.dates.moments, strict=True) if a and b]
    if pairs and all(a <= b for a, b in pairs):
        return one, other
    return (other, one) if pairs and all(b <= a for a, b in pairs) else None


def _finish(taken: dict[str, Guessed], forms: dict[str, DateForm]) -> Fields:
    notes = []
    dates = tuple(dict.fromkeys(form for each in forms.values() for form in each.formats))
    if any(each.unsure for each in forms.values()):
        notes.append("which of day and month comes first in its dates is not sure: look at html.dates")
    values = taken["value"].values if "value" in taken else ()
    return Fields(
        tuple(taken.values()), dates, decimal_mark(values), bool(values) and not names_currency(values), tuple(notes)
    )
