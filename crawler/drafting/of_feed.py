"""RSS and ATOM: a source of the rss protocol, its fields by the elements of the items and the labels in their text."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml.html import HtmlElement

from crawler.drafting.asking import FetchedPage
from crawler.drafting.columns import Column, Guessed, read_labelled
from crawler.drafting.draft import About, Draft, filled_of, head, heads_up, plain_title, sure_of, tail
from crawler.drafting.keys import key_in_link
from crawler.drafting.naming import LINE, Fields, guess_columns, statuses_of
from crawler.drafting.printed import find_dates, find_order
from crawler.drafting.vocabulary import field_of, words_of_name
from crawler.normalise.dates import Zones, to_moment
from crawler.normalise.languages import to_language
from crawler.readers.feed import find_items, finder
from crawler.readers.feed_rules import Rule as FeedRule
from crawler.readers.html_find import read_tree
from crawler.readers.xml import Element, child, children, load_xml, name_of, text_of
from domain.errors import Unreadable, WrongUse

_FEEDS = {"rss": "RSS", "feed": "ATOM", "RDF": "RSS 1.0"}
_COMMON = frozenset(("title", "link", "guid", "id", "identifier", "pubDate", "published", "issued", "date", "updated",
                     "modified", "encoded", "content", "description", "summary", "category"))  # fmt: skip
_ZONES = Zones(None, UTC)
_SHORT = timedelta(days=2)  # a feed that holds no more than this is asked each hour
Found = tuple[list[Guessed], list[str], list[str]]
"""Fields, formats of their dates, and what a person must do."""


def draft_feed(page: FetchedPage, id: str) -> Draft | None:  # noqa: A002
    """The page as a source; None where it is no feed. Raises WrongUse for a feed without items, or whose items cannot
    be told from one another."""
    root = load_xml(page.body)
    kind = _FEEDS.get(name_of(root))
    channel = root if kind == "ATOM" else child(root, "channel")
    if kind is None or channel is None:
        return None
    items = find_items(root)
    if not items:
        raise WrongUse(f"{page.url} is a feed without items ({kind}); ask again once it has some")
    language = text_of(child(channel, "language")) or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    title = plain_title(text_of(child(channel, "title")) or "")
    about = About(id, page.url, title, to_language(language.partition("-")[0]) if language else None)
    return _draft(page, about, kind, channel, items)


def _draft(page: FetchedPage, about: About, kind: str, channel: Element, items: Sequence[Element]) -> Draft:
    guessed, formats, missing = _standard(items, page.url, about.country)
    inside = guess_columns(list(_columns(items, page.url)), about.country)
    known = {each.field for each in guessed} | {"key", "title", "url"}
    own = [each for each in inside.guessed if each.field not in known]
    guessed += own
    span, statuses = _span(items, page.url, formats), statuses_of(own)
    missing = [
        *heads_up(about),
        *missing,
        *inside.notes,
        *_to_do({each.field for each in guessed}, channel, len(items), span),
    ]
    values = {
        **head(about, needs_currency=inside.needs_currency),
        "protocol": "rss",
        "endpoint": page.url,
        "listing": {"file": {}},
        **tail(len(items), filled_of(guessed)),
        **({"every": "1h"} if span is not None and span < _SHORT else {}),
        **({"statuses": statuses} if statuses else {}),
        "feed": _block(guessed, [*formats, *inside.dates], inside),
    }
    return Draft(
        kind=kind,
        protocol="rss",
        sure=sure_of(guessed, 0.9),
        evidence=(f"{len(items)} items of a feed",),
        values=values,
        rows=len(items),
        suffix="xml",
        guessed=tuple(guessed),
        missing=tuple(missing),
    )


def _block(guessed: Sequence[Guessed], dates: Sequence[str], inside: Fields) -> dict[str, Any]:
    formats = {"dates": list(dict.fromkeys(dates))} if dates else {}
    decimal = {"decimal": inside.decimal} if inside.decimal else {}
    fields = {each.field: each.rule["path"] if set(each.rule) == {"path"} else each.rule for each in guessed}
    return {**formats, **decimal, "fields": {**fields, "kind": {"value": "tender"}}}


def _standard(items: Sequence[Element], url: str, country: str) -> Found:
    """What all feeds have elements for: key, address, title, description, date."""
    values = {
        name: _values(items, name, url) for name in ("title", "link", "id", "published", "updated", "description")
    }
    key, missing = _key(values["id"], values["link"], values["title"], url)
    names = (("url", "link"), ("title", "title"), ("description", "description"))
    plain = [
        Guessed(field, {"path": name}, "the item's own element", 0.9, values[name])
        for field, name in names
        if any(values[name])
    ]
    dates, formats, told = _published(values["published"], values["updated"], country)
    return [key, *plain, *dates], formats, [*missing, *told]


def _key(ids: Sequence[str], links: Sequence[str], titles: Sequence[str], url: str) -> tuple[Guessed, list[str]]:
    """The guid, else what differs in the link; an item that stands twice in the feed is one."""
    several = len(set(zip(ids, links, titles, strict=True)))
    if all(ids) and len(set(ids)) == several:
        return Guessed("key", {"path": "id"}, "each item has a guid of its own", 0.95, tuple(ids)), []
    if not all(links) or len(set(links)) < several:
        lack = "items have neither a guid nor a link of their own, so that one cannot be told from another"
        raise WrongUse(f"{url} is a feed whose {lack}; write a spider of your own for it (docs/adding-a-source.md)")
    distinct = dict.fromkeys(links)
    link = Guessed("url", {"path": "link"}, "", 0.9, tuple(distinct))
    whole = Guessed("key", {"path": "link"}, "each item has another link", 0.7, tuple(distinct))
    key = key_in_link(link) or whole
    lack = (
        "items repeat the feed's guids"
        if all(ids)
        else "not every item has a guid"
        if any(ids)
        else "no item has a guid"
    )
    cut = f"by {key.rule['regex']}" if "regex" in key.rule else "as it stands"
    told = f"feed.fields.key: {lack}, so the key is taken from the link {cut}: see that it stays when a notice changes"
    return key, [told]


def _published(published: Sequence[str], updated: Sequence[str], country: str) -> Found:
    """When an item was published, or at least changed."""
    if any(published):
        rule, printed, told = {"path": "published"}, published, []
    elif any(updated):
        rule, printed = {"path": "updated"}, updated
        told = ["feed.fields.published: the feed tells only when an entry was last changed; that is taken"]
    else:
        lack = "no item has a date; where its text has one, write feed.fields.published or deadline, else nothing tells"
        return (
            [],
            [],
            [f"{lack} old notices from new ones, and expect.silence does not notice a feed that stands still"],
        )
    why = f"the item's own element, {rule['path']}"
    if all(_is_moment(value) for value in printed if value):
        return [Guessed("published", rule, why, 0.9, tuple(printed))], [], told
    form = find_dates(printed, find_order(printed, country))
    if form is None:
        odd = next(value for value in printed if value and not _is_moment(value))
        told = [*told, f"feed.dates: {odd!r} is a date of a form that is not known; write it as strptime has it"]
        return [Guessed("published", rule, why, 0.6, tuple(printed))], [], told
    cut = {"regex": form.pattern} if form.pattern else {}
    return [Guessed("published", {**rule, **cut}, why, 0.7, tuple(printed))], list(form.formats), told


def _columns(items: Sequence[Element], url: str) -> Iterator[Column]:
    """The portal's own elements, and what stands behind labels in the descriptions."""
    names = dict.fromkeys(_qualified(each) for item in items for each in item if isinstance(each.tag, str))
    for name in names:
        if name and name.rpartition(":")[2] not in _COMMON:
            yield Column({"path": name}, _values(items, name, url), words_of_name(name.rpartition(":")[2]), "name")
    yield from read_labelled([_tree(each) for each in _values(items, "description", url)], url)
    texts = [_text(item, url) for item in items]
    labels = dict.fromkeys(label for text in texts for label in re.findall(r"(?m)^([^:\n]{2,39}):[ \t]*\S", text))
    for label in labels:
        if field_of(label):
            regex = rf"(?:^|\n){re.escape(label)}: *{LINE}"
            found = (re.search(regex, text) for text in texts)
            values = tuple(match[1].strip() if match else "" for match in found)
            yield Column({"path": "description", "regex": regex}, values, label, "label")


def _qualified(element: Element) -> str:
    """As a rule names it: the prefix is the feed's own; what only has children is none."""
    if not (element.text or "").strip() and element.get("term") is None:
        return ""
    return f"{element.prefix}:{name_of(element)}" if element.prefix else name_of(element)


def _values(items: Sequence[Element], path: str, url: str) -> tuple[str, ...]:
    """The first value of each item, "" where it has none."""
    rule = FeedRule(text=path, path=path)
    found = (next((each.text for each in finder(item, url)(rule)), "") for item in items)
    return tuple(" ".join(value.split()) for value in found)


def _text(item: Element, url: str) -> str:
    """The description as text with its lines."""
    rule = FeedRule(text="description", path="description", regex=re.compile("(.+)", re.DOTALL))
    return next((each.text for each in finder(item, url)(rule)), "")


def _tree(html: str) -> HtmlElement:
    try:
        return read_tree(f"<div>{html}</div>".encode(), "utf-8")
    except Unreadable:
        return read_tree(b"<div></div>", "utf-8")


def _is_moment(text: str) -> bool:
    return _moment(text, ()) is not None


def _moment(text: str, formats: Sequence[str]) -> datetime | None:
    try:
        return to_moment(text, _ZONES, end_of_day=False, formats=formats).at
    except ValueError:
        return None


def _span(items: Sequence[Element], url: str, formats: Sequence[str]) -> timedelta | None:
    """From the oldest item's date to the newest's; None where fewer than two have one."""
    printed = _values(items, "published", url)
    dates = printed if any(printed) else _values(items, "updated", url)
    moments = [moment for each in dates if each and (moment := _moment(each, formats))]
    return max(moments) - min(moments) if len(moments) > 1 else None


def _to_do(fields: set[str], channel: Element, items: int, span: timedelta | None) -> Iterator[str]:
    over = f", which span {_shown(span)}" if span else ""
    yield (
        f"every: a feed tells only its newest items, here {items}{over}; what leaves it between two runs is never seen,"
        " so ask well before that"
    )
    if "deadline" not in fields:
        yield (
            "no deadline in the feed: where an item leads to a page that has it, html: {detail: …} in the same YAML"
            " reads it (docs/adding-a-source.md)"
        )
    yield "feed.nothing_found: a text of this feed, such as its title, where it may be empty; else that is an error"
    for link in children(channel, "link"):
        if link.get("rel") == "next":
            yield f'a link rel="next" leads on to {link.get("href")}: the rss protocol reads the first page alone'


def _shown(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} hours"
