"""Receives the demo's alerts: a real SMTP server on the loopback that delivers into a folder and to nobody else."""

import os
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Writes each accepted message as `NNN-<subject>.eml`, and its HTML part beside it, to be opened in a browser."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self._port = port
        self._controller: _AnyPort | None = None

    @property
    def port(self) -> int:
        """The port that it listens on; before it is entered, the one asked for."""
        return self._controller.port if self._controller else self._port

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=self._port, server_hostname="localhost")
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None

    def messages(self) -> list[EmailMessage]:
        """Return what has arrived, oldest first. The envelope stands in X-MailFrom and X-RcptTo."""
        return [_parsed(path.read_bytes()) for path in sorted(self.folder.glob("*.eml"), key=_number)]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd's)
        """Accept a message: it is on disk before the sender is told so."""
        content = envelope.original_content or b""
        message = _parsed(content)
        name = f"{self._next_number():03d}-{_slug(str(message['Subject'] or ''))}"
        page = message.get_body(preferencelist=("html",))
        if page is not None:
            _write(self.folder / f"{name}.html", f'<!doctype html><meta charset="utf-8">{page.get_content()}'.encode())
        sent_to = ", ".join(envelope.rcpt_tos)
        head = f"X-MailFrom: {envelope.mail_from}\r\nX-RcptTo: {sent_to}\r\n".encode()
        _write(self.folder / f"{name}.eml", head + content)
        return "250 2.0.0 Delivered to the demo's mailbox"

    def _next_number(self) -> int:
        return max(map(_number, self.folder.glob("*.eml")), default=0) + 1


class _AnyPort(Controller):
    """A controller that may be given port 0, and then knows which one it got."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]  # asyncio.Server has them
        super()._trigger_server()  # type: ignore[no-untyped-call]


def _number(path: Path) -> int:
    number = path.name.partition("-")[0]
    return int(number) if number.isdecimal() else 0


def _parsed(content: bytes) -> EmailMessage:
    message: Any = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _slug(subject: str) -> str:
    """Return letters and digits of any alphabet with hyphens: no path, no dots, short enough for a file system."""
    words = re.sub(r"[\W_]+", "-", subject.casefold()).strip("-")[:60].strip("-")
    return words or "no-subject"


def _write(path: Path, content: bytes) -> None:
    """Write a file that appears whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(part, path)
