"""Digests: neither skipped nor doubled over restarts, clocks that change or jump; what they hold back."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from alerts.digest import make_digests
from alerts.route import route
from domain.alerts import DeliveryState, EventKind
from domain.notices import Status
from domain.sources import RunState
from storage.engine import reading, writing
from storage.events import find_summed_up
from storage.runs import finish_run
from storage.schema import events
from tests.alerts.cases import happen, ledger, tenders
from tests.alerts.desk import BOOK, at, import_text
from tests.factories import NOW, a_notice, a_run, a_source

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RULES = "rules:\n  - {id: all, min_score: 40, person: mira, bid_days: 3}\n  - {id: high, min_score: 80, person: mira}\n"
DIGEST = 'country: ES, when: {digest: ["08:30"], most: 3}}'


def a_book(when: str = DIGEST) -> str:
    return BOOK.replace("country: ES}", when) + RULES


def digests(engine: Engine) -> list[dict[str, Any]]:
    """What the digests hold, oldest first."""
    with reading(engine) as c:
        query = select(events.c.payload).where(events.c.kind == EventKind.DIGEST).order_by(events.c.id)
        return [dict(payload) for payload in c.execute(query).scalars()]


def states(engine: Engine) -> list[tuple[EventKind, DeliveryState]]:
    return [(view.kind, view.delivery.state) for view in ledger(engine)]


def test_a_digest_has_the_best_first_and_says_what_it_holds_back(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book())
    for number, points in enumerate((50, 90, 60, 70, 55), 1):
        happen(engine, a_notice(key=f"t-{number}"), points=points)
    route(engine, NOW)  # Monday 10:00 in Madrid
    assert {state for _, state in states(engine)} == {DeliveryState.WAITING}
    assert {view.at for view in ledger(engine)} == {at("2026-11-03 07:30")}
    assert make_digests(engine, [], at("2026-11-03 07:29")) == 0
    assert make_digests(engine, [], at("2026-11-03 07:30")) == 1
    assert make_digests(engine, [], at("2026-11-03 07:30")) == 0
    (found,) = digests(engine)
    assert found["opportunities"] == [2, 4, 3]
    assert found["rules"] == {"2": ["all", "high"], "4": ["all"], "3": ["all"]}
    assert found["held_back"] == [5, 1]
    kinds = states(engine)
    assert kinds.count((EventKind.NEW, DeliveryState.BUNDLED)) == 3
    assert kinds.count((EventKind.NEW, DeliveryState.WAITING)) == 2
    assert kinds[-1] == (EventKind.DIGEST, DeliveryState.QUEUED)
    with reading(engine) as c:
        number = c.execute(select(events.c.id).where(events.c.kind == EventKind.DIGEST)).scalar_one()
        assert find_summed_up(c, number) == [2, 4, 3, 5, 1]
    make_digests(engine, [], at("2026-11-04 07:30"))
    assert digests(engine)[-1]["opportunities"] == [5, 1]
    assert make_digests(engine, [], at("2026-11-05 07:30")) == 0, "nothing is in it, and no heartbeat is asked for"


def test_a_high_score_does_not_wait_and_a_deadline_before_the_digest_neither(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book('when: {digest: ["08:30"], at_once_from: 85}}'))
    soon = datetime.fromisoformat("2026-11-03T05:00:00+00:00")
    happen(engine, a_notice(key="high"), points=85)
    happen(engine, a_notice(key="near", deadline_at=soon), points=50)
    happen(engine, a_notice(key="usual"), points=50)
    route(engine, NOW)
    wanted = [DeliveryState.QUEUED, DeliveryState.QUEUED, DeliveryState.WAITING]
    assert [view.delivery.state for view in ledger(engine)] == wanted
    assert ledger(engine)[0].at == NOW


def test_one_procedure_of_two_profiles_is_there_once(engine: Engine, tmp_path: Path) -> None:
    from domain.opportunities import Score
    from storage.matches import Assessed, Match, NewEvent, save_assessments
    from storage.profiles import find_epoch
    from tests.factories import a_score, a_version, stored

    import_text(engine, tmp_path, a_book())
    with writing(engine) as c:
        (found,) = stored(c, a_notice())
        versions = [a_version(c), a_version(c, id="valves", name="Valves")]
        new = (NewEvent(EventKind.NEW, {}),)
        scores: list[Score] = [a_score(60), a_score(85)]
        matched = [Assessed(version, score, new) for version, score in zip(versions, scores, strict=True)]
        save_assessments(c, find_epoch(c), [Match(found, tuple(matched))], model_version="test", now=NOW)
    route(engine, NOW)
    make_digests(engine, [], NOW + DAY)
    (digest,) = digests(engine)
    assert digest["opportunities"] == [2]
    assert digest["others"] == {"2": [1]}
    assert digest["rules"] == {"2": ["all", "high"]}
    assert [state for kind, state in states(engine) if kind is EventKind.NEW] == [DeliveryState.BUNDLED] * 2


def test_what_is_cancelled_or_closes_before_its_digest_is_said(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book())
    happen(engine, *tenders(2))
    route(engine, NOW)
    happen(engine, a_notice(key="t-0", status=Status.CANCELLED), kind=EventKind.CANCELLED)
    happen(engine, a_notice(key="t-1", deadline_at=NOW + HOUR), kind=EventKind.DEADLINE_MOVED, changes=[])
    route(engine, NOW)
    assert [kind for kind, _ in states(engine)] == [EventKind.NEW, EventKind.NEW], "they have not been told of it yet"
    make_digests(engine, [], NOW + DAY)
    (digest,) = digests(engine)
    assert digest["opportunities"] == []
    assert digest["lapsed"] == [[1, "it is cancelled"], [2, "its deadline passed at 2026-11-02 10:00 UTC"]]
    reasons = [view.delivery.reason for view in ledger(engine)[:2]]
    assert reasons == ["not told: it is cancelled", "not told: its deadline passed at 2026-11-02 10:00 UTC"]


def test_after_days_off_one_digest_makes_up_for_all(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book())
    make_digests(engine, [], NOW)
    happen(engine)
    route(engine, NOW)
    assert make_digests(engine, [], NOW + 3 * DAY) == 1
    (digest,) = digests(engine)
    assert digest["slot"] == "2026-11-05T07:30:00+00:00"
    assert digest["missed"] == ["2026-11-03T07:30:00+00:00", "2026-11-04T07:30:00+00:00"]
    assert make_digests(engine, [], NOW + 3 * DAY) == 0


def test_a_clock_that_was_a_year_ahead_skips_nothing_and_doubles_nothing(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book('country: ES, when: {digest: ["08:30"], heartbeat: true}}'))
    make_digests(engine, [], NOW)
    assert make_digests(engine, [], NOW + DAY) == 1
    assert make_digests(engine, [], NOW + 365 * DAY) == 1
    assert make_digests(engine, [], NOW + DAY) == 0, "it is made already"
    happen(engine)
    route(engine, NOW + DAY)
    assert make_digests(engine, [], NOW + 2 * DAY) == 1
    assert digests(engine)[-1]["slot"] == "2026-11-04T07:30:00+00:00"
    assert digests(engine)[-1]["opportunities"] == [1]


def test_an_empty_digest_is_a_heartbeat_that_names_sources_that_are_not_well(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book("when: {digest: hourly, heartbeat: true}}"))
    with writing(engine) as c:
        finish_run(c, a_run(c, "gb_test"), RunState.OK, NOW)
    sources = [a_source(), a_source(id="fr_never")]
    make_digests(engine, sources, NOW)
    make_digests(engine, sources, NOW + HOUR)
    make_digests(engine, sources, NOW + 26 * HOUR)
    first, second = digests(engine)
    assert first["sources"] == [["fr_never", "not checked", None]]
    assert second["sources"] == [["fr_never", "not checked", None], ["gb_test", "not checked", NOW.isoformat()]]


def test_what_waits_goes_when_its_digest_is_taken_away(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book())
    happen(engine)
    route(engine, NOW)
    import_text(engine, tmp_path, BOOK + RULES)
    assert make_digests(engine, [], NOW) == 1
    assert digests(engine)[0]["opportunities"] == [1]


@pytest.fixture(scope="module")
def template(request: pytest.FixtureRequest) -> Path:
    """A migrated SQLite file, to be copied."""
    file: Path = request.getfixturevalue("_sqlite_template")
    return file


looks = st.lists(st.tuples(st.integers(1, 2000), st.integers(0, 3)), min_size=1, max_size=12)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(looks=looks, zone=st.sampled_from(["Europe/Madrid", "Asia/Manila", "Europe/Moscow"]), start=st.integers(0, 48))
def test_everything_is_in_exactly_one_digest(
    tmp_path_factory: Any, template: Path, looks: list[tuple[int, int]], zone: str, start: int
) -> None:
    """Whatever is routed when, and however late it is looked at: each opportunity once, each digest once."""
    import shutil

    from storage.engine import open_engine

    folder = tmp_path_factory.mktemp("digest")
    shutil.copyfile(template, folder / "tw.db")
    engine = open_engine(f"sqlite:///{folder / 'tw.db'}")
    when = f'when: {{digest: ["08:30", "02:30"], digest_days: mon-sun, most: 2}}, zone: {zone}}}'
    import_text(engine, folder, BOOK.replace("zone: Europe/Madrid, country: ES}", when) + RULES)
    moment, count = at("2026-10-24 12:00") + start * HOUR, 0  # the night of the 25th has an hour twice in Madrid
    make_digests(engine, [], moment)
    for minutes, new in looks:
        notices = [
            a_notice(key=f"n-{count + number}", deadline_at=None, deadline_precision=None) for number in range(new)
        ]
        if notices:
            happen(engine, *notices, now=moment)
        count += new
        route(engine, moment)
        moment += timedelta(minutes=minutes)
        make_digests(engine, [], moment)
        make_digests(engine, [], moment)
    for _ in range(count + 2):
        moment += DAY
        make_digests(engine, [], moment)
    found = digests(engine)
    engine.dispose()
    shown = [each for digest in found for each in digest["opportunities"]]
    assert sorted(shown) == list(range(1, count + 1))
    slots = [digest["slot"] for digest in found]
    assert slots == sorted(set(slots))
    assert all(len(digest["opportunities"]) <= 2 for digest in found)


@pytest.mark.parametrize(
    ("days", "made", "due"),
    [
        ("", "2026-11-04 02:00", "2026-11-04 07:00"),
        ("", "2026-11-07 11:00", "2026-11-10 07:00"),  # a Saturday; Monday is a holiday
        ("digest_days: mon-sun, ", "2026-11-07 11:00", "2026-11-07 11:00"),
        ("digest_days: mon-sun, ", "2026-11-07 22:00", "2026-11-08 07:00"),
    ],
)
def test_a_digest_that_is_made_up_for_keeps_quiet_hours(
    engine: Engine, tmp_path: Path, days: str, made: str, due: str
) -> None:
    schedule = f'country: ES, when: {{digest: ["08:30"], {days}quiet: "20:00-08:00"}}}}'
    import_text(engine, tmp_path, a_book(schedule))
    make_digests(engine, [], NOW)
    happen(engine)
    route(engine, NOW)
    assert make_digests(engine, [], at(made)) == 1
    assert [view.at for view in ledger(engine) if view.kind is EventKind.DIGEST] == [at(due)]


def test_a_digest_does_not_wait_beyond_the_first_deadline_that_it_holds(engine: Engine, tmp_path: Path) -> None:
    import_text(engine, tmp_path, a_book('country: ES, when: {digest: ["08:30"], quiet: "20:00-08:00"}}'))
    make_digests(engine, [], NOW)
    happen(engine, a_notice(key="later"), a_notice(deadline_at=at("2026-11-04 05:00")))
    route(engine, NOW)
    night = at("2026-11-04 02:00")
    make_digests(engine, [], night)
    assert [view.at for view in ledger(engine) if view.kind is EventKind.DIGEST] == [night]
