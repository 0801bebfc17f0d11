"""RSS and ATOM: their entries as rows, for which a spider is drafted."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from crawler.drafting.asking import FetchedPage
from crawler.drafting.draft import About, Draft, plain_title
from crawler.drafting.of_json import Table, draft_rows
from crawler.normalise.languages import to_language
from crawler.readers.xml import load_xml
from domain.errors import SourceChanged

_FEEDS = {"rss": "RSS", "feed": "ATOM", "RDF": "RSS 1.0"}
# What a feed calls our fields; the guess by words does the rest (a portal's own elements).
_RENAMED = {"pubDate": "published", "guid": "id", "link": "url"}


def draft_feed(page: FetchedPage, id: str) -> Draft | None:  # noqa: A002
    """The page as a source; None where it is no feed or has no entries."""
    root = load_xml(page.body)
    kind = _FEEDS.get(_name(root))
    if kind is None:
        return None
    channel = next((each for each in root if _name(each) == "channel"), root)
    told = {_name(each): " ".join("".join(each.itertext()).split()) for each in channel if len(each) == 0}
    language = to_language(told.get("language", "").partition("-")[0]) if told.get("language") else None
    about = About(id, page.url, plain_title(told.get("title", "")), language)
    rows = rows_of_feed(page.body)
    following = [each.get("href") for each in channel if _name(each) == "link" and each.get("rel") == "next"]
    draft = draft_rows(page, about, Table(kind, (), rows), "xml") if rows else None
    if draft is None or not following:
        return draft
    return replace(
        draft, missing=(*draft.missing, f'a link rel="next" leads on to {following[0]}: read does not follow it')
    )


def rows_of_feed(body: bytes) -> list[Mapping[str, Any]]:
    """The entries of a feed, as objects of texts. Raises SourceChanged where it is none, Unreadable for no XML."""
    root = load_xml(body)
    if _name(root) not in _FEEDS:
        raise SourceChanged("no RSS or ATOM", _name(root))
    return [_to_row(entry) for entry in root.iter() if isinstance(entry.tag, str) and _name(entry) in ("item", "entry")]


def _to_row(entry: Any) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for each in entry:
        if not isinstance(each.tag, str):
            continue
        text = " ".join("".join(each.itertext()).split())
        if _name(each) == "link" and (href := each.get("href")):
            text = href if each.get("rel", "alternate") == "alternate" else ""
        if text:
            row.setdefault(_RENAMED.get(_name(each), _name(each)), text)
    if "updated" in row:
        row.setdefault("published", row["updated"])
    return row


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]
