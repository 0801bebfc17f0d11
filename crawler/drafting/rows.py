"""The list on a web page: groups of elements built alike, of which the one that most looks like notices is taken."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from crawler.drafting.printed import Order, find_dates, money_share
from crawler.drafting.selectors import Rule, lasting_parts, link_part, rows_rule, stable_classes
from crawler.drafting.vocabulary import field_of
from crawler.readers.html_find import text_of

_ROWS = frozenset(("tr", "li", "div", "article", "section", "dl", "p", "tbody", "table", "a", "fieldset"))
_ASIDE = frozenset(("nav", "header", "footer", "aside", "select", "form"))
_ASIDE_NAMES = re.compile(
    r"(?i)(^|[-_ ])(nav|menu|navbar|sidebar|footer|breadcrumbs?|calendar|datepicker|pager|pagination|facets?)([-_ ]|$)"
)
LOOKED_AT = 30  # rows of a group that are looked at
LEAST_SCORE = 3.0


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that were found. `rule` finds exactly them; `by_meaning`: not by their place on the page. `score` says
    how much they look like notices, `why` by what."""

    elements: tuple[HtmlElement, ...]
    rule: Rule
    by_meaning: bool
    score: float
    why: tuple[str, ...]


def find_rows(page: HtmlElement) -> Rows | None:
    """The page's list; None where nothing on it repeats as notices do."""
    scored = []
    for group in _groups(page):
        score, why = _score(group)
        if score >= LEAST_SCORE:
            scored.append((score, bool(stable_classes(group[0])), len(list(group[0].iterancestors())), group, why))
    for score, _, _, group, why in sorted(scored, key=lambda each: each[:3], reverse=True)[:10]:
        if found := rows_rule(page, group):
            return Rows(tuple(group), found[0], found[1], score, tuple(why))
    return None


def links_of(row: HtmlElement) -> list[str]:
    """The addresses that a row leads to, in order; its own where it is a link itself."""
    hrefs = [each.get("href") or "" for each in row.iter("a")]
    return [href for href in hrefs if href and not href.startswith(("#", "javascript:", "mailto:", "tel:"))]


def _groups(page: HtmlElement) -> Iterable[list[HtmlElement]]:
    """Elements of one kind at one depth below parents of one kind, none inside another."""
    found: dict[object, list[HtmlElement]] = defaultdict(list)
    for element in page.iter(*_ROWS):
        if element.tag == "tr" and not element.findall("td"):
            continue
        parent = element.getparent()
        depth = sum(1 for _ in element.iterancestors())
        if element.tag == "tr":
            key: object = ("tr", next(element.iterancestors("table"), None), len(element.findall("td")))
        else:
            kind = (parent.tag, stable_classes(parent)) if parent is not None else None
            key = (element.tag, _build(element), depth, kind)
        found[key].append(element)
    groups = [_without_header(group) for group in found.values() if len(group) >= 2]
    return [*groups, *filter(None, map(_with_link, groups))]


def _build(element: HtmlElement) -> object:
    """How an element is built: its classes, or where it has none of its own what it begins with."""
    named = stable_classes(element) or lasting_parts(element)
    first = next(iter(element), None)
    if named or first is None or not isinstance(first.tag, str):
        return named
    return first.tag, stable_classes(first) or lasting_parts(first)


def _with_link(group: list[HtmlElement]) -> list[HtmlElement]:
    """The rows that lead to a page of one kind, where each notice takes several rows of a table; else none."""
    parts = Counter(link_part(href) for row in group for href in links_of(row)[:1])
    part, count = parts.most_common(1)[0] if parts else ("", 0)
    if len(part) < 4 or not 3 <= count < len(group) * 0.9:
        return []
    return [row for row in group if any(part in href for href in links_of(row))]


def _without_header(group: list[HtmlElement]) -> list[HtmlElement]:
    """The first row of a table without `thead` may hold the names of its columns."""
    in_head = [row for row in group if next(row.iterancestors("thead"), None) is None]
    first = in_head[0] if in_head else group[0]
    cells = [text_of(cell) for cell in first.findall("td")] if first.tag == "tr" else []
    named = sum(bool(field_of(cell)) for cell in cells if len(cell) < 40)
    return in_head[1:] if cells and named * 2 >= len([cell for cell in cells if cell]) and named > 1 else in_head


def _score(group: Sequence[HtmlElement]) -> tuple[float, list[str]]:
    """How much a group looks like a list of notices, and what speaks for it."""
    rows = group[:LOOKED_AT]
    texts = [" ".join(text_of(row).split()) for row in rows]
    if len(rows) < 2:
        return 0.0, []
    words = sorted(len(text.split()) for text in texts)[len(texts) // 2]
    distinct = len(set(texts)) / len(texts)
    leads = [links_of(row) for row in rows]
    linked = sum(map(bool, leads)) / len(rows)
    apart = len({each[0] for each in leads if each}) / len(rows)
    has_dates = find_dates(texts, Order(False, False)) is not None
    labels = sum(bool(field_of(label)) for label in _labels(rows[0]))
    score = 2.0 * linked * apart + 2.0 * has_dates + money_share([_money_in(text) for text in texts], False)
    score += min(labels, 4) * 0.4 + min(words, 20) / 10 + min(math.log2(len(group)), 5) / 2
    if words < 4 or (not has_dates and not (linked > 0.8 and apart > 0.8)) or words > 600:
        return 0.0, []
    why = [f"{len(group)} elements built alike", f"{distinct:.0%} of them differ in their text"]
    why += [f"{linked:.0%} have a link"] * (linked > 0) + ["each has a date"] * has_dates
    aside = any(each.tag in _ASIDE - {"form"} or _named_aside(each) for each in (rows[0], *rows[0].iterancestors()))
    return score * distinct * (0.3 if aside else 1.0), why


def _named_aside(element: HtmlElement) -> bool:
    return bool(
        _ASIDE_NAMES.search(f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}")
    )


def _labels(row: HtmlElement) -> list[str]:
    """Short texts that may be labels in the row."""
    return [each.text for each in row.iter() if isinstance(each.tag, str) and each.text and len(each.text) < 40]


def _money_in(text: str) -> str:
    found = re.search(r"(?:[€£₽$]|\b[A-Z]{3})\s?\d[\d.,  ]*|\d[\d.,\s]*(?:[€£₽$]|EUR|USD|GBP)", text)
    return found[0] if found else ""
