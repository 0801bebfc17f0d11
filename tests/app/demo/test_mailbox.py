"""The mailbox takes what a real SMTP client sends, and keeps it where a newcomer can open it."""

import smtplib
from email.message import EmailMessage

import pytest

from app.demo.mailbox import Mailbox


def a_message(
    subject: str = "Two new tenders & a moved deadline", html: str | None = "<p>Ultraschallgeräte</p>"
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "alerts@example.org"
    message["To"] = "sales@example.org"
    message["Subject"] = subject
    message.set_content("Насосы погружные\n.\nend")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def send(mailbox: Mailbox, message: EmailMessage, to: list[str] | None = None) -> None:
    with smtplib.SMTP("127.0.0.1", mailbox.port, "localhost", timeout=10) as client:
        client.send_message(message, to_addrs=to)


def test_a_message_arrives_whole(tmp_path):
    with Mailbox(tmp_path / "mail") as mailbox:
        assert mailbox.port > 0
        send(mailbox, a_message(), ["sales@example.org", "hidden@example.org"])
        received = mailbox.messages()
    assert [str(message["Subject"]) for message in received] == ["Two new tenders & a moved deadline"]
    assert received[0]["X-RcptTo"] == "sales@example.org, hidden@example.org"
    assert received[0]["X-MailFrom"] == "alerts@example.org"
    assert received[0].get_body(("plain",)).get_content().splitlines() == ["Насосы погружные", ".", "end"]
    assert sorted(path.name for path in (tmp_path / "mail").iterdir()) == [
        "001-two-new-tenders-a-moved-deadline.eml",
        "001-two-new-tenders-a-moved-deadline.html",
    ]
    page = (tmp_path / "mail" / "001-two-new-tenders-a-moved-deadline.html").read_text(encoding="utf-8")
    assert page.startswith('<!doctype html><meta charset="utf-8"><p>Ultraschallgeräte</p>')


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Насос: срок перенесён", "001-насос-срок-перенесён.eml"),
        ("../../etc/passwd", "001-etc-passwd.eml"),
        ("…", "001-no-subject.eml"),
        ("a" * 300, f"001-{'a' * 60}.eml"),
    ],
)
def test_file_names_come_from_subjects_safely(tmp_path, subject, name):
    with Mailbox(tmp_path) as mailbox:
        send(mailbox, a_message(subject, html=None))
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_numbers_go_on_after_a_restart(tmp_path):
    for _ in range(2):
        with Mailbox(tmp_path) as mailbox:
            send(mailbox, a_message("one", html=None))
            send(mailbox, a_message("two", html=None))
    assert [str(message["Subject"]) for message in Mailbox(tmp_path).messages()] == ["one", "two", "one", "two"]
    assert {path.name[:3] for path in tmp_path.iterdir()} == {"001", "002", "003", "004"}


def test_a_file_without_a_number_does_not_disturb(tmp_path):
    (tmp_path / "notes.eml").write_bytes(b"Subject: mine\r\n\r\n")
    with Mailbox(tmp_path) as mailbox:
        send(mailbox, a_message("one", html=None))
    assert (tmp_path / "001-one.eml").exists()
