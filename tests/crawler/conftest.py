"""An installation of the test's own: SQLite where Scrapy runs in a child, both engines where only we run."""

import shutil
from pathlib import Path

import pytest

from domain.config import Settings
from tests.crawler.portals import Place


@pytest.fixture
def place(tmp_path: Path, _sqlite_template: Path) -> Place:
    """An empty installation on SQLite, with a folder for sources."""
    shutil.copyfile(_sqlite_template, tmp_path / "tenderwatch.db")
    (tmp_path / "sources").mkdir()
    return Place(Settings(data_dir=tmp_path, sources_dir=tmp_path / "sources"))


@pytest.fixture
def either_place(tmp_path: Path, database: str) -> Place:
    """The same on SQLite and on PostgreSQL."""
    (tmp_path / "sources").mkdir()
    return Place(Settings(data_dir=tmp_path, sources_dir=tmp_path / "sources", database_url=database))
