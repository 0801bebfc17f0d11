"""Opens the database and its transactions. On SQLite a writer takes the write lock when it begins, never later."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import ExceptionContext

from domain.errors import DatabaseBusy, DatabaseLost, SchemaTooOld

HEAD = "0001"  # the newest revision in storage/migrations/versions
READING = {"tenderwatch_reading": True, "postgresql_readonly": True}
_BUSY = ("40P01", "55P03")  # PostgreSQL: deadlock_detected, lock_not_available
PRAGMAS = (
    "busy_timeout = 30000",
    "foreign_keys = ON",
    "synchronous = NORMAL",
    "cache_size = -16000",
    "wal_autocheckpoint = 5000",  # pages, 20 MB: a crawl changes the same index pages again and again
)


def open_engine(url: str) -> Engine:
    """An engine that threads may share; a child process opens its own. The file of SQLite is made if missing."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith("sqlite"):
        # No limit on overflow: whoever waits, waits for the write lock, by busy_timeout.
        engine = create_engine(url, connect_args={"timeout": 30}, pool_size=5, max_overflow=-1)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _tell_lost)
        return engine
    # A server takes 100 clients, of all processes together.
    engine = create_engine(url, pool_pre_ping=True, pool_size=5, max_overflow=10, pool_timeout=60)
    event.listen(engine, "handle_error", _tell_lost)
    event.listen(engine, "handle_error", _tell_busy)
    return engine


def _tell_lost(context: ExceptionContext) -> None:
    """A database that cannot be reached is told in one sentence; every other error stays what it is."""
    if (context.connection is None or context.is_disconnect) and not context.is_pre_ping:
        where = context.engine.url.render_as_string(hide_password=True) if context.engine else "the database"
        raise DatabaseLost(
            f"{where} cannot be reached ({context.original_exception}); is the server running, and the address right?"
        ) from context.original_exception


def _tell_busy(context: ExceptionContext) -> None:
    """Two wait for one another, or one longer than it wants to: nothing is written, and it may try again."""
    if getattr(context.original_exception, "sqlstate", None) in _BUSY:
        reason = "another process is changing the same notices at this moment; try again"
        raise DatabaseBusy(reason) from context.original_exception


def _prepare_sqlite(connection: Any, record: Any) -> None:  # noqa: ARG001
    connection.isolation_level = None  # pysqlite begins nothing by itself; `_begin_sqlite` does
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("tenderwatch_reading", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reads)}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that cannot write and holds up no writer."""
    with engine.connect().execution_options(**READING) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A writing transaction: committed at the end, rolled back where an error leaves it. Keep it under 200 ms."""
    with engine.begin() as connection:
        yield connection


def find_revision(connection: Connection) -> str | None:
    """The schema's revision, None where there is no schema."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_empty(engine: Engine) -> bool:
    """Whether the database has no schema at all."""
    with reading(engine) as connection:
        return find_revision(connection) is None


def check_schema(engine: Engine) -> None:
    """Raises SchemaTooOld unless the database has exactly the schema of this release."""
    with reading(engine) as connection:
        revision = find_revision(connection)
    if revision != HEAD:
        found = f"has schema {revision}" if revision else "has no schema yet"
        raise SchemaTooOld(f"The database {found}; this release needs {HEAD}. Run: tenderwatch db upgrade")
