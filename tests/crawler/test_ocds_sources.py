"""Each publication's own listing runs to its end against an imitation of its own quirks, and a wrong YAML does not."""

import csv
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import crawler.registry
from crawler.registry import SHIPPED, load_source
from crawler.spans import to_span
from domain.sources import Source
from tests.crawler.imitation.crawls import Worker, open_worker
from tests.crawler.imitation.facts import DRAFTS, ELSEWHERE, FACTS
from tests.crawler.imitation.portal import Facts, Imitation
from tests.crawler.portals import Place

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
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
        second = worker.crawl(own, name, portal.url, LATER)
        assert portal.refused == []
        assert (second.state, second.reason) == ("ok", None)
        assert known(own, name) == expected
        assert count_revisions(own, name) == revisions
        assert facts.again is None or len(portal.log) <= facts.again


def write(place: Place, name: str, text: str, facts: Facts) -> Source:
    """The YAML in the installation's own folder; pages of a thousand rows are made small, by what the facts say."""
    if facts.scale:
        text, times = re.subn(rf"\b{facts.scale[0]}\b", str(facts.scale[1]), text)
        assert times, f"{name} does not ask for {facts.scale[0]} rows"
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
