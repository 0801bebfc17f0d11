"""What `alerts send` and `alerts ledger --counts` say of the ledger: every state has its place."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.route import route
from app.cli import app
from app.console import state
from domain.alerts import DeliveryState
from domain.people_json import DAYS
from storage.engine import open_engine
from tests.alerts.cases import happen
from tests.factories import a_notice

BOOK = """
people:
  - {id: mira, email: mira@bidder.example, when: {digest: ["08:30"], digest_days: [DAY]}}
rules:
  - {id: all, min_score: 40, person: mira}
"""


def test_what_waits_for_a_digest_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "config", None)
    monkeypatch.chdir(tmp_path)
    now = datetime.now(UTC)
    day = DAYS[(now + timedelta(days=3)).weekday()]  # no digest is due while the test runs
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "data"\n')
    (tmp_path / "alerts.yml").write_text(BOOK.replace("DAY", day))
    run = CliRunner()

    def call(*arguments: str) -> str:
        result = run.invoke(app, ["alerts", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    call("import", "alerts.yml")
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'tenderwatch.db'}")
    closing = now + timedelta(days=30)
    happen(engine, a_notice(key="a", deadline_at=closing), a_notice(key="b", deadline_at=closing), now=now)
    route(engine, now)
    engine.dispose()
    assert "sent 0, failed 0, unknown 0, still queued 0, waiting for a digest 2" in call("send")
    (counted,) = json.loads(call("ledger", "--counts", "--json"))
    assert counted == {"destination": "mira", **dict.fromkeys(DeliveryState, 0), "acknowledged": 0} | {"waiting": 2}
    assert "2 waiting " in call("ledger", "--counts")
