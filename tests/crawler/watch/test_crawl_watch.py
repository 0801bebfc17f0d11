"""Crawls of followed pages: the first is the baseline, changes are notices and revisions, and a kill loses nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from domain.notices import Notice
from domain.sources import RunState
from storage.engine import reading
from storage.notices import Saved
from storage.watched import find_watched
from tests.crawler.browsing import need_browser
from tests.crawler.portals import T0, Answer, Place, Portal
from tests.crawler.watch.pages import ROWS, a_page, a_row

SOURCE: dict[str, Any] = {
    "protocol": "watch",
    "endpoint": "https://portal.invalid/tenders",
    "listing": {"file": {"more": ["https://portal.invalid/news"]}},
    "watch": {},
    "expect": {"notices": [3, 2000], "filled": {"title": 1.0}, "silence": "90d"},
}
DAY = timedelta(days=1)
FIRST = a_page(*ROWS)
CHANGED = a_page(
    ROWS[0], ROWS[1], a_row(1043, "Steel pipes, seamless, DN 250", "28.02.2026"), a_row(1044, "Fire doors")
)


def site(tenders: bytes, news: bytes = b"<p>Welcome to the news of our purchasing department.</p>") -> Any:
    return lambda path: Answer(news if path == "/news" else tenders)


def test_the_first_look_is_the_baseline_and_changes_are_notices(either_place: Place) -> None:
    place = either_place
    place.write(**SOURCE)
    assert place.session(now=T0).run(site(FIRST)).state is RunState.OK
    assert place.notices() == []
    drive = place.session(now=T0 + DAY)
    assert drive.run(site(FIRST)).state is RunState.OK
    assert place.notices() == []
    assert drive.asked == ["/tenders", "/news"]
    assert place.session(now=T0 + 2 * DAY).run(site(CHANGED)).state is RunState.OK
    found = {each["title"]["en"]: each for each in place.notices()}
    assert set(found) == {"Steel pipes, seamless, DN 250", "Fire doors"}
    assert {each["kind"] for each in found.values()} == {"other"}
    assert found["Fire doors"]["url"] == "https://portal.invalid/t/1044"
    assert "Before: Steel pipes, seamless, DN 200" in found["Steel pipes, seamless, DN 250"]["description"]["en"]
    again = CHANGED.replace(b"DN 250", b"DN 300")
    for day in (3, 4, 5):
        assert place.session(now=T0 + day * DAY).run(site(again)).state is RunState.OK
    assert sorted(map(len, place.revisions().values())) == [1, 2]


def test_a_page_that_is_added_later_begins_with_a_baseline_of_its_own(place: Place) -> None:
    place.write(**SOURCE | {"watch": {}})
    place.session(now=T0).run(site(FIRST))
    place.write(**SOURCE)
    place.session(now=T0 + DAY).run(site(CHANGED))
    assert len(place.notices()) == 2
    place.session(now=T0 + 2 * DAY).run(site(CHANGED, b"<p>Our purchasing department is closed on 3 May.</p>"))
    assert len(place.notices()) == 3


def test_a_page_that_is_not_read_leaves_what_is_known_as_it_is(place: Place) -> None:
    place.write(**SOURCE)
    place.session(now=T0).run(site(FIRST))
    run = place.session(now=T0 + DAY).run(site(b"<h2>Maintenance</h2>"))
    assert run.state is RunState.SUSPICIOUS
    assert "laid out otherwise" in (run.reason or "")
    place.session(now=T0 + 2 * DAY).run(site(CHANGED))
    assert len(place.notices()) == 2


def test_what_is_told_and_what_is_remembered_are_stored_together(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.write(**SOURCE)
    place.session(now=T0).run(site(FIRST))

    def torn(c: Connection, notices: list[Notice], **more: Any) -> Saved:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("crawler.pipelines.store.save_notices", torn)
        drive = place.session(now=T0 + DAY)
        with pytest.raises(KeyboardInterrupt):
            drive.run(site(CHANGED))
    with reading(drive.session.engine) as c:
        seen = find_watched(c, "xx_test", "https://portal.invalid/tenders")
    assert seen is not None
    assert seen.seen_at < T0 + DAY
    place.session(now=T0 + 2 * DAY).run(site(CHANGED))
    assert len(place.notices()) == 2


def test_a_real_crawl_and_one_that_was_not_sent_again(place: Place) -> None:
    place.write(**SOURCE)
    pages = {"/tenders": FIRST, "/news": b"<p>Welcome to the news of our purchasing department.</p>"}
    with Portal(lambda path: Answer(pages[path], headers={"ETag": f'"{len(pages[path])}"'})) as portal:
        assert place.crawl(portal).state is RunState.OK
        run = place.crawl(portal)
        assert (run.state, run.new, run.changed) == (RunState.OK, 0, 0)
        pages["/tenders"] = CHANGED
        run = place.crawl(portal)
        assert (run.state, run.new, run.changed) == (RunState.OK, 2, 0)


def test_pages_that_a_script_draws(place: Place) -> None:
    need_browser()
    place.write(**SOURCE | {"watch": {"select": "#tenders"}, "browser": True, "listing": {"file": {}}})
    script = (
        "<body><div id=clock></div><div id=tenders></div><script>setInterval(()=>clock.textContent=Date(),50);"
        "setTimeout(()=>tenders.innerHTML=`{}`,100)</script></body>"
    )
    rows = "".join(ROWS)
    with Portal(lambda path: Answer(script.format(f"<table>{rows}</table>").encode(), headers=HTML)) as portal:
        assert place.crawl(portal).state is RunState.OK
        rows += a_row(1044, "Fire doors")
        run = place.crawl(portal)
    assert (run.state, run.new) == (RunState.OK, 1)


HTML = {"Content-Type": "text/html"}
