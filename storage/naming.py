"""Notices by names that stand in no column of their own: a number in an address, an earlier release, another case."""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from storage.schema import notices, releases, revisions
from storage.stored import SELECT_STORED, StoredNotice, find_stored

SHORTEST = 5  # letters: a shorter number stands at the end of too many addresses
MOST = 20


def find_first(c: Connection, meanings: Iterable[ColumnElement[bool]]) -> list[StoredNotice]:
    """The notices of the first of these conditions that has any, at most MOST; the others are not asked for."""
    for meaning in meanings:
        if found := list(find_stored(c, SELECT_STORED.where(meaning).order_by(notices.c.id).limit(MOST))):
            return found
    return []


def of_numbers(keys: Sequence[str], sources: Sequence[str] | None = None) -> Iterator[ColumnElement[bool]]:
    """By a part of an address, a key in letters of another case (or the first word of what it is called by), or the
    number of a release, in turn.

    Each reads one index or table to its end, of these sources alone where they are named: ask last.
    """
    long = [key.lower() for key in keys if len(key) >= SHORTEST]
    ends = [f"{sign}{key}" for key in long for sign in "/="]
    within = true() if sources is None else notices.c.source.in_(sources)
    if ends:
        url = func.lower(notices.c.url)
        inside = [url.contains(f"={key}&", autoescape=True) for key in long]
        by_url = select(notices.c.id).where(or_(*(url.endswith(end, autoescape=True) for end in ends), *inside))
        yield and_(notices.c.id.in_(by_url), within)
    lowered = [key.lower() for key in keys]
    identifier = func.lower(notices.c.identifier)
    first = [identifier.startswith(f"{key} ", autoescape=True) for key in long]
    yield and_(or_(func.lower(notices.c.key).in_(lowered), identifier.in_(lowered), *first), within)
    own = (releases.c.source == notices.c.source) & (releases.c.ocid == notices.c.key)
    released = select(notices.c.id).join(releases, own).where(func.lower(releases.c.release_id).in_(lowered))
    if sources is not None:
        released = released.where(releases.c.source.in_(sources))
    yield notices.c.id.in_(released)


def of_parameters(address: str, places: Sequence[str], sources: Sequence[str]) -> ColumnElement[bool]:
    """By an address of these places (addresses without "?") that has all parameters of this one, and others besides."""
    given = [f"{name}={value}" for name, value in parse_qsl(urlsplit(address).query)]
    begins = or_(*(notices.c.url.startswith(f"{each}?", autoescape=True) for each in places))
    ended = func.replace(notices.c.url, "?", "&") + "&"
    has = (ended.contains(f"&{each}&", autoescape=True) for each in given)
    return and_(notices.c.source.in_(sources), begins, *has)


def of_past_addresses(addresses: Sequence[str], sources: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """By an address that stands in any revision of a notice of these sources, as its own or a document's."""
    plain = {each.partition("://")[2].removeprefix("www.").rstrip("/") for each in addresses}
    printed = [f'{each}{slash}"' for each in sorted(plain) if "/" in each for slash in ("", "/")]
    if printed:
        quoted = or_(*(revisions.c.document.contains(each, autoescape=True) for each in printed))
        query = select(revisions.c.notice_id).join(notices, notices.c.id == revisions.c.notice_id)
        yield notices.c.id.in_(query.where(notices.c.source.in_(sources), quoted))
