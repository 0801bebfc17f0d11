"""Pages as portals gave them, each changed in one thing: that is told, and nothing else, however much noise."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.watch.look import look
from crawler.watch.tell import to_raw
from domain.sources import Source
from tests.crawler.watch.pages import a_source

AT = datetime(2026, 8, 5, 6, tzinfo=UTC)
URL = "https://portal.example/page"

PAIRS: dict[str, tuple[str, str, str, str, str]] = {
    # page, what stands there, what stands there afterwards, what becomes of it, a text of what is told
    "a deadline in a table": (
        "us_local_html/commbuys-results-page.html", "05/05/2017 01:00:00 PM", "05/12/2017 01:00:00 PM",
        "changed", "IDEC/PLC Access Control System",
    ),
    "a deadline in prose": (
        "us_local_html/cityofboston-results-page.html", "3/28/17 - 5/12/17", "3/28/17 - 5/19/17", "changed", "5/19/17",
    ),
    "the hour of a meeting": (
        "us_local_html/knoxville_tn_results_page.html", "Jun 29, 2017 5:30 PM", "Jun 29, 2017 6:30 PM",
        "changed", "City Council - Workshop",
    ),
    "a state of a tender": (
        "ru_rostender/tender.html", "Приём заявок\n", "Отменён\n", "changed", "Отменён",
    ),
    "a deadline beside a countdown": (
        "ru_eis/list_cardregion.html", "до 10.08.2026 11:00", "до 12.08.2026 11:00", "changed", "12.08.2026 11:00",
    ),
    "a new row": (
        "us_local_html/commbuys-results-page.html", "", "", "new", "Snow ploughs for the town",
    ),
    "a price": ("ru_eis/eis_list.html", "60 000,00", "75 000,00", "changed", "75 000,00"),
    "a sentence": (
        "ru_eis/eis_detail.html", "7-4152-305606", "7-4152-305607", "changed", "7-4152-305607",
    ),
    "a new document": (
        "ru_eis/eis_documents.html", "uid=019FA710D6507BB2815DA2670F1109D5", "uid=119FA710D6507BB2815DA2670F1109D5",
        "changed", "НМЦК",
    ),
    "an address": (
        "es_euskadi/raw_html_v2_GobiernoVasco.html", "01010 Vitoria-Gasteiz</div>", "01012 Vitoria-Gasteiz</div>",
        "changed", "01012 Vitoria",
    ),
    "a quantity": ("ru_eis/detail_content.html", "3 250 ₽", "4 250 ₽", "changed", "4 250 ₽"),
}  # fmt: skip
ROW = (
    '<tr class="tableStripe-01"><td><a href="bidAck.sdo?bidId=BD-17-9999">BD-17-9999</a></td><td>Ann Example</td>'
    "<td>Snow ploughs for the town</td><td>Open Market</td><td>06/01/2017 03:00:00 PM</td></tr>"
)


def change(page: str, before: str, now: str) -> str:
    """The page with one thing changed; a new row goes below the first one of the same table."""
    if before:
        found = re.search(r"(?:\s|&nbsp;)+".join(map(re.escape, before.split())), page)
        assert found, before
        return page[: found.start()] + now.strip() + page[found.end() :]
    place = page.index("</tr>", page.index("BD-17-1402-SDH01-SDH01-14906")) + len("</tr>")
    return page[:place] + ROW + page[place:]


def with_noise(page: str, at: datetime) -> bytes:
    """The page with all that is other at each look."""
    number = at.day * 977
    noise = (
        f"<div>Today is {at:%A, %d %B %Y, %H:%M}</div><p>Views: {number}</p><div>{at:%d.%m.%Y %H:%M:%S}</div>"
        f'<script>var t={number}</script><input type="hidden" value="{number}"><p>Request ID {number:032x}a</p>'
        f'<div class="adsbygoogle">Offer {number}</div><p>Found {number} records</p>'
        f"<p>Updated {at.hour} minutes ago</p>"
    )
    page = re.sub(r'(href="(?:/|https?:)[^"#?]*)"', rf'\1?utm_campaign=c{number}&amp;PHPSESSID={number}"', page)
    head, body, tail = page.rpartition("</body>")
    return f"{head}{noise}{body}{tail}".encode() if body else f"{noise}{page}".encode()


@pytest.fixture
def source() -> Source:
    return replace(a_source(), zone="Europe/Moscow")


@pytest.mark.parametrize("name", PAIRS)
def test_the_change_is_told_and_the_noise_is_not(shared: Path, source: Source, name: str) -> None:
    file, before, now, what, text = PAIRS[name]
    page = (shared / "realdata" / file).read_bytes().decode("utf-8", errors="replace")
    then = AT + timedelta(days=1, minutes=7)
    first = look(with_noise(page, AT), source, URL, AT, None)
    same = look(with_noise(page, then), source, URL, then, first.watched)
    assert [(each.what, each.block.lines) for each in same.told] == []
    (told,) = look(with_noise(change(page, before, now), then), source, URL, then, first.watched).told
    raw = to_raw(told, source, URL)
    assert told.what == what
    assert text in f"{raw.title['en']}\n{raw.description['en']}"


def test_other_pages_of_businesses_tell_nothing_of_noise(shared: Path, source: Source) -> None:
    then = AT + timedelta(days=1, minutes=7)
    for file in sorted((shared / "realdata" / "directories" / "business_pages").glob("*.html")):
        page = file.read_bytes().decode("utf-8", errors="replace")
        first = look(with_noise(page, AT), source, URL, AT, None)
        again = look(with_noise(page, then), source, URL, then, first.watched)
        assert [(file.name, each.what, each.block.lines) for each in again.told] == []
