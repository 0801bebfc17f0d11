"""Backup and restore: SQLite by its online backup, PostgreSQL as a zip of JSON lines (`storage.archive`)."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, make_url

from domain.errors import WrongUse
from storage.archive import drop_tables, read_archive, write_archive
from storage.ddl import is_filled
from storage.engine import find_revision, open_engine, reading, writing

# All tables as they were at one moment; SQLite's transactions are so by themselves.
_ISOLATION = {"postgresql": "REPEATABLE READ", "sqlite": "SERIALIZABLE"}

SQLITE_MAGIC, ZIP_MAGIC = b"SQLite format 3\x00", b"PK\x03\x04"


def backup(url: str, target: Path) -> None:
    """Writes a consistent copy of the database into the file `target`, while others go on writing.

    WrongUse where the file exists or the database is empty. Saved pages are files of their own and not part of it.
    """
    if target.exists():
        raise WrongUse(f"{target} exists already; name a new file")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    engine = open_engine(url)
    try:
        with reading(engine.execution_options(isolation_level=_ISOLATION[engine.dialect.name])) as connection:
            if find_revision(connection) is None:
                raise WrongUse("The database has no schema yet; there is nothing to back up")
            if engine.dialect.name == "postgresql":
                write_archive(connection, part)
        if engine.dialect.name == "sqlite":
            _copy_sqlite(_file_of(url), part, "PRAGMA journal_mode = DELETE")  # one file, without a -wal beside it
        part.replace(target)
    finally:
        engine.dispose()
        part.unlink(missing_ok=True)


def restore(url: str, archive: Path, force: bool = False) -> None:
    """Fills the database from a backup of the same engine, with its schema: run `tenderwatch db upgrade` afterwards.

    WrongUse where the archive is none of ours or damaged, or the database holds rows and `force` is not set (with
    `force` they are replaced). Where it fails, the database is as it was.
    """
    if not archive.is_file():
        raise WrongUse(f"{archive} is no file")
    with archive.open("rb") as file:
        head = file.read(16)
    engine = open_engine(url)
    try:
        wanted = SQLITE_MAGIC if engine.dialect.name == "sqlite" else ZIP_MAGIC
        if not head.startswith(wanted):
            raise WrongUse(f"{archive} is not a Tenderwatch backup of a {engine.dialect.name} database")
        _refuse_filled(engine, force)
        if engine.dialect.name == "postgresql":
            with writing(engine) as connection:
                drop_tables(connection)
                read_archive(connection, archive)
    finally:
        engine.dispose()
    if wanted == SQLITE_MAGIC:
        _check_sqlite(archive)
        _copy_sqlite(archive, _file_of(url))


def _refuse_filled(engine: Engine, force: bool) -> None:
    with reading(engine) as connection:
        if not force and is_filled(connection):
            raise WrongUse("The database holds data already; use --force to replace it")


def _copy_sqlite(source: Path, target: Path, *then: str) -> None:
    """By SQLite's backup, which waits for writers and keeps readers of `target` whole."""
    with closing(_open_sqlite(source)) as old, closing(sqlite3.connect(target, timeout=30)) as new:
        old.backup(new)
        for statement in then:
            new.execute(statement)


def _check_sqlite(archive: Path) -> None:
    with closing(_open_sqlite(archive)) as connection:
        try:
            sound = connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise WrongUse(f"{archive} is damaged or not Tenderwatch's: {error}") from error
    if not sound or revision is None:
        raise WrongUse(f"{archive} is damaged; take an older backup")


def _open_sqlite(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30)


def _file_of(url: str) -> Path:
    name = make_url(url).database
    assert name, "an SQLite database in memory cannot be backed up"
    return Path(name)
