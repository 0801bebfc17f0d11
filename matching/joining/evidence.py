"""What speaks for and against two notices being of one procedure: a small function for each, with both values in words.

The weights are natural logarithms of odds. Nothing known is no evidence: a function then gives None.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain.notices import Money, Precision
from matching.joining.legal_forms import PART_WORDS, REPEAT_WORDS
from matching.joining.names import has_digit, pair_up, to_number, to_words
from matching.joining.numbers import find_common, find_named, to_kind
from matching.joining.side import Side, Title

SHOWN = 90  # letters of a text in a sentence
LEAST_TEXT = 80  # letters: a shorter description is one of many
LEAST_LETTERS = 15  # of a short description that is no title
LEAST_WORDS = 3  # of three letters, for a title that is not one of many
ROMAN = {"ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: its weight, and a sentence with both values. `bars`: people alone may join these two."""

    feature: str
    weight: float
    sentence: str
    bars: bool = False


def buyer(a: Side, b: Side) -> Evidence | None:
    """The buyers' numbers in a register are the same, or their names without legal form; or they are not."""
    if not a.names or not b.names:
        return None
    shown = f"{quote(a.names[0][0])} and {quote(b.names[0][0])}"
    same = [(x, y) for x in a.notice.buyers for y in b.notice.buyers if to_number(x) and to_number(x) == to_number(y)]
    if same and _are_one_country(same[0][0].country, same[0][1].country):
        return Evidence("buyer", 4.0, f"the buyers have one number: {same[0][0].id} and {same[0][1].id} ({shown})")
    best = max((_compare_names(x, y) for x in a.names for y in b.names), key=lambda each: each.weight)
    return best if best.weight > 0 else Evidence("buyer", best.weight, f"the buyers differ: {shown}")


def _are_one_country(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _compare_names(one: tuple[str, tuple[str, ...]], other: tuple[str, tuple[str, ...]]) -> Evidence:
    shown = f"{quote(one[0])} and {quote(other[0])}"
    if sorted(one[1]) == sorted(other[1]) or "".join(one[1]) == "".join(other[1]):
        return Evidence("buyer", 4.0, f"the buyers have one name, but for case and legal form: {shown}")
    left, right = pair_up(one[1], other[1])
    if not left and not right:
        return Evidence("buyer", 3.0, f"the buyers' names are nearly the same: {shown}")
    shorter = min(one[1], other[1], key=len)
    if not (left and right) and (len(shorter) > 1 or len(shorter[0]) > 7):
        return Evidence("buyer", 2.0, f"one buyer's name holds the other's: {shown}")
    return Evidence("buyer", -4.0, "")


def number(a: Side, b: Side) -> Evidence | None:
    """One names the other by its number or address, or both have the same number."""
    for one, other in ((a.notice, b.notice), (b.notice, a.notice)):
        if found := find_named(one, other):
            names = f"{one.source}:{one.key} names {other.source}:{other.key}"
            return Evidence("number", 4.0, f"{names}: {quote(found)}")
    if found := find_common(a.notice, b.notice):
        return Evidence("number", 3.0, f"both have the number {quote(found)}")
    return None


def title(a: Side, b: Side) -> Evidence | None:
    """The titles have the same words, in any language that both have; or one says more; or they differ."""
    if not a.titles or not b.titles:
        return None
    pairs = [(x, y) for x in a.titles for y in b.titles]
    best = max((_compare_titles(x, y) for x, y in pairs), key=lambda each: (each.weight, not each.bars))
    comparable = any(x.language == y.language or "und" in (x.language, y.language) for x, y in pairs)
    if best.weight < 0 and not comparable:
        both = f"{quote(a.titles[0].text)} and {quote(b.titles[0].text)}"
        return Evidence("title", 0.0, f"the titles are in two languages: {both}")
    return best


def _compare_titles(one: Title, other: Title) -> Evidence:
    shown = f"{quote(one.text)} and {quote(other.text)}"
    if one.words == other.words or "".join(one.words) == "".join(other.words):
        weight = 5.0 if _says_enough(one.words) else 3.0
        return Evidence("title", weight, f"the titles are the same, but for case: {shown}")
    left, right = pair_up(one.words, other.words)
    marks = [word for word in (*left, *right) if _is_mark(word)]
    if not left and not right:
        return Evidence("title", 3.5, f"the titles are nearly the same: {shown}")
    if _is_cut(one, other) or _is_cut(other, one):
        return Evidence("title", 4.0, f"one title is the other, cut off: {shown}")
    if left and right:
        share = 1 - max(len(left) / len(one.words), len(right) / len(other.words))
        weight = -1.0 if share >= 0.75 and not marks else -5.0
        return Evidence("title", weight, f"the titles differ in {quote(left[0])} and {quote(right[0])}: {shown}", True)
    if marks or {*left, *right} & (PART_WORDS | REPEAT_WORDS):
        word = next((each for each in (*marks, *left, *right) if each in PART_WORDS | REPEAT_WORDS), (*marks, "")[0])
        return Evidence("title", 0.0, f"only one title has {quote(word)}: {shown}", bars=True)
    longer = max(one.words, other.words, key=len)
    much = len(left or right) > len(longer) / 2
    return Evidence("title", -1.0 if much else 2.0, f"one title says more than the other: {shown}", bars=much)


def _says_enough(words: tuple[str, ...]) -> bool:
    return sum(len(word) >= 3 for word in words) >= LEAST_WORDS or sum(not word.isascii() for word in words) >= 8


def _is_mark(word: str) -> bool:
    """What parts one lot, year or phase from the next; a long number is a reference that a portal adds."""
    return (has_digit(word) and len(word) <= 4) or word in ROMAN or (len(word) == 1 and word.isascii())


def _is_cut(one: Title, other: Title) -> bool:
    """`one` ends in dots, and begins as the other does."""
    text = one.text.rstrip()
    if not text.endswith(("…", "...")):
        return False
    start, whole = "".join(to_words(text)), "".join(other.words)
    return len(start) >= 20 and whole.startswith(start)


def description(a: Side, b: Side) -> Evidence | None:
    """The descriptions are the same text, or begin as one; or they are two."""
    for x in a.notice.description.values():
        for y in b.notice.description.values():
            one, other = "".join(to_words(x)), "".join(to_words(y))
            if min(len(one), len(other)) >= LEAST_TEXT and (one.startswith(other) or other.startswith(one)):
                return Evidence("description", 3.0, f"the descriptions are the same: {quote(x)} and {quote(y)}")
            if one == other and len(one) >= LEAST_LETTERS and one not in {"".join(each.words) for each in a.titles}:
                return Evidence("description", 1.5, f"the short descriptions are the same: {quote(x)} and {quote(y)}")
    for language in a.notice.description.keys() & b.notice.description.keys():
        x, y = a.notice.description[language], b.notice.description[language]
        one_words, other_words = set(to_words(x)), set(to_words(y))
        if min(len(one_words), len(other_words)) >= 15:
            share = len(one_words & other_words) / min(len(one_words), len(other_words))
            if share < 0.35:
                return Evidence("description", -1.5, f"the descriptions differ: {quote(x)} and {quote(y)}")
    return None


def deadline(a: Side, b: Side) -> Evidence | None:
    """The deadlines are one moment or one day, whatever the zone; or were so before one was moved; or are not."""
    if not a.deadlines or not b.deadlines:
        return None
    days = Precision.DAY in (a.notice.deadline_precision, b.notice.deadline_precision)
    found = [_compare_deadlines(x, y, days=days) for x in a.deadlines[:1] for y in b.deadlines[:1]]
    earlier = [_compare_deadlines(x, y, days=days) for x in a.deadlines for y in b.deadlines]
    best = max(earlier, key=lambda each: each.weight)
    if best.weight > found[0].weight and best.weight > 0:
        return Evidence("deadline", min(best.weight, 2.5), f"before one of them was moved, {best.sentence}")
    return found[0]


def _compare_deadlines(x: datetime, y: datetime, *, days: bool) -> Evidence:
    shown = f"{_moment(x)} and {_moment(y)}"
    apart = abs(x - y)
    if apart <= timedelta(minutes=1):
        return Evidence("deadline", 3.5, f"the deadlines are one moment: {shown}")
    if days and (x.date() == y.date() or x.date() == y.astimezone(x.tzinfo).date()):
        return Evidence("deadline", 2.5, f"the deadlines are on one day: {shown}")
    if x.replace(tzinfo=None) == y.replace(tzinfo=None) and apart <= timedelta(hours=14):
        return Evidence("deadline", 2.5, f"the deadlines are one time of day, in two zones: {shown}")
    if apart in (timedelta(hours=1), timedelta(hours=2), timedelta(hours=3)):
        return Evidence("deadline", 1.0, f"the deadlines are whole hours apart, as zones are: {shown}")
    if apart < timedelta(hours=24) and x.date() == y.date():
        return Evidence("deadline", -2.0, f"the deadlines are on one day, at two times: {shown}")
    return Evidence("deadline", -6.0, f"the deadlines differ: {shown}")


def value(a: Side, b: Side) -> Evidence | None:
    """The values are the same, or one is the other rounded; or they differ by more than a tax."""
    x, y = a.notice.value, b.notice.value
    if x is None or y is None or not x.amount or not y.amount:
        return None
    shown = f"{_money(x)} and {_money(y)}"
    if x.currency != y.currency:
        return Evidence("value", 0.0, f"the values are in two currencies, which says nothing: {shown}")
    if x.amount == y.amount:
        return Evidence("value", 2.5, f"the values are the same: {shown}")
    if _is_rounded(x.amount, y.amount):
        return Evidence("value", 2.0, f"one value is the other, rounded: {shown}")
    ratio = max(x.amount, y.amount) / min(x.amount, y.amount)
    if Decimal("1.03") <= ratio <= Decimal("1.28"):
        return Evidence("value", 0.0, f"the values may be with and without tax: {shown}")
    return Evidence("value", -4.0, f"the values differ: {shown}")


def _is_rounded(x: Decimal, y: Decimal) -> bool:
    if abs(x - y) <= max(x, y) / 200:
        return True
    return any(Decimal(f"{one:.{digits}e}") == other for one, other in ((x, y), (y, x)) for digits in (1, 2, 3))


def published(a: Side, b: Side) -> Evidence | None:
    """They were published on one day or in one week; or long after one another, as yearly repeats are.

    Without deadlines, two moments of a day are two notices: an office enters its small contracts one after another.
    """
    x, y = a.notice.published_at, b.notice.published_at
    if x is None or y is None:
        return None
    days = abs((x - y).total_seconds()) / 86400
    shown = f"{x:%Y-%m-%d} and {y:%Y-%m-%d}"
    without = not a.deadlines or not b.deadlines
    if without and a.stage == b.stage and _has_time(x) and _has_time(y) and x.date() == y.date() and days > 1 / 86400:
        return Evidence("published", -1.5, f"they were published one after another: {_second(x)} and {_second(y)}")
    if x == y and _has_time(x):
        return Evidence("published", 2.0, f"they were published at one moment: {_second(x)} and {_second(y)}")
    if days <= 1.5:
        return Evidence("published", 1.0, f"they were published together: {shown}")
    if days <= 8:
        return Evidence("published", 0.5, f"they were published in one week: {shown}")
    if days > (14 if without else 60):
        weight = -4.0 if without else -1.0
        return Evidence("published", weight, f"they were published {days:.0f} days apart: {shown}")
    return None


def identifier(a: Side, b: Side) -> Evidence | None:
    """Both have an identifier that is one of its kind everywhere, and they are two."""
    x, y = a.notice.procedure_id, b.notice.procedure_id
    if x is None or y is None or x == y or to_kind(x) is None or to_kind(x) != to_kind(y):
        return None
    return Evidence("identifier", -3.0, f"each has a procedure identifier of its own: {quote(x)} and {quote(y)}", True)


def stage(a: Side, b: Side) -> Evidence | None:
    """A call and an award are of two stages, which may be one procedure's or two procedures'."""
    if a.stage is None or b.stage is None or a.stage == b.stage:
        return None
    return Evidence("stage", -2.0, f"they are of two stages: {a.stage} and {b.stage}")


def country(a: Side, b: Side) -> Evidence | None:
    """They are of two countries."""
    x, y = a.notice.country, b.notice.country
    if x is None or y is None or x == y:
        return None
    return Evidence("country", -4.0, f"they are of two countries: {x} and {y}")


def codes(a: Side, b: Side) -> Evidence | None:
    """They share a CPV code, or are of two branches of the CPV."""
    x = [code.id for code in a.notice.codes if code.scheme == "CPV"]
    y = [code.id for code in b.notice.codes if code.scheme == "CPV"]
    if not x or not y:
        return None
    if x[0] == y[0] or set(x) & set(y):
        return Evidence("codes", 0.5, f"they share a CPV code: {x[0]} and {y[0]}")
    if {each[:2] for each in x}.isdisjoint(each[:2] for each in y):
        return Evidence("codes", -3.0, f"they are of two branches of the CPV: {x[0]} and {y[0]}")
    return None


def quote(text: str) -> str:
    """A text as it stands in a sentence, cut where it is long."""
    line = " ".join(text.split())
    return f"“{line}”" if len(line) <= SHOWN else f"“{line[:SHOWN]}…”"


def _has_time(moment: datetime) -> bool:
    """Not only a day, which stands as one end of it, in whatever zone."""
    return (moment.minute, moment.second) not in ((0, 0), (59, 0), (59, 59))


def _second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="minutes")


def _money(money: Money) -> str:
    return f"{money.amount:f} {money.currency}"
