"""Placeholders in addresses and bodies: `{low:%Y-%m}`, `{low.year+543}`, `{page}`, `{offset}`, `{row.id}`, `{NAME}`.

What an address alone does not tell of its step (which page it is, which value of `over`) stands behind a `#` in it,
which is never sent.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urldefrag, urlencode
from zoneinfo import ZoneInfo

from crawler.addresses import with_parameters
from crawler.paths import find as find_path
from domain.sources import Step

HOUR = timedelta(hours=1)
PLACE = re.compile(r"\{(\w+)((?:[.:+-])[^{}]*)?\}")
NUMBER = re.compile(r"\.(year|month|day)([+-]\d+)?")
MOMENTS, PAGES, ROW = ("low", "high"), ("page", "offset"), "row"
SINCE = "since"
"""Behind the `#` of a list whose own address tells no period: from when its entries are wanted."""
SAFE = ":/,"  # of what the source's own file says; a row's values are quoted whole


@dataclass(frozen=True, slots=True)
class Bounds:
    """A window from `low` to `high` (UTC), as a portal in `zone` reads it; one that takes days counts the last in."""

    low: datetime
    high: datetime
    zone: ZoneInfo
    by_days: bool

    def print(self, name: str, form: str) -> str:
        """`low` or `high` as strftime's `form` says; one that ends with Z says that it is UTC."""
        here = replace(self, zone=ZoneInfo("UTC")) if form.endswith("Z") else self
        return here.local(name, "%z" in form).strftime(form)

    def local(self, name: str, offset_is_printed: bool = False) -> datetime:
        """`low` or `high` on the portal's clock. A time that the clock shows twice (the end of summer time) is moved
        outwards by an hour: the window must neither lose the hour that the portal means nor end before it begins."""
        moment, outwards = (self.low, -HOUR) if name == "low" else (self.high, HOUR)
        if name == "high" and self.by_days:
            moment -= timedelta(seconds=1)
        local = moment.astimezone(self.zone)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return (moment + outwards).astimezone(self.zone) if twice and not offset_is_printed else local


@dataclass(frozen=True, slots=True)
class Values:
    """What placeholders stand for; one without a value here is left as it is. `row` is the entry of a list."""

    bounds: Bounds | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    row: Any = None

    def find(self, name: str, rest: str) -> Any:
        """The value of `{name rest}`, None where there is none."""
        if name in MOMENTS and self.bounds is not None:
            return self._of_moment(self.bounds, name, rest)
        if name == ROW and rest and self.row is not None:
            return find_path(rest[1:], self.row)
        return None if rest else self.numbers.get(name, self.words.get(name))

    @staticmethod
    def _of_moment(bounds: Bounds, name: str, rest: str) -> str | int | None:
        if rest.startswith(":"):
            return bounds.print(name, rest[1:])
        found = NUMBER.fullmatch(rest)
        return getattr(bounds.local(name), found[1]) + int(found[2] or 0) if found else None


def fill_address(text: str, values: Values) -> str:
    """The address with its values, quoted; a row's that begins the address is an address, and stays as it is."""

    def put(found: re.Match[str]) -> str:
        value = values.find(found[1], found[2] or "")
        if value is None or isinstance(value, (dict, list)):
            return found[0]
        if found[1] == ROW and found.start() == 0:
            return str(value)
        return quote(str(value), safe="" if found[1] == ROW else SAFE)

    return PLACE.sub(put, text)


def fill_data(data: Any, values: Values) -> Any:
    """A body's values with theirs; a text that is one placeholder and nothing else becomes what that stands for."""
    if isinstance(data, dict):
        return {name: fill_data(each, values) for name, each in data.items()}
    if isinstance(data, list):
        return [fill_data(each, values) for each in data]
    if not isinstance(data, str):
        return data
    if whole := PLACE.fullmatch(data):
        value = values.find(whole[1], whole[2] or "")
        return data if value is None else value
    return PLACE.sub(lambda found: str(_or_itself(values.find(found[1], found[2] or ""), found[0])), data)


def find_places(data: Any) -> list[tuple[str, str]]:
    """The placeholders of a text, or of all texts in a body: name and what follows it."""
    if isinstance(data, str):
        return [(found[1], found[2] or "") for found in PLACE.finditer(data)]
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [place for each in inner for place in find_places(each)]


def is_template(url: str) -> bool:
    """An address with placeholders, or a whole one; anything else is a path into the row."""
    return "{row" in url or "://" in url or url.startswith("/")


@dataclass(frozen=True, slots=True)
class Template:
    """An address and, of a POST, its body, to be filled in for each step."""

    url: str
    body: Any = None

    @property
    def names(self) -> set[str]:
        """The names of its placeholders."""
        return {name for name, _ in (*find_places(self.url), *find_places(self.body))}

    def to_step(self, kind: str, values: Values, parameters: Mapping[str, str], **of_step: Any) -> Step:
        """The step with these values, and these parameters in its query."""
        url = fill_address(self.url, values)
        url = with_parameters(url, parameters) if parameters else url
        body = None if self.body is None else write_body(fill_data(self.body, values))
        return to_step(kind, url, body, **of_step)


def fill_step(step: Step, values: Values) -> Step:
    """The step with the places filled that it still has."""
    body = step.body if step.body is None else write_body(fill_data(json.loads(step.body), values))
    return ask_for(step, fill_address(step.url, values), body)


def to_step(kind: str, url: str, body: str | None, **of_step: Any) -> Step:
    """A step that asks for this address, by POST where it has a body; its token tells both."""
    return Step(to_token(url, body), kind, url, body=body, **of_step)


def ask_for(step: Step, url: str, body: str | None = None) -> Step:
    """The same step for another address and body."""
    return replace(step, token=to_token(url, body), url=url, body=body)


def to_token(url: str, body: str | None) -> str:
    """What is unique of a step: its address, and a POST's body."""
    return url if body is None else f"{url} {hashlib.sha256(body.encode()).hexdigest()[:16]}"


def write_body(data: Any) -> str:
    """The same text for the same values."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def read_state(url: str) -> dict[str, str]:
    """What stands behind the address's `#`."""
    return dict(parse_qsl(urldefrag(url).fragment))


def with_state(url: str, state: Mapping[str, str]) -> str:
    """The address with this behind its `#` as well."""
    known = {**read_state(url), **state}
    return f"{urldefrag(url).url}#{urlencode(known)}" if known else url


def to_bounds(step: Step, zone: ZoneInfo, by_days: bool) -> Bounds | None:
    """The window of a step, None where it has none."""
    if step.low is None or step.high is None:
        return None
    low, high = (datetime.fromisoformat(each).astimezone(UTC) for each in (step.low, step.high))
    return Bounds(low, high, zone, by_days)


def _or_itself(value: Any, itself: str) -> Any:
    return itself if value is None else value
