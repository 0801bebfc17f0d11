"""Archives of XML notices (tar.gz, tar, zip): read document by document, held against limits before unpacking."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
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


def is_archive(body: bytes) -> bool:
    """The first bytes are those of an archive that `read_documents` takes."""
    return body.startswith((_GZIP, _ZIP)) or body[257:262] == _TAR


def read_documents(file: IO[bytes]) -> Iterator[Document]:
    """Name and content of each XML file, in the archive's order. Other entries, links and folders are left out.

    One that is too large, encrypted, or packed in a way that is not read comes as the reason, and the others follow.
    Raises SourceChanged for what is no archive, Unreadable for one that is cut off, broken or beyond the limits; what
    was given before stays sound.
    """
    head = file.read(_BLOCK)
    file.seek(0)
    try:
        if head.startswith(_GZIP):
            yield from _read_tar(_Measured(cast(IO[bytes], gzip.GzipFile(fileobj=file)), _size_of(file)))
        elif head.startswith(_ZIP):
            yield from _read_zip(file)
        elif head[257:262] == _TAR:
            yield from _read_tar(_Measured(file, _size_of(file)))
        else:
            raise SourceChanged("neither a tar.gz nor a zip" if head else "the body is empty")
    except _BROKEN as error:
        raise Unreadable(f"the archive is cut off or broken: {error or type(error).__name__}") from error


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


class _Measured(io.RawIOBase):
    """A stream of unpacked bytes: a single read, the whole and its ratio to what was packed are bounded."""

    def __init__(self, inner: IO[bytes], packed: int) -> None:
        self._inner, self._most = inner, min(MOST_BYTES, max(FREE_BYTES, packed * MOST_RATIO))

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
            raise Unreadable(f"the archive unpacks to more than {self._most:,} bytes")


def _read_tar(stream: _Measured) -> Iterator[Document]:
    archive = tarfile.open(fileobj=stream, mode="r:")  # noqa: SIM115 (the caller's file; nothing of its own to close)
    entries = 0
    while (entry := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # it would keep all of them
        entries += 1
        _check_number(entries)
        if entry.isreg() and not entry.issparse() and entry.name.lower().endswith((".xml", f".xml{REFUSED}")):
            yield _read_entry(archive, entry)
    stream.seek(archive.offset)
    if stream.read(_BLOCK).strip(b"\0") or stream.tell() < archive.offset + _BLOCK:
        raise EOFError("no end of the archive where one must be")
    while stream.read(_CHUNK):  # to the sum at gzip's own end, which it checks there
        pass


def _read_entry(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Document:
    if entry.size > MAX_BODY:
        return entry.name, _too_large(entry.size)
    content = archive.extractfile(entry)
    body = content.read(entry.size) if content else b""
    if len(body) != entry.size:
        raise EOFError("its last entry is short")
    if entry.name.endswith(REFUSED):
        return entry.name.removesuffix(REFUSED), Unreadable(body[:MOST_REASON].decode(errors="replace"))
    return entry.name, body


def _read_zip(file: IO[bytes]) -> Iterator[Document]:
    packed = _size_of(file)
    _check_directory(file, packed)
    most = min(MOST_BYTES, max(FREE_BYTES, packed * MOST_RATIO))
    with zipfile.ZipFile(file) as archive:
        unpacked = 0
        for number, entry in enumerate(archive.infolist(), 1):
            _check_number(number)
            if entry.is_dir() or not entry.filename.lower().endswith(".xml"):
                continue
            if refusal := _refusal_of(entry):
                yield entry.filename, refusal
                continue
            with archive.open(entry) as content:
                body = content.read(MAX_BODY)  # no more than the size in its header, which was looked at
            unpacked += len(body)
            if unpacked > most:
                raise Unreadable(f"the archive unpacks to more than {most:,} bytes")
            yield entry.filename, body


def _refusal_of(entry: zipfile.ZipInfo) -> Unreadable | None:
    if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Unreadable("the entry is encrypted, or packed in a way that is not read")
    return _too_large(entry.file_size) if entry.file_size > MAX_BODY else None


def _too_large(size: int) -> Unreadable:
    return Unreadable(f"an entry of {size:,} bytes, more than {MAX_BODY:,}")


def _check_number(number: int) -> None:
    if number > MOST_ENTRIES:
        raise Unreadable(f"more than {MOST_ENTRIES:,} entries")


def _check_directory(file: IO[bytes], size: int) -> None:
    """By the zip's last record, which `zipfile` believes as well."""
    file.seek(max(0, size - 65_557))
    tail = file.read()
    place = tail.rfind(_ZIP_END)
    if place < 0 or len(tail) - place < 22:
        raise EOFError("no end of the archive where one must be")
    (length,) = struct.unpack("<I", tail[place + 12 : place + 16])
    if length > MOST_DIRECTORY:
        raise Unreadable(f"the directory of the zip has {length:,} bytes, more than {MOST_DIRECTORY:,}")
    file.seek(0)


def _size_of(file: IO[bytes]) -> int:
    place = file.tell()
    size = file.seek(0, io.SEEK_END)
    file.seek(place)
    return size
