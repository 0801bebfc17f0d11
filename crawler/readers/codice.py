"""Spain's syndication: ATOM files whose entries hold a CODICE folder beside an empty content, and tombstones."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.readers.codice_folder import read_folder
from crawler.readers.xml import Element, child, children, load_xml, name_of, namespace_of, text_at
from domain.errors import SourceChanged, Unreadable
from domain.notices import RawNotice
from domain.sources import Source

ATOM = "http://www.w3.org/2005/Atom"
_NUMBER = re.compile(r"/(\d+)$")


@dataclass(frozen=True, slots=True)
class CodicePage:
    """One file: its notices (of an entry that stands there twice the newest), when each was brought up to date and
    what was deleted when, by key; when the file was made; and the address of the next older file as printed."""

    rows: tuple[RawNotice, ...]
    versions: Mapping[str, datetime] = field(default_factory=dict)
    deleted: Mapping[str, datetime] = field(default_factory=dict)
    made_at: datetime | None = None
    next_url: str | None = None
    faults: tuple[Unreadable, ...] = ()


def read_codice(body: bytes, source: Source) -> CodicePage:
    """The entries of one file. Raises SourceChanged for what is no ATOM feed, for one with neither entries nor
    deletions, and where none of its entries can be read."""
    root = load_xml(body)
    if (namespace_of(root), name_of(root)) != (ATOM, "feed"):
        raise SourceChanged("no ATOM feed", f"{{{namespace_of(root)}}}{name_of(root)}"[:200])
    made_at = _moment(text_at(root, "updated"))
    deleted = dict(_read_deleted(root, made_at))
    newest: dict[str, tuple[datetime | None, RawNotice]] = {}
    faults: list[Unreadable] = []
    for position, entry in enumerate(children(root, "entry")):
        try:
            row = _read_entry(entry, source)
        except Unreadable as fault:
            faults.append(Unreadable(fault.reason, f"entry[{position}]: {fault.element}"))
            continue
        at = _moment(text_at(entry, "updated")) or made_at
        if row.key not in newest or _is_later(at, newest[row.key][0]):
            newest[row.key] = at, row
    if not (newest or deleted or faults):
        raise SourceChanged("neither entries nor deletions", "feed/entry")
    return CodicePage(
        rows=tuple(row for _, row in newest.values()),
        versions={key: at for key, (at, _) in newest.items() if at},
        deleted=deleted,
        made_at=made_at,
        next_url=_find_next(root),
        faults=tuple(faults),
    )


def _read_entry(entry: Element, source: Source) -> RawNotice:
    """Raises Unreadable where the id or the folder is missing."""
    id_ = text_at(entry, "id")
    if not id_:
        raise Unreadable("missing", "id")
    folder = child(entry, "ContractFolderStatus")
    if folder is None:
        raise Unreadable(f"missing in {id_[:200]}", "ContractFolderStatus")
    url = next((each.get("href") for each in children(entry, "link") if each.get("href")), None)
    return read_folder(folder, to_key(id_), url, text_at(entry, "title"), source.language)


def to_key(id_: str) -> str:
    """The number at an entry id's end, which outlasts the portal's changes of host; an id without one as it is."""
    found = _NUMBER.search(id_)
    return found[1] if found else id_


def _read_deleted(root: Element, made_at: datetime | None) -> Iterator[tuple[str, datetime]]:
    """RFC 6721: `ref` is the entry's id, `when` the moment."""
    for each in children(root, "deleted-entry"):
        reference, when = each.get("ref"), _moment(each.get("when")) or made_at
        if reference and when:
            yield to_key(reference.strip()), when


def _find_next(root: Element) -> str | None:
    return next((each.get("href") for each in children(root, "link") if each.get("rel") == "next"), None)


def _moment(printed: str | None) -> datetime | None:
    """RFC 3339 asks for an offset; without one a moment cannot be compared."""
    try:
        at = datetime.fromisoformat(printed.strip()) if printed else None
    except ValueError:
        return None
    return at if at and at.tzinfo else None


def _is_later(at: datetime | None, other: datetime | None) -> bool:
    return at is not None and (other is None or at > other)
