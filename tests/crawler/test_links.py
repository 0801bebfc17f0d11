"""Lists that only name documents: files of many releases and documents of one, from a portal on this machine."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.sources import RunState
from tests.crawler.killing import Moment, crawl_and_kill
from tests.crawler.portals import Answer, Place, Portal, a_package, a_release, query

UNTIL = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUIET = {"notices": [0, 1000], "filled": {"title": 1.0}, "silence": "3d"}


def keys(place: Place) -> list[int]:
    return [int(notice["key"].rpartition("-")[2]) for notice in place.notices()]


def files(portal: Portal) -> list[str]:
    """What was asked for besides lists, since the last look."""
    asked = sorted(path for path in portal.log if "list" not in path)
    portal.log.clear()
    return asked


def a_file(path: str) -> Answer:
    """One release, whose number stands in the address."""
    return Answer(a_package([a_release(int("".join(filter(str.isdigit, path))))]))


def serve(rows: Callable[[], list[dict[str, Any]]]) -> Callable[[str], Answer]:
    def answer(path: str) -> Answer:
        if "list" in path:
            return Answer(json.dumps({"result": {"resources": rows()}}).encode())
        return a_file(path)

    return answer


def test_files_of_a_catalogue_are_read_once_for_each_version(place: Place) -> None:
    """CKAN's way: resources with a format and a last_modified; the newest is read by each run."""
    rows = [{"url": f"/d/{year}.json", "format": "JSON", "last_modified": f"{year}-05"} for year in (2023, 2024, 2025)]
    rows.append({"url": "/d/2025.xlsx", "format": "XLSX", "last_modified": "2025-05"})
    place.write(
        endpoint="https://portal.invalid/list",
        listing={
            "links": {
                "rows": "result.resources[?format=='JSON']",
                "url": "url",
                "version": "last_modified",
                "again": 1,
            }
        },
    )
    with Portal(serve(lambda: rows)) as portal:
        run = place.crawl(portal)
        assert run.state is RunState.OK, run.reason
        assert files(portal) == ["/d/2023.json", "/d/2024.json", "/d/2025.json"]
        assert keys(place) == [2023, 2024, 2025]
        assert place.crawl(portal).state is RunState.OK
        assert files(portal) == ["/d/2025.json"]
        rows[0]["last_modified"] = "2026-01"
        assert place.crawl(portal).state is RunState.OK
        assert files(portal) == ["/d/2023.json"]  # it is the newest now


def test_dated_files_move_a_low_water_mark(place: Place) -> None:
    """Month files: those of the period, and later only the overlap; what failed is asked again whatever its age."""
    broken: set[str] = {"/f/2026-10.json"}
    months = ["2025-12", "2026-09", "2026-10", "2026-11", "notes"]

    def answer(path: str) -> Answer:
        if path in broken:
            return Answer(status=404)
        return serve(lambda: [{"name": f"releases {month}", "id": month} for month in months])(path)

    place.write(
        endpoint="https://portal.invalid/list",
        listing={
            "links": {
                "rows": "result.resources",
                "url": "https://portal.invalid/f/{row.id}.json",
                "date": {"path": "name", "by": "month"},
                "first": "70d",
                "overlap": "5d",
            }
        },
        expect=QUIET,
    )
    with Portal(lambda path: Answer(b"", 404) if "notes" in path else answer(path)) as portal:
        months.remove("notes")
        run = place.crawl(portal, until=UNTIL)
        assert run.state is RunState.PARTIAL
        assert files(portal) == ["/f/2026-09.json", "/f/2026-10.json", "/f/2026-11.json"]
        broken.clear()
        run = place.crawl(portal)
        assert run.state is RunState.OK, run.reason
        assert files(portal) == ["/f/2026-10.json", "/f/2026-11.json"]
        assert place.crawl(portal).state is RunState.OK
        assert files(portal) == ["/f/2026-11.json"]
        assert keys(place) == [202609, 202610, 202611]


def test_windows_pages_and_details(place: Place) -> None:
    """Chile's way: months, in each counted pages of ids, for each id a document of its own."""

    def answer(path: str) -> Answer:
        if not path.startswith("/list"):
            return Answer(a_package([a_release(int(path.rpartition("/")[2]))]))
        month, offset = (int(part) for part in path.split("/")[2:4])
        ids = [{"ocid": f"ocds-x-{month}{row}"} for row in range(5)]
        return Answer(json.dumps({"pagination": {"total": 5}, "data": ids[offset : offset + 2]}).encode())

    place.write(
        endpoint="https://portal.invalid/list/{low:%m}/{offset}/2",
        listing={
            "window": {"by": "month", "first": "30d"},
            "pages": {"size": 2},
            "links": {
                "is": "detail",
                "rows": "data",
                "total": "pagination.total",
                "url": "https://portal.invalid/{low.year}/{row}",
                "regex": r"ocds-x-(\d+)",
            },
        },
    )
    with Portal(answer) as portal:
        run = place.crawl(portal, until=UNTIL)
        assert (run.state, run.claimed) == (RunState.OK, 10), run.reason
        assert keys(place) == [month * 10 + row for month in (10, 11) for row in range(5)]
        assert files(portal)[0] == "/2026/100"


def test_anchors_of_a_web_page(place: Place) -> None:
    page = (
        b'<html><body><a href="/about">About</a><table><tr data-id="7"><td><a href="../d/b%201.json">May</a></td></tr>'
        b'<tr data-id="8"><td><a href="d/2.json">June</a></td></tr></table></body></html>'
    )
    place.write(
        endpoint="https://portal.invalid/data/list.html",
        listing={"links": {"css": "tr", "regex": r"\.json$"}},
    )
    with Portal(lambda path: Answer(page) if "list" in path else a_file(path)) as portal:
        assert place.crawl(portal).state is RunState.OK
        assert files(portal) == ["/d/b%201.json", "/data/d/2.json"]
        assert place.crawl(portal).state is RunState.OK
        assert files(portal) == []  # each address once


def test_attributes_of_a_web_page_counted_until_nothing_comes(place: Place) -> None:
    """Pages that are counted up until one says that there is nothing."""

    def answer(path: str) -> Answer:
        if "list" not in path:
            return a_file(path)
        page = int(query(path)["page"])
        rows = "".join(f'<li data-id="{page * 10 + n}">x</li>' for n in range(2)) if page < 4 else "No results"
        return Answer(f"<html><body><ul>{rows}</ul></body></html>".encode())

    place.write(
        endpoint="https://portal.invalid/list",
        listing={
            "pages": {"param": "page", "size": 2},
            "links": {"xpath": "//li", "url": '/d/{row."data-id"}.json', "is": "detail", "empty": ["No results"]},
        },
    )
    with Portal(answer) as portal:
        assert place.crawl(portal).state is RunState.OK
        assert keys(place) == [10, 11, 20, 21, 30, 31]


def test_a_feed_with_the_id_in_its_titles(place: Place) -> None:
    """Uruguay's way: a month's feed, its items' titles hold the id."""
    items = "".join(f"<item><title>Llamado: id:{n}, nuevo</title><guid>x{n}</guid></item>" for n in (41, 42))
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{items}</channel></rss>'.encode()
    place.write(
        endpoint="https://portal.invalid/list/{low:%Y}/{low:%m}",
        listing={
            "window": {"by": "month", "first": "1d"},
            "links": {"feed": True, "regex": r"id:(\w+)", "url": "https://portal.invalid/record/{row}", "is": "detail"},
        },
    )
    with Portal(lambda path: Answer(feed) if "list" in path else a_file(path)) as portal:
        assert place.crawl(portal, until=UNTIL).state is RunState.OK
        assert portal.log[0] == "/list/2026/11"
        assert keys(place) == [41, 42]


def test_lists_and_documents_by_post(place: Place) -> None:
    """Malawi's way: a POST of skip and take gives rows, a POST of a row's id its document."""

    def post(path: str, body: str) -> Answer:
        asked = json.loads(body)
        if path == "/list":
            rows = [{"ocid": f"o {n}", "n": n} for n in range(5)][asked["skip"] : asked["skip"] + asked["take"]]
            return Answer(json.dumps({"total": 5, "records": rows}).encode())
        assert asked["ocid"] == f"o {asked['n']}"
        return Answer(a_package([a_release(asked["n"])]))

    place.write(
        endpoint="https://portal.invalid/list",
        request={"method": "POST", "json": {"skip": "{offset}", "take": 2}},
        listing={
            "pages": {"size": 2},
            "links": {
                "is": "detail",
                "rows": "records",
                "total": "total",
                "url": "https://portal.invalid/get",
                "request": {"method": "POST", "json": {"ocid": "{row.ocid}", "n": "{row.n}"}},
            },
        },
    )
    with Portal(lambda path: Answer(status=405)) as portal:
        portal.post = post
        run = place.crawl(portal)
        assert (run.state, run.claimed) == (RunState.OK, 5), run.reason
        assert keys(place) == list(range(5))


def test_a_text_of_its_own_making(place: Place) -> None:
    """Perú Compras' way: neither JSON nor HTML, but ids by a pattern, asked for the time since the last run."""
    listing = {
        "window": {"whole": True, "first": "1d", "overlap": "1h"},
        "links": {"regex": r"(\d+)-[A-Z]+", "url": "https://portal.invalid/f/{row}?from={low:%Y%m%d}"},
    }
    place.write(endpoint="https://portal.invalid/list", listing=listing, expect=QUIET)
    lists_are_down = False

    def answer(path: str) -> Answer:
        if "list" in path:
            return Answer(status=500) if lists_are_down else Answer("11-ABC¬x¯12-DEF^11-ABC".encode())
        return Answer(a_package([a_release(int(path[3:5]))]))

    assert place.session(now=UNTIL).run(answer).state is RunState.OK
    assert keys(place) == [11, 12]
    lists_are_down = True
    place.session(now=datetime(2026, 11, 22, 12, tzinfo=UTC)).run(answer)
    lists_are_down = False
    last = place.session(now=datetime(2026, 11, 23, 11, tzinfo=UTC))
    assert last.run(answer).state is RunState.OK
    asked = sorted(path for path in last.asked if "list" not in path)
    assert asked == [f"/f/{n}?from=202611{day}" for n in (11, 12) for day in (20, 22)]  # also what was left


@pytest.mark.parametrize(
    ("links", "body", "told"),
    [
        ({"rows": "data", "url": "url"}, b'{"error": "closed"}', "no rows there"),
        ({"rows": "data", "url": "url"}, b'{"data": [{"id": 1}]}', "an entry without an address"),
        ({"rows": "data", "url": "/d/{row.id}"}, b'{"data": [{"no": 1}]}', "the entry has no {row.id}"),
        ({"rows": "data", "url": "url"}, b'{"data": [{"url": "javascript:x()"}]}', "an address that is not asked"),
        ({"css": "a"}, b"<html><body>down</body></html>", "no entries there"),
        ({"feed": True}, b"<html><body>down</body></html>", "the page is no XML"),
        ({"rows": "data", "url": "url"}, b"", "the body is empty"),
    ],
)
def test_a_list_without_its_rows_is_refused(place: Place, links: dict[str, Any], body: bytes, told: str) -> None:
    place.write(endpoint="https://portal.invalid/list", listing={"links": links})
    verdict = place.session(now=UNTIL).run(lambda path: Answer(body))
    assert verdict.state is not RunState.OK
    assert told in str([each.issue.reason for each in place.issues()])


@pytest.mark.parametrize("dated", [False, True])
@pytest.mark.parametrize("answers", [1, 4, 9])
def test_a_crawl_killed_among_its_links_asks_only_for_the_rest(place: Place, dated: bool, answers: int) -> None:
    """A list of pages, each with three files; killed after so many answers, and run again."""

    def answer(path: str) -> Answer:
        if "list" not in path:
            return a_file(path)
        page = int(query(path).get("page", 1))
        rows = [{"url": f"/f/2026-11-{page * 3 + n:02}.json"} for n in range(3)]
        following = {"next": f"/list?page={page + 1}"} if page < 5 else {}
        return Answer(json.dumps({"rows": rows, **following}).encode())

    date = {"date": {"by": "day"}, "first": "30d", "overlap": "1d"} if dated else {}
    place.write(
        endpoint="https://portal.invalid/list",
        listing={"next": {}, "links": {"rows": "rows", "next": "next", **date}},
        expect=QUIET,
    )
    with Portal(answer) as portal:
        assert crawl_and_kill(place, portal, Moment("answers", answers), UNTIL)
        assert place.crawl(portal, until=UNTIL).steps_left == 0
        days = sorted(path for path in portal.log if "list" not in path)
        assert sorted(set(days)) == [f"/f/2026-11-{day:02}.json" for day in range(3, 18)]
        assert len(days) - len(set(days)) <= 2  # what was under way, and what was answered and not yet committed
        assert len(place.notices()) == 15


def a_chain(newest: int, size: int = 3) -> Callable[[str], Answer]:
    """Releases in pages by a cursor, the newest first."""

    def answer(path: str) -> Answer:
        first = int(query(path).get("before", newest))
        rows = list(range(first, max(0, first - size), -1))
        following = f"https://portal.invalid/api?before={first - size}" if first > size else None
        return Answer(a_package([a_release(n) for n in rows], following, total=newest))

    return answer


def test_a_chain_ends_where_all_is_known(place: Place) -> None:
    place.write(listing={"next": {"stop_when_known": True, "overlap": 1}}, expect=QUIET)
    first = place.session(now=UNTIL)
    assert first.run(a_chain(30)).state is RunState.OK
    assert len(first.asked) == 10
    again = place.session(now=UNTIL)
    assert again.run(a_chain(34)).state is RunState.OK
    assert again.asked == ["/api", "/api?before=31", "/api?before=28", "/api?before=25"]
    assert keys(place) == list(range(1, 35))


def test_a_chain_with_a_lost_page_is_read_to_its_end(place: Place) -> None:
    place.write(listing={"next": {"stop_when_known": True, "overlap": 1}}, expect=QUIET)
    assert place.session(now=UNTIL).run(a_chain(12)).state is RunState.OK

    def broken(path: str) -> Answer:
        return Answer(status=500) if path == "/api?before=27" else a_chain(30)(path)

    assert place.session(now=UNTIL).run(broken).state is RunState.PARTIAL
    killed = place.session(now=UNTIL)
    killed.run(a_chain(33), steps=2)
    later = place.session(now=datetime(2026, 11, 20, 13, tzinfo=UTC))
    assert later.run(a_chain(33)).state is RunState.OK
    assert keys(place) == list(range(1, 34))
    assert "/api?before=3" in later.asked  # to the end: the run that was killed had not read down to what was lost
