"""The European Central Bank's euro reference rates, and amounts of one currency in another by the rates of a day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from domain.notices import Money

OLDEST = 7  # days: rates come on working days, with up to five days between them
CENT = Decimal("0.01")
DayRates = Mapping[str, Decimal]
"""What one euro is in each currency (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in another currency (to the cent), by the rates of `day`."""

    money: Money
    day: date


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates by day; days without any are not there."""

    days: Mapping[date, DayRates] = field(default_factory=dict)

    def convert(self, money: Money, currency: str, published: date) -> Converted | None:
        """The amount in `currency` by the newest rates before the day of publication, at most seven days older.

        Those of the same day come at 16:00 in Frankfurt, when a notice may long have been scored: before it, so that
        its score stays what it was. None where there are none of both currencies.
        """
        for back in range(1, OLDEST + 1):
            day = published - timedelta(days=back)
            rates = self.days.get(day)
            if rates is None:
                continue
            per_euro = {**rates, "EUR": Decimal(1)}
            if money.currency in per_euro and currency in per_euro:
                amount = money.amount / per_euro[money.currency] * per_euro[currency]
                return Converted(Money(amount.quantize(CENT), currency), day)
        return None


NO_RATES = Rates()
