"""A page without a list that we know is followed as a whole: what is new or changed on it becomes notices."""

from collections.abc import Sequence
from typing import Any

from crawler.drafting.asking import FetchedPage
from crawler.drafting.draft import Draft, head
from crawler.drafting.of_html import about_page
from crawler.readers.html_find import read_tree
from crawler.watch.blocks import cut_page
from crawler.watch.rules import check_rules, read_rules
from domain.errors import Unreadable, WrongUse


def draft_watch(
    page: FetchedPage,
    id: str,  # noqa: A002
    *,
    select: Sequence[str] = (),
    words: Sequence[str] = (),
    browser: str | None = None,
) -> Draft:
    """The source that follows this page. Raises WrongUse where a selector is none or finds nothing, or no text is
    shown."""
    watch: dict[str, Any] = {"select": list(select)} if select else {}
    watch |= {"words": list(words)} if words else {}
    for _, told in check_rules(watch):
        raise WrongUse(f"--select {told}")
    try:
        cut = cut_page(page.body, read_rules(watch), page.url)
    except Unreadable as error:
        raise WrongUse(f"{page.url} cannot be followed: {error}") from error
    about = about_page(read_tree(page.body, None), id, page.url)
    rows = sum(block.row for block in cut.blocks)
    values = head(about) | {
        "protocol": "watch",
        "endpoint": page.url,
        "listing": {"file": {}},
        "watch": watch,
        **({"browser": {"wait_for": browser}} if browser else {}),
        "every": "6h",
        "expect": {
            "notices": [max(1, len(cut.blocks) // 4), max(100, len(cut.blocks) * 20)],
            "filled": {"title": 1.0},
            "silence": "180d",
        },
    }
    missing = ["licence: the page tells none", "expect.silence: how long may nothing change here?"]
    if not select:
        missing.append("watch.select: the CSS of what matters, so that a new menu is no news")
    told = f"{len(cut.blocks)} blocks, {rows} of them rows; `tenderwatch sources watch {id}` shows them and the rules"
    kind = "a page that is followed"
    return Draft(kind, "watch", 0.9, (told,), values, len(cut.blocks), "html", missing=tuple(missing))
