"""Saved pages: bodies are files by hash, packed with zstd; their rows say where and when they were fetched."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO

import zstandard
from sqlalchemy import Connection, Insert, bindparam, select

from domain.sources import Page
from storage.ids import upserting
from storage.schema import pages, runs

_START_OF_HASH = re.compile("[0-9a-f]{8,64}")
MAX_BODY = 256 * 1024 * 1024  # no body that we save is larger; a damaged or forged file is


class PageFiles:
    """Bodies under a folder, by the SHA-256 of their bytes; renamed into place, so that a reader never sees half."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, body: bytes) -> str:
        """Keeps the body and returns its hash. Done before the transaction that names it."""
        digest = hashlib.sha256(body).hexdigest()
        place = self._place(digest)
        if place.exists():
            os.utime(place)  # `prune` lets a file live that was saved again a moment ago
            return digest
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".part", delete=False) as file:
            file.write(zstandard.ZstdCompressor(level=1).compress(body))  # as small as by 3, in half the time
        os.replace(file.name, place)
        return digest

    def save_with_picture(self, body: bytes, picture: bytes | None) -> tuple[str, str | None]:
        """Keeps a page, and beside it a picture (PNG) of how it looked; the page's hash and the picture's name."""
        digest = self.save(body)
        if picture is None:
            return digest, None
        place = self._picture(digest)
        with tempfile.NamedTemporaryFile(dir=place.parent, suffix=".part", delete=False) as file:
            file.write(picture)
        os.replace(file.name, place)
        return digest, f"{self._folder.name}/{place.parent.name}/{place.name}"

    def open_temporary(self) -> IO[bytes]:
        """A file without a name beside the pages, for what is too large for memory; it is gone when it is closed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryFile(dir=self._folder)

    def read(self, hash: str) -> bytes:  # noqa: A002
        """The body. FileNotFoundError where it was pruned."""
        packed = self._place(hash).read_bytes()
        return zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_BODY)

    def size(self, hash: str) -> int:  # noqa: A002
        """Bytes on the disk, with its picture; 0 where it was pruned."""
        return sum(place.stat().st_size for place in (self._place(hash), self._picture(hash)) if place.exists())

    def total(self) -> int:
        """Bytes on the disk, of all files together."""
        return sum(_size_of(file) for file in self._folder.glob("??/*"))

    def remove(self, hash: str) -> None:  # noqa: A002
        """Deletes the file and its picture, if they are there."""
        self._place(hash).unlink(missing_ok=True)
        self._picture(hash).unlink(missing_ok=True)

    def idle_since(self, seconds: float) -> Iterator[str]:
        """Hashes of files that were not saved for so many seconds, and remains of writers that were killed."""
        limit = time.time() - seconds
        for file in self._folder.glob("??/*"):
            if file.stat().st_mtime > limit:
                continue
            if file.suffix == ".part":
                file.unlink(missing_ok=True)
            else:
                yield file.stem

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(f"{digest!r} is not a SHA-256 in hexadecimal")
        return self._folder / digest[:2] / f"{digest}.zst"

    def _picture(self, digest: str) -> Path:
        return self._place(digest).with_suffix(".png")


def _size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # pruned, or renamed into place, since the folder was read
        return 0


_SOURCE_OF = select(runs.c.source).where(runs.c.id == bindparam("of_run"))


@lru_cache
def _upsert(dialect: str) -> Insert:
    statement = upserting(dialect, pages)
    newer: Insert = statement.on_conflict_do_update(
        index_elements=[pages.c.source, pages.c.hash, pages.c.url],
        set_={"fetched_at": statement.excluded.fetched_at, "run_id": statement.excluded.run_id},
    )
    return newer


def save_page(c: Connection, page: Page, run_id: int) -> None:
    """Records where and when a saved body was fetched; the same body from the same address again is the newer row."""
    row = {
        "hash": page.hash,
        "url": page.url,
        "fetched_at": page.fetched_at,
        "media_type": page.media_type,
        "size": page.size,
        "run_id": run_id,
        "source": c.execute(_SOURCE_OF, {"of_run": run_id}).scalar_one(),
    }
    c.execute(_upsert(c.dialect.name), row)


def find_pages(c: Connection, source: str | None = None, hash: str | None = None) -> list[Page]:  # noqa: A002
    """Saved pages, newest first."""
    query = select(pages).order_by(pages.c.fetched_at.desc(), pages.c.id.desc())
    if source is not None:
        query = query.where(pages.c.source == source)
    if hash is not None:
        query = query.where(pages.c.hash == hash)
    return [Page(row.hash, row.url, row.fetched_at, row.media_type, row.size) for row in c.execute(query)]


def find_page(c: Connection, name: str) -> Page | None:
    """The newest saved page of this address, or whose hash is this or begins with it (8 digits at least)."""
    query = select(pages).order_by(pages.c.fetched_at.desc(), pages.c.id.desc()).limit(1)
    if _START_OF_HASH.fullmatch(name):
        query = query.where(pages.c.hash.between(name, name.ljust(64, "f")))
    else:
        query = query.where(pages.c.url == name)
    row = c.execute(query).one_or_none()
    return Page(row.hash, row.url, row.fetched_at, row.media_type, row.size) if row else None
