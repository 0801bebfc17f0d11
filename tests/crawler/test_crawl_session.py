"""A crawl's session without Scrapy: what is stored, what is refused, how a run is judged, what a killed one leaves."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crawler.options import Options
from domain.errors import LeaseLost, SourceBusy
from domain.sources import IssueKind, RunState, StepState
from storage.engine import reading
from storage.pages import PageFiles, find_pages
from storage.runs import find_runs
from storage.sources import find_cursor
from storage.steps import find_unfinished_steps
from tests.crawler.portals import (
    HTML_SOURCE,
    T0,
    Answer,
    Drive,
    Place,
    a_detail,
    a_list,
    a_package,
    a_release,
    query,
)

WINDOW = {"window": {"from": "from", "to": "to", "size": "6h", "overlap": "1h", "first": "3d", "halve_when_full": 5}}
LATER = timedelta(minutes=5)


def an_api(releases: list[dict[str, Any]], most: int = 5) -> Callable[[str], Answer]:
    """Find a Tender's windows: at most so many releases, by their date, in UTC (November)."""

    def answer(path: str) -> Answer:
        asked = query(path)
        low, high = (datetime.fromisoformat(asked[name]).replace(tzinfo=UTC) for name in ("from", "to"))
        found = [each for each in releases if low <= datetime.fromisoformat(each["date"]) < high]
        return Answer(a_package(found[:most]))

    return answer


def some_releases(count: int = 40) -> list[dict[str, Any]]:
    first = T0 - timedelta(days=2)
    return [a_release(number, (first + timedelta(hours=number)).isoformat()) for number in range(count)]


def a_site(numbers: list[int], *, broken: tuple[int, ...] = (), size: int = 10) -> Callable[[str], Answer]:
    def answer(path: str) -> Answer:
        if path.startswith("/list"):
            page = int(query(path)["page"])
            return Answer(a_list(numbers[(page - 1) * size : page * size], len(numbers)))
        number = int(path.rpartition("/")[2])
        return Answer(b"broken", 500) if number in broken else Answer(a_detail(number))

    return answer


def state_of(place: Place) -> tuple[RunState, str | None]:
    with place.engine() as engine, reading(engine) as c:
        run = find_runs(c, "xx_test", limit=1)[0]
    return run.state, run.reason


def test_windows_are_halved_and_nothing_is_missed(either_place: Place) -> None:
    either_place.write(listing=WINDOW)
    drive = either_place.session()
    assert drive.run(an_api(some_releases())).state is RunState.OK
    assert len(either_place.notices()) == 40
    assert either_place.issues() == []
    with either_place.engine() as engine, reading(engine) as c:
        assert find_cursor(c, "xx_test") == "2026-11-20T12:00:00+00:00"


def test_the_same_crawl_twice_writes_no_revision_and_a_moved_deadline_writes_one(either_place: Place) -> None:
    either_place.write(listing={"next": {}})
    releases = some_releases(7)
    either_place.session().run(lambda path: Answer(a_package(releases)))
    first = either_place.notices()
    assert either_place.session(now=T0 + LATER).run(lambda path: Answer(a_package(releases))).state is RunState.OK
    assert either_place.notices() == first
    assert set(map(len, either_place.revisions().values())) == {1}
    moved = a_release(3, "2026-11-20T11:00:00+00:00", tenderPeriod={"endDate": "2027-01-05T12:00:00Z"})
    either_place.session(now=T0 + 2 * LATER).run(lambda path: Answer(a_package([*releases[:3], moved, *releases[4:]])))
    changed = {key: made for key, made in either_place.revisions().items() if len(made) > 1}
    assert list(changed) == ["ocds-test-00003"]
    assert changed["ocds-test-00003"][1] == ("deadline_at",)


def test_a_delta_is_merged_with_the_releases_stored_before(place: Place) -> None:
    place.write(listing={"next": {}})
    place.session().run(lambda path: Answer(a_package([a_release(1)])))
    delta = {
        "ocid": "ocds-test-00001",
        "id": "2",
        "date": "2026-11-20T09:00:00Z",
        "tag": ["tenderUpdate"],
        "tender": {"id": "T-1", "title": "Supply of pumps and valves"},
    }
    place.session(now=T0 + LATER).run(lambda path: Answer(a_package([delta])))
    (notice,) = place.notices()
    assert notice["title"] == {"en": "Supply of pumps and valves"}
    assert notice["deadline_at"] == "2026-12-24T12:00:00+00:00"
    assert [buyer["name"] for buyer in notice["buyers"]] == ["Norbridge Town Council"]


FAULTS = {
    "empty": b"",
    "blank": b" \n",
    "an error with 200": b'{"detail": "Internal error", "status": 500}',
    "another error": b'{"error": "too many"}',
    "a web page": b"<!doctype html><html><body>Please log in</body></html>",
    "cut off": a_package([a_release(1), a_release(2)])[:-40],
    "no rows": b'{"uri": "x", "version": "1.1"}',
    "not text": bytes(range(256)) * 8,
    "too deep": b'{"releases": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("body", FAULTS.values(), ids=FAULTS)
def test_a_page_that_is_not_understood_is_refused_and_kept(place: Place, body: bytes) -> None:
    place.write(listing={"next": {}})
    verdict = place.session().run(lambda path: Answer(body))
    assert verdict.state is RunState.FAILED
    assert place.notices() == []
    (issue,) = place.issues()
    assert issue.issue.kind in (IssueKind.SOURCE_CHANGED, IssueKind.UNREADABLE)
    if body:
        assert issue.issue.page is not None
        assert PageFiles(place.settings.pages_dir).read(issue.issue.page) == body
    with place.engine() as engine, reading(engine) as c:
        (left,) = find_unfinished_steps(c, "xx_test")
        assert (left.state, left.tries) == (StepState.FAILED, 1)
        assert find_cursor(c, "xx_test") is None
    assert place.session(now=T0 + LATER).run(lambda path: Answer(a_package([a_release(1)]))).state is RunState.OK


def test_a_list_without_its_rows_is_refused_and_no_results_is_believed(place: Place) -> None:
    place.write(**HTML_SOURCE)
    gone = place.session().run(lambda path: Answer(b"<html><body><p>Welcome to our new site</p></body></html>"))
    assert gone.state is RunState.FAILED
    place.write(**HTML_SOURCE, expect={"notices": [0, 10], "filled": {}, "silence": "3d"}, replaces=None)
    assert place.session(now=T0 + LATER).run(lambda path: Answer(a_list([], 0))).state is RunState.OK


def test_one_bad_record_is_an_issue_and_the_rest_go_on(place: Place) -> None:
    place.write(listing={"next": {}})
    bad = {"id": "1", "tag": ["tender"], "tender": {"title": "no ocid"}}
    verdict = place.session().run(lambda path: Answer(a_package([a_release(1), bad, a_release(2), a_release(3)])))
    assert verdict.state is RunState.PARTIAL
    assert "1 notices could not be read" in (verdict.reason or "")
    assert len(place.notices()) == 3
    assert place.issues()[0].issue.element == "releases[1].ocid"


def test_a_page_of_which_most_cannot_be_read_is_refused_as_a_whole(place: Place) -> None:
    place.write(listing={"next": {}})
    bad = {"id": "1", "tag": ["tender"], "tender": {}}
    assert place.session().run(lambda path: Answer(a_package([a_release(1), *[bad] * 5]))).state is RunState.FAILED
    assert place.notices() == []


def test_a_loop_of_next_links_ends_with_an_issue(place: Place) -> None:
    place.write(listing={"next": {}})

    def answer(path: str) -> Answer:
        page = int(query(path).get("page", "1"))
        return Answer(a_package([a_release(page)], f"https://portal.invalid/api?page={page % 3 + 1}"))

    drive = place.session()
    verdict = drive.run(answer)
    assert verdict.state is RunState.PARTIAL
    assert "leads back to" in (verdict.reason or "")
    assert len(drive.asked) <= 4
    assert place.issues()[0].issue.kind is IssueKind.NOT_REACHED


def test_fewer_notices_than_the_portals_own_total(place: Place) -> None:
    place.write(listing={"next": {}})
    verdict = place.session().run(lambda path: Answer(a_package([a_release(1)], total=12)))
    assert verdict.state is RunState.PARTIAL
    assert verdict.reason == "the portal counts 12 notices, its pages held 1"


def test_a_run_is_held_against_what_its_source_promised(place: Place) -> None:
    place.write(listing={"next": {}}, expect={"notices": [3, 5], "filled": {"deadline": 0.9}, "silence": "3d"})
    few = place.session().run(lambda path: Answer(a_package([a_release(1), a_release(2)])))
    assert (few.state, few.reason) == (RunState.SUSPICIOUS, "2 notices where at least 3 are expected")
    bare = [a_release(number, tenderPeriod={}) for number in range(11, 14)]
    thin = place.session(now=T0 + LATER).run(lambda path: Answer(a_package(bare)))
    assert thin.state is RunState.SUSPICIOUS
    assert "deadline is filled in 0% of 3 notices" in (thin.reason or "")
    many = place.session(now=T0 + 2 * LATER).run(lambda path: Answer(a_package([a_release(n) for n in range(9)])))
    assert "9 notices where at most 5 are expected" in (many.reason or "")
    same = [a_release(number) for number in range(3)]
    silent = place.session(now=T0 + timedelta(days=4)).run(lambda path: Answer(a_package(same)))
    assert silent.state is RunState.SUSPICIOUS
    assert "nothing new since 2026-11-20" in (silent.reason or "")
    assert {issue.issue.kind for issue in place.issues()} >= {IssueKind.TOO_FEW, IssueKind.FILLED}


def test_details_are_read_and_a_broken_one_leaves_the_row(either_place: Place) -> None:
    either_place.write(**HTML_SOURCE)
    numbers = list(range(1, 26))
    verdict = either_place.session().run(a_site(numbers, broken=(7,)))
    assert verdict.state is RunState.PARTIAL
    assert "HTTP 500" in (verdict.reason or "")
    notices = {notice["key"]: notice for notice in either_place.notices()}
    assert len(notices) == 25
    assert notices["N-7"]["title"] == {"en": "Pump 7"}
    assert notices["N-7"]["deadline_at"] is None
    assert notices["N-8"]["title"] == {"en": "Pump number 8"}
    drive = either_place.session(now=T0 + LATER)
    assert drive.run(a_site(numbers)).state is RunState.OK
    assert drive.asked[0] == "/notice/7"
    assert either_place.notices()[-3]["title"] == {"en": "Pump number 7"}
    assert set(map(len, either_place.revisions().values())) == {1}  # completing a row is no change of the notice


def test_a_step_that_never_works_is_given_up_after_five_runs(place: Place) -> None:
    place.write(**HTML_SOURCE)
    for number in range(6):
        place.session(now=T0 + number * LATER).run(a_site([1, 2], broken=(2,)))
    with place.engine() as engine, reading(engine) as c:
        assert find_unfinished_steps(c, "xx_test") == []


def test_a_list_that_grows_while_it_is_read(place: Place) -> None:
    """A row that comes in at the top pushes one that was read to the next page: it is not counted twice."""
    place.write(**{**HTML_SOURCE, "html": {"list": HTML_SOURCE["html"]["list"]}})
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        numbers = list(range(20, 0, -1)) if len(asked) == 1 else list(range(21, 0, -1))
        page = int(query(path)["page"])
        return Answer(a_list(numbers[(page - 1) * 10 : page * 10], len(numbers)))

    verdict = place.session().run(answer)
    assert verdict.state is RunState.PARTIAL  # number 1 has moved to a third page that was not told of
    assert "counts 20 notices, its pages held 19" in (verdict.reason or "")


@pytest.mark.parametrize("kind", ["windows", "next", "html"])
def test_killed_after_any_step_and_run_again_gives_what_an_undisturbed_run_gives(place: Place, kind: str) -> None:
    if kind == "windows":
        options: dict[str, Any] = {"listing": WINDOW}
        answer = an_api(some_releases())
    elif kind == "next":
        options = {"listing": {"next": {}}}

        def answer(path: str) -> Answer:
            page = int(query(path).get("page", "1"))
            following = f"https://portal.invalid/api?page={page + 1}" if page < 8 else None
            return Answer(a_package([a_release(page * 10 + row) for row in range(5)], following))
    else:
        options, answer = HTML_SOURCE, a_site(list(range(1, 24)))
    place.write("xx_whole", **options)
    place.write("xx_test", **options)
    whole = place.session("xx_whole")
    assert whole.run(answer).state is RunState.OK
    asked: list[str] = []
    now, killed = T0, 0
    while True:
        drive = place.session(now=now, until=T0)
        verdict = drive.run(answer, steps=3)
        asked += drive.asked
        now = drive.now + LATER
        if verdict.state is not None:
            break
        killed += 1
    assert killed >= 2
    assert verdict.state is RunState.OK
    expected = [{**notice, "source": "xx_test"} for notice in place.notices("xx_whole")]
    assert place.notices() == expected
    assert set(map(len, place.revisions().values())) == set(map(len, place.revisions("xx_whole").values()))
    if kind == "windows":  # each later run asks for its overlap again, and for nothing else
        again = sorted(path for path in set(asked) if asked.count(path) > 1)
        assert all("to=2026-11-20T12:00:00" in path or "from=2026-11-20T06" in path for path in again), again
    else:
        assert sorted(asked) == sorted(whole.asked)


def test_a_crawl_that_was_taken_over_writes_nothing_more(either_place: Place) -> None:
    either_place.write(listing={"next": {}})
    stalled = either_place.session()
    steps = stalled.session.begin()
    other = either_place.session(now=T0 + LATER)
    with pytest.raises(LeaseLost):
        stalled.step(steps[0], lambda path: Answer(a_package([a_release(1)])))
    assert either_place.notices() == []
    stalled.session.tally.lease_lost = True
    assert stalled.session.close("lease lost").state is RunState.FAILED
    assert other.run(lambda path: Answer(a_package([a_release(1)]))).state is RunState.OK
    with either_place.engine() as engine, reading(engine) as c:
        assert [run.state for run in find_runs(c, "xx_test")] == [RunState.OK, RunState.FAILED]


def test_a_source_is_crawled_once_at_a_time(place: Place) -> None:
    place.write(listing={"next": {}})
    holder = place.session()
    threading.Timer(1.0, lambda: (setattr(holder, "now", T0 + timedelta(seconds=8)), holder.session.renew())).start()
    with pytest.raises(SourceBusy):  # it sees that the lease is held on to
        place.session()
    holder.session.close("finished")


def test_a_key_is_neither_saved_nor_told(place: Place) -> None:
    secret = "s3cr3t/+key"
    place.write(
        listing={"next": {}},
        endpoint="https://portal.invalid/api?api_key={key}",
        key_env="TENDERWATCH_KEY_TEST",
    )
    drive = Drive(place, "xx_test", T0, Options(), key=secret)
    queue = drive.session.begin()
    assert drive.session.key.put_into(queue[0].url).endswith("api_key=s3cr3t%2F%2Bkey")
    following = drive.session.key.put_into(queue[0].url) + "&page=2"
    (second,) = drive.step(queue[0], lambda path: Answer(a_package([a_release(1)], following)))
    assert second.url == "https://portal.invalid/api?api_key={key}&page=2"
    drive.session.fail(second, f"no answer from {following}", None)
    drive.session.close("finished")
    with place.engine() as engine, reading(engine) as c:
        told = json.dumps(
            [
                [page.url for page in find_pages(c)],
                [step.url for step in find_unfinished_steps(c, "xx_test")],
                [(issue.issue.reason, issue.issue.url) for issue in place.issues()],
                [run.reason for run in find_runs(c)],
            ]
        )
    assert "s3cr3t" not in told
