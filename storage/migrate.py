"""Brings a database to this release's schema, after a backup."""

from pathlib import Path

from sqlalchemy import Connection

from storage.backup import backup
from storage.ddl import is_filled, migrate
from storage.engine import HEAD, find_revision, open_engine, reading


def upgrade(url: str, backups: Path | None) -> str:
    """Migrates to the newest schema and returns its revision.

    SQLite's file is made with its folder. An older database that holds rows is first backed up into the folder
    `backups` (None: no backup).
    """
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        Path(engine.url.database or "").parent.mkdir(parents=True, exist_ok=True)
    try:
        with reading(engine) as connection:
            before = find_revision(connection)
            filled = before not in (None, HEAD) and is_filled(connection)
        if filled and backups is not None:
            backup(url, _free_name(backups, f"before-{HEAD}-from-{before}", engine.dialect.name))
        with engine.connect() as connection:
            _migrate(connection)
        return HEAD
    finally:
        engine.dispose()


def _migrate(connection: Connection) -> None:
    """Foreign keys rest meanwhile: on SQLite a table is changed by copying and dropping it."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    with connection.begin():
        migrate(connection)
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            assert broken is None, f"a migration broke a foreign key: {broken}"


def _free_name(folder: Path, stem: str, dialect: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    ending = ".db" if dialect == "sqlite" else ".zip"
    names = (folder / f"{stem}{f'-{number}' if number else ''}{ending}" for number in range(10_000))
    return next(name for name in names if not name.exists())
