"""A made-up e-trading platform without structure, and looks at it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crawler.parse import ANY_OCDS
from crawler.watch.look import Finding, Look, look
from domain.sources import Source

URL = "https://platform.example/tenders"
MONDAY = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1, minutes=12)


def a_source(**watch: Any) -> Source:
    """A source that follows a page by these words of its YAML."""
    return replace(ANY_OCDS, id="de_platform", protocol="watch", zone="Europe/Berlin", language="en", watch=watch)


def a_page(
    *rows: str, clock: str = "Today is Monday, 5 January 2026, 10:30", extra: str = "", views: int = 1203
) -> bytes:
    """The platform's page: a clock, a menu with counters, a table of tenders, a deadline in prose, a footer."""
    return f"""<!doctype html><html><head><title>x</title></head><body>
<div class="top"><span>{clock}</span></div>
<input type="hidden" name="csrf" value="{views}ab">
<ul class="menu"><li><a href="/open">Open ({views % 100})</a></li><li><a href="/closed">Closed</a></li></ul>
<h1>Tenders of Nordhafen Werke</h1>
<p>The deadline for the framework of 2026 is 5 February 2026, 12:00. Questions until 22 January 2026.</p>
<table><tr><th>Number</th><th>Subject</th><th>Closing date</th></tr>
{"".join(rows)}</table>{extra}
<div class="box"><div>Contact</div><div>buying@nordhafen.example</div></div>
<p class="counter">Views: {views}</p><p>Last updated: {clock[-5:]}</p>
<footer>© 2026 Nordhafen Werke</footer></body></html>""".encode()


def a_row(number: int, subject: str, date: str = "12.02.2026", link: str = "") -> str:
    """A row of the table."""
    return f'<tr><td>NW-{number}/26</td><td><a href="{link or f"/t/{number}"}">{subject}</a></td><td>{date}</td></tr>'


ROWS = (
    a_row(1041, "Centrifugal pumps for the cooling circuit"),
    a_row(1042, "Cleaning of the administration building", "06.01.2026"),
    a_row(1043, "Steel pipes, seamless, DN 200", "28.02.2026"),
)


def look_twice(
    before: bytes, now: bytes, source: Source | None = None, at: datetime = MONDAY, then: datetime = TUESDAY
) -> Look:
    """The second look at a page."""
    source = source or a_source()
    first = look(before, source, URL, at, None)
    assert first.baseline
    assert not first.told
    return look(now, source, URL, then, first.watched)


def told(found: Look) -> list[tuple[str, str]]:
    """What is told: what became of the block, and its first line."""
    return [(each.what, each.block.lines[0]) for each in found.told]


def of(found: Look, what: str) -> list[Finding]:
    """The findings of one kind."""
    return [each for each in found.findings if each.what == what]
