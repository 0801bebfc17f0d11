"""A small HTTP server on the loopback, shared by all portals. It logs each request and refuses what comes too fast."""

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

MOST_POSTED = 1024 * 1024  # bytes


class Call(NamedTuple):
    """One request as the portal saw it: the monotonic clock in seconds, path with query, status of the answer."""

    at: float
    target: str
    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a portal says."""

    body: str
    status: int = 200
    media_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a portal may be asked: so many calls in a sliding window of seconds, else 429 until Retry-After ends."""

    calls: int = 12
    seconds: float = 10.0
    retry_after: int = 2


class Gate:
    """Keeps a Pace. After a refusal everything is refused for `retry_after` seconds, then the count starts anew."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._admitted: deque[float] = deque()
        self._shut_until = 0.0
        self._lock = threading.Lock()

    def refuses(self, now: float) -> bool:
        """Count a call that comes now, and tell whether it is refused."""
        with self._lock:
            if now < self._shut_until:
                return True
            while self._admitted and self._admitted[0] <= now - self._pace.seconds:
                self._admitted.popleft()
            if len(self._admitted) < self._pace.calls:
                self._admitted.append(now)
                return False
            self._shut_until = now + self._pace.retry_after
            self._admitted.clear()
            return True


class Portal(ABC):
    """A portal on a port of its own. A subclass answers paths; `paced` are the prefixes that a Pace holds for."""

    title = "demo portal"
    robots = "User-agent: *\nAllow: /\n"
    paced: tuple[str, ...] = ()

    def __init__(self, port: int = 0, pace: Pace | None = None) -> None:
        self.log: list[Call] = []
        self._pace = pace
        self._gate = Gate(pace) if pace else None
        self._server = _Server(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True, name=self.title)

    @property
    def url(self) -> str:
        """Where the portal is, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """The port that it has, the one asked for or a free one."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Give the port back, of a portal that was not entered."""
        self._server.server_close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self.close()
        self._thread.join()

    @abstractmethod
    def answer(self, path: str, query: list[tuple[str, str]]) -> Answer:
        """Answer a GET."""

    def answer_post(self, path: str, body: bytes) -> Answer:  # noqa: ARG002  (for those that take one)
        """Answer a POST; most portals take none."""
        return Answer("Method Not Allowed\n", 405, "text/plain; charset=utf-8", {"Allow": "GET, HEAD"})

    def respond(self, target: str, body: bytes | None = None) -> Answer:
        """Answer a request, a POST where it has a body, and log it."""
        now = time.monotonic()
        parts = urlsplit(target)
        if self._gate and self._pace and parts.path.startswith(self.paced) and self._gate.refuses(now):
            wait = {"Retry-After": str(self._pace.retry_after)}
            answer = Answer("Too Many Requests\n", 429, "text/plain; charset=utf-8", wait)
        elif body is not None:
            answer = self.answer_post(parts.path, body)
        elif parts.path == "/robots.txt":
            answer = Answer(self.robots, media_type="text/plain; charset=utf-8")
        else:
            answer = self.answer(parts.path, parse_qsl(parts.query, keep_blank_values=True))
        self.log.append(Call(now, target, answer.status))
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name, as HTTPServer does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]


def _handler(portal: Portal) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "TenderwatchDemo"
        sys_version = ""
        timeout = 30

        def do_GET(self) -> None:
            self._send(portal.respond(self.path))

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MOST_POSTED:
                self.close_connection = True  # what follows is no request
                if length.isdecimal():
                    self.rfile.read(min(int(length), 4 * MOST_POSTED))  # so that the sender hears the answer
                self._send(Answer("", 413 if length.isdecimal() else 411))
                return
            self._send(portal.respond(self.path, self.rfile.read(int(length))))

        def _send(self, answer: Answer) -> None:
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(body)))
            for name, text in answer.headers.items():
                self.send_header(name, text)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name is the base class's)
            """Say nothing: the portal keeps its own log."""

    return Handler
