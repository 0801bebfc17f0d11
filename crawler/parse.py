"""`tenderwatch parse`: bytes become notices by a reader's name or a source's id; no network, no database."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from crawler.listing.nothing import Nothing
from crawler.pipelines.normalise import to_notice
from crawler.presets import PRESETS
from crawler.readers.archives import is_archive
from crawler.readers.codice import read_codice
from crawler.readers.csv_file import read_csv
from crawler.readers.feed import is_html, read_feed
from crawler.readers.html import read_detail
from crawler.readers.html import read_page as read_html
from crawler.readers.json_notices import read_page as read_json
from crawler.readers.ocds import merge_releases, read_release
from crawler.readers.ocds_files import read_file
from crawler.readers.ocds_shape import Shape
from crawler.readers.sam import read_sam
from crawler.readers.ted import FORMATS, read_bundle, read_xml
from crawler.readers.ted_search import read_search
from crawler.reading import Fetched
from crawler.watch.tell import read_blocks
from domain.errors import BadSource, Unreadable
from domain.notices import Notice, RawNotice
from domain.sources import Expect, Issue, Source, Step

READERS = ("ocds", "html:SOURCE", *FORMATS)
JSON = ("json_api", *PRESETS)


@dataclass(frozen=True, slots=True)
class Parsed:
    """`faults` are records that gave no notice; `issues` are odd fields of notices that were read all the same."""

    notices: tuple[Notice, ...]
    faults: tuple[Unreadable, ...] = ()
    issues: tuple[Issue, ...] = ()


def parse(reader_or_source: str, body: bytes, sources: Mapping[str, Source]) -> Parsed:
    """The notices of a saved response: `ocds` or `eforms` for any publisher, `html:ru_eis`, or a source's id.

    Releases of one ocid become one notice, as when they are crawled. Raises BadSource for a name that is none,
    Unreadable and SourceChanged as the readers do.
    """
    if reader_or_source == "ocds":
        return _parse_ocds(body, ANY_OCDS)
    if reader_or_source in FORMATS and reader_or_source not in sources:
        return _parse_xml(body, _any_xml(reader_or_source), reader_or_source)
    reader, _, name = reader_or_source.rpartition(":")
    source = sources.get(name)
    if source is None or reader not in ("", source.protocol):
        known = ", ".join(("ocds", *FORMATS, *(f"html:{each.id}" for each in sources.values() if each.html), *sources))
        raise BadSource(f"{reader_or_source!r} is no reader or source; there are {known}")
    return _BY_PROTOCOL.get(source.protocol or "", _parse_own)(body, source)


def _parse_html(body: bytes, source: Source) -> Parsed:
    page = read_html(body, source, source.url)
    return _normalise(page.rows, source, page.faults)


def _parse_json(body: bytes, source: Source) -> Parsed:
    page = read_json(body, source, source.url)
    return _normalise(page.rows, source, page.faults)


def _parse_watched(body: bytes, source: Source) -> Parsed:
    return _normalise(read_blocks(body, source, source.url), source, ())


def _parse_sam(body: bytes, source: Source) -> Parsed:
    page = read_sam(body, source)
    return _normalise(page.rows, source, page.faults)


def _parse_csv(body: bytes, source: Source) -> Parsed:
    page, _ = read_csv(body, source)
    return _normalise(page.rows, source, page.faults)


def _parse_codice(body: bytes, source: Source) -> Parsed:
    page = read_codice(body, source)
    return _normalise(page.rows, source, page.faults)


def _parse_xml(body: bytes, source: Source, format_: str) -> Parsed:
    """One notice, an archive of them, or of TED a page of its search."""
    if is_archive(body):
        notices, faults = read_bundle(body, format_)
        return _normalise(notices, source, faults)
    if source.protocol == "ted" and body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        page = read_search(body)
        return _normalise(page.rows, source, page.faults)
    return _normalise(read_xml(body, format_), source, ())


def _parse_feed(body: bytes, source: Source) -> Parsed:
    """A feed, or the page of one of its notices."""
    if source.html and is_html(body):
        return _normalise((read_detail(body, source, source.url, None),), source, ())
    page = read_feed(body, source, source.url)
    return _normalise(page.rows, source, page.faults)


def _parse_own(body: bytes, source: Source) -> Parsed:
    """What the source's own spider reads of a notice's page."""
    from crawler.loader import to_spider  # here: Scrapy is not needed for any other source

    step = Step(source.url, "detail", source.url)
    found = to_spider(source)().read(Fetched(step, source.url, body, None), lambda ocids: {})
    return _normalise(found.notices, source, found.faults)


def _parse_ocds(body: bytes, source: Source) -> Parsed:
    if Nothing.read(source.ocds.get("empty", ())).is_said(body):
        return Parsed(())
    page = read_file(body, source.encoding, Shape.read(source.ocds))
    groups: dict[Any, list[dict[str, Any]]] = {}
    for position, release in enumerate(page.releases):
        key = position if source.identity == "release" else str(release["ocid"])
        groups.setdefault(key, []).append(release)
    faults = list(page.faults)
    rows: list[RawNotice] = []
    for releases in groups.values():
        try:
            rows.append(read_release(merge_releases(releases), source))
        except Unreadable as fault:
            faults.append(fault)
    return _normalise(rows, source, faults)


def _normalise(rows: Iterable[RawNotice], source: Source, faults: Iterable[Unreadable]) -> Parsed:
    notices: list[Notice] = []
    issues: list[Issue] = []
    for row in rows:
        notice, odd = to_notice(row, source)
        notices.append(notice)
        issues += odd
    return Parsed(tuple(notices), tuple(faults), tuple(issues))


_BY_PROTOCOL: dict[str, Callable[[bytes, Source], Parsed]] = {
    "ocds": _parse_ocds,
    "html": _parse_html,
    **dict.fromkeys(JSON, _parse_json),
    **{name: partial(_parse_xml, format_=name) for name in FORMATS},
    "sam": _parse_sam,
    "rss": _parse_feed,
    "csv": _parse_csv,
    "codice": _parse_codice,
    "watch": _parse_watched,
}


ANY_OCDS = Source(
    id="ocds",
    title="OCDS of any publisher",
    publisher="",
    country="",
    url="",
    licence="",
    zone="UTC",
    endpoint="",
    every=timedelta(0),
    expect=Expect((0, 0), {}, timedelta(0)),
    listing={},
    file="",
    protocol="ocds",
)
"""What `parse ocds` reads with: no country, currency or language of its own, so that nothing is guessed."""


def _any_xml(reader: str) -> Source:
    """What `parse eforms` reads with. TED_EXPORT prints no zone: where the buyer's is unknown, it is TED's own."""
    title = "Notices in XML of any publisher"
    return replace(ANY_OCDS, id=reader, title=title, zone="Europe/Brussels", protocol=reader)
