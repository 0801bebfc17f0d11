"""What a CODICE folder is: its state, how its lots ended, and when the notice that tells of it was published."""

from collections.abc import Iterator, Sequence
from typing import Any

from crawler.readers.results import known
from crawler.readers.xml import Element, child, children, find_all, text_at, text_of
from domain.notices import Kind, Status

# SyndicationContractFolderStatusCode-2.04
_STATES = {
    "PRE": (Kind.PLANNING, Status.PLANNED),
    "PUB": (Kind.TENDER, Status.OPEN),
    "EV": (Kind.TENDER, Status.CLOSED),  # the time limit is over, nothing is awarded yet
    "ADJ": (Kind.AWARD, Status.AWARDED),
    "RES": (Kind.AWARD, Status.AWARDED),
    "ANUL": (Kind.CANCELLATION, Status.CANCELLED),
}
# TenderResultCode-2.02 and 2.09; 10 is "best bidder, asked for papers"
_WON, _OPEN, _UNSUCCESSFUL, _DROPPED = {"1", "2", "8", "9"}, {"10"}, {"3", "6", "7"}, {"4", "5"}
_REASONS = {**dict.fromkeys(_UNSUCCESSFUL, "unsuccessful"), "4": "withdrawn", "5": "renounced"}
# TenderingNoticeTypeCode: which notices announce a state; their first date is the notice's.
_NOTICES: dict[Kind | None, tuple[str, ...]] = {
    Kind.PLANNING: ("DOC_PIN",),
    Kind.TENDER: ("DOC_CN",),
    Kind.AWARD: ("DOC_CAN_ADJ", "DOC_CAN_PROV", "DOC_CAN_DEF", "DOC_FORM"),
    Kind.CANCELLATION: ("ANUL_CN", "RENUNCIA", "DESISTIMIENTO"),
}


def read_state(folder: Element) -> tuple[Kind | None, Status | None, tuple[tuple[str, str], ...]]:
    """Kind and status by the folder's state and its results; the state as an unknown word where the list lacks it."""
    state = text_at(folder, "ContractFolderStatusCode") or "missing"
    if state not in _STATES:
        return None, None, (("ContractFolderStatusCode", state),)
    kind, status = _STATES[state]
    if kind is Kind.AWARD:
        status = _by_results({text_at(each, "ResultCode") for each in children(folder, "TenderResult")})
    return kind, status, ()


def _by_results(codes: set[str | None]) -> Status:
    """Nothing won in any lot: cancelled where the buyer withdrew or renounced all, else closed."""
    if codes and codes <= _DROPPED:
        return Status.CANCELLED
    return Status.CLOSED if codes and codes <= _DROPPED | _UNSUCCESSFUL | _OPEN else Status.AWARDED


def read_published(folder: Element, kind: Kind | None) -> str | None:
    """The first day of a notice of this kind, else of any; a bare date."""
    wanted = _NOTICES.get(kind, ())
    days = list(_days(folder))
    own = [day for code, day in days if code in wanted]
    return min(own or [day for _, day in days], default=None)


def _days(folder: Element) -> Iterator[tuple[str | None, str]]:
    for info in children(folder, "ValidNoticeInfo"):
        code = text_at(info, "NoticeTypeCode")
        for each in find_all(info, "AdditionalPublicationStatus/AdditionalPublicationDocumentReference/IssueDate"):
            if day := text_of(each):
                yield code, day


def read_results(folder: Element) -> list[dict[str, Any]]:
    """One entry for each TenderResult, as readers/results.py says; the amount is without tax."""
    return [found for each in children(folder, "TenderResult") if (found := _read_result(each))]


def _read_result(result: Element) -> dict[str, Any]:
    code = text_at(result, "ResultCode") or ""
    project = child(result, "AwardedTenderedProject")
    contract = child(result, "Contract")
    return known(
        {
            "lot": text_at(project, "ProcurementProjectLotID"),
            "outcome": "awarded" if code in _WON else "none" if code in _REASONS else "open" if code in _OPEN else None,
            "reason": _REASONS.get(code),
            "winners": list(_read_winners(list(children(result, "WinningParty")))),
            "value": _read_amount(project),
            "contract": text_at(contract, "ID"),
            "date": text_at(contract, "IssueDate") or text_at(result, "AwardDate"),
            "tenders": text_at(result, "ReceivedTenderQuantity"),
        }
    )


def _read_winners(parties: Sequence[Element]) -> Iterator[dict[str, Any]]:
    for party in parties:
        country = text_at(party, "PhysicalLocation/Address/Country/IdentificationCode")
        yield known(
            {
                "name": text_at(party, "PartyName/Name"),
                "id": text_at(party, "PartyIdentification/ID"),
                "country": country,
            }
        )


def _read_amount(project: Element | None) -> dict[str, str] | None:
    for amount in find_all(project, "LegalMonetaryTotal/TaxExclusiveAmount"):
        if printed := text_of(amount):
            return known({"amount": printed, "currency": amount.get("currencyID")})
    return None
