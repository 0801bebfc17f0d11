"""Rates by day, and which notices are matched again when rates come."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import Engine

from domain.notices import Money
from domain.profiles import ValueRange
from matching.run import match_stored
from storage.engine import reading, writing
from storage.opportunities import find_opportunities
from storage.rates import find_rates, find_span, rematch_after, save_rates
from tests.factories import NOW, a_lot, a_notice, a_version, stored

FRIDAY, THURSDAY = date(2026, 10, 30), date(2026, 10, 29)
RATES = {FRIDAY: {"GBP": Decimal("0.85"), "USD": Decimal("1.10")}, THURSDAY: {"GBP": Decimal("0.80")}}


def test_rates_come_back_as_they_were(engine: Engine) -> None:
    with writing(engine) as c:
        assert find_span(c) is None
        assert save_rates(c, RATES, NOW) == [THURSDAY, FRIDAY]
        assert save_rates(c, RATES, NOW) == []
        assert save_rates(c, {FRIDAY: {"GBP": Decimal("0.86")}}, NOW) == [FRIDAY]
    with reading(engine) as c:
        assert find_rates(c, [date(2026, 11, 1)]).days == {FRIDAY: {"GBP": Decimal("0.86")}, THURSDAY: RATES[THURSDAY]}
        assert find_rates(c, [FRIDAY]).days == {THURSDAY: RATES[THURSDAY]}
        assert find_rates(c, []).days == {}
        assert find_span(c) == (THURSDAY, FRIDAY, 2)


def test_only_what_the_rates_may_convert_is_matched_again(engine: Engine) -> None:
    old = datetime(2026, 9, 1, tzinfo=UTC)
    given = [
        a_notice(key="priced", value=Money(Decimal(85), "GBP")),
        a_notice(key="by lot", value=None, lots=(a_lot(value=Money(Decimal(85), "GBP")),)),
        a_notice(key="free", value=None),
        a_notice(key="old", published_at=old),
    ]
    with writing(engine) as c:
        a_version(c, value=ValueRange(Decimal(50), Decimal(150), "EUR"), codes={})
        stored(c, *given)
    match_stored(engine, NOW)
    with writing(engine) as c:
        assert rematch_after(c, save_rates(c, RATES, NOW)) == 2
        assert rematch_after(c, []) == 0
    assert match_stored(engine, NOW).notices == 2
    with reading(engine) as c:
        scores = {view.notice.notice.key: view.opportunity.score for view in find_opportunities(c)}
    assert scores["priced"] == scores["by lot"] == scores["free"] + 5
    assert scores["free"] == scores["old"]
