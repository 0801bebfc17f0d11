"""What a portal wants before it answers: a token that it gives for a while, or the cookies of a page of its own.

Both are asked for before the first request of a crawl, a token again when it is old, and either once more where the
portal answers that it does not know us (401, 403, 419). Neither is saved or logged.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urlsplit

from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from crawler.addresses import redact
from crawler.listing.asking import CSRF, FORM, Way, to_body
from crawler.listing.templates import write_body
from crawler.middlewares.cookies import CookiesMiddleware
from crawler.paths import find
from crawler.readers.limits import load_json
from crawler.spans import to_span
from domain.errors import SourceRefused, Unreadable

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.session import Session

UNKNOWN = {401, 403, 419}
RENEWED, PLAIN = "renewed", "plain body"
"""In a request's meta: that it was sent again with new access; its body before anything was put into it."""


class AccessMiddleware:
    """Lets a step's request wait until access is there, and puts it in."""

    def __init__(self, crawler: "Crawler", session: "Session") -> None:
        self._crawler, self._session = crawler, session
        self._request: Mapping[str, Any] = session.source.request
        self._asking = asyncio.Lock()
        self._asked_at: datetime | None = None
        self._headers: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Only for a source that needs it."""
        session: Session = crawler.settings["TENDERWATCH_SESSION"]
        if not {"token", "cookie_from"} & set(session.source.request):
            raise NotConfigured
        return cls(crawler, session)

    async def process_request(self, request: Request) -> Request | None:
        """The request with access: a token in its headers, a cookie's value in its body. Raises SourceRefused."""
        if "step" not in request.meta:
            return None
        async with self._asking:
            if self._is_old():
                await self._ask()
        if urlsplit(request.url).netloc in self._session.asking.hosts:
            for name, value in self._headers.items():
                request.headers[name] = value
        return self._with_csrf(request)

    def process_response(self, request: Request, response: Response) -> Response | Request:
        """The request again with new access, once, where the portal does not know us any more."""
        if "step" not in request.meta or response.status not in UNKNOWN or RENEWED in request.meta:
            return response
        self._asked_at = None
        body = request.meta.get(PLAIN, request.body)
        kept = {name: value for name, value in request.meta.items() if name != PLAIN}
        return request.replace(body=body, meta={**kept, RENEWED: True})

    def _is_old(self) -> bool:
        if self._asked_at is None:
            return True
        lasts = self._request.get("token", {}).get("lasts")
        return lasts is not None and self._session.clock() - self._asked_at >= to_span(lasts)

    async def _ask(self) -> None:
        if "cookie_from" in self._request:
            await self._send(Request(self._request["cookie_from"], dont_filter=True))
        if "token" in self._request:
            await self._ask_token(self._request["token"])
        self._asked_at = self._session.clock()

    async def _ask_token(self, options: Mapping[str, Any]) -> None:
        body, key = to_body(options), self._session.key
        how = Way.read(options, {}).to_arguments(None if body is None else write_body(body), key)
        response = await self._send(Request(key.put_into(options["url"]), dont_filter=True, **how))
        try:
            token = find(options["path"], load_json(response.body)[0])
        except Unreadable as error:
            raise SourceRefused(f"the portal gives no token: {error}") from error
        if not isinstance(token, str) or not token:
            raise SourceRefused(f"the portal gives no token: nothing stands at {options['path']}")
        self._session.key = replace(key, token=token)
        form = options.get("format", "Bearer {token}")
        self._headers = {options.get("header", "Authorization"): form.replace("{token}", token)}

    async def _send(self, request: Request) -> Response:
        assert self._crawler.engine
        response = await self._crawler.engine.download_async(request)
        if response.status >= 400:
            shown = redact(self._session.key.take_out_of(request.url))
            raise SourceRefused(f"no access: {shown} answers HTTP {response.status}")
        return response

    def _with_csrf(self, request: Request) -> Request | None:
        """Sent on as another request, as a request's body cannot be changed."""
        if CSRF.encode() not in request.body:
            return None
        value = self._cookie(self._request["csrf"]["cookie"])
        is_form = request.headers.get("Content-Type") == FORM.encode()
        put = quote(value, safe="") if is_form else json.dumps(value)[1:-1]
        body = request.body.replace(CSRF.encode(), put.encode())
        return request.replace(body=body, meta={**request.meta, PLAIN: request.body})

    def _cookie(self, name: str) -> str:
        cookies = self._crawler.get_downloader_middleware(CookiesMiddleware)
        assert cookies is not None
        found = cookies.find(name)
        if not found:
            raise SourceRefused(f"the portal sets no cookie {name} on {self._request['cookie_from']}")
        return found
