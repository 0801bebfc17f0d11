"""Rows of TED's Search API v3: notices in short, each to be completed by its own XML.

Values are a text, a list of texts, or either of them by language (ISO 639-2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from crawler.normalise.counts import to_count
from crawler.normalise.languages import UNKNOWN, to_language
from crawler.normalise.places import to_country
from crawler.readers.eforms_kinds import to_kind, to_status
from crawler.readers.limits import load_json
from crawler.readers.ted_numbers import to_published_key, to_url
from domain.errors import SourceChanged, Unreadable
from domain.notices import RawBuyer, RawNotice

FIELDS = (
    "publication-number",
    "publication-date",
    "notice-type",
    "notice-title",
    "description-lot",
    "buyer-name",
    "buyer-country",
    "classification-cpv",
    "place-of-performance",
    "deadline-receipt-tender-date-lot",
    "deadline-receipt-tender-time-lot",
    "links",
)
"""What is asked for (`fields` of a query): these and no others are read."""

_BETWEEN = " – "  # "Poland – Portable computers – the title as the buyer wrote it"


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of an answer; `token` leads to the next one, None where there is none."""

    rows: tuple[RawNotice, ...]
    total: int | None
    token: str | None
    faults: tuple[Unreadable, ...] = ()


def read_search(body: bytes) -> SearchPage:
    """The rows of an answer, `partial` all of them. A row that cannot be read is a fault, and the others go on.

    Raises SourceChanged where it is no answer, Unreadable where the search timed out: then rows are missing.
    """
    texts = load_json(body)
    answer = texts[0] if len(texts) == 1 else None
    if not isinstance(answer, dict) or not isinstance(answer.get("notices"), list):
        raise SourceChanged("no answer of the Search API: it has no list of notices", "notices")
    if answer.get("timedOut") not in (None, False, "false"):
        raise Unreadable("the search timed out, so that notices are missing", "timedOut")
    rows: list[RawNotice] = []
    faults: list[Unreadable] = []
    for position, row in enumerate(answer["notices"]):
        try:
            rows.append(_read_row(row))
        except Unreadable as fault:
            faults.append(Unreadable(fault.reason, f"notices[{position}].{fault.element}"))
    token = answer.get("iterationNextToken")
    return SearchPage(tuple(rows), _to_total(answer), str(token) if token else None, tuple(faults))


def _to_total(answer: Mapping[str, Any]) -> int | None:
    """A number, or a text that is one."""
    printed = answer.get("totalNoticeCount")
    if printed is None:
        return None
    total = to_count(printed)
    if total is None:
        raise SourceChanged(f"{str(printed)[:40]!r} is no number", "totalNoticeCount")
    return total


def _read_row(row: Any) -> RawNotice:
    key = to_published_key(_first(row.get("publication-number"))) if isinstance(row, dict) else None
    if key is None:
        raise Unreadable("missing, or no number of a notice", "publication-number")
    type_ = _first(row.get("notice-type"))
    kind = to_kind(type_)
    languages = _languages(row)
    return RawNotice(
        key=key,
        kind=kind,
        status=to_status(kind),
        url=to_url(key),
        language=languages[0] if len(languages) == 1 else None,
        title=_read_title(row, languages),
        description=_read_description(row),
        buyers=_read_buyers(row, languages),
        regions=tuple(_regions(row)),
        codes=tuple(dict.fromkeys(("CPV", code) for code in _texts(row.get("classification-cpv")))),
        published=_first(row.get("publication-date")),
        deadline=_read_deadline(row),
        unknown_words=() if kind else (("notice-type", type_ or "missing"),),
        partial=True,
    )


def _languages(row: Mapping[str, Any]) -> list[str]:
    """Those that the buyer wrote in: the portal translates the heads of titles into all its own, but nothing else."""
    for name in ("description-lot", "buyer-name"):
        if isinstance(row.get(name), dict):
            return [language for printed in row[name] if (language := to_language(printed))]
    return []


def _read_title(row: Mapping[str, Any], languages: Sequence[str]) -> dict[str, str]:
    """The tail of each title, in the languages that the buyer wrote in."""
    printed = row.get("notice-title")
    if not isinstance(printed, dict):
        return {UNKNOWN: _tail(text)} if (text := _first(printed)) else {}
    tails = {to_language(name): _tail(text) for name, value in printed.items() if (text := _first(value))}
    found = {language: tails[language] for language in languages if language in tails}
    # Without a known language all tails are the same text.
    return found or ({UNKNOWN: next(iter(tails.values()))} if len(set(tails.values())) == 1 else {})


def _tail(title: str) -> str:
    return title.split(_BETWEEN, 2)[-1]


def _read_description(row: Mapping[str, Any]) -> dict[str, str]:
    """That of the only lot; of several lots none speaks for the notice."""
    printed = row.get("description-lot")
    found = {to_language(name): _texts(value) for name, value in printed.items()} if isinstance(printed, dict) else {}
    return {name: texts[0] for name, texts in found.items() if name and len(texts) == 1}


def _read_buyers(row: Mapping[str, Any], languages: Sequence[str]) -> tuple[RawBuyer, ...]:
    """Names and countries are two lists: they belong together where they are equally long, or there is one country."""
    printed = row.get("buyer-name")
    by_language = (
        {to_language(name): _texts(value) for name, value in printed.items()} if isinstance(printed, dict) else {}
    )
    own = next((by_language[language] for language in languages if language in by_language), None)
    names = own or next(iter(by_language.values()), None) or _texts(printed)
    countries = _texts(row.get("buyer-country"))
    if len(set(countries)) == 1:
        countries = countries[:1] * len(names)
    if len(countries) != len(names):
        countries = []
    pairs = zip_longest(names, countries)
    return tuple(dict.fromkeys(RawBuyer(name, country=country) for name, country in pairs))


def _regions(row: Mapping[str, Any]) -> list[str]:
    """NUTS codes; "POL" beside them is a country, as "FRA" is, which was a NUTS code once."""
    found = dict.fromkeys(_texts(row.get("place-of-performance")))
    return [code for code in found if not (len(code) == 3 and code.isalpha() and to_country(code, None))]


def _read_deadline(row: Mapping[str, Any]) -> str | None:
    """The earliest of the lots': "2025-08-26+02:00" and "10:00:00+02:00" stand in two lists, one each a lot.

    Times that are not as many as dates belong to no lot, and are left out.
    """
    dates = _texts(row.get("deadline-receipt-tender-date-lot"))
    times = _texts(row.get("deadline-receipt-tender-time-lot"))
    if len(times) != len(dates):
        times = [""] * len(dates)
    moments = (
        f"{date[:10]}T{time}{'' if time[8:] else date[10:]}" if time else date
        for date, time in zip(dates, times, strict=True)
    )
    return min(moments, default=None)


def _first(value: Any) -> str | None:
    return next(iter(_texts(value)), None)


def _texts(value: Any) -> list[str]:
    """A text or list of texts; of texts by language those of the first."""
    if isinstance(value, dict):
        value = next(iter(value.values()), None)
    if isinstance(value, str):
        value = [value]
    return [text for text in value if isinstance(text, str) and text.strip()] if isinstance(value, list) else []
