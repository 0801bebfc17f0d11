"""How much room the installation takes."""

from pathlib import Path

from sqlalchemy import Engine, func, select

from storage.engine import reading


def find_database_bytes(engine: Engine) -> int:
    """The database on its disk; SQLite's with what is written and not yet moved into the file (-wal)."""
    if engine.dialect.name == "sqlite":
        file = str(engine.url.database)
        parts = (Path(file + ending) for ending in ("", "-wal", "-shm"))
        return sum(part.stat().st_size for part in parts if part.exists())
    with reading(engine) as c:
        return int(c.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
