"""`tenderwatch procedures` as people type it: what is shown, what is said, and that it lasts."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from storage.engine import open_engine, writing
from tests.app.test_cli import tenderwatch as run
from tests.factories import a_notice, stored

TITLE = {"en": "Supply of water pumps for the waterworks"}


@pytest.fixture
def folder(tmp_path: Path, _sqlite_template: Path) -> Path:
    """An installation with one call on three portals, the third of which says too little."""
    (tmp_path / "data").mkdir()
    shutil.copyfile(_sqlite_template, tmp_path / "data" / "tenderwatch.db")
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "data"\nzone = "Europe/London"\n')
    here = a_notice(key="10001", title=TITLE)
    there = replace(here, source="eu_test", key="20002", title={"en": TITLE["en"].upper()}, url=None)
    thin = replace(here, source="xx_test", key="30003", url=None, value=None, description={}, deadline_at=None)
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'tenderwatch.db'}")
    with writing(engine) as c:
        stored(c, here, there, thin)
    engine.dispose()
    return tmp_path


def ask(folder: Path, *words: str) -> dict[str, object]:
    done = run(*words, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def names(shown: dict[str, object]) -> list[str]:
    return [f"{each['source']}:{each['key']}" for each in shown["notices"]]  # type: ignore[attr-defined]


def test_people_see_why_and_their_word_lasts(folder: Path) -> None:
    assert run("match", cwd=folder).returncode == 0
    shown = ask(folder, "procedures", "show", "eu_test:20002")
    assert names(shown) == ["gb_test:10001", "eu_test:20002"]
    (join,) = shown["joins"]  # type: ignore[misc]
    assert join["made_by"] == "comparison"
    assert any("TITLE" not in line and "pumps" in line and "PUMPS" in line for line in join["evidence"])
    (first, *_) = ask(folder, "procedures", "suggested")
    assert "xx_test:30003" in first["notices"]  # type: ignore[index]

    said = run("procedures", "separate", "eu_test:20002", "10001", "--why", "two sites", "--author", "Mira", cwd=folder)
    assert (said.returncode, "two procedures" in said.stderr) == (0, True)
    assert run("match", "--all", cwd=folder).returncode == 0
    parted = ask(folder, "procedures", "show", "gb_test:10001")
    assert names(parted) == ["gb_test:10001"]
    (word,) = parted["words"]  # type: ignore[misc]
    assert (word["same"], word["said_by"], word["why"]) == (False, "Mira", "two sites")

    assert run("procedures", "join", "xx_test:30003", "10001", "--why", "same file", cwd=folder).returncode == 0
    assert names(ask(folder, "procedures", "show", "30003")) == ["gb_test:10001", "xx_test:30003"]
    plain = run("procedures", "show", "10001", cwd=folder)
    assert plain.returncode == 0
    assert all(each in plain.stdout for each in ("same file", "two sites", "Mira"))


def test_what_is_suggested_is_suggested_no_more_once_a_person_said_no(folder: Path) -> None:
    run("match", cwd=folder)
    assert run("procedures", "separate", "30003", "10001", "--why", "no", cwd=folder).returncode == 0
    assert ask(folder, "procedures", "suggested") == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("join", "10001", "10001", "--why", "x"), "the same notice"),
        (("join", "10001", "30003", "--why", " "), "--why is empty"),
        (("join", "10001", "99999", "--why", "x"), "99999"),
        (("separate", "10001", "20002", "--why", "x", "--with", "20002"), "--with"),
    ],
)
def test_wrong_use_is_told_and_changes_nothing(folder: Path, words: tuple[str, ...], told: str) -> None:
    run("match", cwd=folder)
    done = run("procedures", *words, cwd=folder)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(names(ask(folder, "procedures", "show", "10001"))) == 2
