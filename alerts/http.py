"""The one door through which alerts leave by HTTP: it guards addresses and sees what Apprise drops.

Every Apprise plugin calls `requests`. Inside `watched` each session gets our adapter, so that the status, Retry-After
and the exception are recorded, and the address is checked when the connection is made; elsewhere requests is as it was.
"""

import contextvars
import logging
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import requests.adapters
import urllib3
import urllib3.connection
import urllib3.connectionpool
import urllib3.exceptions
import urllib3.util.connection

from alerts.channels.request import Answer, Request, read_answer
from alerts.outcome import Fate, HandOver, Outcome, of_http
from domain.addresses import is_forbidden, is_named
from domain.errors import AddressRefused

# An answer is only looked at for an error text; a service that sends more is not believed any longer.
MAX_ANSWER = 256 * 1024
TIMEOUTS = (5, 20)  # seconds to connect, and between two parts of an answer
NO_TLS = "the service did not answer in TLS: the address may name a port, or a scheme, without it"

# These print whole addresses, with the tokens in them, at DEBUG.
for _name in ("urllib3", "requests", "apprise"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Watch:
    """What was seen of one message's HTTP calls: the last outcome, and whether the last answer was a 2xx."""

    def __init__(self, hand_over: HandOver, allowed: Sequence[str]) -> None:
        self.hand_over = hand_over
        self.allowed = allowed
        self.adapter = _Adapter()
        self.last: Outcome | None = None

    def answered(self, status: int, retry_after: timedelta | None) -> None:
        """An answer came."""
        ok = 200 <= status < 300
        self.last = Outcome(Fate.SENT, f"answered {status}") if ok else of_http(status, retry_after)

    def failed(self, error: Exception) -> None:
        """No answer came; before TLS was agreed upon nothing had left."""
        self.last = _to_outcome(error, self.hand_over.begun)


def call(request: Request, read: Callable[[Answer, Outcome], Outcome], watch: Watch) -> Outcome:
    """One call of ours, within `watched`; what its answer means by `read`, or why there was none."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Tenderwatch",
        "Idempotency-Key": request.key,
        **request.headers,
    }
    try:
        with requests.Session() as session:
            response = session.request(
                request.method,
                request.url,
                data=request.body,
                headers=headers,
                timeout=TIMEOUTS,
                allow_redirects=False,
            )
    except (requests.RequestException, AddressRefused, urllib3.exceptions.HTTPError) as error:
        if watch.last is None:
            watch.failed(error)
        assert watch.last is not None
        return watch.last
    assert watch.last is not None, "the answer came through the adapter"
    return read(read_answer(response.status_code, response.content), watch.last)


_watch: contextvars.ContextVar[Watch | None] = contextvars.ContextVar("watch", default=None)


@contextmanager
def watched(hand_over: HandOver, allowed: Sequence[str]) -> Iterator[Watch]:
    """Within it, this thread (and those that inherit its context) sends through the guarding adapter."""
    watch = Watch(hand_over, allowed)
    token = _watch.set(watch)
    try:
        yield watch
    finally:
        _watch.reset(token)
        watch.adapter.close()


def read_retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Retry-After in both its forms, seconds or an HTTP date (RFC 9110, 10.2.3); None where it is neither."""
    if not text:
        return None
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text), 10**7))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(moment.replace(tzinfo=moment.tzinfo or UTC) - now, timedelta(0))


def open_guarded(
    host: str, port: int, timeout: Any, allowed: Sequence[str], options: Mapping[str, Any] | None = None
) -> socket.socket:
    """A connection to exactly the address that was checked; raises AddressRefused, or OSError as `socket` does."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    if not is_named(host, allowed):
        for address in addresses:
            if why := is_forbidden(address, allowed):
                raise AddressRefused(
                    f"{host} leads to {address}, which is {why}; "
                    "if that is meant, name it in allowed_addresses of tenderwatch.toml"
                )
    failure: OSError | None = None
    for address in addresses:
        try:
            return urllib3.util.connection.create_connection((address, port), timeout, **(options or {}))
        except OSError as error:
            failure = error
    raise failure or OSError(f"{host} has no address")


class _Guarded(urllib3.connection.HTTPConnection):
    def _new_conn(self) -> socket.socket:
        watch = _watch.get()
        if watch is None:
            return super()._new_conn()
        try:
            made = open_guarded(
                self.host, self.port or 80, self.timeout, watch.allowed, {"socket_options": self.socket_options}
            )
        except socket.gaierror as error:
            raise urllib3.exceptions.NameResolutionError(self.host, self, error) from error
        except TimeoutError as error:
            raise urllib3.exceptions.ConnectTimeoutError(self, "connecting took too long") from error
        except OSError as error:
            raise urllib3.exceptions.NewConnectionError(self, str(error)) from error
        return made

    def connect(self) -> None:
        """What is written after this, and after TLS where it is spoken, is the message."""
        super().connect()
        if watch := _watch.get():
            watch.hand_over.begin()


class _GuardedTls(_Guarded, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _Guarded


class _TlsPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


class _Adapter(requests.adapters.HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        watch = _watch.get()
        assert watch is not None
        kwargs["proxies"] = None  # a proxy would resolve the name itself, behind the guard
        try:
            response = super().send(request, *args, **kwargs)
        except (requests.RequestException, AddressRefused, urllib3.exceptions.HTTPError) as error:
            watch.failed(error)
            raise
        retry_after = read_retry_after(response.headers.get("Retry-After"), datetime.now(UTC))
        watch.answered(response.status_code, retry_after)
        response._content = _read_bounded(response.raw)
        return response


def _read_bounded(raw: Any) -> bytes:
    try:
        return bytes(raw.read(MAX_ANSWER, decode_content=True))
    except (urllib3.exceptions.HTTPError, OSError):
        return b""  # the status has been read, and decides


_plain_adapter = requests.Session.get_adapter


def _find_adapter(session: requests.Session, url: str) -> requests.adapters.BaseAdapter:
    watch = _watch.get()
    return watch.adapter if watch else _plain_adapter(session, url)


requests.Session.get_adapter = _find_adapter  # type: ignore[method-assign,assignment]


def _to_outcome(error: BaseException, begun: bool) -> Outcome:
    """What no answer means, in words without the address: exceptions of requests print it whole, tokens too."""
    chain = list(_causes(error))
    if refused := next((each for each in chain if isinstance(each, AddressRefused)), None):
        return Outcome(Fate.PERMANENT, str(refused))
    if any(isinstance(each, urllib3.exceptions.NameResolutionError | socket.gaierror) for each in chain):
        return Outcome(Fate.TEMPORARY, "the name of the service was not found")
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in chain):
        return Outcome(Fate.TEMPORARY, "the certificate of the service could not be verified")
    if any(isinstance(each, urllib3.exceptions.SSLError | ssl.SSLError) for each in chain):
        return Outcome(Fate.TEMPORARY, NO_TLS)
    if any(isinstance(each, urllib3.exceptions.NewConnectionError | requests.ConnectTimeout) for each in chain):
        return Outcome(Fate.TEMPORARY, "no connection to the service")
    if any(isinstance(each, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader) for each in chain):
        return Outcome(Fate.PERMANENT, "the address of the destination cannot be used")
    return Outcome(Fate.UNKNOWN, "handed over, but no answer came") if begun else Outcome(Fate.TEMPORARY, NO_TLS)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was made from, and what it carries (requests wraps urllib3's in `args` and `reason`)."""
    seen: list[BaseException] = [error]
    for each in seen:
        yield each
        for inner in (*each.args, getattr(each, "reason", None), each.__cause__):
            if isinstance(inner, BaseException) and inner not in seen:
                seen.append(inner)
