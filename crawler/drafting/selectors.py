"""Selectors by meaning for elements that were found: by id, class or header, by position only where all else fails."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from crawler.readers.html_find import Scope
from crawler.readers.html_rules import Rule as HtmlRule
from crawler.readers.html_rules import read_rules

Rule = dict[str, Any]
"""A rule as a YAML writes it: {css: …} or {xpath: …}, attribute, regex."""

_SAFE = re.compile(r"[A-Za-z_][\w-]*")
# A stripe, a state, a generated name: true of one row or of one release of the portal only.
_FLEETING = re.compile(
    r"(?i)(^|[-_])(odd|even|alt|alternate|alternating|\w*stripe\w*|first|last|active|selected|hover|current)([-_]|$)|\d|"
    r"^(ui|wide|column|one|two|three|four|five|six|seven|eight|nine|ten|twelve|sixteen|container|wrapper|item)$|^(sc|css|jss|ng|is|has|js|col|row|d|p|m|mt|mb|text|w|h|no|align|justify|flex|grid|clearfix)(-|$)"
)


def stable_classes(element: HtmlElement) -> tuple[str, ...]:
    """The classes that say what the element is, without stripes, states, generated names and those of layout."""
    names = (element.get("class") or "").split()
    return tuple(name for name in names if _SAFE.fullmatch(name) and not _FLEETING.search(name) and not _is_hash(name))


def _is_hash(name: str) -> bool:
    """Names that a build makes, such as `ezlFBZ`, are others after the portal's next release."""
    mixed = name.isalpha() and not name.islower() and not name.isupper() and not name.istitle()
    return mixed and 4 < len(name) < 9 and sum(mark in "aeiouAEIOU" for mark in name) / len(name) < 0.3


def lasting_parts(element: HtmlElement) -> tuple[str, ...]:
    """What of its generated classes stays: `CardStyles__Main` of `CardStyles__Main-sc-1rn3iq8-1`."""
    found = [
        re.match(r"([A-Za-z]{3,}(?:__?[A-Za-z]{3,})+)(?:-sc-|__?-?\w*\d)", name)
        for name in (element.get("class") or "").split()
    ]
    return tuple(match[1] for match in found if match)


def to_rule(rule: Rule) -> HtmlRule:
    """The rule as the html reader applies it."""
    fields = {"key": rule}
    found = read_rules({"list": {"row": rule, "fields": fields}}, "draft").list
    assert found is not None
    return found.rows.fields["key"][0]


def apply(rule: Rule, element: HtmlElement, url: str) -> list[str]:
    """The values that a rule finds below an element."""
    return Scope(element, url).values([to_rule(rule)])


def elements(rule: Rule, element: HtmlElement) -> list[HtmlElement]:
    """The elements that a rule finds below an element."""
    return Scope(element, "").rows(to_rule(rule))


def rows_rule(page: HtmlElement, rows: Sequence[HtmlElement]) -> tuple[Rule, bool] | None:
    """The best selector that finds exactly these rows, and whether it is by meaning; None where there is none."""
    wanted = set(rows)
    for rule, by_meaning in _row_candidates(rows):
        found = elements(rule, page)
        if len(found) == len(wanted) and set(found) == wanted:
            return rule, by_meaning
    return None


def _row_candidates(rows: Sequence[HtmlElement]) -> Iterator[tuple[Rule, bool]]:
    tag = rows[0].tag
    common = [name for name in stable_classes(rows[0]) if all(name in stable_classes(row) for row in rows)]
    own = [f"{tag}.{name}" for name in common]
    if len(common) > 1:
        own.append(f"{tag}.{'.'.join(common)}")
    own += [f'{tag}[class*="{part}"]' for part in lasting_parts(rows[0])]
    yield from (({"css": css}, True) for css in own)
    anchors = list(_anchors(rows))
    for anchor in anchors:
        for css in (*own, f"tbody {tag}" if tag == "tr" else f"> {tag}", tag):
            yield {"css": f"{anchor} {css}"}, True
    if tag == "tr":
        yield from _table_candidates(rows, anchors)
    for child in rows[0].iterchildren(etree.Element):
        for part in (*lasting_parts(child), *stable_classes(child)):
            yield {"xpath": f'//{tag}[{child.tag}[contains(@class, "{part}")]]'}, True
    if link := _common_link(rows):
        yield {"xpath": f'//{tag}[.//a[contains(@href, "{link}")]]'}, True
        yield {"xpath": f'//{tag}[.//a[contains(@href, "{link}")]][not(.//{tag})]'}, True
    for name in (rows[0].get("class") or "").split():
        if _SAFE.fullmatch(name):
            yield {"css": f"{tag}.{name}"}, False
    place = rows[0].getroottree().getpath(rows[0].getparent())
    yield {"xpath": f"{place}/{tag}"}, False
    cells = len(rows[0].findall("td"))
    yield {"xpath": f"{place}/{tag}[count(td)={cells}]" if cells else f"{place}/{tag}[.//a]"}, False


def _table_candidates(rows: Sequence[HtmlElement], anchors: Sequence[str]) -> Iterator[tuple[Rule, bool]]:
    cells = len(rows[0].findall("td"))
    for name in (anchor[1:] for anchor in anchors if anchor.startswith("#")):
        yield {"xpath": f'//*[@id="{name}"]//tr[count(td)={cells}]'}, True
        yield {"xpath": f'//*[@id="{name}"]//tr[count(td)={cells}][td//a]'}, True
    if header := header_row(rows):
        words = [" ".join(cell.text_content().split()) for cell in header]
        if said := next((word for word in words if word and '"' not in word), None):
            head = f'th[normalize-space()="{said}"]'
            if header[0].tag == "td":
                head = f'td[normalize-space()="{said}"]'
            table = f"//table[tr/{head} or */tr/{head}]"
            yield {"xpath": f"{table}//tr[count(td)={cells}]"}, True
            yield {"xpath": f"{table}//tr[count(td)={cells}][not({head})]"}, True


def header_row(rows: Sequence[HtmlElement]) -> list[HtmlElement] | None:
    """The cells above a table's rows that name its columns: `th`, or `td` in a `thead` or in the row just above."""
    table = next(rows[0].iterancestors("table"), None)
    if table is None:
        return None
    cells = len(rows[0].findall("td"))
    for row in table.iter("tr"):
        if row in rows:
            return None
        heads = [cell for cell in row if cell.tag in ("th", "td")]
        named = [cell for cell in heads if cell.text_content().strip()]
        is_head = bool(row.findall("th")) or next(row.iterancestors("thead"), None) is not None
        if len(heads) == cells and (is_head or len(named) * 2 > cells) and next(row.iterancestors("table")) is table:
            return heads
    return None


def _anchors(rows: Sequence[HtmlElement]) -> Iterator[str]:
    """Selectors of what holds all rows, the nearest first, ids before classes."""
    shared = [each for each in rows[0].iterancestors() if all(each in row.iterancestors() for row in rows[1:4])]
    for each in shared:
        name = each.get("id") or ""
        if _SAFE.fullmatch(name) and not re.search(r"\d{3}|[0-9a-f]{8}", name):
            yield f"#{name}"
    for each in shared[:6]:
        yield from (f"{each.tag}.{name}" for name in stable_classes(each))


def _common_link(rows: Sequence[HtmlElement]) -> str | None:
    """A part of an address, such as "bid.asp?ID=", that a link of every row has."""
    for link in rows[0].iter("a"):
        part = link_part(link.get("href") or "")
        usable = len(part) > 3 and '"' not in part and not part.startswith(("#", "javascript"))
        if usable and all(any(part in (each.get("href") or "") for each in row.iter("a")) for row in rows):
            return part
    return None


def link_part(href: str) -> str:
    """What the addresses of one kind of page have in common: up to the first parameter's value or the last name."""
    return href.partition("=")[0] + "=" if "=" in href else href.rpartition("/")[0] + "/"
