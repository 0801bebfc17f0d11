"""A backup is restored as it was; what is no backup, or would overwrite, is refused."""

import json
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from domain.alerts import EventKind
from domain.errors import WrongUse
from domain.sources import StepState
from storage.backup import backup, restore
from storage.engine import check_schema, open_engine, reading, writing
from storage.issues import save_issues
from storage.matches import Assessed, Match, NewEvent, save_assessments
from storage.notices import count_notices
from storage.pages import save_page
from storage.profiles import find_epoch
from storage.releases import save_releases
from storage.schema import metadata
from storage.steps import add_steps, save_step
from tests.factories import (
    NOW,
    a_lot,
    a_notice,
    a_page,
    a_release,
    a_run,
    a_score,
    a_step,
    a_version,
    an_issue,
    stored,
)


def fill(engine: Engine) -> None:
    with writing(engine) as c:
        run_id = a_run(c)
        save_page(c, a_page(), run_id)
        add_steps(c, "gb_test", run_id, [a_step("1"), a_step("2", body="a\n\\n\t\"'")])
        save_step(c, "gb_test", "1", StepState.DONE)
        save_issues(c, run_id, [an_issue(reason="line\nbreak \u2028 \\ 😀")], NOW)
        save_releases(c, "gb_test", [a_release(title="a\x00b \ud800")], NOW)
        version = a_version(c)
        (other,) = stored(c, a_notice(source="xx_other", procedure_id="p", title={"ru": "Насосы"}))
        (notice,) = stored(c, a_notice(lots=(a_lot("1"),)))
        event = NewEvent(EventKind.NEW, {"changes": [{"field": "a", "old": None, "new": 1.5}]})
        matches = [Match(each, (Assessed(version, a_score(), (event,)),)) for each in (other, notice)]
        save_assessments(c, find_epoch(c), matches, model_version="1", now=NOW)
        stored(c, a_notice(procedure_id="p"))  # merges procedures and opportunities


def read_all(engine: Engine) -> dict[str, list[Any]]:
    with reading(engine) as c:
        return {
            table.name: sorted(map(repr, c.execute(select(table)).all()), key=str) for table in metadata.sorted_tables
        }


@pytest.fixture
def archive(engine: Engine, database: str, tmp_path: Path) -> Path:
    fill(engine)
    target = tmp_path / "backups" / "one.backup"
    backup(database, target)
    return target


@pytest.fixture
def fresh(bare_database: str) -> Iterator[Engine]:
    engine = open_engine(bare_database)
    yield engine
    engine.dispose()


def test_a_filled_database_comes_back(engine: Engine, database: str, archive: Path) -> None:
    before = read_all(engine)
    assert sum(bool(rows) for rows in before.values()) >= 17
    with writing(engine) as c:
        stored(c, a_notice(key="later"))
    restore(database, archive, force=True)
    assert read_all(engine) == before
    check_schema(engine)
    with writing(engine) as c:  # new rows find free ids
        stored(c, a_notice(key="after"))
        a_version(c, threshold=1)
        assert count_notices(c) == 3


@pytest.mark.parametrize(
    ("database", "bare_database"), [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=True
)
def test_an_empty_place_is_filled(engine: Engine, archive: Path, fresh: Engine, bare_database: str) -> None:
    restore(bare_database, archive)
    assert read_all(fresh) == read_all(engine)


def test_what_is_there_is_not_overwritten(engine: Engine, database: str, archive: Path) -> None:
    with pytest.raises(WrongUse, match="--force"):
        restore(database, archive)
    with pytest.raises(WrongUse, match="exists already"):
        backup(database, archive)
    assert count_in(engine) == 2


def count_in(engine: Engine) -> int:
    with reading(engine) as c:
        return count_notices(c)


def test_a_database_without_schema_has_nothing_to_back_up(bare_database: str, tmp_path: Path) -> None:
    with pytest.raises(WrongUse, match="no schema yet"):
        backup(bare_database, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_what_is_no_backup_is_refused_and_nothing_is_lost(engine: Engine, database: str, tmp_path: Path) -> None:
    fill(engine)
    wrong = tmp_path / "wrong"
    with pytest.raises(WrongUse, match="no file"):
        restore(database, wrong, force=True)
    for content in (b"", b"hello", b"SQLite format 3\x00" + b"x" * 4096, b"PK\x03\x04" + b"x" * 100):
        wrong.write_bytes(content)
        with pytest.raises(WrongUse, match="wrong"):
            restore(database, wrong, force=True)
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE foreign_thing (a)")
    other.close()
    with pytest.raises(WrongUse):
        restore(database, tmp_path / "other.db", force=True)
    assert count_in(engine) == 2


def test_a_truncated_backup_is_refused_and_nothing_is_lost(engine: Engine, database: str, archive: Path) -> None:
    short = archive.with_name("short")
    data = archive.read_bytes()
    short.write_bytes(data[: len(data) // 2])
    with pytest.raises(WrongUse, match="short"):
        restore(database, short, force=True)
    assert count_in(engine) == 2


MANIFESTS: dict[str, dict[str, Any]] = {
    "foreign table": {"tables": ["pg_authid"]},
    "path": {"tables": ["../../etc/passwd"]},
    "sql": {"tables": ["runs; DROP TABLE notices"]},
    "revision": {"revision": "9999"},
    "format": {"format": "another 1"},
}
ENTRIES: dict[str, dict[str, bytes]] = {
    "row": {"notices.jsonl": b'{"id": "not a number"}\n'},
    "orphan": {"revisions.jsonl": b'{"notice_id": 999}\n'},
    "path": {"../../etc/passwd.jsonl": b"{}"},
    "bomb": {"bomb.jsonl": b"0" * 60_000_000},
    "many": {str(number): b"" for number in range(200)},
    "missing": {"notices.jsonl": b""},
}


def spoil(name: str, archive: Path) -> Path:
    """A zip like ours, spoilt in one way."""
    with zipfile.ZipFile(archive) as old:
        entries = {entry: old.read(entry) for entry in old.namelist()}
    manifest = {**json.loads(entries["manifest.json"]), **MANIFESTS.get(name, {})}
    entries |= {"manifest.json": json.dumps(manifest).encode(), **ENTRIES.get(name, {})}
    if name == "missing":
        del entries["notices.jsonl"]
    target = archive.with_name("hostile.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry, data in entries.items():
            new.writestr(entry, data)
    return target


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("name", sorted({*MANIFESTS, *ENTRIES}))
def test_a_hostile_archive_is_refused_and_nothing_is_lost(
    engine: Engine, database: str, archive: Path, name: str
) -> None:
    with pytest.raises(WrongUse):
        restore(database, spoil(name, archive), force=True)
    assert count_in(engine) == 2


def test_a_backup_is_of_one_moment(engine: Engine, database: str, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with writing(engine) as c:
                stored(c, a_notice(key=f"n{number}"))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        backup(database, tmp_path / "busy.backup")
    finally:
        stop.set()
        thread.join(30)
    restore(database, tmp_path / "busy.backup", force=True)
    found = read_all(engine)
    assert len(found["notices"]) == len(found["revisions"]) == len(found["procedures"])


def test_restore_keeps_a_reader_whole(engine: Engine, database: str, archive: Path, tmp_path: Path) -> None:
    shutil.copy(archive, tmp_path / "copy.backup")
    restore(database, tmp_path / "copy.backup", force=True)
    assert count_in(engine) == 2  # the same engine, opened before, sees what is there now
