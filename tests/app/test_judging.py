"""Judging, measuring and accepting at the command line, and what becomes of the profile's file."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.accepting import accept_suggestion
from app.commands.profiles import save
from app.console import Installation
from app.jobs.profiles import import_profiles
from domain.config import Settings
from matching.profiles import read_profile
from matching.run import match_stored
from storage.engine import open_engine, reading, writing
from storage.migrate import upgrade
from storage.profiles import find_profile
from tests.factories import NOW, a_notice, stored

ROOT = Path(__file__).parent.parent.parent
PROFILE = """
id: pumps
name: Pumps
language: en
keywords: {include: [pump, valve]}
"""
TITLES = ("Toy pump", "Toy pump for schools", "Water pump", "Sewage pump", "Chairs")


def tenderwatch(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app.cli", *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation with five notices, matched with a profile that a file in profiles/ says."""
    (tmp_path / "profiles").mkdir()
    file = tmp_path / "profiles" / "pumps.yml"
    file.write_text(PROFILE)
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "data"\nprofiles_dir = "profiles"\n')
    (tmp_path / "data").mkdir()
    url = Settings(data_dir=tmp_path / "data").database
    upgrade(url, None)
    engine = open_engine(url)
    save(engine, file, read_profile(file), "Mira", "first")
    given = [a_notice(key=str(n), title={"en": t}, description={}, codes=()) for n, t in enumerate(TITLES, 1)]
    with writing(engine) as c:
        stored(c, *given, now=NOW)
    match_stored(engine, NOW)
    engine.dispose()
    return tmp_path


def test_from_a_verdict_to_a_version(folder: Path) -> None:
    rows = ["notice,profile,verdict,why", "gb_test:1,pumps,wrong word,a toy", "gb_test:2,pumps,wrong-word,"]
    (folder / "v.csv").write_text("\n".join([*rows, "gb_test:3,pumps,relevant,", "gb_test:5,pumps,relevant,missed"]))
    assert "4 judgements saved" in tenderwatch(folder, "judge", "import", "v.csv", "--by", "Ann").stderr
    assert "pumps: relevant (it scored" in tenderwatch(folder, "judge", "gb_test:4", "relevant", "--by", "Ann").stderr

    listed = json.loads(tenderwatch(folder, "judge", "list", "--json").stdout)
    assert [(each["verdict"], each["by"], each["score"] > 40) for each in listed][:2] == [
        ("relevant", "Ann", True),
        ("relevant", "Ann", False),
    ]
    found = json.loads(tenderwatch(folder, "profiles", "quality", "pumps", "--json").stdout)
    assert (found["all"]["precision"]["count"], found["all"]["precision"]["of"]) == (2, 4)
    assert (found["all"]["recall"]["count"], found["all"]["recall"]["of"]) == (2, 3)
    assert "2 of 4 = 50% (15% to 85%)" in tenderwatch(folder, "profiles", "quality", "pumps").stdout

    suggested = json.loads(tenderwatch(folder, "profiles", "suggest", "pumps", "--days", "3650", "--json").stdout)
    (minus,) = [each for each in suggested["suggestions"] if each["kind"] == "minus"]
    assert minus["lost"] == {"relevant": 0, "rejected": 2, "unjudged": 0}
    assert {each["notice"] for each in minus["notices"]} == {"gb_test:1", "gb_test:2"}

    accepted = tenderwatch(folder, "profiles", "accept", minus["suggestion"], "--by", "Ann", "--why", "no toys")
    assert f"add this line to keywords.exclude:  - {minus['line']}" in accepted.stderr
    engine = open_engine(Settings(data_dir=folder / "data").database)
    with reading(engine) as c:
        head = find_profile(c, "pumps")
    assert head
    assert (head.version, head.author, head.profile.keywords.exclude) == (2, "Ann", (minus["line"],))
    assert "keeps away 2 judged not relevant. no toys" in head.reason

    again = tenderwatch(folder, "profiles", "accept", minus["suggestion"])
    assert again.returncode == 2
    assert "is a minus-word of pumps already" in again.stderr


def test_the_file_counts_again_once_it_says_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(data_dir=folder / "data", profiles_dir=folder / "profiles")
    place = Installation(settings, open_engine(settings.database))

    def import_again() -> str:
        import_profiles(place)  # what `run` and `work` do with the files, without a crawl
        return capsys.readouterr().err

    assert list(accept_suggestion(place.engine, "pumps:minus:toy", "Ann", "", 90, NOW))
    file = folder / "profiles" / "pumps.yml"
    assert "left alone, because version 2" in import_again().replace("\n", " ")
    file.write_text(PROFILE.replace("valve]", "valve], exclude: [toy]"))
    assert "left alone" not in import_again()
    file.write_text(PROFILE.replace("valve]", "valve, tap], exclude: [toy]"))
    assert "left alone" not in import_again()
    with reading(place.engine) as c:
        head = find_profile(c, "pumps")
    place.engine.dispose()
    assert head
    assert (head.version, head.origin, head.profile.keywords.include) == (3, str(file), ("pump", "valve", "tap"))


def test_faults_of_a_file_are_told_by_row_and_nothing_is_saved(folder: Path) -> None:
    (folder / "v.json").write_text(
        '[{"opportunity": 1, "verdict": "relevant"}, {"opportunity": 99, "verdict": "relevant"}]'
    )
    told = tenderwatch(folder, "judge", "import", "v.json")
    assert told.returncode == 2
    assert "row 2: no opportunity 99" in told.stderr
    (folder / "w.jsonl").write_text('{"notice": "gb_test:1", "profile": "pumps", "verdict": "grand"}\n')
    assert "row 1: 'grand' is no verdict" in tenderwatch(folder, "judge", "import", "w.jsonl").stderr
    assert json.loads(tenderwatch(folder, "judge", "list", "--json").stdout) == []
    assert "say for which profile" in tenderwatch(folder, "judge", "gb_test:5", "relevant").stderr


def test_what_is_exported_can_be_imported(folder: Path) -> None:
    tenderwatch(folder, "judge", "gb_test:1", "wrong-word", "--by", "Ann", "--why", "=toy")
    for form in ("csv", "json"):
        tenderwatch(folder, "judge", "export", f"out.{form}", "--format", form)
        assert "judgements saved" in tenderwatch(folder, "judge", "import", f"out.{form}").stderr
    listed = json.loads(tenderwatch(folder, "judge", "list", "--json").stdout)
    assert {(each["verdict"], each["by"], each["why"]) for each in listed} == {("wrong word", "Ann", "=toy")}


def test_a_threshold_for_so_many_alerts(folder: Path) -> None:
    told = tenderwatch(folder, "profiles", "suggest", "pumps", "--alerts-a-day", "0", "--days", "3650")
    assert re.search(r"profiles accept 'pumps:threshold:\d+'", told.stderr)
    assert "(now)" in told.stdout
