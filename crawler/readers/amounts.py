"""Which of several printed amounts tells something."""

from collections.abc import Iterable

from domain.notices import RawMoney


def first_told(amounts: Iterable[RawMoney | None]) -> RawMoney | None:
    """The first amount that is no placeholder, else the first: 0, 0.01 and 1 stand where a number must.

    One that stands alone is given as printed: normalising makes null of 0; 1 is what the notice says.
    """
    found = [amount for amount in amounts if amount]
    return next((amount for amount in found if not is_placeholder(amount.amount)), found[0] if found else None)


def is_placeholder(printed: str) -> bool:
    """0, 0.01 or 1, or anything between."""
    try:
        return 0 <= float(printed) <= 1
    except ValueError:
        return False
