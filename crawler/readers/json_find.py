"""Rules applied to JSON: values found by their paths, as texts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from crawler.listing.templates import Values, fill_address
from crawler.normalise.text import to_text
from crawler.paths import search
from crawler.readers.fields import Found
from crawler.readers.json_rules import Fields, Rows, Rule
from crawler.readers.rules import Printed, check_count, cut, find
from domain.errors import Unreadable


def find_fields(row: Any, fields: Fields) -> Found:
    """The texts of a row's fields."""
    return {name: find(rules, lambda rule: _values(rule, row)) for name, rules in fields.items()}


def find_value(row: Any, rules: Sequence[Rule]) -> str | None:
    """The first text that the rules find."""
    return next((each.text for each in find(rules, lambda rule: _values(rule, row))), None)


def find_rows(data: Any, rows: Rows | None) -> list[Found]:
    """The fields of the objects at the path: a list of them, an object whose values they are, or one alone."""
    found = search(rows.path, data) if rows else None
    several = to_rows(found)
    if several is None:
        several = [found] if isinstance(found, dict) and found else []
    return [find_fields(each, rows.fields) for each in several] if rows else []


def to_rows(found: Any) -> list[Any] | None:
    """A list, or the values of an object that holds nothing but objects; None for anything else."""
    if isinstance(found, list):
        return found
    if isinstance(found, dict) and found and all(isinstance(each, dict) for each in found.values()):
        return list(found.values())
    return None


def fill(template: str, row: Any) -> str | None:
    """The address with the row's values, quoted; None where one of them is missing."""
    filled = fill_address(template, Values(row=row))
    return None if "{row" in filled else filled


def _values(rule: Rule, row: Any) -> list[Printed]:
    places = list(_places(rule, row))
    check_count(rule, len(places))
    found: list[Printed] = []
    for language, text in places:
        printed = _words_of(text) if rule.html else text
        found += [Printed(part, language or rule.language, rule.scheme, plain=rule.html) for part in cut(printed, rule)]
        if found and not (rule.all or rule.by_key):
            break
    return found


def _places(rule: Rule, row: Any) -> Iterator[tuple[str | None, str]]:
    """Texts with their languages, None where the rule finds no object of languages."""
    if rule.value is not None:
        yield None, rule.value
    elif rule.template is not None:
        filled = fill(rule.template, row)
        yield from [(None, filled)] if filled else []
    elif rule.path is not None:
        found = search(rule.path, row)
        for each in _decoded(found) if rule.decode else [found]:
            value = search(rule.then, each) if rule.then else each
            yield from _by_language(value) if rule.by_key else ((None, text) for text in _texts(value))


def _decoded(value: Any) -> list[Any]:
    """The JSON inside texts; what is none is left out."""
    found = (_decode(text) for text in _texts(value))
    return [each for each in found if each is not None]


@lru_cache(maxsize=4)  # one text holds several fields of a row
def _decode(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _by_language(value: Any) -> Iterator[tuple[str | None, str]]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            for language, inner in each.items():
                yield from ((language, text) for text in _texts(inner))


def _texts(value: Any) -> Iterator[str]:
    """Texts and numbers as they were printed; objects are none."""
    if isinstance(value, str):
        if value.strip():
            yield value
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int | float):
        yield repr(value)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _words_of(text: str) -> str:
    try:
        return to_text(text)
    except ValueError as error:
        raise Unreadable(str(error)) from error
