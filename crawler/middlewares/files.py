"""Bodies too large for memory: written into a file without a name, which a killed crawl leaves nothing of."""

import io
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, ResponseDataLossError
from scrapy.http import Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import Agent, FileBodyProducer, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers

from crawler.readers.archives import is_archive

MOST_BYTES = 2 * 1024**3  # a month of TED has some 300 MB
INTO, FILE = "into", "file"
"""In a request's meta: how the file is opened. In its response's: the open file, which the spider closes."""
SMALL = "small"
"""In a request's meta: bytes up to which a body that is no archive comes as a body (and may be packed on its way)."""
PIECE = 1024 * 1024
MOST_TOLD = 64 * 1024  # bytes of what a portal says with another status than 200


async def save_response(request: Request, reactor: Any, contexts: Any, pool: Any) -> Response:
    """A response without a body: what came with a 200 is in `request.meta["file"]`, unless it is small.

    Of another status the first bytes come as a body. Raises ResponseDataLossError where the connection
    ends too early, DownloadTimeoutError where nothing comes for the crawl's DOWNLOAD_TIMEOUT.
    """
    idle = float(request.meta["download_timeout"])
    agent: Any = Agent(reactor, contexts, connectTimeout=idle, pool=pool)  # type: ignore[no-untyped-call]
    small = request.meta.get(SMALL, 0)
    names = {name: values for name, values in request.headers.items() if name.lower() != b"accept-encoding"}
    names |= {b"Accept-Encoding": [b"gzip"]} if small else {}
    sending: Any = FileBodyProducer(io.BytesIO(request.body)) if request.body else None  # type: ignore[no-untyped-call]
    asking = agent.request(request.method.encode(), request.url.encode("ascii"), Headers(names), sending)
    answer: Any = await maybe_deferred_to_future(asking)
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(request.meta[INTO]())
        packed = bool(small) and b"gzip" in answer.headers.getRawHeaders(b"content-encoding", [b""])[0].lower()
        saver = _Saver(file if answer.code == 200 else io.BytesIO(), reactor, idle, packed)
        saver.most = MOST_BYTES if answer.code == 200 else MOST_TOLD
        if answer.length != 0:  # Twisted never ends a body of no bytes
            answer.deliverBody(saver)
            await maybe_deferred_to_future(saver.finished)
        body = _take_small(saver.file, small if answer.code == 200 else MOST_TOLD)
        if answer.code == 200 and body is None:
            request.meta[FILE] = file
            stack.pop_all()
    headers = {
        name: values for name, values in answer.headers.getAllRawHeaders() if name.lower() != b"content-encoding"
    }
    return Response(request.url, status=answer.code, headers=headers, body=body or b"")


def _take_small(file: IO[bytes], small: int) -> bytes | None:
    """All of the file where it is small and no archive; else it stands at its beginning."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(512)
    file.seek(0)
    return None if size > small or is_archive(head) or not small else file.read()


class _Saver(Protocol):
    """Writes what comes; `finished` fires at the body's end."""

    def __init__(self, file: IO[bytes], reactor: Any, idle: float, packed: bool) -> None:
        self.finished: Deferred[None] = Deferred()
        self.file, self.most = file, MOST_BYTES
        self._size, self._idle = 0, idle
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if packed else None
        self._watch = reactor.callLater(idle, self._give_up)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 (Twisted's names)
        if self.finished.called:
            return
        self._watch.reset(self._idle)
        try:
            for part in self._unpack(data):
                self._size += len(part)
                if self._size > MOST_BYTES:
                    self._end(DownloadCancelledError(f"the file has more than {MOST_BYTES:,} bytes"))
                    return
                if self._size <= self.most:
                    self.file.write(part)
        except zlib.error as error:
            self._end(ResponseDataLossError(f"what came is not gzip, as the portal says: {error}"))

    def _unpack(self, data: bytes) -> Iterator[bytes]:
        """A piece of the body as it was before it was packed for its way, in pieces of a bounded size."""
        if self._unpacker is None:
            yield data
            return
        while data and not self._unpacker.eof:
            yield self._unpacker.decompress(data, PIECE)
            data = self._unpacker.unconsumed_tail

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
