"""Bodies held against limits, decoded, and read as JSON: hostile ones cost neither time nor memory.

The limits keep the process under 500 MB with the worst body that passes (tests/crawler/test_limits.py measures it).
"""

import codecs
import json
import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

from domain.errors import SourceChanged, Unreadable

MAX_BODY = 32 * 1024 * 1024
MAX_DEPTH = 254  # as orjson writes
# An empty object costs 64 bytes, one with a key 232.
MAX_VALUES = 1_500_000
# An element of lxml's costs about 200 bytes with its text; EIS's longest pages have 20,000.
MAX_TAGS = 300_000
MAX_ATTRIBUTES = 10_000

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN_1 = {"", "iso-8859-1", "iso8859-1", "latin-1", "latin1", "us-ascii", "ascii"}
# Escapes that make what neither UTF-8 nor PostgreSQL can hold: halves of surrogate pairs, and NUL.
_ESCAPED = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_BLANK = re.compile(r"[\s\ufeff\x1e,]*")

# Digits, points, plus as 0, exponents as e: 17 digits or 1e+300 become runs, found at a nanosecond a byte.
_SHAPES = bytes({**dict.fromkeys(b"0123456789.+", 48), **dict.fromkeys(b"eE", 101)}.get(i, 32) for i in range(256))
_INEXACT = (b"0" * 16, b"0e000")
_OPENED, _CLOSED = (mark * (1024 - MAX_DEPTH) for mark in (b"[", b"]"))


def check_size(body: bytes) -> None:
    """Raises SourceChanged for an empty body, Unreadable for one beyond `MAX_BODY`."""
    if len(body) > MAX_BODY:
        raise Unreadable(f"the body has {len(body):,} bytes, more than {MAX_BODY:,}")
    if not body.strip(b" \t\r\n\0"):
        raise SourceChanged("the body is empty")


def decode(body: bytes, encoding: str | None = None) -> str:
    """By its byte order mark, else UTF-8, else `encoding`, else ISO-8859-1.

    ISO-8859-1 is read as Windows-1252, as browsers do: who says the one sends the other's quotes and dashes.
    """
    for mark, name in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            return body.decode(name, errors="replace")
    declared = "cp1252" if (encoding or "").lower() in _LATIN_1 else encoding or "cp1252"
    for name in ("utf-8", declared, "cp1252"):
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("iso-8859-1")


def load_json(body: bytes, encoding: str | None = None) -> list[Any]:
    """All JSON texts of a body: one, several one after another, or one on each line.

    Raises SourceChanged for an empty body or HTML, Unreadable for what is too large, too deep or no JSON, with the
    line. A number that a double cannot hold as printed (1e9999, NaN, 20 digits) stays text.
    """
    texts, faults = load_json_texts(body, encoding)
    if faults:
        raise faults[0]
    return texts


def load_json_texts(body: bytes, encoding: str | None = None) -> tuple[list[Any], list[Unreadable]]:
    """The same, but a text that is no JSON is a fault and the ones after it are read, unless there is nothing else."""
    check_size(body)
    _check_values(body)
    if (quick := _read_plain(body)) is not None:
        return [quick], []
    text = decode(body, encoding).replace("\0", "")
    if text.lstrip()[:1] == "<":
        raise SourceChanged("the page is HTML or XML where JSON was promised")
    texts: list[Any] = []
    faults: list[Unreadable] = []
    for found in _read_texts(text):
        if isinstance(found, Unreadable):
            faults.append(found)
        else:
            texts.append(found[0])
    if not texts and faults:
        raise faults[0]
    return texts, faults


def check_html(body: bytes) -> None:
    """Raises as `check_size`, and Unreadable for more elements or attributes than a page can have."""
    check_size(body)
    tags = body.count(b"<")
    if tags > MAX_TAGS:
        raise Unreadable(f"the page has {tags:,} tags, more than {MAX_TAGS:,}")
    for part in body.split(b">"):
        if len(part) > MAX_ATTRIBUTES and len(part[part.rfind(b"<") :].split()) > MAX_ATTRIBUTES:
            raise Unreadable(f"an element has more than {MAX_ATTRIBUTES:,} attributes")


def _check_values(body: bytes) -> None:
    if len(body) < 2 * MAX_VALUES:
        return
    values = body.count(b",") + body.count(b"[") + body.count(b"{")
    if values > MAX_VALUES:
        raise Unreadable(f"the body has some {values:,} JSON values, more than {MAX_VALUES:,}")


def _read_plain(body: bytes) -> Any:
    """The one JSON text that nearly every body is, in a third of the time; None for what needs a closer look.

    25 µs instead of 77 for a release of 3 KB. orjson takes neither NaN, lone surrogates, control characters nor broken
    UTF-8; it would round long numbers, keep NUL and nest 1,024 deep. So it gets the body within so many lists that it
    refuses what is deeper than `MAX_DEPTH` (to look level by level takes 21 µs).
    """
    # One byte is found at once, two take 0.3 ms in a page of 300 KB.
    if (b"\\" in body and b"\\u0000" in body) or _may_round(body):
        return None
    try:
        value = orjson.loads(b"".join((_OPENED, body, _CLOSED)))
    except ValueError:
        return None
    for _ in range(len(_OPENED)):
        if len(value) != 1:  # several texts with commas between them, or a body that closes our lists and opens others
            return None
        value = value[0]
    return value


def _may_round(body: bytes) -> bool:
    """Whether a number may stand there that a double or 64 bits cannot hold as printed. (A regex takes 70 µs.)"""
    shapes = body.translate(_SHAPES)
    for shape in _INEXACT:
        at = shapes.find(shape)
        while at >= 0:
            before = body[max(0, at - 400) : at + 1].rstrip(b"0123456789.").rstrip(b"- \t\r\n")
            if not before or before[-1] in b":[,":  # else it is a part of an id, a date or a dotted line
                return True
            at = shapes.find(shape, at + len(shape))
    return False


def _check_depth(value: Any) -> None:
    """Level by level: only containers can hold deeper ones."""
    values, depth = [value], 0
    while values:
        objects = [each for each in values if type(each) is dict]
        lists = [each for each in values if type(each) is list]
        values = [*chain.from_iterable([each.values() for each in objects]), *chain.from_iterable(lists)]
        depth += bool(objects or lists)
        if depth > MAX_DEPTH:
            raise ValueError(f"nested more than {MAX_DEPTH} deep")


def _read_texts(text: str) -> Iterator[tuple[Any] | Unreadable]:
    decoder = json.JSONDecoder(strict=False, parse_float=_to_number, parse_constant=str)
    escaped = bool(_ESCAPED.search(text)) if "\\u" in text else False
    position = _skip_blank(text, 0)
    while position < len(text):
        try:
            value, end = decoder.raw_decode(text, position)
            if type(value) is dict or type(value) is list:
                _check_depth(value)
        except (ValueError, RecursionError) as error:
            yield _explain(text, position, error)
            # Only another text at a line's start is a safe place to go on: what is nested is indented.
            following = re.compile(r"[\r\n](?=[\[{])").search(text, position + 1)
            if not following:
                return
            end = following.end()
        else:
            yield (_without_unstorable(value) if escaped else value,)
        position = _skip_blank(text, end)


def _without_unstorable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, dict):
        return {_UNSTORABLE.sub("", key): _without_unstorable(inner) for key, inner in value.items()}
    return [_without_unstorable(inner) for inner in value] if isinstance(value, list) else value


def _skip_blank(text: str, position: int) -> int:
    """Past blanks, and past the commas and record separators that some put between texts."""
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _explain(text: str, start: int, error: Exception) -> Unreadable:
    line = f"line {text.count(chr(10), 0, start) + 1}"
    if isinstance(error, RecursionError):
        return Unreadable(f"the JSON is nested more than {MAX_DEPTH} deep", line)
    if not isinstance(error, json.JSONDecodeError):
        return Unreadable(f"not to be read as JSON: {error}", line)
    # In a file of lines, the line that began; in one long text, the line of the mistake.
    line = line if start else f"line {text.count(chr(10), 0, error.pos) + 1}"
    where = "at the body's end, which is cut off" if error.pos >= len(text.rstrip()) else f"character {error.pos}"
    return Unreadable(f"not JSON: {error.msg} ({where})", line)


def _to_number(printed: str) -> float | str:
    """A double where it keeps the printed digits. The shortest text of a double has at most 17 of them."""
    number = float(printed)
    if len(printed) < 16:
        return number if abs(number) < 1e300 else printed
    digits = printed.lower().partition("e")[0].replace(".", "").strip("-0")
    return printed if (len(digits) > 15 and repr(number) != printed) or abs(number) >= 1e300 else number
