"""Sources that no other file crawls, each by its own YAML against its portal; and no source is without such a test."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from crawler.registry import SHIPPED, load_sources
from domain.sources import RunState
from tests.crawler.api_portals import PORTALS
from tests.crawler.browsing import need_browser
from tests.crawler.codice_making import a_file, an_entry
from tests.crawler.drive import SpiderDrive
from tests.crawler.german_portal import give_days
from tests.crawler.imitation.facts import FACTS
from tests.crawler.portals import Answer, Place, Portal, query
from tests.crawler.sam_portal import KEY, Sam, a_row
from tests.crawler.ted_portal import Made, Ted
from tests.crawler.test_web_sources import COUNTS

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
SAVED = Path(__file__).parents[1] / "sources"
WITHOUT = 40  # every fortieth has no description
CHAINS = {"es_placsp_agregadas": 7, "es_placsp_menores": 3}  # days that the first run goes back
ALONE = {
    "au_austender_atm": "test_rss", "ca_buyandsell": "test_rss", "ru_eis_rss": "test_rss", "ca_canadabuys": "test_csv",
    "es_euskadi": "test_euskadi", "es_placsp": "test_codice", "ua_prozorro": "test_prozorro",
}  # fmt: skip
HERE = {*CHAINS, "ru_eis", "ru_mos", "eu_ted", "de_oeffentlichevergabe", "us_sam"}


def crawl(place: Place, name: str, answer: Callable[[Any], Answer], now: datetime = NOW, **more: Any) -> SpiderDrive:
    drive = SpiderDrive(place, answer, now, name, **more)
    verdict = drive.run()
    assert verdict is not None
    assert verdict.state is RunState.OK, (verdict.reason, [each.issue.reason for each in place.issues()])
    return drive


def twice(place: Place, name: str, answer: Callable[[Any], Answer], keys: set[str], **more: Any) -> SpiderDrive:
    """All that the portal has, and no revision when it is crawled again."""
    first = crawl(place, name, answer, **more)
    assert {notice["key"] for notice in place.notices(name)} == keys
    before = place.revisions(name)
    assert {len(each) for each in before.values()} == {1}
    crawl(place, name, answer, NOW + timedelta(hours=1), **more)
    assert place.revisions(name) == before
    return first


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_of_files_made_at_night_in_parts(name: str, place: Place) -> None:
    """A night's files are …_041442.atom, …_041442_1.atom, …; the newest is under the plain name alone."""
    endpoint = urlsplit(load_sources()[name].endpoint)
    head = endpoint.path.rpartition("/")[2].removesuffix(".atom")
    files: dict[str, bytes] = {}
    following, number, keys = None, 0, set()
    for day in range(CHAINS[name] + 3, -1, -1):
        at = NOW.replace(hour=4, minute=14, second=42, tzinfo=MADRID) - timedelta(days=day)
        for part in (2, 1, 0):
            stem = f"{head}_{at:%Y%m%d_%H%M%S}{f'_{part}' if part else ''}"
            stem = head if (day, part) == (0, 0) else stem
            made = at - timedelta(seconds=part)
            entries = [an_entry(number := number + 1, made - timedelta(hours=1)) for _ in range(3)]
            files[f"{stem}.atom"] = a_file(*entries, entries[0], updated=made, next_name=following)
            following = f"{stem}.atom"
            keys |= {str(number - n) for n in range(3)} if day < CHAINS[name] else set()

    def answer(request: Any) -> Answer:
        assert urlsplit(request.url).netloc == endpoint.netloc
        return Answer(files[request.url.rpartition("/")[2]])

    drive = crawl(place, name, answer)
    found = {notice["key"] for notice in place.notices(name)}
    assert keys <= found
    assert drive.asked[0].endswith(f"/{head}.atom")
    assert len(drive.asked) == len(set(drive.asked)) < len(files)
    before = place.revisions(name)
    crawl(place, name, answer, NOW + timedelta(hours=6))
    assert place.revisions(name) == before


def eis() -> tuple[Callable[[Any], Answer], set[str]]:
    """EIS: 50 cards a page, each with a page of its own; "more than" no total; behind the last page, its words."""
    saved = (SAVED / "ru_eis/open/page.html").read_text(encoding="utf-8")
    head, *cards = re.split(r'(?=<div class="search-registry-entry-block )', saved)
    card = cards[0]
    notice = (SAVED / "ru_eis/detail/page.html").read_text(encoding="utf-8")
    nothing = (SAVED / "ru_eis/no_results/page.html").read_bytes()
    number = "0999900000126000001"
    numbers = [f"09999000001260{n:05}" for n in range(1, 121)]

    def answer(request: Any) -> Answer:
        asked, path = query(request.url), urlsplit(request.url).path
        if path.endswith("/common-info.html"):
            assert asked["regNumber"] in numbers
            return Answer(notice.replace(number, asked["regNumber"]).encode())
        assert path == "/epz/order/extendedsearch/results.html"
        assert (asked["recordsPerPage"], asked["sortBy"]) == ("50", "UPDATE_DATE")
        page = int(asked["pageNumber"])
        assert page >= 1
        shown = numbers[(page - 1) * 50 : page * 50]
        if not shown:
            return Answer(nothing)
        told = head.replace("27&nbsp;511", "более 120")
        body = told + "".join(card.replace(number, each) for each in shown) + "</div></body></html>"
        return Answer(body.encode())

    return answer, set(numbers)


def test_eis_by_pages_of_cards_and_the_page_of_each(place: Place) -> None:
    answer, keys = eis()
    drive = twice(place, "ru_eis", answer, keys)
    lists = [url for url in drive.asked if "results.html" in url]
    assert len(drive.asked) - len(lists) == 120
    assert place.notices("ru_eis")[0]["deadline_at"] == "2026-10-23T09:00:00+12:00"


def test_the_suppliers_portal_turned_over_by_a_browser(place: Place) -> None:
    """Moscow: the address stays, ⟩ stays as well; on the last page the one before it is the active one."""
    need_browser()
    saved = (SAVED / "ru_mos/open/page.html").read_text(encoding="utf-8").partition("<!-- tenderwatch")[0]
    _, *cards = re.split(r'(?=<div class="CardStyles__MainInfoContainer)', saved)
    card = cards[0]
    notice = (SAVED / "ru_mos/amended/page.html").read_text(encoding="utf-8").partition("<!-- tenderwatch")[0]
    numbers = list(range(9990001, 9990026))
    drawn = json.dumps({n: card.replace("9990001", str(n)) for n in numbers})
    script = """<script>const cards = DRAWN, numbers = Object.keys(cards), size = 10;
function show(page) {
  const last = Math.ceil(numbers.length / size);
  const pages = [...Array(last).keys()].map(n =>
    `<a type="pageItem" class="${n + 1 == page ? "active item" : "item"}">${n + 1}</a>`).join("");
  document.getElementById("root").innerHTML =
    numbers.slice((page - 1) * size, page * size).map(n => `<div>${cards[n]}</div>`).join("") +
    `<div class="ui pagination menu">${pages}<a type="nextItem" class="item">⟩</a></div>`;
  document.querySelector("a[type=nextItem]").onclick = () => { if (page < last) show(page + 1); };
}
show(1);</script>""".replace("DRAWN", drawn.replace("</", "<\\/"))
    listed = f'<!doctype html><html lang="ru"><head><meta charset="utf-8"></head><body><div id="root"></div>{script}'

    def answer(path: str) -> Answer:
        html = {"Content-Type": "text/html; charset=utf-8"}
        if path.startswith("/purchase/list"):
            return Answer(f"{listed}</body></html>".encode(), headers=html)
        found = re.search(r"/need/(\d+)", path)
        return Answer(notice.encode(), headers=html) if found else Answer(status=404)

    with Portal(answer) as portal:
        first, again = place.crawl(portal, "ru_mos"), place.crawl(portal, "ru_mos")
    assert (first.state, first.reason, first.new) == (RunState.OK, None, 25)
    assert (again.state, again.reason, again.new, again.changed) == (RunState.OK, None, 0, 0)
    assert {notice["key"] for notice in place.notices("ru_mos")} == {f"need/{n}" for n in numbers}


def test_ted_by_days_pages_of_tokens_and_packages(place: Place) -> None:
    """But for its canary, a real notice that a portal of a test has not."""
    assert place.settings.sources_dir
    text = (SHIPPED / "eu_ted.yml").read_text(encoding="utf-8")
    without = re.sub(r"(?m)^canary:.*\n(?:  .*\n)+", "", text)
    assert without != text
    (place.settings.sources_dir / "eu_ted.yml").write_text(f"{without}replaces: true\n", encoding="utf-8")
    days = [day for day in (date(2026, 11, number) for number in range(13, 21)) if day.weekday() < 5]
    ted = Ted(Made(day.day * 100 + n, day) for day in days for n in range(9))
    for day in days[:3]:
        ted.pack_day(day)
    hosts = {"api.ted.europa.eu", "ted.europa.eu", "ted.invalid"}  # the last one is what a row leads to

    def answer(request: Any) -> Answer:
        assert urlsplit(request.url).netloc in hosts
        return ted.answer(request)

    twice(place, "eu_ted", answer, {each.key for each in ted.notices})
    assert {each["limit"] for each in ted.searches} == {250}
    assert len(set(ted.asked("/packages/daily/"))) == 3


def test_germany_by_days_up_to_yesterday_and_the_overlap(place: Place) -> None:
    made = [Made(day * 100 + n, date(2026, 11, day)) for day in range(13, 21) for n in range(7)]
    answer = give_days(made, date(2026, 11, 20))

    def checked(request: Any) -> Answer:
        asked = query(request.url)
        assert (asked.keys(), asked["format"]) == ({"pubDay", "format"}, "eforms.zip")
        return answer(request.url)

    keys = {each.key for each in made if each.day < date(2026, 11, 20)}
    twice(place, "de_oeffentlichevergabe", checked, keys)


def test_sam_by_days_of_new_york_and_pages_by_their_index(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_SAM", KEY)
    days = ["2026-11-18", "2026-11-19", "2026-11-20"]
    base = "https://api.sam.gov/opportunities/v2/noticedesc?noticeid="
    rows = [
        a_row(n, postedDate=days[n < 1100], description=f"{base}{n:032x}" if n % WITHOUT else None)
        for n in range(1, 1151)  # more than a page's thousand on one day
    ]
    sam = Sam(rows)

    def answer(request: Any) -> Answer:
        assert urlsplit(request.url).netloc == "api.sam.gov"
        asked = query(request.url)
        assert "noticedesc" in request.url or asked["limit"] == "1000"
        return sam.answer(request.url)

    drive = twice(place, "us_sam", answer, {row["noticeId"] for row in rows}, key=KEY)
    assert any("offset=1" in url for url in drive.asked)


def test_no_source_counts_without_its_own_listing_being_run() -> None:
    """Acceptance 1 of the breadth: what is in none of these lists has to be a draft."""
    shown = {*FACTS, *PORTALS, *COUNTS, *HERE, *ALONE}
    sources = {name: each for name, each in load_sources().items() if not name.startswith("demo_")}
    assert {name for name, each in sources.items() if not each.about.draft} <= shown
    assert not {name for name, each in sources.items() if each.about.draft} & shown
    for name, module in ALONE.items():
        assert f'"{name}' in (Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8")
