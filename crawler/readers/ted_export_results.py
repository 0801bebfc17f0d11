"""Who won, in TED_EXPORT: the award sections as crawler/readers/results.py describes them."""

from collections.abc import Iterator
from typing import Any

from crawler.readers.amounts import first_told
from crawler.readers.results import known, to_plain
from crawler.readers.ted_export_dates import join_parts
from crawler.readers.ted_export_forms import Form
from crawler.readers.ted_export_object import money_of
from crawler.readers.xml import Element, attribute_at, children, descendants, find_all, text_at, text_of

_SECTIONS = ("AWARD_CONTRACT", "AWARD_OF_CONTRACT_DEFENCE", "AWARD_OF_CONTRACT", "RESULTS", "MODIFICATIONS_CONTRACT")
_WINNERS = ("ADDRESS_CONTRACTOR", "ADDRESS_PARTY", "ADDRESS_WINNER", "ECONOMIC_OPERATOR_NAME_ADDRESS")
_AWARDED = ("AWARDED_CONTRACT", "AWARDED_PRIZE")
_REASONS = {
    "PROCUREMENT_UNSUCCESSFUL": "unsuccessful",
    "PROCUREMENT_DISCONTINUED": "discontinued",
    "NO_AWARDED_CONTRACT": "not awarded",
    "NO_AWARDED_PRIZE": "not awarded",
}
_VALUES = (
    "INFO_MODIFICATIONS/VALUES/VAL_TOTAL_AFTER",
    "INFO_MODIFICATIONS/VAL_TOTAL_AFTER",
    "AWARDED_CONTRACT/VALUES/VAL_TOTAL",
    "AWARDED_CONTRACT/VALUE/VAL_TOTAL",
    "AWARDED_CONTRACT/VAL_TOTAL",
    "AWARDED_PRIZE/VAL_PRIZE",
    "CONTRACT_VALUE_INFORMATION/COSTS_RANGE_AND_CURRENCY_WITH_VAT_RATE/VALUE_COST",
)
_DATES = ("DATE_CONCLUSION_CONTRACT", "DATE_DECISION_JURY", "CONTRACT_AWARD_DATE")
_COUNTS = ("NB_TENDERS_RECEIVED", "OFFERS_RECEIVED_NUMBER", "NB_PARTICIPANTS")


def read_results(form: Form) -> list[dict[str, Any]]:
    """One entry for each award; F20's last is the contract as it is after the change."""
    return [result for each in children(form.body, *_SECTIONS) if (result := _read_award(each))]


def _read_award(award: Element) -> dict[str, Any]:
    reason = next((word for name, word in _REASONS.items() if next(descendants(award, name), None) is not None), None)
    winners = [winner for each in descendants(award, *_WINNERS) if (winner := _read_winner(each))]
    is_awarded = winners or next(descendants(award, *_AWARDED), None) is not None
    values = (money_of(each) for path in _VALUES for each in find_all(award, path))
    return known(
        {
            "lot": text_at(award, "LOT_NO") or text_at(award, "LOT_NUMBER"),
            "outcome": "none" if reason else "awarded" if is_awarded else None,
            "reason": reason,
            "winners": winners,
            "value": to_plain(first_told(values)),
            "contract": text_at(award, "CONTRACT_NO") or text_at(award, "CONTRACT_NUMBER"),
            "date": next(_dates_of(award), None),
            "tenders": next(filter(None, map(text_of, descendants(award, *_COUNTS))), None),
        }
    )


def _dates_of(award: Element) -> Iterator[str]:
    for each in descendants(award, *_DATES):
        if date := (join_parts(each) if len(each) else text_of(each)):
            yield date


def _read_winner(address: Element) -> dict[str, Any]:
    """R2.0.8 wraps the address once more."""
    holder = next(descendants(address, "ORGANISATION"), None)
    name = text_at(address, "OFFICIALNAME") or text_at(holder, "OFFICIALNAME")
    if not name:
        return {}
    countries = [each.get("VALUE") for each in descendants(address, "COUNTRY")]
    return known(
        {
            "name": name,
            "id": text_at(address, "NATIONALID") or text_at(holder, "NATIONALID"),
            "country": attribute_at(address, "COUNTRY", "VALUE") or next(iter(countries), None),
        }
    )
