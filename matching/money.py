"""The value of a notice, or of its lots, against a profile's range."""

from dataclasses import dataclass

from domain.notices import Money, Notice
from domain.profiles import ValueRange
from matching.places import Fit


@dataclass(frozen=True, slots=True)
class Found:
    """How the value fits; `money` in `field` decided it. UNKNOWN with money: it is in another currency."""

    fit: Fit
    field: str | None = None
    money: Money | None = None


def find_fit(limits: ValueRange, notice: Notice) -> Found:
    """Inside where the total or a lot (it can be won on its own) is; lots without a value keep a total from gating.

    An amount in another currency is unknown: this release has no exchange rates.
    """
    amounts = [("value", notice.value), *((f"lots[{n}].value", lot.value) for n, lot in enumerate(notice.lots))]
    known = [(field, money) for field, money in amounts if money]
    same = [(field, money) for field, money in known if money.currency == limits.currency]
    for field, money in same:
        if is_inside(money, limits):
            return Found(Fit.INSIDE, f"{field}.amount", money)
    if len(same) < len(known):
        field, money = next(each for each in known if each not in same)
        return Found(Fit.UNKNOWN, f"{field}.currency", money)
    if not same or _may_hide_a_fit(notice, limits):
        return Found(Fit.UNKNOWN)
    return Found(Fit.OUTSIDE, f"{same[0][0]}.amount", same[0][1])


def is_inside(money: Money, limits: ValueRange) -> bool:
    """The amount is between the limits, both included."""
    above = limits.min is None or money.amount >= limits.min
    return above and (limits.max is None or money.amount <= limits.max)


def _may_hide_a_fit(notice: Notice, limits: ValueRange) -> bool:
    """The total is too large, but some of several lots have no value of their own and may be small enough."""
    too_small = notice.value is not None and limits.min is not None and notice.value.amount < limits.min
    return len(notice.lots) > 1 and not too_small and any(lot.value is None for lot in notice.lots)


def to_text(limits: ValueRange) -> str:
    """The range as people read it: `10000 to 250000 EUR`."""
    if limits.min is not None and limits.max is not None:
        return f"{limits.min:f} to {limits.max:f} {limits.currency}"
    if limits.min is not None:
        return f"{limits.min:f} {limits.currency} or more"
    return f"at most {limits.max:f} {limits.currency}" if limits.max is not None else limits.currency
