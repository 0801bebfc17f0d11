"""Values as eForms print them: texts by language, codes, amounts, and a date and a time that both carry an offset."""

import re
from collections.abc import Iterable

from crawler.normalise.languages import UNKNOWN, to_language
from crawler.readers.amounts import first_told
from crawler.readers.xml import Element, children, find_all, text_at, text_of
from domain.notices import RawMoney

_OFFSET = re.compile(r"(Z|[+-]\d\d:\d\d)$", re.ASCII)


def in_languages(elements: Iterable[Element], language: str | None) -> dict[str, str]:
    """Texts by their languageID; one without it is in the notice's own language. The first of a language counts."""
    found: dict[str, str] = {}
    for element in elements:
        if text := text_of(element):
            found.setdefault(to_language(element.get("languageID") or "") or language or UNKNOWN, text)
    return found


def main_text(elements: Iterable[Element], language: str | None) -> str | None:
    """The text in the notice's language, else the first."""
    found = in_languages(elements, language)
    return found.get(language or UNKNOWN) or next(iter(found.values()), None)


def read_codes(project: Element | None) -> list[tuple[str, str]]:
    """BT-262 (main) and BT-263 (additional) of a procedure, lot or part."""
    paths = ("MainCommodityClassification", "AdditionalCommodityClassification")
    return [
        ((element.get("listName") or "cpv").upper(), code)
        for path in paths
        for element in find_all(project, f"{path}/ItemClassificationCode")
        if (code := text_of(element))
    ]


def read_regions(project: Element | None) -> list[str]:
    """BT-5071: NUTS codes of the place of performance."""
    found = find_all(project, "RealizedLocation/Address/CountrySubentityCode")
    return [code for code in map(text_of, found) if code]


def read_money(element: Element | None) -> RawMoney | None:
    """An amount with its currencyID."""
    printed = text_of(element)
    return RawMoney(printed, element.get("currencyID")) if element is not None and printed else None


def read_estimate(project: Element | None) -> RawMoney | None:
    """BT-27: the estimated value of a procedure, lot or part."""
    found = find_all(project, "RequestedTenderTotal/EstimatedOverallContractAmount")
    return first_told(map(read_money, found))


def read_moment(period: Element | None, date: str = "EndDate", time: str = "EndTime") -> str | None:
    """ "2024-03-18+01:00" and "12:00:00+01:00" as one moment; the offset of the time counts, else that of the date."""
    for day in map(text_of, children(period, date)):
        if not day:
            continue
        clock = text_at(period, time)
        if not clock:
            return day
        bare, offset = _split(day)
        hour, own = _split(clock)
        return f"{bare}T{hour}{own or offset}"
    return None


def _split(printed: str) -> tuple[str, str]:
    found = _OFFSET.search(printed)
    # A bare date's "-18" is no offset: an offset has minutes.
    return (printed[: found.start()], found[0]) if found else (printed, "")
