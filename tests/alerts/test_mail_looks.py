"""The mail in a real Chromium: nothing is fetched, nothing sticks out of a narrow window, dark is dark."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from alerts.cards import to_card
from alerts.occasions import mark_too_near
from alerts.render import Content, render
from alerts.words import words
from crawler.browser.find import find_chromium
from domain.alerts import EventKind, FieldChange, Follow, Rule
from domain.opportunities import Reason
from domain.people import LANGUAGES
from tests.alerts.test_render import HOSTILE, MADRID, a_card
from tests.factories import NOW, a_notice


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=find_chromium(playwright.chromium.executable_path))
        yield found
        found.close()


def in_language(language: str) -> list[str]:
    """Mails with a note, a change and a deadline that is near or over, as the words of this language make them."""
    w, rule, found = words(language), Rule("all", None, 0, "sales", follow=Follow(bid_days=90)), []
    changes = (
        FieldChange("deadline_at", "2026-11-05T09:00:00+00:00", "2027-11-25T09:00:00+00:00"),
        FieldChange("value", {"amount": "1000000", "currency": "EUR"}, None),
    )
    for kind, days in ((EventKind.DEADLINE_MOVED, 4), (EventKind.CHANGED, -1), (EventKind.DIGEST, 6)):
        card = to_card(
            a_notice(deadline_at=NOW + timedelta(days=days)),
            score=Decimal(60),
            reasons=(Reason("keyword", "“pump” stands in the title", 30, text="Pumpen"),),
            profile="Pumps",
            now=NOW,
            zone=MADRID,
            changes=changes,
            language=language,
        )
        content = Content(kind, (card,), ("all",), "Europe/Madrid", count=1, language=language)
        message = render(mark_too_near(content, {"all": rule}, NOW, w))
        assert (w.count("too_near", 90) in " ".join(message.text.split())) == (days > 0)
        found.append(message.html)
    return found


def mails() -> list[str]:
    hostile = a_card(
        title={"en": "W" * 400},
        key="k" * 300,
        reasons=(Reason("keyword", HOSTILE, 30, text="V" * 200),),
        changes=(FieldChange("title", {"en": "x" * 300}, {"en": HOSTILE}),),
    )
    kinds = (EventKind.NEW, EventKind.CHANGED, EventKind.BASELINE, EventKind.DIGEST)
    return [
        render(Content(kind, (hostile, a_card()), ("all",), "Europe/Madrid", "first run", 2)).html for kind in kinds
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_sticks_out_of_a_narrow_window(browser: Browser, language: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 600})
    for html in in_language(language):
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()


@pytest.mark.parametrize("width", [360, 900])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_in_every_window(browser: Browser, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 600}, color_scheme=scheme)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    for html in mails():
        page.set_content(html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelectorAll('script, img, iframe, object').length") == 0
        red = page.evaluate("parseInt(getComputedStyle(document.querySelector('.page')).backgroundColor.slice(4))")
        assert (red < 60) == (scheme == "dark")
    assert [url for url in asked if not url.startswith(("about:", "data:"))] == []
    context.close()
