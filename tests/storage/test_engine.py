"""Opening the database: what a reader and a writer may do, and which schema is accepted."""

import threading
import time

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from domain.errors import SchemaTooOld
from storage.engine import check_schema, is_empty, open_engine, reading, writing
from tests.factories import a_version

INSERT = text("INSERT INTO destinations (id, name, url, operators) VALUES ('a', 'A', 'json://localhost', false)")


def test_what_is_written_is_read(engine: Engine) -> None:
    with writing(engine) as c:
        c.execute(INSERT)
    with reading(engine) as c:
        assert c.execute(text("SELECT id FROM destinations")).scalars().all() == ["a"]


def test_an_error_rolls_back(engine: Engine) -> None:
    def write_twice() -> None:
        with writing(engine) as c:
            c.execute(INSERT)
            c.execute(INSERT)

    with pytest.raises(DBAPIError):
        write_twice()
    with reading(engine) as c:
        assert c.execute(text("SELECT count(*) FROM destinations")).scalar() == 0


def test_a_reader_cannot_write(engine: Engine) -> None:
    with pytest.raises(DBAPIError), reading(engine) as c:
        c.execute(INSERT)
    with writing(engine) as c:  # the same pooled connection can, afterwards
        c.execute(INSERT)


def test_a_reader_holds_up_no_writer_and_sees_its_own_moment(engine: Engine) -> None:
    with reading(engine) as before:
        before.execute(text("SELECT count(*) FROM profiles")).scalar()
        started = time.monotonic()
        with writing(engine) as c:
            a_version(c)
        assert time.monotonic() - started < 5
    with reading(engine) as after:
        assert after.execute(text("SELECT count(*) FROM profiles")).scalar() == 1


def test_a_writer_waits_for_another(engine: Engine) -> None:
    """Both read and then write: with a lock taken late, SQLite would refuse the second at once."""
    order: list[str] = []
    first_has_read = threading.Event()

    def slow() -> None:
        with writing(engine) as c:
            c.execute(text("SELECT value FROM epoch FOR UPDATE" if engine.dialect.name != "sqlite" else "SELECT 1"))
            first_has_read.set()
            time.sleep(0.2)
            c.execute(text("UPDATE epoch SET value = value + 1"))
            order.append("slow")

    thread = threading.Thread(target=slow)
    thread.start()
    first_has_read.wait(10)
    with writing(engine) as c:
        c.execute(text("UPDATE epoch SET value = value + 1"))
        order.append("fast")
    thread.join(10)
    assert order == ["slow", "fast"]
    with reading(engine) as c:
        assert c.execute(text("SELECT value FROM epoch")).scalar() == 3


def test_foreign_keys_are_kept(engine: Engine) -> None:
    with pytest.raises(DBAPIError), writing(engine) as c:
        c.execute(text("INSERT INTO rules VALUES ('r', NULL, 0, 'nowhere')"))


def test_sqlite_is_set_up_for_many_writers(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    with reading(engine) as c:
        values = {
            name: c.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        }
    assert values == {"journal_mode": "wal", "busy_timeout": 30000, "synchronous": 1, "foreign_keys": 1}


def test_a_database_without_schema_names_the_command(bare_database: str) -> None:
    engine = open_engine(bare_database)
    assert is_empty(engine)
    with pytest.raises(SchemaTooOld, match=r"no schema yet.*tenderwatch db upgrade"):
        check_schema(engine)
    engine.dispose()


def test_a_schema_of_another_release_names_the_command(engine: Engine) -> None:
    check_schema(engine)
    assert not is_empty(engine)
    with writing(engine) as c:
        c.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(SchemaTooOld, match=r"schema 0000.*tenderwatch db upgrade"):
        check_schema(engine)


def test_a_plain_postgresql_address_takes_our_driver() -> None:
    engine = open_engine("postgresql://localhost/nothing")
    assert engine.driver == "psycopg"
