"""PostgreSQL's tables as a zip of JSON lines, so that no pg_dump of the right version is needed.

Rows are written and read by PostgreSQL's own JSON functions: an archive is of the schema that its manifest names.
"""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DataError, IntegrityError

from domain.errors import WrongUse
from storage.ddl import migrate
from storage.engine import find_revision
from storage.ids import in_chunks
from storage.schema import metadata

FORMAT = "tenderwatch backup 1"
MANIFEST = "manifest.json"
MOST_ENTRIES = 100
MOST_BYTES = 1 << 40  # of one table, unpacked
MOST_LINE = 256 << 20  # a row; the largest body of a release is 32 MiB
MOST_RATIO = 500  # deflate packs rows 5 to 50 times; a bomb 1,000 times


def write_archive(c: Connection, target: Path) -> None:
    """Writes all tables, as the connection's transaction sees them."""
    tables = _find_tables(c)
    manifest = {"format": FORMAT, "revision": find_revision(c), "tables": tables}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps(manifest))
        for table in tables:
            with archive.open(f"{table}.jsonl", "w", force_zip64=True) as file:
                _write_rows(c, table, file)


def read_archive(c: Connection, source: Path) -> None:
    """Makes the archive's schema in an empty database and fills it. WrongUse where the archive is not sound."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = _read_manifest(archive)
            migrate(c, manifest["revision"])
            known = set(_find_tables(c))
            for table in manifest["tables"]:
                if table not in known:
                    raise WrongUse(f"{source}: {table!r} is no table of schema {manifest['revision']}")
                c.execute(text(f"DELETE FROM {table}"))  # noqa: S608 (a name from the schema)
                _read_rows(c, table, archive)
                _set_sequence(c, table)
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, CommandError, DataError, IntegrityError) as error:
        raise WrongUse(f"{source} is damaged or not Tenderwatch's: {error}") from error


def drop_tables(c: Connection) -> None:
    """Removes every table of ours, whatever its schema."""
    for name in [*_find_tables(c), "alembic_version"]:
        c.execute(text(f"DROP TABLE IF EXISTS {name} CASCADE"))


def _find_tables(c: Connection) -> list[str]:
    """Ours that are there, each after those that it points to."""
    there = set(inspect(c).get_table_names())
    return [table.name for table in metadata.sorted_tables if table.name in there]


def _write_rows(c: Connection, table: str, file: IO[bytes]) -> None:
    query = text(f"SELECT row_to_json(t)::text FROM {table} AS t")  # noqa: S608 (a name from the schema)
    for line in c.execution_options(yield_per=500).execute(query).scalars():
        file.write(line.encode() + b"\n")


def _read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise ValueError(f"it has {len(entries)} entries")
    for entry in entries:
        if entry.file_size > MOST_BYTES or entry.file_size > MOST_RATIO * max(entry.compress_size, 1000):
            raise ValueError(f"{entry.filename} would unpack to {entry.file_size} bytes")
    with archive.open(MANIFEST) as file:
        manifest: dict[str, Any] = json.loads(file.read(1 << 20))
    if manifest["format"] != FORMAT or not re.fullmatch(r"\w{1,32}", manifest["revision"]):
        raise ValueError("its manifest is of another format")
    return manifest


def _read_rows(c: Connection, table: str, archive: zipfile.ZipFile) -> None:
    # A table's name is a name in the schema, never a path; nothing is unpacked to the disk.
    insert = text(f"INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, CAST(:row AS json))")  # noqa: S608
    with archive.open(f"{table}.jsonl") as file:
        for chunk in in_chunks(_read_lines(file), 200):
            c.execute(insert, [{"row": line} for line in chunk])


def _read_lines(file: IO[bytes]) -> Iterator[str]:
    while line := file.readline(MOST_LINE + 1):
        if len(line) > MOST_LINE:
            raise ValueError("it has a row of more than 256 MiB")
        yield line.decode()


def _set_sequence(c: Connection, table: str) -> None:
    sequence = c.execute(text("SELECT to_regclass(:name)"), {"name": f"{table}_id_seq"}).scalar()
    if sequence is not None:
        c.execute(text(f"SELECT setval('{table}_id_seq', coalesce(max(id), 0) + 1, false) FROM {table}"))  # noqa: S608
