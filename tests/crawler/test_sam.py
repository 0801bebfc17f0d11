"""SAM.gov: pages by their index, the key nowhere but in requests, descriptions by a second request."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy import Request

from crawler.readers.sam import read_sam
from crawler.registry import load_sources
from domain.config import has_secret
from domain.sources import RunState
from storage.engine import reading
from storage.pages import PageFiles, find_pages
from storage.revisions import find_revisions
from storage.stories import find_by_names
from tests.crawler.drive import SpiderDrive
from tests.crawler.portals import Answer, Place, Portal, query
from tests.crawler.sam_portal import KEY, SOURCE, Sam, a_row

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SAM = load_sources()["us_sam"]


def drive(place: Place, sam: Sam, now: datetime = NOW) -> SpiderDrive:
    return SpiderDrive(place, lambda request: sam.answer(request.url), now, key=KEY)


def test_pages_and_descriptions(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_TEST_SAM", KEY)
    place.write(**SOURCE)
    sam = Sam([a_row(number) for number in range(8)])
    sam.rows[1]["description"] = None
    sam.no_description = {sam.rows[2]["noticeId"]}
    first = drive(place, sam)
    verdict = first.run()
    assert verdict is not None
    assert (verdict.state, verdict.reason) == (RunState.OK, None)
    notices = place.notices()
    assert len(notices) == 8
    assert notices[0]["description"] == {"en": "For 00"}
    assert notices[1]["description"] == notices[2]["description"] == {}
    assert notices[0]["codes"] == [{"scheme": "NAICS", "id": "333914"}, {"scheme": "PSC", "id": "4320"}]
    assert (notices[0]["deadline_at"], notices[0]["country"]) == ("2026-12-18T16:00:00-07:00", "US")
    assert notices[0]["published_at"] == "2026-11-20T00:00:00-05:00"
    assert len([url for url in first.asked if "noticedesc" in url]) == 7
    # Only a row that has changed is described again.
    sam.rows[0]["responseDeadLine"] = "2026-12-24T16:00:00-07:00"
    second = drive(place, sam)
    second.run()
    assert len([url for url in second.asked if "noticedesc" in url]) == 1
    assert place.revisions()[sam.rows[0]["noticeId"]] == [(), ("deadline_at",)]
    assert set(map(len, place.revisions().values())) == {1, 2}


def test_the_key_is_in_requests_only(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_TEST_SAM", KEY)
    place.write(**SOURCE)
    drive(place, Sam([a_row(number) for number in range(4)])).run()
    with place.engine() as engine, reading(engine) as c:
        pages = find_pages(c)
    assert pages
    assert all("{key}" in page.url for page in pages)
    stored = b"".join(file.read_bytes() for file in place.settings.data_dir.glob("tenderwatch.db*"))
    bodies = b"".join(PageFiles(place.settings.pages_dir).read(page.hash) for page in pages)
    assert b"s3cret" not in stored + bodies


def test_the_key_goes_to_no_other_host(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_TEST_SAM", KEY)
    place.write(**SOURCE)
    asked = drive(place, Sam([a_row(1, description="https://evil.invalid/desc?id=1")]))
    verdict = asked.run()
    assert verdict is not None
    assert verdict.state is not RunState.OK
    assert not any("evil" in url for url in asked.asked)


def test_a_wrong_key_blocks(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_TEST_SAM", "wr0ng")
    place.write(**SOURCE)
    with Portal(Sam([a_row(1)]).answer) as portal:
        run = place.crawl(portal)
    assert run.state is RunState.BLOCKED
    assert "the key in TENDERWATCH_KEY_TEST_SAM may be wrong" in (run.reason or "")
    assert "wr0ng" not in (run.reason or "")


def test_it_is_on_only_where_its_key_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENDERWATCH_KEY_SAM", raising=False)
    assert not load_sources()["us_sam"].enabled
    monkeypatch.setenv("TENDERWATCH_KEY_SAM", KEY)
    assert load_sources()["us_sam"].enabled
    assert has_secret("TENDERWATCH_KEY_SAM")


def test_the_real_answer(shared: Path) -> None:
    page = read_sam((shared / "realdata" / "us_sam" / "opportunities_v2_search.json").read_bytes(), SAM)
    assert (len(page.rows), page.faults) == (4, ())
    assert page.total == 9334
    assert not [word for row in page.rows for word in row.unknown_words]
    assert page.rows[0].codes == (("NAICS", "236220"), ("PSC", "Z2AA"))
    assert page.rows[0].deadline == "2026-02-28T16:00:00-07:00"
    assert all(row.buyers and row.title and row.published and row.url for row in page.rows)


def test_requests_are_of_scrapy(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_TEST_SAM", KEY)
    place.write(**SOURCE)
    seen: list[Request] = []
    sam = Sam([])

    def answer(request: Request) -> Answer:
        seen.append(request)
        return sam.answer(request.url)

    SpiderDrive(place, answer, NOW, key=KEY).run()
    assert [(query(each.url)["postedFrom"], query(each.url)["postedTo"]) for each in seen] == [
        ("11/19/2026", "11/19/2026"),
        ("11/20/2026", "11/20/2026"),
    ]
    assert {query(each.url)["offset"] for each in seen} == {"0"}


@pytest.mark.parametrize("later_first", [False, True])
def test_a_new_version_moves_what_was_told_of_the_earlier_one(
    place: Place, monkeypatch: pytest.MonkeyPatch, later_first: bool
) -> None:
    """Whichever is read first; and another office's notice, an award or a short number moves nothing."""
    monkeypatch.setenv("TENDERWATCH_KEY_TEST_SAM", KEY)
    kinds = {"Solicitation": "tender", "Award Notice": "award", "Sources Sought": "planning"}
    listing = {**SOURCE["listing"], "window": {**SOURCE["listing"]["window"], "overlap": "1d"}}
    place.write(**{**SOURCE, "kinds": kinds, "listing": listing})
    number = {"solicitationNumber": "1202SC21Q0004"}
    old = a_row(1, **number, postedDate="2026-11-19")
    new = a_row(2, **number, title="Water pump 1, amended", responseDeadLine="2027-01-08T16:00:00-07:00")
    strangers = [
        a_row(3, **number, fullParentPathCode="014.2", responseDeadLine="2027-02-01T16:00:00-07:00"),
        a_row(4, **number, type="Award Notice", responseDeadLine=None),
        a_row(5, **number, type="Sources Sought", responseDeadLine="2027-03-01T16:00:00-07:00"),
        a_row(6, solicitationNumber="12", responseDeadLine="2027-04-01T16:00:00-07:00"),
        a_row(7, solicitationNumber="12", responseDeadLine="2027-05-01T16:00:00-07:00"),
    ]
    first, second = ([*strangers, new], [*strangers, old]) if later_first else ([*strangers, old], [*strangers, new])
    drive(place, Sam(first)).run()
    drive(place, Sam(second), NOW + timedelta(hours=1)).run()
    found = {int(notice["key"], 16): notice for notice in place.notices()}
    assert found[1]["deadline_at"] == found[2]["deadline_at"] == "2027-01-08T16:00:00-07:00"
    assert found[1]["title"] == {"en": "Water pump 1, amended"}
    assert (found[1]["description"], found[1]["url"]) == ({"en": "For 02"}, "https://sam.invalid/1")
    assert [found[each]["deadline_at"] and found[each]["deadline_at"][:7] for each in (3, 4, 5, 6, 7)] == [
        "2027-02",
        None,
        "2027-03",
        "2027-04",
        "2027-05",
    ]
    with place.engine() as engine, reading(engine) as c:
        (row,) = find_by_names(c, (f"{1:032x}",), (), ("xx_test",))
        assert [each.brought_by for each in find_revisions(c, row.id)] == [None, f"{2:032x}"]
        assert {each.notice.key for each in find_by_names(c, ("1202sc21q0004",), (), None)} >= {row.notice.key}
    before = place.revisions()
    drive(place, Sam(second), NOW + timedelta(hours=2)).run()
    drive(place, Sam(first), NOW + timedelta(hours=3)).run()
    assert place.revisions() == before
