"""The `feed:` block of a source's YAML: elements of an item as data, checked when they are read.

A field is an element's name, a mapping, or a list of either of which the first that finds something counts:

    path          title, link, id, published, updated, description, categories (alike in RSS and ATOM), or an element's
                  qualified name, such as dc:creator. With `regex` the description is text, without it HTML
    css, xpath, label, attribute
                  inside the description's HTML, as in `html:`

and the keys that all formats have (rules.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crawler.readers import html_rules, rules
from crawler.readers.rules import FIELDS, check_formats, mapping, only, read_once
from domain.errors import BadSource

STANDARD = frozenset(("title", "link", "id", "published", "updated", "description", "categories"))
_RULE_KEYS = rules.COMMON_KEYS | {"path"}
_QUALIFIED = re.compile(r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(rules.Rule):
    """One way to a field: an element of the item, or what stands in its description's HTML."""

    path: str | None = None
    inside: html_rules.Rule | None = None


Fields = rules.Fields[Rule]


@dataclass(frozen=True, slots=True)
class FeedRules:
    """The whole block. `only`: items in which it finds nothing are no notices; `nothing_found` are texts of a feed that
    may have no items."""

    fields: Fields
    only: tuple[Rule, ...]
    nothing_found: tuple[str, ...]


def read_rules(block: Mapping[str, Any], source: str) -> FeedRules:
    """The block as rules, read once for each source. Raises BadSource with the path of what is wrong."""
    return read_once(_read, block, source)


def check_rules(block: Mapping[str, Any]) -> str | None:
    """What is wrong with a block ("feed.fields.key: …"), or None."""
    try:
        _read(block)
    except BadSource as error:
        return str(error)
    return None


def _read(block: Mapping[str, Any]) -> FeedRules:
    only(block, "feed", {"dates", "decimal", "fields", "only", "nothing_found"})
    check_formats(block, "feed")
    fields = rules.read_fields(block.get("fields"), "feed.fields", FIELDS, _read_rule)
    rules.need(fields, "feed.fields", ("key",))
    chosen = rules.read_field(block["only"], "feed.only", _read_rule) if "only" in block else ()
    return FeedRules(fields, chosen, tuple(rules.words(block.get("nothing_found", ()), "feed.nothing_found")))


def _read_rule(value: Any, at: str) -> Rule:
    block = {"path": value} if isinstance(value, str) else mapping(value, at)
    if not {"path", "value"} & set(block):
        inside = html_rules.read_rule(block, at)
        return Rule(text=inside.text, inside=inside, scheme=inside.scheme, language=inside.language)
    only(block, at, _RULE_KEYS)
    if "path" in block and "value" in block:
        raise BadSource(f"{at}: write exactly one of path and value")
    path = rules.optional_text(block, "path", at)
    if path is not None and not _QUALIFIED.fullmatch(path):
        raise BadSource(f"{at}.path: write one of {', '.join(sorted(STANDARD))}, or a name such as dc:creator")
    return Rule(text=f"path {path!r}" if path else "value", path=path, **rules.read_common(block, at))
