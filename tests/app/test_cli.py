"""The command line as people type it: real processes, real files, and what is said when it is wrong."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"scrapy", "sqlalchemy", "twisted", "apprise", "lxml", "pydantic", "rich.progress", "alembic", "jinja2", "yaml"}


def environment(folder: Path) -> dict[str, str]:
    """This process's environment without any settings of Tenderwatch's; the code is this repository's.

    Nothing but loopback can be reached (tests/closed).
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TENDERWATCH_")}
    return kept | {
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "closed"))),
        "COLUMNS": "200",
        "XDG_CONFIG_HOME": str(folder / "none"),
    }


def tenderwatch(*words: str | Path, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder; the settings are those of that folder and no others."""
    command = [sys.executable, "-m", "app.cli", *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, env=environment(cwd), input=stdin, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("a company's folder")
    made = tenderwatch("init", ".", cwd=folder)
    assert made.returncode == 0, made.stderr
    return folder


def commands() -> list[tuple[str, ...]]:
    import typer

    from app.cli import app

    group: Any = typer.main.get_command(app)
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += [(name, sub) for sub in command.commands] if hasattr(command, "commands") else [(name,)]
    return found


def test_there_are_the_commands_of_the_plan() -> None:
    names = {" ".join(each) for each in commands()}
    assert names >= {
        "init", "crawl", "parse", "match", "score", "explain", "run", "work", "doctor", "demo",
        "sources list", "sources show", "sources check", "notices list", "notices show", "notices export",
        "profiles import", "profiles export", "profiles list", "profiles check",
        "alerts send", "alerts ledger", "alerts resend", "alerts test",
        "alerts acknowledge", "alerts secret", "alerts template",
        "alerts why", "alerts feed", "alerts take", "alerts decline", "alerts hand", "alerts remove",
        "db upgrade", "db backup", "db restore", "db prune",
    }  # fmt: skip


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_stands_in_the_docs(command: tuple[str, ...]) -> None:
    text = (ROOT / "docs" / "operations.md").read_text() + (ROOT / "README.md").read_text()
    assert " ".join(command) in text or f"make {command[0]}" in text


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, app.cli; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(loaded.split())
    assert "Usage" in tenderwatch("--help", cwd=tmp_path).stdout


def test_init_overwrites_nothing(installation: Path) -> None:
    file = installation / "alerts.yml"
    before = file.read_text()
    file.write_text(before + "# mine\n")
    again = tenderwatch("init", ".", cwd=installation)
    assert again.returncode == 0
    assert "alerts.yml exists, left as it is" in again.stderr
    assert file.read_text().endswith("# mine\n")
    file.write_text(before)


def test_the_starter_files_are_sound(installation: Path) -> None:
    assert tenderwatch("profiles", "check", "profiles/my-company.yml", cwd=installation).returncode == 0
    assert tenderwatch("profiles", "import", "profiles/my-company.yml", cwd=installation).returncode == 0
    assert "nothing to save" in tenderwatch("profiles", "import", "profiles/my-company.yml", cwd=installation).stderr
    assert tenderwatch("alerts", "import", "alerts.yml", cwd=installation).returncode == 0
    listed = json.loads(tenderwatch("profiles", "list", "--json", cwd=installation).stdout)
    assert [(row["profile"], row["version"]) for row in listed] == [("my-company", 1)]
    assert "tendermail" in tenderwatch("alerts", "export", cwd=installation).stdout


def test_doctor_names_what_is_not_well(installation: Path) -> None:
    rows = json.loads(tenderwatch("doctor", "--json", cwd=installation).stdout)
    by_name = {row["what"]: row for row in rows}
    assert by_name["database"]["state"] == "good"
    assert by_name["gb_find_a_tender"]["state"] == "warning"
    assert "tenderwatch crawl gb_find_a_tender" in by_name["gb_find_a_tender"]["what to do"]


def test_sources_list_shows_the_shipped_ones(installation: Path) -> None:
    rows = json.loads(tenderwatch("sources", "list", "--json", cwd=installation).stdout)
    on = {row["source"]: row["on"] for row in rows}
    assert {"gb_find_a_tender", "gb_contracts_finder", "gb_scotland", "ru_eis", "demo_ocds", "demo_html"} <= set(on)
    assert on["gb_find_a_tender"] == "yes"
    assert on["demo_ocds"] == on["demo_html"] == "no"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("crawl", "gb_find_a_tendre"), "did you mean gb_find_a_tender?"),
        (("crawl", "--endpoint", "gb_find_a_tender"), "write SOURCE=URL"),
        (("crawl", "--endpoint", "gb_find_a_tender=ftp://x"), "write SOURCE=URL"),
        (("crawl", "gb_scotland", "--since", "yesterday"), "is no date"),
        (("parse", "ocsd", "tenderwatch.toml"), "there are ocds"),
        (("explain", "gb_scotland:1"), "no stored notice"),
        (("notices", "list", "--kind", "tneder"), "write one of"),
        (("notices", "export", "--format", "pdf"), "write one of"),
        (("notices", "export", "--format", "xlsx"), "needs a file"),
        (("alerts", "ledger", "--state", "lost"), "write one of"),
        (("profiles", "export", "nobody"), "no profile"),
        (("--config", "nowhere.toml", "sources", "list"), "nowhere.toml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_wrong_use_is_told_without_a_traceback(installation: Path, words: tuple[str, ...], told: str) -> None:
    ended = tenderwatch(*words, cwd=installation)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_wrong_setting_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "tenderwatch.toml").write_text('zone = "UTC"\nzoen = 1\n')
    ended = tenderwatch("sources", "list", cwd=tmp_path)
    assert ended.returncode == 2
    assert "line 2" in ended.stderr


def a_release(**tender: Any) -> dict[str, Any]:
    return {
        "ocid": "ocds-tw0test-1",
        "id": "1",
        "date": "2026-01-02T09:00:00Z",
        "tag": ["tender"],
        "language": "en",
        "buyer": {"name": "=cmd|' /C calc'!A0 Council"},
        "tender": {
            "id": "1",
            "title": "Benchtop centrifuge",
            "status": "active",
            "value": {"amount": 12000.5, "currency": "GBP"},
            "tenderPeriod": {"endDate": "2030-02-01T12:00:00Z"},
            **tender,
        },
    }


def test_parse_and_score_need_no_database(installation: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"releases": [a_release()]}))
    bad.write_text("<html>gateway time-out</html>")
    ended = tenderwatch("parse", "ocds", good, bad, cwd=installation)
    assert ended.returncode == 3
    assert "bad.json" in ended.stderr
    notice = json.loads(ended.stdout)
    assert (notice["key"], notice["value"]) == ("ocds-tw0test-1", {"amount": "12000.5", "currency": "GBP"})
    profile = installation / "profiles" / "my-company.yml"
    lines = tenderwatch("score", "--profile", profile, "--notices", "-", cwd=tmp_path, stdin=ended.stdout)
    assert lines.returncode == 0, lines.stderr
    row = json.loads(lines.stdout)
    assert row["profile"] == "my-company"
    assert row["score"] == round(sum(reason["points"] for reason in row["reasons"]), 2) > 0


def test_export_makes_formulas_harmless(tmp_path: Path) -> None:
    from app.exports import WRITERS
    from domain.notices import Buyer
    from tests.factories import a_notice

    notice = a_notice(buyers=(Buyer("=HYPERLINK(1)"),), title={"en": "+1 pump"}, language="en")
    for form, write in WRITERS.items():
        assert write([notice], tmp_path / f"out.{form}") == 1
    row = next(csv.DictReader((tmp_path / "out.csv").open(encoding="utf-8")))
    assert (row["buyer"], row["title"]) == ("'=HYPERLINK(1)", "'+1 pump")
    from python_calamine import CalamineWorkbook

    cells = CalamineWorkbook.from_path(str(tmp_path / "out.xlsx")).get_sheet_by_index(0).to_python()
    assert "=HYPERLINK(1)" in cells[1]
    assert json.loads((tmp_path / "out.jsonl").read_text())["key"] == notice.key


def test_a_database_that_is_not_there_is_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tenderwatch.toml").write_text('database_url = "postgresql://127.0.0.1:1/none"\n')
    ended = tenderwatch("profiles", "list", cwd=tmp_path)
    assert ended.returncode == 1
    assert "cannot be reached" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "cannot be reached" in tenderwatch("doctor", "--json", cwd=tmp_path).stdout


def test_one_bad_source_file_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "xx_mine.yml").write_text("titel: x\n")
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "data"\nsources_dir = "mine"\n')
    listed = tenderwatch("sources", "list", "--json", cwd=tmp_path)
    assert "gb_scotland" in {row["source"] for row in json.loads(listed.stdout)}
    assert "left out" in listed.stderr
    assert "line 1: titel" in tenderwatch("crawl", "xx_mine", cwd=tmp_path).stderr
    checked = tenderwatch("sources", "check", cwd=tmp_path)
    assert checked.returncode == 1
    assert checked.stderr.count("title is missing") == 1


def test_retrying_what_is_not_there_is_wrong_use(installation: Path) -> None:
    assert tenderwatch("alerts", "retry", "999", cwd=installation).returncode == 2
