"""Portals that are web pages only, imitated with what is odd about each: paging, sessions, postbacks."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from tests.crawler import web_pages
from tests.crawler.portals import Answer, Portal, query
from tests.crawler.web_pages import Bid, bids

HTML = {"Content-Type": "text/html; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
CPPP = "https://eprocure.gov.in/cppp/latestactivetendersnew/cpppdata"


def page(markup: str, **headers: str) -> Answer:
    return Answer(markup.encode(), headers=HTML | headers)


def a_document(markup: str) -> str:
    return f'<!doctype html><html><head><meta charset="utf-8"></head><body>{markup}</body></html>'


def pages_of(rows: Sequence[Bid], size: int) -> list[Sequence[Bid]]:
    return [rows[begin : begin + size] for begin in range(0, len(rows), size)] or [[]]


@dataclass
class Commbuys:
    """JavaServer Faces: the first page comes drawn, the others as answers to a script's POST, in a session."""

    rows: list[Bid]
    size: int = 25
    path: str = "/bso/view/search/external/advancedSearchBid.xhtml"

    def portal(self) -> Portal:
        portal = Portal(self.answer)
        portal.post = self.post
        return portal

    def drawn(self, number: int) -> str:
        pages = pages_of(self.rows, self.size)
        return web_pages.commbuys(pages[number], number * self.size, len(self.rows), number + 1 == len(pages))

    def answer(self, path: str) -> Answer:
        script = """<script>let first = 0;
document.addEventListener("click", async event => {
  const link = event.target.closest("a.ui-paginator-next");
  if (!link) return;
  event.preventDefault();
  if (link.classList.contains("ui-state-disabled")) return;
  first += 25;
  const answer = await fetch("/bso/faces", {method: "POST", body: "first=" + first, credentials: "same-origin"});
  document.getElementById("results").innerHTML = await answer.text();
});</script>"""
        if not path.startswith(self.path):
            return Answer(status=404)
        markup = a_document(f'<div id="results">{self.drawn(0)}</div>{script}')
        return page(markup, **{"Set-Cookie": "JSESSIONID=one; Path=/"})

    def post(self, path: str, body: str) -> Answer:
        return page(self.drawn(int(parse_qs(body)["first"][0]) // self.size))


def boston(rows: list[Bid]) -> Portal:
    """Drupal: page 0 is the first; only the pager's rel=next tells that there is another."""
    pages = pages_of(rows, 10)

    def answer(path: str) -> Answer:
        number = int(query(path).get("page", "0"))
        return page(web_pages.boston(pages[number], number, number + 1 == len(pages)))

    return Portal(answer)


@dataclass
class Cppp:
    """Its pager's links hold the next page's address in base64; ?page=2 gives the first page; links name a session."""

    rows: list[Bid]
    sessions: int = 0

    def portal(self) -> Portal:
        return Portal(self.answer)

    def answer(self, path: str) -> Answer:
        if not path.startswith("/cppp/latestactivetendersnew/cpppdata"):
            return Answer(b"Provide Captcha", 403)
        asked = base64.b64decode(query(path)["url"]).decode() if "url" in query(path) else ""
        number = int(query(asked).get("page", "1")) if asked else 1
        pages = pages_of(self.rows, 10)
        self.sessions += 1
        link = base64.b64encode(f"{CPPP}?page={number + 1}".encode()).decode()
        following = f"{CPPP}?url={link}" if number < len(pages) else None
        session = base64.b64encode(f"session{self.sessions}".encode()).decode()
        return page(web_pages.cppp(pages[number - 1], following, session))


def rostender(rows: list[Bid]) -> Portal:
    """Counted pages that end in the portal's words, and a page for each notice."""
    pages = pages_of(rows, 20)
    numbers = {bid.number: bid for bid in rows}

    def answer(path: str) -> Answer:
        if path.startswith("/tender?"):
            number = int(query(path)["page"])
            return page(web_pages.rostender(pages[number - 1] if number <= len(pages) else []))
        bid = numbers.get(int(path.rpartition("/")[2]))
        return page(web_pages.rostender_notice(bid)) if bid else Answer(status=404)

    return Portal(answer)


@dataclass
class PhilGeps:
    """ASP.NET: a page's form posts itself back with the view's state, which is good in its session only."""

    rows: list[Bid]
    size: int = 5
    states: dict[str, int] = field(default_factory=dict)

    def portal(self) -> Portal:
        portal = Portal(self.answer)
        portal.post = self.post
        return portal

    def drawn(self, number: int) -> Answer:
        state = f"/wEPDwUK{len(self.states):06d}"
        self.states[state] = number
        rows = pages_of(self.rows, self.size)[number]
        return page(web_pages.philgeps(rows, number * self.size + 1, len(self.rows), state))

    def answer(self, path: str) -> Answer:
        if "SplashBidNoticeAbstractUI" in path:
            asked = int(query(path)["refID"])
            return page(web_pages.philgeps_notice(next(bid for bid in self.rows if bid.number == asked)))
        return self.drawn(0)

    def post(self, path: str, body: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        if asked.get("__VIEWSTATE") not in self.states or asked.get("__EVENTTARGET") != "pgCtrlDetailedSearch$nextLB":
            return page("<html><body>Validation of viewstate MAC failed.</body></html>")
        return self.drawn(self.states[asked["__VIEWSTATE"]] + 1)


def b2b_center(rows: list[Bid], most: int = 10_000) -> Portal:
    """`from` counts rows; asked more than `most` times it says Forbidden."""
    pages = pages_of(rows, 20)
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        if len(asked) > most:
            return Answer(b"<html><head><title>403 Forbidden</title></head><body>Forbidden</body></html>", 403)
        number = int(query(path)["from"]) // 20
        return page(web_pages.b2b_center(pages[number] if number < len(pages) else []))

    return Portal(answer)


def roseltorg(rows: list[Bid]) -> Portal:
    """Pages counted from 1, the newest first; behind the last one, the portal's words."""
    pages = pages_of(rows, 10)

    def answer(path: str) -> Answer:
        if not path.startswith("/procedures/search"):
            return Answer(status=404)
        number = int(query(path).get("page", "1"))
        return page(web_pages.roseltorg(pages[number - 1] if number <= len(pages) else []))

    return Portal(answer)


def gem(rows: list[Bid]) -> Portal:
    """A form with JSON in it, believed only with the session's cookie and the CSRF cookie's value beside it."""
    pages = pages_of(rows, 10)
    secret = "0123456789abcdef"

    def post(path: str, body: str) -> Answer:
        asked, cookies = parse_qs(body), portal.headers[-1].get("Cookie", "")
        if f"csrf_gem_cookie={secret}" not in cookies or asked.get("csrf_bd_gem_nk") != [secret]:
            return Answer(b"The action you have requested is not allowed.", 403)
        number = json.loads(asked["payload"][0])["page"] - 1
        docs = [web_pages.gem_bid(bid) for bid in (pages[number] if number < len(pages) else [])]
        found = {"response": {"response": {"numFound": len(rows), "docs": docs}}}
        return Answer(json.dumps(found).encode(), headers=JSON)

    portal = Portal(lambda path: page("<html></html>", **{"Set-Cookie": f"csrf_gem_cookie={secret}; Path=/"}))
    portal.post = post
    return portal


def ungm(rows: list[Bid]) -> Portal:
    """A search by POST, in JSON, that answers with rows only; never more than 15, and only to scripts."""
    pages = pages_of([replace(bid, status="Request for proposal") for bid in rows], 15)

    def post(path: str, body: str) -> Answer:
        asked = json.loads(body)
        if portal.headers[-1].get("X-Requested-With") != "XMLHttpRequest" or asked["PageSize"] > 20:
            return Answer(status=400)
        number = asked["PageIndex"]
        rows = web_pages.ungm(pages[number]) if number < len(pages) else '<div id="noticesEmpty">No results found</div>'
        return page(rows)

    portal = Portal(lambda path: page("<html><body>Search</body></html>"))
    portal.post = post
    return portal


def prozorro_sale(rows: list[Bid]) -> Portal:
    """By the moment of change, the oldest first, from a day on; what lies behind the end is an empty 204."""
    known = sorted(rows, key=lambda bid: bid.published)

    def answer(path: str) -> Answer:
        day = datetime.fromisoformat(path.rpartition("/")[2].partition("?")[0])
        size, number = int(query(path)["limit"]), int(query(path)["page"])
        found = [bid for bid in known if bid.published >= day][(number - 1) * size : number * size]
        if not found:
            return Answer(status=204)
        return Answer(json.dumps([web_pages.procedure(bid) for bid in found]).encode(), headers=JSON)

    return Portal(answer)


def the_portal(source: str, count: int, now: datetime) -> Portal:
    """The imitation of a source's portal, with so many notices up to `now`."""
    rows = bids(count, now, first=1001)
    makers: dict[str, Any] = {
        "us_commbuys": lambda: Commbuys([Bid(each.number, each.published, status="Sent") for each in rows]).portal(),
        "us_boston": lambda: boston(rows),
        "in_cppp": lambda: Cppp(rows).portal(),
        "ru_rostender": lambda: rostender(rows),
        "in_gem": lambda: gem(rows),
        "ru_roseltorg": lambda: roseltorg(rows),
        "us_nevadaepro": lambda: Commbuys([Bid(each.number, each.published, status="Sent") for each in rows]).portal(),
        "ru_b2b_center": lambda: b2b_center(rows),
        "int_ungm": lambda: ungm(rows),
        "ua_prozorro_sale": lambda: prozorro_sale(bids(count, now, apart=timedelta(minutes=20))),
        "ph_philgeps": lambda: PhilGeps(rows).portal(),
    }
    portal: Portal = makers[source]()
    return portal
