"""Scrapy's SPIDER_LOADER_CLASS: one named spider for each source, so that `scrapy list` shows every portal."""

import builtins
import importlib.util
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.registry import find_source_ids, load_sound_sources, load_source, spider_file
from domain.config import Settings, read_settings
from domain.errors import BadSource
from domain.sources import Source

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.settings import BaseSettings

    from crawler.spider import SourceSpider


class SourceLoader:
    """The spiders of all sources, shipped and the operator's; a source's file is read when its spider is loaded."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @classmethod
    def from_settings(cls, settings: "BaseSettings") -> "SourceLoader":
        """The loader of this installation; `crawler.run` passes its settings on, `scrapy` alone reads them here."""
        return cls(settings.get("TENDERWATCH") or read_settings())

    def list(self) -> list[str]:
        """The ids of all sources, without reading their files."""
        return find_source_ids(self.settings.sources_dir)

    def load(self, spider_name: str) -> type["SourceSpider"]:
        """The spider class of a source; KeyError where there is none of that name, as Scrapy asks for."""
        if spider_name not in self.list():
            raise KeyError(spider_name)
        return to_spider(load_source(spider_name, self.settings.sources_dir))

    def find_by_request(self, request: "Request") -> builtins.list[str]:
        """The sources whose portal has the request's host."""
        host = urlsplit(request.url).hostname
        sources, _ = load_sound_sources(self.settings.sources_dir)
        return [source.id for source in sources.values() if urlsplit(source.endpoint).hostname == host]


def to_spider(source: Source) -> type["SourceSpider"]:
    """The spider class of a source: its protocol's, or the one in its own module; named by the source's id."""
    base = _protocol_spider(source) if source.protocol else _own_spider(source)
    return type(base.__name__, (base,), {"name": source.id, "source": source, "__module__": base.__module__})


def _protocol_spider(source: Source) -> type["SourceSpider"]:
    from crawler.protocols.codice import CodiceSpider
    from crawler.protocols.csv import CsvSpider
    from crawler.protocols.eforms import EformsSpider
    from crawler.protocols.html import HtmlSpider
    from crawler.protocols.json_api import JsonSpider
    from crawler.protocols.ocds import OcdsSpider
    from crawler.protocols.rss import RssSpider
    from crawler.protocols.sam import SamSpider
    from crawler.protocols.ted import TedSpider
    from crawler.protocols.watch import WatchSpider

    protocols: dict[str | None, type[SourceSpider]] = {
        "ocds": OcdsSpider,
        "html": HtmlSpider,
        "ted": TedSpider,
        "eforms": EformsSpider,
        "codice": CodiceSpider,
        "rss": RssSpider,
        "csv": CsvSpider,
        "sam": SamSpider,
        "json_api": JsonSpider,
        "opendatasoft": JsonSpider,
        "socrata": JsonSpider,
        "watch": WatchSpider,
    }
    return protocols[source.protocol]


def _own_spider(source: Source) -> type["SourceSpider"]:
    from crawler.spider import SourceSpider

    file = spider_file(source)
    module = _load_module(file, source.id)
    classes = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, SourceSpider) and each.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise BadSource(f"{file}: {len(classes)} spiders in it; write exactly one class derived from SourceSpider")
    return classes[0]


def _load_module(file: Path, id: str) -> ModuleType:  # noqa: A002
    """The module in this file, under a name of ours, so that an operator's file hides no installed module."""
    spec = importlib.util.spec_from_file_location(f"tenderwatch_source_{id}", file)
    if spec is None or spec.loader is None:
        raise BadSource(f"{file}: no Python module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
