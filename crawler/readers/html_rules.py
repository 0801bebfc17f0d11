"""The `html:` block of a source's YAML: selectors as data, checked when they are read.

A field is a CSS selector, a mapping, or a list of either of which the first that finds something counts:

    css, xpath    where; inside a row, relative to it
    label         the value beside the element with this text, or one of a list of texts; `*` at the end: begins so
    column        in a row of a table: the cell below the header with this text, or one of a list of texts; `*` as above
    page          true: the address of the page itself
    attribute     an attribute in place of the text

and the keys that all formats have (rules.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cssselect import SelectorError
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from crawler.readers import rules
from crawler.readers.rules import DOCUMENT_FIELDS, FIELDS, LOT_FIELDS, check_formats, mapping, only, read_once
from domain.errors import BadSource

_RULE_KEYS = rules.COMMON_KEYS | {"css", "xpath", "label", "column", "page", "attribute"}
_WHERE = ("css", "xpath", "label", "column", "page", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(rules.Rule):
    """One way to a field. Exactly one of `path`, `labels`, `columns`, `page` and `value` says where it stands."""

    path: etree.XPath | None = None
    labels: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    page: bool = False
    attribute: str | None = None


Fields = rules.Fields[Rule]


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
    """How a notice's own page is read; `mark` stands on every such page. `once`: it is not asked again unless its row
    has changed."""

    mark: Rule
    fields: Fields
    lots: Rows | None
    documents: Rows | None
    once: bool = False


@dataclass(frozen=True, slots=True)
class HtmlRules:
    """The whole block; either part may be missing."""

    list: ListRules | None
    detail: DetailRules | None


def read_rules(html: Mapping[str, Any], source: str) -> HtmlRules:
    """The block as rules, read once for each source. Raises BadSource with the path of what is wrong."""
    return read_once(_read, html, source)


def check_rules(html: Mapping[str, Any]) -> str | None:
    """What is wrong with a block ("html.list.row: …"), or None."""
    try:
        _read(html)
    except BadSource as error:
        return str(error)
    return None


def _read(html: Mapping[str, Any]) -> HtmlRules:
    only(html, "html", {"dates", "decimal", "list", "detail"})
    check_formats(html, "html")
    if "list" not in html and "detail" not in html:
        raise BadSource("html: neither list nor detail; write list: {row: …, fields: …}")
    return HtmlRules(
        _read_list(mapping(html["list"], "html.list")) if "list" in html else None,
        _read_detail(mapping(html["detail"], "html.detail")) if "detail" in html else None,
    )


def _read_list(block: Mapping[str, Any]) -> ListRules:
    only(block, "html.list", {"row", "total", "next", "nothing_found", "fields"})
    rows = _read_rows(block, "html.list", FIELDS, needed=("key",))
    return ListRules(
        rows,
        _read_field(block["total"], "html.list.total") if "total" in block else (),
        _read_field(block["next"], "html.list.next") if "next" in block else (),
        tuple(rules.words(block.get("nothing_found", ()), "html.list.nothing_found")),
    )


def _read_detail(block: Mapping[str, Any]) -> DetailRules:
    only(block, "html.detail", {"is", "once", "fields", "lots", "documents"})
    if "is" not in block:
        raise BadSource("html.detail.is is missing; write the selector of an element that every notice's page has")
    return DetailRules(
        read_rule(block["is"], "html.detail.is"),
        rules.read_fields(block.get("fields"), "html.detail.fields", FIELDS, read_rule),
        _read_inner(block, "lots", LOT_FIELDS, ("key",)),
        _read_inner(block, "documents", DOCUMENT_FIELDS, ("url",)),
        once=bool(block.get("once", False)),
    )


def _read_inner(block: Mapping[str, Any], name: str, known: frozenset[str], needed: tuple[str, ...]) -> Rows | None:
    if name not in block:
        return None
    at = f"html.detail.{name}"
    inner = mapping(block[name], at)
    only(inner, at, {"row", "fields"})
    return _read_rows(inner, at, known, needed)


def _read_rows(block: Mapping[str, Any], at: str, known: frozenset[str], needed: tuple[str, ...]) -> Rows:
    if "row" not in block:
        raise BadSource(f"{at}.row is missing; write the selector of one row")
    fields = rules.read_fields(block.get("fields"), f"{at}.fields", known, read_rule)
    rules.need(fields, f"{at}.fields", needed)
    return Rows(read_rule(block["row"], f"{at}.row"), fields)


def _read_field(value: Any, at: str) -> tuple[Rule, ...]:
    return rules.read_field(value, at, read_rule)


def read_rule(value: Any, at: str) -> Rule:
    """One rule at its path. Raises BadSource."""
    block = {"css": value} if isinstance(value, str) else mapping(value, at)
    only(block, at, _RULE_KEYS)
    where = [key for key in _WHERE if key in block]
    if len(where) != 1:
        raise BadSource(f"{at}: write exactly one of {', '.join(_WHERE)}")
    return Rule(
        text=f"{where[0]} {block[where[0]]!r}",
        path=_read_path(where[0], block, at),
        labels=tuple(rules.words(block["label"], f"{at}.label")) if "label" in block else (),
        columns=tuple(rules.words(block["column"], f"{at}.column")) if "column" in block else (),
        page=bool(block.get("page", False)),
        attribute=rules.optional_text(block, "attribute", at),
        **rules.read_common(block, at),
    )


def _read_path(where: str, block: Mapping[str, Any], at: str) -> etree.XPath | None:
    if where not in ("css", "xpath"):
        return None
    try:
        path = block[where]
        return etree.XPath(HTMLTranslator().css_to_xpath(path) if where == "css" else path)
    except (SelectorError, etree.XPathError, TypeError) as error:
        raise BadSource(f"{at}.{where}: {block[where]!r} is no selector: {error}") from error
