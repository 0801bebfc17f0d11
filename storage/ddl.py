"""Runs the migrations in `storage/migrations`, from any working folder and without an alembic.ini."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, inspect, select

from storage.schema import metadata

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: Connection, revision: str = "head") -> None:
    """Migrates up to `revision` in the connection's transaction."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, revision)


def is_filled(connection: Connection) -> bool:
    """Whether any table holds rows that somebody would miss."""
    there = set(inspect(connection).get_table_names())
    tables = [table for table in metadata.sorted_tables if table.name in there and table.name != "epoch"]
    return any(connection.execute(select(1).select_from(table).limit(1)).first() for table in tables)
