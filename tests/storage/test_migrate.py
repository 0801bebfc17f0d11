"""Migrations give exactly the schema, from any folder, and an older database is backed up before them."""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage import ddl, engine, migrate
from storage.backup import restore
from storage.engine import HEAD, check_schema, find_revision, open_engine, reading, writing
from storage.migrate import upgrade
from storage.schema import metadata
from tests.factories import a_notice, stored

NEWER = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade():
    with op.batch_alter_table("profiles") as batch:
        batch.add_column(sa.Column("colour", sa.Text()))
    with op.batch_alter_table("notices") as batch:
        batch.alter_column("title", new_column_name="name", existing_type=sa.Text())
"""


def test_the_newest_revision_is_the_one_this_release_needs() -> None:
    config = Config()
    config.set_main_option("script_location", str(ddl.MIGRATIONS).replace("%", "%%"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_give_the_schema(
    bare_database: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("else where"))
    assert upgrade(bare_database, None) == HEAD
    opened = open_engine(bare_database)
    with reading(opened) as c:
        context = MigrationContext.configure(c, opts={"compare_type": True, "compare_server_default": False})
        assert compare_metadata(context, metadata) == []
    check_schema(opened)
    opened.dispose()


def test_upgrading_twice_is_harmless_and_makes_no_backup(database: str, tmp_path: Path) -> None:
    opened = open_engine(database)
    with writing(opened) as c:
        stored(c, a_notice())
    assert upgrade(database, tmp_path / "backups") == HEAD
    assert not (tmp_path / "backups").exists()
    opened.dispose()


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, _sqlite_template: Path, _postgresql: str) -> None:
    """A release with one migration more; the databases that other tests copy are made before, by this one."""
    folder = tmp_path / "of 100%" / "migrations"
    shutil.copytree(ddl.MIGRATIONS, folder)
    (folder / "versions" / "r0002_colour.py").write_text(NEWER, encoding="utf-8")
    monkeypatch.setattr(ddl, "MIGRATIONS", folder)
    monkeypatch.setattr(engine, "HEAD", "0002")
    monkeypatch.setattr(migrate, "HEAD", "0002")


@pytest.mark.usefixtures("newer")
def test_a_filled_older_database_is_backed_up_and_keeps_its_rows(database: str, tmp_path: Path) -> None:
    opened = open_engine(database)
    with writing(opened) as c:
        stored(c, a_notice())
    backups = tmp_path / "backups"
    assert upgrade(database, backups) == "0002"
    check_schema(opened)
    with reading(opened) as c:
        assert c.execute(text("SELECT name FROM notices")).scalars().all() == ["Supply of water pumps"]
        assert c.execute(text("SELECT count(*) FROM revisions")).scalar() == 1
    (saved,) = backups.iterdir()
    assert saved.stem == "before-0002-from-0001"
    restore(database, saved, force=True)
    with reading(opened) as c:
        assert find_revision(c) == "0001"
        assert c.execute(text("SELECT title FROM notices")).scalars().all() == ["Supply of water pumps"]
    upgrade(database, backups)
    assert len(list(backups.iterdir())) == 2
    opened.dispose()


def test_the_folder_of_an_sqlite_file_is_made(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path}/new folder/tenderwatch.db", None)
    assert (tmp_path / "new folder" / "tenderwatch.db").is_file()


@pytest.mark.usefixtures("newer")
def test_an_empty_older_database_needs_no_backup(database: str, tmp_path: Path) -> None:
    assert upgrade(database, tmp_path / "backups") == "0002"
    assert not (tmp_path / "backups").exists()
