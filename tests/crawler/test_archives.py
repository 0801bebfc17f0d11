"""Archives of notices: whole ones, broken ones, and those that are made to hurt; and Germany's day exports."""

import gzip
import io
import tarfile
from datetime import UTC, date, datetime

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
from tests.crawler.portals import Place, query
from tests.crawler.ted_portal import Made, a_tar

FILES = [(f"{number}.xml", f"<a>{number}</a>".encode() * 50) for number in range(40)]


def read(body: bytes) -> list[tuple[str, bytes]]:
    return [(name.rpartition("/")[2], content) for name, content in read_documents(io.BytesIO(body))]


@pytest.mark.parametrize("body", [a_tar(FILES), a_tar(FILES, "w"), a_zip(FILES), to_bundle(FILES)])
def test_what_was_packed_is_read(body: bytes) -> None:
    assert read(body) == FILES


@pytest.mark.parametrize("body", [a_tar([]), a_zip([]), a_zip([("readme.txt", b"x"), ("folder/", b"")])])
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


@pytest.mark.parametrize("body", cuts())
def test_a_broken_archive_is_never_taken_for_a_short_one(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read(body)


def test_links_folders_and_other_files_are_left_out() -> None:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        for name, kind in (("a.xml", tarfile.SYMTYPE), ("b.xml", tarfile.LNKTYPE), ("c.xml", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
    assert read(body.getvalue()) == []


def test_bombs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By ratio, by an entry's size, by their number, and by a header that is to be read in one go."""
    monkeypatch.setattr(archives, "FREE_BYTES", 1024 * 1024)
    monkeypatch.setattr(archives, "MAX_BODY", 2 * 1024 * 1024)
    many = [(f"{number}.xml", b" " * 1024 * 1024) for number in range(40)]
    for body in (a_tar(many), a_zip(many)):
        with pytest.raises(Unreadable, match="unpacks to more than"):
            read(body)
    large = [("0.xml", b" " * 3 * 1024 * 1024)]
    for body in (a_tar(large), a_zip(large)):
        with pytest.raises(Unreadable, match="an entry of"):
            read(body)
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 8 * 1024**3
    with pytest.raises(Unreadable):
        read(gzip.compress(header.tobuf() + b" " * 1024 * 1024))
    monkeypatch.setattr(archives, "MOST_ENTRIES", 30)
    for body in (a_tar(FILES), a_zip(FILES)):
        with pytest.raises(Unreadable, match="more than 30 entries"):
            read(body)


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
