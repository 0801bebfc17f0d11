"""The demo's OCDS portal: Find a Tender's release packages, with its windows, its lossy `links.next` and its 429s."""

import json
from datetime import UTC, datetime
from html import escape
from typing import Any

from app.demo.known import known
from app.demo.nouns import Corpus
from app.demo.ocds_query import BadQuery, Query, next_query, to_query
from app.demo.ocds_release import Listed, listed_releases
from app.demo.server import Answer, Pace, Portal

PACKAGES = "/api/1.0/ocdsReleasePackages"
ROWS_LOST = 1  # rows that a cursor drops at each page border, as the real one does
_EXTENSIONS = "https://raw.githubusercontent.com/open-contracting-extensions"
HEAD: dict[str, Any] = {
    "version": "1.1",
    "extensions": [
        "https://standard.open-contracting.org/profiles/eu/latest/en/extension.json",
        f"{_EXTENSIONS}/ocds_pagination_extension/master/extension.json",
        f"{_EXTENSIONS}/ocds_suitability_extension/master/extension.json",
        "https://raw.githubusercontent.com/cabinetoffice/ocds_uk_extension/main/extension.json",
    ],
    "publisher": {"name": "Tenderwatch demo: Register of Public Notices", "scheme": "X-DEMO", "uid": "1"},
    "license": "https://creativecommons.org/publicdomain/zero/1.0/",
    "publicationPolicy": "https://www.example.org/publication-policy",
}


class OcdsPortal(Portal):
    """Answers `GET /api/1.0/ocdsReleasePackages` and a page for each notice."""

    title = "Register of Public Notices (demo, OCDS)"
    paced = ("/api/",)

    def __init__(self, corpus: Corpus, as_of: datetime | None, port: int, pace: Pace | None) -> None:
        super().__init__(port, pace)
        self.as_of = as_of or corpus.moment
        self._listed = listed_releases(corpus, self.url)
        self._known = listed_releases(known("ocds"), self.url)

    def answer(self, path: str, query: list[tuple[str, str]]) -> Answer:
        """Answer the API, the page of a notice, or the front page."""
        if path == PACKAGES:
            try:
                return _json(self._package(to_query(query), query))
            except BadQuery as error:
                return _json({"error": str(error)}, 400)
        if path.startswith(f"{PACKAGES}/"):
            return self._notice(path.removeprefix(f"{PACKAGES}/"))
        if path.startswith("/Notice/"):
            return self._notice_page(path.removeprefix("/Notice/"))
        return _front(self) if path == "/" else Answer("<h1>Not found</h1>", 404)

    def _visible(self) -> list[Listed]:
        return [entry for entry in self._listed if entry.listed_at <= self.as_of]

    def _package(self, query: Query, pairs: list[tuple[str, str]]) -> dict[str, Any]:
        found = [entry.release for entry in self._visible() if _selects(query, entry)]
        page = found[query.start : query.start + query.limit]
        package = HEAD | {"publisher": {**HEAD["publisher"], "uri": self.url}, "releases": page}
        package["uri"] = f"{self.url}{PACKAGES}"
        package["publishedDate"] = self.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        after = query.start + query.limit
        if after < len(found):
            package["links"] = {"next": f"{self.url}{PACKAGES}?{next_query(pairs, after + ROWS_LOST)}"}
        return package

    def _notice(self, number: str) -> Answer:
        """The package of one notice."""
        found = [entry.release for entry in (*self._visible(), *self._known) if entry.release["id"] == number]
        return _json(HEAD | {"releases": found}) if found else _json({"error": "no such notice"}, 404)

    def _notice_page(self, number: str) -> Answer:
        for entry in self._visible():
            if entry.release["id"] == number:
                printed = escape(json.dumps(entry.release, indent=2, ensure_ascii=False))
                return Answer(
                    f"<!doctype html><title>{escape(number)}</title><h1>Notice {number}</h1><pre>{printed}</pre>"
                )
        return Answer("<h1>Not found</h1>", 404)


def _selects(query: Query, entry: Listed) -> bool:
    if entry.stage not in query.stages:
        return False
    if query.updated_from and entry.listed_at.replace(microsecond=0) < query.updated_from:
        return False
    return not (query.updated_to and entry.listed_at.replace(microsecond=0) > query.updated_to)


def _json(data: dict[str, Any], status: int = 200) -> Answer:
    return Answer(json.dumps(data, ensure_ascii=False), status, "application/json")


def _front(portal: OcdsPortal) -> Answer:
    return Answer(
        f"<!doctype html><title>{portal.title}</title><h1>{portal.title}</h1>"
        "<p>Made-up notices of made-up buyers, served by Tenderwatch on this machine.</p>"
        f'<p><a href="{PACKAGES}?limit=10">Newest releases as JSON</a></p>'
    )
