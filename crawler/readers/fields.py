"""Texts by the names of fields become RawNotices: the part that html, json_api, rss and csv share.

A format only finds texts (rules.py). Those that it gives as `plain` are escaped here, as normalising takes tags out and
decodes entities, once, as it does for every source.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from html import escape
from typing import Any, TypeVar

from crawler.readers.rules import Printed
from domain.errors import SourceChanged, Unreadable
from domain.notices import Document, Kind, RawBuyer, RawLot, RawMoney, RawNotice, Status
from domain.sources import Source

_BUYER = ("id", "scheme", "country", "region", "url", "email", "phone")
_WEB = ("http://", "https://")
Found = Mapping[str, Sequence[Printed]]
"""What was found of one notice, lot or document: texts by field name; a field without any is left out or empty."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListPage:
    """What a list says: its rows (partial, where notices have pages of their own), and those pages by key.

    `total` is what the portal prints, and `pages` its number of pages; `faults` are rows that could not be read.
    `more`: the portal says whether this is the last page; None where it does not.
    """

    rows: tuple[RawNotice, ...]
    details: dict[str, str]
    total: int | None = None
    next_url: str | None = None
    faults: tuple[Unreadable, ...] = ()
    more: bool | None = None
    pages: int | None = None


def read_rows(rows: Sequence[T], read: Callable[[T], RawNotice], at: str) -> tuple[list[RawNotice], list[Unreadable]]:
    """The rows that can be read, and the others as faults. Raises SourceChanged where there are rows and none can."""
    read_: list[RawNotice] = []
    faults: list[Unreadable] = []
    for position, row in enumerate(rows):
        try:
            read_.append(read(row))
        except Unreadable as fault:
            faults.append(Unreadable(fault.reason, f"{at}[{position}]: {fault.element}"))
    if faults and not read_:
        raise SourceChanged(f"none of {len(rows)} rows can be read: {faults[0].reason}", faults[0].element)
    return read_, faults


def read_notice(found: Found, source: Source, *, partial: bool, key: str | None = None, of_key: str = "") -> RawNotice:
    """The notice of what was found; `key` is the one of its row in a list, where it has one.

    Raises SourceChanged where no key was found; `of_key` tells people where it should stand.
    """
    language = _language(found, source)
    first = _firsts(found, language)
    key = first.get("key") or key
    if not key:
        raise SourceChanged("no key found", of_key or "key")
    kind, odd_kind = in_words("kind", first.get("kind"), source.kinds, Kind)
    status, odd_status = in_words("status", first.get("status"), source.statuses, Status)
    return RawNotice(
        key=key,
        kind=kind,
        status=status,
        url=first.get("url"),
        procedure_id=first.get("procedure_id"),
        language=language,
        title=_texts(found.get("title", ()), language, join=False),
        description=_texts(found.get("description", ()), language, join=True),
        buyers=_read_buyers(found, first, language),
        country=first.get("country"),
        regions=tuple(each.text for each in found.get("regions", ())),
        codes=_read_codes(found),
        value=_read_value(first),
        published=first.get("published"),
        deadline=first.get("deadline"),
        changes=first.get("changes"),
        raw={name: first[name] for name in ("law", "procedure") if name in first} or None,
        unknown_words=(*odd_kind, *odd_status),
        partial=partial,
    )


def read_lots(rows: Iterable[Found], language: str | None) -> tuple[RawLot, ...]:
    """The lots among the rows: those that have a key. `language` is the notice's."""
    lots = []
    for found in rows:
        first = _firsts(found, language)
        if "key" in first:
            lots.append(
                RawLot(
                    first["key"],
                    title=_texts(found.get("title", ()), language, join=False),
                    description=_texts(found.get("description", ()), language, join=True),
                    codes=_read_codes(found),
                    value=_read_value(first),
                    deadline=first.get("deadline"),
                )
            )
    return tuple(lots)


def read_documents(rows: Iterable[Found], language: str | None) -> tuple[Document, ...]:
    """The documents among the rows: those that have an address, each once."""
    documents: dict[str, Document] = {}
    for found in rows:
        first = _firsts(found, language)
        if url := first.get("url"):
            title = next(iter(_texts(found.get("title", ()), language, join=False).values()), None)
            documents.setdefault(url, Document(url, title, first.get("media_type")))
    return tuple(documents.values())


def over_row(found: RawNotice, row: RawNotice, of_key: str = "") -> RawNotice:
    """The notice of its own page; what the page does not say is the row's. Unknown words of both stay told, but for
    one that the page mends. Raises SourceChanged where the page is another notice's."""
    if found.key != row.key:
        raise SourceChanged(f"the page is of notice {found.key}, not {row.key}", of_key or "key")
    kept = {
        each.name: getattr(row, each.name)
        for each in fields(RawNotice)
        if each.name not in ("partial", "buyers", "raw", "unknown_words") and not getattr(found, each.name)
    }
    mended = {name for name in ("kind", "status") if getattr(found, name)}
    words = [pair for pair in row.unknown_words if pair[0] not in mended and pair not in found.unknown_words]
    raw = {**(row.raw or {}), **(found.raw or {})} or None
    return replace(
        found, **kept, buyers=_join_buyers(found, row), raw=raw, unknown_words=(*found.unknown_words, *words)
    )


def detail_url(row: RawNotice, source: Source) -> str | None:
    """The address of a row's own page: its link, else by `endpoints: {detail: "https://…/{key}"}`."""
    if row.url and row.url.startswith(_WEB):
        return row.url
    template = source.endpoints.get("detail")
    return template.replace("{key}", row.key) if template else None


def in_words(where: str, word: str | None, words: Mapping[str, Any], kind: Any) -> tuple[Any, list[tuple[str, str]]]:
    """Our word for the portal's, by the source's list (case and blanks aside); a constant is our own word. And the
    word with `where` it stands, where no list has it."""
    if word is None:
        return None, []
    folded = " ".join(word.split()).casefold()
    for printed, ours in words.items():
        if " ".join(printed.split()).casefold() == folded:
            return ours, []
    if folded in {each.value for each in kind}:
        return kind(folded), []
    return None, [(where, " ".join(word.split()))]


def _language(found: Found, source: Source) -> str | None:
    """As printed, else the source's; where the title says its languages and that is none of them, the first that the
    buyer's name has too, else the first."""
    if printed := next(iter(found.get("language", ())), None):
        return printed.text
    stated = [each.language for each in found.get("title", ()) if each.language]
    if not stated or source.language in stated:
        return source.language
    of_buyer = {each.language for each in found.get("buyer", ())}
    return next((each for each in stated if each in of_buyer), stated[0])


def _firsts(found: Found, language: str | None) -> dict[str, str]:
    """The first text of each field, in the notice's language where it is there in several."""
    return {
        name: next((each.text for each in values if each.language == language), values[0].text)
        for name, values in found.items()
        if values
    }


def _texts(values: Iterable[Printed], language: str | None, *, join: bool) -> dict[str, str]:
    """Language -> the first text in it, or all of them as paragraphs."""
    texts: dict[str, list[str]] = {}
    for each in values:
        texts.setdefault(each.language or language or "und", []).append(_shown(each))
    return {name: "\n\n".join(parts) if join else parts[0] for name, parts in texts.items()}


def _shown(printed: Printed) -> str:
    return escape(printed.text, quote=False) if printed.plain else printed.text


def _read_buyers(found: Found, first: Mapping[str, str], language: str | None) -> tuple[RawBuyer, ...]:
    """All names found, of one language; what else is printed belongs to the first, and the scheme to an id that was
    found."""
    names = found.get("buyer", ())
    spoken = next((each.language for each in names if each.language == language), names[0].language if names else None)
    more = {name: first.get(f"buyer_{name}") for name in _BUYER if name != "scheme" or "buyer_id" in first}
    own = [_shown(each) for each in names if each.language == spoken]
    return tuple(RawBuyer(name, **(more if not position else {})) for position, name in enumerate(own))


def _read_codes(found: Found) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((each.scheme, each.text) for each in found.get("codes", ()) if each.scheme))


def _read_value(first: Mapping[str, str]) -> RawMoney | None:
    return RawMoney(first["value"], first.get("currency")) if "value" in first else None


def _join_buyers(found: RawNotice, row: RawNotice) -> tuple[RawBuyer, ...]:
    """The page's buyers; the first keeps what only the row says of it, and its name where the page has none."""
    if not found.buyers or not row.buyers:
        return found.buyers or row.buyers
    first, other = found.buyers[0], row.buyers[0]
    missing = {name: getattr(other, name) for name in _BUYER if getattr(first, name) is None}
    return (replace(first, **missing), *found.buyers[1:])
