"""The demo's HTML portal: an invented trading platform that runs EIS's software, with its list, pages and documents."""

from datetime import date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader

from app.demo.eis_view import View, total
from app.demo.known import known
from app.demo.nouns import Corpus, Notice
from app.demo.server import Answer, Pace, Portal

RESULTS = "/epz/order/extendedsearch/results.html"
FILES = "/44fz/filestore/public/1.0/download/priz/file.html"
PAGE_SIZES = (10, 20, 50, 100)
_PAGES = Environment(loader=PackageLoader("app.demo", "pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True)


class EisPortal(Portal):
    """Answers the list, a notice's page and its documents. Unknown parameters are ignored, as EIS ignores them."""

    title = "Единая торговая площадка (demo)"
    robots = "User-agent: *\nDisallow: /epz/order/notice/printForm/\nAllow: /\n"
    paced = ("/epz/",)

    def __init__(self, corpus: Corpus, as_of: datetime | None, port: int, pace: Pace | None) -> None:
        super().__init__(port, pace)
        self.as_of = as_of or corpus.moment
        self._notices = corpus.on("html")
        self._known = known("html").notices

    def answer(self, path: str, query: list[tuple[str, str]]) -> Answer:
        """Answer by path; a number that the register has not, or not yet, is a 404."""
        given = dict(query)
        if path == RESULTS:
            return self._results(given)
        if path == FILES:
            return Answer("A document of the demo.\n", media_type="text/plain; charset=utf-8")
        if path == "/":
            return _page("front.html", title=self.title, results=RESULTS)
        view = self._view(given.get("regNumber", ""))
        if view and path == view.path.partition("?")[0]:
            return _page("notice.html", view=view)
        if view and path == view.documents_path.partition("?")[0]:
            return _page("documents.html", view=view, base=self.url)
        return Answer("<h1>404</h1>", 404)

    def _results(self, given: dict[str, str]) -> Answer:
        found = sorted((View(notice, self.as_of) for notice in self._found(given)), key=_newest(given), reverse=True)
        size = _page_size(given.get("recordsPerPage", ""))
        page = max(_number(given.get("pageNumber", "")), 1)
        cards = found[(page - 1) * size : page * size]
        pages = range(1, -(-len(found) // size) + 1)
        return _page("list.html", cards=cards, total=total(len(found)), page=page, pages=pages, base=self.url)

    def _found(self, given: dict[str, str]) -> list[Notice]:
        laws = {name for name, key in (("44-ФЗ", "fz44"), ("223-ФЗ", "fz223")) if given.get(key) == "on"}
        words = given.get("searchString", "").casefold().split()
        since, until = _day(given.get("publishDateFrom")), _day(given.get("publishDateTo"))
        return [
            notice
            for notice in self._notices
            if notice.published_at <= self.as_of
            and (not laws or View(notice, self.as_of).law in laws)
            and (since is None or notice.published_at.date() >= since)
            and (until is None or notice.published_at.date() <= until)
            and all(word in f"{notice.title} {notice.buyer.name} {notice.key}".casefold() for word in words)
        ]

    def _view(self, number: str) -> View | None:
        found = (
            notice
            for notice in (*self._notices, *self._known)
            if notice.key == number and notice.published_at <= self.as_of
        )
        return next((View(notice, self.as_of) for notice in found), None)


def _newest(given: dict[str, str]) -> Any:
    """Return the sort key: the last change comes first, unless the publication is asked for."""
    if given.get("sortBy") == "PUBLISH_DATE":
        return lambda view: (view.notice.published_at, view.notice.key)
    return lambda view: (view.notice.updated_on(view.moment), view.notice.key)


def _page_size(text: str) -> int:
    """Read `50` or `_50`, as EIS writes it; anything else is 10."""
    size = _number(text.removeprefix("_"))
    return size if size in PAGE_SIZES else PAGE_SIZES[0]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _day(text: str | None) -> date | None:
    """Read dd.mm.yyyy; what is no day is no filter."""
    if not text:
        return None
    try:
        return date(*reversed([int(part) for part in text.split(".")]))
    except (ValueError, TypeError):
        return None


def _page(name: str, **context: Any) -> Answer:
    return Answer(_PAGES.get_template(name).render(context))
