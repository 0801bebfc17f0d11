"""The supervisor as it runs: real processes, real portals; stopped, killed, watched from outside, and scraped."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import psutil
import pytest
from sqlalchemy import text

from crawler.child import crawl_in_child
from domain.config import Settings
from domain.sources import Run, RunState
from domain.supervision import Supervisor
from storage.engine import open_engine, reading, writing
from storage.migrate import upgrade
from storage.runs import find_runs, finish_run
from storage.sources import find_source_states, release_lease, take_lease
from storage.supervisors import find_supervisors
from tests.app.scraping import scrape, value_of
from tests.app.test_cli import environment, tenderwatch
from tests.crawler.portals import (
    HTML_SOURCE,
    Answer,
    Portal,
    a_detail,
    a_list,
    a_package,
    a_release,
    query,
    write_source,
)

NUMBERS = list(range(1, 121))
PATIENCE = 90.0


class Site(Portal):
    """120 notices on 12 pages; an answer waits until `open` is set."""

    def __init__(self) -> None:
        super().__init__(self.give_page)
        self.open = threading.Event()
        self.open.set()

    def give_page(self, path: str) -> Answer:
        self.open.wait(PATIENCE)
        if path.startswith("/list"):
            page = int(query(path)["page"])
            return Answer(a_list(NUMBERS[(page - 1) * 10 : page * 10], len(NUMBERS)))
        return Answer(a_detail(int(path.rpartition("/")[2])))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "data"\nsources_dir = "sources"\n')
    write_source(tmp_path / "sources", "xx_site", **HTML_SOURCE)
    write_source(tmp_path / "sources", "xx_down")
    (tmp_path / "data").mkdir()
    upgrade(f"sqlite:///{tmp_path}/data/tenderwatch.db", None)
    return tmp_path


@contextmanager
def working(folder: Path, portal: Portal, *sources: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
    """`tenderwatch work`, only for these sources (SOURCE=URL where it is another portal); killed at the end."""
    command = [sys.executable, "-m", "app.cli", "work"]
    for name in sources:
        command += ["--endpoint", name if "=" in name else f"{name}={portal.url}"]
    log = (folder / "work.log").open("a")
    process = subprocess.Popen(command, cwd=folder, env={**environment(folder), **more}, stderr=log, text=True)
    try:
        yield process
    finally:
        log.close()
        if process.poll() is None:
            process.kill()
        process.wait(30)


def wait_for(what: Callable[[], Any], why: str = "") -> Any:
    ended = time.monotonic() + PATIENCE
    while time.monotonic() < ended:
        if found := what():
            return found
        time.sleep(0.2)
    raise AssertionError(f"not within {PATIENCE} s {why}")


def runs(folder: Path, source: str = "xx_site") -> list[Run]:
    engine = open_engine(f"sqlite:///{folder}/data/tenderwatch.db")
    with reading(engine) as c:
        found = find_runs(c, source)
    engine.dispose()
    return found


def status(folder: Path) -> dict[str, Any]:
    done = tenderwatch("status", "--json", cwd=folder)
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown | {"code": done.returncode}


def row_of(shown: dict[str, Any], source: str) -> dict[str, Any]:
    return next(row for row in shown["sources"] if row["source"] == source)


def age(folder: Path, source: str, by: timedelta) -> None:
    """As if its runs had been so much earlier: a test has no hours to wait."""
    engine = open_engine(f"sqlite:///{folder}/data/tenderwatch.db")
    with writing(engine) as c:
        for run in find_runs(c, source):
            assert run.finished_at is not None
            times = [(moment - by).isoformat(timespec="microseconds") for moment in (run.started_at, run.finished_at)]
            c.execute(
                text("UPDATE runs SET started_at = :a, finished_at = :b WHERE id = :id"),
                {"a": times[0], "b": times[1], "id": run.id},
            )
    engine.dispose()


def lose(folder: Path, source: str, times: int) -> None:
    """So many runs that were lost a moment ago."""
    engine = open_engine(f"sqlite:///{folder}/data/tenderwatch.db")
    with writing(engine) as c:
        for _ in range(times):
            lease = take_lease(c, source, datetime.now(UTC), timedelta(seconds=30))
            finish_run(c, lease.run_id, RunState.FAILED, datetime.now(UTC), "HTTP 500")
            release_lease(c, lease)
    engine.dispose()


def supervisors(folder: Path) -> list[Supervisor]:
    engine = open_engine(f"sqlite:///{folder}/data/tenderwatch.db")
    with reading(engine) as c:
        found = find_supervisors(c)
    engine.dispose()
    return found


def test_status_and_figures_tell_of_a_crawl_while_it_runs_and_sigterm_ends_it(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    portal, down = Site(), Portal(lambda path: Answer(status=500))

    def stall(count: int) -> None:
        if len(portal.log) >= 20:
            portal.open.clear()

    portal.on_request = stall
    sources = ("xx_site", f"xx_down={down.url}")
    with portal, down, working(folder, portal, *sources, TENDERWATCH_METRICS_PORT=str(port)) as process:
        wait_for(lambda: [run for run in runs(folder) if run.claimed])
        wait_for(lambda: [run for run in runs(folder, "xx_down") if run.state is RunState.FAILED])
        wait_for(lambda: supervisors(folder))
        shown = status(folder)
        site, lost = row_of(shown, "xx_site"), row_of(shown, "xx_down")
        assert (site["phase"], site["running"]["of"], site["last"]) == ("running", len(NUMBERS), None)
        assert 12 <= site["running"]["pages"] <= 20
        assert 0 < site["running"]["notices"] < len(NUMBERS)
        assert (lost["phase"], lost["last"]["state"], lost["lost_in_a_row"]) == ("waiting", "failed", 1)
        assert lost["why"].startswith("its last run was lost: ")
        assert (shown["code"], shown["working"]) == (3, True)
        assert any(trouble.startswith("xx_down is failed") for trouble in shown["troubles"])
        told = tenderwatch("status", cwd=folder).stdout
        assert told.splitlines()[0].startswith("Working, but ")
        assert f"of {len(NUMBERS)} notices" in told

        samples, kinds = scrape(get(f"http://127.0.0.1:{port}/metrics"))
        assert value_of(samples, "source_phase", source="xx_site", phase="running") == 1
        assert value_of(samples, "source_last_run_state", source="xx_down", state="failed") == 1
        assert value_of(samples, "source_lost_runs", source="xx_down") == 1
        assert value_of(samples, "pages_total", source="xx_site") == site["running"]["pages"]
        assert value_of(samples, "notices_total", source="xx_site", outcome="new") == site["running"]["new"]
        assert value_of(samples, "source_since_ok_seconds", source="xx_site") is None
        assert value_of(samples, "supervisors_alive") == 1
        assert kinds["tenderwatch_notices_total"] == "counter"
        with pytest.raises(HTTPError, match="404"):
            get(f"http://127.0.0.1:{port}/")

        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert time.monotonic() - begun < 10.5
        assert psutil.wait_procs(children, 1)[1] == []
        portal.open.set()
    log = (folder / "work.log").read_text()
    assert "Traceback" not in log
    assert "crawl ended" in log
    (run,) = runs(folder)
    assert (run.state, run.interrupted) == (RunState.PARTIAL, True)
    after = status(folder)
    assert after["supervisors"][0]["ended_at"]
    assert not after["supervisors"][0]["alive"]
    assert row_of(after, "xx_site")["phase"] == "due"


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        body: bytes = answer.read()
        return body.decode()


def test_killed_and_started_again_it_goes_on_where_it_was(folder: Path) -> None:
    portal = Site()
    with portal:
        with working(folder, portal, "xx_site") as process:
            wait_for(lambda: len(portal.log) > 30)
            children = psutil.Process(process.pid).children(recursive=True)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
            assert psutil.wait_procs(children, 12)[1] == [], "a crawl does not outlive its supervisor"
        shown = status(folder)
        assert [each["alive"] for each in shown["supervisors"]] == [False], "a dead process is known at once"
        asked = set(portal.log)
        portal.log.clear()
        with working(folder, portal, "xx_site") as process:
            last = wait_for(lambda: [run for run in runs(folder) if run.state is RunState.OK])[0]
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
    again = [path for path in portal.log if path in asked and path.startswith("/notice")]
    assert len(again) <= 2, "only what was under way is asked again"
    assert (len(runs(folder)), last.steps_left) == (2, 0)
    assert "Traceback" not in (folder / "work.log").read_text()


def test_the_pause_of_a_failing_portal_outlives_the_supervisor_and_a_person_overrides_it(folder: Path) -> None:
    lose(folder, "xx_down", 2)
    with Portal(lambda path: Answer(status=500)) as portal:
        words = ["--endpoint", f"xx_down={portal.url}"]
        assert tenderwatch("crawl", "xx_down", *words, cwd=folder).returncode == 1
        age(folder, "xx_down", timedelta(hours=3))  # three lost runs of a source of 1 h: it waits 4 h
        with working(folder, portal, "xx_down") as process:
            wait_for(lambda: supervisors(folder))
            time.sleep(5)  # two turns of its crawling job
            row = row_of(status(folder), "xx_down")
            assert (row["phase"], row["lost_in_a_row"]) == ("paused", 3)
            due_in = datetime.fromisoformat(row["due_at"]) - datetime.now(UTC)
            assert timedelta(minutes=55) < due_in < timedelta(minutes=67)
            assert len(runs(folder, "xx_down")) == 3
            age(folder, "xx_down", timedelta(hours=1, minutes=10))
            wait_for(lambda: len(runs(folder, "xx_down")) == 4, "it is tried again once the pause is over")
            wait_for(lambda: runs(folder, "xx_down")[0].finished_at)
            portal.answer = lambda path: Answer(a_package([a_release(1)]))
            done = tenderwatch("crawl", "xx_down", *words, cwd=folder)
            assert done.returncode == 0, done.stderr
            row = row_of(status(folder), "xx_down")
            assert (row["phase"], row["lost_in_a_row"]) == ("waiting", 0)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def test_a_source_that_cannot_begin_is_lost_and_stops_no_other(folder: Path) -> None:
    write_source(folder / "sources", "xx_keyed", key_env="TENDERWATCH_KEY_MISSING")
    portal = Portal(lambda path: Answer(a_package([a_release(1)])))
    with portal, working(folder, portal, "xx_keyed", "xx_down") as process:
        wait_for(lambda: runs(folder, "xx_keyed"))
        wait_for(lambda: [run for run in runs(folder, "xx_down") if run.state is RunState.OK])
        time.sleep(5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    (run,) = runs(folder, "xx_keyed")
    assert run.state is RunState.FAILED
    assert "TENDERWATCH_KEY_MISSING" in (run.reason or "")


def test_two_supervisors_on_one_database_do_no_harm(folder: Path) -> None:
    portal = Site()
    with portal, working(folder, portal, "xx_site") as one, working(folder, portal, "xx_site") as two:
        wait_for(lambda: [run for run in runs(folder) if run.state is RunState.OK])
        assert len([each for each in status(folder)["supervisors"] if each["alive"]]) == 2
        for process in (one, two):
            process.send_signal(signal.SIGTERM)
        assert (one.wait(20), two.wait(20)) == (0, 0)
    details = [path for path in portal.log if path.startswith("/notice")]
    assert len(details) == len(set(details)) == len(NUMBERS)
    assert "Traceback" not in (folder / "work.log").read_text()


def test_a_database_that_goes_away_for_a_while_ends_nothing(folder: Path) -> None:
    file = folder / "data" / "tenderwatch.db"
    portal = Portal(lambda path: Answer(a_package([a_release(1)])))
    with portal, working(folder, portal, "xx_down") as process:
        wait_for(lambda: [run for run in runs(folder, "xx_down") if run.state is RunState.OK])
        engine = open_engine(f"sqlite:///{file}")
        with writing(engine) as c:
            c.execute(text("ALTER TABLE notices RENAME TO gone"))
        wait_for(lambda: "part=matching" in (folder / "work.log").read_text())
        with writing(engine) as c:
            c.execute(text("ALTER TABLE gone RENAME TO notices"))
        engine.dispose()
        wait_for(lambda: "a part works again" in (folder / "work.log").read_text())
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_child_that_hangs_is_ended_by_its_process_id(folder: Path) -> None:
    settings = Settings(data_dir=folder / "data", sources_dir=folder / "sources")
    portal = Site()
    frozen: list[int] = []

    def freeze(count: int) -> None:
        if count == 5:
            (child,) = psutil.Process().children()
            frozen.append(child.pid)
            child.suspend()

    portal.on_request = freeze
    with portal:
        begun = time.monotonic()
        run = crawl_in_child("xx_site", settings, endpoint=portal.url, hang_after=10)
        assert time.monotonic() - begun < 60
    assert frozen
    assert not psutil.pid_exists(frozen[0])
    assert (run.state, run.interrupted) == (RunState.FAILED, True)
    assert (run.reason or "").startswith("it hung: no sign of life for 10 s; its process was killed")
    engine = open_engine(settings.database)
    with reading(engine) as c:
        assert find_source_states(c)["xx_site"].lease is None
    engine.dispose()
