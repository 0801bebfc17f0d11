"""The one way out of the browser: a proxy on the loopback that judges each connection by the address it leads to.

A name is resolved here, for this very connection, and what was judged is what is connected to; the browser never
resolves one. So literals, redirects, frames and rebinding are all judged (design.md, 9).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import structlog

from crawler.middlewares.guard import Guard
from domain.errors import AddressRefused

MOST_BYTES = 128 * 1024 * 1024  # of one page with its scripts; it is set to zero when a page begins
LONGEST_HEAD = 64 * 1024
PATIENCE = 15.0  # seconds for a request's head, and for a connection
IDLE = 120.0  # seconds without a byte
# What Chromium itself calls, whatever it is told: its updates and its user's accounts, of which there are none.
CALLS_HOME = {f"{name}.com" for name in ("update.googleapis", "accounts.google", "clients2.google", "www.gstatic")}
OURS = (b"proxy-connection", b"proxy-authorization", b"connection", b"keep-alive")
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
log = structlog.get_logger()


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name as this machine's resolver gives them now; OSError where there are none."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(slots=True)
class GuardedProxy:
    """Serves while it is open. `only` is the one `host:port` that may be reached, where a stand-in is crawled;
    `trouble` holds why a host could not be reached, until it is cleared."""

    guard: Guard
    only: str | None = None
    resolve: Resolve = resolve
    spent: int = 0
    trouble: dict[str, str] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def open(self) -> int:
        """The port on 127.0.0.1 at which it listens from now on."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=LONGEST_HEAD)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """End every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def begin_page(self) -> None:
        """Count bytes and troubles anew."""
        self.spent = 0
        self.trouble.clear()
        self.guard.refused.clear()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
            await self._pass_on(head, reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass  # the browser tells it as an error of its own
        finally:
            writer.close()

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, _, rest = head.partition(b"\r\n")
        method, _, target = line.decode("latin-1").rpartition(" ")[0].partition(" ")
        is_tunnel = method == "CONNECT"
        url = f"https://{target}/" if is_tunnel else target
        if urlsplit(url).hostname in CALLS_HOME:
            return None
        try:
            upstream, out = await self._connect(url)
        except AddressRefused as error:
            log.info("address refused to the browser", reason=str(error))
            return await _refuse(writer, "403 Forbidden", is_tunnel=is_tunnel)
        except (OSError, TimeoutError) as error:
            self.trouble[urlsplit(url).hostname or ""] = f"{urlsplit(url).hostname}: {error or 'no answer'}"
            return await _refuse(writer, "502 Bad Gateway", is_tunnel=is_tunnel)
        try:
            if is_tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                out.write(_to_origin(method, url, rest))
            await self._relay(reader, writer, upstream, out, with_head=not is_tunnel)
        finally:
            out.close()

    async def _connect(self, url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to an address of the host that the guard admits; AddressRefused where it admits none."""
        try:
            host, port = self._judge(url)
        except AddressRefused as error:
            self.guard.refused[urlsplit(url).hostname or url] = str(error)
            raise
        admitted = [ip for ip in await self.resolve(host, port) if self.guard.admits(host, ip, port)]
        if not admitted:
            raise AddressRefused(self.guard.refused.setdefault(host, f"{host} has no address"))
        trouble: OSError = OSError("no address answers")
        for ip in admitted:
            try:
                return await asyncio.wait_for(asyncio.open_connection(ip, port, limit=LONGEST_HEAD), PATIENCE)
            except OSError as error:  # the next address may answer
                trouble = error
        raise trouble

    def _judge(self, url: str) -> tuple[str, int]:
        try:
            host = self.guard.check_url(url)
            port = urlsplit(url).port or (443 if url.startswith("https:") else 80)
        except ValueError as error:
            raise AddressRefused(f"{url[:200]!r} is no address") from error
        if self.only is not None and f"{host}:{port}" != self.only:
            raise AddressRefused(f"{host}:{port} is not the stand-in {self.only}, which alone is asked")
        return host, port

    async def _relay(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        upstream: asyncio.StreamReader,
        out: asyncio.StreamWriter,
        *,
        with_head: bool,
    ) -> None:
        """Both ways at once, as a POST has a body before it has an answer, until either end is done."""
        back = self._pump_answer(upstream, writer) if with_head else self._pump(upstream, writer)
        pumps = {asyncio.ensure_future(self._pump(reader, out)), asyncio.ensure_future(back)}
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump_answer(self, upstream: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(_to_last(await asyncio.wait_for(upstream.readuntil(b"\r\n\r\n"), IDLE)))
        await self._pump(upstream, writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await asyncio.wait_for(reader.read(LONGEST_HEAD), IDLE):
            self.spent += len(chunk)
            if self.spent > MOST_BYTES:
                self.trouble["page"] = f"the page and what belongs to it have more than {MOST_BYTES:,} bytes"
                return
            writer.write(chunk)
            await writer.drain()


async def _refuse(writer: asyncio.StreamWriter, status: str, *, is_tunnel: bool) -> None:
    """A tunnel is refused in words; a plain request not at all, as an answer would pass for the portal's."""
    if is_tunnel:
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()


def _to_origin(method: str, url: str, headers: bytes) -> bytes:
    """The head of a plain request as its server wants it. One request to a connection: each is judged anew."""
    parts = urlsplit(url)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return _to_head(f"{method} {path} HTTP/1.1".encode("latin-1"), headers)


def _to_last(head: bytes) -> bytes:
    """The head of its answer, which tells the browser that nothing more can be asked on this connection."""
    line, _, headers = head.partition(b"\r\n")
    return _to_head(line, headers)


def _to_head(line: bytes, headers: bytes) -> bytes:
    kept = [each for each in headers.split(b"\r\n") if each and each.partition(b":")[0].lower().strip() not in OURS]
    return b"\r\n".join([line, *kept, b"Connection: close"]) + b"\r\n\r\n"
