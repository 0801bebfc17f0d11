"""Portals that misbehave, for each way of walking a list: nothing is missed, or the run says what is."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from domain.sources import IssueKind, RunState
from storage.engine import reading
from storage.steps import find_unfinished_steps
from tests.crawler.portals import (
    HTML_SOURCE,
    T0,
    Answer,
    Place,
    Portal,
    a_detail,
    a_list,
    a_package,
    a_release,
    query,
)
from tests.crawler.strategies import STRATEGIES

LATER = timedelta(hours=1)
Answering = Callable[[str], Answer]


def soon(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


PASSING: tuple[Callable[[Answer], Answer], ...] = (
    lambda good: Answer(status=429, headers={"Retry-After": "1"}),
    lambda good: Answer(status=429, headers={"Retry-After": soon(2)}),
    lambda good: Answer(b"oops", 500),
    lambda good: Answer(good.body, cut=True),
    lambda good: Answer(good.body, drip=1.5),
)
LASTING: dict[str, Callable[[Answer], Answer]] = {
    "an error with 200": lambda good: Answer(b'{"error": "the database is down", "status": 500}'),
    "a redirect to file:": lambda good: Answer(status=302, headers={"Location": "file:///etc/passwd"}),
    "500 each time": lambda good: Answer(b"oops", 500),
    "a body that is cut each time": lambda good: Answer(good.body, cut=True),
}


class Stubborn:
    """A portal that is wrong about one of its addresses, that of the request of this number, until it is mended."""

    def __init__(self, answer: Answering, number: int, odd: Callable[[Answer], Answer]) -> None:
        self._answer, self._number, self._odd, self._lock = answer, number, odd, threading.Lock()
        self._asked: list[str] = []
        self.mended = False

    def __call__(self, path: str) -> Answer:
        with self._lock:
            self._asked.append(path)
            wrong = self._asked[self._number - 1] if len(self._asked) >= self._number else None
        good = self._answer(path)
        return self._odd(good) if path == wrong and not self.mended else good


class Disturbed:
    """A portal that answers some requests, counted from 1, in a way of its own."""

    def __init__(self, answer: Answering, odd: dict[int, Callable[[Answer], Answer]]) -> None:
        self._answer, self._odd, self._count, self._lock = answer, odd, 0, threading.Lock()

    def __call__(self, path: str) -> Answer:
        with self._lock:
            self._count += 1
            odd = self._odd.get(self._count)
        good = self._answer(path)
        return odd(good) if odd else good


@pytest.mark.parametrize("name", STRATEGIES)
def test_what_passes_is_waited_out_and_nothing_is_missed(place: Place, name: str) -> None:
    """429 with seconds and with a date, 500, a body that is cut, slow bytes: one crawl meets them all."""
    case = STRATEGIES[name]
    place.write(**case.source)
    odd = {3 * number + 1: each for number, each in enumerate(PASSING)}
    with Portal(Disturbed(case.answer, odd)) as portal:
        run = place.crawl(portal, until=case.until)
    assert (run.state, run.reason) == (RunState.OK, None)
    assert len(place.notices()) == case.most
    assert place.issues() == []


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize("name", STRATEGIES)
def test_what_lasts_is_told_and_read_by_the_next_run(place: Place, name: str, fault: str, number: int) -> None:
    """At the first request of a crawl, which may be all of its list, and further on."""
    case = STRATEGIES[name]
    place.write(**case.source)
    with Portal(stubborn := Stubborn(case.answer, number, LASTING[fault])) as portal:
        first = place.crawl(portal, until=case.until)
        told = {RunState.PARTIAL}
        if fault == "an error with 200":  # a list in place of which an error came has changed
            told.add(RunState.SUSPICIOUS)
        if number == 1:  # not one page of it was read
            told.add(RunState.FAILED)
        assert first.state in told
        assert "could not be read" in (first.reason or "")
        assert first.steps_left >= 1
        assert place.issues()
        stubborn.mended = True
        second = place.crawl(portal, until=case.until)
    assert (second.state, second.steps_left) == (RunState.OK, 0)
    assert len(place.notices()) == case.most
    assert {len(each) for each in place.revisions().values()} <= {1, 2}


def test_a_portal_that_drips_for_ever_is_given_up_in_time(place: Place) -> None:
    place.write(listing={"next": {}}, pace={"timeout": 1})
    with Portal(lambda path: Answer(a_package([a_release(1)]), drip=4)) as portal:
        run = place.crawl(portal)
    assert run.state is RunState.FAILED
    assert "DownloadTimeoutError" in (run.reason or "")
    assert run.steps_left == 1


def paged(numbers: list[int], size: int = 4, **more: Any) -> Answering:
    """Next links over a list, newest first."""
    ordered = sorted(numbers, reverse=True)

    def answer(path: str) -> Answer:
        page = int(query(path).get("page", "1"))
        following = f"https://portal.invalid/api?page={page + 1}" if page * size < len(ordered) else None
        return Answer(a_package([a_release(n) for n in ordered[(page - 1) * size : page * size]], following, **more))

    return answer


def test_a_next_link_that_skips_rows_is_told(place: Place) -> None:
    place.write(listing={"next": {}})

    def skipping(path: str) -> Answer:
        page = int(query(path).get("page", "1"))
        following = f"https://portal.invalid/api?page={page + 1}" if page < 3 else None
        rows = [a_release(page * 10 + row) for row in range(1 if page == 2 else 0, 4)]
        return Answer(a_package(rows, following, total="12"))

    verdict = place.session().run(skipping)
    assert (verdict.state, verdict.reason) == (RunState.PARTIAL, "the portal counts 12 notices, its pages held 11")
    assert place.issues()[0].issue.kind is IssueKind.TOTAL_DIFFERS


@pytest.mark.parametrize("total", ["1,234", "1 234", "1.234", "1234", 1234])
def test_a_total_that_is_a_text_counts(place: Place, total: object) -> None:
    place.write(listing={"next": {}})
    verdict = place.session().run(lambda path: Answer(a_package([a_release(1)], total=total)))
    assert verdict.reason == "the portal counts 1234 notices, its pages held 1"


def test_rows_that_shift_up_while_they_are_read_are_told(place: Place) -> None:
    """A row that goes from the first page makes the next one slip through between two pages."""
    place.write(**{**HTML_SOURCE, "html": {"list": HTML_SOURCE["html"]["list"]}})
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        numbers = list(range(30, 0, -1))
        if len(asked) > 1:
            numbers.remove(25)
        page = int(query(path)["page"])
        return Answer(a_list(numbers[(page - 1) * 10 : page * 10], len(numbers)))

    verdict = place.session().run(answer)
    assert verdict.state is RunState.PARTIAL  # 29 are left, and 29 were seen: number 25 in place of number 20
    assert "1 of its rows may have slipped" in (verdict.reason or "")
    assert "N-20" not in {notice["key"] for notice in place.notices()}
    assert place.session(now=T0 + LATER).run(answer).state is RunState.OK
    assert "N-20" in {notice["key"] for notice in place.notices()}


def test_a_feed_with_the_newest_first_that_grows_while_it_is_read(place: Place) -> None:
    """What comes in pushes rows to the next page, where they are seen again; it is read by the next run."""
    place.write(listing={"next": {}})
    numbers, asked = list(range(1, 13)), []

    def growing(path: str) -> Answer:
        asked.append(path)
        if len(asked) in (2, 3):
            numbers.append(len(numbers) + 1)
        return paged(numbers)(path)

    assert place.session().run(growing).state is RunState.OK
    assert len(place.notices()) == 12
    assert place.session(now=T0 + LATER).run(growing).state is RunState.OK
    assert len(place.notices()) == 14
    assert set(map(len, place.revisions().values())) == {1}


@pytest.mark.parametrize("listing", [{"next": {}}, {"next": {}, "window": {"from": "from", "to": "to", "first": "6h"}}])
def test_an_expired_token_is_told_and_its_list_read_from_the_beginning(place: Place, listing: dict[str, Any]) -> None:
    """The token of a next link is of no use in the next run: that one begins anew, and the old page is forgotten."""
    place.write(listing=listing)
    days: list[int] = []

    def answer(path: str) -> Answer:
        token = query(path).get("cursor")
        if token is None:
            days.append(len(days))
        elif token.split("-")[0] != str(days[-1]) or (days[-1] == 0 and token.endswith("-2")):
            return Answer(b'{"error": "the cursor has expired"}', 400)
        page = int(token.split("-")[1]) if token else 1
        here = f"https://portal.invalid/api?cursor={days[-1]}-{page + 1}"
        return Answer(a_package([a_release(page)], here if page < 4 else None))

    first = place.session(until=T0).run(answer)
    assert first.state is RunState.PARTIAL
    assert "HTTP 400" in (first.reason or "")
    second = place.session(now=T0 + LATER, until=T0)
    assert second.run(answer).state is RunState.OK
    assert not any("cursor=0" in path for path in second.asked)
    assert len(place.notices()) == 4
    with place.engine() as engine, reading(engine) as c:
        assert find_unfinished_steps(c, "xx_test") == []


def test_counted_pages_that_go_round_in_a_circle(place: Place) -> None:
    place.write(listing={"pages": {"param": "page", "size": 2}})

    def answer(path: str) -> Answer:
        page = int(query(path)["page"]) % 3
        return Answer(a_package([a_release(page * 2 + row) for row in range(2)]))

    drive = place.session()
    verdict = drive.run(answer)
    assert (verdict.state, len(drive.asked)) == (RunState.PARTIAL, 4)
    assert "only rows that were on pages before it" in (verdict.reason or "")


@pytest.mark.parametrize("listing", [{"pages": {"param": "page", "size": 1}}, {"next": {}}])
def test_ten_thousand_pages_are_cut_and_told(place: Place, listing: dict[str, Any]) -> None:
    place.write(listing=listing, expect={"notices": [1, 10_000], "filled": {}, "silence": "3d"})

    def answer(path: str) -> Answer:
        page = int(query(path).get("page", "1"))
        return Answer(a_package([a_release(page)], f"https://portal.invalid/api?page={page + 1}", total="10,000"))

    drive = place.session()
    verdict = drive.run(answer, steps=2000)
    assert (verdict.state, len(drive.asked)) == (RunState.PARTIAL, 1000)
    assert "the portal counts 10000 notices, its pages held 1000" in (verdict.reason or "")
    assert "there are more pages than the ceiling of 1000" in (verdict.reason or "")


def test_a_notice_that_the_portal_has_taken_back_is_stored_as_cancelled(place: Place) -> None:
    """410 says so; a 404 may be a mistake, and is a page that could not be read."""
    place.write(**{**HTML_SOURCE, "listing": {"file": {}}})
    answers = {"/notice/2": Answer(a_detail(2)), "/notice/3": Answer(b"Gone", 410)}

    def answer(path: str) -> Answer:
        if path.startswith("/list"):
            return Answer(a_list([1, 2, 3], 3))
        return answers.get(path, Answer(a_detail(int(path.rpartition("/")[2]))))

    with Portal(answer) as portal:
        assert place.crawl(portal).state is RunState.OK
        answers["/notice/2"] = Answer(b"Gone", 410)
        answers["/notice/1"] = Answer(b"Not found", 404)
        assert place.crawl(portal).state is RunState.PARTIAL
    assert {notice["key"]: notice["status"] for notice in place.notices()} == {
        "N-1": "open",
        "N-2": "cancelled",
        "N-3": "cancelled",
    }


def test_numbers_go_on_where_the_last_run_ended(place: Place) -> None:
    source = STRATEGIES["count up"].source
    place.write(**{**source, "listing": {"count_up": {"first": 1, "misses": 3, "overlap": 2, "ceiling": 10}}})
    there = set(range(1, 13)) - {4, 5}

    def answer(path: str) -> Answer:
        number = int(path.rpartition("/")[2])
        return Answer(a_detail(number)) if number in there else Answer(b"", 404)

    with Portal(answer) as portal:
        first = place.crawl(portal)
        assert (first.state, first.new) == (RunState.PARTIAL, 8)
        assert "more numbers than the ceiling of 10; the next run goes on" in (first.reason or "")
        portal.log.clear()
        second = place.crawl(portal)
        assert (second.state, second.new) == (RunState.OK, 2)
        assert set(portal.log) == {f"/notice/{number}" for number in range(9, 16)}
        there.update({11, 12, 14, 17})
        portal.log.clear()
        third = place.crawl(portal)
    assert (third.state, third.new) == (RunState.OK, 2)
    assert set(portal.log) == {f"/notice/{number}" for number in range(11, 21)}
