"""Mail servers for tests: real ones (aiosmtpd) on loopback, and mails as their readers see them."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.config import Mail, Settings


class Box:
    """A mail server's handler that keeps what it accepts, and then answers; `answers` are given to DATA first.

    "250 cut" takes the mail and cuts the connection; `delay` is how long an answer takes, in seconds.
    """

    def __init__(self, *answers: str, delay: float = 0) -> None:
        self.answers = list(answers)
        self.delay = delay
        self.mails: list[EmailMessage] = []
        self.tries = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.tries += 1
        answer = self.answers.pop(0) if self.answers else "250 2.0.0 accepted"
        if answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        if answer == "250 cut":
            server.transport.abort()
        await asyncio.sleep(self.delay)
        return answer


class RefusingBox(Box):
    """A mail server that knows no recipient."""

    async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802
        return "550 5.1.1 no such mailbox"


@contextmanager
def a_server(box: Box, port: int = 0, **options: Any) -> Iterator[Mail]:
    """A server with this handler; the settings that reach it."""
    controller = Controller(box, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    try:
        yield Mail(host="127.0.0.1", port=controller.port, sender="tenderwatch@bidder.example", timeout=3)
    finally:
        controller.stop(no_assert=True)


def free_port() -> int:
    """A port that nobody listens on."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def an_installation(folder: Path, mail: Mail, **fields: Any) -> Settings:
    """Settings that send by this server."""
    return Settings(**{"data_dir": folder, "mail": mail.model_dump(), "zone": "Europe/Madrid", **fields})


def a_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A self-made certificate for 127.0.0.1, as the file to trust and as the server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.bidder.example")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, key_file = folder / "cert.pem", folder / "key.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return file, context


def authenticate(server: SMTP, session: Any, envelope: Any, mechanism: str, auth_data: Any) -> AuthResult:
    """Lets only `robot` with `right` in."""
    good = auth_data.login == b"robot" and auth_data.password == b"right"
    return AuthResult(success=good, handled=False)


def parts(mail: EmailMessage) -> tuple[str, str]:
    """The text and the HTML part."""
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return str(text.get_content()), str(html.get_content())


def wait_for(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Until it is so; AssertionError when that takes too long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
