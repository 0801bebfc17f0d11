"""One letter given to one SMTP server (RFC 5321), and what its answer means."""

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

from alerts.letter import Letter, to_bytes
from alerts.outcome import Fate, HandOver, Outcome, of_smtp
from alerts.plain import plain
from domain.config import Mail

# Answers about the installation's account, not about this mail: they wait until somebody has mended it (RFC 4954, 6).
ACCOUNT_CODES = {530, 534, 535, 538}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def deliver(letter: Letter, mail: Mail, hand_over: HandOver) -> Outcome:
    """Gives the letter to the server; every way in which that may end is an Outcome, but TooLate, which is raised.

    Until the whole letter has been given away the server has taken nothing, so that it may be sent again; from then
    on, no answer means unknown.
    """
    if fault := find_account_fault(mail):
        return Outcome(Fate.TEMPORARY, fault)
    try:
        with contextlib.closing(_connect(mail)) as server:
            refusal = _announce(server, letter)
            return refusal or _hand_over(server, to_bytes(letter), hand_over)
    except OSError as error:  # SMTPException is one too
        return _to_outcome(error, mail)


def find_account_fault(mail: Mail) -> str | None:
    """What is wrong with the settings of the mail account, and how to mend it; found without a connection."""
    if mail.user and mail.security == "none" and mail.host not in LOOPBACK:
        return "no password is sent without encryption: set mail.security to starttls or tls in tenderwatch.toml"
    if mail.user and not mail.password:
        return "mail.user is set without a password: set TENDERWATCH_MAIL__PASSWORD"
    return None


def _connect(mail: Mail) -> smtplib.SMTP:
    name = mail.sender.rpartition("@")[2]
    if mail.security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, name, timeout=mail.timeout, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, name, timeout=mail.timeout)
    try:
        server.ehlo_or_helo_if_needed()
        if mail.security == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo_or_helo_if_needed()
        if mail.user:
            server.login(mail.user, mail.password or "")
    except OSError:
        server.close()
        raise
    return server


def _announce(server: smtplib.SMTP, letter: Letter) -> Outcome | None:
    """MAIL, RCPT and DATA; the refusal, or None when the server waits for the letter."""
    steps: tuple[tuple[Callable[[], tuple[int, bytes]], set[int]], ...] = (
        (lambda: server.mail(letter.sender), {250}),
        (lambda: server.rcpt(letter.recipient), {250, 251, 252}),
        (lambda: server.docmd("DATA"), {354}),
    )
    for step, wanted in steps:
        code, text = step()
        if code not in wanted:
            return _of_answer(code, text)
    return None


def _hand_over(server: smtplib.SMTP, content: bytes, hand_over: HandOver) -> Outcome:
    hand_over.begin()
    try:
        server.send(re.sub(rb"(?m)^\.", b"..", content) + (b"" if content.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        code, text = server.getreply()
    except OSError:
        return Outcome(Fate.UNKNOWN, "the mail was handed over, but the mail server's answer never came")
    with suppress(OSError):
        server.putcmd("QUIT")  # its answer is not waited for: what matters is known
    return Outcome(Fate.SENT, _to_text(code, text)) if code == 250 else _of_answer(code, text)


def _of_answer(code: int, text: bytes) -> Outcome:
    if code in ACCOUNT_CODES:
        reason = f"the mail server refused user or password ({_to_text(code, text)}); mend [mail] in tenderwatch.toml"
        return Outcome(Fate.TEMPORARY, reason)
    return of_smtp(code, _to_text(code, text).removeprefix(f"{code}").strip())


def _to_text(code: int, text: bytes) -> str:
    return f"{code} {plain(text.decode('utf-8', 'replace'), 200)}"


def _to_outcome(error: OSError, mail: Mail) -> Outcome:
    """What an error before the letter was handed over means: nothing has been sent, and it is tried again."""
    server = f"the mail server {mail.host}:{mail.port}"
    port = "is it the right port? Usual are 587 for starttls and 465 for tls"
    if isinstance(error, smtplib.SMTPResponseException):
        if error.smtp_code < 200:
            return Outcome(Fate.TEMPORARY, f"{server} does not answer as mail servers do; {port}")
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return _of_answer(error.smtp_code, text)
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, TimeoutError):
        return Outcome(Fate.TEMPORARY, f"{server} did not answer in {mail.timeout:g} s; {port}")
    reasons = (
        (ssl.SSLCertVerificationError, f"the certificate of {server} could not be verified"),
        (ssl.SSLError, f"{server} does not speak TLS as mail.security = {mail.security} asks"),
        (socket.gaierror, f"the name of {server} was not found"),
        (ConnectionRefusedError, f"{server} refused the connection"),
        (smtplib.SMTPNotSupportedError, f"{server} does not offer what mail.security or mail.user ask for"),
        (smtplib.SMTPServerDisconnected, f"{server} closed the connection"),
        (TimeoutError, f"{server} did not answer in {mail.timeout:g} s; {port}"),
    )
    for kind, reason in reasons:
        if isinstance(error, kind):
            return Outcome(Fate.TEMPORARY, reason)
    return Outcome(Fate.TEMPORARY, f"{server} could not be reached")
