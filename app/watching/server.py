"""Serves the figures at `/metrics`, where `metrics_port` is set. What is scraped is at most ten seconds old."""

import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, version
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self

import structlog

from app.console import Installation, now
from app.watching.exposition import MEDIA_TYPE, write
from app.watching.figures import to_families
from app.watching.overview import find_totals, look
from app.watching.sizes import Sizes, measure
from domain.errors import DatabaseLost, WrongUse

FRESH = 10.0  # seconds: a scrape that is repeated costs nothing
SIZES_FRESH = 300.0  # each saved page is looked at
log = structlog.get_logger()


class MetricsServer:
    """Answers while it is entered. Raises WrongUse where the port is taken."""

    def __init__(self, place: Installation, host: str, port: int) -> None:
        self._figures = _Figures(place)
        try:
            self._server = _Server((host, port), _handler(self._figures.page))
        except OSError as error:
            raise WrongUse(f"metrics_port {port} at {host} cannot be used ({error}); set another one") from error
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), daemon=True, name="metrics")

    @property
    def port(self) -> int:
        """The port it listens at."""
        return int(self._server.server_address[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Figures:
    """The page, kept for a moment; one scrape at a time reads the database."""

    def __init__(self, place: Installation) -> None:
        self._place = place
        self._lock = threading.Lock()
        self._page, self._made = "", -FRESH
        self._sizes, self._measured = Sizes(0, 0, 0), -SIZES_FRESH

    def page(self) -> str:
        """The figures as text; raises DatabaseLost."""
        with self._lock:
            moment = time.monotonic()
            if moment - self._measured >= SIZES_FRESH:
                self._sizes, self._measured = measure(self._place), moment
            if moment - self._made >= FRESH:
                families = to_families(look(self._place, now()), find_totals(self._place), self._sizes, _version())
                self._page, self._made = write(families), moment
            return self._page


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name, as HTTPServer does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  (the base class's signature)
        """A scrape that fails is in the log, without ending anything."""
        log.error("a scrape failed", client=str(client_address), exc_info=sys.exc_info())


def _handler(page: Callable[[], str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "Tenderwatch"
        sys_version = ""
        timeout = 30

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != "/metrics":
                self._send(404, "The figures are at /metrics\n", "text/plain; charset=utf-8")
                return
            try:
                self._send(200, page(), MEDIA_TYPE)
            except DatabaseLost as error:
                self._send(503, f"{error}\n", "text/plain; charset=utf-8")

        def do_HEAD(self) -> None:
            self.do_GET()

        def _send(self, status: int, text: str, media_type: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the base class's)
            log.debug("scraped", client=self.client_address[0], line=format % args)

    return Handler


def _version() -> str:
    try:
        return version("tenderwatch")
    except PackageNotFoundError:
        return "0"
