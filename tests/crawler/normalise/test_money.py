import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.normalise.money import to_money


@pytest.mark.parametrize(
    ("amount", "currency", "decimal", "money"),
    [
        ("262\u00a0512,00 ₽", None, ",", "262512.00 RUB"),
        ("262 512,00", "РОССИЙСКИЙ РУБЛЬ", ",", "262512.00 RUB"),
        ("900 000,00", "ЕВРО", ",", "900000.00 EUR"),
        ("1 234 567.89 руб.", None, None, "1234567.89 RUB"),
        ("1.234,56 €", None, None, "1234.56 EUR"),
        ("1,234.56", "GBP", None, "1234.56 GBP"),
        ("1.234", "EUR", ",", "1234 EUR"),
        ("1.234", "EUR", None, "1.234 EUR"),
        ("0,125", "EUR", None, "0.125 EUR"),
        ("12,34,567.89", "INR", None, "1234567.89 INR"),
        ("7440000.00", "EUR", None, "7440000.00 EUR"),
        ("1e+16", "COP", None, "10000000000000000 COP"),
        ("USD 1,000.00", None, None, "1000.00 USD"),
        ("$5", "CAD", None, "5 CAD"),
        ("5", "usd", None, "5 USD"),
        ("0", "EUR", None, "0 EUR"),
    ],
)
def test_an_amount_as_printed(amount: str, currency: str | None, decimal: str | None, money: str):
    found = to_money(amount, currency, decimal=decimal)
    assert f"{found.amount:f} {found.currency}" == money


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        ("1e9999", "GBP", "not an amount"),
        ("NaN", "GBP", "not an amount"),
        ("-5", "GBP", "not an amount"),
        ("1 to 5,5 to 9", "GBP", "not an amount"),
        ("", "GBP", "not an amount"),
        ("1,234", "EUR", "two ways"),
        ("1.2.3", "EUR", "two ways"),
        ("9" * 19, "EUR", "too large"),
        ("5", None, "currency"),
        ("5", "kr", "currency"),
        ("$5", None, "currency"),
    ],
)
def test_what_is_no_amount_is_refused(amount: str, currency: str | None, why: str):
    with pytest.raises(ValueError, match=why):
        to_money(amount, currency)


@given(st.decimals(min_value=0, max_value=10**15, places=2))
def test_digits_are_kept_in_both_ways_of_printing(amount: Decimal):
    british = f"{amount:,.2f}"
    german = british.translate(str.maketrans(",.", ".,"))
    assert to_money(british, "GBP", decimal=".").amount == amount
    assert to_money(german, "EUR", decimal=",").amount == amount


@given(st.text())
def test_only_value_errors(amount: str):
    with contextlib.suppress(ValueError):
        to_money(amount, "EUR")
