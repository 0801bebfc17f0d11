"""A mail as it goes over the wire: own Message-ID, threading, two parts, headers that crawled text cannot break."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from alerts.plain import plain

SUBJECT = 150
THREAD = 10


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one recipient. `message_id` and `thread` (oldest first) are without angle brackets.

    The Message-ID stays the same however often the same deliveries are tried: mail servers and readers that drop
    doubles know them by it, and so do programs by the Idempotency-Key. `calendar` is attached as deadlines.ics;
    `unsubscribe` is an https or mailto address, which mail readers show as a button (RFC 2369; RFC 8058 for https).
    """

    sender: str
    recipient: str
    message_id: str
    thread: tuple[str, ...]
    subject: str
    text: str
    html: str
    date: datetime
    list_id: str
    calendar: bytes | None = None
    unsubscribe: str | None = None


def to_bytes(letter: Letter) -> bytes:
    """The mail in bytes: CRLF, 7 bit, lines under 998 octets (RFC 5322, 2.1.1)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Tenderwatch", addr_spec=letter.sender)
    message["To"] = Address(addr_spec=letter.recipient)
    message["Subject"] = plain(letter.subject, SUBJECT)
    message["Date"] = letter.date
    message["Message-ID"] = f"<{letter.message_id}>"
    if letter.thread:
        message["In-Reply-To"] = f"<{letter.thread[-1]}>"
        message["References"] = " ".join(f"<{each}>" for each in _shorten(letter.thread))
    message["List-Id"] = f"Tenderwatch <{letter.list_id}>"
    message["Idempotency-Key"] = letter.message_id
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        if letter.unsubscribe.startswith("https:"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar:
        params = {"method": "PUBLISH", "charset": "utf-8"}  # without one, us-ascii holds (RFC 2046, 4.1.2)
        message.add_attachment(letter.calendar, "text", "calendar", filename="deadlines.ics", params=params)
    return message.as_bytes()


def to_message_id(key: str, sender: str) -> str:
    """The Message-ID of a delivery's key, in the domain of the sender."""
    return f"{key}@{sender.rpartition('@')[2]}"


def _shorten(thread: Sequence[str]) -> Sequence[str]:
    """The first and the last ones: a header that grows for ever is refused at 998 octets a line."""
    return thread if len(thread) <= THREAD else (thread[0], *thread[1 - THREAD :])
