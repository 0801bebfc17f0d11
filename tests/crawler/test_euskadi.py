"""The Basque Country's API: no more than ten rows a page whatever is asked, and pages until its total."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.parse import parse
from crawler.registry import SHIPPED, SPIDERS, load_sources
from domain.errors import SourceChanged, Unreadable
from domain.sources import RunState
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place, query

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROW = json.loads((Path(__file__).parents[1] / "sources/es_euskadi/open/page.json").read_bytes())["items"][0]


def test_all_pages_of_what_is_open(place: Place) -> None:
    assert place.settings.sources_dir
    for folder, name in ((SHIPPED, "es_euskadi.yml"), (SPIDERS, "es_euskadi.py")):
        text = (folder / name).read_text(encoding="utf-8")
        (place.settings.sources_dir / f"xx_test{Path(name).suffix}").write_text(text, encoding="utf-8")
    numbers = list(range(35))

    def answer(request: Any) -> Answer:
        asked = query(request.url)
        assert (asked["_elements"], asked["contract-procedure-status-id"]) == ("10", "3")
        first = 10 * (int(asked["currentPage"]) - 1)
        items = [
            {**ROW, "id": n, "mainEntityOfPage": f"https://x.example/anuncio_contratacion/expjaso{n}/es_doc/index.html"}
            for n in numbers[first : first + 10]
        ]
        return Answer(json.dumps({"totalItems": len(numbers), "items": items}).encode())

    first = SpiderDrive(place, answer, NOW)
    assert first.run().state is RunState.OK  # type: ignore[union-attr]
    assert len(first.asked) == 4
    assert len(place.notices()) == 35
    before = place.revisions()
    SpiderDrive(place, answer, NOW + timedelta(hours=6)).run()
    assert place.revisions() == before


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE html><html><body>Poder adjudicador</body></html>",
        b"<?xml version='1.0'?><feed/>",
        b'{"items": null, "totalItems": 7}',
        b"<contractingAnnouncement><contracting/></contractingAnnouncement>",
    ],
)
def test_what_tells_of_no_notice_is_refused(body: bytes) -> None:
    with pytest.raises((SourceChanged, Unreadable)):
        parse("es_euskadi", body, load_sources())
