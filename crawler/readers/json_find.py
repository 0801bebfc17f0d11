"""Rules applied to JSON: values found by their paths, as texts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from crawler.normalise.text import to_text
from crawler.readers.fields import Found
from crawler.readers.json_rules import ROW, Fields, Rows, Rule
from crawler.readers.rules import Printed, check_count, cut, find
from domain.errors import Unreadable


def search(path: ParsedResult, data: Any) -> Any:
    """What stands at the path; None where nothing does, or where its functions do not fit what is there."""
    try:
        return path.search(data)
    except JMESPathError:
        return None


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
    """The template with the row's values for `{row.PATH}`, quoted as parts of an address; None where one is missing."""
    values = {name: next(_texts(search(jmespath.compile(name), row)), None) for name in ROW.findall(template)}
    if any(value is None for value in values.values()):
        return None
    return ROW.sub(lambda match: quote(values[match[1]] or "", safe=""), template)


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


def _decoded(value: Any) -> Iterator[Any]:
    """The JSON inside texts; what is none is left out."""
    for text in _texts(value):
        try:
            yield json.loads(text)
        except (ValueError, RecursionError):
            continue


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
