"""A line of text taken apart: its words, and in their places the dates, times, spans and numbers that it prints."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from crawler.watch.lexicon import LEFT, MONTH_WORDS, SECONDS, WEEKDAYS

LABEL = 60  # characters
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?:\.\d+)?(?:\s?[ap]\.?m\.?)?"
_ZONE = r"(?:\s?(?:Z|UTC|GMT|MSK|МСК|CES?T|E[DS]T)?\s?(?:[+-]\d\d:?\d\d)?)"
_MONTH = r"[^\W\d_]{3,}\.?"
_UNITS = "|".join(units for _, units in SECONDS)
_HEX = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}"
_SLOTS = re.compile(
    rf"(?P<token>\b(?:{_HEX})\b)"
    rf"|(?P<iso>\b\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}\b)"
    rf"|(?P<dmy>\b\d{{1,2}}[-/.]\d{{1,2}}[-/.](?:\d{{4}}|\d\d)\b(?!\.\d))"
    rf"|(?P<named>\b\d{{1,2}}(?:st|nd|rd|th|\.|º|er)?\s(?:de\s)?{_MONTH}(?:\sde)?,?\s\d{{4}}\b)"
    rf"|(?P<english>\b[A-Z][a-z]{{2,}}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}\b)"
    rf"|(?P<time>(?<![\d:])(?:\d{{1,3}}:)?{_TIME}{_ZONE}(?![\d:]))"
    rf"|(?P<weekday>\b(?:(?:{WEEKDAYS})(?:day)?)\b,?)"
    rf"|(?P<span>\b\d+\s?(?:{_UNITS})\b\.?(?:,?\s?(?:and\s|und\s|et\s|y\s|и\s)?\d+\s?(?:{_UNITS})\b\.?)*"
    rf"(?:,?\s\d?\d:[0-5]\d:[0-5]\d(?![\d:]))?)"
    rf"|(?P<number>\d+(?:[.,'\u2019\u00a0\u202f ]\d{{3}}(?!\d))*(?:[.,]\d+)?)",
    re.IGNORECASE,
)
_PART = re.compile(rf"(\d+)\s?({_UNITS})\b", re.IGNORECASE)
_ISO_TIME = re.compile(r"(?<=\d)T(?=\d\d:\d\d)")


_SPREAD = re.compile(rf"^\d+\s*\n(?:{_UNITS})\.?$(?:\n\d+\s*\n(?:{_UNITS})\.?$)*", re.IGNORECASE | re.MULTILINE)


def join_spans(text: str) -> str:
    """A countdown that stands in an element for each number and each unit is one line."""
    return _SPREAD.sub(lambda match: " ".join(match[0].split()), text)


@dataclass(frozen=True, slots=True)
class Slot:
    """`kind` is token, date, time, weekday, span or number; `text` as printed.

    `days` are those that a date may mean (01/02/2026 has two), `at` a time of day, `seconds` the length of a span or
    countdown, told to a `unit` of so many.
    """

    kind: str
    text: str
    days: tuple[date, ...] = ()
    at: time | None = None
    seconds: int | None = None
    unit: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """`words` are what stands before, between and behind the slots: one more than there are slots."""

    words: tuple[str, ...]
    slots: tuple[Slot, ...]

    @property
    def template(self) -> tuple[str, ...]:
        """The line without its values: the same for two lines that differ in values alone."""
        kinds = (slot.kind for slot in self.slots)
        return (*(LEFT.sub("left", word).strip() for word in self.words), *kinds)

    @property
    def text(self) -> str:
        """All words, without the slots."""
        return " ".join(" ".join(self.words).split())


@lru_cache(maxsize=16_384)
def read_line(text: str) -> Line:
    """The line taken apart; what is no possible date stays among the numbers."""
    text = _ISO_TIME.sub(" ", text)
    words, slots, end = [], [], 0
    for match in _SLOTS.finditer(text):
        slot = _to_slot(match)
        if slot is None:
            continue
        words.append(text[end : match.start()])
        slots.append(slot)
        end = match.end()
    return Line((*words, text[end:]), tuple(slots))


def _to_slot(match: re.Match[str]) -> Slot | None:
    kind, text = match.lastgroup or "", match[0]
    if kind in ("iso", "dmy", "named", "english"):
        days = _days(kind, text)
        if days or kind in ("iso", "dmy"):
            return Slot("date" if days else "number", text, days)
        return None
    if kind == "time":
        return Slot("time", text, at=_time(text), seconds=_countdown(text))
    if kind == "span":
        parts = [(int(number), _seconds(unit)) for number, unit in _PART.findall(text)]
        _, _, clock = text.rpartition(" ")  # "17d 06:12:33"
        rest, unit = (_countdown(clock), 1) if clock.count(":") == 2 else (0, min(unit for _, unit in parts))
        return Slot("span", text, seconds=sum(number * unit for number, unit in parts) + (rest or 0), unit=unit)
    return Slot(kind, text)


def _days(kind: str, text: str) -> tuple[date, ...]:
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    if kind == "iso":
        tries = [(numbers[0], numbers[1], numbers[2])]
    elif kind == "dmy":
        year = numbers[2] + (2000 if numbers[2] < 100 else 0)
        tries = [(year, numbers[1], numbers[0]), (year, numbers[0], numbers[1])]
    else:
        month = next((month for word in re.findall(r"[^\W\d_]{3,}", text) if (month := _month(word))), None)
        tries = [(numbers[1], month, numbers[0])] if month else []
    found = []
    for year, month, day in tries:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))


def is_label(text: str) -> bool:
    """The line may say what the next one is: it is short, and has no value of its own."""
    return len(text) <= LABEL and not read_line(text).slots


def is_month(word: str) -> bool:
    """The word is a month's name, or how one begins."""
    return _month(word) is not None


def _month(word: str) -> int | None:
    folded = unicodedata.normalize("NFC", word.casefold())  # casefold takes «ΐ» apart
    return next((MONTH_WORDS[folded[:size]] for size in range(7, 2, -1) if folded[:size] in MONTH_WORDS), None)


def _time(text: str) -> time | None:
    match = re.match(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?\s?([ap])?", text, re.IGNORECASE)
    if match is None:
        return None
    hour = int(match[1]) % 12 + (12 if match[4].lower() == "p" else 0) if match[4] else int(match[1])
    return time(hour, int(match[2]), int(match[3] or 0)) if hour < 24 else None


def _countdown(text: str) -> int | None:
    numbers = [int(each) for each in re.findall(r"\d+", text)]
    if len(numbers) < 3 or not re.fullmatch(r"\d+(?::\d\d){2,3}", text.strip()):
        return None
    return sum(number * size for number, size in zip(reversed(numbers), (1, 60, 3600, 86400), strict=False))


def _seconds(unit: str) -> int:
    return next(size for size, units in SECONDS if re.fullmatch(units, unit, re.IGNORECASE))


def moment_of(day: date, at: time | None) -> datetime:
    """The day at a time of day (midnight where none is printed), without a zone."""
    return datetime.combine(day, at or time())
