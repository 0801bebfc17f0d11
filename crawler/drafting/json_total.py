"""How many rows an answer in JSON says that its whole list has, and what in it says that there are further pages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from crawler.drafting.vocabulary import words_of_name
from crawler.normalise.counts import to_count

# By their words, the surest first. DataTables' recordsTotal counts what the search leaves out as well.
_TOTALS = (
    r"(records|rows|items|results|hits|count|total) filtered|filtered (count|total|records)",
    r"total|totale|totaal|gesamt\w*|toplam|всего|num found|n hits|(record|row|item|result|hit|element|doc)s? count|"
    r"(number|count) of \w+|odata count|quantidade|cantidad|anzahl",
    r"count|counts|hits|found|results|records|items|matches|entries|elements",
)
_OTHERS = re.compile(
    r"\b(pages?|paginas?|páginas?|seiten?|limit|offset|size|per|page|index|start|from|to|time|took|ms|amount|price|sum|"
    r"budget|cost|valor|version|id|code|status)\b"
)
_PAGES = re.compile(
    r"total pages?|pages? (count|total)|(number|count) of pages|pages|page count|last page|paginas|páginas"
)
_MORE = re.compile(r"has (more|next)( pages?)?|more|next( page)?( (url|link|href|token))?|last|is last( page)?")
_PAGE = re.compile(
    r"page|p|pg|page (no|number|index|num)|pagina|página|seite|start|offset|skip|from|first|\$?skip|\$?offset"
)
_SIZE = re.compile(
    r"(page )?size|limit|rows|per page|count|top|take|length|max( results)?|tamanho pagina|page (limit|count)"
)
_DEPTH = 2  # objects beside the rows are looked into so far: meta.pagination.total


@dataclass(frozen=True, slots=True)
class Total:
    """The path to a number of rows, and the number; `sure` by a name that means the whole list, not only this page."""

    path: tuple[str, ...]
    number: int
    sure: bool


def find_total(text: Any, rows: Sequence[str], count: int) -> Total | None:
    """The whole list's number, on the way to the rows (`count` of them at the path `rows`) or beside it."""
    found = []
    for path, value in _beside(text, rows):
        number, rank = to_count(value), _rank(path)
        if number is not None and number >= max(count, 1) and rank is not None:
            found.append(((rank, number == count, len(path)), Total(path, number, rank < len(_TOTALS) - 1)))
    return min(found, key=lambda each: each[0])[1] if found else None


def missing_pages(text: Any, rows: Sequence[str], count: int, url: str, total: Total | None) -> list[str]:
    """What a person must do about the rest of the list and about its total."""
    shown = ".".join(total.path) if total else ""
    hints = [f"{shown} is {total.number}"] if total and total.number > count else []
    hints += _hints(text, rows, count, url)
    found = []
    if hints:
        how = _way_on(text, rows, count, url)
        also = "each run is `partial`" if total and total.number > count else "the rest is never read"
        found.append(
            f"{count} rows on this page and {' and '.join(hints)}: there are more pages, and until `listing` says how"
            f" they are asked, such as {how}, {also}"
        )
    else:
        found.append("how it goes on after this page is not known: the page is taken for the whole list")
    if total is None:
        found.append("no total found: rows that are left out cannot be seen; where the answer tells how many rows its"
                     " whole list has, write its path as json.list.total")  # fmt: skip
    elif not total.sure and total.number == count:
        found.append(f"json.list.total: {shown} is as many as the rows of this page; where it does not count the whole"
                     " list, take it out, as counted pages would end after the first")  # fmt: skip
    return found


def _beside(text: Any, rows: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Plain values on the way to the rows, and in the objects beside it."""
    here, way = text, tuple[str, ...]()
    for name in (*rows, None):
        if not isinstance(here, Mapping):
            return
        yield from _plain({key: value for key, value in here.items() if key != name}, way, _DEPTH)
        if name is not None:
            here, way = here.get(name), (*way, name)


def _plain(here: Mapping[str, Any], way: tuple[str, ...], depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in here.items():
        if isinstance(value, Mapping) and depth:
            yield from _plain(value, (*way, str(key)), depth - 1)
        elif not isinstance(value, (Mapping, list)):
            yield (*way, str(key)), value


def _words(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+|\$\w+", words_of_name(name)))


def _rank(path: Sequence[str]) -> int | None:
    """Which of the names it has; `hits.total.value` is told by what it lies in."""
    name = path[-2] if path[-1].casefold() == "value" and len(path) > 1 else path[-1]
    words = _words(name)
    if _OTHERS.search(words):
        return None
    return next((rank for rank, form in enumerate(_TOTALS) if re.search(rf"\b({form})\b", words)
                 and (rank < len(_TOTALS) - 1 or re.fullmatch(form, words))), None)  # fmt: skip


def _hints(text: Any, rows: Sequence[str], count: int, url: str) -> Iterator[str]:
    """What says that there are further pages."""
    for path, value in _beside(text, rows):
        words, number = _words(path[-1]), to_count(value)
        if _PAGES.fullmatch(words) and number is not None and number > 1:
            yield f"{'.'.join(path)} is {number}"
        elif _MORE.fullmatch(words) and _leads_on(words, value):
            yield f"{'.'.join(path)} {'is true' if value is True else 'is false' if value is False else 'leads on'}"
    for name, value in parse_qsl(urlsplit(url).query):
        if _SIZE.fullmatch(_words(name)) and to_count(value) == count:
            yield f"its address asks for {name}={value}, so that it is full"


def _leads_on(words: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value is not ("last" in words.split())
    return "next" in words and isinstance(value, (str, int)) and str(value) not in ("", "0")


def _way_on(text: Any, rows: Sequence[str], count: int, url: str) -> str:
    """The listing by the answer's own next address, or by the parameter that counts pages or rows: in the address, or
    as the answer repeats it."""
    beside = list(_beside(text, rows))
    for path, value in beside:
        if _words(path[-1]).startswith("next") and str(value).startswith(("http://", "https://", "/")):
            return f"listing: {{next: {{}}}} with {'.'.join(path)} as json.list.next"
    told: list[tuple[str, Any]] = [*parse_qsl(urlsplit(url).query), *((path[-1], value) for path, value in beside)]
    for name, value in told:
        number, words = to_count(value), _words(name)
        if number is not None and _PAGE.fullmatch(words):
            unit = ", unit: row" if re.search("start|offset|skip|from|first", words) else ""
            return f"listing: {{pages: {{param: {name}{unit}, first: {number}, size: {count}}}}}"
    return f"listing: {{pages: {{param: …, size: {count}}}}} or {{next: {{}}}}"
