"""What the rules of html, json_api, rss and csv share: the fields that there are, and what is done with a value found.

A format says by keys of its own where a value stands; these are the same for all:

    value         a constant, as the last of several
    regex         the first group of the first match; a value without a match counts as not found
    split         a text at which the value is cut into several
    all           true: every value found, not only the first
    count         what is relied upon: 1 (exactly), "1+", "0-1"; anything else is told
    scheme        of codes: CPV, OKPD2, …
    language      of the text, where it is not the notice's: rules of several languages are one field in all of them
    unknown       values by which the portal says that there is none, such as ["0.0", "n/a"]
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from domain.errors import BadSource, SourceChanged

FIELDS = frozenset(
    ("key", "url", "procedure_id", "kind", "status", "language", "title", "description", "country", "regions", "codes",
     "value", "currency", "published", "deadline", "changes", "law", "procedure", "buyer", "buyer_id", "buyer_scheme",
     "buyer_country", "buyer_region", "buyer_url", "buyer_email", "buyer_phone")
)  # fmt: skip
LOT_FIELDS = frozenset(["key", "title", "description", "codes", "value", "currency", "deadline"])
DOCUMENT_FIELDS = frozenset(["url", "title", "media_type"])
COMMON_KEYS = frozenset(("value", "regex", "split", "all", "count", "scheme", "language", "unknown"))
_COUNT = re.compile(r"(\d+)(\+|-(\d+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way to a field, as far as it is alike in all formats; `text` names it to people."""

    text: str
    value: str | None = None
    regex: re.Pattern[str] | None = None
    split: str | None = None
    all: bool = False
    least: int = 0
    most: int | None = None
    scheme: str | None = None
    language: str | None = None
    unknown: frozenset[str] = frozenset()


class Printed(NamedTuple):
    """A value as printed. `language` is its own, None where it is the notice's; `scheme` that of a code; `plain`: it
    is no HTML, so that what looks like a tag or an entity in it is none."""

    text: str
    language: str | None = None
    scheme: str | None = None
    plain: bool = False


R = TypeVar("R", bound=Rule)
T = TypeVar("T")
Fields = Mapping[str, tuple[R, ...]]


def find(rules: Sequence[R], values_of: Callable[[R], list[Printed]]) -> list[Printed]:
    """The values of the first rule that finds any; then those of rules for languages that were not found yet."""
    found: list[Printed] = []
    for rule in rules:
        if not found or (rule.language and all(each.language not in (None, rule.language) for each in found)):
            found += values_of(rule)
    return found


def cut(printed: str, rule: Rule) -> list[str]:
    """The parts of a value that the rule's `split` and `regex` leave, without blanks around them."""
    parts = printed.split(rule.split) if rule.split else [printed]
    found: list[str] = []
    for part in parts:
        if rule.regex is None:
            found.append(part.strip())
            continue
        matches = rule.regex.finditer(part) if rule.all or rule.split else filter(None, [rule.regex.search(part)])
        found += [
            (match[1] if rule.regex.groups else match[0] or "").strip()
            for match in matches
            if match[rule.regex.groups and 1]
        ]
    return [part for part in found if part and part.casefold() not in rule.unknown]


def check_count(rule: Rule, count: int) -> None:
    """Raises SourceChanged where so many values are not what the rule relies upon."""
    if count < rule.least or (rule.most is not None and count > rule.most):
        promised = f"{rule.least} or more" if rule.most is None else f"{rule.least} to {rule.most}"
        promised = str(rule.least) if rule.least == rule.most else promised
        raise SourceChanged(f"{count} found where {promised} were promised", rule.text)


def names_of(rules: Sequence[Rule]) -> str:
    """The rules of a field, for people."""
    return " | ".join(rule.text for rule in rules)


def read_common(block: Mapping[str, Any], at: str) -> dict[str, Any]:
    """The keys of a rule that all formats have, as arguments of `Rule`. Raises BadSource."""
    least, most = _read_count(block["count"], at) if "count" in block else (0, None)
    return {
        "value": str(block["value"]) if "value" in block else None,
        "regex": read_regex(block, at),
        "split": optional_text(block, "split", at),
        "all": bool(block.get("all", False)),
        "least": least,
        "most": most,
        "scheme": optional_text(block, "scheme", at),
        "language": optional_text(block, "language", at),
        "unknown": frozenset(word.casefold() for word in words(block.get("unknown", ()), f"{at}.unknown")),
    }


def read_fields(value: Any, at: str, known: frozenset[str], read_rule: Callable[[Any, str], R]) -> Fields[R]:
    """A mapping of field names to rules; `read_rule` reads one at its path. Raises BadSource."""
    block = mapping(value, at)
    only(block, at, known)
    fields = {name: read_field(each, f"{at}.{name}", read_rule) for name, each in block.items()}
    if "codes" in fields:
        fields["codes"] = _with_scheme(fields["codes"], f"{at}.codes")
    return fields


def read_field(value: Any, at: str, read_rule: Callable[[Any, str], R]) -> tuple[R, ...]:
    """One rule, or a list of them. Raises BadSource."""
    several = value if isinstance(value, list) else [value]
    if not several:
        raise BadSource(f"{at}: an empty list; write a rule")
    return tuple(read_rule(each, at) for each in several)


def need(fields: Mapping[str, Any], at: str, names: Sequence[str]) -> None:
    """Raises BadSource where a field is missing without which nothing can be read."""
    for name in names:
        if name not in fields:
            raise BadSource(f"{at}.{name} is missing; write where it stands")


def check_formats(block: Mapping[str, Any], at: str) -> None:
    """The `dates` and `decimal` of a block. Raises BadSource."""
    for form in words(block.get("dates", ()), f"{at}.dates"):
        if "%" not in form:
            raise BadSource(f'{at}.dates: {form!r} is no strptime format; write one such as "%d.%m.%Y %H:%M"')
    if block.get("decimal", ",") not in (",", "."):
        raise BadSource(f'{at}.decimal: write "," or "."')


def read_regex(block: Mapping[str, Any], at: str) -> re.Pattern[str] | None:
    """The block's `regex`. Raises BadSource."""
    text = optional_text(block, "regex", at)
    try:
        return re.compile(text, re.DOTALL) if text else None
    except re.error as error:
        raise BadSource(f"{at}.regex: {text!r} is no regular expression: {error}") from error


def words(value: Any, at: str) -> Iterator[str]:
    """A text or a list of texts. Raises BadSource."""
    for word in value if isinstance(value, (list, tuple)) else (value,):
        if not isinstance(word, str) or not word.strip():
            raise BadSource(f"{at}: write a text or a list of texts")
        yield word


def optional_text(block: Mapping[str, Any], key: str, at: str) -> str | None:
    """The text of a key that may be missing. Raises BadSource where it is no text, or empty."""
    value = block.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise BadSource(f"{at}.{key}: write a text")
    return value


def mapping(value: Any, at: str) -> Mapping[str, Any]:
    """Raises BadSource where it is none."""
    if not isinstance(value, Mapping):
        raise BadSource(f"{at}: write a mapping of keys to values")
    return value


def only(block: Mapping[str, Any], at: str, known: frozenset[str] | set[str]) -> None:
    """Raises BadSource for a key that there is not."""
    for key in block:
        if key not in known:
            raise BadSource(f"{at}.{key}: no such key; known are {', '.join(sorted(known))}")


def read_once(read: Callable[[Mapping[str, Any]], T], block: Mapping[str, Any], source: str) -> T:
    """`read` of a source's block, done once for each. Raises BadSource that names the source."""
    result: T = _read_once(read, _Frozen(block), source)
    return result


def _with_scheme(rules: tuple[R, ...], at: str) -> tuple[R, ...]:
    """A rule of codes without a scheme has that of the first one which says it."""
    stated = next((rule.scheme for rule in rules if rule.scheme), None)
    if stated is None:
        raise BadSource(f"{at}: codes of no scheme; write scheme: CPV, or which it is")
    return tuple(rule if rule.scheme else replace(rule, scheme=stated) for rule in rules)


class _Frozen:
    """A mapping that stands for itself in a cache: a source's block is never changed."""

    def __init__(self, block: Mapping[str, Any]) -> None:
        self.block = block

    def __hash__(self) -> int:
        return id(self.block)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and other.block is self.block


@lru_cache(maxsize=1024)
def _read_once(read: Hashable, block: _Frozen, source: str) -> Any:
    try:
        return read(block.block)  # type: ignore[operator]
    except BadSource as error:
        raise BadSource(f"source {source}: {error}") from error


def _read_count(value: Any, at: str) -> tuple[int, int | None]:
    found = _COUNT.fullmatch(str(value))
    if not found:
        raise BadSource(f'{at}.count: write 1, "1+" or "0-1"')
    least = int(found[1])
    return least, None if found[2] == "+" else int(found[3] or least)
