"""How a list on a web page goes on: a next link, counted pages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.drafting.printed_total import PrintedTotal, find_total
from crawler.drafting.selectors import Rule, apply, stable_classes
from crawler.drafting.vocabulary import NEXT, fold


@dataclass(frozen=True, slots=True)
class Paging:
    """The `listing` of the YAML, the html block's rules for `next` and `total`, why, and what is not known."""

    listing: dict[str, Any]
    next: Rule | None
    total: Rule | None
    why: tuple[str, ...]
    missing: tuple[str, ...] = ()


def find_paging(page: HtmlElement, url: str, rows: Sequence[HtmlElement]) -> Paging:
    """How the list with these rows goes on after this page."""
    total = find_total(page, rows)
    found = _find_paging(page, url, len(rows), total)
    if total is None:
        told = (
            "no total found: skipped pages cannot be seen; where a page of the list prints how many there are, write"
            " html.list.total (docs/adding-a-source.md)"
        )
        return replace(found, missing=(*found.missing, told))
    return replace(found, total=total.rule, why=(*found.why, f'"{total.text}" is the number of the whole list'))


def _find_paging(page: HtmlElement, url: str, rows: int, total: PrintedTotal | None) -> Paging:
    if rule := _find_next(page, url):
        return Paging({"next": {}}, rule, None, (f"a next link leads to {apply(rule, page, url)[0]}",))
    if counted := _find_counted(page, url):
        param, first = counted
        missing = () if total else (
            "pages are counted and no total was found: the crawl asks on until a page has no rows, so the portal's own"
            " words for an empty list must stand in html.list.nothing_found",
        )  # fmt: skip
        listing = {"pages": {"param": param, "first": first, "size": rows}}
        return Paging(listing, None, None, (f"links count the pages by {param}, from {first}",), missing)
    if button := _find_button(page):
        told = f"its pages are turned by a script: write browser: {{click_next: {button!r}}} (docs/operations.md)"
    else:
        told = "neither a next link nor page numbers were found: this page is taken for the whole list"
    if total and total.number > rows:
        told += f"; it holds {rows} of {total.number}, so each run is `partial` until it goes on"
    return Paging({"file": {}}, None, None, ("one page",), (told,))


def _find_button(page: HtmlElement) -> str | None:
    """The CSS of what turns the page by a script."""
    for each in page.iter("a", "button"):
        said = {" ".join(each.text_content().split()).casefold(), fold(each.get("aria-label") or "")}
        if said & NEXT and (each.tag == "button" or (each.get("href") or "#").startswith(("#", "javascript:"))):
            name = next(iter(stable_classes(each)), None)
            return f"{each.tag}.{name}" if name else f"{each.tag}[aria-label]" if each.get("aria-label") else each.tag
    return None


def _find_next(page: HtmlElement, url: str) -> Rule | None:
    for link in page.iter("a", "link"):
        href = link.get("href") or ""
        if not href or href.startswith(("#", "javascript:")) or urljoin(url, href).split("#")[0] == url:
            continue
        said = {fold(link.get(name) or "") for name in ("aria-label", "title", "rel")}
        said.add(" ".join(link.text_content().split()).casefold())
        if "next" in (link.get("rel") or "").split() or said & NEXT or "next" in stable_classes(link):
            wanted = urljoin(url, href)
            return next((rule for rule in _next_rules(link) if apply(rule, page, url)[:1] == [wanted]), None)
    return None


def _next_rules(link: HtmlElement) -> Iterator[Rule]:
    rules: list[Rule] = []
    if "next" in (link.get("rel") or "").split():
        rules.append({"css": f'{link.tag}[rel~="next"]'})
    rules += [{"css": f"a.{name}"} for name in stable_classes(link) if "next" in name.casefold()]
    for above in link.iterancestors():
        rules += [{"css": f".{name} a"} for name in stable_classes(above) if re.search("(?i)next", name)]
    for name in ("aria-label", "title"):
        if (said := link.get(name)) and '"' not in said:
            rules.append({"css": f'a[{name}="{said}"]'})
    if (text := " ".join(link.text_content().split())) and '"' not in text:
        rules.append({"xpath": f'//a[normalize-space()="{text}"]'})
    yield from ({**rule, "attribute": "href"} for rule in rules)


def _find_counted(page: HtmlElement, url: str) -> tuple[str, int] | None:
    """The parameter that numbered links set, and the number of the first page."""
    numbers: dict[str, set[tuple[int, int]]] = {}
    base = urlsplit(url)
    for link in page.iter("a"):
        text = " ".join(link.text_content().split())
        parts = urlsplit(urljoin(url, link.get("href") or ""))
        if not text.isdecimal() or parts.path != base.path or len(text) > 6:
            continue
        for name, value in parse_qsl(parts.query):
            if value.isdecimal() and abs(int(value) - int(text)) <= 1:
                numbers.setdefault(name, set()).add((int(text), int(value)))
    for name, pairs in sorted(numbers.items(), key=lambda each: -len(each[1])):
        if len(pairs) > 1 and len({asked - shown for shown, asked in pairs}) == 1:
            shown, asked = min(pairs)
            return name, 1 + asked - shown
    return None
