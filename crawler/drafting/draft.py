"""A source drafted from one page: what it is, by which evidence, how sure, and the YAML that says so."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from babel.core import get_global
from babel.numbers import get_territory_currencies

from crawler.drafting.columns import Guessed
from crawler.normalise.zones import find_zone

SURE = 0.7  # a draft less sure than this is off until a person has read it
# The zone of the capital, or of most people, where a country has several.
_CAPITALS = {"AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CL": "America/Santiago",
             "CN": "Asia/Shanghai", "EC": "America/Guayaquil", "ID": "Asia/Jakarta", "KZ": "Asia/Almaty",
             "MX": "America/Mexico_City", "NZ": "Pacific/Auckland", "RU": "Europe/Moscow",
             "US": "America/New_York"}  # fmt: skip
_PROMISED = ("title", "buyer", "deadline", "published", "value")


@dataclass(frozen=True, slots=True)
class Draft:
    """What a page was taken for. `kind` in words; `protocol` None where none of ours reads it, and then `module` is a
    spider drafted for it. `values` go into the YAML, `missing` is what a person must do, `suffix` ends the page's name.
    `detail_url` is a notice's own page that would tell more, `rows` how many notices the page holds."""

    kind: str
    protocol: str | None
    sure: float
    evidence: tuple[str, ...]
    values: Mapping[str, Any]
    rows: int
    suffix: str
    guessed: tuple[Guessed, ...] = ()
    missing: tuple[str, ...] = ()
    module: str | None = None
    detail_url: str | None = None
    published: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_on(self) -> bool:
        """It may be crawled as it is: a protocol of ours reads it, and what was guessed is likely."""
        return self.protocol is not None and self.sure >= SURE


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a portal before its page is read: its id, address, and what the page says of itself."""

    id: str
    url: str
    title: str = ""
    language: str | None = None

    @property
    def country(self) -> str:
        """By the id's first word, `gb_…`; an id that begins otherwise is told by the registry."""
        found = self.id.partition("_")[0].upper()
        return found if len(found) == 2 else "XX"


def head(about: About, *, needs_currency: bool = False) -> dict[str, Any]:
    """The keys that every source has and no page tells for sure."""
    host = urlsplit(about.url).hostname or about.url
    parts = urlsplit(about.url)
    values: dict[str, Any] = {
        "title": about.title or host,
        "publisher": {"name": about.title or host, "country": about.country},
        "url": f"{parts.scheme}://{parts.netloc}/",
        "licence": "none stated",
        "zone": _zone(about.country),
    }
    if about.language:
        values["language"] = about.language
    if needs_currency and (currencies := get_territory_currencies(about.country)):
        values["currency"] = currencies[0]
    return values


def tail(rows: int, filled: Mapping[str, float]) -> dict[str, Any]:
    """Pace, interval and expectation, cautious ones: a portal that nobody knows is asked slowly."""
    promised = {name: _promise(filled[name]) for name in _PROMISED if filled.get(name, 0) >= 0.5}
    return {
        "pace": {"delay": 5, "at_once": 1},
        "every": "6h",
        "expect": {"notices": [1, max(1000, rows * 50)], "filled": promised, "silence": "14d"},
    }


def heads_up(about: About) -> list[str]:
    """What nobody could guess, for the person who drafts."""
    found = []
    if about.country not in get_global("territory_zones") and about.country != "EU":
        found.append(f"publisher.country: {about.country} is no country; write ISO 3166 alpha-2")
    if find_zone(about.country, None) is None:
        found.append(f"zone: {about.country} has several zones or none; write the portal's own")
    return found


def filled_of(guessed: Sequence[Guessed]) -> dict[str, float]:
    """The share of the rows with each field."""
    return {each.field: sum(map(bool, each.values)) / max(len(each.values), 1) for each in guessed}


def sure_of(guessed: Sequence[Guessed], beginning: float) -> float:
    """As sure as the least sure of what a notice cannot do without; less, where there is no title or date."""
    by_field = {each.field: each.sure for each in guessed}
    least = min([beginning, *(by_field[name] for name in ("key", "title") if name in by_field)])
    lacking = ("key" not in by_field) + ("title" not in by_field) + (not {"deadline", "published"} & set(by_field))
    return round(max(0.1, least - 0.25 * lacking), 2)


def _promise(share: float) -> float:
    """Below what one page shows: other pages are other notices."""
    return round(max(0.3, share - 0.2), 1)


def _zone(country: str) -> str:
    zone = find_zone(country, None)
    several = get_global("territory_zones").get(country, [])
    if zone or country in _CAPITALS:
        return zone.key if zone else _CAPITALS[country]
    return several[0] if several else "Europe/Brussels" if country == "EU" else "UTC"


def plain_title(text: str) -> str:
    """A page's title as one line."""
    return re.sub(r"\s+", " ", text).strip()[:100]
