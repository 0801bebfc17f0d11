"""A source is added on the command line: drafted, checked, tried, recorded, replayed, against loopback."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine import open_engine, reading
from storage.notices import iterate_notices
from tests.app.test_cli import tenderwatch
from tests.crawler.drafting_pages import answer
from tests.crawler.portals import Answer, Portal, write_source

OWN = '''
import json

from crawler.reading import Reading
from crawler.spider import SourceSpider
from domain.notices import Kind, RawNotice


class Portal(SourceSpider):
    """Lines of a number and a title."""

    def read(self, fetched, find_releases):
        rows = [line.split(";") for line in fetched.body.decode().splitlines()]
        notices = tuple(RawNotice(key, Kind.TENDER, None, title={"en": title}) for key, title in rows)
        return Reading(notices, tuple(notice.key for notice in notices))
'''
YML = """title: Lines
publisher: {name: Norbridge, country: GB}
url: URL
licence: none stated
zone: Europe/London
endpoint: URL/lines
listing: {file: {}}
every: 1h
expect: {notices: [1, 10], filled: {title: 1.0}, silence: 3d}
"""


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal(lambda path: Answer(b"A1;Pumps\nA2;Road salt") if path == "/lines" else answer(path)) as portal:
        yield portal


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that may ask this machine, which the guard of addresses forbids otherwise."""
    place = tmp_path_factory.mktemp("installation")
    assert tenderwatch("init", ".", cwd=place).returncode == 0
    file = place / "tenderwatch.toml"
    allowed = 'contact = "bids@example.org"\nallowed_addresses = ["127.0.0.1"]'
    file.write_text(file.read_text().replace('contact = ""', allowed))
    return place


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    """A copy of it for each test."""
    return Path(shutil.copytree(made, tmp_path / "company"))


def stored(folder: Path) -> int:
    engine = open_engine(f"sqlite:///{folder / 'data' / 'tenderwatch.db'}")
    with reading(engine) as c:
        return len(list(iterate_notices(c)))


def test_a_portal_is_added_tried_and_crawled(folder: Path, portal: Portal) -> None:
    made = tenderwatch("sources", "new", "gb_norbridge", f"{portal.url}/tenders", cwd=folder)
    assert made.returncode == 0, made.stderr
    assert "a list on a web page, 8 notices on the page" in made.stderr
    assert 'header "Closing date" says closing date' in made.stdout
    assert "NB-2026-0100" in made.stdout
    assert "next: read" in made.stderr
    assert "tenderwatch sources try gb_norbridge" in made.stderr
    assert portal.robots_asked
    assert "bids@example.org" in portal.headers[0]["User-Agent"]
    assert tenderwatch("sources", "check", cwd=folder).returncode == 0
    yml = folder / "sources" / "gb_norbridge.yml"
    yml.write_text(yml.read_text().replace("delay: 5", "delay: 1").replace("1000]", "8]"))
    listed = {row["source"]: row for row in json.loads(tenderwatch("sources", "list", "--json", cwd=folder).stdout)}
    assert {row["verified live"] for row in listed.values()} == {"never"}
    report = folder / "tried.md"
    tried = tenderwatch("sources", "try", "gb_norbridge", "--json", "--report", report, cwd=folder)
    assert tried.returncode == 0, tried.stderr
    found = json.loads(tried.stdout)[0]
    assert (found["state"], found["reached"], found["verified"], found["notices"]) == ("read", True, True, 2)
    assert {"description", "regions", "documents"} == set(found["empty"])
    assert "| `gb_norbridge` |" in report.read_text()
    assert stored(folder) == 0
    shown = json.loads(tenderwatch("sources", "show", "gb_norbridge", "--json", cwd=folder).stdout)
    assert "by 0." in shown["verified live"]
    again = tenderwatch("sources", "new", "gb_norbridge", f"{portal.url}/tenders", cwd=folder)
    assert again.returncode == 2
    assert "exists already" in again.stderr


def test_pages_are_recorded_and_replayed(folder: Path, portal: Portal) -> None:
    made = tenderwatch("sources", "new", "gb_norbridge", f"{portal.url}/tenders", "--no-details", cwd=folder)
    assert made.returncode == 0, made.stderr
    recorded = tenderwatch(
        "sources", "record", "gb_norbridge", f"{portal.url}/tenders?page=2", "--case", "second_page", cwd=folder
    )
    assert recorded.returncode == 0, recorded.stderr
    case = folder / "sources" / "gb_norbridge" / "second_page"
    assert {file.name for file in case.iterdir()} == {"page.html", "meta.json", "expected.json"}
    same = json.loads(tenderwatch("sources", "replay", "gb_norbridge", "--json", cwd=folder).stdout)
    assert [(row["case"], row["state"]) for row in same] == [("list", "same"), ("second_page", "same")]
    yml = folder / "sources" / "gb_norbridge.yml"
    yml.write_text(yml.read_text().replace("title: {column: Title}", "title: {column: Contracting authority}"))
    differ = tenderwatch("sources", "replay", "gb_norbridge", "--json", cwd=folder)
    assert differ.returncode == 1
    told = json.loads(differ.stdout)[0]["differences"]
    assert 'notices[0].title.en: "Water pumps for the northern works" -> "Norbridge Town Council"' in told
    accepted = tenderwatch("sources", "replay", "gb_norbridge", "--accept", cwd=folder)
    assert (accepted.returncode, "accepted" in accepted.stdout) == (0, True)
    assert tenderwatch("sources", "replay", "gb_norbridge", cwd=folder).returncode == 0
    refused = tenderwatch("sources", "record", "gb_norbridge", f"{portal.url}/login", cwd=folder)
    assert refused.returncode == 2
    assert "cannot read it, so nothing was saved" in refused.stderr
    assert not (folder / "sources" / "gb_norbridge" / "list_2").exists()


def test_the_first_page_of_a_list_by_post_is_recorded(folder: Path, portal: Portal) -> None:
    """Its body's placeholders are filled in as a crawl would."""
    values = {
        "protocol": "json_api",
        "endpoint": f"{portal.url}/search",
        "request": {"json": {"from": "{offset}", "size": 2}},
        "listing": {"pages": {"unit": "row", "size": 2}},
        "json": {"list": {"rows": "rows", "fields": {"key": "id", "title": "name"}}},
    }
    write_source(folder / "sources", "gb_post", **values)
    bodies = []

    def post(path: str, body: str) -> Answer:
        bodies.append(json.loads(body))
        return Answer(b'{"rows": [{"id": "A1", "name": "Pumps"}, {"id": "A2", "name": "Valves"}]}')

    portal.post = post
    recorded = tenderwatch("sources", "record", "gb_post", f"{portal.url}/search", cwd=folder)
    assert recorded.returncode == 0, recorded.stderr
    assert bodies == [{"from": 0, "size": 2}]
    assert tenderwatch("sources", "replay", "gb_post", cwd=folder).returncode == 0


def test_a_stand_in_never_counts_as_verified(folder: Path, portal: Portal) -> None:
    words = ("sources", "try", "gb_find_a_tender", "--endpoint", f"gb_find_a_tender={portal.url}/ocds", "--json")
    told = json.loads(tenderwatch(*words, cwd=folder).stdout)[0]
    assert (told["live"], told["verified"], told["reached"], told["state"]) == (False, False, True, "refused")
    with Portal(lambda path: answer("/ocds")) as other:
        words = ("sources", "try", "--endpoint", f"gb_find_a_tender={other.url}", "--json")
        told = json.loads(tenderwatch(*words, cwd=folder).stdout)[0]
    assert (told["state"], told["notices"], told["verified"]) == ("read", 5, False)
    listed = json.loads(tenderwatch("sources", "list", "--json", cwd=folder).stdout)
    assert {row["verified live"] for row in listed} == {"never"}


def test_what_a_portal_refuses_is_told_with_its_reason(folder: Path, portal: Portal) -> None:
    portal.robots = Answer(b"User-agent: *\nDisallow: /tenders")
    refused = tenderwatch("sources", "new", "gb_norbridge", f"{portal.url}/tenders", cwd=folder)
    assert refused.returncode == 1
    assert "robots.txt forbids" in refused.stderr
    assert list((folder / "sources").iterdir()) == []
    write_own(folder, portal)
    portal.robots = Answer(b"User-agent: *\nDisallow: /lines")
    tried = tenderwatch("sources", "try", "gb_lines", "--json", cwd=folder)
    told = json.loads(tried.stdout)[0]
    assert (tried.returncode, told["state"], told["verified"]) == (1, "refused", False)
    assert "robots.txt forbids" in told["why"]


def test_an_address_of_this_machine_is_refused_where_it_is_not_named(folder: Path, portal: Portal) -> None:
    file = folder / "tenderwatch.toml"
    file.write_text(file.read_text().replace('["127.0.0.1"]', "[]"))
    refused = tenderwatch("sources", "new", "gb_norbridge", f"{portal.url}/tenders", cwd=folder)
    assert refused.returncode == 1
    assert "127.0.0.1 is loopback; name it in allowed_addresses" in refused.stderr
    assert portal.log == []
    allowed = tenderwatch("sources", "new", "gb_norbridge", "https://tenders.example.org/tenders", "--no-details",
                          "--endpoint", portal.url, cwd=folder)  # fmt: skip
    assert allowed.returncode == 0, allowed.stderr
    assert "endpoint: https://tenders.example.org/tenders" in (folder / "sources" / "gb_norbridge.yml").read_text()


def write_own(folder: Path, portal: Portal, name: str = "gb_lines", more: str = "") -> None:
    (folder / "sources" / f"{name}.yml").write_text(YML.replace("URL", portal.url) + more)
    (folder / "sources" / f"{name}.py").write_text(OWN)


def test_an_operators_own_spider_is_tried_crawled_and_replayed(folder: Path, portal: Portal) -> None:
    write_own(folder, portal)
    assert tenderwatch("sources", "check", cwd=folder).returncode == 0
    tried = json.loads(tenderwatch("sources", "try", "gb_lines", "--json", cwd=folder).stdout)[0]
    assert (tried["state"], tried["notices"], tried["verified"]) == ("read", 2, True)
    assert tenderwatch("sources", "record", "gb_lines", f"{portal.url}/lines", cwd=folder).returncode == 0
    assert tenderwatch("sources", "replay", "gb_lines", cwd=folder).returncode == 0
    assert tenderwatch("crawl", "gb_lines", cwd=folder).returncode == 0
    assert stored(folder) == 2


def test_a_shipped_source_is_replaced_by_an_operators_spider_only_where_that_is_meant(
    folder: Path, portal: Portal
) -> None:
    write_own(folder, portal, "gb_scotland")
    told = tenderwatch("sources", "check", cwd=folder)
    assert told.returncode == 1
    assert "add `replaces: true`" in told.stderr
    write_own(folder, portal, "gb_scotland", "replaces: true\n")
    assert tenderwatch("sources", "check", cwd=folder).returncode == 0
    tried = json.loads(tenderwatch("sources", "try", "gb_scotland", "--json", cwd=folder).stdout)[0]
    assert (tried["state"], tried["notices"]) == ("read", 2)
    drafted = tenderwatch("sources", "new", "gb_find_a_tender", f"{portal.url}/ocds", cwd=folder)
    assert drafted.returncode == 2
    assert "is a shipped source; choose another id, or add --replaces" in drafted.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("new", "Norbridge", "http://127.0.0.1:1/"), "write COUNTRY_PORTAL in small letters"),
        (("new", "gb_x", "ftp://a.example.org/"), "write an address such as"),
        (("new", "gb_x", "https://a.example.org/?api_key=s3cret"), "api_key in the address is a key"),
        (("new", "gb_x", "https://a.example.org/", "--replaces"), "there is no shipped source gb_x"),
        (("try",), "which source?"),
        (("try", "gb_scotland", "--report", "x.pdf"), "ends in .md or .json"),
        (("record", "gb_scotland", "https://a.example.org/", "--case", "A b"), "write small letters, digits and _"),
        (("replay", "gb_none"), "no source 'gb_none'"),
    ],
)
def test_wrong_use_is_told(made: Path, words: tuple[str, ...], told: str) -> None:
    done = tenderwatch("sources", *words, cwd=made)
    assert done.returncode == 2
    assert told in " ".join(done.stderr.split())
