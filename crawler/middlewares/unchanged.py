"""ETag and Last-Modified: a portal need not send a document again that we have; what we have is read in its place.

So a 304 loses nothing: what follows from the page, its total and its notices come from the saved bytes, as from an
answer of 200, whatever has changed since in our own reading of them. Only what was read and stored is asked for so.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Self

from scrapy import Request
from scrapy.http import Headers, Response

from crawler.addresses import redact
from crawler.middlewares.files import INTO
from domain.sources import Validators
from storage.engine import reading
from storage.validators import find_validators, has_validators

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session

VALIDATORS, UNCHANGED, PLAIN = "validators", "unchanged", "unconditional"
"""In a request's meta: what the document is known by, whether it is as it was, and whether not to ask so."""
SURE = timedelta(seconds=60)  # a document that was modified just now may change again within the same second


class UnchangedMiddleware:
    """Sends If-None-Match and If-Modified-Since, and turns a 304 into the saved document."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._any: bool | None = None

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """With the crawl's own session."""
        return cls(crawler.settings["TENDERWATCH_SESSION"])

    async def process_request(self, request: Request) -> None:
        """The request of a step is made conditional where its document was stored and is still there."""
        for name in ("If-None-Match", "If-Modified-Since"):
            request.headers.pop(name, None)
        request.meta.pop(VALIDATORS, None)
        if "step" not in request.meta or request.method != "GET" or PLAIN in request.meta or self._any is False:
            return
        found = await self._session.in_writer(self._find, self._address(request), INTO in request.meta)
        if found is None:
            return
        request.meta[VALIDATORS] = found
        if found.etag:
            request.headers["If-None-Match"] = found.etag
        if found.last_modified:
            request.headers["If-Modified-Since"] = found.last_modified

    async def process_response(self, request: Request, response: Response) -> Response | Request:
        """The response, with the saved body where the portal says that it is the same."""
        if "step" not in request.meta or request.method != "GET":
            return response
        known: Validators | None = request.meta.pop(VALIDATORS, None)
        request.meta[UNCHANGED] = False
        if response.status == 304 and known is not None:
            return await self._restore(request, response, known)
        if response.status == 200 and (found := self._read(request, response.headers)) is not None:
            request.meta[VALIDATORS] = found
        return response

    async def _restore(self, request: Request, response: Response, known: Validators) -> Response | Request:
        request.meta[VALIDATORS], request.meta[UNCHANGED] = known, True
        if INTO in request.meta:
            return response.replace(status=200)
        try:
            body = await self._session.in_writer(self._session.files.read, known.pages[0])
        except FileNotFoundError:  # pruned since we looked
            return request.replace(meta={**request.meta, PLAIN: True})
        return response.replace(status=200, body=body)

    def _find(self, address: str, is_archive: bool) -> Validators | None:
        session = self._session
        with reading(session.engine) as c:
            if self._any is None:
                self._any = has_validators(c, session.source.id)
            found = find_validators(c, session.source.id, address) if self._any else None
        whole = found is not None and all(map(session.files.size, found.pages)) and bool(found.pages or is_archive)
        return found if whole else None

    def _read(self, request: Request, headers: Headers) -> Validators | None:
        etag, modified = (_text(headers, name) for name in ("ETag", "Last-Modified"))
        if modified and not is_settled(modified, _text(headers, "Date"), self._session.clock()):
            modified = None
        return Validators(self._address(request), etag, modified) if etag or modified else None

    def _address(self, request: Request) -> str:
        """As it was really asked, a stand-in's its own: a document there is none of the portal's."""
        return redact(self._session.key.take_out_of(request.url))


def is_settled(modified: str, date: str | None, now: datetime) -> bool:
    """Last-Modified tells this version from later ones: it is a minute older than the answer (RFC 9110, 8.8.2.2)."""
    try:
        then = parsedate_to_datetime(modified)
        answered = parsedate_to_datetime(date) if date else now
    except ValueError:
        return False
    return answered.replace(tzinfo=answered.tzinfo or UTC) - then.replace(tzinfo=then.tzinfo or UTC) >= SURE


def _text(headers: Headers, name: str) -> str | None:
    value = headers.get(name)
    return value.decode("latin-1").strip()[:1000] or None if value else None
