"""What a portal lets itself be asked: method, path, parameters and body, to the letter; anything else is a 400.

`<name>` in a path, a parameter or a body stands for a value, which `where` reads.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from zoneinfo import ZoneInfo

NAME = re.compile(r"<(\w+)>")


class Refused(Exception):
    """The portal's own refusal; raised by what reads a request, answered with `status`."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came; `path` without its query, percent signs of slashes kept."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return unquote(re.sub("%2[fF]", "%252F", urlsplit(self.url).path))

    @property
    def query(self) -> dict[str, str]:
        pairs = parse_qsl(urlsplit(self.url).query, keep_blank_values=True)
        if len(dict(pairs)) != len(pairs):
            raise Refused("a parameter twice")
        return dict(pairs)


@dataclass(frozen=True, slots=True)
class Period:
    """From `low` to `high`, which is no part of it; a moment where both are one."""

    low: datetime
    high: datetime


Reads = Callable[[Any], Any]


@dataclass(frozen=True)
class Ask:
    """One thing that can be asked; `maybe` are parameters that may be left out."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    maybe: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: Any = None
    where: Mapping[str, Reads] = field(default_factory=dict)

    def fits(self, asked: Asked) -> bool:
        """The path is this one's, and so are the parameters that tell what is asked for."""
        if _match(self.path, asked.path, in_path=True) is None:
            return False
        told = {name: form for name, form in self.query.items() if "<" not in form}
        return all(asked.query.get(name, form) == form for name, form in told.items())

    def read(self, asked: Asked) -> dict[str, Any]:
        """The values of the names; raises Refused."""
        if asked.method != self.method:
            raise Refused(f"{asked.method} where {self.method} is taken", 405)
        found = dict(_match(self.path, asked.path, in_path=True) or {})
        query = asked.query
        if wrong := set(query) - set(self.query) - set(self.maybe):
            raise Refused(f"no such parameters: {sorted(wrong)}")
        for name, form in {**self.query, **self.maybe}.items():
            if name not in query:
                if name in self.query:
                    raise Refused(f"{name} is missing")
                continue
            values = _match(form, query[name])
            if values is None:
                raise Refused(f"{name}={query[name]} where {form} is taken")
            found |= values
        found |= self._read_body(asked)
        return {name: self._value(name, value) for name, value in found.items()}

    def _read_body(self, asked: Asked) -> dict[str, Any]:
        if self.body is None:
            return {}
        if isinstance(self.body, str):
            if asked.body.decode() != self.body:
                raise Refused(f"the body is {asked.body.decode()!r} where {self.body!r} is taken")
            return {}
        if not asked.headers.get("content-type", "").startswith("application/json"):
            raise Refused("the body's type must be application/json", 415)
        found: dict[str, Any] = {}
        _compare(self.body, json.loads(asked.body), "body", found)
        return found

    def _value(self, name: str, value: Any) -> Any:
        try:
            return self.where[name](value) if name in self.where else value
        except (ValueError, KeyError, TypeError) as error:
            raise Refused(f"{name} is {value!r}: {error}") from error


def _match(form: str, text: str, in_path: bool = False) -> dict[str, str] | None:
    """The values of the names; in a path, `rest` alone may hold slashes."""
    parts = NAME.split(form)
    any_ = {name: ".+" if name == "rest" or not in_path else "[^/]+" for name in parts[1::2]}
    pattern = "".join(f"(?P<{part}>{any_[part]})" if place % 2 else re.escape(part) for place, part in enumerate(parts))
    found = re.fullmatch(pattern, text)
    return found.groupdict() if found else None


def _compare(form: Any, sent: Any, at: str, found: dict[str, Any]) -> None:
    """The body must have the same keys and values; names stand for any value."""
    if isinstance(form, str) and NAME.fullmatch(form):
        found[form[1:-1]] = sent
    elif isinstance(form, str) and isinstance(sent, str) and (values := _match(form, sent)) is not None:
        found.update(values)
    elif isinstance(form, dict) and isinstance(sent, dict) and set(form) == set(sent):
        for key, value in form.items():
            _compare(value, sent[key], f"{at}.{key}", found)
    elif isinstance(form, list) and isinstance(sent, list) and len(form) == len(sent):
        for place, value in enumerate(form):
            _compare(value, sent[place], f"{at}[{place}]", found)
    elif type(form) is not type(sent) or form != sent:
        raise Refused(f"{at} is {sent!r} where {form!r} is taken")


def whole(value: Any) -> int:
    """A number of digits in a text, or a number in JSON."""
    if isinstance(value, bool) or (isinstance(value, str) and not value.isdecimal()):
        raise ValueError("no whole number")
    return int(value)


def number(value: Any) -> int:
    """A number in JSON, no text."""
    if type(value) is not int:
        raise ValueError("no number")
    return value


def digits(value: str) -> int:
    """A number of two digits."""
    if len(value) != 2:
        raise ValueError("not two digits")
    return whole(value)


def one_of(*values: Any) -> Reads:
    def read(value: Any) -> Any:
        if value not in values:
            raise ValueError(f"none of {values}")
        return value

    return read


def moment(form: str, zone: str = "UTC") -> Reads:
    """A moment that is printed so, to the second and to the letter."""

    def read(text: str) -> Period:
        found = datetime.strptime(text, form)  # noqa: DTZ007 (the zone is put in below)
        if found.tzinfo is None:
            if found.strftime(form) != text:
                raise ValueError(f"not printed as {form}")
            found = found.replace(tzinfo=ZoneInfo(zone))
        return Period(found.astimezone(UTC), found.astimezone(UTC))

    return read


def span(form: str, zone: str, of: str) -> Reads:
    """A whole day, month or year that is printed so; years may be `plus` others (see `year`)."""

    def read(text: str) -> Period:
        found = datetime.strptime(text, form)  # noqa: DTZ007 (the zone is put in below)
        if found.strftime(form) != text:
            raise ValueError(f"not printed as {form}")
        return to_period(found, zone, of)

    return read


def year(zone: str, plus: int = 0, begins: int = 1) -> Reads:
    """A year in four digits."""

    def read(text: Any) -> Period:
        found = datetime(whole(text) - plus, begins, 1)  # noqa: DTZ001 (the zone is put in below)
        return Period(_in(found, zone), _in(found.replace(year=found.year + 1), zone))

    return read


def to_period(local: datetime, zone: str, of: str) -> Period:
    """The day, week, month or year that a local time lies in."""
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if of == "week":
        monday = day - timedelta(days=day.weekday())
        return Period(_in(monday, zone), _in(monday + timedelta(days=7), zone))
    if of == "day":
        return Period(_in(day, zone), _in(day + timedelta(days=1), zone))
    first = day.replace(day=1) if of == "month" else day.replace(month=1, day=1)
    after = (first + timedelta(days=32 if of == "month" else 367)).replace(day=1)
    return Period(_in(first, zone), _in(after if of == "month" else after.replace(month=1), zone))


def _in(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
