"""Pairs of made-up pages: the change is told, the noise is not."""

# ruff: noqa: E501  (markup keeps its lines)

from datetime import timedelta

import pytest

from crawler.watch.look import look
from crawler.watch.tell import read_blocks, to_raw
from domain.errors import SourceChanged
from tests.crawler.watch.pages import MONDAY, ROWS, TUESDAY, URL, a_page, a_row, a_source, look_twice, of, told

PAGE = a_page(*ROWS)
NOISE = {
    "clock": a_page(*ROWS, clock="Today is Tuesday, 6 January 2026, 10:42"),
    "counters": a_page(*ROWS, views=4711),
    "order": a_page(*reversed(ROWS)),
    "tracking": a_page(
        a_row(1041, "Centrifugal pumps for the cooling circuit", link="/t/1041?utm_source=x"), *ROWS[1:]
    ),
    "session": a_page(
        a_row(1041, "Centrifugal pumps for the cooling circuit", link="/t/1041;jsessionid=0AF3"), *ROWS[1:]
    ),
    "blanks": PAGE.replace(b"Centrifugal pumps", "Centrifugal \u00a0 pu\u00admps".encode()),
    "hidden": a_page(*ROWS, extra='<div style="display: none">Request 77</div><p hidden>x</p><script>let a=7</script>'),
    "advertisement": a_page(*ROWS, extra='<div class="ad-slot">Buy now</div><div id="cookie-banner">Cookies?</div>'),
    "markup": PAGE.replace(b"<h1>", b'<h1 class="new" data-x="77">').replace(b"<!doctype html>", b""),
    "ago": a_page(*ROWS, extra="<p>Opened 5 minutes ago</p>"),
}


@pytest.mark.parametrize("name", NOISE)
def test_noise_is_not_told(name: str) -> None:
    before = a_page(*ROWS, extra="<p>Opened 2 hours ago</p>") if name == "ago" else PAGE
    found = look_twice(before, NOISE[name])
    assert not found.told
    assert not of(found, "gone")


@pytest.mark.parametrize(
    ("label", "value", "noise"),
    [
        ("Views", "1203", True),
        ("Visiteurs", "1 203", True),
        ("Bids", "3", False),
        ("Lots", "2", False),
        ("Price", "900", False),
    ],
)
def test_a_bare_number_beside_its_label_counts_visitors_or_is_told(label: str, value: str, noise: bool) -> None:
    before, now = (
        a_page(*ROWS, extra=f"<dl><dt>{label}</dt><dd>{each}</dd></dl>")
        for each in (value, value.replace("3", "9").replace("2", "5").replace("900", "950"))
    )
    found = look_twice(before, now)
    assert bool(found.told) is not noise, told(found)


CHANGES = {
    "a new row": (a_page(*ROWS, a_row(1044, "Fire doors, T30")), ("new", "NW-1044/26")),
    "a deadline in a row": (
        a_page(ROWS[0], a_row(1042, "Cleaning of the administration building", "07.01.2026"), ROWS[2]),
        ("changed", "NW-1042/26"),
    ),
    "a deadline in a sentence": (
        PAGE.replace(b"5 February 2026, 12:00", b"12 February 2026, 12:00"),
        (
            "changed",
            "The deadline for the framework of 2026 is 12 February 2026, 12:00. Questions until 22 January 2026.",
        ),
    ),
    "the hour of a deadline": (
        PAGE.replace(b"2026, 12:00. Q", b"2026, 10:30. Q"),
        (
            "changed",
            "The deadline for the framework of 2026 is 5 February 2026, 10:30. Questions until 22 January 2026.",
        ),
    ),
    "a subject": (PAGE.replace(b"DN 200", b"DN 250"), ("changed", "NW-1043/26")),
    "a document in place of another": (
        PAGE.replace(b'href="/t/1043"', b'href="/t/1043?version=2"'),
        ("changed", "NW-1043/26"),
    ),
    "a paragraph": (
        a_page(*ROWS, extra="<p>The tender NW-1039 was cancelled.</p>"),
        ("new", "The tender NW-1039 was cancelled."),
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_among_noise(name: str) -> None:
    now, expected = CHANGES[name]
    now = now.replace(b"Monday, 5 January 2026, 10:30", b"Tuesday, 6 January 2026, 10:42").replace(b"1203", b"1377")
    found = look_twice(PAGE, now)
    assert told(found) == [expected]


def test_a_deadline_that_follows_the_clock_is_told_all_the_same() -> None:
    """It was today at both looks; its column is named after a deadline."""
    before, now = (a_page(a_row(1041, "Pumps", date)) for date in ("05.01.2026", "06.01.2026"))
    assert told(look_twice(before, now)) == [("changed", "NW-1041/26")]


def test_a_countdown_is_told_where_the_deadline_moved() -> None:
    def page(left: str) -> bytes:
        return a_page(*ROWS, extra=f"<p>Pipes: {left} left to bid</p>")

    assert not look_twice(page("5 days"), page("4 days")).told
    assert not look_twice(page("2 d 3 h"), page("1 d 3 h")).told
    assert told(look_twice(page("5 days"), page("11 days"))) == [("changed", "Pipes: 11 days left to bid")]
    assert told(look_twice(page("5d 09:30:00"), page("4d 09:18:00"))) == []
    assert told(look_twice(page("5d 09:30:00"), page("6d 09:18:00"))) == [("changed", "Pipes: 6d 09:18:00 left to bid")]


def test_a_lone_date_is_a_clock_only_where_it_goes_as_one() -> None:
    def page(date: str) -> bytes:
        return a_page(
            *ROWS,
            extra=f"<div><p>Nordhafen Werke buy by this platform alone since they were founded.</p></div><div>{date}</div>",
        )

    assert not look_twice(page("Monday, 5 January 2026"), page("Tuesday, 6 January 2026")).told
    assert told(look_twice(page("5 February 2026"), page("12 February 2026"))) == [("changed", "12 February 2026")]


def test_a_date_below_a_heading_about_a_deadline_is_no_clock() -> None:
    def page(date: str) -> bytes:
        return a_page(*ROWS, extra=f"<h3>Deadline</h3><p>{date}</p>")

    assert told(look_twice(page("5 January 2026"), page("6 January 2026"))) == [("changed", "6 January 2026")]


def test_the_rules_can_be_overruled() -> None:
    clock = NOISE["clock"]
    assert [what for what, _ in told(look_twice(PAGE, clock, a_source(keep=["dates"])))] == ["changed"] * 2
    assert told(look_twice(PAGE, NOISE["counters"], a_source(keep=["counters"])))
    assert not look_twice(PAGE, clock, a_source(ignore=["dates"])).told
    assert told(look_twice(PAGE, NOISE["order"], a_source(keep=["order"]))) != []
    now = a_page(*ROWS, extra="<p>Bid 17 was made</p>")
    before = a_page(*ROWS, extra="<p>Bid 16 was made</p>")
    assert told(look_twice(before, now))
    assert not look_twice(before, now, a_source(regexes=[r"Bid \d+"])).told
    assert not look_twice(before, now, a_source(leave_out="p")).told


def test_only_what_has_a_word_is_told() -> None:
    now = a_page(*ROWS, a_row(1044, "Fire doors, T30"), a_row(1045, "Gate valves and pumps"))
    found = look_twice(PAGE, now, a_source(words=["pump", "valve seat"]))
    assert told(found) == [("new", "NW-1045/26")]
    assert [each.block.lines[0] for each in of(found, "other words")] == ["NW-1044/26"]


def test_a_selector_narrows_and_must_find_something() -> None:
    source = a_source(select="table")
    now = a_page(*ROWS, a_row(1044, "Fire doors, T30"), extra="<p>News</p>")
    assert told(look_twice(PAGE, now, source)) == [("new", "NW-1044/26")]
    with pytest.raises(SourceChanged, match="not found"):
        look(b"<p>Maintenance</p>", source, URL, MONDAY, None)


def test_a_key_stays_with_its_block_and_a_change_says_what_stood_there() -> None:
    source = a_source()
    first = look(PAGE, source, URL, MONDAY, None)
    (second,) = (moved := look(CHANGES["a subject"][0], source, URL, TUESDAY, first.watched)).told
    raw = to_raw(second, source, URL)
    assert raw.title == {"en": "Steel pipes, seamless, DN 250"}
    assert raw.url == "https://platform.example/t/1043"
    assert raw.description["en"].startswith("Steel pipes, seamless, DN 250\nBefore: Steel pipes, seamless, DN 200\n\n")
    (third,) = look(PAGE.replace(b"DN 200", b"DN 300"), source, URL, TUESDAY + timedelta(days=1), moved.watched).told
    assert third.block.key == second.block.key
    assert not look(PAGE.replace(b"DN 200", b"DN 300"), source, URL, TUESDAY, moved.watched).watched.gone


def test_what_has_gone_is_no_notice_and_is_known_when_it_comes_back() -> None:
    source = a_source()
    first = look(PAGE, source, URL, MONDAY, None)
    less = look(a_page(*ROWS[:2]), source, URL, TUESDAY, first.watched)
    assert not less.told
    (gone,) = of(less, "gone")
    assert gone.block.lines[0] == "NW-1043/26"
    assert gone.block.gone_at == TUESDAY
    again = look(PAGE, source, URL, TUESDAY + timedelta(days=3), less.watched)
    assert not again.told
    (back,) = of(again, "back")
    assert back.block.key == gone.block.key
    told_back = look(PAGE, a_source(keep=["returning"]), URL, TUESDAY + timedelta(days=3), less.watched)
    assert told(told_back) == [("new", "NW-1043/26")]


def test_a_row_in_place_of_another_that_looks_like_it_is_a_new_one() -> None:
    now = a_page(*ROWS[:2], a_row(1077, "Steel pipes, seamless, DN 200", "28.02.2026"))
    found = look_twice(PAGE, now)
    assert told(found) == [("new", "NW-1077/26")]
    assert len(of(found, "gone")) == 1


def test_another_page_is_an_error_and_no_news() -> None:
    first = look(PAGE, a_source(), URL, MONDAY, None)
    for other in (b"", b"<body></body>", b"<h2>Wartungsarbeiten</h2><p>Bitte kommen Sie wieder.</p>"):
        with pytest.raises(SourceChanged):
            look(other, a_source(), URL, TUESDAY, first.watched)
    replaced = a_page(*(a_row(number, f"Another tender for thing {number}") for number in range(2001, 2009)))
    assert (
        len(
            look(
                replaced,
                a_source(select="table"),
                URL,
                TUESDAY,
                look(PAGE, a_source(select="table"), URL, MONDAY, None).watched,
            ).told
        )
        == 8
    )


def test_other_rules_begin_again_without_a_flood() -> None:
    narrow = look(PAGE, a_source(select="table"), URL, MONDAY, None)
    now = a_page(ROWS[0], ROWS[1], a_row(1043, "Steel pipes, seamless, DN 250", "28.02.2026"))
    found = look(now, a_source(), URL, TUESDAY, narrow.watched)
    assert found.baseline
    assert told(found) == [("changed", "NW-1043/26")]


def test_a_page_without_a_past_gives_all_its_blocks() -> None:
    rows = read_blocks(PAGE, a_source(select="table"), URL)
    assert [row.title["en"] for row in rows[1:]] == [
        "Centrifugal pumps for the cooling circuit",
        "Cleaning of the administration building",
        "Steel pipes, seamless, DN 200",
    ]
