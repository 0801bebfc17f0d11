"""A receiver of chats and webhooks on loopback that is as strict as the services say they are.

It checks each body, keeps their limits (sizes, 429 with Retry-After, 20 a minute in a Telegram group), and fails where
it is told to. It is ours, not theirs: what holds here was not tried against Telegram, Slack, Teams or Discord.
"""

import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from benchmarks.services import ROUTES, SECRET, Call, Refused, is_signed

# (messages, seconds) for each target.
LIMITS = {"telegram group": (20, 60), "telegram chat": (1, 1), "slack": (1, 1), "teams": (4, 1), "discord": (30, 60)}


@dataclass(frozen=True, slots=True)
class Got:
    """A message that was taken: what a reader sees of it, and where it leads."""

    service: str
    target: str
    key: str
    text: str
    links: tuple[str, ...]
    at: float
    body: Any = None


@dataclass
class Receiver:
    """All services in one. `minute` is how long a minute takes (60 s; less for a clock that runs faster).

    `fault` is asked before each call: None, a status, "cut before", "cut after" or "hang after" (the message is kept).
    `chats` are those that exist; `strict_errors` keeps what was refused as malformed, which must stay empty.
    """

    minute: float = 60.0
    fault: Callable[[], str | int | None] = lambda: None
    chats: set[int | str] = field(default_factory=lambda: {1001, -2002, "@tenders"})
    secret: str = SECRET
    hang: float = 3.0
    got: list[Got] = field(default_factory=list)
    malformed: list[str] = field(default_factory=list)
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    recent: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "Receiver":
        handler = type("Handler", (_Handler,), {"receiver": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None
        return int(self._server.server_address[1])

    @property
    def base(self) -> str:
        """Its address, for `endpoints`."""
        return f"http://127.0.0.1:{self.port}"

    def take(self, method: str, url: str, headers: Any, content: bytes) -> tuple[int, Any]:
        """The answer to a call; raises Refused."""
        path = urlsplit(url).path
        service, reader = next(((name, each) for part, name, each in ROUTES if path.startswith(part)), ("", None))
        if reader is None:
            raise Refused(404, {"error": "not found"})
        body = self._parse(service, content)
        target, text, links, answer = reader(self, Call(method, url, headers, body))
        with self.lock:
            self._pace(service, target)
            key = headers.get("Idempotency-Key", "")
            twice = service == "matrix" and any(each.key == key and each.target == target for each in self.got)
            if not twice:
                self.got.append(Got(service.split()[0], target, key, text, tuple(links), time.monotonic(), body))
        return 200 if service != "teams" else 202, answer

    def check(self, fine: bool, what: str) -> None:
        """What a service would refuse with 400."""
        if not fine:
            self.malformed.append(what)
            raise Refused(400, {"ok": False, "description": f"Bad Request: {what}", "message": what, "error": what})

    def _parse(self, service: str, content: bytes) -> Any:
        try:
            return json.loads(content.decode("utf-8"))
        except ValueError:
            self.check(False, f"{service}: not JSON in UTF-8")

    def _pace(self, service: str, target: str) -> None:
        kind = f"telegram {'chat' if target.isdecimal() else 'group'}" if service == "telegram" else service
        if kind not in LIMITS:
            return
        most, seconds = LIMITS[kind]
        window, now, recent = seconds / 60 * self.minute, time.monotonic(), self.recent[service, target]
        while recent and now - recent[0] >= window:
            recent.popleft()
        if len(recent) >= most:
            self.refused += 1
            wait = (window - (now - recent[0])) * 60 / self.minute
            raise Refused(429, too_many(service, wait), wait)
        recent.append(now)


def too_many(service: str, wait: float) -> Any:
    """A 429 in the words of each service."""
    if service == "telegram":
        text = f"Too Many Requests: retry after {wait:.0f}"
        return {"ok": False, "error_code": 429, "description": text, "parameters": {"retry_after": int(wait) + 1}}
    return {"message": "You are being rate limited.", "retry_after": wait, "errcode": "M_LIMIT_EXCEEDED"}


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        fault = self.receiver.fault()
        if isinstance(fault, int):
            self._say(fault, {"ok": False, "description": "a fault", "error": "a fault"}, 1.0 if fault == 429 else None)
            return
        if fault == "cut before":
            self.close_connection = True
            return
        try:
            if self.path.startswith("/hook/") and not is_signed(
                content, self.headers.get("Tenderwatch-Signature", ""), self.receiver.secret
            ):
                raise Refused(401, "the signature is not right")
            status, answer = self.receiver.take(self.command, self.path, self.headers, content)
        except Refused as error:
            self._say(error.status, error.body, error.retry_after)
            return
        if fault == "hang after":
            time.sleep(self.receiver.hang)
        if fault in ("cut after", "hang after"):
            self.close_connection = True
            return
        self._say(status, answer, None)

    def _say(self, status: int, body: Any, retry_after: float | None) -> None:
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        with suppress(ConnectionError):  # who asked was killed
            self.send_response(status)
            if retry_after is not None:
                self.send_header("Retry-After", str(int(retry_after) + 1))
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def handle(self) -> None:
        """One connection."""
        with suppress(ConnectionError):
            super().handle()

    do_POST = do_PUT = _answer  # noqa: N815  http.server's names

    def log_message(self, *_: Any) -> None:
        """Silent."""
