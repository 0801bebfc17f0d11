"""What a person may mean by a notice's name: an address in any shape that a portal prints, SOURCE:KEY, a number."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from crawler.readers.ted_numbers import to_key
from domain.sources import Source

# Parameters that say who linked, never which notice.
_TRACKING = re.compile(r"(?i)^(utm_.*|at_.*|mc_.*|mtm_.*|pk_.*|_ga.*|gclid|fbclid|msclkid)$")
_TED = re.compile(r"(?<!\d)(\d{1,8}-(?:19|20)\d\d)(?!\d)", re.ASCII)
_SOURCE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)  # before a colon
_ADDRESS = re.compile(r"(?i)https?://|www\.|([a-z0-9-]+\.)+[a-z]{2,}(:\d+)?/")
MOST_ORDERED = 3  # parameters that are looked for in any order
_AROUND = " \t\r\n\u00a0<>\"'`«»“”„‘’,;."
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_NUMBER_SIGN = re.compile(r"^(№|#|(?i:no|nr|n[o°º]|num)\.)\s*")
_LANGUAGE = re.compile(r"^/[a-z]{2}(?=/)")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name may mean: these addresses, or these keys; `sources` are those that cover it (None: any may).

    `host` is that of an address, None of any other name; `without_query` are the addresses without what follows "?".
    """

    addresses: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    sources: tuple[str, ...] | None = None
    host: str | None = None
    without_query: tuple[str, ...] = ()


def read_name(name: str, sources: Mapping[str, Source]) -> Named:
    """All that the name may mean among these sources, as it stands in a mail or on paper: "<https://…>.", "№ 123‑4"."""
    text = _NUMBER_SIGN.sub("", name.strip(_AROUND).translate(_DASHES))
    source, separator, key = text.partition(":")
    if separator and (_SOURCE.fullmatch(source.lower()) and not key.startswith("//")):
        return Named(keys=_keys(key), sources=(source.lower(),))
    if not _ADDRESS.match(text):
        return Named(keys=_keys(text))
    parts = urlsplit(text if "://" in text else f"https://{text}")
    host = (parts.hostname or "").lower()
    query = [(each, value) for each, value in parse_qsl(parts.query) if not _TRACKING.match(each)]
    covering = tuple(each.id for each in sources.values() if _covers(each, host))
    found = [key for each in covering for key in _keys_in(sources[each], parts.path, dict(query))]
    netloc = parts.netloc.rpartition("@")[2].lower()
    without_query = _variants(netloc, parts.path, []) if query and parts.path.strip("/") else ()
    return Named(_variants(netloc, parts.path, query), tuple(dict.fromkeys(found)), covering, host, without_query)


def _keys(text: str) -> tuple[str, ...]:
    """As typed, and as TED numbers its notices ("00123456-2026", "2026/S 005-123456")."""
    return tuple(dict.fromkeys(filter(None, (text.strip(), to_key(text)))))


def _covers(source: Source, host: str) -> bool:
    """The host is one of the source's own, with or without its "www." or "api."."""
    hosts = (urlsplit(each).hostname or "" for each in (source.url, source.endpoint, *source.endpoints.values()))
    own = {_bare(each) for each in hosts if each}
    return _bare(host) in own or any(host.endswith(f".{each}") for each in own)


def _bare(host: str) -> str:
    return re.sub(r"^(www\d?|api|ws)\.", "", host.lower())


def _keys_in(source: Source, path: str, query: Mapping[str, str]) -> Iterable[str]:
    """By the source's own address of a notice; TED's numbers wherever they stand; else the last part, or a value."""
    if source.protocol == "ted":
        yield from (key for text in (path, *query.values()) for found in _TED.findall(text) if (key := to_key(found)))
        return
    for template in source.endpoints.values():
        if "{key}" in template and (found := re.fullmatch(_to_pattern(template), path.rstrip("/"))):
            yield unquote(found[1])
    last = unquote(path.rstrip("/").rpartition("/")[2])
    yield from filter(lambda key: any(map(str.isdigit, key)), (last, *query.values()))


def _to_pattern(template: str) -> str:
    before, _, after = urlsplit(template).path.rstrip("/").partition("{key}")
    return f"{re.escape(before)}([^/]+){re.escape(after)}"


def _variants(netloc: str, path: str, query: list[tuple[str, str]]) -> tuple[str, ...]:
    """The address as portals print it: either scheme, with and without "www.", a slash at its end, any language, and
    what follows "?" in any order."""
    bare = netloc.removeprefix("www.")
    orders = permutations(query) if len(query) <= MOST_ORDERED else [query]
    tails = [f"?{urlencode(each, safe=':/')}" if each else "" for each in orders]
    paths = {path.rstrip("/"), path.rstrip("/") + "/", _LANGUAGE.sub("/en", path.rstrip("/"))}
    return tuple(
        f"{scheme}://{host}{each}{tail}"
        for tail in tails
        for scheme in ("https", "http")
        for host in (bare, f"www.{bare}")
        for each in sorted(paths)
    )
