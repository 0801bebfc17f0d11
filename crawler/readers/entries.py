"""The entries of a document that only names others: of JSON, a web page, a feed, or a text by a regex."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

from crawler.normalise.counts import to_count
from crawler.paths import find, find_rows
from crawler.readers.html_find import read_tree
from crawler.readers.html_find import text_of as html_text
from crawler.readers.limits import check_size, decode, load_json
from crawler.readers.xml import Element, load_xml, name_of
from domain.errors import SourceChanged

FEEDS = ("rss", "feed", "RDF")
ITEMS = ("item", "entry")
# What items of RSS and ATOM call one thing: the first that is there counts.
SAME: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "link": ("link",),
    "id": ("guid", "id"),
    "published": ("pubDate", "published", "date", "updated"),
    "updated": ("updated", "pubDate", "published", "date"),
    "description": ("description", "summary", "content"),
}


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries as JSON values, and what the document tells of the list: its total, its pages, its next page."""

    rows: list[Any]
    total: int | None = None
    pages: int | None = None
    next_url: str | None = None


def read_entries(body: bytes, options: Mapping[str, Any], encoding: str | None = None) -> Entries:
    """The entries of a list document, as `links:` says. Raises SourceChanged for a document without its rows,
    Unreadable for what is no JSON, HTML or XML."""
    if options.get("feed"):
        return Entries([_to_item(each) for each in _feed(body).iter() if _is_item(each)])
    if "css" in options or "xpath" in options:
        return _read_page(body, options, encoding)
    if "rows" not in options and "regex" in options:
        return _read_text(body, options["regex"], encoding)
    return _read_json(body, options, encoding)


def to_xpath(options: Mapping[str, Any]) -> etree.XPath:
    """The path of a page's entries; raises SelectorError or XPathError for what is none."""
    return _css(options["css"]) if "css" in options else etree.XPath(options["xpath"])


def _read_json(body: bytes, options: Mapping[str, Any], encoding: str | None) -> Entries:
    texts, path = load_json(body, encoding), options.get("rows", "@")
    found = [find_rows(path, text) for text in texts]
    if all(rows is None for rows in found):
        raise SourceChanged(f"no rows there; the document begins {body[:200].decode('utf-8', 'replace')!r}", path)
    told = {name: find(options[name], texts[0]) for name in ("total", "pages", "next") if name in options}
    rows = [row for each in found for row in each or ()]
    next_url = told.get("next")
    return Entries(rows, to_count(told.get("total")), to_count(told.get("pages")), str(next_url) if next_url else None)


def _read_page(body: bytes, options: Mapping[str, Any], encoding: str | None) -> Entries:
    tree = read_tree(body, encoding)
    rows = [_to_row(each) for each in to_xpath(options)(tree)]
    if not rows:
        raise SourceChanged("no entries there", options.get("css") or options["xpath"])
    following = _css(options["next"])(tree) if "next" in options else []
    return Entries(rows, next_url=following[0].get("href") if following else None)


def _read_text(body: bytes, regex: str, encoding: str | None) -> Entries:
    """What a regex finds in a list that is neither JSON nor HTML nor a feed."""
    check_size(body)
    rows = [found[0] for found in re.finditer(regex, decode(body, encoding), re.DOTALL)]
    if not rows:
        raise SourceChanged("no entries there", regex)
    return Entries(list(dict.fromkeys(rows)))


def _css(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))


def _to_row(found: HtmlElement | str) -> dict[str, str]:
    """An element's attributes and text; its address, or that of the first anchor in it."""
    if isinstance(found, str):
        return {"text": str(found), "href": str(found)}
    row = {**{str(name): str(value) for name, value in found.attrib.items()}, "text": html_text(found)}
    anchor = found if "href" in row else found.find(".//a[@href]")
    return row if anchor is None else {**row, "href": str(anchor.get("href")).strip()}


def _feed(body: bytes) -> Element:
    root = load_xml(body)
    if name_of(root) not in FEEDS:
        raise SourceChanged("no RSS or ATOM", name_of(root))
    return root


def _is_item(element: Any) -> bool:
    return isinstance(element.tag, str) and name_of(element) in ITEMS


def _to_item(item: Element) -> dict[str, str]:
    texts: dict[str, str] = {}
    for each in item:
        if isinstance(each.tag, str):
            text = " ".join("".join(each.itertext()).split())
            if name_of(each) == "link" and each.get("href"):
                text = str(each.get("href")) if each.get("rel", "alternate") == "alternate" else ""
            if text:
                texts.setdefault(name_of(each), text)
    found = {ours: next((texts[name] for name in names if name in texts), None) for ours, names in SAME.items()}
    return {**texts, **{name: text for name, text in found.items() if text}}


__all__ = ["Entries", "SelectorError", "read_entries", "to_xpath"]
