"""SAM.gov's Opportunities API v2: a page of notices, and the description that each of them only links to.

Fields and their meaning: open.gsa.gov, "Get Opportunities Public API". It shows the newest version of a notice only,
and gives each version an id of its own: what an office calls by the same solicitation number and type are versions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from crawler.normalise.languages import UNKNOWN
from crawler.readers.limits import load_json
from crawler.readers.results import known
from domain.errors import SourceChanged, Unreadable
from domain.notices import Correction, Document, Kind, RawBuyer, RawMoney, RawNotice, Status
from domain.sources import Source

SHORTEST = 5  # characters of a solicitation number that an office uses once
_STATUSES = {Kind.PLANNING: Status.PLANNED, Kind.TENDER: Status.OPEN, Kind.AWARD: Status.AWARDED}


@dataclass(frozen=True, slots=True)
class SamPage:
    """One page: its rows, the address of each row's description (by key; without the key of the API), the total."""

    rows: tuple[RawNotice, ...]
    descriptions: Mapping[str, str]
    total: int
    faults: tuple[Unreadable, ...] = ()


def read_sam(body: bytes, source: Source) -> SamPage:
    """The rows of an answer; the source's `kinds` tell what a `type` is. Raises SourceChanged where it is none."""
    texts = load_json(body)
    answer = texts[0] if len(texts) == 1 else None
    data = answer.get("opportunitiesData") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(data, list) or not isinstance(answer.get("totalRecords"), int):
        raise SourceChanged("no answer of the Opportunities API: opportunitiesData or totalRecords is missing")
    rows: list[RawNotice] = []
    faults: list[Unreadable] = []
    descriptions: dict[str, str] = {}
    for position, row in enumerate(data):
        if not isinstance(row, dict) or not _text(row, "noticeId"):
            faults.append(Unreadable("missing", f"opportunitiesData[{position}].noticeId"))
            continue
        address = _text(row, "description")
        found = _read_row(row, source)
        rows.append(replace(found, partial=True) if address else as_version(found))
        if address:
            descriptions[rows[-1].key] = address
    return SamPage(tuple(rows), descriptions, answer["totalRecords"], tuple(faults))


def read_description(body: bytes, row: RawNotice) -> RawNotice:
    """The row with its description (HTML, English), and whole by that. Raises SourceChanged where there is none."""
    texts = load_json(body)
    printed = texts[0].get("description") if len(texts) == 1 and isinstance(texts[0], dict) else None
    if not isinstance(printed, str):
        raise SourceChanged("no description where one was promised", "description")
    return as_version(replace(row, description={"en": printed} if printed.strip() else {}))


def as_version(row: RawNotice) -> RawNotice:
    """The row, which is whole now, as the version that takes the place of earlier ones of its number and type.

    Awards are none: a solicitation may have many. Nor are numbers of a digit or two, as some offices use them again.
    """
    named = row.identifier if row.kind in (Kind.PLANNING, Kind.TENDER) else None
    return replace(row, partial=False, correction=Correction(named, replaces=row.kind) if named else None)


def _read_row(row: Mapping[str, Any], source: Source) -> RawNotice:
    type_ = _text(row, "type") or "missing"
    kind = source.kinds.get(type_)
    number = _text(row, "solicitationNumber")
    return RawNotice(
        key=_text(row, "noticeId") or "",
        kind=kind,
        status=Status.CLOSED if _text(row, "active") == "No" else _STATUSES.get(kind, Status.UNKNOWN) if kind else None,
        url=_text(row, "uiLink"),
        # Offices number as they like, and some write "1": only with the office's code it names one procedure.
        identifier=_to_identifier(row, number, type_),
        procedure_id=f"{_text(row, 'fullParentPathCode') or ''} {number}".strip() if number else None,
        title={source.language or UNKNOWN: title} if (title := _text(row, "title")) else {},
        buyers=_read_buyers(row),
        regions=tuple(_regions(row)),
        codes=tuple(_codes(row)),
        value=_read_award(row) if kind is Kind.AWARD else None,
        published=_text(row, "postedDate"),
        deadline=_text(row, "responseDeadLine"),
        documents=tuple(Document(link) for link in row.get("resourceLinks") or () if isinstance(link, str)),
        raw=known(
            {
                "format": "SAM.gov v2",
                "solicitation": number,
                "base_type": _text(row, "baseType"),
                "set_aside": _text(row, "typeOfSetAsideDescription"),
                "archived": _text(row, "archiveDate"),
            }
        ),
        unknown_words=() if kind else (("type", type_),),
    )


def _to_identifier(row: Mapping[str, Any], number: str | None, type_: str) -> str | None:
    """Number, office and type: what the versions of a notice have in common."""
    office = _text(row, "fullParentPathCode")
    told = office and number and len(number) >= SHORTEST and any(map(str.isdigit, number))
    return f"{number} {office} {type_}" if told else None


def _read_buyers(row: Mapping[str, Any]) -> tuple[RawBuyer, ...]:
    """The office, with all that it is a part of, as SAM prints it: "GENERAL SERVICES ADMINISTRATION.PUBLIC …"."""
    name = _text(row, "fullParentPathName")
    if name is None:
        return ()
    office, contacts = row.get("officeAddress") or {}, row.get("pointOfContact") or [{}]
    contact = contacts[0] if isinstance(contacts, list) and isinstance(contacts[0], dict) else {}
    country, state = _text(office, "countryCode"), _text(office, "state")
    return (
        RawBuyer(
            name,
            id=_text(row, "fullParentPathCode"),
            scheme="US-SAM",
            country=country,
            region=f"US-{state}" if state and country in (None, "USA") else None,
            email=_text(contact, "email"),
            phone=_text(contact, "phone"),
        ),
    )


def _codes(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    listed = row.get("naicsCodes")
    industries = [code for code in listed if isinstance(code, str)] if isinstance(listed, list) else []
    codes = [("NAICS", code) for code in industries or filter(None, [_text(row, "naicsCode")])]
    product = _text(row, "classificationCode")
    return [*codes, ("PSC", product)] if product else codes


def _regions(row: Mapping[str, Any]) -> list[str]:
    place = row.get("placeOfPerformance") or {}
    state, country = _part(place, "state"), _part(place, "country")
    return [f"US-{state}"] if state and country in (None, "USA") else []


def _part(place: Any, name: str) -> str | None:
    inner = place.get(name) if isinstance(place, dict) else None
    return _text(inner, "code")


def _read_award(row: Mapping[str, Any]) -> RawMoney | None:
    award = row.get("award")
    amount = award.get("amount") if isinstance(award, dict) else None
    return RawMoney(str(amount), "USD") if isinstance(amount, str | int | float) and str(amount).strip() else None


def _text(row: Any, name: str) -> str | None:
    """A text that is there; SAM writes "null" for some that are not."""
    value = row.get(name) if isinstance(row, dict) else None
    text = value.strip() if isinstance(value, str) else ""
    return text if text and text.lower() != "null" else None
