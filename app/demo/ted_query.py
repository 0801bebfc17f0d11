"""What TED's Search API may be asked, and with what a wrong question is refused."""

import base64
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.demo.ted_notice import COUNTRIES, Publication

MOST_ROWS = 250
SCOPES = ("ACTIVE", "LATEST", "ALL")
MODES = ("PAGE_NUMBER", "ITERATION")
FIELDS = frozenset(
    {
        "publication-number", "publication-date", "notice-type", "notice-title", "notice-identifier", "links",
        "procedure-identifier", "buyer-name", "buyer-country", "classification-cpv", "place-of-performance",
        "description-lot", "deadline-receipt-tender-date-lot", "deadline-receipt-tender-time-lot",
    }
)  # fmt: skip
_SORTED = re.compile(r"\s+SORT\s+BY\s+(?:publication-date|PD)(?:\s+(ASC|DESC))?\s*$", re.IGNORECASE)
_CONDITION = re.compile(r"([a-z-]+)\s*(>=|<=|=|IN)\s*(.+)", re.IGNORECASE)
_AGO = re.compile(r"today\((-?\d{1,4})\)", re.IGNORECASE)


class BadSearch(Exception):
    """The question breaks a rule; the message is what the API's 400 says."""


@dataclass(frozen=True, slots=True)
class Search:
    """A question that may be answered."""

    conditions: tuple[tuple[str, str, str], ...]  # a field, how it is compared, with what
    newest_first: bool
    fields: tuple[str, ...]
    limit: int
    scope: str
    by_token: bool
    start: int


def to_search(body: bytes) -> Search:
    """Read the JSON of a question; raises BadSearch."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadSearch("the request body is no JSON") from error
    if not isinstance(asked, dict):
        raise BadSearch("the request body is no object")
    query, by_token = asked.get("query"), _one_of(asked, "paginationMode", MODES) == "ITERATION"
    if not isinstance(query, str) or not query.strip():
        raise BadSearch("parameter 'query' must not be empty")
    limit = _number(asked, "limit", 10, MOST_ROWS)
    page = _number(asked, "page", 1, 15_000 // limit)
    in_order = _SORTED.search(query)
    return Search(
        conditions=tuple(map(_to_condition, re.split(r"\s+AND\s+", query[: in_order.start() if in_order else None]))),
        newest_first=bool(in_order and in_order[1] and in_order[1].upper() == "DESC"),
        fields=_fields(asked.get("fields")),
        limit=limit,
        scope=_one_of(asked, "scope", SCOPES[::-1]),
        by_token=by_token,
        start=_start(asked.get("iterationNextToken")) if by_token else (page - 1) * limit,
    )


def to_token(start: int) -> str:
    """The token that leads on from a row."""
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()


def selects(search: Search, made: Publication, now: datetime) -> bool:
    """Whether a publication meets all the conditions; `now` is what `today(-90)` counts from."""
    return all(_holds(made, name, sign, wanted, now) for name, sign, wanted in search.conditions)


def _holds(made: Publication, name: str, sign: str, wanted: str, now: datetime) -> bool:
    if name == "publication-date":
        ago = _AGO.fullmatch(wanted)
        day = f"{now + timedelta(days=int(ago[1])):%Y%m%d}" if ago else wanted
        printed = f"{made.at:%Y%m%d}"
        return printed >= day if sign == ">=" else printed <= day if sign == "<=" else printed == day
    values = {
        "classification-cpv": made.notice.codes,
        "buyer-country": [COUNTRIES[buyer.country] for buyer in made.notice.buyers],
        "notice-identifier": [made.id],
        "publication-number": [made.key],
    }[name]
    asked = [each.strip(" \"'") for each in wanted.strip("()").replace(",", " ").split()]
    if name == "classification-cpv":  # a code stands for all below it
        return any(value.startswith(each.rstrip("0")) for each in asked for value in values)
    return any(value in asked for value in values)


def _to_condition(text: str) -> tuple[str, str, str]:
    found = _CONDITION.fullmatch(text.strip())
    name = {"pd": "publication-date", "nd": "publication-number"}.get(found[1].lower(), found[1]) if found else ""
    if found is None or name not in FIELDS & {
        "publication-date", "publication-number", "classification-cpv", "buyer-country", "notice-identifier",
    }:  # fmt: skip
        raise BadSearch(f"syntax error in the query at '{text[:60]}'")
    sign, wanted = found[2].upper(), found[3].strip()
    if name == "publication-date" and not (_AGO.fullmatch(wanted) or re.fullmatch(r"\d{8}", wanted, re.ASCII)):
        raise BadSearch(f"'{wanted[:30]}' is no date of the form yyyymmdd")
    return name, sign, wanted


def _fields(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not given:
        raise BadSearch("parameter 'fields' must not be empty")
    if unknown := [name for name in given if name not in FIELDS]:
        raise BadSearch(f"parameter 'fields' contains unsupported value ({str(unknown[0])[:60]})")
    return tuple(given)


def _number(asked: dict[str, Any], name: str, default: int, most: int) -> int:
    number = asked.get(name, default)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= most:
        raise BadSearch(f"parameter '{name}' must be a number from 1 to {most}")
    return number


def _one_of(asked: dict[str, Any], name: str, words: tuple[str, ...]) -> str:
    """The parameter's value, the first of the words where it is not given."""
    word = asked.get(name, words[0])
    if word not in words:
        raise BadSearch(f"parameter '{name}' must be one of {', '.join(words)}")
    return str(word)


def _start(token: Any) -> int:
    if token is None:
        return 0
    try:
        word, _, number = base64.urlsafe_b64decode(str(token).encode()).decode().partition(":")
    except ValueError as error:
        raise BadSearch("parameter 'iterationNextToken' is not valid") from error
    if word != "from" or not (number.isascii() and number.isdecimal()) or len(number) > 6:
        raise BadSearch("parameter 'iterationNextToken' is not valid")
    return int(number)
