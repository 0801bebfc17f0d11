"""Secrets at rest: encrypted, readable with the key file alone, shown nowhere."""

import os
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from alerts.route import route
from alerts.send import send_due
from alerts.vault import FILE, keep, list_kept, reader
from domain.config import Mail
from domain.errors import BadRule, BadSettings
from storage.engine import reading
from tests.alerts.cases import happen, ledger, tell
from tests.alerts.post import an_installation
from tests.alerts.test_send_http import a_receiver
from tests.factories import NOW

NAME = "TENDERWATCH_SECRET_HOOK"


def test_a_secret_is_kept_encrypted(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(engine, tmp_path, NAME, " T0KEN0123456789abcdef\n", NOW)
    assert oct((tmp_path / FILE).stat().st_mode)[-3:] == "600"
    assert list_kept(engine) == {NAME: NOW}
    with reading(engine) as c:
        assert "T0KEN" not in str(c.execute(text("SELECT * FROM secrets")).all())
    assert reader(engine, tmp_path)(NAME) == "T0KEN0123456789abcdef"
    monkeypatch.setenv(NAME, "of the environment")
    assert reader(engine, tmp_path)(NAME) == "of the environment"


def test_what_is_wrong_with_the_key_is_told(engine: Engine, tmp_path: Path) -> None:
    keep(engine, tmp_path, NAME, "secret", NOW)
    os.chmod(tmp_path / FILE, 0o644)
    with pytest.raises(BadSettings, match=r"others can read .*chmod 600"):
        reader(engine, tmp_path)(NAME)
    (tmp_path / FILE).unlink()
    with pytest.raises(BadSettings, match="is missing"):
        reader(engine, tmp_path)(NAME)
    keep(engine, tmp_path, "TENDERWATCH_SECRET_OTHER", "secret", NOW)
    with pytest.raises(BadSettings, match="it is not the key that it was made with"):
        reader(engine, tmp_path)(NAME)
    with pytest.raises(BadSettings, match="tenderwatch alerts secret set TENDERWATCH_SECRET_NONE"):
        reader(engine, tmp_path)("TENDERWATCH_SECRET_NONE")
    for name, value in (("PATH", "x"), (NAME, "  ")):
        with pytest.raises(BadRule):
            keep(engine, tmp_path, name, value, NOW)


def test_it_is_used_and_never_shown(engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with a_receiver((500, {})) as receiver:
        keep(engine, tmp_path, NAME, f"{receiver.url}/T0KEN0123456789abcdef?bearer=BEARER-0123456789", NOW)
        tell(engine, url=f"${{{NAME}}}")
        happen(engine)
        route(engine, NOW)
        send_due(engine, an_installation(tmp_path, Mail(), allowed_addresses=("127.0.0.1",)), lambda: NOW)
    assert receiver.got[0][0] == "/hook/T0KEN0123456789abcdef"
    out, err = capsys.readouterr()
    for shown in (out, err, str(ledger(engine))):
        assert "T0KEN" not in shown
        assert "BEARER" not in shown


def test_an_error_of_our_own_shows_no_secret(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("it broke at json://127.0.0.1:1/T0KEN0123456789abcdef")

    monkeypatch.setattr("alerts.attempt.hand_over", fail)
    keep(engine, tmp_path, NAME, "json://127.0.0.1:1/T0KEN0123456789abcdef", NOW)
    tell(engine, url=f"${{{NAME}}}")
    happen(engine)
    route(engine, NOW)
    send_due(engine, an_installation(tmp_path, Mail()), lambda: NOW)
    out, err = capsys.readouterr()
    assert "it broke at ***" in out + err
    assert "T0KEN" not in out + err + str(ledger(engine))
