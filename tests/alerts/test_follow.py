"""Reminders of deadlines and escalation: once each, in the recipient's working time, as long as nobody has decided."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, select, update

from alerts.decide import decline, hand, take
from alerts.follow import follow_up
from alerts.route import route
from domain.alerts import DeliveryState, EventKind
from domain.judgements import Verdict
from domain.notices import Status
from matching.learning.judging import judge_opportunity
from storage.engine import reading, writing
from storage.schema import deliveries, events
from tests.alerts.cases import happen, ledger
from tests.alerts.desk import BOOK, at, import_text
from tests.factories import NOW, a_lot, a_notice

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REMIND = "rules:\n  - {id: all, min_score: 40, person: mira, remind: [10, 5, 2, 1]}\n"
STEPS = "[{hours: 8, to: olga}, {hours: 16, to: board}]"
ESCALATE = f"rules:\n  - {{id: all, min_score: 40, person: mira, escalate: {STEPS}}}\n"


def told(engine: Engine, kind: EventKind) -> list[tuple[str, datetime]]:
    """Who is told of this kind, and from when on."""
    return [(view.delivery.destination_id, view.at) for view in ledger(engine) if view.kind is kind]


def send_all(engine: Engine, now: datetime = NOW) -> None:
    """Everything that is queued arrives."""
    with writing(engine) as c:
        queued = deliveries.c.state == DeliveryState.QUEUED
        c.execute(update(deliveries).where(queued).values(state=DeliveryState.SENT, sent_at=now))


def live(engine: Engine, folder: Path, rules: str, **fields: object) -> None:
    """One opportunity, told to Mira."""
    import_text(engine, folder, BOOK + rules)
    happen(engine, a_notice(**fields))
    route(engine, NOW)
    send_all(engine)


def run_days(engine: Engine, first: datetime, days: int) -> None:
    """Looks every six hours."""
    for number in range(days * 4):
        follow_up(engine, first + number * 6 * HOUR)


def test_reminders_come_as_the_day_of_work_begins_and_early_over_weekends(engine: Engine, tmp_path: Path) -> None:
    live(engine, tmp_path, REMIND)
    run_days(engine, at("2026-11-03 08:00"), 30)
    days = [moment.date().isoformat() for _, moment in told(engine, EventKind.REMINDER)]
    # Ten days before is Saturday 21 November, two days before is Sunday: on the Fridays.
    assert days == ["2026-11-20", "2026-11-26", "2026-11-27", "2026-11-30"]
    assert {moment.strftime("%H:%M") for _, moment in told(engine, EventKind.REMINDER)} == {"08:00"}


def test_a_reminder_that_was_due_while_the_machine_was_off_is_made_up_for_once(engine: Engine, tmp_path: Path) -> None:
    live(engine, tmp_path, REMIND)
    assert follow_up(engine, at("2026-11-27 20:00")) == 1
    assert follow_up(engine, at("2026-11-27 20:00")) == 0
    assert [view.delivery.rules for view in ledger(engine) if view.kind is EventKind.REMINDER] == [("all",)]


def test_nobody_is_reminded_of_what_was_declined_cancelled_or_is_over(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + REMIND)
    happen(engine, a_notice(key="declined"), a_notice(key="cancelled"), a_notice(key="taken"), a_notice(key="over"))
    route(engine, NOW)
    send_all(engine)
    decline(engine, 1, "mira", "too small", NOW)
    take(engine, 3, "olga", "mine", NOW)
    happen(engine, a_notice(key="cancelled", status=Status.CANCELLED), kind=EventKind.CANCELLED)
    happen(engine, a_notice(key="over", deadline_at=at("2026-11-10 12:00")), kind=EventKind.DEADLINE_MOVED)
    follow_up(engine, at("2026-11-20 09:00"))
    assert told(engine, EventKind.REMINDER) == [("olga", at("2026-11-20 09:00"))]


def test_a_deadline_that_moves_is_reminded_of_anew(engine: Engine, tmp_path: Path) -> None:
    live(engine, tmp_path, REMIND)
    follow_up(engine, at("2026-11-20 09:00"))
    happen(engine, a_notice(deadline_at=at("2026-12-11 12:00")), kind=EventKind.DEADLINE_MOVED)
    assert follow_up(engine, at("2026-11-30 09:00")) == 0
    assert follow_up(engine, at("2026-12-01 09:00")) == 1


def test_each_lot_that_is_left_is_reminded_of(engine: Engine, tmp_path: Path) -> None:
    first, second = at("2026-12-01 12:00"), at("2026-12-15 12:00")
    lots = (a_lot("1", deadline_at=first), a_lot("2", deadline_at=second))
    live(engine, tmp_path, REMIND, lots=lots, deadline_at=first)
    follow_up(engine, at("2026-11-30 09:00"))
    assert follow_up(engine, at("2026-12-01 11:00")) == 0
    assert follow_up(engine, at("2026-12-04 09:00")) == 1, "ten days before the second is a Saturday"


def test_a_reminder_waits_for_the_end_of_quiet_hours_but_not_beyond_the_deadline(
    engine: Engine, tmp_path: Path
) -> None:
    book = BOOK.replace("country: ES}", 'country: ES, when: {quiet: "20:00-08:00"}}') + REMIND
    import_text(engine, tmp_path, book)
    happen(engine, a_notice(), a_notice(key="night", deadline_at=at("2026-12-01 01:00")))
    route(engine, NOW)
    send_all(engine)
    follow_up(engine, at("2026-11-30 23:00"))
    reminded = dict(zip((1, 2), told(engine, EventKind.REMINDER), strict=True))
    assert reminded[1][1] == at("2026-12-01 07:00")
    assert reminded[2][1] == at("2026-11-30 23:00")


def test_what_nobody_deals_with_is_escalated_by_working_hours(engine: Engine, tmp_path: Path) -> None:
    live(engine, tmp_path, ESCALATE)
    assert follow_up(engine, at("2026-11-02 16:59")) == 0
    assert follow_up(engine, at("2026-11-02 17:00")) == 1, "eight hours since 10:00"
    assert follow_up(engine, at("2026-11-03 15:59")) == 0
    assert follow_up(engine, at("2026-11-03 16:00")) == 1
    assert follow_up(engine, at("2026-11-20 16:00")) == 0
    assert [place for place, _ in told(engine, EventKind.ESCALATION)] == ["olga", "board"]


def test_over_a_weekend_and_a_holiday_nothing_is_escalated(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + ESCALATE)
    friday = at("2026-11-06 15:00")
    happen(engine, now=friday)
    route(engine, friday)
    send_all(engine, friday)
    assert follow_up(engine, at("2026-11-10 13:59")) == 0, "Monday the 9th is a holiday"
    assert follow_up(engine, at("2026-11-10 14:00")) == 1


def test_what_was_dealt_with_is_not_escalated(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, BOOK + ESCALATE)
    happen(engine, *(a_notice(key=f"n{number}") for number in range(4)))
    route(engine, NOW)
    send_all(engine)
    take(engine, 1, "mira", "", NOW)
    decline(engine, 2, "mira", "", NOW)
    hand(engine, 3, by="mira", to="jun", why="in Manila", now=at("2026-11-02 16:00"))
    send_all(engine, at("2026-11-02 16:00"))
    follow_up(engine, at("2026-11-02 18:00"))
    assert [place for place, _ in told(engine, EventKind.ESCALATION)] == ["olga"], "only the fourth"
    follow_up(engine, at("2026-11-03 08:59"))
    assert len(told(engine, EventKind.ESCALATION)) == 1
    follow_up(engine, at("2026-11-03 09:00"))
    assert len(told(engine, EventKind.ESCALATION)) == 2, "eight hours of Jun's day, who got it at midnight"


def test_what_was_judged_is_dealt_with_and_what_was_rejected_has_no_reminders(engine: Engine, tmp_path: Path) -> None:
    import_text(
        engine,
        tmp_path,
        BOOK + "rules:\n  - {id: all, min_score: 40, person: mira, remind: [10], escalate: [{hours: 8, to: olga}]}\n",
    )
    happen(engine, a_notice(key="relevant"), a_notice(key="rejected"), a_notice(key="taken"))
    route(engine, NOW)
    send_all(engine)
    with writing(engine) as c:
        for number, verdict in ((1, Verdict.RELEVANT), (2, Verdict.WRONG_WORD), (3, Verdict.WRONG_WORD)):
            judge_opportunity(c, number, verdict, by="mira", why="", now=NOW)
    take(engine, 3, "mira", "all the same", NOW)
    follow_up(engine, at("2026-11-10 09:00"))
    assert told(engine, EventKind.ESCALATION) == []
    follow_up(engine, at("2026-11-20 09:00"))
    assert len(told(engine, EventKind.REMINDER)) == 2


def test_an_escalation_to_a_team_goes_to_the_next_who_has_not_had_it(engine: Engine, tmp_path: Path) -> None:
    live(engine, tmp_path, ESCALATE.replace("to: olga", "to: pumps-team"))
    follow_up(engine, at("2026-11-02 17:00"))
    assert [place for place, _ in told(engine, EventKind.ESCALATION)] == ["jun"]


TEAM_STEPS = "[{hours: 2, to: pumps-team}, {hours: 4, to: pumps-team}, {hours: 6, to: pumps-team}]"
TO_TEAM = f"rules:\n  - {{id: all, min_score: 40, team: pumps-team, escalate: {TEAM_STEPS}}}\n"


def notes(engine: Engine) -> list[str | None]:
    """To whom each escalation went."""
    with reading(engine) as c:
        query = select(events.c.note).where(events.c.kind == EventKind.ESCALATION)
        return list(c.execute(query.order_by(events.c.id)).scalars())


def test_an_escalation_to_the_team_that_had_it_goes_past_everybody_who_had(engine: Engine, tmp_path: Path) -> None:
    live(engine, tmp_path, TO_TEAM)
    for hour in (11, 13, 15):
        follow_up(engine, at(f"2026-11-02 {hour}:00"))
        send_all(engine, at(f"2026-11-02 {hour}:00"))
    follow_up(engine, at("2026-11-20 09:00"))
    assert [place for place, _ in told(engine, EventKind.ESCALATION)] == ["jun", "olga"]
    assert notes(engine) == ["to jun", "to olga", "rule all fits, nobody in pumps-team can take it"]


def test_an_escalation_that_nobody_can_take_goes_to_the_default_channel(engine: Engine, tmp_path: Path) -> None:
    live(engine, tmp_path, "default: board\n" + TO_TEAM.replace("pumps-team, esc", "pumps-team, remind: [1], esc"))
    follow_up(engine, at("2026-11-03 09:00"))
    assert [place for place, _ in told(engine, EventKind.ESCALATION)] == ["jun", "olga", "board"]
    assert notes(engine)[-1] == "to board: rule all fits, nobody in pumps-team can take it"


def test_an_escalation_that_nobody_can_take_is_told_to_the_operators(engine: Engine, tmp_path: Path) -> None:
    book = BOOK.replace("url: ", "operators: true, url: ").replace("[mira, jun, olga]", "[mira]") + TO_TEAM
    import_text(engine, tmp_path, book)
    happen(engine)
    route(engine, NOW)
    send_all(engine)
    follow_up(engine, at("2026-11-02 11:00"))
    assert [place for place, _ in told(engine, EventKind.ESCALATION)] == ["board"]


def test_an_escalation_does_not_wait_beyond_the_deadline(engine: Engine, tmp_path: Path) -> None:
    book = BOOK.replace("zone: Europe/Moscow", 'zone: Europe/Madrid, when: {quiet: "20:00-08:00"}')
    import_text(engine, tmp_path, book + ESCALATE.replace("hours: 8", "hours: 2"))
    friday, evening = at("2026-11-06 14:00"), at("2026-11-06 19:30")
    happen(engine, a_notice(deadline_at=at("2026-11-08 23:00")), a_notice(key="later"), now=friday)
    route(engine, friday)
    send_all(engine, friday)
    follow_up(engine, evening)
    assert told(engine, EventKind.ESCALATION) == [("olga", evening), ("olga", at("2026-11-09 07:00"))]
