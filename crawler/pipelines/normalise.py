"""The first pipeline: a RawNotice, strings as printed, becomes a Notice; what is odd becomes null and an Issue."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TypeVar
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from crawler.normalise.codes import to_codes
from crawler.normalise.corrections import to_correction
from crawler.normalise.dates import Moment, Zones, to_moment
from crawler.normalise.languages import UNKNOWN, to_language
from crawler.normalise.money import to_money
from crawler.normalise.places import country_of_region, to_country, to_region
from crawler.normalise.text import is_plain, to_line, to_text
from crawler.normalise.zones import find_zone
from domain.notices import (
    Buyer,
    Code,
    Correction,
    Document,
    Kind,
    Lot,
    Money,
    Notice,
    RawBuyer,
    RawLot,
    RawMoney,
    RawNotice,
    Status,
    Texts,
)
from domain.sources import Issue, IssueKind, Source

T = TypeVar("T")

_MAX_KEY = 500
NO_COUNTRIES = frozenset({"EU", "UN"})
"""Codes that ISO 3166 keeps for publishers of many countries' notices: none of them is a notice's country."""


def to_notice(raw: RawNotice, source: Source, told: Container[str | None] = ()) -> tuple[Notice, list[Issue]]:
    """The notice, and an Issue for each field that is null or short of something because it was odd.

    Never raises for odd values. A kind or status that no word list has is `other` and `unknown`, with its Issue,
    unless the Issue's element is among those `told` before: some portals print such a word in every notice.
    """
    work = _Work(raw, source, told)
    language = (to_language(raw.language) if raw.language else None) or source.language
    buyers = work.buyers()
    country = work.notice_country(buyers)
    zones = work.zones(buyers, country)
    lots: tuple[Lot, ...] = ()
    deadline: Moment | None = None
    if raw.lots:
        lots, deadline = work.lots(zones, language)
    if deadline is None and raw.deadline:
        deadline = work.moment("deadline", raw.deadline, zones, last=True)
    published = work.moment("published", raw.published, zones, last=False) if raw.published else None
    notice = Notice(
        source=source.id,
        key=_key(raw.key),
        kind=raw.kind or Kind.OTHER,
        status=raw.status or Status.UNKNOWN,
        url=_address(raw.url) or _build_url(raw, source),
        procedure_id=raw.procedure_id.strip() if raw.procedure_id else None,
        language=language,
        title=work.texts("title", raw.title, language, to_line) if raw.title else {},
        description=work.texts("description", raw.description, language, to_text) if raw.description else {},
        buyers=buyers,
        country=country,
        regions=work.regions(country) if raw.regions else (),
        codes=work.codes("codes", raw.codes) if raw.codes else (),
        value=work.money("value", raw.value) if raw.value else None,
        published_at=published.at if published else None,
        deadline_at=deadline.at if deadline else None,
        deadline_precision=deadline.precision if deadline else None,
        deadline_zone=deadline.zone_from if deadline else None,
        lots=lots,
        documents=work.documents() if raw.documents else (),
        changes=raw.changes,
        raw=raw.raw,
        identifier=raw.identifier,
        correction=work.correction(raw.correction, zones) if raw.correction else None,
    )
    for where, word in raw.unknown_words:
        work.note_word(where, word, "stands in no word list")
    return notice, work.issues


@dataclass(slots=True)
class _Work:
    """One notice under way, with what was odd in it."""

    raw: RawNotice
    source: Source
    told: Container[str | None] = ()
    issues: list[Issue] = field(default_factory=list)

    def note(self, kind: IssueKind, element: str, reason: str) -> None:
        self.issues.append(Issue(self.source.id, kind, reason, element, self.raw.key, self.raw.url))

    def note_word(self, where: str, word: str, reason: str) -> None:
        """One issue for a word, whichever notices print it: it has no key, and the word stands in its element."""
        element = f"{where}: {word[:100]}"
        if element not in self.told:
            text = f"{word[:100]!r} {reason} (seen in {self.raw.key})"
            self.issues.append(Issue(self.source.id, IssueKind.UNKNOWN_WORD, text, element, None, self.raw.url))

    def convert(self, element: str, to: Callable[[str], T], printed: str) -> T | None:
        try:
            return to(printed)
        except ValueError as error:
            self.note(IssueKind.UNREADABLE, element, str(error)[:300])
            return None

    def texts(self, element: str, printed: Texts, language: str | None, to: Callable[[str], str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, text in printed.items():
            if cleaned := text if is_plain(text) else self.convert(element, to, text):
                known = to_language(name) if name != UNKNOWN else language
                found[known or UNKNOWN] = cleaned
        return found

    def country(self, element: str, printed: str) -> str | None:
        found = to_country(printed, self.source.language)
        if found is None:
            self.note_word(element, printed, "is no country that is known")
        return found

    def buyers(self) -> tuple[Buyer, ...]:
        found = [self.buyer(buyer, position) for position, buyer in enumerate(self.raw.buyers)]
        return tuple([buyer for buyer in found if buyer])

    def buyer(self, raw: RawBuyer, position: int) -> Buyer | None:
        buyer, fault, word = _to_buyer(raw, self.source.language)
        if fault is not None:
            self.note(IssueKind.UNREADABLE, f"buyers[{position}].name", fault)
        if word is not None:
            self.note_word("buyers.country", word, "is no country that is known")
        return buyer

    def notice_country(self, buyers: tuple[Buyer, ...]) -> str | None:
        """As printed, else the buyer's, else the source's; None where one is printed that is not known."""
        if self.raw.country:
            return self.country("country", self.raw.country)
        for buyer in buyers:
            if buyer.country:
                return buyer.country
        printed = any(buyer.country for buyer in self.raw.buyers)
        return None if printed or self.source.country in NO_COUNTRIES else self.source.country or None

    def regions(self, country: str | None) -> tuple[str, ...]:
        """Names that are no region's code ("England") are left out: they are no error."""
        found = (to_region(each, country) or to_region(each, None) for each in self.raw.regions)
        return tuple(dict.fromkeys(filter(None, found)))

    def zones(self, buyers: tuple[Buyer, ...], country: str | None) -> Zones:
        """The buyer's zone by its region, its country, or the notice's country where the buyer prints none."""
        first = self.raw.buyers[0] if self.raw.buyers else None
        own = buyers[0].country if buyers else None
        printed = first.region if first else None
        region = to_region(printed, own or country) if printed else None
        stated = own or (country if self.raw.country else None)
        return _zones(stated, region, self.source.zone)

    def moment(self, element: str, printed: str, zones: Zones, *, last: bool) -> Moment | None:
        formats = self.source.dates
        try:
            return to_moment(printed, zones, end_of_day=last, formats=formats)
        except (ValueError, OverflowError) as error:
            self.note(IssueKind.UNREADABLE, element, str(error)[:300])
            return None

    def correction(self, printed: Correction, zones: Zones) -> Correction:
        return to_correction(printed, lambda text: self.moment("correction.deadline", text, zones, last=True))

    def money(self, element: str, raw: RawMoney) -> Money | None:
        """0 is how portals print that a value is not disclosed."""
        decimal = self.source.decimal
        currency = raw.currency or self.source.currency
        try:
            money = to_money(raw.amount, currency, decimal=decimal, language=self.source.language)
        except ValueError as error:
            self.note(IssueKind.UNREADABLE, element, str(error)[:300])
            return None
        return money if money.amount else None

    def codes(self, element: str, pairs: Iterable[tuple[str, str]]) -> tuple[Code, ...]:
        found, odd = to_codes(pairs)
        for each in odd:
            self.note(IssueKind.UNREADABLE, element, f"{each[:100]!r} is no code of its scheme")
        return found

    def lots(self, zones: Zones, language: str | None) -> tuple[tuple[Lot, ...], Moment | None]:
        """The lots, and the earliest of their deadlines."""
        moments: list[Moment] = []
        found = [
            self.lot(raw, f"lots[{position}]", zones, language, moments) for position, raw in enumerate(self.raw.lots)
        ]
        return tuple(found), min(moments, key=_instant, default=None)

    def lot(self, raw: RawLot, element: str, zones: Zones, language: str | None, moments: list[Moment]) -> Lot:
        moment = self.moment(f"{element}.deadline", raw.deadline, zones, last=True) if raw.deadline else None
        if moment:
            moments.append(moment)
        return Lot(
            key=_key(raw.key),
            title=self.texts(f"{element}.title", raw.title, language, to_line),
            description=self.texts(f"{element}.description", raw.description, language, to_text),
            codes=self.codes(f"{element}.codes", raw.codes) if raw.codes else (),
            value=self.money(f"{element}.value", raw.value) if raw.value else None,
            deadline_at=moment.at if moment else None,
        )

    def documents(self) -> tuple[Document, ...]:
        found = []
        for document in self.raw.documents:
            url = _address(document.url)
            if url:
                title = document.title
                if title and not is_plain(title):
                    title = self.convert("documents", to_line, title)
                same = url == document.url and title == document.title
                found.append(document if same else Document(url, title or None, document.media_type))
        return tuple(found)


@lru_cache(maxsize=4096)
def _to_buyer(raw: RawBuyer, language: str | None) -> tuple[Buyer | None, str | None, str | None]:
    """The buyer, why its name cannot be read, and its country's name where that is unknown.

    Remembered, as a portal's buyers come again and again: 2 µs instead of 15.
    """
    try:
        name = to_line(raw.name)
    except ValueError as error:
        return None, str(error)[:300], None
    if not name:
        return None, None, None
    country, word = _buyer_country(raw, language)
    buyer = Buyer(
        name=name,
        id=raw.id.strip() if raw.id else None,
        scheme=raw.scheme.strip() if raw.scheme else None,
        country=country,
        url=_address(raw.url),
        email=_mailbox(raw.email),
        phone=_phone(raw.phone),
    )
    return buyer, None, word


def _buyer_country(raw: RawBuyer, language: str | None) -> tuple[str | None, str | None]:
    """As printed, else that of its NUTS region: Sell2Wales prints UKL18 and no country. And the word if unknown."""
    if raw.country:
        found = to_country(raw.country, language)
        return found, None if found else raw.country
    return (country_of_region(raw.region) if raw.region else None), None


def _key(printed: str) -> str:
    """The portal's own, as printed, on one line."""
    if printed.isascii() and printed.isprintable() and len(printed) <= _MAX_KEY:
        return printed
    clean = " ".join("".join(mark if mark.isprintable() else " " for mark in printed).split())
    return (clean or "?")[:_MAX_KEY]


def _instant(moment: Moment) -> datetime:
    return moment.at


@lru_cache(maxsize=4096)
def _zones(country: str | None, region: str | None, source: str) -> Zones:
    return Zones(find_zone(country, region), ZoneInfo(source))


@lru_cache(maxsize=1024)
def _is_address(start: str) -> bool:
    try:
        parts = urlsplit(start)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _address(printed: str | None) -> str | None:
    """A web address; other schemes (`javascript:`, `file:`) are none. "www.x.org" is what people type for one."""
    if not printed:
        return None
    url = printed.strip()
    if url[:4].lower() == "www.":
        url = f"http://{url}"
    if not url.isprintable() or len(url) > 4000 or " " in url:
        return None
    end = url.find("/", 8)
    return url if _is_address(url[:end] if end > 0 else url) else None


def _build_url(raw: RawNotice, source: Source) -> str | None:
    """The notice's page by the source's address of one: `endpoints: {notice: "https://…/{key}"}`."""
    template = source.endpoints.get("notice")
    if not template or "{key}" not in template:
        return None
    return template.replace("{key}", quote(raw.key, safe=""))


def _mailbox(printed: str | None) -> str | None:
    """Portals print "[redacted]" and "n/a" where an address was: that is none."""
    text = printed.strip() if printed else ""
    return text if 2 < len(text) < 255 and text.count("@") == 1 and text.isprintable() and " " not in text else None


def _phone(printed: str | None) -> str | None:
    text = " ".join(printed.split()) if printed else ""
    return text if 2 < len(text) < 100 and text.isprintable() and any(map(str.isdigit, text)) else None
