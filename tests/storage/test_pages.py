"""Saved pages: files by hash, and what may be pruned of them."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from storage.engine import reading, writing
from storage.issues import close_issues, save_issues
from storage.pages import PageFiles, find_page, find_pages, save_page
from storage.prune import Pruned, prune
from tests.factories import NOW, a_notice, a_page, a_run, an_issue, stored


@pytest.fixture
def files(tmp_path: Path) -> PageFiles:
    return PageFiles(tmp_path / "pages")


def age(folder: Path, seconds: float) -> None:
    for file in folder.rglob("*.*"):
        before = file.stat().st_mtime - seconds
        os.utime(file, (before, before))


def test_a_body_is_kept_by_its_hash(files: PageFiles, tmp_path: Path) -> None:
    body = b"<html>" + bytes(range(256)) * 100
    digest = files.save(body)
    assert digest == hashlib.sha256(body).hexdigest()
    assert files.save(body) == digest
    assert files.read(digest) == body
    assert files.read(files.save(b"")) == b""
    saved = [file for file in (tmp_path / "pages").rglob("*") if file.is_file()]
    assert len(saved) == 2
    assert 0 < files.size(digest) < len(body)


def test_what_is_no_hash_is_refused(files: PageFiles) -> None:
    for name in ("../../etc/passwd", "a" * 63, "A" * 64, ""):
        with pytest.raises(ValueError, match="SHA-256"):
            files.read(name)
    with pytest.raises(FileNotFoundError):
        files.read("a" * 64)


def test_pages_are_found_newest_first(engine: Engine) -> None:
    first, second = a_page(), a_page("b" * 64, fetched_at=NOW + timedelta(hours=1), media_type=None)
    with writing(engine) as c:
        save_page(c, first, a_run(c))
        save_page(c, second, a_run(c))
        save_page(c, first, a_run(c, "xx_other"))
    with reading(engine) as c:
        assert find_pages(c, source="gb_test") == [second, first]
        assert find_pages(c, hash="a" * 64) == [first, first]
        assert find_pages(c, source="gb_test", hash="a" * 64) == [first]
        assert find_page(c, first.url) == second, "the newest of an address"
        assert find_page(c, "a" * 12) == find_page(c, "a" * 64) == first
        assert [find_page(c, name) for name in ("a" * 7, "c" * 12, "https://nowhere.example/")] == [None] * 3


def test_a_page_that_is_fetched_again_is_one_row(engine: Engine) -> None:
    again = a_page(fetched_at=NOW + timedelta(hours=1))
    with writing(engine) as c:
        save_page(c, a_page(), a_run(c))
        save_page(c, again, a_run(c))
        assert find_pages(c) == [again]


def keep(c: Connection, files: PageFiles, body: bytes, days: int) -> str:
    digest = files.save(body)
    page = a_page(digest, fetched_at=NOW - timedelta(days=days), url=f"https://portal.example/{digest}")
    save_page(c, page, a_run(c))
    return digest


def test_old_pages_go_but_for_those_that_are_needed(engine: Engine, files: PageFiles) -> None:
    with writing(engine) as c:
        old, current, issue, young = (keep(c, files, name, days) for name, days in OLD_AND_YOUNG)
        stored(c, a_notice(), page=current)
        save_issues(c, None, [an_issue(page=issue)], NOW)
        pruned = prune(c, files, NOW)
        assert pruned == Pruned(1, pruned.bytes, 3)
        assert pruned.bytes > 0
        assert files.size(old) == 0
        assert {page.hash for page in find_pages(c)} == {current, issue, young}
        stored(c, a_notice(country="IE"), page=young)  # no longer the page of the current revision
        close_issues(c, "gb_test", None, NOW)
        assert prune(c, files, NOW).pages == 2
        assert [page.hash for page in find_pages(c)] == [young]


OLD_AND_YOUNG = ((b"old", 31), (b"current", 31), (b"issue", 31), (b"young", 29))


def test_too_many_bytes_cost_the_oldest(engine: Engine, files: PageFiles) -> None:
    with writing(engine) as c:
        hashes = [keep(c, files, os.urandom(1000), days) for days in (3, 2, 1)]
        assert prune(c, files, NOW, most_bytes=2500).pages == 1
        assert [page.hash for page in find_pages(c)] == [hashes[2], hashes[1]]
        assert prune(c, files, NOW, most_bytes=2500).pages == 0


def test_a_body_fetched_again_lately_is_young(engine: Engine, files: PageFiles) -> None:
    with writing(engine) as c:
        digest = keep(c, files, b"same", 40)
        save_page(c, a_page(digest, fetched_at=NOW, url="https://portal.example/else"), a_run(c))
        assert prune(c, files, NOW).pages == 0
        assert files.read(digest) == b"same"


def test_files_that_no_transaction_named_go_after_an_hour(engine: Engine, files: PageFiles, tmp_path: Path) -> None:
    orphan = files.save(b"orphan")
    (tmp_path / "pages" / orphan[:2] / "tmp123.part").write_bytes(b"killed")
    with writing(engine) as c:
        named = keep(c, files, b"named", 1)
        prune(c, files, NOW)
        assert files.size(orphan) > 0
        age(tmp_path / "pages", 4000)
        pruned = prune(c, files, NOW)
    assert (pruned.pages, pruned.kept) == (0, 1)
    assert pruned.bytes > 0
    left = [file.name for file in (tmp_path / "pages").rglob("*") if file.is_file()]
    assert left == [f"{named}.zst"]
