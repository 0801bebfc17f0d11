"""YAML as nodes that know their line; scalars stay as printed, so that 03 is no octal and `no` is no boolean."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import Path

import yaml

from matching.problems import Problems, nearest

MOST_BYTES = 16 * 1024 * 1024
DEEPEST = 8
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(file: Path, problems: Problems) -> yaml.Node | None:
    """The root node, or None with a problem noted: unreadable, too large, too deep, an alias (they can explode)."""
    text = _read_text(file, problems)
    if text is None:
        return None
    try:
        return yaml.compose(text, Loader=_Loader) if _is_plain(text, problems) else None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        problems.add(f"line {mark.line + 1}" if mark else "", f"not YAML: {what}; check indents and quotes there")
        return None


def line_of(node: yaml.Node) -> int:
    """The line where a node starts, counted from 1."""
    return int(node.start_mark.line) + 1


def where(node: yaml.Node, key: str) -> str:
    """The place of a node as problems name it."""
    return f"line {line_of(node)}: {key or 'the whole file'}"


def where_in(node: yaml.ScalarNode, key: str, at: int) -> str:
    """The place of character `at` of a scalar's text (as `to_text` gives it): its line and character, from 1."""
    before = node.value[: len(node.value) - len(node.value.lstrip()) + at]
    quoted = sum(each in _ESCAPED.get(node.style or "", "") for each in before) + (node.style in _ESCAPED)
    column = int(node.start_mark.column) + quoted + len(before) + 1
    return f"line {line_of(node)}, character {column}: {key}"


_ESCAPED = {"'": "'", '"': '"\\'}  # what a quoted scalar writes with two characters


def is_null(node: yaml.Node | None) -> bool:
    """Absent, or nothing written behind the colon."""
    return node is None or node.tag == "tag:yaml.org,2002:null"


def to_mapping(node: yaml.Node | None, key: str, known: Collection[str], problems: Problems) -> dict[str, yaml.Node]:
    """The values of a mapping by key, without nulls; unknown keys (if `known` says any) and repeated ones are noted."""
    if node is None or is_null(node):
        return {}
    if not isinstance(node, yaml.MappingNode):
        problems.add(where(node, key), f"write keys with values here, such as {', '.join(known) or 'CPV: [33]'}")
        return {}
    found: dict[str, yaml.Node] = {}
    for name_node, value in node.value:
        name = str(name_node.value)
        path = f"{key}.{name}" if key else name
        if known and name not in known:
            problems.add(where(name_node, path), f"no such key; {nearest(name, known)}")
        elif name in found:
            problems.add(where(name_node, path), "it stands here twice; keep one")
        elif not is_null(value):
            found[name] = value
    return found


def to_list(node: yaml.Node | None, key: str, problems: Problems) -> list[tuple[str, yaml.Node]]:
    """The elements of a list, each with its path."""
    if node is None:
        return []
    if not isinstance(node, yaml.SequenceNode):
        problems.add(where(node, key), "write a list, one element a line, each after a dash")
        return []
    return [(f"{key}[{number}]", each) for number, each in enumerate(node.value)]


def to_text(node: yaml.Node | None, key: str, problems: Problems) -> str | None:
    """A scalar as printed (NFC, without space around it), or None where there is none."""
    if node is None:
        return None
    if not isinstance(node, yaml.ScalarNode):
        problems.add(where(node, key), "write one value here, not a list or keys")
        return None
    return "" if is_null(node) else unicodedata.normalize("NFC", node.value).strip()


def to_texts(node: yaml.Node | None, key: str, problems: Problems) -> list[tuple[str, str, yaml.Node]]:
    """The non-empty scalars of a list as (path, text, node)."""
    found = []
    for path, each in to_list(node, key, problems):
        text = to_text(each, path, problems)
        if text:
            found.append((path, text, each))
        elif text is not None:
            problems.add(where(each, path), "nothing is written here; remove the line or fill it")
    return found


class Undecodable(ValueError):
    """`decode` raises it; the text says what to do."""


def decode(body: bytes) -> str:
    """Text as people's programs save it: UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252.

    Raises Undecodable where that cannot be: three accented letters in a row are another alphabet's bytes.
    """
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace")
        if odd := re.search("[\u00c0-\u00ff]{3}", text):
            raise Undecodable(
                f"it is not UTF-8 (it seems to say {odd[0]!r}); save it as UTF-8, in Excel «CSV UTF-8»"
            ) from None
        return text


def _read_text(file: Path, problems: Problems) -> str | None:
    try:
        size = file.stat().st_size
        body = file.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        problems.add("", f"it cannot be read: {error.strerror}")
        return None
    if size > MOST_BYTES:
        problems.add("", f"it has {size} bytes, more than {MOST_BYTES}; put the catalogue into a CSV or XLSX file")
        return None
    try:
        return decode(body)
    except Undecodable as error:
        problems.add("", str(error))
        return None


def _is_plain(text: str, problems: Problems) -> bool:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            problems.add(_line(event), "write the value out; references (*name) are not read")
            return False
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            problems.add(_line(event), f"nested more than {DEEPEST} deep; a profile never is")
            return False
    return True


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else ""
