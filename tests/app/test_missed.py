"""`tenderwatch sources missed`: a notice in each of its stories, by a real crawl of a real portal and real mail."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from alerts.route import route
from app.demo.mailbox import Mailbox
from crawler.listing.mark import Mark, write_mark
from crawler.names import read_name
from crawler.registry import load_sources
from domain.alerts import DeliveryState, Rule
from domain.notices import Document
from domain.sources import RunState
from storage.destinations import delete_rule
from storage.engine import open_engine, reading, writing
from storage.releases import save_releases
from storage.runs import finish_run, save_period
from storage.schema import deliveries, events, notices, runs
from storage.sources import save_cursor
from storage.stories import find_by_names
from tests.alerts.cases import happen, tell, tenders
from tests.app.test_cli import tenderwatch
from tests.crawler.portals import HTML_SOURCE, Answer, Portal, a_detail, query, write_source
from tests.factories import NOW, a_notice, a_release, a_run, stored

PROFILE = """
id: pumps
name: Pumps desk
language: en
keywords: {include: ["pump*"], exclude: [toy]}
threshold: 20
"""
ALERTS = """
destinations: [{id: desk, name: Pumps desk, url: "tendermail://desk@example.org"}]
rules: [{id: desk, profile: pumps, min_score: 20, destination: desk}]
"""
TITLES = {1001: "Pumps of old", 1002: "Pumps", 1003: "Pumps, unread", 1004: "Toy pumps", 1005: "Carpets"}


class Site:
    """A list with a page for each notice; that of 1003 is always broken."""

    def __init__(self) -> None:
        self.listed = [1001]
        self.changed = False

    def __call__(self, path: str) -> Answer:
        if path.startswith("/notice/"):
            number = int(path.rpartition("/")[2])
            body = a_detail(number, "2036-12-24 12:00").replace(
                f"Pump number {number}".encode(), TITLES[number].encode()
            )
            return Answer(b"<h1>Internal error 17</h1>", 404) if number == 1003 else Answer(body)
        if self.changed:
            return Answer(b"<html><body><table><tr><td>N-1006</td><td>Pumps again</td></tr></table></body></html>")
        rows = "".join(
            f'<li class="row"><a class="key" href="/notice/{each}">N-{each}</a><b class="title">{TITLES[each]}</b></li>'
            for each in (self.listed if query(path)["page"] == "1" else [])
        )
        return Answer(
            f'<html><body><p class="total">{len(self.listed)} found</p><ul>{rows}</ul></body></html>'.encode()
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tenderwatch.toml").write_text(
        'data_dir = "data"\nsources_dir = "sources"\nzone = "Europe/Berlin"\n[mail]\nhost = "127.0.0.1"\nport = 9\n'
    )
    (tmp_path / "profile.yml").write_text(PROFILE)
    (tmp_path / "alerts.yml").write_text(ALERTS)
    write_source(tmp_path / "sources", **HTML_SOURCE)
    for words in (("profiles", "import", "profile.yml"), ("alerts", "import", "alerts.yml")):
        done = tenderwatch(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.fixture
def site() -> Iterator[tuple[Site, Portal]]:
    site = Site()
    with Portal(site) as portal:
        yield site, portal


def ask(folder: Path, name: str) -> tuple[int, dict[str, Any], str]:
    done = tenderwatch("sources", "missed", name, "--json", cwd=folder)
    assert done.stdout, done.stderr
    (story,) = json.loads(done.stdout)
    return done.returncode, story, " ".join(story["lines"])


def hasten(folder: Path) -> None:
    """What waits for its next try is due now."""
    engine = open_engine(f"sqlite:///{folder / 'data' / 'tenderwatch.db'}")
    with writing(engine) as c:
        c.execute(deliveries.update().values(next_try_at=datetime.now(UTC)))
    engine.dispose()


def test_all_six_stories(folder: Path, site: tuple[Site, Portal]) -> None:
    pages, portal = site
    crawl = ("crawl", "xx_test", "--endpoint", f"xx_test={portal.url}")
    before = ask(folder, "https://portal.invalid/notice/1002")
    assert (before[0], before[1]["stage"]) == (3, "never listed")
    assert "xx_test covers it; it is on, and it was never crawled" in before[2]

    assert tenderwatch(*crawl, cwd=folder).returncode == 0
    assert tenderwatch("match", cwd=folder).returncode == 0
    pages.listed = [1001, 1002, 1003, 1004, 1005]
    assert tenderwatch(*crawl, cwd=folder).returncode == 3

    code, story, text = ask(folder, "xx_test:N-1002")
    assert (code, story["stage"]) == (3, "stored")
    assert "stored at" in text
    assert "Europe/Berlin by run 2 of xx_test" in text
    assert "has not been matched yet" in text

    code, story, text = ask(folder, "N-1003")
    assert (code, story["stage"]) == (3, "listed and unreadable")
    assert "could not read" in text
    assert "HTTP 404" in text
    shown = tenderwatch(*re.search(r"to see it: tenderwatch (sources page \w{12})", text)[1].split(), cwd=folder)  # type: ignore[index]
    assert shown.returncode == 0, shown.stderr
    assert b"Internal error 17" in (folder / shown.stdout.strip()).read_bytes()
    assert "/notice/1003" in shown.stderr
    other = folder / "other.html"
    other.write_text("something else")
    page = shown.stdout.strip()[:12]
    refused = tenderwatch("sources", "page", page, "--to", "other.html", cwd=folder)
    assert (refused.returncode, other.read_text()) == (2, "something else")
    assert "holds something else" in refused.stderr
    assert "no saved page" in tenderwatch("sources", "page", "f" * 12, cwd=folder).stderr

    assert tenderwatch("match", cwd=folder).returncode == 0
    tenderwatch("alerts", "send", cwd=folder)  # nobody listens on port 9
    code, story, text = ask(folder, "N-1002")
    assert (code, story["stage"]) == (0, "queued")
    assert "queued to desk, next tried at" in text

    with Mailbox(folder / "mails") as mailbox:
        settings = folder / "tenderwatch.toml"
        settings.write_text(settings.read_text().replace("port = 9", f"port = {mailbox.port}"))
        hasten(folder)
        tenderwatch("alerts", "send", cwd=folder)
        assert mailbox.messages()
    code, story, text = ask(folder, f"{portal.url.replace('http:', 'https:')}/notice/1002/?utm_source=mail#top")
    assert (code, story["stage"], story["notice"]) == (0, "told", "xx_test:N-1002"), text
    assert "scores it" in text
    assert "sent at" in text
    assert "to desk" in text

    code, story, text = ask(folder, "N-1004")
    assert (code, story["stage"]) == (0, "stopped")
    assert "minus-words stands in the notice: «Toy»" in text
    code, story, text = ask(folder, "N-1005")
    assert (code, story["stage"]) == (0, "stopped")
    assert "below its threshold of 20" in text

    code, story, text = ask(folder, "https://portal.invalid/notice/1999")
    assert (code, story["stage"]) == (3, "never listed")
    assert "crawled 2 times" in text
    assert "run 2" in text
    assert "partial" in text
    assert "pages are unread" in text

    pages.changed = True
    tenderwatch(*crawl, cwd=folder)
    code, story, text = ask(folder, "N-1006")
    assert (code, story["stage"]) == (3, "listed and unreadable")
    assert "stands on a page of xx_test that could not be read" in text

    shown = tenderwatch("sources", "missed", "https://nobody.example/1", cwd=folder)
    assert shown.returncode == 3
    assert "No source covers nobody.example" in shown.stdout


@pytest.fixture
def engine_of(folder: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{folder / 'data' / 'tenderwatch.db'}")
    yield engine
    engine.dispose()


def send_all(engine: Engine) -> None:
    with writing(engine) as c:
        c.execute(runs.update().values(state=RunState.OK))
        c.execute(notices.update().values(matched_epoch=10**6))
    route(engine, NOW)
    with writing(engine) as c:
        c.execute(deliveries.update().values(state=DeliveryState.SENT, sent_at=NOW))


def test_a_summary_told_only_whom_it_went_to_and_only_what_it_showed(folder: Path, engine_of: Engine) -> None:
    tell(engine_of, Rule("best", "pumps", 90, "best"), destination="best")
    happen(engine_of, *tenders(12), points=50, baseline="first run of gb_test")
    happen(engine_of, a_notice(key="top"), points=95, baseline="first run of gb_test")
    send_all(engine_of)
    code, story, text = ask(folder, "t-0")
    assert (code, story["stage"]) == (0, "told")
    assert "to desk" in text
    assert "to best" not in text, "only what has 90 points is sent there"
    assert "to best" in ask(folder, "gb_test:top")[2]
    code, story, text = ask(folder, "gb_test:t-11")
    assert (code, story["stage"]) == (0, "counted")
    assert "counted in the summary sent at" in text
    assert "to desk, not shown by name" in text
    with reading(engine_of) as c:
        number = c.execute(select(events.c.id).where(events.c.note == "to desk")).scalar_one()
    listed = tenderwatch("opportunities", "list", "--summary", str(number), "--json", cwd=folder)
    assert len(json.loads(listed.stdout)) == 13, listed.stderr
    wrong = tenderwatch("opportunities", "list", "--summary", "1", cwd=folder)
    assert (wrong.returncode, "there is no such summary" in wrong.stderr) == (2, True)


def test_what_no_rule_led_anywhere_is_told_with_what_each_rule_says(folder: Path, engine_of: Engine) -> None:
    tell(engine_of, Rule("best", "pumps", 90, "best"), destination="best")
    with writing(engine_of) as c:
        assert delete_rule(c, "desk")
    happen(engine_of, a_notice(), points=50)
    send_all(engine_of)
    code, story, text = ask(folder, "gb_test:ocds-test-1")
    assert (code, story["stage"]) == (3, "not told")
    assert re.search(r"Rule best: .*90.*50|Rule best: .*50.*90", text), text
    assert "Rule default: no `default:` is written" in text


def test_what_was_over_is_not_said_to_be_sent(folder: Path, engine_of: Engine) -> None:
    over = a_notice(key="over", title={"en": "Carpets"}, description={}, deadline_at=NOW - timedelta(days=1))
    happen(engine_of, a_notice(), over, baseline="first run of gb_test")
    send_all(engine_of)
    code, story, text = ask(folder, "gb_test:over")
    assert (code, story["stage"]) == (0, "stopped")
    assert "nobody is told: its deadline passed at 2026-11-01" in text
    assert "sent" not in text
    assert "below its threshold of 20" in text
    assert "an opportunity, " not in text
    assert "an opportunity, as from 20 on" in ask(folder, "gb_test:ocds-test-1")[2]


NUMBERED = "https://www.find-tender.service.gov.uk/Notice/072610-2026"
EARLIER = "https://www.find-tender.service.gov.uk/Notice/070001-2026"


@pytest.mark.parametrize(
    "name",
    [
        "072610-2026",
        "gb_find_a_tender:072610-2026",
        f"{NUMBERED}?origin=SearchResults&p=1#tab",
        NUMBERED.removeprefix("https://www."),
        "070001-2026",
        EARLIER,
        "https://www.find-tender.service.gov.uk/Attachment/specification",
        "OCDS-H6VHTK-04A1B2",
        "GB_Find_A_Tender:ocds-h6vhtk-04a1b2",
    ],
)
def test_an_ocds_notice_is_found_by_all_its_printed_names(folder: Path, engine_of: Engine, name: str) -> None:
    ocid = "ocds-h6vhtk-04a1b2"
    paper = Document(url="https://www.find-tender.service.gov.uk/Attachment/specification")
    given = a_notice(source="gb_find_a_tender", key=ocid, url=NUMBERED)
    with writing(engine_of) as c:
        stored(c, replace(given, documents=(paper,), url=EARLIER))
        stored(c, given, now=NOW + timedelta(hours=1))
        save_releases(
            c, given.source, [a_release(ocid, id=each.rpartition("/")[2]) for each in (EARLIER, NUMBERED)], NOW
        )
    assert ask(folder, name)[1]["notice"] == f"gb_find_a_tender:{ocid}"
    if "/" not in name and ":" not in name:
        shown = tenderwatch("notices", "show", name, cwd=folder)
        assert shown.returncode == 0, shown.stderr


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "names no notice"), ("eu_ted:", "names no notice"), ("eu_tedd:123", "did you mean eu_ted?")],
)
def test_what_names_nothing_is_refused(folder: Path, name: str, said: str) -> None:
    refused = tenderwatch("sources", "missed", name, cwd=folder)
    assert refused.returncode == 2
    assert said in refused.stderr


def test_a_mark_that_has_only_begun_says_that_nothing_was_read(folder: Path, engine_of: Engine) -> None:
    begin = NOW - timedelta(days=3)
    with writing(engine_of) as c:
        finish_run(c, run := a_run(c, "gb_find_a_tender", NOW), RunState.PARTIAL, NOW)
        save_period(c, run, begin, None)
        save_cursor(c, "gb_find_a_tender", write_mark(Mark(begin, NOW)))
    assert "Nothing was read yet" in ask(folder, NUMBERED)[2]
    with writing(engine_of) as c:
        save_cursor(c, "gb_find_a_tender", write_mark(Mark(NOW, NOW)))
    text = ask(folder, NUMBERED)[2]
    assert "All that it listed from 2026-10-30" in text
    assert "to 2026-11-02" in text


@pytest.mark.parametrize(
    "name",
    [
        "https://ted.europa.eu/en/notice/-/detail/123456-2026",
        "http://ted.europa.eu/de/notice/-/detail/123456-2026/",
        "https://ted.europa.eu/udl?uri=TED:NOTICE:123456-2026:TEXT:EN:HTML&utm_source=x",
        "https://ted.europa.eu/en/notice/123456-2026/xml",
        "www.ted.europa.eu/en/notice/-/detail/00123456-2026#tab",
        "https://api.ted.europa.eu/v3/notices/123456-2026",
        "eu_ted:00123456-2026",
        "123456-2026",
        "2026/S 012-123456",
    ],
)
def test_ted_names_its_notices_in_many_ways(name: str) -> None:
    named = read_name(name, load_sources())
    assert "123456-2026" in named.keys
    assert named.sources is None or "eu_ted" in named.sources


@pytest.mark.parametrize(
    "name",
    [
        f"<{NUMBERED}>",
        f"{NUMBERED}.",
        f"“{NUMBERED}”,",
        NUMBERED.upper(),
        "www.find-tender.service.gov.uk:443/Notice/072610-2026",
        "№ 072610-2026",
        "No. 072610\u20112026",
        "https://www.find-tender.service.gov.uk/view?b=NOV123456&a=2",
        "https://www.find-tender.service.gov.uk/View?id=9&B=NOV123456",
        "NOV123456",
    ],
)
def test_a_name_is_found_as_it_stands_in_a_mail_or_on_paper(engine_of: Engine, name: str) -> None:
    key, source = "ocds-h6vhtk-04a1b2", "gb_find_a_tender"
    site = "https://www.find-tender.service.gov.uk"
    with writing(engine_of) as c:
        stored(c, a_notice(source=source, key=key, url=NUMBERED))
        stored(c, a_notice(source=source, key="ocds-h6vhtk-000002", url=f"{site}/view?a=2&b=NOV123456&c=3"))
        stored(c, a_notice(source=source, key="ocds-h6vhtk-000003", url=f"{site}/view?a=2&b=NOV123456"))
        named = read_name(name, load_sources())
        found = find_by_names(c, named.keys, named.addresses, named.sources, named.without_query)
    by_parameter = "NOV123456" in name
    assert (
        {each.notice.key for each in found} <= {"ocds-h6vhtk-000002", "ocds-h6vhtk-000003"} if by_parameter else {key}
    )
    assert found


def test_an_address_is_found_with_fewer_parameters_than_it_was_read_with(folder: Path, engine_of: Engine) -> None:
    """As people copy it, without the language; a short number at another place of it is another notice's."""
    site = "https://www.find-tender.service.gov.uk/view"
    with writing(engine_of) as c:
        for number in (5, 55, 15):
            url = f"{site}?id={number}&lang=fr"
            stored(c, a_notice(source="gb_find_a_tender", key=f"ocds-h6vhtk-{number:06}", url=url))
    assert ask(folder, f"{site}?id=5&utm_source=mail#top")[1]["notice"] == "gb_find_a_tender:ocds-h6vhtk-000005"
    assert ask(folder, f"{site}?id=1")[1]["stage"] == "never listed"


def test_one_of_two_destinations_that_got_nothing_and_another_notice_of_the_procedure(
    folder: Path, engine_of: Engine
) -> None:
    tell(engine_of)
    tell(engine_of, destination="board")
    happen(engine_of, a_notice(key="one", procedure_id="P-1"), notice="gb_test:one")
    send_all(engine_of)
    with writing(engine_of) as c:
        to_board = deliveries.update().where(deliveries.c.destination_id == "board")
        c.execute(to_board.values(state=DeliveryState.DEAD, reason="550 no such mailbox"))
        stored(c, a_notice(key="two", procedure_id="P-1"))
        c.execute(notices.update().values(matched_epoch=10**6))
    code, story, text = ask(folder, "gb_test:one")
    assert (code, story["stage"]) == (3, "not told")
    assert "given up for board (550 no such mailbox)" in text
    assert "to sales" in text
    assert "another notice" not in text
    assert "by gb_test:one, another notice of the same procedure" in ask(folder, "gb_test:two")[2]


def test_an_address_is_known_in_all_its_shapes() -> None:
    sources = load_sources()
    named = read_name("http://www.find-tender.service.gov.uk/Notice/000123-2026/?utm_campaign=x&gclid=1", sources)
    assert "https://www.find-tender.service.gov.uk/Notice/000123-2026" in named.addresses
    assert named.sources == ("gb_find_a_tender",)
    assert read_name("https://nobody.example/x", sources).sources == ()
    assert read_name("ocds-h6vhtk-04a1b2", sources).keys == ("ocds-h6vhtk-04a1b2",)
