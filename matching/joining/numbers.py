"""Numbers and addresses by which notices name one another: what a notice is called, and what it quotes."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from domain.notices import Notice

_TED_OLD = re.compile(r"\b((?:19|20)\d\d)/S\s?\d{3}-0*(\d{1,8})\b")
_TED_NEW = re.compile(r"(?<![\w-])0*(\d{3,8})-((?:19|20)\d\d)(?![\w-])")
_OCID = re.compile(r"\bocds-[a-z0-9]{6}-[A-Za-z0-9_.:/-]*[A-Za-z0-9]", re.I)
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.I)
_REGISTER = re.compile(r"(?<![\w.,-])\d{11,19}(?![\w.,-])")
_ADDRESS = re.compile(r"https?://[^\s<>\"'«»“”]+", re.I)
MOST_TEXT = 20_000  # letters that are searched for numbers
MOST = 20  # numbers of one notice
LEAST = 8  # letters of a portal's own number


def find_own(notice: Notice) -> list[str]:
    """What others may call this notice: its address, key, printed number and procedure."""
    printed = [each for each in (notice.key, notice.identifier, notice.procedure_id) if each]
    found = [number for each in printed for number in _read(each)]
    found += [f"own:{each.casefold()}" for each in printed if len(each) >= LEAST and sum(map(str.isdigit, each)) >= 4]
    if notice.url:
        found += [*_to_address(notice.url), *_read(notice.url)]
    return list(dict.fromkeys(found))[:MOST]


def find_quoted(notice: Notice) -> list[str]:
    """What this notice names in its texts, links and raw fields, itself left out."""
    texts = [*notice.description.values(), *notice.title.values()]
    texts += [document.url for document in notice.documents]
    texts += [text for lot in notice.lots[:20] for text in lot.description.values()]
    whole = "\n".join(texts)[:MOST_TEXT]
    addresses = [name for each in _ADDRESS.findall(whole) for name in _to_address(each.rstrip(".,;:)"))]
    own = set(find_own(notice))
    return [each for each in dict.fromkeys([*_read(whole), *addresses]) if each not in own][:MOST]


def find_named(one: Notice, other: Notice) -> str | None:
    """A number or address of `other` that stands in `one`."""
    quoted = set(find_quoted(one))
    found = next((each for each in find_own(other) if each in quoted), None)
    if found:
        return found.partition(":")[2]
    texts = " ".join([*one.title.values(), *one.description.values()]).casefold()
    own = (each.removeprefix("own:") for each in find_own(other) if each.startswith("own:"))
    return next((each for each in own if _stands_in(each, texts)), None)


def find_common(one: Notice, other: Notice) -> str | None:
    """A number that both are called by."""
    others = set(find_own(other))
    found = next((each for each in find_own(one) if each in others), None)
    return found.partition(":")[2] if found else None


def to_kind(identifier: str) -> str | None:
    """Who gives out such identifiers: the publisher of an OCID, all of Europe for a UUID (BT-04); None for others."""
    if _OCID.fullmatch(identifier):
        return identifier[:11].casefold()
    return "uuid" if _UUID.fullmatch(identifier) else None


def _stands_in(number: str, text: str) -> bool:
    return number in text and re.search(rf"(?<!\w){re.escape(number)}(?!\w)", text) is not None


def _read(text: str) -> Iterator[str]:
    yield from (f"ted:{number}-{year}" for year, number in _TED_OLD.findall(text))
    yield from (f"ted:{number}-{year}" for number, year in _TED_NEW.findall(text))
    yield from (f"ocid:{each.casefold()}" for each in _OCID.findall(text))
    yield from (f"uuid:{each.casefold()}" for each in _UUID.findall(text))
    yield from (f"register:{each}" for each in _REGISTER.findall(text))


def _to_address(url: str) -> Iterator[str]:
    """An address that names one thing: not a portal's front page."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    path = parts.path.rstrip("/")
    if (path.count("/") > 1 or parts.query) and any(each.isdigit() for each in path + parts.query):
        query = f"?{parts.query}" if parts.query else ""
        yield f"url:{parts.netloc.removeprefix('www.').casefold()}{path}{query}"
