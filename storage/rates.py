"""Euro reference rates by day; what was saved for a day stays, unless the bank itself has corrected it."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from domain.rates import OLDEST, DayRates, Rates
from storage.ids import in_chunks
from storage.schema import exchange_rates, lots, notices


def save_rates(c: Connection, rates: Mapping[date, DayRates], now: datetime) -> list[date]:
    """The days that are new or were corrected."""
    texts = {day.isoformat(): {name: str(rate) for name, rate in sorted(each.items())} for day, each in rates.items()}
    known: dict[str, dict[str, str]] = {}
    for chunk in in_chunks(texts):
        query = select(exchange_rates.c.day, exchange_rates.c.per_euro).where(exchange_rates.c.day.in_(chunk))
        known |= {row.day: row.per_euro for row in c.execute(query)}
    changed = sorted(day for day, each in texts.items() if known.get(day) != each)
    for chunk in in_chunks(changed):
        c.execute(delete(exchange_rates).where(exchange_rates.c.day.in_(chunk)))
    if changed:
        c.execute(insert(exchange_rates), [{"day": day, "per_euro": texts[day], "saved_at": now} for day in changed])
    return [date.fromisoformat(day) for day in changed]


def find_rates(c: Connection, published: Iterable[date]) -> Rates:
    """All rates by which amounts of notices that were published on these days may be converted."""
    wanted = {day - timedelta(days=back) for day in published for back in range(1, OLDEST + 1)}
    found: dict[date, DayRates] = {}
    for chunk in in_chunks(sorted(day.isoformat() for day in wanted)):
        for row in c.execute(select(exchange_rates).where(exchange_rates.c.day.in_(chunk))):
            found[date.fromisoformat(row.day)] = {name: Decimal(text) for name, text in row.per_euro.items()}
    return Rates(found)


def find_span(c: Connection) -> tuple[date, date, int] | None:
    """The first and the last day with rates, and how many days have any."""
    first, last, count = c.execute(
        select(func.min(exchange_rates.c.day), func.max(exchange_rates.c.day), func.count())
    ).one()
    return (date.fromisoformat(first), date.fromisoformat(last), count) if count else None


def rematch_after(c: Connection, days: Iterable[date]) -> int:
    """Puts the notices with an amount that rates of these days may convert back among the unmatched; how many."""
    ordered = sorted(days)
    if not ordered:
        return 0
    spans: list[tuple[date, date]] = []
    for day in ordered:  # neighbouring days are one span
        if spans and (day - spans[-1][1]).days <= 1:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    priced = notices.c.currency.is_not(None) | notices.c.id.in_(
        select(lots.c.notice_id).where(lots.c.currency.is_not(None))
    )
    count = 0
    for chunk in in_chunks(spans, 100):
        own = or_(*(notices.c.listed_at.between(_start(first, 1), _start(last, OLDEST + 1)) for first, last in chunk))
        count += c.execute(
            update(notices).where(own, priced, notices.c.matched_epoch > 0).values(matched_epoch=0)
        ).rowcount
    return count


def _start(day: date, later: int) -> datetime:
    return datetime.combine(day + timedelta(days=later), time(), UTC)
