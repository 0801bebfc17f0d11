"""Bodies too large for memory: written into a file without a name, which a killed crawl leaves nothing of."""

from contextlib import ExitStack
from typing import IO, Any

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers

MOST_BYTES = 2 * 1024**3  # a month of TED has some 300 MB
INTO, FILE = "into", "file"
"""In a request's meta: how the file is opened. In its response's: the open file, which the spider closes."""


async def save_response(request: Request, reactor: Any, contexts: Any, pool: Any) -> Response:
    """A response without a body: what came with a 200 is in `request.meta["file"]`.

    Of another status nothing but the status and the headers counts. Raises ResponseDataLossError where the connection
    ends too early, DownloadTimeoutError where nothing comes for the crawl's DOWNLOAD_TIMEOUT.
    """
    idle = float(request.meta["download_timeout"])
    agent: Any = Agent(reactor, contexts, connectTimeout=idle, pool=pool)  # type: ignore[no-untyped-call]
    names = {name: values for name, values in request.headers.items() if name.lower() != b"accept-encoding"}
    asking = agent.request(b"GET", request.url.encode("ascii"), Headers(names))
    answer: Any = await maybe_deferred_to_future(asking)
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(request.meta[INTO]())
        saver = _Saver(file if answer.code == 200 else None, reactor, idle)
        if answer.length != 0:  # Twisted never ends a body of no bytes
            answer.deliverBody(saver)
            await maybe_deferred_to_future(saver.finished)
        if answer.code == 200:
            file.seek(0)
            request.meta[FILE] = file
            stack.pop_all()
    headers = {
        name: values for name, values in answer.headers.getAllRawHeaders() if name.lower() != b"content-encoding"
    }
    return Response(request.url, status=answer.code, headers=headers)


class _Saver(Protocol):
    """Writes what comes; `finished` fires at the body's end."""

    def __init__(self, file: IO[bytes] | None, reactor: Any, idle: float) -> None:
        self.finished: Deferred[None] = Deferred()
        self._file, self._size, self._idle = file, 0, idle
        self._watch = reactor.callLater(idle, self._give_up)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's names)
        if self.finished.called:
            return
        self._watch.reset(self._idle)
        self._size += len(data)
        if self._size > MOST_BYTES:
            self._end(DownloadCancelledError(f"the file has more than {MOST_BYTES:,} bytes"))
        elif self._file is not None:
            self._file.write(data)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        # Without a Content-Length nothing tells whether this was the end: the archive itself will.
        whole = reason.check(ResponseDone, PotentialDataLoss)  # type: ignore[no-untyped-call]
        self._end(None if whole else ResponseDataLossError("the connection ended before the body did"))

    def _give_up(self) -> None:
        self._end(DownloadTimeoutError(f"nothing came for {self._idle:.0f} seconds"))

    def _end(self, error: Exception | None) -> None:
        if self.finished.called:
            return
        if self._watch.active():
            self._watch.cancel()
        if error is None:
            self.finished.callback(None)
        else:
            transport: Any = self.transport
            if transport is not None:
                transport.loseConnection()
            self.finished.errback(error)
