"""What tells one notice of a list from another: the address of its page, and its number."""

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import parse_qsl, urljoin, urlsplit

from lxml.html import HtmlElement

from crawler.drafting.columns import ENOUGH, Column, Guessed
from crawler.drafting.rows import links_of
from crawler.drafting.selectors import Rule, apply, link_part

_KEY = re.compile(r"(?=[^\s]*\d)[\w][\w.:/#-]{2,59}")
_OF_OTHERS = re.compile(r"(?i)customer|organi[sz]ation|buyer|company|supplier|print|login|favou?rite|subscribe|share")


def take_link(rows: Sequence[HtmlElement], url: str, taken: dict[str, Guessed]) -> None:
    """The address of a notice's page: a link of every row, each another, best that on its number or title."""
    host = urlsplit(url).hostname
    links = [[each for each in row.iter("a") if each.get("href") in links_of(row)] for row in rows]
    kinds = Counter(part for row in links for part in {link_part(each.get("href")) for each in row})
    found: list[tuple[tuple[float, ...], str, list[str]]] = []
    for part in (part for part, count in kinds.items() if count >= ENOUGH * len(rows)):
        firsts = [next((each for each in row if link_part(each.get("href")) == part), None) for row in links]
        hrefs = [each.get("href") for each in firsts if each is not None]
        near = urlsplit(urljoin(url, hrefs[0])).hostname == host
        if len(set(hrefs)) >= ENOUGH * len(rows):
            found.append(((not _OF_OTHERS.search(part), near, *_weigh(firsts, taken), len(set(hrefs))), part, hrefs))
    if not found:
        return
    _, part, hrefs = max(found)
    own = rows[0].tag == "a" and rows[0].get("href") == hrefs[0]
    safe = len(part) > 3 and '"' not in part and all(part in href for href in hrefs)
    where: Rule = {"xpath": "."} if own else {"css": f'a[href*="{part}"]'} if safe else {"css": "a"}
    why = f"{len(hrefs)} of {len(rows)} rows lead to a page of their own"
    taken["url"] = Guessed("url", {**where, "attribute": "href"}, why, 0.9, tuple(urljoin(url, each) for each in hrefs))


def _weigh(links: Sequence[HtmlElement | None], taken: dict[str, Guessed]) -> tuple[float, ...]:
    """How many of these links stand on the number, on the title, on any words."""
    texts = [" ".join(each.text_content().split()) if each is not None else "" for each in links]
    on = [
        sum(bool(value and text) and (text in value or value in text) for text, value in zip(texts, named, strict=True))
        for named in (taken[name].values for name in ("key", "title") if name in taken)
    ]
    return max(on, default=0), sum(map(bool, texts)), sum(map(len, texts))


def take_key(columns: Sequence[Column], rows: Sequence[HtmlElement], url: str, taken: dict[str, Guessed]) -> None:
    """The notice's number: printed, if nothing else part of its link; never what two rows share."""
    if "key" in taken:
        return
    if "url" in taken and (found := key_in_link(taken["url"])):
        taken["key"] = found
        return
    for column in columns:
        pattern = key_pattern(column.values) if column.dates is None and column.money < ENOUGH else None
        if pattern and column.share == 1.0:
            rule = column.rule if pattern == "whole" else {**column.rule, "regex": pattern}
            taken["key"] = Guessed("key", rule, "each row prints another number", 0.6, column.values)
            return
    if "url" in taken and len(set(taken["url"].values)) == len(rows):
        rule = {**taken["url"].rule, "regex": r"([^/?#]+)/?(?:[?#].*)?$"}
        values = tuple(next(iter(apply(rule, row, url)), "") for row in rows)
        if len(set(values)) == len(rows):
            taken["key"] = Guessed("key", rule, "the last part of its link", 0.5, values)


def key_in_link(link: Guessed) -> Guessed | None:
    """The parameter, or the part of the path, that differs from notice to notice."""
    names = [name for name, value in parse_qsl(urlsplit(link.values[0]).query) if re.search(r"\d", value)]
    patterns = [rf"[?&]{re.escape(name)}=([^&#]+)" for name in names]
    patterns += [
        r"/(\d{3,})/?(?:[?#].*)?$",
        r"/(\d{3,})(?:[/?#_-]|$)",
        r"([0-9a-f]{8}-[0-9a-f-]{27})",
        r"/([^/?#]*\d[^/?#]*)/?$",
    ]
    for pattern in patterns:
        found = [re.search(pattern, value) for value in link.values]
        values = tuple(match[1] for match in found if match)
        if len(values) == len(link.values) and len(set(values)) == len(values):
            return Guessed("key", {**link.rule, "regex": pattern}, "what differs in its link", 0.75, values)
    return None


def key_pattern(values: Sequence[str]) -> str | None:
    """How to cut numbers out of these values: "whole", or a pattern; None where they hold none, or one twice."""
    if all(_KEY.fullmatch(value) for value in values) and len(set(values)) == len(values):
        return "whole"
    found = [re.findall(r"(?<!\S)(?=\S*\d\S*\d)[\w][\w./-]{3,}\w(?!\S)", value) for value in values]
    if all(len(each) == 1 for each in found) and len({each[0] for each in found}) == len(values):
        return r"(?<!\S)((?=\S*\d\S*\d)\w[\w./-]{3,}\w)(?!\S)"
    return None
