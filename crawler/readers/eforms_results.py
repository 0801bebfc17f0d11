"""Who won, in eForms: lot results, tenders, tendering parties and contracts joined by their ids (results.py)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.readers.eforms_kinds import LOST, UNDECIDED, WON
from crawler.readers.eforms_organisations import Organisations, read_winner
from crawler.readers.eforms_values import read_money
from crawler.readers.results import known, to_plain
from crawler.readers.xml import Element, child, children, find_all, text_at, text_of

_OUTCOMES = {WON: "awarded", LOST: "none", UNDECIDED: "open"}
Index = Mapping[str, Element]


@dataclass(frozen=True, slots=True)
class _Joined:
    tenders: Index
    parties: Index
    contracts: Index
    organisations: Organisations
    language: str | None


def read_results(extension: Element | None, organisations: Organisations, language: str | None) -> list[dict[str, Any]]:
    """One entry for each LotResult (BT-142 outcome, BT-144 reason, BT-720 value, BT-150 contract, BT-145 date)."""
    result = child(extension, "NoticeResult")
    joined = _Joined(
        _by_id(result, "LotTender"),
        _by_id(result, "TenderingParty"),
        _by_id(result, "SettledContract"),
        organisations,
        language,
    )
    return [found for each in children(result, "LotResult") if (found := _read_result(each, joined))]


def _by_id(result: Element | None, name: str) -> Index:
    return {id_: each for each in children(result, name) if (id_ := text_at(each, "ID"))}


def _read_result(result: Element, joined: _Joined) -> dict[str, Any]:
    outcome = text_at(result, "TenderResultCode")
    contracts = list(_referred(result, "SettledContract/ID", joined.contracts))
    tenders = list(_winning(result, contracts, joined)) if outcome in (WON, None) else []
    amounts = [read_money(each) for tender in tenders for each in find_all(tender, "LegalMonetaryTotal/PayableAmount")]
    return known(
        {
            "lot": text_at(result, "TenderLot/ID"),
            "outcome": _OUTCOMES.get(outcome or ""),
            "reason": text_at(result, "DecisionReason/DecisionReasonCode"),
            "winners": [winner for tender in tenders for winner in _read_winners(tender, joined)],
            "value": to_plain(amounts[0]) if len(amounts) == 1 else None,
            "contract": next(filter(None, (text_at(each, "ContractReference/ID") for each in contracts)), None),
            "date": next(
                filter(None, (text_at(each, "IssueDate") or text_at(each, "AwardDate") for each in contracts)), None
            ),
            "tenders": _count_of(result),
        }
    )


def _referred(element: Element, path: str, index: Index) -> Iterator[Element]:
    for id_ in dict.fromkeys(filter(None, map(text_of, find_all(element, path)))):
        if id_ in index:
            yield index[id_]


def _winning(result: Element, contracts: list[Element], joined: _Joined) -> Iterator[Element]:
    """The result's tenders that became a contract; all of them where no contract says which, but for ranks below 1."""
    signed = {id_ for contract in contracts for id_ in map(text_of, find_all(contract, "LotTender/ID"))}
    for tender in _referred(result, "LotTender/ID", joined.tenders):
        if text_at(tender, "ID") in signed or (not signed and text_at(tender, "RankCode") in ("1", None)):
            yield tender


def _read_winners(tender: Element, joined: _Joined) -> Iterator[dict[str, Any]]:
    for party in _referred(tender, "TenderingParty/ID", joined.parties):
        for company in _referred(party, "Tenderer/ID", joined.organisations):
            if winner := read_winner(company, joined.language):
                yield winner


def _count_of(result: Element) -> str | None:
    """BT-759 of the kind `tenders` (BT-760): how many came in."""
    for each in children(result, "ReceivedSubmissionsStatistics"):
        if text_at(each, "StatisticsCode") == "tenders":
            return text_at(each, "StatisticsNumeric")
    return None
