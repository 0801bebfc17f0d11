"""No secret of any destination stands in any log, whoever writes it: ours, Apprise's, urllib3's, or a traceback."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine

from alerts.route import route
from alerts.send import send_due
from app import console, work
from benchmarks.receiver import Receiver
from benchmarks.services import SECRET, SIGNATURE, TOKEN
from domain import masking
from tests.alerts.cases import happen, ledger, tell
from tests.alerts.test_channels import URLS, WORKFLOW, the_settings
from tests.factories import NOW

SECRETS = {
    "telegram": (URLS["telegram"], [TOKEN, TOKEN.partition(":")[2]]),
    "slack": (URLS["slack"], ["TIiajkdnlazkcOXrIdevi7FQ"]),
    "slack bot": ("slack://xoxb-1234-1234-secretsecretsecre/#tenders", ["secretsecretsecre"]),
    "teams": (URLS["teams"], [SIGNATURE, WORKFLOW]),
    "discord": (URLS["discord"], ["token-of-the-webhook-0123456789"]),
    "matrix": ("matrix://syt_a_token_of_matrix@127.0.0.1:{port}/!room:example.org", ["syt_a_token_of_matrix"]),
    "webhook": ("json://robot:Pass word+1@127.0.0.1:{port}/hook/one?hmac=" + SECRET, [SECRET, "Pass word+1"]),
    "mattermost": ("mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", ["3ccdd113474722377935511fc85d3dd4"]),
    "gotify": ("gotify://127.0.0.1:{port}/AbcDef0123456789", ["AbcDef0123456789"]),
}


class Kept(logging.Handler):
    """All that any logger of the standard library writes, as text."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    """Everything is logged, by everybody."""
    handler, factory = Kept(), logging.getLogRecordFactory()
    names = ("", "apprise", "urllib3", "requests")
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    monkeypatch.setattr(console.state, "verbose", True)
    yield handler
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.setLogRecordFactory(factory)


@pytest.mark.parametrize("fault", [None, 404, "a bug"])
@pytest.mark.parametrize("service", SECRETS)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_destination_whose_secret_is_read(
    engine: Engine, tmp_path: Path, monkeypatch: Any, capfd: Any, kept: Kept, service: str, fault: Any
) -> None:
    url, secrets = SECRETS[service]
    with Receiver() as receiver:
        whole = url.format(port=receiver.port)
        monkeypatch.setenv("TENDERWATCH_SECRET_CHAT", whole)
        tell(engine, url="${TENDERWATCH_SECRET_CHAT}")
        happen(engine)
        route(engine, NOW)
        console.start_logging()
        if fault == 404:
            receiver.fault = lambda: 404
        if fault == "a bug":
            monkeypatch.setattr("alerts.attempt.hand_over", _break)
        send_due(engine, the_settings(tmp_path, receiver), lambda: NOW)
    written = capfd.readouterr().err + "\n".join(kept.lines) + str(ledger(engine))
    assert not [each for each in (*secrets, whole) if each in written]
    if fault == "a bug":
        assert "a message could not be sent" in written
        assert masking.SHOWN in written


def _break(service: Any, *_: Any) -> None:
    logging.getLogger("some.library").error("called %s", service.url)
    structlog.get_logger().error("broken", url=service.url, parts=[service.url, {"of": (service.url,)}], it=service)
    try:
        raise RuntimeError(service.url)
    except RuntimeError:
        logging.getLogger("some.library").exception("it broke")
        structlog.get_logger().exception("it broke")
    raise ValueError(f"a bug with {service.url}")


def test_the_logs_of_a_crawl_are_masked_too(capfd: Any, kept: Kept) -> None:
    work._start_logging()
    masking.keep_secret('kéy"of-a-portal')
    try:
        raise RuntimeError('https://api.example.org/?key=kéy"of-a-portal')
    except RuntimeError:
        structlog.get_logger().exception("broken", address="https://robot:hidden-word@api.example.org/")
        logging.getLogger("scrapy.core.engine").exception("Crawled <GET https://x/?k=%s>", 'kéy"of-a-portal')
    written = capfd.readouterr().err
    line = json.loads(written.strip())
    assert line["address"] == "https://***@api.example.org/"
    for text in (written, *kept.lines):
        assert "of-a-portal" not in text
        assert "hidden-word" not in text


def test_what_is_no_secret_stays() -> None:
    masking.keep_secret("short", "")
    assert masking.mask("short words at http://127.0.0.1:80/a@b") == "short words at http://127.0.0.1:80/a@b"
    event = {"count": 3, "on": True, "none": None, "names": ("a", "b")}
    assert masking.mask_event(None, "info", dict(event)) == {**event, "names": ["a", "b"]}
