"""What is waited for on a page, from the source's YAML: never a length of time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page

from crawler.readers.html import find_keys
from domain.sources import Source


@dataclass(frozen=True, slots=True)
class Wanted:
    """A selector as Playwright writes it, or the portal's words for an empty list; `text` names it to people."""

    source: Source
    selector: str
    text: str
    words: Sequence[str] = ()
    is_list: bool = True

    @classmethod
    def on(cls, source: Source, kind: str) -> "Wanted":
        """What a step of this kind waits for: a notice's mark, the `wait_for` of the YAML, or a list's rows."""
        assert source.browser is not None
        html: Mapping[str, Any] = source.html
        if kind == "detail" and "detail" in html:
            selector = to_selector(html["detail"]["is"])
            return cls(source, selector, f"html.detail.is: {selector}", is_list=False)
        if source.protocol == "watch":
            return cls._on_followed(source)
        of_list = html.get("list", {})
        words = of_list.get("nothing_found", ())
        words = (words,) if isinstance(words, str) else tuple(words)
        if source.browser.wait_for:
            return cls(source, f"css={source.browser.wait_for}", f"browser.wait_for: {source.browser.wait_for}", words)
        selector = to_selector(of_list["row"])
        return cls(source, selector, f"html.list.row: {selector}", words)

    @classmethod
    def _on_followed(cls, source: Source) -> "Wanted":
        """A page that is followed has no rows to wait for: it is there once nothing is under way."""
        selects = source.watch.get("select", "body")
        name = "browser.wait_for" if source.browser and source.browser.wait_for else "watch.select"
        first = selects if isinstance(selects, str) else selects[0]
        css = (source.browser and source.browser.wait_for) or first
        return cls(source, f"css={css}", f"{name}: {css}", is_list=False)

    def find(self, page: Page) -> Locator:
        """The first that is seen: of the elements, or of the portal's words."""
        found = page.locator(self.selector)
        for word in self.words:
            found = found.or_(page.get_by_text(word))
        return found.filter(visible=True).first

    async def find_keys(self, page: Page, html: str) -> Sequence[str]:
        """What tells this list from another: the keys of its rows, or for a spider of its own their texts."""
        if not self.is_list:
            return ()
        if "list" in self.source.html:
            return find_keys(html.encode(errors="replace"), self.source)
        texts = await page.locator(self.selector).all_inner_texts()
        return [hashlib.sha256(text.encode(errors="replace")).hexdigest() for text in texts]


def to_selector(rule: Any) -> str:
    """A rule of the html block that says where, as Playwright writes it."""
    if isinstance(rule, str):
        return f"css={rule}"
    return f"css={rule['css']}" if "css" in rule else f"xpath={rule['xpath']}"
