"""RSS 0.9 to 2.0 and ATOM become RawNotices by the elements in the source's YAML (feed_rules.py)."""

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape

from lxml import etree

from crawler.readers.feed_rules import STANDARD, FeedRules, Rule, read_rules
from crawler.readers.fields import ListPage, detail_url, read_notice, read_rows
from crawler.readers.html_find import Scope, read_tree, text_of
from crawler.readers.rules import Printed, check_count, cut, find, names_of
from crawler.readers.xml import Element, child, children, load_xml, name_of
from crawler.readers.xml import text_of as plain_text
from domain.errors import SourceChanged, Unreadable
from domain.notices import RawNotice
from domain.sources import Source

# What RSS and ATOM call the same thing, in the order of trust.
_NAMES = {
    "title": ("title",),
    "id": ("guid", "id", "identifier"),
    "published": ("pubDate", "published", "issued", "date"),
    "updated": ("updated", "modified"),
    "description": ("encoded", "content", "description", "summary"),
}
_ENCODED = re.compile(r"&lt;/?[a-z][a-z0-9]{0,10}(?:\s[^<>]{0,500})?/?&gt;", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,10}[\s/>]", re.IGNORECASE)


def read_feed(body: bytes, source: Source, url: str) -> ListPage:
    """The items of a feed got from `url`; partial, where the source's `html.detail` reads their pages.

    Raises SourceChanged for what is no feed, for one without items that is not the portal's own way to say that there
    are none, and where no item can be read; Unreadable for what is no XML.
    """
    rules = read_rules(source.feed, source.id)
    root = load_xml(body)
    channel = child(root, "channel") if name_of(root) == "rss" else root
    if name_of(root) not in ("rss", "RDF", "feed") or channel is None:
        raise SourceChanged("neither RSS nor ATOM", name_of(root)[:100])
    items = find_items(root)
    if not items:
        _check_empty(channel, rules)
        return ListPage((), {}, 0)
    partial = "detail" in source.html
    chosen = [item for item in items if not rules.only or find(rules.only, finder(item, url))]
    rows, faults = read_rows(chosen, lambda item: _read_item(item, rules, source, url, partial), "item")
    details = {row.key: address for row in rows if partial and (address := detail_url(row, source))}
    return ListPage(tuple({row.key: row for row in rows}.values()), details, faults=tuple(faults))


def find_items(root: Element) -> list[Element]:
    """The items of RSS, which lie beside its channel where it is of the version 1.0, or the entries of ATOM."""
    channel = child(root, "channel") if name_of(root) == "rss" else root
    return list(children(channel, "entry" if name_of(root) == "feed" else "item"))


def is_html(body: bytes) -> bool:
    """A web page in place of a feed: that of one of its items."""
    start = body[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html"))


def _check_empty(channel: Element, rules: FeedRules) -> None:
    text = " ".join(channel.itertext()).casefold()
    # A list whose items were renamed holds elements that a feed's head has not.
    odd = [name_of(each) for each in channel if len(each) and name_of(each) not in ("image", "author", "textInput")]
    if odd or not any(word.casefold() in text for word in rules.nothing_found):
        raise SourceChanged("no items, and none of the portal's words for an empty feed", odd[0] if odd else "item")


def _read_item(item: Element, rules: FeedRules, source: Source, url: str, partial: bool) -> RawNotice:
    find_in = finder(item, url)
    found = {name: find(several, find_in) for name, several in rules.fields.items()}
    return read_notice(found, source, partial=partial, of_key=names_of(rules.fields["key"]))


def finder(item: Element, url: str) -> Callable[[Rule], list[Printed]]:
    """What gives the values that a rule finds in this item of a feed got from `url`."""
    scopes: list[Scope | None] = []

    def values_of(rule: Rule) -> list[Printed]:
        if rule.inside is None and rule.path != "description":
            return _from_elements(rule, item)
        html = _description(item)
        if rule.inside is None and rule.regex is None:
            return [Printed(html, rule.language)] if html else []
        if not scopes:
            scopes.append(_to_scope(html, url))
        if scopes[0] is None:
            return []
        if rule.inside is not None:
            return scopes[0].find([rule.inside])
        return _printed(rule, [text_of(scopes[0].element)], plain=True)

    return values_of


def _from_elements(rule: Rule, item: Element) -> list[Printed]:
    if rule.value is not None:
        return _printed(rule, [rule.value], plain=True)
    return _printed(rule, list(_texts(item, rule.path or "")), plain=rule.path == "link")


def _printed(rule: Rule, texts: Sequence[str], *, plain: bool) -> list[Printed]:
    check_count(rule, len(texts))
    parts = [part for text in texts for part in cut(text, rule)]
    return [Printed(part, rule.language, rule.scheme, plain) for part in (parts if rule.all else parts[:1] or [])]


def _texts(item: Element, path: str) -> Iterator[str]:
    if path == "link":
        yield from _links(item)
    elif path == "categories":
        yield from (text for each in children(item, "category") if (text := each.get("term") or plain_text(each)))
    elif path in STANDARD:
        for name in _NAMES[path]:
            yield from filter(None, map(plain_text, children(item, name)))
    else:
        yield from filter(None, map(plain_text, _named(item, path)))


def _named(item: Element, path: str) -> Iterator[Element]:
    """By the prefix as the feed declares it; a prefix that it does not declare counts for nothing."""
    prefix, _, name = path.rpartition(":")
    space = item.nsmap.get(prefix or None)
    return item.iterchildren(f"{{{space}}}{name}") if space else children(item, name)


def _links(item: Element) -> Iterator[str]:
    """RSS prints an address, ATOM an attribute; a guid is one unless it says that it is not."""
    for link in children(item, "link"):
        if link.get("rel", "alternate") == "alternate" and (text := plain_text(link) or link.get("href")):
            yield text.strip()
    for guid in children(item, "guid"):
        text = plain_text(guid) or ""
        if guid.get("isPermaLink", "true") == "true" and text.startswith(("http://", "https://")):
            yield text


def _description(item: Element) -> str:
    """HTML, decoded once more where it was encoded twice; ATOM's XHTML as it stands."""
    for name in _NAMES["description"]:
        element = child(item, name)
        if element is None:
            continue
        inner = "".join(etree.tostring(each, encoding="unicode") for each in element)
        html = inner or plain_text(element) or ""
        if html:
            return unescape(html) if _ENCODED.search(html) and not _TAG.search(html) else html
    return ""


def _to_scope(html: str, url: str) -> Scope | None:
    try:
        return Scope(read_tree(f"<div>{html}</div>".encode(), "utf-8"), url) if html else None
    except Unreadable:
        return None
