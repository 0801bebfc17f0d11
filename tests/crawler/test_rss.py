"""A feed whose items lead to pages, and feeds by themselves: read to their end, again without a change, and refused."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.readers.feed import read_feed
from crawler.readers.feed_rules import check_rules
from crawler.registry import SHIPPED, load_sources
from domain.errors import SourceChanged
from domain.sources import RunState
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAVED = Path(__file__).parents[1] / "sources"
SOURCES = load_sources()
URL = "https://portal.example/feed.xml"


def declared(place: Place, name: str) -> Place:
    assert place.settings.sources_dir
    text = (SHIPPED / f"{name}.yml").read_text(encoding="utf-8")
    (place.settings.sources_dir / "xx_test.yml").write_text(text, encoding="utf-8")
    return place


def test_austender_by_its_feed_and_the_page_of_each_item(place: Place) -> None:
    declared(place, "au_austender_atm")
    pages = {"amended": (SAVED / "au_austender_atm/amended/page.html").read_bytes()}
    pages["detail"] = (SAVED / "au_austender_atm/detail/page.html").read_bytes()
    shown = {"page": "detail"}
    items = "".join(
        f"<item><title>NW-{n}: Pumps</title><link>https://www.tenders.gov.au/Atm/Show/{n:08d}-005d-4fc1-b04f-be2e0d3d77ad"
        "</link><pubDate>Wed, 18 Nov 2026 00:00:00 GMT</pubDate></item>"
        for n in range(1, 31)
    )
    feed = f"<rss version='2.0'><channel><title>AusTender Current ATM List</title>{items}</channel></rss>".encode()

    def answer(request: Any) -> Answer:
        return Answer(pages[shown["page"]] if "/Show/" in request.url else feed)

    first = SpiderDrive(place, answer, NOW)
    assert first.run().state is RunState.OK  # type: ignore[union-attr]
    assert len(first.asked) == 31
    found = place.notices()
    assert len(found) == 30
    assert {notice["deadline_at"] for notice in found} == {"2026-12-11T14:00:00+11:00"}
    assert found[0]["buyers"][0]["name"] == "Department of Northern Works"
    before = place.revisions()
    SpiderDrive(place, answer, NOW + timedelta(hours=12)).run()
    assert place.revisions() == before
    # An addendum moves the closing date; the feed says nothing of it.
    shown["page"] = "amended"
    SpiderDrive(place, answer, NOW + timedelta(days=1)).run()
    assert {notice["deadline_at"] for notice in place.notices()} == {"2027-01-15T14:00:00+11:00"}


@pytest.mark.parametrize("name", ["ru_eis_rss", "ca_buyandsell"])
def test_a_feed_whose_items_are_the_notices(place: Place, name: str) -> None:
    declared(place, name)
    body = (SAVED / name / "open" / "feed.xml").read_bytes()
    assert SpiderDrive(place, lambda request: Answer(body), NOW).run().state is RunState.OK  # type: ignore[union-attr]
    before = place.revisions()
    assert len(before) == 2
    SpiderDrive(place, lambda request: Answer(body), NOW + timedelta(days=1)).run()
    assert place.revisions() == before


@pytest.mark.parametrize("name", ["au_austender_atm", "ru_eis_rss", "ca_buyandsell"])
def test_a_feed_whose_items_were_renamed_is_no_empty_one(name: str) -> None:
    body = (SAVED / name / "open" / "feed.xml").read_bytes()
    renamed = body.replace(b"<item>", b"<entry>").replace(b"</item>", b"</entry>")
    with pytest.raises(SourceChanged, match="no items"):
        read_feed(renamed, SOURCES[name], URL)
    with pytest.raises(SourceChanged, match="no items"):
        read_feed(b"<rss><channel><title>Error</title></channel></rss>", SOURCES[name], URL)


ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="urn:x"><title>T</title>
<entry><id>urn:1</id><title type="html">Pumps &amp;amp; pipes</title><link rel="edit" href="/edit"/>
<link href="https://portal.example/1"/><published>2026-11-18T10:00:00Z</published><updated>2026-11-19T10:00:00Z</updated>
<category term="42122000"/><category term="45332000"/><x:buyer>Norbridge</x:buyer>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Closing: <b>2026-12-01</b></p></div></content>
</entry>
</feed>"""
FIELDS: dict[str, Any] = {
    "key": "id",
    "url": "link",
    "title": "title",
    "description": "description",
    "published": "published",
    "buyer": "x:buyer",
    "codes": {"path": "categories", "all": True, "scheme": "CPV"},
    "deadline": {"css": "b"},
}


def test_atom_with_qualified_names_and_xhtml(place: Place) -> None:
    place.write(protocol="rss", endpoint=URL, listing={"file": {}}, feed={"fields": FIELDS})
    (row,) = read_feed(ATOM, place.source(), URL).rows
    assert (row.key, row.url, row.published) == ("urn:1", "https://portal.example/1", "2026-11-18T10:00:00Z")
    assert (row.buyers[0].name, row.deadline) == ("Norbridge", "2026-12-01")
    assert row.codes == (("CPV", "42122000"), ("CPV", "45332000"))
    assert row.title == {"en": "Pumps &amp; pipes"}


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"fields": {"title": "title"}}, "feed.fields.key is missing"),
        ({"fields": {"key": "id", "tittle": "title"}}, "feed.fields.tittle: no such key"),
        ({"fields": {"key": {"path": "a b"}}}, "feed.fields.key.path"),
        ({"fields": {"key": {"css": "a["}}}, "is no selector"),
        ({"fields": {"key": "id", "codes": {"path": "categories"}}}, "codes of no scheme"),
    ],
)
def test_rules_that_are_wrong(block: dict[str, Any], told: str) -> None:
    assert told in (check_rules(block) or "")
