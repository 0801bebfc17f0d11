"""Who is told of what, and what the ledger says of what nobody is told."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from alerts.compose import Manner, compose
from alerts.route import Routed, route
from domain.alerts import DeliveryState, EventKind, Rule
from domain.notices import Status
from domain.sources import RunState
from storage.deliveries import lease_deliveries
from storage.engine import reading, writing
from storage.events import find_summed_up
from storage.opportunities import find_these
from storage.runs import finish_run
from storage.schema import events, notices
from tests.alerts.cases import happen, ledger, tell, tenders
from tests.factories import NOW, a_lot, a_notice, a_run


def notes(engine: Engine) -> list[str]:
    """What was recorded of each event."""
    with reading(engine) as c:
        return list(c.execute(select(events.c.note).order_by(events.c.id)).scalars())


def finish_runs(engine: Engine) -> None:
    """No crawl is running any more."""
    with writing(engine) as c:
        from storage.runs import find_runs

        for run in find_runs(c, limit=1000):
            if run.state is RunState.RUNNING:
                finish_run(c, run.id, RunState.OK, NOW)


def test_one_delivery_for_each_destination_unites_all_its_rules(engine: Engine) -> None:
    tell(engine, Rule("a", None, 50, "sales"), Rule("b", "pumps", 60, "sales"), Rule("c", "pumps", 61, "sales"))
    tell(engine, Rule("d", "other", 0, "board"), Rule("e", None, 60, "board"), destination="board")
    happen(engine, points=60)
    assert route(engine, NOW) == Routed(1, 2)
    assert route(engine, NOW) == Routed(0, 0)
    united = {view.delivery.destination_id: view.delivery.rules for view in ledger(engine)}
    assert united == {"board": ("e",), "sales": ("a", "b")}
    assert notes(engine) == ["to board, sales"]


def test_what_nobody_asked_for_is_recorded(engine: Engine) -> None:
    tell(engine, Rule("a", None, 61, "sales"))
    happen(engine, points=60)
    assert route(engine, NOW) == Routed(1, 0)
    assert notes(engine) == ["no rule matched"]


def test_what_is_too_late_or_cancelled_alerts_nobody_and_says_why(engine: Engine) -> None:
    tell(engine)
    past = datetime(2026, 11, 2, 8, 59, tzinfo=NOW.tzinfo)
    happen(
        engine,
        a_notice(key="late", deadline_at=past),
        a_notice(key="cancelled", status=Status.CANCELLED),
        a_notice(
            key="lots",
            deadline_at=past,
            lots=(a_lot("1", deadline_at=past), a_lot("2", deadline_at=NOW + timedelta(1))),
        ),
        a_notice(key="unknown", deadline_at=None, deadline_precision=None),
    )
    assert route(engine, NOW) == Routed(4, 2)
    assert notes(engine) == [
        "nobody is told: its deadline passed at 2026-11-02 08:59 UTC",
        "nobody is told: it is cancelled",
        "to sales",
        "to sales",
    ]


def test_whoever_was_told_is_told_what_became_of_it(engine: Engine) -> None:
    tell(engine, Rule("high", None, 60, "sales"))
    happen(engine, points=60)
    route(engine, NOW)
    tell(engine, Rule("low", None, 10, "board"), destination="board")
    happen(engine, a_notice(status=Status.CANCELLED), kind=EventKind.CANCELLED, points=20)
    happen(engine, a_notice(key="never told", status=Status.CANCELLED), kind=EventKind.CANCELLED)
    assert route(engine, NOW).deliveries == 1
    last = ledger(engine)[-1].delivery
    assert (last.destination_id, last.rules) == ("sales", ("told before",))
    assert notes(engine)[-1] == "nobody had been told, and nobody is: it is cancelled"


def test_a_first_run_is_one_capped_summary_for_each_destination(engine: Engine) -> None:
    tell(engine, Rule("all", None, 0, "sales"))
    tell(engine, Rule("high", None, 90, "board"), destination="board")
    happen(engine, *tenders(40), points=50, baseline="first run of gb_test")
    happen(engine, a_notice(key="best", title={"en": "The best"}), points=95, baseline="first run of gb_test")
    assert route(engine, NOW) == Routed(0, 0), "the crawl is still running"
    finish_runs(engine)
    with writing(engine) as c:
        c.execute(notices.update().where(notices.c.key == "t-3").values(matched_epoch=0))
    assert route(engine, NOW) == Routed(0, 0), "something is left to match"
    with writing(engine) as c:
        c.execute(notices.update().values(matched_epoch=10**6))
    assert route(engine, NOW) == Routed(41, 2)
    assert route(engine, NOW) == Routed(0, 0)
    with writing(engine) as c:
        found, numbers = {}, {}
        for _ in range(2):
            batch = lease_deliveries(c, NOW, timedelta(minutes=1), "test")
            found[batch[0].destination_id] = compose(
                c, batch, NOW, Manner("UTC", base_url="https://tw.example/")
            ).message
            numbers[batch[0].destination_id] = batch[0].event_id
    assert found["sales"].subject == "41 tenders already published match (first run of gb_test)"
    assert found["board"].subject == "1 tender already published matches (first run of gb_test)"
    assert "the best 10 of 41" in " ".join(found["sales"].text.split())
    assert found["sales"].text.count("https://") == 21, "the portal's and the workplace's, and that of all"
    number = numbers["sales"]
    page = f"https://tw.example/opportunities?summary={number}"
    assert f"\n\nAll 41: tenderwatch opportunities list --summary {number}\n{page}\n" in found["sales"].text
    assert f'href="{page}"' in found["sales"].html
    assert f"--summary {number}" in found["sales"].html
    assert "--summary" not in found["board"].text
    with reading(engine) as c:
        sold, shown = (find_summed_up(c, numbers[place]) for place in ("sales", "board"))
        assert (len(sold or ()), len(shown or ())) == (41, 1)
        assert find_summed_up(c, 1) is None
        (best, *rest) = find_these(c, sold or (), 100)
        assert (best.opportunity.id, len(rest)) == ((shown or [0])[0], 40)
    assert found["sales"].text.index("The best") < found["sales"].text.index("Water pumps")
    assert (found["sales"].note.foot[0], found["sales"].note.all_link) == ("and 40 more", page)
    assert {view.kind for view in ledger(engine)} == {EventKind.BASELINE}


def test_a_run_of_another_source_does_not_hold_a_summary_back(engine: Engine) -> None:
    tell(engine)
    happen(engine, baseline="first run of gb_test")
    finish_runs(engine)
    with writing(engine) as c:
        a_run(c, "fr_other")
    assert route(engine, NOW).deliveries == 1


def test_what_a_summary_showed_is_told_when_it_is_cancelled(engine: Engine) -> None:
    tell(engine)
    happen(engine, baseline="first run of gb_test")
    finish_runs(engine)
    route(engine, NOW)
    happen(engine, a_notice(status=Status.CANCELLED), kind=EventKind.CANCELLED)
    assert route(engine, NOW).deliveries == 1


def test_thousands_of_a_first_run_are_one_message(engine: Engine) -> None:
    tell(engine)
    happen(engine, *tenders(2_000), baseline="first run of gb_test")
    finish_runs(engine)
    assert route(engine, NOW) == Routed(2_000, 1)


def test_several_changes_of_one_opportunity_are_one_message(engine: Engine) -> None:
    tell(engine)
    happen(engine, *tenders(2))
    route(engine, NOW)
    first, second = tenders(2)
    for old, new in ((100, 200), (200, 300)):
        change = {"field": "value", "old": money(old), "new": money(new)}
        happen(engine, first, kind=EventKind.CHANGED, changes=[change])
    happen(engine, second, kind=EventKind.DEADLINE_MOVED, changes=[])
    happen(engine, replace(first, status=Status.CANCELLED), kind=EventKind.CANCELLED, changes=[])
    route(engine, NOW)
    subjects = []
    with writing(engine) as c:
        while batch := lease_deliveries(c, NOW, timedelta(minutes=1), "test"):
            message = compose(c, batch, NOW, Manner("UTC")).message
            subjects.append((message.subject.split(":")[0], len(batch)))
            if len(subjects) == 2:
                assert "GBP 100 -> GBP 300" in message.text
            ids = [delivery.id for delivery in batch]
            from storage.deliveries import save_sent

            save_sent(c, ids, "test", NOW, None)
    assert subjects == [("2 new tenders, the best (60)", 2), ("Cancelled", 3), ("Deadline moved", 1)]
    assert {view.delivery.state for view in ledger(engine)} == {DeliveryState.SENT}


def money(amount: int) -> dict[str, str]:
    """An amount as a revision has it."""
    return {"amount": str(amount), "currency": "GBP"}
