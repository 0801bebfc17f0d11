"""A page cut into blocks: rows of tables and lists, cards, pairs of a label and its value, else paragraphs."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawler.readers.html_find import read_tree, text_of
from crawler.watch.leaving_out import LeftOut, leave_out
from crawler.watch.links import to_link
from crawler.watch.printed import is_label, join_spans
from crawler.watch.rules import Rules
from domain.errors import SourceChanged, Unreadable
from domain.watch import Block

MOST = 5_000  # blocks of a page: a difference of more is no longer read by anybody
_LONGEST_ROW = 3_000  # characters: what is longer holds the page, not a row
_LONGEST_CARD = 1_500  # that has cards inside: what is longer is a column of them
_LONGEST_VALUE = 150
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_PROSE = frozenset(("p", *_HEADINGS))
_ROWS = frozenset(("tr", "li", "article"))
_ROLES = frozenset(("row", "listitem", "article"))
_PARTING = frozenset(
    ("address", "article", "aside", "blockquote", "body", "caption", "dd", "div", "dl", "dt", "fieldset", "figure",
     "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre",
     "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Cut:
    """The blocks of a page in their order, and what was left out of it before."""

    blocks: tuple[Block, ...]
    left_out: tuple[LeftOut, ...]


def cut_page(body: bytes, rules: Rules, url: str, encoding: str | None = None) -> Cut:
    """The blocks of a page got from `url`.

    Raises SourceChanged for an empty body, a page without text and where a selector finds nothing, Unreadable for what
    is no HTML or has too many blocks.
    """
    tree = read_tree(body, encoding)
    left_out = leave_out(tree, rules)
    blocks = [block for root in _roots(tree, rules) for block in _Cutter(url, rules).cut(root)]
    if not blocks:
        raise SourceChanged("the page shows no text", "watch.select" if rules.selects else None)
    if len(blocks) > MOST:
        raise Unreadable(f"{len(blocks):,} blocks, more than {MOST:,}; narrow it with watch: {{select: CSS}}")
    return Cut(tuple(blocks), tuple(left_out))


def _roots(tree: HtmlElement, rules: Rules) -> list[HtmlElement]:
    if not rules.selects:
        body = tree.find("body")
        return [tree if body is None else body]
    found: list[HtmlElement] = []
    for path in rules.selects:
        chosen = [each for each in path(tree) if isinstance(each, HtmlElement)]
        if not chosen:
            raise SourceChanged("not found", f"watch.select: {path.path}")
        found += chosen
    known = set(found)
    return [each for each in dict.fromkeys(found) if not any(above in known for above in each.iterancestors())]


class _Cutter:
    """One walk through a page; it remembers the heading that it came by last."""

    def __init__(self, url: str, rules: Rules) -> None:
        self.url = url
        self.rules = rules
        self.section: str | None = None

    def cut(self, element: HtmlElement, *, card: bool = False) -> Iterator[Block]:
        if self._is_row(element, card=card):
            yield from self._block([element], row=True)
        elif not _has_parting(element) or self._is_pair(element):
            yield from self._block([element], row=False)
        else:
            yield from self._cut_inside(element)

    def _cut_inside(self, element: HtmlElement) -> Iterator[Block]:
        """What parts the page is cut on; the text between such elements is a block of its own."""
        cards = _cards(element)
        run: list[HtmlElement | str] = [element.text or ""]
        for child in element.iterchildren(etree.Element):
            if child.tag in _PARTING or _has_parting(child):
                yield from self._block(run, row=False, of=element)
                yield from self.cut(child, card=child in cards)
                run = [child.tail or ""]
            else:
                run += [child, child.tail or ""]
        yield from self._block(run, row=False, of=element)

    def _is_row(self, element: HtmlElement, *, card: bool) -> bool:
        if not (card or element.tag in _ROWS or element.get("role") in _ROLES):
            return False
        size = len(text_of(element))
        inner = sum(each is not element for each in element.iter("tr", "article"))
        inner += len(_cards_below(element)) if size > _LONGEST_CARD else 0
        return inner < 2 and size <= _LONGEST_ROW

    def _is_pair(self, element: HtmlElement) -> bool:
        """A label and its value, in elements of their own: they are one statement."""
        if element.tag in ("body", "table", "tbody", "main") or any(True for _ in element.iter(*_ROWS, *_PROSE)):
            return False
        lines = text_of(element).split("\n")
        return len(lines) == 2 and len(lines[1]) <= _LONGEST_VALUE and is_label(lines[0])

    def _block(
        self, parts: "list[HtmlElement] | list[HtmlElement | str]", *, row: bool, of: HtmlElement | None = None
    ) -> Iterator[Block]:
        text = "\n".join(each if isinstance(each, str) else text_of(each) for each in parts if len(each) or _text(each))
        if of is not None:
            text = " ".join(text.split())
        lines = tuple(filter(None, map(self.rules.without_own_noise, join_spans(_UNSEEN.sub("", text)).split("\n"))))
        elements = [each for each in parts if not isinstance(each, str)]
        heading = next((" ".join(text_of(each).split()) for part in elements for each in part.iter(*_HEADINGS)), None)
        if lines:
            place = elements[0] if of is None else of
            section = self.section
            yield Block(
                lines, self._links(elements), _path(place), heading, section, _header(place), row and len(lines) > 1
            )
        if heading and not row:
            self.section = heading

    def _links(self, elements: list[HtmlElement]) -> tuple[str, ...]:
        clean = "tracking" in self.rules.in_force
        hrefs = (each.get("href", "") for element in elements for each in element.iter("a"))
        found = (to_link(self.url, self.rules.without_own_noise(href), clean=clean) for href in hrefs if href)
        return tuple(dict.fromkeys(link for link in found if link and link != self.url))


def _text(part: HtmlElement | str) -> str:
    return part.strip() if isinstance(part, str) else text_of(part)


def _has_parting(element: HtmlElement) -> bool:
    return any(each.tag in _PARTING for each in element.iterdescendants(etree.Element))


def _cards(element: HtmlElement) -> set[HtmlElement]:
    """Children that are alike, by tag and first class, with several lines each: a list drawn with div."""
    children = [each for each in element.iterchildren(etree.Element) if each.get("class", "").strip()]
    alike = Counter(map(_signature, children))
    return {each for each in children if alike[_signature(each)] > 1 and "\n" in text_of(each)}


def _cards_below(element: HtmlElement) -> set[HtmlElement]:
    return {card for each in element.iter(etree.Element) for card in _cards(each)}


def _signature(element: HtmlElement) -> tuple[str, str]:
    return element.tag, re.sub(r"[\d_-]+$", "", element.get("class", "").split()[0])


def _header(element: HtmlElement) -> str:
    """The texts of the header of the table that the element is a row of."""
    table = next(element.iterancestors("table"), None)
    return " ".join(text_of(each) for each in table.iter("th")) if table is not None else ""


def _path(element: HtmlElement) -> str:
    """Where an element stands, the same for all that are alike."""
    parts = []
    for each in (element, *element.iterancestors()):
        name = re.sub(r"\d+", "", each.get("id", ""))
        _, first = _signature(each) if each.get("class", "").strip() else ("", "")
        parts.append(f"{each.tag}{f'#{name}' if name else ''}{f'.{first}' if first else ''}")
    return "/".join(reversed(parts))
