"""The demo's TED: a Search API with iteration tokens, and the eForms XML and a page of each notice."""

import json
import re
from datetime import datetime
from html import escape
from threading import Lock

from app.demo.known import known
from app.demo.nouns import Corpus
from app.demo.server import Answer, Pace, Portal
from app.demo.ted_notice import Publication, publications
from app.demo.ted_query import BadSearch, Search, selects, to_search, to_token
from app.demo.ted_rows import to_row
from app.demo.ted_xml import to_xml

SEARCH = "/v3/notices/search"
PAGE = 25  # rows of a page at most, whatever more is asked for: so that a small portal needs its tokens
_XML = re.compile(r"/en/notice/(\d+-\d{4})/xml")
_PAGE = re.compile(r"/en/notice/-/detail/(\d+-\d{4})")


class TedPortal(Portal):
    """Answers `POST /v3/notices/search` and the notices. Its first `timeouts` searches time out, and show half."""

    title = "Tenders Electronic Daily (demo)"
    paced = ("/v3/",)

    def __init__(
        self,
        corpus: Corpus,
        as_of: datetime | None = None,
        port: int = 0,
        pace: Pace | None = None,
        timeouts: int = 0,
    ) -> None:
        super().__init__(port, pace)
        self.as_of = as_of or corpus.moment
        self._published = publications(corpus)
        self._known = publications(known("ted"))
        self._timeouts = timeouts
        self._lock = Lock()

    def answer(self, path: str, query: list[tuple[str, str]]) -> Answer:  # noqa: ARG002  (TED's pages take none)
        """A notice in XML or as a page; one that is not published, or not yet, is a 404."""
        if found := _XML.fullmatch(path):
            made = self._find(found[1])
            return Answer(to_xml(made, self.url), media_type="application/xml") if made else Answer("", 404)
        if (found := _PAGE.fullmatch(path)) and (made := self._find(found[1])):
            title, text = escape(made.notice.title), escape(made.notice.description)
            return Answer(f"<!doctype html><title>{title}</title><h1>{title}</h1><p>{text}</p>")
        return Answer(f"<!doctype html><h1>{self.title}</h1>", 200 if path == "/" else 404)

    def answer_post(self, path: str, body: bytes) -> Answer:
        """A search; a wrong question is a 400 that says why."""
        if path != SEARCH:
            return Answer("", 404)
        try:
            return self._search(to_search(body))
        except BadSearch as error:
            return _json({"message": str(error), "error": {"type": "INVALID_REQUEST"}}, 400)

    def _search(self, search: Search) -> Answer:
        found = [made for made in self._in_scope(search.scope) if selects(search, made, self.as_of)]
        found.sort(key=lambda made: (made.at, made.number), reverse=search.newest_first)
        timed_out = self._times_out()
        rows = found[search.start : search.start + min(search.limit, PAGE)]
        after = search.start + len(rows)
        shown = rows[: len(rows) // 2] if timed_out else rows
        answer: dict[str, object] = {
            "notices": [to_row(made, search.fields, self.url) for made in shown],
            # A number on the first page and a text on the others, as has been seen (facts: MED).
            "totalNoticeCount": str(len(found)) if search.start else len(found),
            "timedOut": timed_out,
        }
        if search.by_token:
            answer["iterationNextToken"] = to_token(after) if after < len(found) else None
        return _json(answer)

    def _times_out(self) -> bool:
        with self._lock:
            self._timeouts -= 1
            return self._timeouts >= 0

    def _in_scope(self, scope: str) -> list[Publication]:
        """All; those that no later one changes; of these, those that are neither over nor too late."""
        visible = [made for made in self._published if made.at <= self.as_of]
        if scope == "ALL":
            return visible
        changed = {made.earlier.key for made in visible if made.earlier and made.reason}
        latest = [made for made in visible if made.key not in changed]
        return latest if scope == "LATEST" else [made for made in latest if self._is_active(made)]

    def _is_active(self, made: Publication) -> bool:
        over = made.type in ("can-standard", "veat") or made.reason == "cancel"
        return not over and (made.deadline_at is None or made.deadline_at > self.as_of)

    def _find(self, key: str) -> Publication | None:
        return next(
            (made for made in (*self._published, *self._known) if made.key == key and made.at <= self.as_of), None
        )


def _json(data: dict[str, object], status: int = 200) -> Answer:
    return Answer(json.dumps(data, ensure_ascii=False), status, "application/json")
