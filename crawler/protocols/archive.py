"""Portals that publish large files and archives: downloaded into a file, read in portions of some dozen notices."""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import IO, Any

from scrapy import Request
from scrapy.http import Response

from crawler.addresses import redact
from crawler.middlewares.files import FILE, INTO, SMALL
from crawler.middlewares.unchanged import UNCHANGED
from crawler.readers.archives import Document, read_documents, to_bundle
from crawler.readers.ted import read_bundle
from crawler.reading import Fetched, FindReleases, Reading
from crawler.spider import SourceSpider, to_fetched
from domain.errors import SourceChanged, Unreadable
from domain.sources import IssueKind, Page, Step

# Read in a fifth of a second, stored in a tenth: the lease is renewed in between, and nothing large is in memory.
PORTION, PORTION_BYTES = 60, 8 * 1024 * 1024
TAR = "application/x-tar"


class ArchiveSpider(SourceSpider):
    """A step's archive comes in portions, and is done with the last of them; a killed one is asked again as a whole."""

    format = "eforms"  # of `read_xml`
    may_be_empty = True
    small = 0
    """Bytes up to which a document that is no archive is read as a page."""

    def is_archive(self, step: Step) -> bool:
        """The step asks for an archive, not for a page."""
        return step.kind != "detail"

    def read_documents(self, file: IO[bytes]) -> Iterator[Document]:
        """The notices' documents of an archive, one after another."""
        return read_documents(file)

    def to_request(self, step: Step) -> Request:
        """An archive goes into a file."""
        request = super().to_request(step)
        if not self.is_archive(step):
            return request
        into = {INTO: self.session.files.open_temporary, SMALL: self.small}
        return request.replace(callback=self.unpack, meta={**request.meta, **into})

    async def unpack(self, response: Response, **kwargs: Any) -> AsyncIterator[Fetched]:
        """The portions of an archive, one item each. What was unpacked before an archive breaks off is stored."""
        file: IO[bytes] | None = response.meta.pop(FILE, None)
        if file is None and not response.meta.get(UNCHANGED):
            for fetched in self.parse(response, **kwargs):
                yield fetched
            return
        whole = to_fetched(response)
        with file or nullcontext():
            portions = self._portions(whole.step, whole.url, file) if file else self._saved_portions(whole)
            saved: list[str] = []
            while not self.session.stopping:
                portion = await self.session.in_writer(next, portions, None)
                if portion is None:
                    return
                saved += [portion.page.hash] if portion.page else []
                yield portion if portion.more else _known_by(portion, whole, saved)

    def read(self, fetched: Fetched, find_releases: FindReleases) -> Reading:  # noqa: ARG002 (there are no releases)
        """The notices of a portion; one that cannot be read is a fault, and the others go on."""
        if not fetched.body and not self.may_be_empty:
            raise SourceChanged("the archive holds no notices")
        notices, faults = read_bundle(fetched.body, self.format)
        return Reading(notices=notices, faults=faults)

    def _portions(self, step: Step, url: str, file: IO[bytes]) -> Iterator[Fetched]:
        """In the writer thread. A broken archive has no last portion: its step fails."""
        waiting: Fetched | None = None
        try:
            for documents in _group(self.read_documents(file)):
                if waiting:
                    yield waiting
                waiting = self._to_portion(step, url, documents)
        except Unreadable as error:
            if waiting:
                yield waiting
            kind = IssueKind.SOURCE_CHANGED if isinstance(error, SourceChanged) else IssueKind.UNREADABLE
            self.session.fail(step, str(error), None, kind, error.element)
            return
        yield replace(waiting, more=False) if waiting else Fetched(step, url, b"", None)

    def _saved_portions(self, whole: Fetched) -> Iterator[Fetched]:
        """Of an archive that is as it was, from our own files. In the writer thread."""
        assert whole.validators is not None
        hashes = whole.validators.pages
        for place, digest in enumerate(hashes, 1):
            body = self.session.files.read(digest)
            page = Page(digest, whole.validators.url, self.session.clock(), TAR, len(body))
            yield Fetched(whole.step, whole.url, body, page, more=place < len(hashes))
        if not hashes:
            yield Fetched(whole.step, whole.url, b"", None)

    def _to_portion(self, step: Step, url: str, documents: list[Document]) -> Fetched:
        """Saved as a page of its own, so that it can be read again without the archive."""
        session, body = self.session, to_bundle(documents)
        shown = redact(session.key.take_out_of(url))
        page = Page(session.files.save(body), shown, session.clock(), TAR, len(body))
        return Fetched(step, url, body, page, more=True)


def _known_by(last: Fetched, whole: Fetched, saved: list[str]) -> Fetched:
    """The last portion, with what the portal tells the archive by, and where all of it is saved."""
    known = replace(whole.validators, pages=tuple(saved)) if whole.validators else None
    return replace(last, validators=known, not_modified=whole.not_modified)


def _group(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Portions of them; also what came before an archive broke off. What is refused stands with what came before it,
    as a portion of nothing else would look like a page that has changed."""
    group: list[Document] = []
    size = 0
    try:
        for document in documents:
            sound = not isinstance(document[1], Unreadable)
            if sound and (len(group) >= PORTION or size + _size_of(document) > PORTION_BYTES) and group:
                yield group
                group, size = [], 0
            group.append(document)
            size += _size_of(document)
    except Unreadable:
        if group:
            yield group
        raise
    if group:
        yield group


def _size_of(document: Document) -> int:
    _, body = document
    return 0 if isinstance(body, Unreadable) else len(body)
