"""What `status` answers to "is it working?", and the figures, over a database in each state; on both engines."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Engine

from alerts.holders import at_work
from app.console import Installation
from app.watching.exposition import write
from app.watching.figures import to_families
from app.watching.overview import find_totals, look
from app.watching.screen import to_plain, to_screen
from app.watching.sizes import Sizes, measure, to_size
from app.watching.verdict import Verdict, judge, to_span
from domain.alerts import Destination, EventKind
from domain.config import Settings
from domain.sources import RunState, Source
from domain.supervision import Part, Supervisor
from storage.deliveries import NewDelivery, lease_deliveries, save_dead, save_deliveries
from storage.destinations import save_destination
from storage.engine import writing
from storage.events import append_event, mark_routed
from storage.runs import finish_run
from storage.sources import release_lease, take_lease
from storage.supervisors import save_supervisor
from tests.app.scraping import scrape, value_of
from tests.factories import NOW, a_source

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SIZES = Sizes(10_000_000, 2_000, 50_000_000_000)
SOURCES = {name: a_source(id=name) for name in ("gb_one", "gb_two")}


def an_installation(engine: Engine, folder: Path, sources: Mapping[str, Source] = SOURCES) -> Installation:
    place = Installation(Settings(data_dir=folder), engine)
    place.__dict__["sources"] = sources  # a cached property: as if these were the YAML files
    return place


def crawled(engine: Engine, source: str, state: RunState, begun: datetime, reason: str | None = None) -> None:
    with writing(engine) as c:
        lease = take_lease(c, source, begun, timedelta(seconds=30))
        finish_run(c, lease.run_id, state, begun + MINUTE, reason)
        release_lease(c, lease)


def beats(engine: Engine, supervisor: Supervisor) -> None:
    with writing(engine) as c:
        save_supervisor(c, supervisor)


def a_supervisor(**fields: object) -> Supervisor:
    given = Supervisor("elsewhere/1/aa", NOW - HOUR, NOW - timedelta(seconds=5))
    return replace(given, **fields)  # type: ignore[arg-type]


def verdict(place: Installation) -> Verdict:
    return judge(look(place, NOW), SIZES)


def test_an_installation_that_nobody_ever_started_does_not_work(engine: Engine, tmp_path: Path) -> None:
    found = verdict(an_installation(engine, tmp_path))
    assert found.sentence == (
        "NOT WORKING: no supervisor runs, and 2 of 2 sources are overdue; start `tenderwatch work`"
    )
    assert found.code == 1


def test_all_is_well(engine: Engine, tmp_path: Path) -> None:
    for name in SOURCES:
        crawled(engine, name, RunState.OK, NOW - 20 * MINUTE)
    beats(engine, a_supervisor())
    place = an_installation(engine, tmp_path)
    assert verdict(place) == Verdict(
        "Working. 0 of 2 sources are being read, 0 are due; the last crawl ended 19 min ago", (), 0
    )
    beats(engine, a_supervisor(ended_at=NOW - MINUTE, beat_at=NOW - MINUTE))
    by_hand = verdict(place)
    assert by_hand.code == 0
    assert by_hand.sentence.endswith("No supervisor runs, but nothing is overdue (`tenderwatch run` from cron?)")


def test_a_supervisor_that_is_gone_is_not_taken_for_one_that_works(engine: Engine, tmp_path: Path) -> None:
    for name in SOURCES:
        crawled(engine, name, RunState.OK, NOW - 5 * HOUR)
    place = an_installation(engine, tmp_path)
    with at_work() as name:
        beats(engine, a_supervisor(name=name))
        assert verdict(place).sentence.startswith("Working, but one thing is not well.")  # two are overdue
    assert verdict(place).sentence.startswith("NOT WORKING: no supervisor runs (the last one was last seen 5 s ago)")
    beats(engine, a_supervisor(name="elsewhere/2/bb", beat_at=NOW - 2 * MINUTE))
    assert verdict(place).code == 1


def test_everything_that_is_not_well_is_told(engine: Engine, tmp_path: Path) -> None:
    crawled(engine, "gb_one", RunState.OK, NOW - 10 * MINUTE)
    for _ in range(3):
        crawled(engine, "gb_two", RunState.BLOCKED, NOW - 10 * MINUTE, "the portal answers HTTP 403")
    beats(engine, a_supervisor(parts=(Part("sending", "no such host", NOW - HOUR, 4, NOW + MINUTE),)))
    with writing(engine) as c:
        save_destination(c, Destination("sales", "Sales", "json://localhost"))
        event = append_event(c, EventKind.TEST, None, {}, NOW)
        mark_routed(c, [event], NOW, None)
        append_event(c, EventKind.TEST, None, {}, NOW - HOUR)
        save_deliveries(c, [NewDelivery(event, "sales", (), "m", NOW)])
        (leased,) = lease_deliveries(c, NOW, MINUTE, "a/1/b")
        save_dead(c, [leased.id], "a/1/b", "refused")
    place = an_installation(engine, tmp_path)
    found = judge(look(place, NOW), replace(SIZES, free=999))
    assert found.code == 3
    assert found.sentence.startswith("Working, but 5 things are not well.")
    assert found.troubles[0] == "sending fails since 1 h (4 tries): no such host"
    assert found.troubles[1].startswith("gb_two is blocked: the portal answers HTTP 403; paused for 23 h")
    assert found.troubles[2] == "1 wait for routing, the oldest for 1 h"
    assert found.troubles[3].startswith("1 dead letters")
    assert found.troubles[4].startswith("999 bytes are free on the disk")
    crawled(engine, "gb_one", RunState.FAILED, NOW - 9 * MINUTE, "HTTP 500")
    assert verdict(place).sentence.startswith("NOT WORKING: no source can be read (of gb_one: HTTP 500)")


def test_the_screen_and_the_json_say_the_same(engine: Engine, tmp_path: Path) -> None:
    crawled(engine, "gb_one", RunState.OK, NOW - 10 * MINUTE)
    with writing(engine) as c:
        take_lease(c, "gb_two", NOW - MINUTE, 5 * MINUTE)
    beats(engine, a_supervisor())
    view = look(an_installation(engine, tmp_path), NOW)
    console = Console(width=150, record=True)
    with console.capture() as capture:
        console.print(to_screen(view, judge(view, SIZES), SIZES))
    told = capture.get()
    assert told.splitlines()[0].startswith("Working. 1 of 2 sources is being read")
    assert "running for 1 min: 0 pages, 0 notices" in told
    assert "ok, 9 min ago: 0 new, 0 changed" in told
    plain = to_plain(view, judge(view, SIZES), SIZES)
    assert [(row["source"], row["phase"]) for row in plain["sources"]] == [("gb_two", "running"), ("gb_one", "waiting")]
    assert plain["supervisors"][0]["alive"]
    assert plain["sizes"] == {"database": 10_000_000, "pages": 2_000, "free": 50_000_000_000}


def test_the_figures_are_what_prometheus_reads(engine: Engine, tmp_path: Path) -> None:
    crawled(engine, "gb_one", RunState.OK, NOW - 10 * MINUTE)
    crawled(engine, "gb_one", RunState.FAILED, NOW - 5 * MINUTE)
    beats(engine, a_supervisor(parts=(Part("matching", "x", NOW, 2, NOW),)))
    place = an_installation(engine, tmp_path)
    samples, kinds = scrape(write(to_families(look(place, NOW), find_totals(place), measure(place), "1.0")))
    assert value_of(samples, "build_info", version="1.0") == 1
    assert value_of(samples, "source_since_ok_seconds", source="gb_one") == 9 * 60
    assert value_of(samples, "source_last_ok_timestamp_seconds", source="gb_one") == (NOW - 9 * MINUTE).timestamp()
    assert value_of(samples, "source_last_run_state", source="gb_one", state="failed") == 1
    assert value_of(samples, "source_last_run_state", source="gb_one", state="ok") == 0
    assert value_of(samples, "source_last_run_state", source="gb_two", state="ok") is None
    assert value_of(samples, "runs_total", source="gb_one", state="failed") == 1
    assert value_of(samples, "supervisors_alive") == 1
    assert value_of(samples, "part_failed_tries", supervisor="elsewhere/1/aa", part="matching") == 2
    assert value_of(samples, "queue_age_seconds", queue="matching") == 0
    documented = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text()
    assert [name for name in kinds if name not in documented] == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3600, "1 h"), (12000, "3 h 20 min"), (187200, "2 d 4 h")],
)
def test_spans_are_told_as_people_say_them(seconds: int, text: str) -> None:
    assert to_span(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (5 * 10**9, "5 GB")])
def test_sizes_are_told_as_people_say_them(count: int, text: str) -> None:
    assert to_size(count) == text
