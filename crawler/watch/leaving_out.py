"""What of a page nobody sees, or nobody came for, is taken out before it is cut into blocks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawler.readers.html_find import text_of
from crawler.watch.rules import Rules

# Fields of forms hold tokens, and lists of choices are no news.
_SILENT = frozenset(
    ("script", "style", "noscript", "template", "head", "svg", "canvas", "object", "video", "audio", "map",
     "select", "datalist", "input", "textarea", "button")
)  # fmt: skip
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)", re.IGNORECASE)
# "advert" and "advertisement" are words for a call for tenders: only what is an advertisement beyond doubt is one.
_AD = re.compile(
    r"(?:^|[\s_-])(?:adsbygoogle|google[_-]ads?|googlead\w*|doubleclick|dfp|ad[_-](?:slot|unit|container|wrapper|banner|box|block)"
    r"|banner[_-]ads?|yandex[_-]rtb\w*|adfox\w*|cookie[_-]?(?:bar|banner|consent|notice|law|popup)|cookies?[_-]?(?:message|panel)"
    r"|consent[_-]?(?:banner|dialog|manager|popup)|gdpr[_-]?\w*|onetrust[\w-]*|cookiebot[\w-]*|cc-window)(?:$|[\s_-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An element that was taken out: by which rule, and how its text begins."""

    rule: str
    text: str


def leave_out(tree: HtmlElement, rules: Rules) -> list[LeftOut]:
    """Takes out of the tree what the rules name; tells what had a text that a person could have read."""
    found: list[LeftOut] = []
    for rule, element in list(_named(tree, rules)):
        if element.getparent() is None:
            continue
        text = " ".join(text_of(element).split()) if element.tag not in ("script", "style", "head") else ""
        if text:
            found.append(LeftOut(rule, text[:120]))
        element.drop_tree()
    return found


def _named(tree: HtmlElement, rules: Rules) -> Iterator[tuple[str, HtmlElement]]:
    for path in rules.leaves_out:
        yield from (("leave_out", each) for each in path(tree) if isinstance(each, HtmlElement))
    for element in tree.iter(etree.Element):
        if "invisible" in rules.in_force and _is_invisible(element):
            yield "invisible", element
        elif "ads" in rules.in_force and _is_ad(element):
            yield "ads", element


def _is_invisible(element: HtmlElement) -> bool:
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    return element.tag in _SILENT or hidden or bool(_HIDING.search(element.get("style", "")))


def _is_ad(element: HtmlElement) -> bool:
    if element.tag in ("iframe", "ins") and (element.tag == "iframe" or "ads" in element.get("class", "")):
        return True
    return element.tag not in ("body", "html") and bool(
        _AD.search(f"{element.get('class', '')} {element.get('id', '')}")
    )
