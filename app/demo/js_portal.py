"""The demo's JavaScript portal: an application whose pages hold no notice until a script has drawn them.

Its list has no address for page 2, only a button; its data are JSON that nobody promises to keep as they are.
"""

import json
from datetime import datetime
from importlib.resources import files
from typing import Any

from app.demo.known import known
from app.demo.nouns import Corpus, Lot, Notice
from app.demo.server import Answer, Pace, Portal

ROWS = 10
STATUSES = {
    "planned": "Announced",
    "open": "Open for bids",
    "closed": "Under evaluation",
    "awarded": "Awarded",
    "cancelled": "Withdrawn",
}
ASSETS = {"/app.js": "text/javascript; charset=utf-8", "/app.css": "text/css; charset=utf-8"}


class JsPortal(Portal):
    """Answers the application's shell for every page of it, its files, and what its script asks for."""

    title = "Open Tender Desk (demo)"
    robots = "User-agent: *\nDisallow: /api/users/\nAllow: /\n"
    paced = ("/api/",)

    def __init__(self, corpus: Corpus, as_of: datetime | None = None, port: int = 0, pace: Pace | None = None) -> None:
        super().__init__(port, pace)
        self.as_of = as_of or corpus.moment
        self._notices = corpus.on("js")
        self._known = known("js").notices

    def answer(self, path: str, query: list[tuple[str, str]]) -> Answer:
        """Answer by path; a notice that is not there, or not yet, is a 404 of the API's."""
        if path == "/api/notices":
            return self._list(dict(query))
        if path.startswith("/api/notices/"):
            return self._notice(path.removeprefix("/api/notices/"))
        if path in ASSETS:
            return Answer(_file(path), media_type=ASSETS[path])
        if path in ("/", "/tenders") or path.startswith("/tenders/"):
            return Answer(_file("/shell.html"))
        return Answer("<h1>Not found</h1>", 404)

    def _list(self, given: dict[str, str]) -> Answer:
        found = sorted(self._visible(), key=lambda notice: (notice.updated_on(self.as_of), notice.key), reverse=True)
        text = given.get("page", "1")
        page = max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
        rows = found[(page - 1) * ROWS : page * ROWS]
        pages = -(-len(found) // ROWS)
        return _json({"total": len(found), "page": page, "pages": pages, "rows": [self._to_row(row) for row in rows]})

    def _notice(self, key: str) -> Answer:
        found = next((notice for notice in (*self._visible(), *self._known) if notice.key == key), None)
        return _json(self._to_page(found)) if found else _json({"message": "no such tender"}, 404)

    def _visible(self) -> list[Notice]:
        return [notice for notice in self._notices if notice.published_at <= self.as_of]

    def _to_row(self, notice: Notice) -> dict[str, Any]:
        deadline = notice.deadline_on(self.as_of)
        return {
            "number": notice.key,
            "subject": notice.title,
            "authority": notice.buyer.name,
            "state": STATUSES[notice.status_on(self.as_of)],
            "country": notice.buyer.country,
            "closes": deadline.isoformat() if deadline else None,
        }

    def _to_page(self, notice: Notice) -> dict[str, Any]:
        buyer = notice.buyer
        return self._to_row(notice) | {
            "language": notice.language,
            "text": notice.description,
            "region": buyer.region,
            "place": f"{buyer.postcode} {buyer.city}",
            "mail": f"tenders@{buyer.site}",
            "published": notice.published_at.isoformat(),
            "estimate": str(notice.value) if notice.value is not None else None,
            "currency": notice.currency,
            "cpv": list(notice.codes),
            "lots": [_to_lot(lot) for lot in notice.lots],
            "files": [{"name": "Tender documents.pdf", "href": f"/files/{notice.key}.pdf"}],
        }


def _to_lot(lot: Lot) -> dict[str, Any]:
    value = str(lot.value) if lot.value is not None else None
    return {"number": lot.key, "subject": lot.title, "cpv": list(lot.codes), "estimate": value}


def _json(data: dict[str, Any], status: int = 200) -> Answer:
    return Answer(json.dumps(data, ensure_ascii=False), status, "application/json; charset=utf-8")


def _file(path: str) -> str:
    return (files("app.demo") / "pages" / "js" / path.removeprefix("/")).read_text(encoding="utf-8")
