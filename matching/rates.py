"""Which exchange rates notices may need."""

from collections.abc import Iterable

from sqlalchemy import Connection

from domain.notices import Notice
from domain.rates import NO_RATES, Rates
from storage.rates import find_rates


def find_rates_for(c: Connection, notices: Iterable[Notice]) -> Rates:
    """The stored rates of the days before these were published; nothing is asked for notices without an amount."""
    days = {each.published_at.date() for each in notices if each.published_at and _has_amount(each)}
    return find_rates(c, days) if days else NO_RATES


def _has_amount(notice: Notice) -> bool:
    return notice.value is not None or any(lot.value for lot in notice.lots)
