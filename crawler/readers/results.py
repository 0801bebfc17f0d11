"""What `RawNotice.raw["results"]` holds, alike for TED_EXPORT and eForms: who won what, in plain JSON.

`[{"lot": "LOT-0001", "outcome": "awarded", "winners": [{"name": …, "id": …, "country": …}],
"value": {"amount": "12.00", "currency": "EUR"}, "contract": …, "date": …, "tenders": "3"}]`; outcome is awarded, none
(with its `reason`) or open (not decided yet). Texts are as printed. What is unknown has no key.
"""

from typing import Any

from domain.notices import RawMoney

MOST_RESULTS = 2000
"""Beyond it the list ends with {"more": how many}: awards of thousands of lots would fill megabytes."""


def known(told: dict[str, Any]) -> dict[str, Any]:
    """Without what is unknown or empty."""
    return {key: value for key, value in told.items() if value}


def to_plain(money: RawMoney | None) -> dict[str, str] | None:
    """An amount as JSON."""
    return known({"amount": money.amount, "currency": money.currency}) if money else None


def bounded(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """At most `MOST_RESULTS`, and how many there are beyond."""
    more = len(results) - MOST_RESULTS
    return [*results[:MOST_RESULTS], {"more": more}] if more > 0 else results
