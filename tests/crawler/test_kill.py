"""The real process killed with -9, and run again: nothing is lost, and nothing is asked twice.

So it is for every way of publishing; at an answer, at a commit, where a page lies on the disk and is not committed yet,
and at any time between.
"""

import json
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Set
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from crawler.addresses import SourceKey
from crawler.listing.packages import PACKAGE
from crawler.protocols.ted import to_query
from domain.config import Settings
from domain.sources import RunState, Step
from storage.engine import reading
from storage.runs import find_runs
from storage.sources import find_cursor
from storage.steps import find_unfinished_steps
from tests.crawler import german_portal, sam_portal, ted_portal
from tests.crawler.browsing import APP_SOURCE, a_portal, need_browser, rows
from tests.crawler.killing import Moment, crawl_and_kill, expire_lease, find_alive, start_command
from tests.crawler.portals import HTML_SOURCE, Answer, Place, Portal
from tests.crawler.sam_portal import KEY, Sam, a_row
from tests.crawler.strategies import NOW, NUMBERS, STRATEGIES, Strategy, a_site
from tests.crawler.ted_portal import Made, Ted

RANDOM = random.Random(20261120)


def at(
    answers: tuple[int, ...] = (), commits: tuple[int, ...] = (), files: tuple[int, ...] = (), times: int = 0
) -> tuple[Moment, ...]:
    """Moments in any order; at last so many `times` that are drawn, as parts of what an undisturbed crawl takes."""
    counted = [
        *(Moment("answers", count) for count in answers),
        *(Moment("commits", count) for count in commits),
        *(Moment("files", count) for count in files),
    ]
    drawn = [Moment("seconds", RANDOM.uniform(0, 1 / (len(counted) + times))) for _ in range(times)]
    return (*RANDOM.sample(counted, len(counted)), *drawn)


def path_of(step: Step) -> str:
    """A step as the portal's log tells it."""
    url = urlsplit(SourceKey(KEY).put_into(step.url))
    return f"{url.path}?{url.query}" if url.query else url.path


def ted_path_of(step: Step) -> str:
    """TED's search is asked by POST."""
    search = step.kind not in ("detail", PACKAGE)
    return f"/v3/notices/search {json.dumps(to_query(step))}" if search else path_of(step)


@dataclass(frozen=True)
class Case:
    """A portal with `most` notices, and the moments at which crawls of it are killed. Each run may ask `again` for the
    overlap."""

    source: dict[str, Any]
    open: Callable[[], Portal]
    most: int
    moments: tuple[Moment, ...]
    again: Callable[[str], bool] = lambda path: False
    until: datetime | None = NOW
    asked: Callable[[Step], str] = path_of


def a_ted() -> Portal:
    """Two days of search, and before them a day's package in four portions."""
    ted = Ted([Made(number, date(2026, 11, 19 + number % 2)) for number in range(700, 711)])
    ted.notices += [Made(number, date(2026, 11, 17)) for number in range(400, 600)]
    ted.pack_day(date(2026, 11, 17))
    return ted.portal


DAYS = german_portal.SOURCE["listing"]["window"] | {"first": "6d", "overlap": "1d"}


def a_germany() -> Portal:
    """Days of two portions each, and one without notices."""
    made = [Made(day * 100 + n, date(2026, 11, day)) for day in (13, 14, 15, 16, 17, 19) for n in range(90)]
    return Portal(german_portal.give_days(made, date(2026, 11, 20)))


THREE_DAYS = sam_portal.SOURCE["listing"] | {"window": sam_portal.SOURCE["listing"]["window"] | {"first": "2d"}}


def a_sam() -> Portal:
    """Pages of three rows, each of which has a description of its own."""
    days = [f"2026-11-{18 + n % 3}" for n in range(24)]
    return Portal(Sam([a_row(n, postedDate=day) for n, day in enumerate(days)]).answer)


def an_application() -> Portal:
    """Three pages behind a button, and the pages of their notices."""
    return a_portal(lambda path: Answer(json.dumps(rows(path, 12, 5)).encode()))


MOMENTS = {
    "window": at(answers=(2, 3), commits=(1, 2, 4, 5), files=(1, 2), times=2),
    "next link": at(answers=(4,), commits=(5,), files=(6,), times=1),
    "counted pages": at(answers=(4,), commits=(5,), files=(6,), times=1),
    "list document": at(answers=(4,), commits=(5,), files=(6,), times=1),
    "count up": at(answers=(4,), commits=(5,), files=(6,), times=1),
    "detail stage": at(answers=(4, 7), commits=(2, 6), files=(5, 6), times=2),
}


def to_case(strategy: Strategy, moments: tuple[Moment, ...]) -> Case:
    """One of the ways of walking a list."""
    overlap = strategy.overlap
    return Case(
        strategy.source,
        lambda: Portal(strategy.answer),
        strategy.most,
        moments,
        lambda path: overlap is not None and overlap in path,
        strategy.until,
    )


CASES = {
    **{name: to_case(strategy, MOMENTS[name]) for name, strategy in STRATEGIES.items()},
    "ted": Case(
        ted_portal.SOURCE,
        a_ted,
        211,
        at(answers=(4,), commits=(4,), files=(1,), times=1),
        lambda path: path.startswith("/v3/") and "20261117" not in path and "20261118" not in path,
        asked=ted_path_of,
    ),
    "germany": Case(
        german_portal.SOURCE | {"listing": {"window": DAYS}},
        a_germany,
        540,
        at(answers=(2,), commits=(3,), files=(2,), times=1),
        lambda path: "2026-11-18" in path or "2026-11-19" in path,
    ),
    "sam": Case(
        sam_portal.SOURCE | {"listing": THREE_DAYS},
        a_sam,
        24,
        at(answers=(5,), commits=(6,), files=(4,), times=1),
        lambda path: "11%2F20%2F2026" in path,
    ),
    "browser": Case(
        APP_SOURCE,
        an_application,
        12,
        at(answers=(3,), commits=(4,), files=(6,)),
        lambda path: path.startswith("/api"),  # asked by the list's own page, which clicks on from its beginning
        until=None,
    ),
}


@pytest.fixture(scope="module")
def killed(
    tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path, request: pytest.FixtureRequest
) -> Iterator[dict[str, "Future[None]"]]:
    """All chosen cases, two side by side: they wait for processes to start and for one another's portals."""
    chosen = {item.callspec.params.get("name") for item in request.session.items if hasattr(item, "callspec")}
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as pool:
        patch.setenv("TENDERWATCH_KEY_TEST_SAM", KEY)
        places = {name: _a_place(tmp_path_factory.mktemp(name.replace(" ", "_")), _sqlite_template) for name in CASES}
        yield {name: pool.submit(_check, CASES[name], places[name]) for name in CASES if name in chosen}


@pytest.mark.parametrize("name", CASES)
def test_killed_and_run_again(name: str, killed: dict[str, "Future[None]"]) -> None:
    if name == "browser":
        need_browser()
    killed[name].result()


def _a_place(folder: Path, template: Path) -> Place:
    shutil.copyfile(template, folder / "tenderwatch.db")
    return Place(Settings(data_dir=folder, sources_dir=folder / "sources"))


def _check(case: Case, place: Place) -> None:
    """Exactly the notices, revisions and cursor of an undisturbed run; the log shows what was asked again."""
    for name in ("xx_whole", "xx_test"):
        place.write(name, **case.source)
    with case.open() as portal:
        began = time.monotonic()
        undisturbed = place.crawl(portal, "xx_whole", until=case.until)
        assert (undisturbed.state, undisturbed.reason) == (RunState.OK, None)
        took, whole = time.monotonic() - began, set(portal.log)
        portal.log.clear()
        shutil.rmtree(place.settings.pages_dir)  # a body that is there already makes no file
        kills, done = 0, set[str]()
        for moment in case.moments:
            before = len(portal.log)
            drawn = moment.what == "seconds"
            if crawl_and_kill(place, portal, replace(moment, count=moment.count * (took if drawn else 1)), case.until):
                kills += 1
            else:
                assert drawn, f"the crawl ended before {moment}"
            _expect_only_the_rest(case, portal.log[before:], done)
            done = _find_done(case, place, portal)
        before = len(portal.log)
        last = place.crawl(portal, until=case.until)
        _expect_only_the_rest(case, portal.log[before:], done)
        assert set(portal.log) == whole
    assert (last.state, last.reason, last.steps_left) == (RunState.OK, None, 0)
    assert len(place.notices()) == case.most
    assert place.notices() == [{**notice, "source": "xx_test"} for notice in place.notices("xx_whole")]
    assert place.revisions() == place.revisions("xx_whole")
    with place.engine() as engine, reading(engine) as c:
        states = [run.state for run in find_runs(c, "xx_test", limit=50)]
        if case.until is not None:
            assert find_cursor(c, "xx_test") == find_cursor(c, "xx_whole")
    assert states.count(RunState.FAILED) == kills
    assert set(states) == {RunState.OK, RunState.FAILED}


def _find_done(case: Case, place: Place, portal: Portal) -> Set[str]:
    """What must not be asked any more. A list that is not walked by time begins anew once it is whole."""
    with place.engine() as engine, reading(engine) as c:
        unfinished = {case.asked(step) for step in find_unfinished_steps(c, "xx_test")}
    return set(portal.log) - unfinished if unfinished or case.until is not None else set()


def _expect_only_the_rest(case: Case, asked: list[str], done: Set[str]) -> None:
    """No step that had been done before is asked again, but for the overlap; and none twice in one run."""
    assert len(asked) == len(set(asked))
    assert {path for path in asked if path in done and not case.again(path)} == set()


@pytest.mark.parametrize("portal_answers", [True, False])
def test_a_crawl_whose_parent_is_killed_ends_by_itself(place: Place, portal_answers: bool) -> None:
    """Also where the portal hangs. The next run goes on."""
    place.write(**HTML_SOURCE)
    hanging, release = threading.Event(), threading.Event()

    def answer(path: str) -> Answer:
        if path == "/notice/7":
            hanging.set()
            release.wait(0.5 if portal_answers else 60)
        return a_site(path)

    with Portal(answer) as portal:
        parent = start_command(place, portal)
        try:
            assert hanging.wait(60)
            (child,) = psutil.Process(parent.pid).children(recursive=True)
        finally:
            parent.kill()
            parent.wait()
        assert find_alive([child], 10) == []
        release.set()
        done = _find_done(CASES["detail stage"], place, portal)
        if not portal_answers:
            assert expire_lease(place)
        before = len(portal.log)
        run = place.crawl(portal)
        _expect_only_the_rest(CASES["detail stage"], portal.log[before:], done)
    assert (run.state, run.steps_left) == (RunState.OK, 0)
    assert [each["key"] for each in place.notices()] == sorted(f"N-{number}" for number in NUMBERS)
    with place.engine() as engine, reading(engine) as c:
        ended = find_runs(c, "xx_test")[-1]
    if portal_answers:  # else nobody ended it: its lease expired
        assert ended.state is RunState.PARTIAL
        assert ended.reason
        assert ended.reason.startswith("stopped before its end (told to stop)")
        assert "could not be read" not in ended.reason
