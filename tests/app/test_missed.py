"""`tenderwatch sources missed`: a notice in each of its stories, by a real crawl of a real portal and real mail."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.demo.mailbox import Mailbox
from crawler.names import read_name
from crawler.registry import load_sources
from storage.engine import open_engine, writing
from storage.schema import deliveries
from tests.app.test_cli import tenderwatch
from tests.crawler.portals import HTML_SOURCE, Answer, Portal, a_detail, query, write_source

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
    assert "The page is kept: " in text

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
    assert "toy" in text.casefold()
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


def test_an_address_is_known_in_all_its_shapes() -> None:
    sources = load_sources()
    named = read_name("http://www.find-tender.service.gov.uk/Notice/000123-2026/?utm_campaign=x&gclid=1", sources)
    assert "https://www.find-tender.service.gov.uk/Notice/000123-2026" in named.addresses
    assert named.sources == ("gb_find_a_tender",)
    assert read_name("https://nobody.example/x", sources).sources == ()
    assert read_name("ocds-h6vhtk-04a1b2", sources).keys == ("ocds-h6vhtk-04a1b2",)
