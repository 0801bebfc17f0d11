"""Places of a profile against those of a notice: ISO 3166 alpha-2 countries and the prefixes of NUTS or ISO 3166-2."""

import re
from dataclasses import dataclass
from enum import Enum

from domain.notices import Notice

# NUTS writes two countries in its own way.
ISO_COUNTRIES = {"UK": "GB", "EL": "GR"}
PLACE = re.compile(r"[A-Z]{2}(?:[A-Z0-9]{1,3}|-[A-Z0-9]{1,3})?")


class Fit(Enum):
    """Whether the notice is where the profile wants it; UNKNOWN where the notice does not say exactly enough."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """How the notice fits; `field` and `text` are what decided it, `place` the profile's place that fits."""

    fit: Fit
    field: str | None = None
    text: str | None = None
    place: str | None = None


def to_place(written: str) -> str:
    """A place in the form that is compared: upper case, GB and GR also where NUTS writes UK and EL."""
    place = written.strip().upper()
    if len(place) > len("TL") and re.match(r"TL[A-Z]", place):  # ITL, the United Kingdom's NUTS since 2021
        return f"GB{place[2:]}"
    return ISO_COUNTRIES.get(place[:2], place[:2]) + place[2:]


def find_fit(places: tuple[str, ...], notice: Notice) -> Found:
    """Inside: a region or the country begins with a place. Unknown: only a wider area is printed (FR for FR10)."""
    regions = enumerate(notice.regions)
    printed = [(f"regions[{number}]", text) for number, text in regions if PLACE.fullmatch(text.strip().upper())]
    if notice.country:
        printed.append(("country", notice.country))
    if not printed:
        return Found(Fit.UNKNOWN)
    wanted = [to_place(place) for place in places]
    for field, text in printed:
        for place, written in zip(wanted, places, strict=True):
            if to_place(text).startswith(place):
                return Found(Fit.INSIDE, field, text, written)
    finer = [(field, text) for field, text in printed if not _is_wider(field, text, printed)]
    for field, text in finer:
        if any(_may_be_inside(to_place(text), place) for place in wanted):
            return Found(Fit.UNKNOWN, field, text)
    return Found(Fit.OUTSIDE, *finer[0])


def _may_be_inside(printed: str, wanted: str) -> bool:
    """Printed is wider than wanted, or they name parts of one country in two ways (NUTS FR101, ISO 3166-2 FR-75)."""
    two_ways = printed[:2] == wanted[:2] and ("-" in printed) != ("-" in wanted) and len(printed) > len("FR")
    return wanted.startswith(printed) or two_ways


def _is_wider(field: str, text: str, printed: list[tuple[str, str]]) -> bool:
    """Another printed place lies within this one and says more: FRB beside FR."""
    place = to_place(text)
    return any(to_place(other).startswith(place) and len(other) > len(text) for name, other in printed if name != field)
