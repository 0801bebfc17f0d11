"""Real crawls of portals on this machine, each in its child process: politeness, refusals, hostile bodies, stopping."""

import gzip
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import psutil
import pytest

from crawler.child import start_child
from crawler.middlewares.retry_after import read_retry_after
from domain.errors import BadSource, SourceBusy, WrongUse
from domain.sources import IssueKind, RunState
from storage.engine import reading, writing
from storage.runs import find_runs
from storage.sources import take_lease
from tests.crawler.portals import Answer, Place, Portal, a_package, a_release, query

ROOT = Path(__file__).parents[2]
GOOD = a_package([a_release(number) for number in range(3)])


def test_retry_after_in_both_its_forms() -> None:
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert read_retry_after("120", now) == 120
    assert read_retry_after("Fri, 20 Nov 2026 12:02:00 GMT", now) == 120
    assert read_retry_after("Fri, 20 Nov 2026 11:00:00 GMT", now) == 0
    for odd in (None, "", "soon", "-5", "1.5", "²"):
        assert read_retry_after(odd, now) is None


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_whole_host_waits_as_it_asks(place: Place, form: str) -> None:
    place.write(
        listing={"pages": {"param": "page", "size": 3}},
        pace={"delay": 1, "at_once": 4, "reason": "a test"},
        expect={"notices": [1, 100], "filled": {}, "silence": "3d"},
    )
    times: list[float] = []

    def answer(path: str) -> Answer:
        times.append(time.monotonic())
        page = int(query(path)["page"])
        if len(times) == 2:
            until = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)
            return Answer(status=429, headers={"Retry-After": "2" if form == "seconds" else until})
        return Answer(a_package([a_release(page * 10 + row) for row in range(3)], total=24))

    with Portal(answer) as portal:
        run = place.crawl(portal)
    assert (run.state, run.new) == (RunState.OK, 24)
    refused = times[1]
    # What was under way when the portal said so may still arrive; nothing more is sent until it may.
    assert not [moment for moment in times if refused + 0.5 < moment < refused + 1.9]


def test_passing_errors_are_tried_again_and_lasting_ones_left(place: Place) -> None:
    place.write(listing={"next": {}})
    answers = [Answer(b"oops", 503), Answer(b"oops", 500), Answer(GOOD)]
    with Portal(lambda path: answers.pop(0)) as portal:
        assert place.crawl(portal).state is RunState.OK
    with Portal(lambda path: Answer(b"gone", 404)) as portal:
        run = place.crawl(portal)
        assert len(portal.log) == 1
    assert run.state is RunState.FAILED
    assert "HTTP 404" in (run.reason or "")
    assert run.steps_left == 1


def test_a_refusal_blocks_the_run_and_tells(place: Place) -> None:
    place.write(listing={"next": {}})
    with Portal(lambda path: Answer(b"Forbidden", 403)) as portal:
        run = place.crawl(portal)
        assert len(portal.log) == 1
    assert (run.state, run.reason) == (RunState.BLOCKED, "the portal answers HTTP 403")
    assert place.issues()[0].issue.kind is IssueKind.REFUSED


@pytest.mark.parametrize(
    ("robots", "state"),
    [
        (Answer(b"User-agent: *\nDisallow: /api\n"), RunState.BLOCKED),
        (Answer(b"User-agent: *\nAllow: /\n"), RunState.OK),
        (Answer(b"<h1>none</h1>", 404), RunState.OK),
        (Answer(b"down", 503), RunState.BLOCKED),
    ],
    ids=["forbids", "allows", "none", "fails"],
)
def test_robots_txt_is_obeyed(place: Place, robots: Answer, state: RunState) -> None:
    place.write(listing={"next": {}})
    with Portal(lambda path: Answer(GOOD), robots) as portal:
        run = place.crawl(portal)
        assert len(portal.log) == (1 if state is RunState.OK else 0)
        assert portal.robots_asked >= 1
    assert run.state is state
    if state is RunState.BLOCKED:
        assert "robots.txt" in (run.reason or "")


def test_every_request_goes_to_the_stand_in_and_says_who_asks(place: Place) -> None:
    place.settings = place.settings.model_copy(update={"contact": "mailto:tenders@norbridge.example"})
    place.write(listing={"next": {}})

    def answer(path: str) -> Answer:
        following = None if "page=2" in path else "https://portal.invalid/api?page=2"
        return Answer(a_package([a_release(int(query(path).get("page", "1")))], following))

    with Portal(answer) as portal:
        from crawler.run import crawl_in_child

        run = crawl_in_child("xx_test", place.settings, endpoint=f"{portal.url}/prefix")
        assert portal.log == ["/prefix/api", "/prefix/api?page=2"]
        assert portal.robots_asked == 1
        assert "Tenderwatch/" in portal.headers[0]["User-Agent"]
        assert "tenders@norbridge.example" in portal.headers[0]["User-Agent"]
    assert (run.state, run.new) == (RunState.OK, 2)


def _bomb() -> Answer:
    return Answer(gzip.compress(b'{"releases": [' + b" " * 300_000_000 + b"]}"), headers={"Content-Encoding": "gzip"})


HOSTILE = {
    "gzip bomb": _bomb,
    "nested JSON": lambda: Answer(b'{"releases": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "HTML of 50 MB": lambda: Answer(
        b"<html><body>" + b"<li class=row>x</li>" * 2_600_000, headers={"Content-Type": "text/html"}
    ),
    "many small values": lambda: Answer(b'{"releases": [' + b"{}," * 9_000_000 + b"{}]}"),
}


@contextmanager
def watching(pid: int) -> Iterator[list[float]]:
    """The process's resident memory in MiB, looked at every 10 ms. (Its own ru_maxrss begins with its parent's.)"""
    sizes: list[float] = []
    ended = threading.Event()

    def watch() -> None:
        process = psutil.Process(pid)
        while not ended.wait(0.01):
            try:
                sizes.append(process.memory_info().rss / 2**20)
            except psutil.NoSuchProcess:
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    yield sizes
    ended.set()
    watcher.join()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused_with_the_process_alive_and_small(place: Place, name: str) -> None:
    place.write(listing={"next": {}})
    hostile = HOSTILE[name]()
    with Portal(lambda path: hostile) as portal:
        process = start_child("xx_test", place.settings, endpoint=portal.url)
        with process, watching(process.pid) as sizes:
            assert process.stdout
            told = [json.loads(line) for line in process.stdout]
            assert process.stdin
            process.stdin.close()
    assert told[-1] == {"event": "end", "state": "failed"}
    assert process.returncode == 1
    assert 0 < max(sizes) < 500
    assert place.notices() == []
    assert len(place.issues()) == 1


@pytest.mark.parametrize("how", ["leash", "SIGTERM", "while waiting"])
def test_a_crawl_stops_within_ten_seconds_and_leaves_its_steps(place: Place, how: str) -> None:
    place.write(listing={"next": {}}, pace={"retry_after": 500})
    asked, release = threading.Event(), threading.Event()

    def answer(path: str) -> Answer:
        asked.set()
        if how == "while waiting":
            return Answer(status=429)
        release.wait(20)
        return Answer(GOOD)

    with Portal(answer) as portal:
        process = start_child("xx_test", place.settings, endpoint=portal.url)
        with process:
            assert process.stdin
            assert asked.wait(30)
            time.sleep(0.5)
            begin = time.monotonic()
            if how == "leash":
                process.stdin.close()
            else:
                process.terminate()
            threading.Timer(1.0, release.set).start()
            process.wait(15)
            assert time.monotonic() - begin < 10
            process.stdin.close()
    with place.engine() as engine, reading(engine) as c:
        (run,) = find_runs(c, "xx_test")
    assert run.state is RunState.PARTIAL
    assert "told to stop" in (run.reason or "")
    with Portal(lambda path: Answer(GOOD)) as portal:
        assert place.crawl(portal).new + run.new == 3


def test_a_portal_that_never_answers_does_not_keep_a_stopped_crawl_alive(place: Place) -> None:
    place.write(listing={"next": {}})
    asked = threading.Event()

    def answer(path: str) -> Answer:
        asked.set()
        time.sleep(14)
        return Answer(GOOD)

    with Portal(answer) as portal:
        process = start_child("xx_test", place.settings, endpoint=portal.url)
        with process:
            assert process.stdin
            assert asked.wait(30)
            begin = time.monotonic()
            process.stdin.close()
            process.wait(15)
            assert time.monotonic() - begin < 10.5


def test_what_keeps_a_crawl_from_beginning_is_told_to_the_parent(place: Place) -> None:
    with Portal(lambda path: Answer(GOOD)) as portal:
        with pytest.raises(WrongUse, match="no source 'xx_none'"):
            place.crawl(portal, "xx_none")
        place.write(listing={"next": {}}, zone="Europe/Londres")
        with pytest.raises(BadSource, match="is no time zone"):
            place.crawl(portal)
        place.write(listing={"next": {}})
        with place.engine() as engine, writing(engine) as c:
            take_lease(c, "xx_test", datetime.now(UTC), timedelta(hours=1))
        with pytest.raises(SourceBusy, match="is being crawled since"):
            place.crawl(portal)


def test_scrapy_crawl_does_the_same(place: Place) -> None:
    place.write(listing={"next": {}})
    environment = {
        **os.environ,
        "TENDERWATCH_DATA_DIR": str(place.settings.data_dir),
        "TENDERWATCH_SOURCES_DIR": str(place.settings.sources_dir),
    }
    with Portal(lambda path: Answer(GOOD)) as portal:
        command = [sys.executable, "-m", "scrapy", "crawl", "xx_test", "-a", f"endpoint={portal.url}"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        first = place.notices()
        assert len(first) == 3
        run = place.crawl(portal)
    assert (run.state, run.same) == (RunState.OK, 3)
    with place.engine() as engine, reading(engine) as c:
        assert [each.state for each in find_runs(c, "xx_test")] == [RunState.OK, RunState.OK]
