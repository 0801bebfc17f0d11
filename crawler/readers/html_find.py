"""Rules applied to a page or a row: elements found, their text or attribute, cut and counted."""

import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from crawler.readers.html_rules import Rule
from crawler.readers.limits import check_html, decode
from crawler.readers.rules import Printed, check_count, cut, find
from domain.errors import SourceChanged, Unreadable

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form",
     "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre", "section",
     "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
_LABEL_CELLS = frozenset(("td", "th", "dt"))
_BETWEEN = frozenset(("br", "button", "hr", "i", "img", "script", "style", "svg", "template", "wbr"))
_SILENT = frozenset(("script", "style", "noscript", "template", "head"))
_LINKS = frozenset(("href", "src", "action", "data-href", "data-url"))
_LONGEST_LABEL = 200
_JSON = re.compile(rb"\[?\s*\{\s*[\"}]")


def read_tree(body: bytes, encoding: str | None) -> HtmlElement:
    """The page as a tree. Raises SourceChanged for an empty body, XML or JSON, Unreadable for what is too large or no
    HTML."""
    check_html(body)
    if other := _find_other_kind(body):
        raise SourceChanged(f"the answer is {other} where a web page was promised")
    declared = _CHARSET.search(body[:4096])
    text = decode(body, declared[1].decode() if declared else encoding).replace("\0", "")
    try:
        tree = document_fromstring(text.encode(), parser=HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.LxmlError, ValueError) as error:
        raise Unreadable(f"no HTML: {error}") from error
    return tree


def _find_other_kind(body: bytes) -> str | None:
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<?xml") and b"<html" not in start:
        return "XML"
    return "JSON" if _JSON.match(start) else None


class Scope:
    """A page, or one row of it, that rules are applied to; `url` is where the page was got."""

    def __init__(self, element: HtmlElement, url: str) -> None:
        self.element = element
        self.url = url
        self._labels: list[tuple[str, HtmlElement]] | None = None

    def rows(self, rule: Rule) -> list[HtmlElement]:
        """The elements of a row's rule. Raises SourceChanged where its pinned count is not met."""
        found = [each for each in self._places(rule) if isinstance(each, HtmlElement)]
        check_count(rule, len(found))
        return found

    def find(self, rules: Sequence[Rule]) -> list[Printed]:
        """The values of the first rule that finds any, in each language; none where all find nothing."""
        return find(rules, self._values)

    def values(self, rules: Sequence[Rule]) -> list[str]:
        """The texts of what `find` finds."""
        return [each.text for each in self.find(rules)]

    def value(self, rules: Sequence[Rule]) -> str | None:
        """The first of `values`."""
        return next(iter(self.values(rules)), None)

    def text(self) -> str:
        """All text on one line."""
        return " ".join(text_of(self.element).split())

    def _values(self, rule: Rule) -> list[Printed]:
        places = self._places(rule)
        check_count(rule, len(places))
        found: list[str] = []
        for place in places:
            found += cut(self._printed(place, rule), rule)
            if found and not rule.all:
                break
        return [Printed(text, rule.language, rule.scheme, plain=True) for text in found]

    def _places(self, rule: Rule) -> list[Any]:
        if rule.value is not None:
            return [rule.value]
        if rule.page:
            return [self.url] if self.url else []
        if rule.labels:
            return [value for label in rule.labels for value in self._beside(label)]
        if rule.columns:
            return list(cells_below(self.element, rule.columns))
        found = rule.path(self.element) if rule.path else []
        return found if isinstance(found, list) else [str(found)]

    def _printed(self, place: Any, rule: Rule) -> str:
        if not isinstance(place, HtmlElement):
            return str(place)
        if rule.attribute:
            printed = str(place.get(rule.attribute) or "")
            is_link = rule.attribute in _LINKS and rule.regex is None and printed
            return _join(self.url, printed.strip()) if is_link else printed
        return text_of(place)

    def _beside(self, label: str) -> Iterator[HtmlElement | str]:
        """What stands beside each element with the label's text: behind it, in its next sibling, or its parent's; an
        empty element where the value is left out."""
        wanted, begins = _folded(label.removesuffix("*")), label.endswith("*")
        found = [each for text, each in self._all_labels() if text == wanted or (begins and text.startswith(wanted))]
        for element in found:
            value = _value_beside(element)
            # A block's heading may have a label's text: what stands beside it holds the label itself.
            is_block = isinstance(value, HtmlElement) and any(value in other.iterancestors() for other in found)
            if value is not None and not is_block:
                yield value

    def _all_labels(self) -> list[tuple[str, HtmlElement]]:
        """Elements that begin with text of their own and are short enough for a label."""
        if self._labels is None:
            self._labels = []
            for element in self.element.iter(etree.Element):
                if element.text and not element.text.isspace() and len(element.text) < _LONGEST_LABEL:
                    self._labels.append((_folded(text_of(element)), element))
        return self._labels


def cells_below(row: HtmlElement, headers: Sequence[str]) -> Iterator[HtmlElement]:
    """The cells of a table's row that stand below these headers, in the headers' order; a cell may span columns."""
    table = next(row.iterancestors("table"), None)
    heading = _heading(table) if table is not None else None
    if heading is None:
        return
    named = list(_spread(heading))
    for header in headers:
        wanted, begins = _folded(header.removesuffix("*")), header.endswith("*")
        for place, cell in named:
            text = _folded(text_of(cell))
            if text == wanted or (begins and text.startswith(wanted)):
                yield from (each for begin, each in _spread(row) if begin == place)


def _heading(table: HtmlElement) -> HtmlElement | None:
    """The row with a table's headers: the last of its `thead`, else the first with a `th`, else the first."""
    rows = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    in_head = [row for row in rows if row.getparent().tag == "thead"]
    with_headers = [row for row in rows if row.find("th") is not None]
    return next(iter([*in_head[-1:], *with_headers[:1], *rows[:1]]), None)


def _spread(row: HtmlElement) -> Iterator[tuple[int, HtmlElement]]:
    """The cells of a row, each with the number of its first column."""
    place = 0
    for cell in row.iterchildren("td", "th"):
        yield place, cell
        span = cell.get("colspan", "1")
        place += int(span) if span.isdigit() and len(span) < 4 else 1


def text_of(element: HtmlElement) -> str:
    """The text with a line end for each block, blanks folded, scripts and styles left out."""
    parts: list[str] = []
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, each in walk:
        if event in ("comment", "pi"):
            parts.append(_blanks(each.tail))
        elif event == "start":
            if each.tag in _SILENT:
                walk.skip_subtree()
            else:
                parts += ("\n", _blanks(each.text)) if each.tag in _BLOCKS else (_blanks(each.text),)
        else:
            parts.append("\n" if each.tag in _BLOCKS else "")
            parts.append(_blanks(each.tail) if each is not element else "")
    lines = (" ".join(line.split(" ")).strip() for line in "".join(parts).split("\n"))
    return re.sub(r" {2,}", " ", "\n".join(line for line in lines if line))


def _value_beside(label: HtmlElement) -> HtmlElement | str | None:
    """The text or element behind a label; an empty one where the page leaves the value out. None where there is none.

    Never the next label, and never the value of the next one: an empty cell ends the search.
    """
    if label.tail and label.tail.strip(" :\u00a0\t\r\n"):
        return str(label.tail).strip(" :\u00a0\t\r\n")
    parent = label.getparent()
    following = _following(label)
    alone = following is None or (parent is not None and parent.tag in _LABEL_CELLS and not text_of(following))
    if alone and parent is not None:
        following = _following(parent)
    return None if following is None or _is_label_itself(following, label) else following


def _following(element: HtmlElement) -> HtmlElement | None:
    """The next sibling that may be a value: no comment, and no icon or line end without a text."""
    following = element.getnext()
    while following is not None and (
        not isinstance(following.tag, str) or (following.tag in _BETWEEN and not text_of(following))
    ):
        following = following.getnext()
    return following


def _is_label_itself(found: HtmlElement, label: HtmlElement) -> bool:
    parent = label.getparent()
    in_heading = "th" in (label.tag, parent.tag if parent is not None else None)
    return (
        found.tag == "dt" or (found.tag == "th" and in_heading) or (found.tag == "tr" and found.find("th") is not None)
    )


def _join(url: str, printed: str) -> str:
    try:
        return urljoin(url, printed)
    except ValueError:
        return printed


def _blanks(text: str | None) -> str:
    """Line ends and tabs of the markup are blanks; no-break spaces stay, as they part thousands."""
    return re.sub(r"[ \t\r\n\f]+", " ", text) if text else ""


def _folded(text: str) -> str:
    return " ".join(text.split()).rstrip(" :").casefold()
