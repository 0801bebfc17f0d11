"""Portals that a script draws, crawled by the real Chromium: whole, politely, on after a kill, or told why not."""

import json
import os
import signal
import time
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.demo.corpus import build_corpus
from app.demo.js_portal import JsPortal
from app.demo.server import Pace
from crawler.child import crawl_in_child, start_child
from crawler.registry import check_sources
from domain.sources import IssueKind, RunState
from storage.engine import reading
from storage.pages import PageFiles
from storage.runs import find_runs
from tests.crawler.browsing import APP_SOURCE, CLICKS, a_portal, need_browser, pictures, rows
from tests.crawler.portals import HTML, Answer, Place, Portal

CORPUS = build_corpus(date(2026, 9, 14))
NOTICES = {notice.key: notice for notice in CORPUS.on("js")}
LIST_ONLY = APP_SOURCE | {"html": {"list": HTML["list"]}}


@pytest.fixture(scope="module", autouse=True)
def _browser() -> None:
    need_browser()


def test_the_demos_javascript_portal_is_read_whole(place: Place) -> None:
    with JsPortal(CORPUS, CORPUS.moment, pace=Pace(calls=60, seconds=4.0, retry_after=1)) as portal:
        run = crawl_in_child("demo_js", place.settings, endpoint=portal.url)
        asked = [urlsplit(call.target).path for call in portal.log]
    assert (run.state, run.reason, run.new, run.claimed) == (RunState.OK, None, len(NOTICES), len(NOTICES))
    assert place.issues() == []
    assert not {"/logo.png", "/desk.woff2"} & set(asked)  # pictures and fonts are blocked
    read = place.notices("demo_js")
    assert {notice["key"] for notice in read} == set(NOTICES)
    for notice in read:
        meant = NOTICES[notice["key"]]
        assert notice["title"] == {meant.language: meant.title}
        assert notice["description"] == {meant.language: meant.description}
        assert notice["buyers"][0]["name"] == meant.buyer.name
        assert {code["id"][:8] for code in notice["codes"]} == set(meant.codes)
        deadline = meant.deadline_on(CORPUS.moment)
        assert notice["deadline_at"] == (deadline.isoformat() if deadline else None)
        assert len(notice["lots"]) == len(meant.lots)


def test_the_same_crawl_again_writes_no_revision(place: Place) -> None:
    place.write(**APP_SOURCE)
    with a_portal(lambda path: Answer(json.dumps(rows(path, 12)).encode())) as portal:
        first, again = place.crawl(portal), place.crawl(portal)
    assert (first.state, first.new, first.claimed) == (RunState.OK, 12, 12)
    assert (again.state, again.new, again.changed, again.same) == (RunState.OK, 0, 0, 12)
    assert set(map(len, place.revisions().values())) == {1}


@pytest.mark.parametrize("to_all", [False, True], ids=["to the crawl", "to all its processes"])
def test_a_crawl_that_is_told_to_stop_ends_quietly(
    place: Place, capfd: pytest.CaptureFixture[str], to_all: bool
) -> None:
    """As a service manager does it: SIGTERM to the process, or to its driver and browser too."""
    place.write(**LIST_ONLY)
    with a_portal(lambda path: Answer(json.dumps(rows(path, 300)).encode())) as portal:
        process = start_child("xx_test", place.settings, endpoint=portal.url)

        def stop(count: int) -> None:
            if portal.log[-1] == "/api?page=3":
                (os.killpg if to_all else os.kill)(process.pid, signal.SIGTERM)

        portal.on_request = stop
        assert process.stdin
        assert process.stdout
        process.stdout.read()  # `communicate` would close its stdin, which is a word to stop as well
        process.wait(timeout=60)
        process.stdin.close()
        portal.on_request = lambda count: None
    assert process.returncode == 3
    assert "Traceback" not in capfd.readouterr().err
    with place.engine() as engine, reading(engine) as c:
        (run,) = find_runs(c)
    assert (run.state, run.interrupted) == (RunState.PARTIAL, True)


def test_a_page_that_never_shows_its_rows_is_refused_with_a_picture(place: Place) -> None:
    place.write(**LIST_ONLY | {"browser": CLICKS | {"timeout": "3s"}})
    with a_portal(lambda path: Answer(b'{"error": "not today"}', 500)) as portal:
        run = place.crawl(portal)
    assert run.state is RunState.FAILED
    (issue,) = (each.issue for each in place.issues())
    assert (issue.kind, issue.element) == (IssueKind.SOURCE_CHANGED, "html.list.row: css=li.row")
    assert "HTTP 500" in issue.reason
    (picture,) = pictures(place.settings.data_dir)
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert f"pages/{picture.parent.name}/{picture.name}" in issue.reason
    assert issue.page == picture.stem
    assert b"error 500" in PageFiles(place.settings.pages_dir).read(picture.stem)
    PageFiles(place.settings.pages_dir).remove(picture.stem)
    assert pictures(place.settings.data_dir) == []


def test_a_click_that_brings_nothing_is_refused_and_what_was_read_stays(place: Place) -> None:
    place.write(**LIST_ONLY | {"browser": CLICKS | {"timeout": "3s"}})

    def always_the_first(path: str) -> Answer:
        return Answer(json.dumps(rows("page=1")).encode())

    with a_portal(always_the_first) as portal:
        run = place.crawl(portal)
    assert (run.state, run.new, run.steps_left) == (RunState.SUSPICIOUS, 10, 1)
    assert len(pictures(place.settings.data_dir)) == 1


def test_a_button_that_should_only_be_disabled_and_is_gone_is_told(place: Place) -> None:
    place.write(**LIST_ONLY | {"browser": CLICKS | {"until": "disabled"}})
    with a_portal(lambda path: Answer(json.dumps(rows(path, 5)).encode())) as portal:
        run = place.crawl(portal)
    assert run.state is RunState.FAILED
    assert "button.next" in (run.reason or "")


def test_an_empty_list_is_believed_in_the_portals_own_words(place: Place) -> None:
    place.write(**LIST_ONLY | {"expect": {"notices": [0, 100], "filled": {}, "silence": "3d"}})
    page = (
        b"<!doctype html><main></main><script>document.querySelector('main').textContent='Nothing was found'</script>"
    )
    with Portal(lambda path: Answer(page, headers={"Content-Type": "text/html"})) as portal:
        run = place.crawl(portal)
    assert (run.state, run.new) == (RunState.OK, 0)


@pytest.mark.parametrize("where", ["page", "data"])
def test_retry_after_holds_wherever_the_portal_says_it(place: Place, where: str) -> None:
    """For the page itself and for the data that its script asks for."""
    place.write(**LIST_ONLY)
    told: list[float] = []

    def api(path: str) -> Answer:
        if where == "data" and path.endswith("page=2") and not told:
            told.append(time.monotonic())
            return Answer(b"{}", 429, {"Retry-After": "2"})
        return Answer(json.dumps(rows(path, 15)).encode())

    with a_portal(api) as portal:
        inner = portal.answer

        def answer(path: str) -> Answer:
            if where == "page" and path == "/list" and not told:
                told.append(time.monotonic())
                return Answer(b"slower", 429, {"Retry-After": "2"})
            if told and path == "/list":
                assert time.monotonic() - told[0] >= 2
            return inner(path)

        portal.answer = answer
        run = place.crawl(portal)
    assert (run.state, run.new, len(told)) == (RunState.OK, 15, 1)


@pytest.mark.parametrize("rule", ["/list", "/api"])
def test_robots_txt_holds_for_the_page_and_for_what_it_asks(place: Place, rule: str) -> None:
    place.write(**LIST_ONLY | {"browser": CLICKS | {"timeout": "3s"}})
    robots = Answer(f"User-agent: *\nDisallow: {rule}\n".encode())
    with a_portal(robots=robots) as portal:
        run = place.crawl(portal)
        assert not any(path.startswith(rule) for path in portal.log)
        assert portal.robots_asked == 1
    assert run.state in (RunState.BLOCKED, RunState.FAILED)
    assert "robots.txt forbids" in (run.reason or "")


def test_with_a_stand_in_the_page_reaches_nothing_else(place: Place) -> None:
    place.write(**LIST_ONLY)
    with Portal(lambda path: Answer(b"x")) as other:
        more = f'<iframe src="{other.url}/frame"></iframe><script>fetch("{other.url}/data").catch(() => 0)</script>'
        with a_portal(more=more) as portal:
            run = place.crawl(portal)
        assert (other.log, other.robots_asked) == ([], 0)
    assert (run.state, run.new) == (RunState.OK, 25)


def test_a_redirect_into_this_machine_is_refused(place: Place) -> None:
    with Portal(lambda path: Answer(b"secret")) as inside:
        where = {"Location": f"{inside.url}/secret"}
        with Portal(lambda path: Answer(status=302, headers=where)) as portal:
            allowed = (portal.url.removeprefix("http://"),)
            settings = place.settings.model_copy(update={"allowed_addresses": allowed})
            place.write(**LIST_ONLY | {"endpoint": f"{portal.url}/list"})
            run = crawl_in_child("xx_test", settings)
        assert inside.log == []
    assert run.state is RunState.FAILED
    assert "loopback" in (run.reason or "")


@pytest.mark.parametrize("how", ["named", "none"])
def test_without_a_browser_the_run_says_what_to_install(
    place: Place, how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    place.write(**APP_SOURCE)
    if how == "named":
        monkeypatch.setenv("TENDERWATCH_CHROMIUM", str(tmp_path / "no-chromium"))
    else:
        monkeypatch.delenv("TENDERWATCH_CHROMIUM", raising=False)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with a_portal() as portal:
        run = place.crawl(portal)
        assert (portal.log, portal.robots_asked) == ([], 0)
    assert run.state is RunState.FAILED
    assert ("no-chromium" if how == "named" else "apt-get install chromium") in (run.reason or "")
    (issue,) = (each.issue for each in place.issues())
    assert (issue.kind, issue.element, issue.reason) == (IssueKind.NOT_REACHED, "browser", run.reason)


def test_told_to_stop_while_a_page_hangs_the_crawl_ends_soon(place: Place) -> None:
    from threading import Event, Timer

    place.write(**LIST_ONLY | {"browser": CLICKS | {"timeout": "60s"}})
    stop = Event()
    with Portal(lambda path: Answer(b"<main>Loading</main>", headers={"Content-Type": "text/html"})) as portal:
        portal.on_request = lambda count: Timer(1, stop.set).start()
        began = time.monotonic()
        run = place.crawl(portal, stop=stop)
    assert time.monotonic() - began < 20
    assert (run.state, run.steps_left) == (RunState.PARTIAL, 1)


def test_a_page_that_never_stops_computing_is_refused(place: Place) -> None:
    place.write(**LIST_ONLY | {"browser": CLICKS | {"timeout": "3s"}})
    page = b"<!doctype html><main>Busy</main><script>setTimeout(() => { for (;;) ; }, 100)</script>"
    with Portal(lambda path: Answer(page, headers={"Content-Type": "text/html"})) as portal:
        run = place.crawl(portal)
    assert run.state is RunState.FAILED
    assert "did not appear" in (run.reason or "")


WRONG = {
    "protocol": ({"protocol": "ocds", "browser": True, "html": None}, "browser: a browser shows web pages"),
    "nothing to wait for": ({"html": {"detail": HTML["detail"]}, "browser": True}, "browser: nothing to wait for"),
    "pages": ({"listing": {"pages": {"param": "p", "size": 5}}}, "click_next: pages behind a button"),
    "key": ({"browser": {"click": "x"}}, "browser"),
    "until": ({"browser": {"wait_for": "x", "until": "gone"}}, "browser"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_declaration_that_cannot_work_is_told(place: Place, name: str) -> None:
    changes, told = WRONG[name]
    place.write(**APP_SOURCE | changes)
    _, problems = check_sources(place.settings.sources_dir)
    assert any(told in problem for problem in problems), problems
