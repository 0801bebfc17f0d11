"""Files of JSON as publishers give them: plain, a value on each line, gzip, zip or tar; of any size."""

import gzip
from collections.abc import Iterator
from typing import IO, cast

from crawler.readers.archives import (
    MOST_BYTES,
    BrokenArchive,
    Document,
    Measured,
    is_archive,
    is_gzip,
    open_members,
    size_of,
    telling_broken,
)
from crawler.readers.json_stream import CutOff, Readable, read_values
from domain.errors import SourceChanged, Unreadable

TAKEN = ("", "json", "jsonl", "ndjson", "txt", "xml", "refused", "gz", "zip")
"""How names of an archive's members end that are read, or refused; all others are left out."""


def read_json_documents(
    file: IO[bytes], wanted: frozenset[str] = frozenset(), ocid: str = "ocid", only: str = ""
) -> Iterator[Document]:
    """The rows of a file, each as a document; a member or a rest of the file that cannot be read comes as the reason.

    `only`: of an archive's members those whose name has this text. Raises SourceChanged for a file without anything or
    an archive without JSON, Unreadable for an archive that is broken or beyond the limits; what came before is sound.
    """
    head = file.read(512)
    file.seek(0)
    if not head:
        raise SourceChanged("the body is empty")
    if is_gzip(head) and not _holds_archive(file):
        with telling_broken():
            unpacked = Measured(cast(IO[bytes], gzip.GzipFile(fileobj=file)), size_of(file))
            yield from _rows(unpacked, "", wanted, ocid)
        return
    if not is_archive(head):
        yield from _rows(file, "", wanted, ocid)
        return
    names: list[str] = []
    taken = 0
    for name, content in open_members(file, lambda each: _is_taken(each, only, names), MOST_BYTES):
        taken += 1
        if isinstance(content, Unreadable):
            yield _named(name), content
        else:
            yield from _rows(content, name, wanted, ocid)
    if names and not taken:
        raise SourceChanged(f"the archive holds no JSON{f' named {only}' if only else ''}", names[0][:200])


def _rows(stream: Readable, name: str, wanted: frozenset[str], ocid: str) -> Iterator[Document]:
    """The rows of one file or member. What breaks in the middle of it is a fault, and so is a bad member of many."""
    number = 0
    try:
        with telling_broken():
            for number, value in enumerate(read_values(stream, wanted, ocid), 1):
                yield f"{name}/{number}.json".lstrip("/"), value
        if number == 0 and not name:
            raise SourceChanged("no release or record is in it")
    except BrokenArchive:
        raise
    except Unreadable as fault:
        if number == 0 and not name and not isinstance(fault, CutOff):
            raise
        yield _named(name or f"{number + 1}"), fault


def _named(name: str) -> str:
    return name if name.endswith(".json") else f"{name}.json"


def _is_taken(name: str, only: str, names: list[str]) -> bool:
    """Whether a member is read; `names` gathers what there is."""
    last = name.rpartition("/")[2]
    if not last or last.startswith(".") or name.startswith("__MACOSX/"):
        return False
    names[:] = [*names, name][:1]
    ending = last.rpartition(".")[2].lower() if "." in last else ""
    return ending in TAKEN and only in name  # in a portion the member is the folder of its rows


def _holds_archive(file: IO[bytes]) -> bool:
    with telling_broken():
        head = gzip.GzipFile(fileobj=file).read(512)
    file.seek(0)
    return is_archive(head)
