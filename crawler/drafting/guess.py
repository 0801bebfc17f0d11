"""What a page is, by what it holds and not by what its server calls it."""

from crawler.drafting.asking import FetchedPage
from crawler.drafting.draft import Draft
from crawler.drafting.of_feed import draft_feed
from crawler.drafting.of_html import about_page, draft_html
from crawler.drafting.of_json import draft_json
from crawler.drafting.of_json_ld import draft_json_ld, rows_of_json_ld
from crawler.readers.html_find import read_tree
from domain.errors import Unreadable, WrongUse

_LOGIN = 'contains(@type, "password")'


def guess(page: FetchedPage, id: str, *, browser: str | None = None) -> Draft:  # noqa: A002
    """The source that this page belongs to. Raises WrongUse that says what was looked for and what to try instead."""
    begins = page.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if not begins:
        raise WrongUse(f"{page.url} is empty; is it the address of the list?")
    if begins in b"{[":
        found = draft_json(page, id)
        what = "JSON without a list of rows that have a number and a title"
    elif begins == b"<":
        found = _guess_markup(page, id, browser)
        what = _explain(page, browser)
    else:
        found, what = None, f"neither JSON, XML nor HTML ({page.media_type or 'no media type'})"
    if found is None:
        raise WrongUse(f"{page.url} holds {what}")
    return found


def _guess_markup(page: FetchedPage, id: str, browser: str | None) -> Draft | None:  # noqa: A002
    try:
        if feed := draft_feed(page, id):
            return feed
    except Unreadable:
        pass  # no well-formed XML: a web page
    found = draft_html(page, id, browser=browser)
    return found if found and found.sure >= 0.4 else _guess_json_ld(page, id) or found


def _guess_json_ld(page: FetchedPage, id: str) -> Draft | None:  # noqa: A002
    tree = read_tree(page.body, None)
    rows = rows_of_json_ld(tree.xpath('//script[@type="application/ld+json"]/text()'))
    return draft_json_ld(page, about_page(tree, id, page.url), rows) if rows else None


def _explain(page: FetchedPage, browser: str | None) -> str:
    """Why a page gave no list, as far as it shows."""
    try:
        tree = read_tree(page.body, None)
    except Unreadable as error:
        return f"no page that can be read: {error}"
    if tree.xpath(f"//input[{_LOGIN}]"):
        return "a login: no account is used by a crawl; ask the portal for a public list"
    words = len(" ".join(tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")).split())
    if words < 60 and tree.xpath("//script") and not browser:
        return (
            f"{words} words and scripts, so it is drawn by them; try again with"
            " --browser CSS, the selector of one row of the list as the browser shows it"
        )
    feeds = tree.xpath('//link[contains(@type, "rss") or contains(@type, "atom")]/@href')
    hint = f"; it names a feed, try {feeds[0]}" if feeds else ""
    other = "give the address of the list itself, or follow the page as it is by --watch"
    return f"no rows that repeat as notices do, with a number each{hint}; {other}"
