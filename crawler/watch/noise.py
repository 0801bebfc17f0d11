"""Whether the difference between two lines is noise, and by which rule.

The trade: a clock must not cry every day, and a deadline that moves must. So a date is noise only where it moved as
the clock did between two looks, or where its line says nothing but that it is a clock; never where it stands in a
sentence or beside a label about a deadline.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from crawler.watch.lexicon import (
    AGO_BEFORE,
    AGO_BEHIND,
    COUNTED,
    DEADLINE,
    FILLERS,
    LEFT,
    MONEY,
    OF_A_REQUEST,
    RESULTS,
    STAMP,
    TURNING,
)
from crawler.watch.printed import Line, Slot, is_month, moment_of, read_line

_NEAR = timedelta(minutes=90)  # a page may come out of a cache
_DAY = timedelta(hours=26)
_SLACK = timedelta(minutes=5)
_SHORT = 40  # characters of a menu's entry that tells a number in brackets
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Looks:
    """The moments of two looks at a page (aware), and the portal's zone."""

    before: datetime
    now: datetime
    zone: tzinfo

    @property
    def elapsed(self) -> timedelta:
        """How long the page was not looked at."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands: `label` is the line before it that says what it is, `about` the headings above it; `row`:
    its block is one of a list; `alone`: its block holds nothing else."""

    label: str = ""
    about: str = ""
    row: bool = False
    alone: bool = False

    @property
    def names_deadline(self) -> bool:
        """What stands around the line is about a deadline."""
        return bool(DEADLINE.search(f"{self.label} {self.about}"))


def find_noise(before: str, now: str, place: Place, looks: Looks) -> frozenset[str]:
    """The rules by which the difference of two lines is noise; none where it is a change."""
    old, new = read_line(before), read_line(now)
    if _is_stamp(old, place) and _is_stamp(new, place):
        return frozenset(("dates",))
    if old.template != new.template:
        return frozenset()
    found: set[str] = set()
    weekdays = False
    for position, (one, other) in enumerate(zip(old.slots, new.slots, strict=True)):
        if one.text == other.text:
            continue
        if one.kind == "weekday":
            weekdays = True
            continue
        rule = _judge(old, new, position, place, looks)
        if rule is None:
            return frozenset()
        found.add(rule)
    if weekdays and "dates" not in found and not (_is_bare(new) and place.alone and not place.row):
        return frozenset()
    return frozenset(found | ({"dates"} if weekdays else set()))


def is_noise_alone(text: str, place: Place) -> str | None:
    """The rule for a line that tells nothing, whatever stood there before: a clock that says so, a counter."""
    line = read_line(text)
    if not line.slots:
        return None
    if _is_stamp(line, place):
        return "dates"
    if any(slot.kind != "number" for slot in line.slots) or place.row:
        return None
    return "counters" if all(_counts(line, each, place) for each in range(len(line.slots))) else None


def _judge(old: Line, new: Line, position: int, place: Place, looks: Looks) -> str | None:
    one, other = old.slots[position], new.slots[position]
    if other.kind in ("date", "time") and _follows_clock(old, new, position, place, looks):
        return "dates"
    if other.kind in ("span", "time"):
        return "dates" if _ran_on(one, other, new, position, place, looks) else None
    if other.kind == "token":
        said = OF_A_REQUEST.search(f"{place.label} {new.text}") or (_is_bare(new) and place.alone)
        return "tokens" if said else None
    if other.kind == "number" and re.search(r"©|\(c\)|copyright", new.text, re.IGNORECASE) and len(other.text) == 4:
        return "dates"
    return "counters" if other.kind == "number" and _counts(new, position, place) else None


def _is_stamp(line: Line, place: Place) -> bool:
    """A line of its own that says when it is, or when the page was made: "Today is Monday, 5 January 2026, 12:33"."""
    if place.row or place.names_deadline or any(slot.kind in ("span", "token") for slot in line.slots):
        return False
    said = f"{place.label} {line.text}" if _is_bare(line) else line.text
    words = _WORD.findall(said)
    dated = any(slot.kind in ("date", "time", "weekday") for slot in line.slots) or any(map(is_month, words))
    telling = [word for word in words if STAMP.fullmatch(word)]
    rest = (word for word in words if not (STAMP.fullmatch(word) or FILLERS.fullmatch(word) or is_month(word)))
    return bool(dated and line.slots and telling) and not any(rest)


def _follows_clock(old: Line, new: Line, position: int, place: Place, looks: Looks) -> bool:
    """A moment that was about now at both looks; or one that stands alone, and went on for as long as the clock."""
    if place.names_deadline or DEADLINE.search(new.text):
        return False
    then, today = _moments(old, position, looks.before), _moments(new, position, looks.now)
    if _is_bare(new) and place.alone and not place.row:
        if new.slots[position].kind == "time":
            return True
        return any(abs((b - a) - looks.elapsed) <= _DAY for a, b in zip(then, today, strict=False))
    was = any(_is_now(at, old, position, looks.before, looks.zone) for at in then)
    return was and any(_is_now(at, new, position, looks.now, looks.zone) for at in today)


def _moments(line: Line, position: int, look: datetime) -> list[datetime]:
    """What a slot may mean: a date takes the time behind it; a time the date before it, else the day of the look."""
    slot, slots = line.slots[position], line.slots
    if slot.kind == "date":
        behind = next((each.at for each in slots[position + 1 : position + 2] if each.kind == "time"), None)
        return [moment_of(day, behind) for day in slot.days]
    days = next((each.days for each in reversed(slots[:position]) if each.kind == "date"), (look.date(),))
    return [moment_of(day, slot.at) for day in days] if slot.at else []


def _is_now(at: datetime, line: Line, position: int, look: datetime, zone: tzinfo) -> bool:
    has_time = any(each.kind == "time" for each in line.slots[position : position + 2])
    for here in (look.astimezone(zone), look.astimezone(UTC)):
        local = here.replace(tzinfo=None)
        if abs(at - local) <= _NEAR if has_time else at.date() == local.date():
            return True
    return False


def _ran_on(one: Slot, other: Slot, line: Line, position: int, place: Place, looks: Looks) -> bool:
    """`5 minutes ago` is always noise; `2 days left` where no more is gone than the clock went, to its unit."""
    if other.kind == "span" and (AGO_BEHIND.match(line.words[position + 1]) or AGO_BEFORE.search(line.words[position])):
        return True
    said = f"{place.label} {line.text}"
    if one.seconds is None or other.seconds is None or not (LEFT.search(said) or DEADLINE.search(said)):
        return False
    gone = timedelta(seconds=one.seconds - other.seconds)
    return abs(gone - looks.elapsed) <= timedelta(seconds=max(one.unit, other.unit)) + _SLACK


def _counts(line: Line, position: int, place: Place) -> bool:
    """A number beside a word of counting, in the brackets of a menu's entry, among others to turn pages, or alone."""
    before, behind = line.words[position], line.words[position + 1]
    if MONEY.search(line.text):
        return False
    label = _WORD.findall(place.label) if _is_bare(line) and len(line.slots) == 1 else []
    beside = [*_WORD.findall(before)[-2:], *_WORD.findall(behind)[:2], *label[-2:]]
    if any(map(COUNTED.fullmatch, beside)):
        return True
    words = _WORD.findall(line.text)
    if place.row:
        return False
    bracketed = before.rstrip().endswith(("(", "[")) and behind.lstrip().startswith((")", "]"))
    if bracketed and len(line.text) <= _SHORT:
        return True
    if words and all(TURNING.fullmatch(word) or RESULTS.fullmatch(word) for word in words):
        return True
    return any(map(RESULTS.fullmatch, words)) or (not words and place.alone)


def _is_bare(line: Line) -> bool:
    """Nothing but values: no letter and no money beside them."""
    return not _WORD.search(line.text) and not MONEY.search(line.text)
