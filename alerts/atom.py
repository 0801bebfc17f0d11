"""An Atom feed (RFC 4287): entries that a reader knows again by their id, and takes anew when `updated` moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree

SPACE = "http://www.w3.org/2005/Atom"
# A feed without entries must say when it was updated, too.
NEVER = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `id` is an IRI that stays the same for ever; `summary` is plain text."""

    id: str
    title: str
    published: datetime
    updated: datetime
    summary: str
    link: str | None
    categories: tuple[str, ...] = ()


def to_feed(feed_id: str, title: str, entries: Sequence[Entry], link: str | None = None) -> bytes:
    """The feed in UTF-8, the entry that changed last first; `link` is the page that shows the same."""
    updated = max((entry.updated for entry in entries), default=NEVER)
    feed = ElementTree.Element("feed", {"xmlns": SPACE})
    _add(feed, "id", feed_id)
    _add(feed, "title", title)
    _add(feed, "updated", _to_date(updated))
    _add(ElementTree.SubElement(feed, "author"), "name", "Tenderwatch")
    _add(feed, "generator", "Tenderwatch")
    if link:
        ElementTree.SubElement(feed, "link", {"rel": "alternate", "href": link})
    for entry in sorted(entries, key=lambda each: (each.updated, each.id), reverse=True):
        _add_entry(feed, entry)
    ElementTree.indent(feed)
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _add_entry(feed: ElementTree.Element, entry: Entry) -> None:
    element = ElementTree.SubElement(feed, "entry")
    _add(element, "id", entry.id)
    _add(element, "title", entry.title)
    _add(element, "published", _to_date(entry.published))
    _add(element, "updated", _to_date(entry.updated))
    if entry.link:
        ElementTree.SubElement(element, "link", {"rel": "alternate", "href": entry.link})
    for category in entry.categories:
        ElementTree.SubElement(element, "category", {"term": category})
    _add(element, "summary", entry.summary, type="text")


def _add(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    ElementTree.SubElement(parent, name, attributes).text = text


def _to_date(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
