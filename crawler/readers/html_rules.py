"""The `html:` block of a source's YAML: selectors as data, checked when they are read.

A field is a CSS selector, a mapping, or a list of either of which the first that finds something counts:

    css, xpath    where; inside a row, relative to it
    label         the value beside the element with this text, or one of a list of texts; `*` at the end: begins so
    column        in a row of a table: the cell below the header with this text, or one of a list of texts; `*` as above
    page          true: the address of the page itself
    value         a constant, as the last of several
    attribute     an attribute in place of the text
    regex         the first group of the first match; a value without a match counts as not found
    split         a text at which the value is cut into several
    all           true: every element found, not only the first
    count         what is relied upon: 1 (exactly), "1+", "0-1"; anything else on the page is told
    scheme        of codes: CPV, OKPD2, …
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from domain.errors import BadSource

FIELDS = frozenset(
    ("key", "url", "procedure_id", "kind", "status", "language", "title", "description", "country", "regions", "codes",
     "value", "currency", "published", "deadline", "changes", "law", "procedure", "buyer", "buyer_id", "buyer_scheme",
     "buyer_country", "buyer_region", "buyer_url", "buyer_email", "buyer_phone")
)  # fmt: skip
LOT_FIELDS = frozenset(["key", "title", "description", "codes", "value", "currency", "deadline"])
DOCUMENT_FIELDS = frozenset(["url", "title", "media_type"])
_RULE_KEYS = frozenset(
    ("css", "xpath", "label", "column", "page", "value", "attribute", "regex", "split", "all", "count", "scheme")
)
_WHERE = ("css", "xpath", "label", "column", "page", "value")
_COUNT = re.compile(r"(\d+)(\+|-(\d+))?")


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to a field. Exactly one of `path`, `labels`, `columns`, `page` and `value` says where it
    stands."""

    text: str
    path: etree.XPath | None = None
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: bool = False
    value: str | None = None
    attribute: str | None = None
    regex: re.Pattern[str] | None = None
    split: str | None = None
    all: bool = False
    least: int = 0
    most: int | None = None
    scheme: str | None = None


Fields = Mapping[str, tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Repeated elements with the fields of each."""

    row: Rule
    fields: Fields


@dataclass(frozen=True, slots=True)
class ListRules:
    """How a list's page is read; `nothing_found` are the portal's own words for an empty one."""

    rows: Rows
    total: tuple[Rule, ...]
    next: tuple[Rule, ...]
    nothing_found: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DetailRules:
    """How a notice's own page is read; `mark` stands on every such page."""

    mark: Rule
    fields: Fields
    lots: Rows | None
    documents: Rows | None


@dataclass(frozen=True, slots=True)
class HtmlRules:
    """The whole block; either part may be missing."""

    list: ListRules | None
    detail: DetailRules | None


def read_rules(html: Mapping[str, Any], source: str) -> HtmlRules:
    """The block as rules, read once for each source. Raises BadSource with the path of what is wrong."""
    return _read_once(_Frozen(html), source)


def check_rules(html: Mapping[str, Any]) -> str | None:
    """What is wrong with a block ("html.list.row: …"), or None."""
    try:
        _read(html, "")
    except BadSource as error:
        return str(error)
    return None


class _Frozen:
    """A mapping that stands for itself in a cache: a source's block is never changed."""

    def __init__(self, html: Mapping[str, Any]) -> None:
        self.html = html

    def __hash__(self) -> int:
        return id(self.html)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen) and other.html is self.html


@lru_cache(maxsize=512)
def _read_once(html: _Frozen, source: str) -> HtmlRules:
    return _read(html.html, f"source {source}: ")


def _read(html: Mapping[str, Any], prefix: str) -> HtmlRules:
    try:
        _only(html, "html", {"dates", "decimal", "list", "detail"})
        for form in _words(html.get("dates", ()), "html.dates"):
            if "%" not in form:
                raise BadSource(f'html.dates: {form!r} is no strptime format; write one such as "%d.%m.%Y %H:%M"')
        if html.get("decimal", ",") not in (",", "."):
            raise BadSource('html.decimal: write "," or "."')
        if "list" not in html and "detail" not in html:
            raise BadSource("html: neither list nor detail; write list: {row: …, fields: …}")
        return HtmlRules(
            _read_list(_mapping(html["list"], "html.list")) if "list" in html else None,
            _read_detail(_mapping(html["detail"], "html.detail")) if "detail" in html else None,
        )
    except BadSource as error:
        raise BadSource(f"{prefix}{error}") from error


def _read_list(block: Mapping[str, Any]) -> ListRules:
    _only(block, "html.list", {"row", "total", "next", "nothing_found", "fields"})
    rows = _read_rows(block, "html.list", FIELDS, needed=("key",))
    return ListRules(
        rows,
        _read_field(block["total"], "html.list.total") if "total" in block else (),
        _read_field(block["next"], "html.list.next") if "next" in block else (),
        tuple(_words(block.get("nothing_found", ()), "html.list.nothing_found")),
    )


def _read_detail(block: Mapping[str, Any]) -> DetailRules:
    _only(block, "html.detail", {"is", "fields", "lots", "documents"})
    if "is" not in block:
        raise BadSource("html.detail.is is missing; write the selector of an element that every notice's page has")
    return DetailRules(
        _read_rule(block["is"], "html.detail.is"),
        _read_fields(_mapping(block.get("fields"), "html.detail.fields"), "html.detail.fields", FIELDS),
        _read_inner(block, "lots", LOT_FIELDS, ("key",)),
        _read_inner(block, "documents", DOCUMENT_FIELDS, ("url",)),
    )


def _read_inner(block: Mapping[str, Any], name: str, known: frozenset[str], needed: tuple[str, ...]) -> Rows | None:
    if name not in block:
        return None
    at = f"html.detail.{name}"
    inner = _mapping(block[name], at)
    _only(inner, at, {"row", "fields"})
    return _read_rows(inner, at, known, needed)


def _read_rows(block: Mapping[str, Any], at: str, known: frozenset[str], needed: tuple[str, ...]) -> Rows:
    if "row" not in block:
        raise BadSource(f"{at}.row is missing; write the selector of one row")
    fields = _read_fields(_mapping(block.get("fields"), f"{at}.fields"), f"{at}.fields", known)
    for name in needed:
        if name not in fields:
            raise BadSource(f"{at}.fields.{name} is missing; write its selector")
    return Rows(_read_rule(block["row"], f"{at}.row"), fields)


def _read_fields(block: Mapping[str, Any], at: str, known: frozenset[str]) -> Fields:
    _only(block, at, known)
    return {name: _read_field(value, f"{at}.{name}") for name, value in block.items()}


def _read_field(value: Any, at: str) -> tuple[Rule, ...]:
    several = value if isinstance(value, list) else [value]
    if not several:
        raise BadSource(f"{at}: an empty list; write a selector")
    return tuple(_read_rule(each, at) for each in several)


def _read_rule(value: Any, at: str) -> Rule:
    block = {"css": value} if isinstance(value, str) else _mapping(value, at)
    _only(block, at, _RULE_KEYS)
    where = [key for key in _WHERE if key in block]
    if len(where) != 1:
        raise BadSource(f"{at}: write exactly one of {', '.join(_WHERE)}")
    least, most = _read_count(block["count"], at) if "count" in block else (0, None)
    return Rule(
        text=f"{where[0]} {block[where[0]]!r}",
        path=_read_path(where[0], block, at),
        labels=tuple(_words(block["label"], f"{at}.label")) if "label" in block else (),
        columns=tuple(_words(block["column"], f"{at}.column")) if "column" in block else (),
        page=bool(block.get("page", False)),
        value=str(block["value"]) if "value" in block else None,
        attribute=_optional_text(block, "attribute", at),
        regex=_read_regex(block, at),
        split=_optional_text(block, "split", at),
        all=bool(block.get("all", False)),
        least=least,
        most=most,
        scheme=_optional_text(block, "scheme", at),
    )


def _read_path(where: str, block: Mapping[str, Any], at: str) -> etree.XPath | None:
    if where not in ("css", "xpath"):
        return None
    try:
        path = block[where]
        return etree.XPath(HTMLTranslator().css_to_xpath(path) if where == "css" else path)
    except (SelectorError, etree.XPathError, TypeError) as error:
        raise BadSource(f"{at}.{where}: {block[where]!r} is no selector: {error}") from error


def _read_regex(block: Mapping[str, Any], at: str) -> re.Pattern[str] | None:
    text = _optional_text(block, "regex", at)
    try:
        return re.compile(text, re.DOTALL) if text else None
    except re.error as error:
        raise BadSource(f"{at}.regex: {text!r} is no regular expression: {error}") from error


def _read_count(value: Any, at: str) -> tuple[int, int | None]:
    found = _COUNT.fullmatch(str(value))
    if not found:
        raise BadSource(f'{at}.count: write 1, "1+" or "0-1"')
    least = int(found[1])
    return least, None if found[2] == "+" else int(found[3] or least)


def _words(value: Any, at: str) -> Iterator[str]:
    for word in value if isinstance(value, (list, tuple)) else (value,):
        if not isinstance(word, str) or not word.strip():
            raise BadSource(f"{at}: write a text or a list of texts")
        yield word


def _optional_text(block: Mapping[str, Any], key: str, at: str) -> str | None:
    value = block.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise BadSource(f"{at}.{key}: write a text")
    return value


def _mapping(value: Any, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadSource(f"{at}: write a mapping of keys to values")
    return value


def _only(block: Mapping[str, Any], at: str, known: frozenset[str] | set[str]) -> None:
    for key in block:
        if key not in known:
            raise BadSource(f"{at}.{key}: no such key; known are {', '.join(sorted(known))}")
