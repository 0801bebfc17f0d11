"""`alerts test` with a mail server that is not as configured: what went wrong is said so that somebody can mend it."""

import re
import socket
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.send import send_test
from domain.alerts import DeliveryState
from domain.config import Mail
from tests.alerts.cases import tell
from tests.alerts.post import Box, RefusingBox, a_certificate, a_server, an_installation, authenticate, free_port
from tests.factories import NOW


@contextmanager
def a_peer(first: bytes, end: threading.Event) -> Iterator[int]:
    """Something that listens, says `first` to whoever comes and then nothing more; its port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def answer() -> None:
            while not end.is_set():
                try:
                    there, _ = server.accept()
                except OSError:
                    return
                with there:
                    there.sendall(first)
                    end.wait(3)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            end.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join(5)


Place = Callable[[ExitStack, Path], Mail]


def peer(first: bytes) -> Place:
    def make(stack: ExitStack, _: Path) -> Mail:
        return a_mail(stack.enter_context(a_peer(first, threading.Event())))

    return make


def server(box: Callable[[], Box] = Box, security: str = "none", user: str | None = None, **options: object) -> Place:
    def make(stack: ExitStack, _: Path) -> Mail:
        found = stack.enter_context(a_server(box(), **options))
        return a_mail(found.port, security=security, user=user, password="wrong word" if user else None)

    return make


def untrusted(stack: ExitStack, folder: Path) -> Mail:
    _, context = a_certificate(folder)
    return a_mail(stack.enter_context(a_server(Box(), tls_context=context)).port, security="starttls")


def a_mail(port: int, host: str = "127.0.0.1", **fields: object) -> Mail:
    return Mail.model_validate({"host": host, "port": port, "sender": "t@bidder.example", "timeout": 1, **fields})


LOCKED = {"authenticator": authenticate, "auth_require_tls": False, "auth_required": True}
CASES: list[tuple[str, Place, str]] = [
    ("no such name", lambda *_: a_mail(25, "no-such-host.invalid"), "the name of the mail server .* was not found"),
    ("nobody there", lambda *_: a_mail(free_port()), "refused the connection"),
    ("silent", peer(b""), r"did not answer in 1 s; is it the right port\? Usual are 587"),
    ("another protocol", peer(b"SSH-2.0-OpenSSH_9.2\r\n"), r"does not answer as mail servers do; is it the right port"),
    ("full", peer(b"421 4.3.2 too many connections\r\n"), "421 4.3.2 too many connections"),
    ("no TLS there", server(security="tls"), "does not speak TLS as mail.security = tls asks"),
    ("no STARTTLS there", server(security="starttls"), "does not offer what mail.security or mail.user ask for"),
    ("certificate", untrusted, "the certificate of the mail server .* could not be verified"),
    ("bad password", server(user="robot", **LOCKED), "refused user or password .* mend \\[mail\\] in tenderwatch.toml"),
    ("no password", server(**LOCKED), "refused user or password .* mend \\[mail\\] in tenderwatch.toml"),
    ("unknown mailbox", server(RefusingBox), "550 5.1.1 no such mailbox"),
    ("too large", server(data_size_limit=2000), "552 Error: Too much mail data"),
]


@pytest.mark.parametrize(("place", "words"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_went_wrong_is_said(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Place, words: str
) -> None:
    real = socket.getaddrinfo

    def find(host: str, *args: object, **kwargs: object) -> object:
        if host == "no-such-host.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(host, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", find)
    tell(engine, url="tendermail://a@bidder.example")
    with ExitStack() as stack, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of aiosmtpd, about passwords without TLS
        view = send_test(engine, an_installation(tmp_path, place(stack, tmp_path)), "sales", NOW)
    assert view.delivery.state is DeliveryState.DEAD
    assert view.delivery.reason is not None
    assert re.search(words, view.delivery.reason), view.delivery.reason
    assert "wrong word" not in view.delivery.reason
