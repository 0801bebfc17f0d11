"""How lists are walked: windows and their halves, counted pages, next links, and the low-water mark."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.listing.detail import read_row, to_detail
from crawler.listing.mark import Mark, read_mark, settle, write_mark
from crawler.listing.plans import Plan
from crawler.listing.walk import Seen, Walk
from crawler.listing.windows import Windows
from crawler.spans import to_span
from domain.notices import Document, Kind, RawBuyer, RawLot, RawMoney, RawNotice, Status
from domain.sources import Source, Step, StepState
from tests.crawler.portals import query
from tests.factories import a_source

WINDOW = {"from": "from", "to": "to", "size": "6h", "overlap": "1h", "first": "1d", "halve_when_full": 100}
DAY = datetime(2026, 11, 20, tzinfo=UTC)


def a_listing(**listing: Any) -> Source:
    return a_source(listing=listing, endpoint="https://portal.example/api?limit=100")


def plan(walk: Walk, mark: Mark | None = None, *, now: datetime, **options: Any) -> Plan:
    given: dict[str, Any] = {"since": None, "until": None, **options}
    return walk.plan(mark, given.pop("left", []), now=now, **given)


def seen(rows: int = 1, fresh: int = 1, total: int | None = None, next_url: str | None = None) -> Seen:
    return Seen(rows, fresh, total, next_url, "https://portal.example/api")


def bounds(steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    return [(query(step.url)["from"], query(step.url)["to"]) for step in steps]


def test_spans() -> None:
    assert to_span("90s") == timedelta(seconds=90)
    assert to_span("3d") == timedelta(days=3)
    for wrong in ("", "6", "h", "0h", "6 h", "-1h", "1w"):
        with pytest.raises(ValueError, match="no length of time"):
            to_span(wrong)


def test_the_first_run_reads_back_as_far_as_declared_on_a_fixed_grid() -> None:
    walk = Walk.read(a_listing(window=WINDOW))
    first = plan(walk, now=DAY.replace(hour=13, minute=5, second=59))
    assert bounds(first.steps)[0] == ("2026-11-19T12:00:00", "2026-11-19T18:00:00")
    assert bounds(first.steps)[-1] == ("2026-11-20T12:00:00", "2026-11-20T13:05:00")
    again = plan(Walk.read(a_listing(window=WINDOW)), now=DAY.replace(hour=13, minute=5, second=1))
    assert [step.token for step in again.steps] == [step.token for step in first.steps]
    assert all("limit=100" in step.url for step in first.steps)


def test_a_later_run_reads_its_overlap_and_what_is_new() -> None:
    walk = Walk.read(a_listing(window=WINDOW))
    known = Mark(DAY.replace(hour=3), DAY.replace(hour=12, minute=30))
    later = plan(walk, known, now=DAY.replace(hour=14))
    assert bounds(later.steps) == [
        ("2026-11-20T06:00:00", "2026-11-20T12:00:00"),
        ("2026-11-20T12:00:00", "2026-11-20T14:00:00"),
    ]
    assert later.mark == Mark(DAY.replace(hour=3), DAY.replace(hour=14))


def test_since_reads_from_there_and_a_gap_does_not_move_the_mark() -> None:
    walk = Walk.read(a_listing(window=WINDOW))
    known = Mark(DAY, DAY)
    gap = plan(walk, known, now=DAY + timedelta(days=3), since=DAY + timedelta(days=2))
    assert gap.mark == known
    assert bounds(gap.steps)[0][0] == "2026-11-22T00:00:00"
    whole = plan(walk, known, now=DAY + timedelta(days=1), since=DAY - timedelta(days=2), until=DAY)
    assert whole.mark == known
    assert bounds(whole.steps)[-1][1] == "2026-11-20T00:00:00"


def test_bounds_are_printed_in_the_portals_zone() -> None:
    walk = Walk.read(a_listing(window=WINDOW))
    summer = datetime(2026, 7, 1, 6, tzinfo=UTC)
    assert bounds(plan(walk, Mark(summer, summer), now=summer + timedelta(hours=6)).steps)[-1] == (
        "2026-07-01T07:00:00",
        "2026-07-01T13:00:00",
    )


@given(st.integers(0, 4 * 86_400), st.integers(2, 30_000), st.booleans(), st.booleans())
def test_no_instant_is_lost_when_summer_time_ends(after: int, length: int, early: bool, late: bool) -> None:
    """However the portal reads a time that its clock shows twice, the window covers what it must, forwards."""
    source = a_listing(window={**WINDOW, "size": "300d"})
    begin = datetime(2026, 10, 23, tzinfo=UTC) + timedelta(seconds=after)
    end = begin + timedelta(seconds=length)
    windows = Windows.read(source)
    step = windows._step(begin, end, {})
    asked = query(step.url)
    zone = ZoneInfo("Europe/London")
    read_low = datetime.fromisoformat(asked["from"]).replace(tzinfo=zone, fold=int(early))
    read_high = datetime.fromisoformat(asked["to"]).replace(tzinfo=zone, fold=int(late))
    assert read_low.astimezone(UTC) <= begin
    assert read_high.astimezone(UTC) >= end
    assert asked["from"] < asked["to"]


def test_a_full_window_is_asked_in_halves_down_to_the_smallest() -> None:
    walk = Walk.read(a_listing(window={**WINDOW, "smallest": "1h"}))
    (whole,) = plan(walk, Mark(DAY, DAY), now=DAY + timedelta(hours=6)).steps[1:]
    assert walk.follow(whole, seen(rows=99)).steps == ()
    halves = walk.follow(whole, seen(rows=100, next_url="https://portal.example/api?cursor=1")).steps
    assert bounds(halves) == [
        ("2026-11-20T00:00:00", "2026-11-20T03:00:00"),
        ("2026-11-20T03:00:00", "2026-11-20T06:00:00"),
    ]
    quarter = walk.follow(halves[0], seen(rows=100)).steps[0]
    assert bounds((quarter,)) == [("2026-11-20T00:00:00", "2026-11-20T01:30:00")]
    smallest = walk.follow(quarter, seen(rows=100, next_url="https://portal.example/api?cursor=2"))
    assert [step.kind for step in smallest.steps] == ["page"]
    assert "100 rows in the smallest window" in smallest.issues[0].reason


def test_months_of_each_type_in_the_portals_zone() -> None:
    window = {"by": "month", "from": "dateFrom", "format": "%m-%Y", "over": {"type": [1, 2]}, "first": "31d"}
    walk = Walk.read(a_listing(window=window))
    first = plan(walk, now=datetime(2026, 11, 20, 10, 30, tzinfo=UTC)).steps
    asked = [(query(step.url)["dateFrom"], query(step.url)["type"]) for step in first]
    assert asked == [("10-2026", "1"), ("10-2026", "2"), ("11-2026", "1"), ("11-2026", "2")]
    assert len({step.token for step in first}) == 4
    # The month's first day in London is still the last of October in UTC, while it is summer.
    assert first[0].low == "2026-09-30T23:00:00+00:00"
    same = plan(walk, Mark(DAY, DAY), now=datetime(2026, 11, 21, tzinfo=UTC)).steps
    assert [step.token for step in same] == [step.token for step in first[2:]]


def test_days_are_inclusive_where_the_portal_takes_no_time() -> None:
    window = {"by": "day", "from": "from", "to": "to", "format": "%d.%m.%Y", "first": "1d", "overlap": "1d"}
    walk = Walk.read(a_listing(window=window))
    first = plan(walk, now=datetime(2026, 11, 20, 10, tzinfo=UTC)).steps
    assert bounds(first) == [("19.11.2026", "19.11.2026"), ("20.11.2026", "20.11.2026")]


def test_counted_pages_follow_the_portals_total() -> None:
    walk = Walk.read(a_listing(pages={"param": "page", "size": 10, "size_param": "rows", "ceiling": 4}))
    (first,) = plan(walk, now=DAY).steps
    assert query(first.url) == {"limit": "100", "page": "1", "rows": "10"}
    more = walk.follow(first, seen(rows=10, total=31))
    assert [query(step.url)["page"] for step in more.steps] == ["2", "3", "4"]
    assert more.issues == ()
    cut = walk.follow(first, seen(rows=10, total=41))
    assert [query(step.url)["page"] for step in cut.steps] == ["2", "3", "4"]
    assert "more pages than the ceiling of 4" in cut.issues[0].reason
    assert walk.follow(more.steps[0], seen(rows=10, total=31)).steps == ()


def test_counted_pages_without_a_total_go_on_while_rows_come() -> None:
    walk = Walk.read(a_listing(pages={"param": "page", "size": 10, "first": 0, "ceiling": 3}))
    step: Step | None = plan(walk, now=DAY).steps[0]
    for number in ("1", "2"):
        assert step
        (step,) = walk.follow(step, seen(rows=10)).steps
        assert query(step.url)["page"] == number
    assert step
    assert "ceiling of 3" in walk.follow(step, seen(rows=10)).issues[0].reason
    assert walk.follow(step, seen(rows=0)) == walk.follow(step, seen(rows=0, fresh=0))
    repeated = walk.follow(step, seen(rows=10, fresh=0))
    assert repeated.steps == ()
    assert "only rows that were on pages before it" in repeated.issues[0].reason


def test_a_next_link_that_loops_ends_with_an_issue() -> None:
    walk = Walk.read(a_listing(next={}))
    (first,) = plan(walk, now=DAY).steps
    (second,) = walk.follow(first, seen(next_url="?page=2")).steps
    assert second.url == "https://portal.example/api?page=2"
    for back in ("?page=2", first.url):
        looped = walk.follow(second, seen(next_url=back))
        assert looped.steps == ()
        assert "leads back to" in looped.issues[0].reason


def test_a_chain_of_next_links_has_a_ceiling() -> None:
    walk = Walk.read(a_listing(next={"ceiling": 3}))
    step = plan(walk, now=DAY).steps[0]
    for number in (2, 3):
        (step,) = walk.follow(step, seen(next_url=f"?page={number}")).steps
    ended = walk.follow(step, seen(next_url="?page=4"))
    assert ended.steps == ()
    assert "more pages than the ceiling of 3" in ended.issues[0].reason


def test_next_links_inside_windows() -> None:
    walk = Walk.read(a_listing(window={"from": "from", "to": "to"}, next={}))
    step = plan(walk, now=DAY).steps[0]
    (page,) = walk.follow(step, seen(rows=100, next_url="?cursor=a")).steps
    assert (page.low, page.high) == (step.low, step.high)


def test_an_interrupted_walk_is_finished_before_a_new_one_begins() -> None:
    walk = Walk.read(a_listing(next={}))
    left = Step("page 7", "page", "https://portal.example/api?page=7")
    assert plan(walk, now=DAY, left=[left]).steps == ()
    failed = Step("page 7", "page", "https://portal.example/api?page=7", StepState.FAILED)
    assert len(plan(walk, now=DAY, left=[failed]).steps) == 1
    assert len(plan(walk, now=DAY, left=[left], since=DAY).steps) == 1


def test_a_single_file_is_its_whole_list() -> None:
    walk = Walk.read(a_listing(file={}))
    (step,) = plan(walk, now=DAY).steps
    assert step.kind == "file"
    assert walk.follow(step, seen(rows=1000, next_url="https://portal.example/2")).steps == ()


def test_the_mark_moves_only_when_the_chain_below_is_complete() -> None:
    hours = [DAY + timedelta(hours=hour) for hour in range(4)]
    steps = [
        Step(str(low), "window", "x", low=low.isoformat(), high=high.isoformat())
        for low, high in itertools.pairwise(hours)
    ]
    mark = Mark(hours[0], hours[3])
    assert settle(mark, steps[1:]) == Mark(hours[1], hours[3])
    assert settle(mark, [steps[0], steps[2]]) == mark
    assert settle(mark, []) == Mark(hours[3], hours[3])
    assert settle(mark, [Step("detail", "detail", "x")]) == Mark(hours[3], hours[3])
    for each in (mark, Mark(hours[1], hours[1])):
        assert read_mark(write_mark(each)) == each
    assert write_mark(Mark(DAY, DAY)) == "2026-11-20T00:00:00+00:00"
    assert read_mark(None) is None


def test_a_row_survives_in_its_step() -> None:
    row = RawNotice(
        key="1",
        kind=Kind.TENDER,
        status=None,
        title={"ru": "Насосы"},
        buyers=(RawBuyer("Город", region="RU-MOW"),),
        regions=("RU-MOW",),
        codes=(("OKPD2", "28.13"),),
        value=RawMoney("1 000,00 ₽"),
        lots=(RawLot("1", {"ru": "Лот"}, codes=(("CPV", "42122000"),), value=RawMoney("1")),),
        documents=(Document("https://portal.example/d"),),
        unknown_words=(("status", "?"),),
        partial=True,
    )
    step = to_detail(Step("page", "page", "x", low="a", high="b"), row, "https://portal.example/1")
    assert read_row(step) == row
    assert (step.token, step.key, step.low) == ("detail:1", "1", "a")
    assert read_row(Step("x", "page", "x")) is None
    closed = RawNotice(key="2", kind=None, status=Status.CLOSED)
    assert read_row(to_detail(step, closed, "x")) == closed
