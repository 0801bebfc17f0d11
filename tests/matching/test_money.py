"""Values in other currencies: by the rates of the days before publication, unknown without, the rates shown."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from domain.notices import Money
from domain.opportunities import Score
from domain.profiles import ValueRange
from domain.rates import Converted, Rates
from matching.score import prepare, score
from tests.factories import a_lot, a_notice, a_profile

RATES = Rates(
    {
        date(2026, 10, 29): {"GBP": Decimal("0.80"), "PLN": Decimal("4.00")},
        date(2026, 10, 30): {"GBP": Decimal("0.85")},
        date(2026, 11, 1): {"GBP": Decimal("2.00")},
    }
)
EUROS = ValueRange(Decimal(100), Decimal(200), "EUR")


def rated(rates: Rates = RATES, limits: ValueRange = EUROS, **fields: Any) -> Score:
    return score(
        a_notice(**{"value": Money(Decimal("119"), "GBP"), **fields}), prepare(a_profile(value=limits)), rates=rates
    )


def rule(found: Score) -> str:
    (name,) = [each.rule for each in found.reasons if each.rule.startswith(("value", "currency"))]
    return name


def test_the_newest_rate_before_the_day_of_publication_counts() -> None:
    """a_notice was published on 1 November; that day's own rates came later than it."""
    found = RATES.convert(Money(Decimal("119.00"), "GBP"), "EUR", date(2026, 11, 1))
    assert found == Converted(Money(Decimal("140.00"), "EUR"), date(2026, 10, 30))


def test_two_currencies_meet_over_the_euro_on_a_day_that_has_both() -> None:
    found = RATES.convert(Money(Decimal(80), "GBP"), "PLN", date(2026, 11, 1))
    assert found == Converted(Money(Decimal("400.00"), "PLN"), date(2026, 10, 29))


@pytest.mark.parametrize("published", [date(2026, 10, 29), date(2026, 11, 9)])
def test_older_than_a_week_or_later_is_no_rate(published: date) -> None:
    assert RATES.convert(Money(Decimal(80), "GBP"), "EUR", published) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "value fits"),
        ({"value": Money(Decimal(850), "GBP")}, "value outside"),
        ({"value": Money(Decimal(8), "GBP")}, "value outside"),
        ({"value": Money(Decimal(119), "RUB")}, "currency unknown"),
        ({"published_at": None}, "currency unknown"),
        ({"published_at": datetime(2026, 12, 1, tzinfo=UTC)}, "currency unknown"),
        ({"value": Money(Decimal(850), "GBP"), "lots": (a_lot(value=Money(Decimal(119), "GBP")),)}, "value fits"),
        ({"value": Money(Decimal(850), "GBP"), "lots": (a_lot(), a_lot())}, "value unknown"),
        ({"value": Money(Decimal(8), "GBP"), "lots": (a_lot(), a_lot())}, "value outside"),
    ],
)
def test_values_in_another_currency(fields: dict[str, Any], expected: str) -> None:
    found = rated(**fields)
    assert rule(found) == expected
    assert found.stopped == (expected == "value outside")


def test_the_rate_is_shown() -> None:
    (reason,) = [each for each in rated().reasons if each.rule == "value fits"]
    assert (reason.text, reason.field) == ("119", "value.amount")
    assert reason.matched == "100 to 200 EUR; 119 GBP = 140.00 EUR by the rates of 2026-10-30"


def test_without_rates_it_is_unknown_and_never_gates() -> None:
    found = rated(Rates(), value=Money(Decimal(10**9), "GBP"))
    assert (rule(found), found.stopped) == ("currency unknown", False)
