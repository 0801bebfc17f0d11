"""Each publication's own listing runs to its end against an imitation of its own quirks, and a wrong YAML does not."""

import csv
import os
import re
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import crawler.registry
from crawler.registry import SHIPPED, load_source, load_sources
from crawler.spans import to_span
from domain.sources import Source
from tests.crawler.imitation.asking import Asked
from tests.crawler.imitation.crawls import Worker, open_worker
from tests.crawler.imitation.facts import DRAFTS, ELSEWHERE, FACTS
from tests.crawler.imitation.portal import Facts, Imitation
from tests.crawler.portals import Place

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
HOURS = timedelta(hours=30)
OLDER = {"gb_contracts_finder", "gb_find_a_tender", "gb_scotland"}  # written before there were such lines
FIRST = {"day": "7d", "month": "31d", "year": "366d"}  # of lists whose entries are dated, where the YAML says nothing


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """One process for all crawls."""
    with open_worker({**os.environ, "TENDERWATCH_KEY_PY_DNCP": "secret-of-test"}) as worker:
        yield worker


@pytest.fixture
def own(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """An installation with the test's sources only: to check all shipped ones for each crawl takes seconds."""
    monkeypatch.setattr(crawler.registry, "SHIPPED", tmp_path / "shipped")
    return place


@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_crawl_stores_exactly_what_the_portal_published(name: str, own: Place, worker: Worker) -> None:
    facts = FACTS[name]
    source = write(own, name, (SHIPPED / f"{name}.yml").read_text(encoding="utf-8"), facts)
    with Imitation(facts, NOW) as portal:
        first = worker.crawl(own, name, portal.url, NOW)
        assert portal.refused == []
        assert (first.state, first.reason) == ("ok", None)
        expected = portal.expect(begin_of(source))
        assert len(expected) > 20
        assert known(own, name) == expected
        revisions = count_revisions(own, name)
        portal.log.clear()
        portal.now = LATER
        second = worker.crawl(own, name, portal.url, LATER)
        assert portal.refused == []
        assert (second.state, second.reason) == ("ok", None)
        assert known(own, name) == expected
        assert count_revisions(own, name) == revisions
        assert facts.again is None or len(portal.log) <= facts.again


# What is wrong in the YAML, and must show: dates, pages, encodings, paths, bodies, years, user agents.
WRONG = [
    ("gb_sell2wales", '"%m-%Y"', '"%Y-%m"'),
    ("rw_umucyo", '"%Y-%m-%d"', '"%d-%m-%Y"'),
    ("au_austender", "%SZ", "%S"),
    ("mx_pdn_shcp", "first: 0", "first: 1"),
    ("mx_pdn_shcp", '"{page}", pageSize: 10', '"{page}", pageSize: 50'),
    ("lr_ppcc_releases", "first: 1", "first: 0"),
    ("mw_maneps", "take: 1000", "take: 500"),
    ("hn_contrataciones_releases", "param: page", "param: pagina"),
    ("gb_contracts_finder", "encoding: ISO-8859-1", "encoding: ISO-8859-7"),
    ("gb_contracts_finder", "next: {ceiling: 200}", "pages: {param: page, size: 100}"),
    ("th_bangkok", "{low.year+543}", "{low.year}"),
    ("ug_gpp", "begins: 7", "begins: 12"),
    ("ug_gpp", "empty: [404]", "empty: [nothing]"),
    ("al_kpp", "{low.year+1}", "{low.year}"),
    ("al_kpp", "Accept: application/json", "Accept: text/html"),
    ("mx_nuevo_leon_infra", "user_agent:", "# user_agent:"),
    ("it_anac", "ocds: {ocid:", "# ocds: {ocid:"),
    ("ke_ppra", "next: next_page_url", "next: next_url"),
    ("md_mtender", "'?offset='", "'?since='"),
    ("ng_anambra", 'replace: {"/": "_"}', 'replace: {"/": "-"}'),
    ("uy_arce_records", "id_compra:", "release_id:"),
    ("xk_krpp", "ahead: 60d, ", ""),
    ("ge_spa_releases", "ceiling: 20000", "ceiling: 2"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), WRONG, ids=[f"{name} {wrong}" for name, _, wrong in WRONG])
def test_a_wrong_yaml_shows(name: str, right: str, wrong: str, own: Place, worker: Worker) -> None:
    text = (SHIPPED / f"{name}.yml").read_text(encoding="utf-8")
    assert right in text
    source = write(own, name, text.replace(right, wrong), FACTS[name])
    with Imitation(FACTS[name], NOW) as portal:
        crawled = worker.crawl(own, name, portal.url, NOW)
        is_whole = known(own, name) == portal.expect(begin_of(source))
        assert portal.refused or crawled.state != "ok" or not is_whole


CHILE_ERROR = '{"detail": "Error en la generación. ", "status": 500}'
MOLDOVA_ERROR = '{"message": "connect EHOSTUNREACH 192.0.2.1:443", "name": "Error", "code": "EHOSTUNREACH"}'


@pytest.mark.parametrize(
    ("name", "number", "body", "told"),
    [
        ("cl_chilecompra", 20, CHILE_ERROR, "Error en la generación"),
        ("cl_chilecompra", 1, CHILE_ERROR, "Error en la generación"),
        ("md_mtender", 12, MOLDOVA_ERROR, "EHOSTUNREACH"),
    ],
)
def test_an_error_that_comes_with_200_is_told_and_mended_by_the_next_run(
    name: str, number: int, body: str, told: str, own: Place, worker: Worker
) -> None:
    source = write(own, name, (SHIPPED / f"{name}.yml").read_text(encoding="utf-8"), FACTS[name])
    with Imitation(FACTS[name], NOW, mistakes={number: body.encode()}) as portal:
        first = worker.crawl(own, name, portal.url, NOW)
        assert first.state in ("partial", "suspicious")
        assert told in str(first.reason)
        second = worker.crawl(own, name, portal.url, LATER)
        assert (second.state, second.reason) == ("ok", None)
        assert known(own, name) == portal.expect(begin_of(source))


@pytest.mark.parametrize("name", ["mx_pdn_veracruz", "zm_zppa"])
def test_the_command_line_crawls_them_the_same_way(name: str, place: Place) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with Imitation(FACTS[name], now) as portal:
        run = place.crawl(portal, name)  # type: ignore[arg-type]
        assert (run.state.value, run.reason) == ("ok", None)
        assert known(place, name).keys() >= {release.ocid for release in portal.releases if release.at > now - HOURS}
        assert portal.refused == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/Notices?dateFrom=11-2026&outputType=0&noticeType=2", 200),
        ("/v1/Notices?dateFrom=11-2026&outputType=0&noticeType=2&page=1", 400),
        ("/v1/Notices?dateFrom=11-2026&outputType=0", 400),
        ("/v1/Notices?dateFrom=11-2026&outputType=0&noticeType=2&noticeType=3", 400),
        ("/v1/Notices?dateFrom=2026-11&outputType=0&noticeType=2", 400),
        ("/v1/Notices?dateFrom=11-2026&outputType=0&noticeType=99", 400),
        ("/v1/Notices?dateFrom=12-2026&outputType=0&noticeType=2", 400),
        ("/v1/notices?dateFrom=11-2026&outputType=0&noticeType=2", 404),
    ],
)
def test_an_imitation_answers_nothing_else(path: str, status: int) -> None:
    portal = Imitation(FACTS["gb_sell2wales"], NOW)
    assert portal.answer(Asked("GET", path, {}, b""))[0] == status
    assert portal.answer(Asked("POST", path, {}, b""))[0] != 200
    portal.server.server_close()


def test_exactly_these_are_drafts() -> None:
    sources = {name: each for name, each in load_sources().items() if each.protocol == "ocds" and "demo" not in name}
    assert sources.keys() | ELSEWHERE.keys() == FACTS.keys() | DRAFTS.keys() | ELSEWHERE.keys()
    assert {name for name, each in sources.items() if each.about.draft} == DRAFTS.keys()
    for name, each in sources.items():
        assert each.about.coverage or name in OLDER, f"{name} says nothing of what it holds"
        is_excused = each.about.why_off or each.about.covered_by or each.about.ended or each.key_env
        assert each.enabled or is_excused, f"{name} is off, and does not say why"
        assert not each.about.draft or each.about.why_off, f"{name} is a draft, and does not say why"
        assert each.about.key_from or not each.key_env, f"{name} does not say where to get its key"


def test_every_publication_is_a_source(shared: Path) -> None:
    with (shared / "facts" / "ocds_publishers.csv").open(encoding="utf-8") as file:
        rows = {row["name"]: row for row in csv.DictReader(file) if row["host"] != "opentender.eu"}
    names = {name: facts.csv for name, facts in FACTS.items()} | DRAFTS | ELSEWHERE
    assert sorted(names.values()) == sorted(rows)
    sources = load_sources()
    for name, publication in names.items():
        told, ours = urlsplit(rows[publication]["start_url"]), urlsplit(sources[name].endpoint)
        assert str(ours.hostname).removeprefix("www.") == str(told.hostname).removeprefix("www.")
        pairs = zip(told.path.split("/"), ours.path.split("/"), strict=False)
        unlike = [pair for pair in pairs if pair[0] != pair[1] and not any("{" in each for each in pair)]
        assert not unlike or name in ("cl_chilecompra", "au_austender"), f"{name}: {unlike}"


def test_the_files_are_short() -> None:
    lengths = [len((SHIPPED / f"{name}.yml").read_text(encoding="utf-8").splitlines()) for name in FACTS]
    assert statistics.median(lengths) < 30


def write(place: Place, name: str, text: str, facts: Facts) -> Source:
    """The YAML in the installation's own folder; pages of a thousand rows are made small, by what the facts say."""
    if facts.scale:
        text, times = re.subn(rf"\b{facts.scale[0]}\b", str(facts.scale[1]), text)
        assert times, f"{name} does not ask for {facts.scale[0]} rows"
    text = re.sub(r"(?m)^covered_by: .*$", "", text)  # the one that covers it is not here
    assert place.settings.sources_dir
    (place.settings.sources_dir / f"{name}.yml").write_text(text, encoding="utf-8")
    return load_source(name, place.settings.sources_dir)


def begin_of(source: Source) -> datetime:
    """How far back a first run goes."""
    window, links = source.listing.get("window", {}), source.listing.get("links", {})
    options = window if window else links
    first = to_span(options.get("first") or FIRST[links.get("date", {}).get("by", "day")])
    behind = to_span(window["behind"]) if "behind" in window else timedelta(0)
    return NOW - behind - first


def count_revisions(place: Place, name: str) -> dict[str, int]:
    """How often each notice has changed; a process whose releases stand on two pages has changed in the first run."""
    return {key: len(each) for key, each in place.revisions(name).items()}


def known(place: Place, name: str) -> dict[str, tuple[str, str]]:
    """The stored notices: title and buyer by key."""
    found = place.notices(name)
    return {each["key"]: (next(iter(each["title"].values())), each["buyers"][0]["name"]) for each in found}
