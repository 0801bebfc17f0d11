"""Real crawls in child processes: what a portal need not send again, hosts that are paused, and one that is shared."""

import io
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from sqlalchemy import Engine

from crawler.middlewares.unchanged import is_settled
from domain.sources import IssueKind, RunState, StepState, Validators
from storage.engine import reading, writing
from storage.hosts import (
    find_pauses,
    find_robots,
    give_turn_up,
    is_wanted,
    save_pause,
    save_robots,
    take_turn,
)
from storage.pages import find_pages
from storage.sources import release_lease, take_lease
from storage.steps import find_unfinished_steps
from storage.validators import find_validators, has_validators, prune_validators, save_validators
from tests.crawler.portals import HTML_SOURCE, Answer, Place, Portal, a_detail, a_list, a_package, a_release, query
from tests.crawler.ted_portal import Made

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD = a_package([a_release(number) for number in range(3)])
MINUTE = timedelta(minutes=1)


class Versioned:
    """Answers 304 to whoever has the version; `asked` holds how each path was asked, `sent` which bodies were sent."""

    def __init__(self, answer: Callable[[str], Answer], headers: Callable[[str], dict[str, str]]) -> None:
        self._answer, self._headers = answer, headers
        self.sent: list[str] = []
        self.kept: list[str] = []

    def serve(self, portal: Portal, path: str) -> Answer:
        headers, asked = self._headers(path), portal.headers[-1]
        etag, modified = headers.get("ETag"), headers.get("Last-Modified")
        same = asked.get("If-None-Match") == etag if etag else asked.get("If-Modified-Since") == modified
        if (etag or modified) and same:
            self.kept.append(path)
            return Answer(status=304, headers={"ETag": etag} if etag else {})
        self.sent.append(path)
        good = self._answer(path)
        return Answer(good.body, good.status, {**good.headers, **headers})


def serving(versioned: Versioned) -> Portal:
    portal = Portal(lambda path: versioned.serve(portal, path))
    return portal


@pytest.mark.parametrize("by", ["ETag", "Last-Modified"])
def test_what_has_not_changed_is_not_sent_again_and_nothing_is_missed(place: Place, by: str) -> None:
    """A list, its further pages and its details: all are read as if they had been sent."""
    place.write(**HTML_SOURCE)
    numbers, versions = list(range(1, 14)), {"/notice/3": 1}
    old = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)

    def answer(path: str) -> Answer:
        if path.startswith("/list"):
            page = int(query(path)["page"])
            return Answer(a_list(numbers[(page - 1) * 10 : page * 10], len(numbers)))
        deadline = "2026-12-30 12:00" if versions.get(path, 1) > 1 else "2026-12-24 12:00"
        return Answer(a_detail(int(path.rpartition("/")[2]), deadline))

    def headers(path: str) -> dict[str, str]:
        return {"ETag": f'"{path} {versions.get(path, 1)}"'} if by == "ETag" else {"Last-Modified": old}

    versioned = Versioned(answer, headers)
    with serving(versioned) as portal:
        first = place.crawl(portal)
        assert (first.state, first.new, first.not_modified) == (RunState.OK, 13, 0)
        versioned.sent.clear()
        if by == "ETag":
            versions["/notice/3"] = 2
        second = place.crawl(portal)
    assert (second.state, second.claimed) == (RunState.OK, 13)
    assert versioned.sent == (["/notice/3"] if by == "ETag" else [])
    assert (second.pages, second.not_modified) == (15, 15 - len(versioned.sent))
    assert (second.new, second.changed, second.same) == (0, len(versioned.sent), 13 - len(versioned.sent))


def test_only_what_was_read_and_is_still_there_is_asked_for_by_its_version(place: Place) -> None:
    place.write(listing={"next": {}})
    bodies = [b"<html>Please accept our cookies</html>", GOOD, GOOD, GOOD]
    versioned = Versioned(lambda path: Answer(bodies[len(versioned.sent) - 1]), lambda path: {"ETag": '"1"'})
    with serving(versioned) as portal:
        assert place.crawl(portal).state is RunState.FAILED  # a consent page, which is not understood
        assert place.crawl(portal).new == 3  # so it is asked for as a whole
        assert (place.crawl(portal).not_modified, versioned.kept) == (1, ["/api"])
        with place.engine() as engine, reading(engine) as c:
            for page in find_pages(c, "xx_test"):
                (place.settings.pages_dir / page.hash[:2] / f"{page.hash}.zst").unlink(missing_ok=True)
        assert (place.crawl(portal).not_modified, len(versioned.sent)) == (0, 3)  # pruned meanwhile


def test_a_304_that_nobody_asked_for_is_no_page(place: Place) -> None:
    place.write(listing={"next": {}})
    with Portal(lambda path: Answer(status=304)) as portal:
        run = place.crawl(portal)
    assert (run.state, run.steps_left) == (RunState.FAILED, 1)


def test_a_stand_in_has_documents_of_its_own(place: Place) -> None:
    place.write(listing={"next": {}})
    for _ in range(2):
        versioned = Versioned(lambda path: Answer(GOOD), lambda path: {"ETag": '"1"'})
        with serving(versioned) as portal:
            assert place.crawl(portal).not_modified == 0


def test_an_archive_that_has_not_changed_is_read_from_its_portions(place: Place) -> None:
    place.write(
        protocol="eforms",
        listing={"window": {"by": "day", "from": "pubDay", "format": "%Y-%m-%d", "behind": "1d", "first": "1d"}},
        expect={"notices": [0, 100], "filled": {}, "silence": "3d"},
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number in range(1, 131):
            file.writestr(f"{number}.xml", Made(number, NOW.date()).xml())
    versioned = Versioned(lambda path: Answer(archive.getvalue()), lambda path: {"ETag": '"1"'})
    with serving(versioned) as portal:
        first = place.crawl(portal, until=NOW)
        versioned.sent.clear()
        second = place.crawl(portal, until=NOW)
    assert (first.state, first.new, first.not_modified) == (RunState.OK, 130, 0)
    assert (second.state, second.same) == (RunState.OK, 130)
    assert (second.not_modified, len(versioned.sent), len(versioned.kept)) == (1, 0, 1)


def test_last_modified_is_trusted_where_it_is_older_than_the_answer() -> None:
    before, just = "Fri, 20 Nov 2026 11:58:00 GMT", "Fri, 20 Nov 2026 11:59:30 GMT"
    assert is_settled(before, "Fri, 20 Nov 2026 12:00:00 GMT", NOW)
    assert is_settled(before, None, NOW)
    for modified, date in ((just, None), ("soon", None), (before, "today"), (before, "Fri, 20 Nov 2026 11:58:00 GMT")):
        assert not is_settled(modified, date, NOW)


def test_robots_txt_is_kept_a_day_for_all_sources_of_the_host(place: Place) -> None:
    for name in ("xx_test", "xx_other"):
        place.write(name, listing={"next": {}})
    with Portal(lambda path: Answer(GOOD), Answer(b"User-agent: *\nDisallow: /private\n")) as portal:
        for name in ("xx_test", "xx_other", "xx_test"):
            assert place.crawl(portal, name).state is RunState.OK
        assert portal.robots_asked == 1
        with place.engine() as engine, writing(engine) as c:
            save_robots(c, portal.url[7:], "", datetime.now(UTC) - timedelta(hours=25))
        portal.robots = Answer(b"User-agent: *\nDisallow: /api\n")
        assert place.crawl(portal).state is RunState.BLOCKED
        assert portal.robots_asked == 2


def test_a_robots_txt_that_cannot_be_had_closes_the_portal_for_this_run_only(place: Place) -> None:
    place.write(listing={"next": {}})
    with Portal(lambda path: Answer(GOOD), Answer(b"down", 500)) as portal:
        for _ in range(2):
            run = place.crawl(portal)
            assert (run.state, run.steps_left) == (RunState.BLOCKED, 1)
        with place.engine() as engine, reading(engine) as c:
            assert [step.tries for step in find_unfinished_steps(c, "xx_test")] == [0]
        assert portal.log == []
        portal.robots = Answer(status=404)
        assert (place.crawl(portal).state, len(portal.log)) == (RunState.OK, 1)


def test_a_403_puts_off_the_next_run_and_other_sources_of_the_host(place: Place) -> None:
    for name in ("xx_test", "xx_other"):
        place.write(name, listing={"next": {}})
    with Portal(lambda path: Answer(b"Forbidden", 403)) as portal:
        assert place.crawl(portal).reason == "the portal answers HTTP 403"
        for name in ("xx_test", "xx_other"):
            run = place.crawl(portal, name)
            assert (run.state, run.steps_left) == (RunState.BLOCKED, 1)
            assert "is not asked before" in (run.reason or "")
            assert "HTTP 403 to xx_test" in (run.reason or "")
        assert len(portal.log) == 1
        with place.engine() as engine, reading(engine) as c:
            (pause,) = find_pauses(c, datetime.now(UTC))
            assert pause.host == portal.url[7:]
            assert timedelta(minutes=13) < pause.until - datetime.now(UTC) <= timedelta(minutes=15)
            (step,) = find_unfinished_steps(c, "xx_test")
            assert (step.state, step.tries) == (StepState.WAITING, 0)
    assert {issue.issue.kind for issue in place.issues()} == {IssueKind.REFUSED}


def test_a_long_retry_after_puts_the_run_off_and_is_kept_by_the_next(place: Place) -> None:
    place.write(listing={"next": {}})
    with Portal(lambda path: Answer(status=429, headers={"Retry-After": "3600"})) as portal:
        first, second = place.crawl(portal), place.crawl(portal)
        assert "asks to wait 60 minutes" in (first.reason or "")
        assert "HTTP 429 to xx_test" in (second.reason or "")
        assert len(portal.log) == 1
    assert {run.state for run in (first, second)} == {RunState.BLOCKED}


@pytest.mark.parametrize("no", [Answer(b"no", 403), Answer(b"no", 429, {"Retry-After": "3600"})], ids=["403", "429"])
@pytest.mark.parametrize("at", ["/list?page=2", "/notice/3"])
def test_nothing_more_is_asked_after_a_no(place: Place, no: Answer, at: str) -> None:
    """Neither the steps that wait already, at whatever pace."""
    place.write(**HTML_SOURCE, pace={"delay": 0.05, "reason": "a test"})
    said_no: list[int] = []

    def answer(path: str) -> Answer:
        if path == at:
            said_no.append(len(portal.log))
            return no
        return Answer(a_list(list(range(1, 11)), 30) if path.startswith("/list") else a_detail(int(path[8:])))

    with Portal(answer) as portal:
        assert place.crawl(portal).state is RunState.BLOCKED
        assert [len(portal.log)] == said_no, portal.log


def test_a_short_pause_is_waited_out_by_another_source(place: Place) -> None:
    place.write(listing={"next": {}})
    with Portal(lambda path: Answer(GOOD)) as portal:
        with place.engine() as engine, writing(engine) as c:
            until = datetime.now(UTC) + timedelta(seconds=6)
            save_pause(c, portal.url[7:], until, "HTTP 429 to xx_other")
        assert place.crawl(portal).state is RunState.OK
        assert datetime.now(UTC) > until


def test_two_sources_of_one_host_never_ask_at_once(place: Place) -> None:
    busy, most, order = 0, 0, []
    lock = threading.Lock()
    for name in ("xx_one", "xx_two"):
        pages = {"param": "page", "size": 2}
        place.write(name, endpoint=f"https://portal.invalid/{name}", listing={"pages": pages})

    def answer(path: str) -> Answer:
        nonlocal busy, most
        with lock:
            busy, order[len(order) :] = busy + 1, [path[1:7]]
            most = max(most, busy)
        time.sleep(0.4)
        with lock:
            busy -= 1
        page = int(query(path)["page"])
        return Answer(a_package([a_release(page * 2 + row) for row in range(2)], total=20))

    with Portal(answer) as portal, ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda name: place.crawl(portal, name), ("xx_one", "xx_two")))
    assert [run.state for run in runs] == [RunState.OK, RunState.OK]
    assert [run.new for run in runs] == [20, 20]
    assert most == 1
    turns = sum(before != after for before, after in pairwise(order))
    assert turns >= 3, order  # neither has to wait for the other's end


def test_turns_are_given_up_or_end_with_their_run(engine: Engine) -> None:
    with writing(engine) as c:
        one, two = (take_lease(c, name, NOW, MINUTE) for name in ("xx_one", "xx_two"))
        assert take_turn(c, "host", one.run_id, NOW)
        assert not take_turn(c, "host", two.run_id, NOW)
        assert take_turn(c, "elsewhere", two.run_id, NOW)
        assert is_wanted(c, "host", one.run_id, NOW)
        assert not is_wanted(c, "host", one.run_id, NOW + MINUTE)  # who waited is gone
        give_turn_up(c, "host", one.run_id, NOW + timedelta(seconds=2))
        assert not take_turn(c, "host", one.run_id, NOW)  # the other one's turn
        assert not take_turn(c, "host", two.run_id, NOW)  # but not before the pace of the first allows it
        assert take_turn(c, "host", two.run_id, NOW + timedelta(seconds=2))
        later = NOW + timedelta(seconds=10)
        assert not take_turn(c, "host", one.run_id, later)
        release_lease(c, two)
        assert take_turn(c, "host", one.run_id, later)
        assert take_turn(c, "host", take_lease(c, "xx_two", NOW + 2 * MINUTE, MINUTE).run_id, NOW + 2 * MINUTE)


def test_the_longer_pause_counts(engine: Engine) -> None:
    with writing(engine) as c:
        save_pause(c, "a.example", NOW + 2 * MINUTE, "HTTP 403 to xx_one")
        save_pause(c, "a.example", NOW + MINUTE, "HTTP 429 to xx_two")
        save_pause(c, "b.example", NOW - MINUTE, "HTTP 429 to xx_two")
    with reading(engine) as c:
        assert [(pause.host, pause.until, pause.reason) for pause in find_pauses(c, NOW)] == [
            ("a.example", NOW + 2 * MINUTE, "HTTP 403 to xx_one")
        ]


def test_robots_and_validators_are_kept(engine: Engine) -> None:
    known = Validators("https://portal.example/list", '"1"', None, ("a" * 64, "b" * 64))
    with writing(engine) as c:
        lease = take_lease(c, "xx_test", NOW, MINUTE)
        assert find_robots(c, "a.example", NOW) is None
        save_robots(c, "a.example", "", NOW)
        assert find_robots(c, "a.example", NOW - MINUTE) == ""
        assert find_robots(c, "a.example", NOW + MINUTE) is None
        assert not has_validators(c, lease.source)
        save_validators(c, lease.source, known, NOW)
        save_validators(c, lease.source, Validators(known.url, '"2"', "yesterday", ()), NOW + MINUTE)
        assert find_validators(c, lease.source, known.url) == Validators(known.url, '"2"', "yesterday", ())
        assert find_validators(c, "xx_other", known.url) is None
        assert prune_validators(c, NOW) == 0
        assert prune_validators(c, NOW + 2 * MINUTE) == 1
