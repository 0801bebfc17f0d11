"""Exactly once each: what operators are told of a source, whoever reports, however often, and whatever is killed."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.channels.text import to_text
from alerts.operators import report_sources
from alerts.route import NO_OPERATORS, route
from alerts.source_mail import render_sources
from domain.alerts import Destination, EventKind
from domain.health import Facts, Finding
from domain.people import Span, When
from domain.sources import IssueKind, RunState, Source
from domain.trouble import TOLD_TO_STOP
from storage.destinations import save_destination
from storage.engine import open_engine, reading, writing
from storage.events import to_event
from storage.runs import finish_run
from storage.schema import events
from storage.sources import release_lease, take_lease
from tests.alerts.cases import ledger
from tests.crawler.making import a_source
from tests.factories import NOW

HOUR = timedelta(hours=1)
SOURCE = a_source(id="xx_test")
ROOT = Path(__file__).resolve().parents[2]


def a_run(engine: Engine, state: RunState, at: datetime, *reasons: str, source: Source = SOURCE) -> None:
    """A run that began at `at`, took a minute and ended so."""
    with writing(engine) as c:
        lease = take_lease(c, source.id, at, HOUR)
        findings = tuple(Finding(IssueKind.TOO_FEW, reason) for reason in reasons)
        facts = Facts(5, at, at, findings=findings, comparable=True)
        finish_run(c, lease.run_id, state, at + HOUR / 60, "; ".join(reasons) or None, facts=facts)
        release_lease(c, lease)


def told(engine: Engine) -> list[tuple[str, str]]:
    """The kind and state of all events, oldest first."""
    with reading(engine) as c:
        return [(row.kind, row.payload["state"]) for row in c.execute(events.select().order_by(events.c.id))]


TROUBLE, MENDED = EventKind.SOURCE_TROUBLE.value, EventKind.SOURCE_MENDED.value


def test_a_bad_run_between_two_looks_is_not_lost(engine: Engine) -> None:
    a_run(engine, RunState.OK, NOW)
    a_run(engine, RunState.SUSPICIOUS, NOW + HOUR, "few")
    a_run(engine, RunState.OK, NOW + 2 * HOUR)
    assert report_sources(engine, [SOURCE], NOW + 2.1 * HOUR) == 2
    assert told(engine) == [(TROUBLE, "suspicious"), (MENDED, "ok")]
    assert report_sources(engine, [SOURCE], NOW + 2.2 * HOUR) == 0


def test_each_day_that_it_stays_bad(engine: Engine) -> None:
    for number in range(72):
        a_run(engine, RunState.BLOCKED, NOW + number * HOUR, "HTTP 403")
        report_sources(engine, [SOURCE], NOW + number * HOUR + HOUR / 2)
    assert told(engine) == [(TROUBLE, "blocked")] * 4


def test_a_run_that_was_told_to_stop_neither_troubles_nor_mends(engine: Engine) -> None:
    a_run(engine, RunState.PARTIAL, NOW, TOLD_TO_STOP)
    assert report_sources(engine, [SOURCE], NOW + HOUR) == 0
    a_run(engine, RunState.FAILED, NOW + HOUR, "lost")
    a_run(engine, RunState.PARTIAL, NOW + 2 * HOUR, TOLD_TO_STOP)
    report_sources(engine, [SOURCE], NOW + 2.5 * HOUR)
    assert told(engine) == [(TROUBLE, "failed")]


def test_old_troubles_that_are_over_are_no_news(engine: Engine) -> None:
    for day in range(10):
        a_run(engine, RunState.FAILED, NOW + day * 24 * HOUR, "lost")
        a_run(engine, RunState.OK, NOW + (day * 24 + 1) * HOUR)
    report_sources(engine, [SOURCE], NOW + 9 * 24 * HOUR + 2 * HOUR)
    assert len(told(engine)) <= 4


def test_many_reporters_tell_it_once(engine: Engine, database: str) -> None:
    a_run(engine, RunState.FAILED, NOW, "lost")
    engines = [open_engine(database) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda each: report_sources(each, [SOURCE], NOW + HOUR), engines))
    for each in engines:
        each.dispose()
    assert sum(counts) == 1
    assert told(engine) == [(TROUBLE, "failed")]


@pytest.mark.parametrize("where", ["save_told", "append_event"])
def test_a_reporter_that_is_killed_repeats_nothing_and_loses_nothing(engine: Engine, database: str, where: str) -> None:
    a_run(engine, RunState.FAILED, NOW, "lost")
    code = (
        "import os, sys, alerts.operators as it\n"
        "from datetime import datetime\n"
        "from storage.engine import open_engine\n"
        "from tests.alerts.test_operators import SOURCE\n"
        "real = getattr(it, sys.argv[2])\n"
        "setattr(it, sys.argv[2], lambda *given: (real(*given), os.kill(os.getpid(), 9)))\n"
        "it.report_sources(open_engine(sys.argv[1]), [SOURCE], datetime.fromisoformat(sys.argv[3]))\n"
    )
    moment = NOW + HOUR
    command = [sys.executable, "-c", code, database, where, moment.isoformat()]
    assert subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False).returncode == -9
    assert told(engine) == []
    assert report_sources(engine, [SOURCE], moment) == 1
    assert report_sources(engine, [SOURCE], moment) == 0
    assert told(engine) == [(TROUBLE, "failed")]


def test_each_of_the_operators_is_told_once_and_nobody_else(engine: Engine) -> None:
    with writing(engine) as c:
        for name, operators in (("ops", True), ("night", True), ("sales", False)):
            save_destination(c, Destination(name, name, f"tendermail://{name}@b.example", operators))
    a_run(engine, RunState.FAILED, NOW, "lost")
    report_sources(engine, [SOURCE], NOW + HOUR)
    assert route(engine, NOW + HOUR).deliveries == 2
    assert route(engine, NOW + HOUR).deliveries == 0
    assert sorted(view.delivery.destination_id for view in ledger(engine)) == ["night", "ops"]
    assert {view.title for view in ledger(engine)} == {"xx_test"}


def test_operators_are_told_after_their_quiet_hours(engine: Engine) -> None:
    quiet = When(quiet=Span(time(20), time(8)))
    with writing(engine) as c:
        save_destination(c, Destination("ops", "ops", "tendermail://ops@b.example", True, when=quiet))
    night = NOW + 13 * HOUR  # Monday 22:00 UTC
    a_run(engine, RunState.FAILED, night - HOUR, "lost")
    report_sources(engine, [SOURCE], night)
    route(engine, night)
    assert [view.at for view in ledger(engine)] == [NOW + 23 * HOUR], "Tuesday 08:00"


def test_where_nobody_is_the_operator_the_event_says_so(engine: Engine) -> None:
    a_run(engine, RunState.FAILED, NOW, "lost")
    report_sources(engine, [SOURCE], NOW + HOUR)
    assert route(engine, NOW + HOUR).deliveries == 0
    with reading(engine) as c:
        assert [row.note for row in c.execute(events.select())] == [NO_OPERATORS]


def test_what_a_hostile_portal_says_is_harmless_in_the_mail(engine: Engine) -> None:
    a_run(
        engine, RunState.BLOCKED, NOW, '<script>alert(1)</script> <a href="https://evil.example">x</a> @everyone `rm`'
    )
    report_sources(engine, [SOURCE], NOW + HOUR)
    with reading(engine) as c:
        found = [to_event(row) for row in c.execute(events.select())]
    message = render_sources(found, "UTC")
    assert "<script" not in message.html
    assert 'href="https://evil' not in message.html
    assert "://evil.example" not in message.text + message.html
    chat = "\n".join(to_text(message.note, "mmost"))
    assert "@everyone" not in chat
    assert "tenderwatch sources show xx_test" in chat
