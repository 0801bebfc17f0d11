"""The guard of addresses: where a connection leads to is judged when it is made, and what was judged is what is used.

A literal address is judged before anything is asked (Twisted does not resolve literals), a name by the addresses that
it resolves to for this very connection, so that redirects and rebinding change nothing (facts/security.md).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from twisted.internet.interfaces import IHostnameResolver, IHostResolution, IResolutionReceiver
from twisted.web.client import URI
from zope.interface import implementer  # type: ignore[import-untyped]

from crawler.middlewares.files import INTO, save_response
from domain.addresses import is_forbidden, is_named
from domain.errors import AddressRefused

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.internet.interfaces import IAddress

SCHEMES = {b"http", b"https"}


class Guard:
    """Which hosts and addresses this crawl may connect to; `refused` holds why a name was turned away."""

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        self.allowed = list(allowed)
        self.refused: dict[str, str] = {}

    def check_url(self, url: str) -> str:
        """The host that a connection for this address goes to; raises AddressRefused.

        A user, a password or a backslash is refused: two parsers could read two hosts out of such an address.
        """
        uri = URI.fromBytes(url.encode("ascii"))  # type: ignore[no-untyped-call]
        host: str = uri.host.decode("ascii").strip("[]")
        if uri.scheme not in SCHEMES:
            raise AddressRefused(f"{uri.scheme.decode()}: only http and https are asked")
        if "\\" in url or "@" in urlsplit(url).netloc or host != (urlsplit(url).hostname or ""):
            raise AddressRefused(f"{host}: an address that can be read in two ways")
        if _is_literal(host):
            self._check(host, host, int(uri.port))
        return host

    def admits(self, host: str, ip: str, port: int) -> bool:
        """A connection to `ip`, which `host` resolved to, may be made; else the reason stands in `refused`."""
        try:
            self._check(host, ip, port)
        except AddressRefused as error:
            self.refused[host] = str(error)
            return False
        return True

    def _check(self, host: str, ip: str, port: int) -> None:
        if is_named(host, self.allowed) or is_named(f"{host}:{port}", self.allowed):
            return
        if why := is_forbidden(ip, self.allowed):
            shown = host if host == ip else f"{host} ({ip})"
            raise AddressRefused(f"{shown} is {why}; name it in allowed_addresses if it is meant")


def _is_literal(host: str) -> bool:
    return is_forbidden(host, ["0.0.0.0/0", "::/0"]) is None


GUARD = Guard()
"""One crawl, one process, one guard: the resolver is installed in the reactor, which there is one of as well."""


@implementer(IResolutionReceiver)
class _JudgedReceiver:
    """Passes on the addresses that the guard admits."""

    def __init__(self, receiver: Any, host: str, port: int, guard: Guard) -> None:
        self._receiver, self._host, self._port, self._guard = receiver, host, port, guard

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802 (Twisted's names)
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: "IAddress") -> None:  # noqa: N802
        if self._guard.admits(self._host, address.host, self._port):
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Scrapy's caching resolver, with each answer judged: Twisted connects to the answers, never to a name."""

    def __init__(self, reactor: Any, inner: CachingThreadedResolver, guard: Guard) -> None:
        self._reactor, self._inner, self._guard = reactor, inner, guard

    @classmethod
    def from_crawler(cls, crawler: "Crawler", reactor: Any) -> Self:
        """As Scrapy makes the class named by TWISTED_DNS_RESOLVER."""
        return cls(reactor, CachingThreadedResolver.from_crawler(crawler, reactor), GUARD)

    def install_on_reactor(self) -> None:
        """Put the judging resolver in front of Scrapy's own."""
        self._inner.install_on_reactor()
        self._names = self._reactor.nameResolver
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[Any] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> Any:
        """Twisted's interface; an address that is refused is not passed on."""
        receiver = _JudgedReceiver(resolutionReceiver, hostName, portNumber, self._guard)
        return self._names.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's handler for http and https behind the guard."""

    async def download_request(self, request: Request) -> Response:
        """The response; raises AddressRefused for a forbidden address, whatever led to it."""
        host = GUARD.check_url(request.url)
        GUARD.refused.pop(host, None)
        try:
            if INTO in request.meta:
                return await self._save(request)
            return await super().download_request(request)
        except CannotResolveHostError as error:
            if host in GUARD.refused:
                raise AddressRefused(GUARD.refused[host]) from error
            raise

    async def _save(self, request: Request) -> Response:
        from twisted.internet import reactor  # here: importing it installs it

        with wrap_twisted_exceptions():
            return await save_response(request, reactor, self._contextFactory, self._pool)
