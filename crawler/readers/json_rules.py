"""The `json:` block of a source's YAML: paths as data, checked when they are read.

A path is a JMESPath; inside a row it begins there. A field is a path, a mapping, or a list of either of which the first
that finds something counts:

    path          where; texts, numbers, true and false, or a list of them
    decode        json: the text found is JSON itself; `then` goes on inside of it
    then          a path inside what `path` found
    by_key        true: what is found is an object of languages, {de: …, fr: …}
    html          true: the text is HTML, and regex and split see its words
    template      "https://…/{row.id}": an address with values of the row

and the keys that all formats have (rules.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.paths import Path, explain, read_path
from crawler.readers import rules
from crawler.readers.rules import DOCUMENT_FIELDS, FIELDS, LOT_FIELDS, check_formats, mapping, only, read_once
from domain.errors import BadSource

ROW = re.compile(r"\{row\.([^{}]+)\}")
_RULE_KEYS = rules.COMMON_KEYS | {"path", "decode", "then", "by_key", "html", "template"}
_WHERE = ("path", "template", "value")
_LIST_KEYS = {"rows", "total", "pages", "next", "more", "error", "empty", "fields", "lots", "documents"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(rules.Rule):
    """One way to a field. Exactly one of `path`, `template` and `value` says where it stands."""

    path: Path | None = None
    then: Path | None = None
    decode: bool = False
    by_key: bool = False
    html: bool = False
    template: str | None = None


Fields = rules.Fields[Rule]


@dataclass(frozen=True, slots=True)
class Rows:
    """Repeated objects with the fields of each; `text` is the path to them."""

    path: Path
    text: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Inner:
    """What a notice holds besides its own fields."""

    lots: Rows | None
    documents: Rows | None


@dataclass(frozen=True, slots=True)
class ListRules:
    """How a list's page is read.

    `pages` is their number. `next` leads to the next page, an address or, with `next_param`, the value of that
    parameter; `more` is false on the last page. `error` stands in a body that is a refusal. `empty` are the portal's
    own words for an empty list; statuses that mean it are heeded before anything is read (listing/nothing.py).
    """

    rows: Rows
    inner: Inner
    total: Path | None
    pages: Path | None
    next: tuple[Rule, ...]
    next_param: str | None
    more: Path | None
    error: Path | None
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DetailRules:
    """How a notice's own document is read: `mark` has a value in each of them, `row` is where the notice stands.

    `once`: it is not asked again unless its row has changed.
    """

    mark: Path
    mark_text: str
    row: Path | None
    fields: Fields
    inner: Inner
    once: bool


@dataclass(frozen=True, slots=True)
class JsonRules:
    """The whole block."""

    list: ListRules
    detail: DetailRules | None


def read_rules(block: Mapping[str, Any], source: str) -> JsonRules:
    """The block as rules, read once for each source. Raises BadSource with the path of what is wrong."""
    return read_once(_read, block, source)


def check_rules(block: Mapping[str, Any]) -> str | None:
    """What is wrong with a block ("json.list.rows: …"), or None."""
    try:
        _read(block)
    except BadSource as error:
        return str(error)
    return None


def _read(block: Mapping[str, Any]) -> JsonRules:
    only(block, "json", {"dates", "decimal", "list", "detail"})
    check_formats(block, "json")
    if "list" not in block:
        raise BadSource("json.list is missing; write list: {rows: PATH, fields: {key: PATH, …}}")
    return JsonRules(
        _read_list(mapping(block["list"], "json.list")),
        _read_detail(mapping(block["detail"], "json.detail")) if "detail" in block else None,
    )


def _read_list(block: Mapping[str, Any]) -> ListRules:
    at = "json.list"
    only(block, at, _LIST_KEYS)
    if "rows" not in block:
        raise BadSource(f"{at}.rows is missing; write the path of the rows, or @ where the whole body is a list")
    fields = rules.read_fields(block.get("fields"), f"{at}.fields", FIELDS, _read_rule)
    rules.need(fields, f"{at}.fields", ("key",))
    following, param = _read_next(block.get("next"), f"{at}.next")
    empty = block.get("empty", ())
    several = empty if isinstance(empty, list | tuple) else [empty]
    return ListRules(
        rows=Rows(_path(block["rows"], f"{at}.rows"), str(block["rows"]), fields),
        inner=_read_inner(block, at),
        total=_optional_path(block, "total", at),
        pages=_optional_path(block, "pages", at),
        next=following,
        next_param=param,
        more=_optional_path(block, "more", at),
        error=_optional_path(block, "error", at),
        empty=tuple(rules.words([each for each in several if not isinstance(each, int)], f"{at}.empty")),
    )


def _read_detail(block: Mapping[str, Any]) -> DetailRules:
    at = "json.detail"
    only(block, at, {"is", "row", "once", "fields", "lots", "documents"})
    if "is" not in block:
        raise BadSource(f"{at}.is is missing; write a path that has a value in every notice's document")
    return DetailRules(
        mark=_path(block["is"], f"{at}.is"),
        mark_text=str(block["is"]),
        row=_optional_path(block, "row", at),
        fields=rules.read_fields(block.get("fields"), f"{at}.fields", FIELDS, _read_rule),
        inner=_read_inner(block, at),
        once=bool(block.get("once", False)),
    )


def _read_inner(block: Mapping[str, Any], at: str) -> Inner:
    return Inner(
        _read_rows(block, at, "lots", LOT_FIELDS, "key"), _read_rows(block, at, "documents", DOCUMENT_FIELDS, "url")
    )


def _read_rows(block: Mapping[str, Any], above: str, name: str, known: frozenset[str], needed: str) -> Rows | None:
    if name not in block:
        return None
    at = f"{above}.{name}"
    inner = mapping(block[name], at)
    only(inner, at, {"row", "fields"})
    if "row" not in inner:
        raise BadSource(f"{at}.row is missing; write the path of the rows")
    fields = rules.read_fields(inner.get("fields"), f"{at}.fields", known, _read_rule)
    rules.need(fields, f"{at}.fields", (needed,))
    return Rows(_path(inner["row"], f"{at}.row"), str(inner["row"]), fields)


def _read_next(value: Any, at: str) -> tuple[tuple[Rule, ...], str | None]:
    """A rule, or one with `param` beside it."""
    if value is None:
        return (), None
    if not isinstance(value, Mapping):
        return rules.read_field(value, at, _read_rule), None
    rule = {key: each for key, each in value.items() if key != "param"}
    return (_read_rule(rule, at),), rules.optional_text(value, "param", at)


def _read_rule(value: Any, at: str) -> Rule:
    block = {"path": value} if isinstance(value, str) else mapping(value, at)
    only(block, at, _RULE_KEYS)
    where = [key for key in _WHERE if key in block]
    if len(where) != 1:
        raise BadSource(f"{at}: write exactly one of {', '.join(_WHERE)}")
    if block.get("decode", "json") != "json":
        raise BadSource(f"{at}.decode: write json")
    template = rules.optional_text(block, "template", at)
    if template is not None and not ROW.search(template):
        raise BadSource(f"{at}.template: no value of the row in it; write {{row.NAME}}")
    for name in ROW.findall(template or ""):
        _path(name, f"{at}.template")
    return Rule(
        text=f"{where[0]} {block[where[0]]!r}",
        path=_optional_path(block, "path", at),
        then=_optional_path(block, "then", at),
        decode="decode" in block,
        by_key=bool(block.get("by_key", False)),
        html=bool(block.get("html", False)),
        template=template,
        **rules.read_common(block, at),
    )


def _optional_path(block: Mapping[str, Any], key: str, at: str) -> Path | None:
    return _path(block[key], f"{at}.{key}") if key in block else None


def _path(value: Any, at: str) -> Path:
    if not isinstance(value, str) or not value.strip():
        raise BadSource(f"{at}: write a path, such as data or result.rows")
    if told := explain(value):
        raise BadSource(f"{at}: {value!r}: {told}")
    return read_path(value)
