"""How maildev 2.2.1, a real mail server with a reader, stores our mails.

`make peers` installs it where npm is; TENDERWATCH_TESTS_MAILDEV=…/maildev/bin/maildev names another one.
"""

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from alerts.plain import JOINER
from alerts.route import route
from alerts.send import Sent, send_due
from domain.alerts import EventKind, FieldChange
from domain.config import Mail
from tests.alerts.cases import happen, tell
from tests.alerts.post import an_installation, free_port, wait_for
from tests.conftest import MAILDEV
from tests.factories import NOW, a_notice

TITLE = '<script>alert(1)</script> &lt;a href="https://evil.example"&gt; Насосы 水泵'


@pytest.fixture
def maildev(tmp_path: Path) -> Iterator[tuple[Mail, str]]:
    """A running maildev: the settings that reach it, and the address of its stored mails."""
    if not MAILDEV:
        pytest.skip("no maildev: `make peers` installs it, which needs npm and a network once")
    smtp, web = free_port(), free_port()
    options = ["--smtp", str(smtp), "--web", str(web), "--ip", "127.0.0.1", "--web-ip", "127.0.0.1"]
    process = subprocess.Popen(["node", MAILDEV, *options], stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{web}/email"
    try:
        wait_for(lambda: _answers(url))
        yield Mail(host="127.0.0.1", port=smtp, sender="tenderwatch@bidder.example"), url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return bool(read(url) is not None)
    except OSError:
        return False


def read(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def test_what_it_stores(engine: Engine, tmp_path: Path, maildev: tuple[Mail, str]) -> None:
    mail, url = maildev
    tell(engine)
    happen(engine, a_notice(title={"en": TITLE}))
    route(engine, NOW)
    settings = an_installation(tmp_path, mail)
    assert send_due(engine, settings, lambda: NOW) == Sent(sent=1)
    moved = FieldChange("deadline_at", "2026-12-01T12:00:00+00:00", "2026-12-08T12:00:00+00:00")
    changes = [{"field": moved.field, "old": moved.old, "new": moved.new}]
    happen(engine, a_notice(title={"en": TITLE}), kind=EventKind.DEADLINE_MOVED, changes=changes)
    route(engine, NOW)
    assert send_due(engine, settings, lambda: NOW) == Sent(sent=1)
    wait_for(lambda: len(read(url)) == 2)
    first, later = sorted(read(url), key=lambda each: "in-reply-to" in each["headers"])
    assert TITLE.split("&lt;")[0] in first["subject"]
    assert "Насосы 水泵" in " ".join(first["text"].split())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in first["html"]
    assert "<script" not in first["html"]
    assert 'href="https://evil' not in first["html"]
    assert JOINER in first["html"]
    (attached,) = first["attachments"]
    assert (attached["fileName"], attached["contentType"]) == ("deadlines.ics", "text/calendar")
    assert later["headers"]["in-reply-to"] == first["headers"]["message-id"]
    assert later["headers"]["references"] == first["headers"]["message-id"]
    assert first["headers"]["idempotency-key"] == first["headers"]["message-id"].strip("<>")
