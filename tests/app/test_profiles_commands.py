"""`profiles preview`, `history` and `revert` as people type them: real processes on a real installation."""

import json
import re
from pathlib import Path

import pytest

from storage.engine import open_engine, writing
from tests.app.test_cli import tenderwatch
from tests.factories import a_notice, stored

PROFILE = """id: pumps
name: Pumps
language: en
keywords:
  include: [pump, valve]
  exclude: [toy]
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    assert tenderwatch("init", ".", cwd=folder).returncode == 0
    (folder / "pumps.yml").write_text(PROFILE)
    made = tenderwatch("profiles", "import", "pumps.yml", "--by", "Mira", "--why", "a beginning", cwd=folder)
    assert made.returncode == 0, made.stderr
    engine = open_engine(f"sqlite:///{next(folder.rglob('tenderwatch.db'))}")
    titles = {"a": "Water pumps", "b": "A valve", "c": "Heat exchangers", "d": "[bold]Heat[/bold] and office"}
    with writing(engine) as c:
        stored(c, *(a_notice(key=key, title={"en": title}, description={}, codes=()) for key, title in titles.items()))
    engine.dispose()
    assert tenderwatch("match", cwd=folder).returncode == 0
    (folder / "new.yml").write_text(PROFILE.replace("valve", "heat, zebra").replace("toy", "office"))
    return folder


def test_preview_for_people(company: Path) -> None:
    told = tenderwatch("profiles", "preview", "new.yml", "--days", "3650", cwd=company)
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert lines[0] == "Compared with version 1 of pumps, saved by Mira; notices of the last 3650 days"
    changes = ["+ keyword heat", "+ keyword zebra", "- keyword valve", "+ minus-word office", "- minus-word toy"]
    assert [line.strip() for line in lines[1:6]] == changes
    assert any(re.fullmatch(r"\+ +[\d.]+ -> [\d.]+ +Heat exchangers", line) for line in lines)
    assert any(re.fullmatch(r"- +[\d.]+ -> [\d.]+ +A valve", line) for line in lines)
    assert "             +42 The title has one of your keywords. «Heat» (heat)" in lines
    assert any(line.startswith("Opportunities: 1 more, 1 fewer, ") for line in lines)
    assert "Words that were never found (1): zebra" in lines
    assert lines[-1].startswith("Nothing is saved.")


def test_preview_for_programs_says_the_same(company: Path) -> None:
    told = tenderwatch("profiles", "preview", "new.yml", "--days", "3650", "--json", cwd=company)
    first, *shifts, last = [json.loads(line) for line in told.stdout.splitlines()]
    assert (first["profile"], first["version"], len(first["changes"])) == ("pumps", 1, 5)
    assert {(each["effect"], each["notice"]) for each in shifts} == {("added", "gb_test:c"), ("removed", "gb_test:b")}
    assert all((each["before"] < 40 <= each["after"]) is (each["effect"] == "added") for each in shifts)
    assert (last["added"], last["removed"], last["stored"], last["waiting"]) == (1, 1, 4, 0)
    assert {word["line"]: word["verdict"] for word in last["words"]}["zebra"] == "never found"


def test_preview_of_a_new_profile_and_of_no_change(company: Path) -> None:
    (company / "other.yml").write_text(PROFILE.replace("id: pumps", "id: other"))
    told = tenderwatch("profiles", "preview", "other.yml", "--days", "3650", "--limit", "1", cwd=company)
    assert "Compared with nothing: other is new" in told.stdout
    assert "… and 1 more; `--limit 2` shows all" in told.stdout
    same = tenderwatch("profiles", "preview", "pumps.yml", cwd=company)
    assert "  nothing differs" in same.stdout.splitlines()
    assert "0 of 4 stored notices had to be read" in same.stdout


def test_history_and_the_way_back(company: Path) -> None:
    saved = tenderwatch("profiles", "import", "new.yml", "--by", "Olga", "--why", "heat pays", cwd=company)
    assert "pumps: saved as version 2 (3 words): + keyword heat; + keyword zebra" in saved.stderr
    back = tenderwatch("profiles", "revert", "pumps", "1", "--by", "Mira", "--why", "it does not", cwd=company)
    assert "pumps: saved as version 3 (2 words)" in back.stderr
    told = tenderwatch("profiles", "history", "pumps", cwd=company).stdout
    assert [line.split(",")[0] for line in told.splitlines() if line.startswith("version")] == [
        "version 3", "version 2", "version 1",
    ]  # fmt: skip
    assert "  why: back to version 1: it does not" in told
    assert "  - keyword valve" in told
    rows = json.loads(tenderwatch("profiles", "history", "pumps", "--json", cwd=company).stdout)
    assert [(row["version"], row["by"], row["file"] is None) for row in rows] == [
        (3, "Mira", True), (2, "Olga", False), (1, "Mira", False),
    ]  # fmt: skip
    assert {change["new"] for change in rows[1]["changes"]} == {"heat", "zebra", "office", None}


def test_what_is_not_there_is_told(company: Path) -> None:
    for words, wanted in {
        ("history", "nobody"): "no profile 'nobody'; `tenderwatch profiles list` shows them",
        ("revert", "nobody", "1"): "no profile 'nobody'",
        ("revert", "pumps", "99"): "pumps has no version 99; `tenderwatch profiles history pumps` shows them",
    }.items():
        told = tenderwatch("profiles", *words, cwd=company)
        assert told.returncode == 2
        assert wanted in told.stderr.replace("\n", " ")
