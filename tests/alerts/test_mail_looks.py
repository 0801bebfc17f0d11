"""The mail in a real Chromium: nothing is fetched, nothing sticks out of a narrow window, dark is dark."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from alerts.render import Content, render
from crawler.browser.find import find_chromium
from domain.alerts import EventKind, FieldChange
from domain.opportunities import Reason
from tests.alerts.test_render import HOSTILE, a_card


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=find_chromium(playwright.chromium.executable_path))
        yield found
        found.close()


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
