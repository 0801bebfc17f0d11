"""No flood: a first crawl of 10,000 matches is one message for each destination, whatever its schedule is."""

from pathlib import Path

from sqlalchemy import Engine

from alerts.digest import make_digests
from alerts.follow import follow_up
from alerts.route import route
from domain.alerts import EventKind
from storage.assignments import count_open
from storage.engine import reading
from tests.alerts.cases import happen, ledger, tenders
from tests.alerts.desk import BOOK, at, import_text
from tests.alerts.test_route import finish_runs
from tests.factories import NOW

RULES = """default: board
rules:
  - {id: team, min_score: 40, team: pumps-team, remind: [10, 5], escalate: {hours: 8, to: board}}
  - {id: large, min_score: 40, value: {min: 100000, currency: GBP}, person: mira}
  - {id: high, min_score: 90, destination: board}
"""


def test_a_first_crawl_of_10_000_matches_is_one_message_for_each_destination(engine: Engine, tmp_path: Path) -> None:
    digest = BOOK.replace("country: ES}", 'country: ES, when: {digest: ["08:30"]}}')
    import_text(engine, tmp_path, digest + RULES)
    happen(engine, *tenders(10_000), baseline="first run of gb_test")
    finish_runs(engine)
    routed = route(engine, NOW)
    assert (routed.events, routed.deliveries) == (10_000, 3)
    assert sorted(view.delivery.destination_id for view in ledger(engine)) == ["jun", "mira", "olga"]
    assert {view.kind for view in ledger(engine)} == {EventKind.BASELINE}
    with reading(engine) as c:
        assert count_open(c, NOW) == {}, "nobody is given ten thousand to deal with"
    assert make_digests(engine, [], at("2026-11-03 07:30")) == 0
    assert follow_up(engine, at("2026-11-27 12:00")) == 0
