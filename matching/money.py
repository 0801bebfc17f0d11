"""The value of a notice, or of its lots, against a profile's range; other currencies by the rates of its day."""

from dataclasses import dataclass

from domain.notices import Money, Notice
from domain.profiles import ValueRange
from domain.rates import NO_RATES, Converted, Rates
from matching.places import Fit


@dataclass(frozen=True, slots=True)
class Found:
    """How the value fits; `money` in `field` decided it, in another currency by `converted`.

    UNKNOWN with money: it is in another currency, and there is no rate of its day.
    """

    fit: Fit
    field: str | None = None
    money: Money | None = None
    converted: Converted | None = None


@dataclass(frozen=True, slots=True)
class _Amount:
    """An amount of the notice; `own` is it in the range's currency, None where nobody knows."""

    field: str
    money: Money
    own: Money | None
    converted: Converted | None = None


def find_fit(limits: ValueRange, notice: Notice, rates: Rates = NO_RATES) -> Found:
    """Inside where the total or a lot (it can be won on its own) is; lots without a value keep a total from gating.

    An amount in another currency without rates of the days before the notice was published is unknown.
    """
    printed = [("value", notice.value), *((f"lots[{n}].value", lot.value) for n, lot in enumerate(notice.lots))]
    known = [_to_amount(field, money, limits.currency, notice, rates) for field, money in printed if money]
    for each in known:
        if each.own and is_inside(each.own, limits):
            return Found(Fit.INSIDE, f"{each.field}.amount", each.money, each.converted)
    foreign = next((each for each in known if each.own is None), None)
    if foreign:
        return Found(Fit.UNKNOWN, f"{foreign.field}.currency", foreign.money)
    if not known or _may_hide_a_fit(notice, limits, known):
        return Found(Fit.UNKNOWN)
    return Found(Fit.OUTSIDE, f"{known[0].field}.amount", known[0].money, known[0].converted)


def _to_amount(field: str, money: Money, currency: str, notice: Notice, rates: Rates) -> _Amount:
    if money.currency == currency:
        return _Amount(field, money, money)
    # The day as the portal printed it: a rate must not depend on the zone of whoever asks.
    converted = rates.convert(money, currency, notice.published_at.date()) if notice.published_at else None
    return _Amount(field, money, converted.money if converted else None, converted)


def is_inside(money: Money, limits: ValueRange) -> bool:
    """The amount is between the limits, both included."""
    above = limits.min is None or money.amount >= limits.min
    return above and (limits.max is None or money.amount <= limits.max)


def _may_hide_a_fit(notice: Notice, limits: ValueRange, known: list[_Amount]) -> bool:
    """The total is too large, but some of several lots have no value of their own and may be small enough."""
    total = next((each.own for each in known if each.field == "value"), None)
    too_small = total is not None and limits.min is not None and total.amount < limits.min
    return len(notice.lots) > 1 and not too_small and any(lot.value is None for lot in notice.lots)


def to_text(limits: ValueRange, found: Found | None = None) -> str:
    """The range as people read it: `10000 to 250000 EUR`; where `found` was converted, also by which rates."""
    return f"{_to_range(limits)}{_to_conversion(found)}" if found else _to_range(limits)


def _to_range(limits: ValueRange) -> str:
    if limits.min is not None and limits.max is not None:
        return f"{limits.min:f} to {limits.max:f} {limits.currency}"
    if limits.min is not None:
        return f"{limits.min:f} {limits.currency} or more"
    return f"at most {limits.max:f} {limits.currency}" if limits.max is not None else limits.currency


def _to_conversion(found: Found) -> str:
    if not found.converted or not found.money:
        return ""
    own = found.converted.money
    printed = f"{found.money.amount:f} {found.money.currency}"
    return f"; {printed} = {own.amount:f} {own.currency} by the rates of {found.converted.day}"
