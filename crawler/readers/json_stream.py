"""JSON of any size, cut into its rows without reading it as a whole: at most some megabytes of it are in memory.

A value that is small, or is one release or record, comes as it stands; what is larger is a package or a list of them,
and its rows come one by one. Several values may follow one another, as in files of a value on each line.
"""

import io
import re
from collections.abc import Iterator
from typing import Protocol

from crawler.readers.limits import MAX_DEPTH
from domain.errors import SourceChanged, Unreadable

CHUNK = 256 * 1024
SMALL = 256 * 1024  # bytes: up to here a value is not looked into
WHOLE = 8 * 1024 * 1024  # up to here a value is held in memory to be looked into
LONGEST = 32 * 1024 * 1024  # of one row that cannot be divided
FRUITLESS = 500_000  # values one after another of which none is a row

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+([\[\]{}])", re.DOTALL)
_NAME = re.compile(_STRING, re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\[\]{}]++")
_BLANK = re.compile(rb"[\s\0\x1e,]*+")
_MARK = b"\xef\xbb\xbf"


class Readable(Protocol):
    """Whatever bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""


class CutOff(Unreadable):
    """The stream ends within a value."""


class Cursor:
    """A place in a stream of JSON: the value there is taken, skipped, or entered."""

    def __init__(self, stream: Readable) -> None:
        self._stream, self._held, self._at, self._ended = stream, b"", 0, False
        self._passed = 0
        if self._fill() and self._held.startswith(_MARK):
            self._at = len(_MARK)

    def peek(self) -> bytes:
        """The first byte of what comes next, blanks and commas passed over; nothing at the end."""
        while True:
            self._at = _BLANK.match(self._held, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._held):
                return self._held[self._at : self._at + 1]
            if not self._fill():
                return b""

    def take(self, most: int) -> bytes | None:
        """The value here, whole, and the place after it; None, and nothing moves, where it has more bytes than `most`.

        Raises CutOff, and nothing moves, where the stream ends within it; Unreadable where it is nested too deep.
        """
        first, place, depth = self.peek(), self._at, 0
        if first not in b"[{" or not first:
            return self._take_plain(first)
        while True:
            found = _BRACKET.match(self._held, place)
            if found is None:
                if len(self._held) - self._at > most:
                    return None
                before = self._at
                if not self._fill():
                    raise self._cut_off()
                place += self._at - before
                continue
            place = found.end()
            depth = self._step(depth, found[1])
            if place - self._at > most:
                return None
            if depth == 0:
                value, self._at = self._held[self._at : place], place
                return value

    def skip(self) -> None:
        """Pass over the value here, however long."""
        if self.peek() not in (b"[", b"{"):
            self._take_plain(self.peek())
            return
        depth = 0
        while True:
            found = _BRACKET.match(self._held, self._at)
            if found is None:
                if len(self._held) - self._at > LONGEST or not self._fill():
                    raise self._cut_off()
                continue
            self._at = found.end()
            depth = self._step(depth, found[1])
            if depth == 0:
                return

    def elements(self) -> Iterator[str | None]:
        """Enter the list or object here; at each of its values, with an object's name of it, for the caller to take,
        skip or enter it."""
        closing = {b"[": b"]", b"{": b"}"}.get(self.peek())
        if closing is None:
            raise self._no_json()
        self._at += 1
        while (byte := self.peek()) != closing:
            if not byte:
                raise self._cut_off()
            yield self._name() if closing == b"}" else None
        self._at += 1

    def _name(self) -> str:
        name = self._take_plain(self.peek())
        if self.peek() != b":":
            raise self._no_json()
        self._at += 1
        return name[1:-1].decode("utf-8", "replace")

    def _take_plain(self, first: bytes) -> bytes:
        """A text, number or word."""
        kind = _NAME if first == b'"' else _SCALAR
        while True:
            found = kind.match(self._held, self._at)
            if found and (first == b'"' or found.end() < len(self._held) or self._ended):
                self._at = found.end()
                return found[0]
            if len(self._held) - self._at > LONGEST:
                raise self._no_json()
            if not self._fill():
                if kind is _SCALAR and not found:
                    raise self._no_json()
                if first == b'"':
                    raise self._cut_off()

    def _step(self, depth: int, bracket: bytes) -> int:
        """The depth after this bracket."""
        if bracket in b"]}":
            return depth - 1
        if depth == MAX_DEPTH:
            raise Unreadable(f"the JSON is nested more than {MAX_DEPTH} deep", f"byte {self._passed + self._at}")
        return depth + 1

    def _fill(self) -> bool:
        """Some more of the stream; what was passed is let go."""
        if self._ended:
            return False
        rest = self._held[self._at :]
        more = self._stream.read(max(CHUNK, min(len(rest), WHOLE)))
        self._passed, self._ended = self._passed + self._at, not more
        self._held, self._at = rest + more, 0
        return bool(more)

    def _cut_off(self) -> CutOff:
        return CutOff("the JSON breaks off", f"byte {self._passed + len(self._held)}")

    def _no_json(self) -> Unreadable:
        return Unreadable("not JSON", f"byte {self._passed + self._at}")


def read_values(stream: Readable, wanted: frozenset[str], ocid: str = "ocid") -> Iterator[bytes]:
    """The rows of a stream, each as JSON: releases, records and small packages.

    `wanted` are the names of the lists whose elements are rows; elsewhere only what has an ocid (or what stands in its
    place) or a list of releases or records is one. Raises SourceChanged for HTML and XML, CutOff after the last row
    that is whole, Unreadable where no JSON stands, or FRUITLESS values one after another that are no rows.
    """
    cursor, splitter = Cursor(stream), _Splitter(wanted | {"releases", "records"}, ocid)
    while first := cursor.peek():
        if first == b"<":
            raise SourceChanged("HTML or XML where JSON was promised")
        yield from splitter.split(cursor, sure=True, top=True)


class _Splitter:
    def __init__(self, wanted: frozenset[str], ocid: str) -> None:
        self._wanted, self._ocid, self._fruitless = wanted, ocid, 0
        self._marks = [f'"{name}"'.encode() for name in {"ocid", ocid, "releases", "records"}]

    def split(self, cursor: Cursor, *, sure: bool, top: bool = False) -> Iterator[bytes]:
        """The rows of the value here; `sure`: it is a row itself where it is small."""
        try:
            value = cursor.take(WHOLE)
        except CutOff:
            if cursor.peek() not in ((b"[", b"{") if top else (b"[",)):
                raise
            value = None
        if value is None:
            yield from self._enter(cursor)
        elif len(value) > SMALL and not self._is_one(value):
            yield from self._enter(Cursor(io.BytesIO(value)))
        elif sure or any(mark in value for mark in self._marks):
            self._fruitless = 0
            yield value
        else:
            self._count()

    def _count(self) -> None:
        self._fruitless += 1
        if self._fruitless > FRUITLESS:
            raise Unreadable(f"more than {FRUITLESS:,} values of which none is a release or a record")

    def _enter(self, cursor: Cursor) -> Iterator[bytes]:
        for name in cursor.elements():
            first = cursor.peek()
            if first == b"[" and name in self._wanted:
                for _ in cursor.elements():
                    yield from self.split(cursor, sure=True)
            elif first in (b"[", b"{"):
                yield from self.split(cursor, sure=False)
            else:
                self._count()
                cursor.skip()

    def _is_one(self, value: bytes) -> bool:
        """A release or a record, however long: it has an ocid."""
        if value[:1] != b"{":
            return False
        cursor = Cursor(io.BytesIO(value))
        for name in cursor.elements():
            if name in ("ocid", self._ocid):
                return True
            cursor.skip()
        return False
