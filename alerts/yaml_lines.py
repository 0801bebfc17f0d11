"""YAML whose every key knows its line, and values that are what a file must hold; whatever is wrong names its line."""

import difflib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

from domain.errors import BadRule

T = TypeVar("T")
ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
# No key that a file can hold: YAML allows no NUL.
LINES = "\0lines"


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
        try:
            data[key] = loader.construct_object(value_node, deep=True)
        except ValueError as error:  # 2026-13-01 looks like a date, and is none
            raise yaml.MarkedYAMLError(problem=str(error), problem_mark=value_node.start_mark) from error
        lines[key] = key_node.start_mark.line + 1
    return data | {LINES: lines}


_Lines.add_constructor("tag:yaml.org,2002:map", _to_mapping)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file being read. Its methods give a key's value as what it must be, or raise BadRule with file and line.

    `lines` are those of all entries that were read so far, as `kind.id`; ids of all kinds but rules are one name space.
    """

    file: str
    lines: dict[str, int] = field(default_factory=dict)

    def load(self, text: str) -> dict[str, Any]:
        """The mapping that the text is."""
        try:
            data = yaml.load(text, _Lines)  # noqa: S506  a SafeLoader
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self.fault(line, f"not YAML: {error.problem}") from error
        except (yaml.YAMLError, RecursionError) as error:
            raise self.fault(1, "not YAML that can be read") from error
        if not isinstance(data, dict):
            raise self.fault(1, "write `destinations:` and `rules:`, each with a list")
        return data

    def to_entries(self, data: dict[str, Any], key: str) -> list[dict[str, Any]]:
        """A list of mappings; nothing where the key is missing or empty."""
        entries = data.get(key) or []
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise self.fault(data[LINES][key], f"{key} is not a list of `- id: …` entries")
        return entries

    def to_id(self, data: dict[str, Any], kind: str) -> str:
        """The id, noted in `lines`."""
        name, line = data["id"], data[LINES]["id"]
        if not isinstance(name, str) or not ID.fullmatch(name):
            raise self.fault(line, f"the id {name} is not made of a-z, 0-9, - and _ (at most 63)")
        taken = ["rules"] if kind == "rules" else ["destinations", "people", "teams"]
        if any(f"{other}.{name}" in self.lines for other in taken):
            raise self.fault(line, f"the id {name} is already used; give this one another")
        self.lines[f"{kind}.{name}"] = line
        return name

    def to_text(self, data: dict[str, Any], key: str) -> str:
        """A text that is not blank."""
        value = data[key]
        if not isinstance(value, str) or not value.strip() or len(value) > 2000:
            raise self.fault(data[LINES][key], f"{key} is not a text; write {key}: …")
        return value.strip()

    def to_whole(self, data: dict[str, Any], key: str, least: int, most: int) -> int:
        """A whole number between these, both included."""
        value = data[key]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            wanted = f"write a whole number from {least} to {most}"
            raise self.fault(data[LINES][key], f"{key} is {value}; {wanted}")
        return value

    def to_flag(self, data: dict[str, Any], key: str) -> bool:
        """true or false; false where the key is missing."""
        value = data.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(data[LINES][key], f"{key} is {value}; write true or false")
        return value

    def to_list(self, data: dict[str, Any], key: str, convert: Callable[[Any], T], wanted: str) -> tuple[T, ...]:
        """What `convert` makes of each value (it raises ValueError), of a list or of one value alone."""
        values = data[key] if isinstance(data[key], list) else [data[key]]
        found = []
        for value in values:
            try:
                found.append(convert(value))
            except (ValueError, TypeError, AttributeError) as error:
                shown = value if isinstance(value, str | int | float) else type(value).__name__
                raise self.fault(data[LINES][key], f"{key}: {shown} is not one; write {wanted}") from error
        if not found:
            raise self.fault(data[LINES][key], f"{key} is empty; write {wanted}, or take the key out")
        return tuple(found)

    def to_known(self, data: dict[str, Any], key: str, known: Collection[str], what: str) -> str:
        """One of these names."""
        value = self.to_text(data, key)
        if value not in known:
            raise self.fault(data[LINES][key], f"there is no {what} {value}{nearest(value, sorted(known))}")
        return value

    def to_part(self, data: dict[str, Any], key: str) -> dict[str, Any]:
        """A mapping below a key."""
        if not isinstance(data[key], dict):
            raise self.fault(data[LINES][key], f"{key} holds no keys of its own; write them below it, indented")
        part: dict[str, Any] = data[key]
        return part

    def check_keys(self, data: dict[str, Any], required: Sequence[str], optional: Sequence[str]) -> None:
        """Each of the required keys is there, and none that is not known."""
        known = (*required, *optional)
        for key in data:
            if key != LINES and key not in known:
                raise self.fault(data[LINES][key], f"there is no key {key}{nearest(key, known)}")
        if missing := [key for key in required if key not in data]:
            raise self.fault(data[LINES][""], f"the key {missing[0]} is missing")

    def fault(self, line: int, text: str) -> BadRule:
        """The error that is to be raised."""
        return BadRule(f"{self.file}, line {line}: {text}")


def nearest(word: str, known: Sequence[str]) -> str:
    """`; did you mean X?`, or what there is."""
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known) or 'none'}"
