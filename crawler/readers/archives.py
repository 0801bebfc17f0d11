"""Archives (tar.gz, tar, zip): read member by member, held against limits before unpacking."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, cast

from crawler.readers.limits import MAX_BODY
from domain.errors import SourceChanged, Unreadable

MOST_ENTRIES = 200_000  # a busy month of TED has some 80,000 notices
MOST_BYTES = 16 * 1024**3  # unpacked; a month of TED has about 3 GB
MOST_RATIO = 100  # XML packs 10 to 25 times; gzip's own limit is 1,030
FREE_BYTES = 64 * 1024**2  # unpacked, below which the ratio does not matter
MOST_DIRECTORY = 16 * 1024**2  # of a zip: zipfile holds all of it in memory, at some ten times its size

REFUSED = ".refused"  # in a bundle: in place of the content stands why it was not taken
MOST_REASON = 500

Document = tuple[str, bytes | Unreadable]
"""Name and content of an entry; of one that is refused alone, why."""

_GZIP, _ZIP, _TAR = b"\x1f\x8b", b"PK", b"ustar"
_ZIP_END = b"PK\5\6"
_BLOCK, _CHUNK = 512, 1024 * 1024
_BROKEN = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, NotImplementedError)


class BrokenArchive(Unreadable):
    """The archive itself cannot be read on, and not only one of its members."""


class Measured(io.RawIOBase):
    """A stream of unpacked bytes: a single read, the whole and its ratio to what was packed are bounded."""

    def __init__(self, inner: IO[bytes], packed: int) -> None:
        self._inner, self._most = inner, _most_unpacked(packed)

    def read(self, size: int = -1) -> bytes:
        """No more than one document at once: tarfile reads an entry's extended header in one go, however long."""
        if not 0 <= size <= MAX_BODY:
            raise _too_large(size)
        self._check(self._inner.tell() + size)
        return self._inner.read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Forwards, by reading."""
        self._check(offset)
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        """The place among the unpacked bytes."""
        return self._inner.tell()

    def _check(self, place: int) -> None:
        if place > self._most + MAX_BODY:
            raise BrokenArchive(f"the archive unpacks to more than {self._most:,} bytes")


class Content(io.RawIOBase):
    """A member as a stream: it must have the bytes that its archive says, and not more than are left for all."""

    def __init__(self, inner: IO[bytes], size: int, left: list[int]) -> None:
        self._inner, self._size, self._left, self._given = inner, size, left, 0

    def read(self, size: int = -1) -> bytes:
        """Some bytes; none at the end. Raises EOFError where that comes too early, BrokenArchive beyond the limit."""
        found = self._inner.read(size)
        self._given += len(found)
        self._left[0] -= len(found)
        if self._left[0] < 0:
            raise BrokenArchive(f"the archive unpacks to more than {self._left[1]:,} bytes")
        if not found and size != 0 and self._given < self._size:
            raise EOFError("its last entry is short")
        return found

    def read_all(self) -> bytes:
        """The whole member: for those whose size was held against a limit."""
        parts = []
        while part := self.read(self._size - self._given):
            parts.append(part)
        return b"".join(parts)


Member = tuple[str, Content | Unreadable]
"""Name and content of an entry; of one that is refused alone, why."""


def is_archive(body: bytes) -> bool:
    """The first bytes are those of an archive that `read_documents` takes."""
    return body.startswith((_GZIP, _ZIP)) or body[257:262] == _TAR


def is_gzip(body: bytes) -> bool:
    """The first bytes are gzip's, whatever is packed."""
    return body.startswith(_GZIP)


@contextmanager
def telling_broken() -> Iterator[None]:
    """What the libraries raise for a broken archive becomes BrokenArchive."""
    try:
        yield
    except _BROKEN as error:
        raise BrokenArchive(f"the archive is cut off or broken: {error or type(error).__name__}") from error


def open_members(file: IO[bytes], takes: Callable[[str], bool], most: int) -> Iterator[Member]:
    """The members of an archive that are taken by their name, in its order, each to be read before the next is asked
    for. Other entries, links and folders are left out.

    One that has more bytes than `most`, is encrypted, or packed in a way that is not read comes as the reason. Raises
    SourceChanged for what is no archive, BrokenArchive for one that is cut off, broken or beyond the limits; what was
    given before stays sound.
    """
    head = file.read(_BLOCK)
    file.seek(0)
    with telling_broken():
        if head.startswith(_GZIP):
            unpacked = Measured(cast(IO[bytes], gzip.GzipFile(fileobj=file)), size_of(file))
            yield from _walk_tar(unpacked, takes, most)
        elif head.startswith(_ZIP):
            yield from _walk_zip(file, takes, most)
        elif head[257:262] == _TAR:
            yield from _walk_tar(Measured(file, size_of(file)), takes, most)
        else:
            raise SourceChanged("neither a tar.gz nor a zip" if head else "the body is empty")


def read_documents(file: IO[bytes]) -> Iterator[Document]:
    """Name and content of each XML file of an archive; raises as `open_members`."""
    for name, content in open_members(file, _is_xml, MAX_BODY):
        if isinstance(content, Unreadable):
            yield name, content
        else:
            with telling_broken():
                yield name, content.read_all()


def to_bundle(documents: Iterable[Document]) -> bytes:
    """These documents as an uncompressed tar that `read_documents` reads again, refused ones as refused."""
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in documents:
            entry = tarfile.TarInfo(name[-90:])
            if isinstance(content, Unreadable):
                entry.name += REFUSED
                content = content.reason.encode()
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return body.getvalue()


def _most_unpacked(packed: int) -> int:
    return min(MOST_BYTES, max(FREE_BYTES, packed * MOST_RATIO))


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", f".xml{REFUSED}"))


def _walk_tar(stream: Measured, takes: Callable[[str], bool], most: int) -> Iterator[Member]:
    archive = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115 (the caller's file; nothing of its own to close)
    entries = 0
    while (entry := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # it would keep all of them
        entries += 1
        _check_number(entries)
        if entry.isreg() and not entry.issparse() and takes(entry.name):
            yield _open_entry(archive, entry, most)
    stream.seek(archive.offset)
    if stream.read(_BLOCK).strip(b"\0") or stream.tell() < archive.offset + _BLOCK:
        raise EOFError("no end of the archive where one must be")
    while stream.read(_CHUNK):  # to the sum at gzip's own end, which it checks there
        pass


def _open_entry(archive: tarfile.TarFile, entry: tarfile.TarInfo, most: int) -> Member:
    if entry.size > most:
        return entry.name, _too_large(entry.size, most)
    content = Content(archive.extractfile(entry) or io.BytesIO(), entry.size, [MOST_BYTES, MOST_BYTES])
    if entry.name.endswith(REFUSED):
        return entry.name.removesuffix(REFUSED), Unreadable(content.read(MOST_REASON).decode(errors="replace"))
    return entry.name, content


def _walk_zip(file: IO[bytes], takes: Callable[[str], bool], most: int) -> Iterator[Member]:
    packed = size_of(file)
    _check_directory(file, packed)
    left = [_most_unpacked(packed), _most_unpacked(packed)]
    with zipfile.ZipFile(file) as archive:
        for number, entry in enumerate(archive.infolist(), 1):
            _check_number(number)
            if entry.is_dir() or not takes(entry.filename):
                continue
            if refusal := _refusal_of(entry, most):
                yield entry.filename, refusal
                continue
            with archive.open(entry) as content:
                yield entry.filename, Content(content, entry.file_size, left)


def _refusal_of(entry: zipfile.ZipInfo, most: int) -> Unreadable | None:
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Unreadable("the entry is encrypted, or packed in a way that is not read")
    return _too_large(entry.file_size, most) if entry.file_size > most else None


def _too_large(size: int, most: int = MAX_BODY) -> Unreadable:
    return Unreadable(f"an entry of {size:,} bytes, more than {most:,}")


def _check_number(number: int) -> None:
    if number > MOST_ENTRIES:
        raise BrokenArchive(f"more than {MOST_ENTRIES:,} entries")


def _check_directory(file: IO[bytes], size: int) -> None:
    """By the zip's last record, which `zipfile` believes as well."""
    file.seek(max(0, size - 65_557))
    tail = file.read()
    place = tail.rfind(_ZIP_END)
    if place < 0 or len(tail) - place < 22:
        raise EOFError("no end of the archive where one must be")
    (length,) = struct.unpack("<I", tail[place + 12 : place + 16])
    if length > MOST_DIRECTORY:
        raise BrokenArchive(f"the directory of the zip has {length:,} bytes, more than {MOST_DIRECTORY:,}")
    file.seek(0)


def size_of(file: IO[bytes]) -> int:
    """Its bytes; the place in it stays."""
    place = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(place)
    return size
