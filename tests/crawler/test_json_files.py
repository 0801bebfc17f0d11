"""OCDS in files: archives of JSON, a release on each line, packages of any size; whole, cut off and hostile ones."""

import gzip
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.parse import parse
from crawler.protocols.archive import PORTION
from crawler.readers.json_files import read_json_documents
from crawler.registry import load_sources
from domain.errors import SourceChanged, Unreadable
from domain.sources import RunState
from tests.crawler.killing import Moment, crawl_and_kill
from tests.crawler.portals import T0, Answer, Place, Portal, a_package, a_release

THREE = a_package([a_release(n) for n in range(3)])
MANY = [a_release(n) for n in range(1000)]
LONG = a_package(MANY)


def a_zip(members: dict[str, bytes]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return body.getvalue()


def lines(releases: list[dict[str, Any]]) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in releases)


def numbers(body: bytes, **options: Any) -> list[int]:
    """The releases of all documents of a file, by their number."""
    found = []
    for _, document in read_json_documents(io.BytesIO(body), **options):
        assert isinstance(document, bytes)
        read = json.loads(document)
        rows = read if isinstance(read, list) else [read]
        for row in rows:
            found += [int(each["ocid"][-5:]) for each in row.get("releases", [row])]
    return found


@pytest.mark.parametrize(
    "body",
    [
        LONG,
        b"\xef\xbb\xbf" + LONG,
        gzip.compress(LONG),
        lines(MANY),
        gzip.compress(lines(MANY)),
        json.dumps(MANY).encode(),
        json.dumps([json.loads(LONG)]).encode(),
        json.dumps({"ok": True, "result": {"publisher": {"name": "x"}, "releases": MANY}}).encode(),
        json.dumps({"data": MANY}, indent=1).encode(),
        a_zip({"a.json": LONG}),
        a_zip({f"{n}.json": json.dumps(MANY[n]).encode() for n in range(1000)}),
        a_zip({"x/a.json": a_package(MANY[:400]), "readme.csv": b"x", "__MACOSX/a.json": b"x", "b": lines(MANY[400:])}),
    ],
)
def test_all_that_is_packed_is_read(body: bytes) -> None:
    assert numbers(body) == list(range(1000))


def test_only_some_members() -> None:
    assert numbers(a_zip({"2021.json": LONG, "a-2021.json": THREE}), only="-") == [0, 1, 2]
    with pytest.raises(SourceChanged, match="no JSON named"):
        numbers(a_zip({"2021.json": LONG}), only="-")


@pytest.mark.parametrize("body", [b"", b"<html>down</html>", a_zip({"a.csv": b"x"}), b"\n\n"])
def test_what_is_no_file_of_json_is_refused(body: bytes) -> None:
    with pytest.raises(SourceChanged):
        numbers(body)


@pytest.mark.parametrize("cut", [LONG[:-40], lines(MANY)[:-40], json.dumps(MANY).encode()[:-40]])
def test_what_came_before_the_end_is_given(cut: bytes) -> None:
    *sound, (_, fault) = read_json_documents(io.BytesIO(cut))
    assert len(sound) == 999
    assert isinstance(fault, Unreadable)
    assert "breaks off" in fault.reason


def test_a_bad_member_does_not_hide_the_others() -> None:
    broken = {"b.xml": b"<a/>", "c.json": THREE[:-9], "d.json": b'{"a": '}
    body = a_zip({"a.json": THREE, **broken, "e.json": lines(MANY[:5])})
    found = list(read_json_documents(io.BytesIO(body)))
    assert [name for name, each in found if isinstance(each, Unreadable)] == ["b.xml.json", "c.json", "d.json"]
    assert len(found) == 1 + 2 + 3 + 5  # two whole releases stand in what is left of c.json


def test_strings_that_look_like_structure() -> None:
    odd = {**a_release(7), "note": 'a "quoted" {brace} [bracket] \\ " \\', "more": "\\\\"}
    assert numbers(a_package([odd, *MANY[:900]])) == [7, *range(900)]


def a_flood(size: int) -> Iterator[bytes]:
    yield b'{"releases": ['
    release = json.dumps(a_release(1, description="x" * 20_000)).encode()
    for _ in range(size // len(release)):
        yield release + b","
    yield json.dumps(a_release(2)).encode() + b"]}"


def test_memory_does_not_grow_with_the_file(tmp_path: Any) -> None:
    file = tmp_path / "huge.json"
    with file.open("wb") as out:
        out.writelines(a_flood(200 * 1024 * 1024))
    tracemalloc.start()
    with file.open("rb") as body:
        count = sum(1 for _ in read_json_documents(body))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count > 9_000
    assert peak < 40 * 1024 * 1024


def test_a_saved_archive_is_parsed(place: Place) -> None:
    place.write(ocds={"only": "a"}, listing={"file": {}})
    assert place.settings.sources_dir
    found = parse("xx_test", a_zip({"a.json": THREE, "b.json": LONG}), load_sources(place.settings.sources_dir))
    assert len(found.notices) == 3


WINDOW = {"listing": {"window": {"by": "month", "first": "1d"}}, "endpoint": "https://portal.invalid/{low:%Y-%m}.zip"}
LINKED = {"listing": {"links": {"rows": "files"}}, "endpoint": "https://portal.invalid/list"}


@pytest.mark.parametrize(
    ("source", "body", "count"),
    [
        (WINDOW, a_zip({"a.json": a_package(MANY[:300]), "b.json": lines(MANY[200:400])}), 400),
        (LINKED, gzip.compress(lines(MANY[:130])), 130),
        ({"listing": {"file": {}}}, THREE, 3),
        ({"listing": {"file": {}}}, THREE[:-30], 2),
    ],
)
def test_files_are_crawled(place: Place, source: dict[str, Any], body: bytes, count: int) -> None:
    def answer(path: str) -> Answer:
        return Answer(b'{"files": ["/x.json"]}' if path == "/list" else body)

    place.write(**source)
    with Portal(answer) as portal:
        run = place.crawl(portal, until=T0)
        assert len(place.notices()) == count
        faults = [each.issue.reason for each in place.issues()]
        assert faults == (["the JSON breaks off"] if count == 2 else [])
        assert run.steps_left == 0


def test_a_large_file_under_bounded_memory(place: Place) -> None:
    """60 MB of a package in one document: read in portions, each saved as a page of its own."""
    body = b"".join(a_flood(60 * 1024 * 1024)).replace(b"ocds-test-00001", b"ocds-test-%05d")
    parts = body.split(b"%05d")
    body = b"".join(part + b"%05d" % (number // 2) for number, part in enumerate(parts[:-1])) + parts[-1]
    place.write(listing={"file": {}}, expect={"notices": [1, 9000], "filled": {}, "silence": "3d"})
    with Portal(lambda path: Answer(body, headers={"ETag": '"v1"'})) as portal:
        run = place.crawl(portal, until=T0)
        assert run.state is RunState.OK, run.reason
        count = len(place.notices())
        assert count > 2_800
        again = place.crawl(portal)
        assert (again.new, again.changed, again.same) == (0, 0, count)


def test_a_crawl_killed_between_portions_loses_nothing(place: Place) -> None:
    place.write(listing={"file": {}}, expect={"notices": [1, 9000], "filled": {}, "silence": "3d"})
    with Portal(lambda path: Answer(gzip.compress(lines(MANY)))) as portal:
        assert crawl_and_kill(place, portal, Moment("files", 5), T0)
        before = len(place.notices())
        assert before < 1000
        run = place.crawl(portal)
        assert run.state is RunState.OK, run.reason
        assert len(place.notices()) == 1000
        assert before % PORTION == 0
