"""One named spider for each source, shipped and the operator's."""

import subprocess
import sys
from pathlib import Path

import pytest

from crawler.loader import SourceLoader
from crawler.protocols.ocds import OcdsSpider
from crawler.registry import find_source_ids
from domain.config import Settings
from domain.errors import BadSource
from tests.crawler.portals import Place

ROOT = Path(__file__).parents[2]
OWN = """
from crawler.reading import Reading
from crawler.spider import SourceSpider


class Portal(SourceSpider):
    def read(self, fetched, find_releases):
        return Reading()
"""


def test_scrapy_lists_every_portal() -> None:
    command = [sys.executable, "-m", "scrapy", "list"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == find_source_ids()


def test_a_source_has_a_spider_of_its_name(place: Place) -> None:
    place.write()
    loader = SourceLoader(place.settings)
    spider = loader.load("xx_test")
    assert issubclass(spider, OcdsSpider)
    assert (spider.name, spider.source.id) == ("xx_test", "xx_test")
    with pytest.raises(KeyError):
        loader.load("xx_none")


def test_an_operators_spider_is_loaded_by_its_file(place: Place, tmp_path: Path) -> None:
    place.write(protocol=None)
    module = tmp_path / "sources" / "xx_test.py"
    module.write_text(OWN)
    assert SourceLoader(place.settings).load("xx_test").__name__ == "Portal"
    module.write_text(OWN + "\n\nclass Second(SourceSpider):\n    pass\n")
    with pytest.raises(BadSource, match="2 spiders in it"):
        SourceLoader(place.settings).load("xx_test")


def test_a_request_finds_the_source_of_its_host() -> None:
    from scrapy import Request

    loader = SourceLoader(Settings())
    assert loader.find_by_request(Request("https://www.find-tender.service.gov.uk/x")) == ["gb_find_a_tender"]
