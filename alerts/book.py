"""The alerts file (YAML): destinations, and the rules that say which opportunities go to which of them."""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from sqlalchemy import Connection, Engine

from alerts.schemes import find_fault
from alerts.schemes import mask as masked
from domain.alerts import LANGUAGES, Destination, Rule
from domain.errors import BadRule
from storage.destinations import find_destinations, find_rules, save_destination, save_rule
from storage.engine import reading, writing
from storage.profiles import find_profiles

__all__ = ["Book", "check_profiles", "export_book", "import_book", "masked", "read_book", "save_book", "write_book"]

MAX_SIZE = 1024 * 1024
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class Book:
    """What an alerts file says; `lines` tells where each rule and destination stands in `file`."""

    destinations: tuple[Destination, ...]
    rules: tuple[Rule, ...]
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)


def read_book(file: Path) -> Book:
    """The book in this file; raises BadRule with file, line and mend for the first thing that is wrong."""
    if not file.is_file():
        raise BadRule(f"{file}: no such file")
    if file.stat().st_size > MAX_SIZE:
        raise BadRule(f"{file}: larger than 1 MiB, which no alerts file is")
    return _Reader(str(file)).read(file.read_text(encoding="utf-8", errors="replace"))


def check_profiles(book: Book, profiles: Collection[str]) -> None:
    """Raises BadRule, with file and line, for the first rule whose profile is not one of these."""
    for rule in book.rules:
        if rule.profile is not None and rule.profile not in profiles:
            where = f"{book.file}, line {book.lines[f'rules.{rule.id}']}"
            raise BadRule(f"{where}: there is no profile {rule.profile}{_nearest(rule.profile, sorted(profiles))}")


def write_book(destinations: Sequence[Destination], rules: Sequence[Rule]) -> str:
    """The YAML text that `read_book` reads; secrets stay `${NAME}`."""
    data = {
        "destinations": [
            {"id": each.id, "name": each.name, "url": each.url}
            | ({"operators": True} if each.operators else {})
            | ({"language": each.language} if each.language != "en" else {})
            | ({"zone": each.zone} if each.zone else {})
            for each in destinations
        ],
        "rules": [
            {"id": each.id}
            | ({"profile": each.profile} if each.profile else {})
            | {"min_score": each.min_score, "destination": each.destination}
            for each in rules
        ],
    }
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False)


class _Lines(yaml.SafeLoader):
    """A loader whose mappings carry the lines of their keys, and refuse a key that is written twice."""


def _to_mapping(loader: _Lines, node: yaml.MappingNode) -> dict[Any, Any]:
    data: dict[Any, Any] = {}
    lines = {"": node.start_mark.line + 1}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node)
        if not isinstance(key, str) or key in data:
            problem = f"the key {key} is not a word, or written twice"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key_node.start_mark)
        data[key] = loader.construct_object(value_node, deep=True)
        lines[key] = key_node.start_mark.line + 1
    return data | {LINES: lines}


# No key that a file can hold: YAML allows no NUL.
LINES = "\0lines"
_Lines.add_constructor("tag:yaml.org,2002:map", _to_mapping)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file

    def read(self, text: str) -> Book:
        data = self._load(text)
        self._check_keys(data, required=("destinations", "rules"), optional=())
        lines: dict[str, int] = {}
        destinations = [self._to_destination(each, lines) for each in self._to_entries(data, "destinations")]
        known = [destination.id for destination in destinations]
        rules = [self._to_rule(each, known, lines) for each in self._to_entries(data, "rules")]
        return Book(tuple(destinations), tuple(rules), self.file, lines)

    def _load(self, text: str) -> dict[str, Any]:
        try:
            data = yaml.load(text, _Lines)  # noqa: S506  a SafeLoader
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self._fault(line, f"not YAML: {error.problem}") from error
        except (yaml.YAMLError, RecursionError) as error:
            raise self._fault(1, "not YAML that can be read") from error
        if not isinstance(data, dict):
            raise self._fault(1, "write `destinations:` and `rules:`, each with a list")
        return data

    def _to_entries(self, data: dict[str, Any], key: str) -> list[dict[str, Any]]:
        entries = data[key] if data[key] is not None else []
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise self._fault(data[LINES][key], f"{key} is not a list of `- id: …` entries")
        return entries

    def _to_destination(self, data: dict[str, Any], lines: dict[str, int]) -> Destination:
        self._check_keys(data, required=("id", "url"), optional=("name", "operators", "language", "zone"))
        name = self._to_id(data, "destinations", lines)
        url = self._to_text(data, "url")
        if fault := find_fault(url, name):
            raise self._fault(data[LINES]["url"], f"the url of destination {name}: {fault}")
        operators = data.get("operators", False)
        if not isinstance(operators, bool):
            raise self._fault(data[LINES]["operators"], f"operators is {operators}; write true or false")
        shown = self._to_text(data, "name") if "name" in data else name
        return Destination(name, shown, url, operators, self._to_language(data), self._to_zone(data))

    def _to_language(self, data: dict[str, Any]) -> str:
        language = data.get("language", "en")
        if language not in LANGUAGES:
            raise self._fault(data[LINES]["language"], f"language is {language}; write one of {', '.join(LANGUAGES)}")
        return str(language)

    def _to_zone(self, data: dict[str, Any]) -> str | None:
        if data.get("zone") is None:
            return None
        try:
            return ZoneInfo(self._to_text(data, "zone")).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            fault = f"zone is {data['zone']}; write an IANA time zone such as Europe/Madrid"
            raise self._fault(data[LINES]["zone"], fault) from error

    def _to_rule(self, data: dict[str, Any], known: Sequence[str], lines: dict[str, int]) -> Rule:
        self._check_keys(data, required=("id", "min_score", "destination"), optional=("profile",))
        name = self._to_id(data, "rules", lines)
        score, destination = data["min_score"], self._to_text(data, "destination")
        if not isinstance(score, int) or isinstance(score, bool) or not 0 <= score <= 100:
            raise self._fault(data[LINES]["min_score"], f"min_score is {score}; write a whole number from 0 to 100")
        if destination not in known:
            near = _nearest(destination, known)
            raise self._fault(data[LINES]["destination"], f"there is no destination {destination}{near}")
        profile = self._to_text(data, "profile") if data.get("profile") is not None else None
        return Rule(name, profile, score, destination)

    def _to_id(self, data: dict[str, Any], kind: str, lines: dict[str, int]) -> str:
        """The id, noted in `lines` as `kind.id`."""
        name, line = data["id"], data[LINES]["id"]
        if not isinstance(name, str) or not ID.fullmatch(name):
            raise self._fault(line, f"the id {name} is not made of a-z, 0-9, - and _ (at most 63)")
        if f"{kind}.{name}" in lines:
            raise self._fault(line, f"the id {name} is already used; give this one another")
        lines[f"{kind}.{name}"] = line
        return name

    def _to_text(self, data: dict[str, Any], key: str) -> str:
        value = data[key]
        if not isinstance(value, str) or not value.strip() or len(value) > 2000:
            raise self._fault(data[LINES][key], f"{key} is not a text; write {key}: …")
        return value.strip()

    def _check_keys(self, data: dict[str, Any], required: tuple[str, ...], optional: tuple[str, ...]) -> None:
        known = (*required, *optional)
        for key in data:
            if key != LINES and key not in known:
                raise self._fault(data[LINES][key], f"there is no key {key}{_nearest(key, known)}")
        if missing := [key for key in required if key not in data]:
            raise self._fault(data[LINES][""], f"the key {missing[0]} is missing")

    def _fault(self, line: int, text: str) -> BadRule:
        return BadRule(f"{self.file}, line {line}: {text}")


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known) or 'none'}"


def import_book(engine: Engine, file: Path) -> Book:
    """Saves the destinations and rules of a file, over those of the same id; raises BadRule as `read_book` does."""
    book = read_book(file)
    with writing(engine) as c:
        check_profiles(book, {version.profile.id for version in find_profiles(c)})
        save_book(c, book)
    return book


def save_book(c: Connection, book: Book) -> None:
    """Saves destinations and rules, over those of the same id; no others are touched."""
    for destination in book.destinations:
        save_destination(c, destination)
    for rule in book.rules:
        save_rule(c, rule)


def export_book(engine: Engine) -> str:
    """All destinations and rules as a file that `import_book` takes."""
    with reading(engine) as c:
        return write_book(find_destinations(c), find_rules(c))
