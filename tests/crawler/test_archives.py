"""Archives of notices: whole ones, broken ones, and those that are made to hurt; and Germany's day exports."""

import gzip
import io
import tarfile
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crawler.parse import parse
from crawler.readers import archives
from crawler.readers.archives import read_documents, to_bundle
from crawler.registry import load_sources
from domain.errors import SourceChanged, Unreadable
from domain.sources import RunState
from tests.crawler.drive import SpiderDrive
from tests.crawler.german_portal import SOURCE as GERMANY
from tests.crawler.german_portal import a_zip, give_days
from tests.crawler.portals import Answer, Place, query
from tests.crawler.ted_portal import Made, a_tar

FILES = [(f"{number}.xml", f"<a>{number}</a>".encode() * 50) for number in range(40)]


def read(body: bytes) -> list[archives.Document]:
    return [(name.rpartition("/")[2], content) for name, content in read_documents(io.BytesIO(body))]


@pytest.mark.parametrize(
    "body", [a_tar(FILES), a_tar(FILES, "w"), a_zip(FILES), to_bundle(FILES)], ids=["gz", "tar", "zip", "bundle"]
)
def test_what_was_packed_is_read(body: bytes) -> None:
    assert read(body) == FILES


@pytest.mark.parametrize(
    "body", [a_tar([]), a_zip([]), a_zip([("readme.txt", b"x"), ("folder/", b"")])], ids=["tar", "zip", "others"]
)
def test_an_archive_may_be_empty(body: bytes) -> None:
    assert read(body) == []


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": 1}', b"no archive" * 100])
def test_no_archive(body: bytes) -> None:
    with pytest.raises(SourceChanged):
        read(body)


def cuts() -> list[bytes]:
    packed, plain, zipped = a_tar(FILES), a_tar(FILES, "w"), a_zip(FILES)
    return [
        packed[:-1],
        packed[: len(packed) // 2],
        packed[:60],
        plain[:700],
        plain[: 1024 * 7],
        gzip.compress(plain[: 1024 * 7]),
        gzip.compress(plain[: 1024 * 7 + 100]),
        zipped[:-1],
        zipped[: len(zipped) // 2],
        zipped[:80] + b"\xff" * 40 + zipped[120:],
    ]


@pytest.mark.parametrize("cut", range(len(cuts())))
def test_a_broken_archive_is_never_taken_for_a_short_one(cut: int) -> None:
    with pytest.raises(Unreadable):
        read(cuts()[cut])


def test_links_folders_and_other_files_are_left_out() -> None:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for name, kind in (("a.xml", tarfile.SYMTYPE), ("b.xml", tarfile.LNKTYPE), ("c.xml", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    assert read(body.getvalue()) == []


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By ratio, by their number, and by a header that is to be read in one go."""
    monkeypatch.setattr(archives, "FREE_BYTES", 1024 * 1024)
    monkeypatch.setattr(archives, "MAX_BODY", 2 * 1024 * 1024)
    many = [(f"{number}.xml", b" " * 1024 * 1024) for number in range(40)]
    for body in (a_tar(many), a_zip(many)):
        with pytest.raises(Unreadable, match="unpacks to more than"):
            read(body)
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 8 * 1024**3
    with pytest.raises(Unreadable):
        read(gzip.compress(header.tobuf() + b" " * 1024 * 1024))
    monkeypatch.setattr(archives, "MOST_ENTRIES", 30)
    for body in (a_tar(FILES), a_zip(FILES)):
        with pytest.raises(Unreadable, match="more than 30 entries"):
            read(body)


LIMIT = 2 * 1024**2  # of an entry, in place of 32 MiB


def a_package(large: int = LIMIT + 1) -> tuple[list[Made], list[tuple[str, bytes]]]:
    """Three notices, and before the last of them a file that is too large."""
    made = [Made(number, date(2026, 11, 18)) for number in range(3)]
    files = [(f"{each.key}.xml", each.xml()) for each in made]
    return made, [*files[:2], ("large.xml", b" " * large), ("large.txt", b" " * large), files[2]]


def locked(body: bytes, name: str) -> bytes:
    """A zip in whose directory the entry is marked as encrypted."""
    at = body.rindex(name.encode()) - 46
    assert body[at : at + 4] == b"PK\1\2"
    return body[: at + 8] + b"\1" + body[at + 9 :]


@pytest.mark.parametrize(
    "pack", [a_tar, a_zip, lambda files: a_tar(files, "w"), lambda files: locked(a_zip(files), "large.xml")]
)
def test_an_entry_that_is_refused_does_not_cost_the_others(
    pack: Callable[[list[tuple[str, bytes]]], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_BODY", LIMIT)
    made, files = a_package()
    body = pack(files)
    for again in (body, to_bundle(read_documents(io.BytesIO(body)))):
        found = parse("eforms", again, load_sources())
        assert [notice.key for notice in found.notices] == [each.key for each in made]
        (fault,) = found.faults
        assert (fault.element or "").endswith("large.xml: the file")
        assert "an entry of 2,097,153 bytes" in fault.reason or "encrypted" in fault.reason


def test_an_entry_that_is_refused_costs_no_memory() -> None:
    _, files = a_package(40 * 1024**2)
    for body in (a_tar(files), a_zip(files)):
        tracemalloc.start()
        documents = [content for _, content in read_documents(io.BytesIO(body))]
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (len(documents), peak < 16 * 1024**2) == (4, True)


def test_what_came_before_an_archive_broke_off_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [Made(number, date(2026, 11, 12)) for number in range(3)]
    files = [(f"{each.key}.xml", each.xml()) for each in made]
    plain = a_tar(files, "w")
    found = parse("eforms", plain[: len(files[0][1]) + 2048], load_sources())
    assert [notice.key for notice in found.notices] == [made[0].key]
    assert "cut off or broken" in found.faults[0].reason
    monkeypatch.setattr(archives, "MOST_ENTRIES", 2)
    for body in (a_tar(files), a_zip(files)):
        found = parse("eforms", body, load_sources())
        assert [notice.key for notice in found.notices] == [each.key for each in made[:2]]
        assert [fault.reason for fault in found.faults] == ["more than 2 entries"]


def test_a_crawl_tells_the_entry_that_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_BODY", LIMIT)
    place.write(**GERMANY)
    made, files = a_package()
    empty = give_days([], date(2026, 11, 20))

    def answer(request: Any) -> Answer:
        return Answer(a_zip(files)) if query(request.url).get("pubDay") == "2026-11-18" else empty(request.url)

    verdict = SpiderDrive(place, answer, datetime(2026, 11, 20, 12, tzinfo=UTC)).run()
    assert verdict is not None
    assert verdict.state is RunState.PARTIAL
    assert "1 notices could not be read" in (verdict.reason or "")
    assert len(place.notices()) == len(made)
    (issue,) = place.issues()
    assert issue.issue.element == "large.xml: the file"


def test_parse_reads_archives() -> None:
    made = [Made(number, date(2026, 11, 12)) for number in range(3)]
    files = [(f"{each.key}.xml", each.xml()) for each in made]
    for name, body in (("eu_ted", a_tar(files)), ("eforms", a_zip(files)), ("de_oeffentlichevergabe", a_zip(files))):
        assert [notice.key for notice in parse(name, body, load_sources()).notices] == [each.key for each in made]


def test_germany_by_days_up_to_yesterday(place: Place) -> None:
    place.write(**GERMANY)
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    made = [Made(day * 100 + n, date(2026, 11, day)) for day in (16, 18) for n in range(70)]
    answer = give_days(made, date(2026, 11, 20))
    drive = SpiderDrive(place, lambda request: answer(request.url), now)
    verdict = drive.run()
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (RunState.OK, None)
    asked = [query(url)["pubDay"] for url in drive.asked]
    assert asked == ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19"]
    assert len(place.notices()) == 140
