"""A notice's history as a person reads it, on a narrow and a wide terminal."""

import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.history import compare_words
from domain.notices import Code, Correction, Kind, Money, Move, Precision, ZoneFrom
from storage.engine import open_engine, writing
from tests.app.test_cli import environment
from tests.factories import NOW, a_lot, a_notice, stored


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Twelve pumps", "Fifteen pumps", "[-Twelve-] {+Fifteen+} pumps"),
        (None, "Pumps", "{+Pumps+}"),
        ("a b c d e f g h i j k l m", "a b c d e f g h i j k X m", "… f g h i j k [-l-] {+X+} m"),
        ("x " * 30 + "old", "x " * 30 + "new", "… x x x x x x [-old-] {+new+}"),
    ],
)
def test_words_are_compared_around_what_changed(old: str | None, new: str, told: str) -> None:
    assert compare_words(old, new) == told


def show(folder: Path, columns: int, *words: str) -> str:
    command = [sys.executable, "-m", "app.cli", "notices", "show", "gb_test:10", "--history", *words]
    place = environment(folder) | {"COLUMNS": str(columns)}
    done = subprocess.run(command, cwd=folder, env=place, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, _sqlite_template: Path) -> Path:
    (tmp_path / "data").mkdir()
    shutil.copyfile(_sqlite_template, tmp_path / "data" / "tenderwatch.db")
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "data"\nzone = "Europe/London"\n')
    engine = open_engine(f"sqlite:///{tmp_path / 'data' / 'tenderwatch.db'}")
    first = a_notice(key="10", lots=(a_lot("1"), a_lot("2")))
    limit = first.deadline_at + timedelta(days=3)
    moves = (Move("deadline_at", limit.isoformat(), None, (), Precision.MINUTE, ZoneFrom.PRINTED),)
    corrigendum = a_notice(
        key="11", kind=Kind.CHANGE, changes="10", correction=Correction("10", moves=moves), deadline_at=limit
    )
    second = a_notice(
        key="10",
        lots=(a_lot("1", title={"en": "Small pumps"}), a_lot("3", title={"en": "Valves"})),
        codes=(Code("CPV", "42122130"),),
        value=Money(Decimal("150000.00"), "GBP"),
        description={"en": "Fifteen centrifugal pumps for the waterworks of Norbridge."},
    )
    with writing(engine) as c:
        for number, notice in enumerate((first, corrigendum, second)):
            stored(c, notice, now=NOW + timedelta(days=number), page=str(number) * 64)
    engine.dispose()
    return tmp_path


def test_history_as_a_person_reads_it(folder: Path) -> None:
    for columns in (80, 120):
        text = show(folder, columns)
        assert max(map(len, text.splitlines())) <= columns
        plain = re.sub(r"\s+", " ", text.partition("History")[2])
        assert "deadline: Tue 01 Dec 2026 12:00 +00:00 → Fri 04 Dec 2026 12:00 +00:00, 3 days later" in plain
        assert (
            "Revision 2 · 2026-11-03 09:00 Europe/London · run 2 · page 111111111111… · brought by gb_test:11" in plain
        )
        assert "value: 120,000.00 GBP → 150,000.00 GBP (+25.0%)" in plain
        assert "codes: added CPV 42122130; removed CPV 42122000" in plain
        assert "description (en): [-Twelve-] {+Fifteen+} centrifugal" in plain or "[-Twelve-] {+Fifteen+} …" in plain
        assert "lot 1, title (en): {+Small pumps+}" in plain
        assert "lot 2 went" in plain
        assert "lot 3 came: Valves" in plain
    history = json.loads(show(folder, 80, "--json"))["history"]
    assert [each["brought_by"] for each in history] == [None, "11", None]
    assert {change["field"] for change in history[2]["changes"]} >= {"value", "codes", "description", "lots[3]"}
