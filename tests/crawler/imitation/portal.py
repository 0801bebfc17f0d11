"""A portal on this machine, made from its facts: it lists, turns pages, gives documents, and refuses all else."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from tests.crawler.imitation.asking import Ask, Asked, Period, Refused, to_period
from tests.crawler.imitation.shapes import package, to_bytes
from tests.crawler.imitation.shelf import Release, Stock, group

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True, slots=True)
class Unit:
    """A document that a list names: a process, a release, or all of a day, month or year (`first` is its beginning)."""

    id: str
    releases: tuple[Release, ...]
    first: datetime

    @property
    def last(self) -> Release:
        return self.releases[-1]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a list's page shows: its `rows` (releases, or units), the whole list's `total` and `pages`, and how it goes
    on; `asked` are the values of the request, `host` the portal's own."""

    rows: Sequence[Any]
    total: int
    pages: int
    next: str | None
    asked: Mapping[str, Any]
    host: str


@dataclass(frozen=True, slots=True)
class Pages:
    """`page` counts from `first`, `row` is the number of the first row, `cursor` is a text that only the portal knows;
    `size` is what a page holds, and what `size_asked` must name where there is such a value."""

    kind: str
    size: int
    first: int = 0
    param: str = "cursor"
    beyond: int = 200  # the status of a page after the last


@dataclass(frozen=True, slots=True)
class Token:
    """Every other request needs the header; a token serves `lasts` requests, then it is a 401."""

    ask: Ask
    path: str
    header: Callable[[str], dict[str, str]]
    lasts: int = 20


@dataclass(frozen=True)
class Facts:
    """One publication. `csv` is its name in facts/ocds_publishers.csv.

    `span` names the value, or the two, that bound what is listed; with `ends_before` the second day is not counted in.
    `unit` is what a list's rows are (None: releases themselves), `answer` what a page of it looks like. `grain` is what
    a crawl's beginning is rounded down to: a day, month or year in `zone`, days counted from 1970, or None for lists
    without time.
    """

    csv: str
    listing: Ask
    answer: Callable[[Sheet], Any] = lambda sheet: package(sheet.rows)
    stock: Stock = field(default_factory=Stock)
    zone: str = "UTC"
    span: tuple[str, ...] = ()
    ends_before: bool = False
    grain: str | float | tuple[float, str] | None = None
    pages: Pages | None = None
    newest_first: bool = False
    period: Callable[[Mapping[str, Any]], Period] | None = None  # in place of `span`, of several values
    unit: str | Callable[[Sequence[Release]], list["Unit"]] | None = None
    document: Ask | None = None
    document_unit: str | None = None  # where a document holds something else than a row stands for
    id_of: Callable[[Mapping[str, Any]], str] = lambda asked: str(asked["id"])
    content: Callable[[Sequence[Release]], Any] = package
    document_pages: Pages | None = None  # of documents that go on by links.next
    browser: int | None = None  # the status that another user agent than a browser's gets
    encoding: str = "utf-8"
    busy: tuple[int, int] | None = None  # the status of the one request with this number, which asks to wait a second
    token: Token | None = None
    accepts: str | None = None
    until: Callable[[datetime], datetime] = lambda now: now  # what lies after it is not given yet
    shows: Callable[[Release, Mapping[str, Any]], bool] = lambda release, asked: True
    host: str = "https://portal.example"
    begins: int = 1  # the month with which a year begins
    known: Callable[[Release], dict[str, tuple[str, str]]] = lambda release: {release.ocid: release.known_as}
    scale: tuple[int, int] | None = None  # pages of so many rows, which the test makes smaller: (1000, 20)
    again: int | None = None  # so many requests at most are needed by a run that finds nothing new


@dataclass
class Imitation:
    """The portal at `url`; `log` holds all requests, `refused` those that were not understood, with why."""

    facts: Facts
    now: datetime
    log: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    mistakes: dict[int, bytes] = field(default_factory=dict)  # what comes once in answer to these requests, by number
    printed: dict[str, tuple[Any, dict[str, Any], int]] = field(default_factory=dict)
    served: int = 0
    tokens: int = 0
    used: int = 0

    def __post_init__(self) -> None:
        stock = self.facts.stock.publish(self.now)
        self.releases = [release for release in stock if self.facts.stock.by_deadline or release.at <= self.now]
        self.lock = threading.Lock()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "Imitation":
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def expect(self, since: datetime, until: datetime | None = None) -> dict[str, tuple[str, str]]:
        """The notices that a complete crawl from `since` on has: title and buyer by key."""
        high = self.facts.until(self.now) if until is None else until
        low = self._floor(since)
        found = [each for each in self.releases if low is None or low <= each.at < high]
        return {key: known for release in found for key, known in self.facts.known(release).items()}

    def answer(self, asked: Asked) -> Answer:
        """One answer at a time."""
        if asked.path == "/robots.txt":
            return 404, {}, b""
        with self.lock:
            self.log.append(f"{asked.method} {asked.url} {asked.body.decode()}".strip())
            try:
                return self._answer(asked)
            except Refused as refusal:
                if refusal.status not in (401, 410):
                    self.refused.append(f"{refusal.status} {self.log[-1]}: {refusal}")
                return refusal.status, {}, to_bytes({"error": str(refusal)})

    def _answer(self, asked: Asked) -> Answer:
        facts = self.facts
        if facts.browser and "Mozilla/" not in asked.headers.get("user-agent", ""):
            raise Refused("another user agent", facts.browser)
        if facts.token and facts.token.ask.fits(asked):
            return self._give_token(facts.token, asked)
        self._check_token(asked)
        self.served += 1
        if facts.busy and self.served == facts.busy[1]:
            return facts.busy[0], {"Retry-After": "1"}, b"slower"
        if self.served in self.mistakes:
            return 200, {}, self.mistakes.pop(self.served)
        if asked.url in self.printed and asked.method == "GET":
            answer, values, start = self.printed[asked.url]
            found: Answer = answer(values, start, asked)
            return found
        if facts.document and facts.document.fits(asked):
            return self._document(facts.document.read(asked), 0, asked)
        if not facts.listing.fits(asked):
            raise Refused("no such page", 404)
        if facts.accepts and asked.headers.get("accept") != facts.accepts:
            raise Refused("not what is accepted", 406)
        values = facts.listing.read(asked)
        return self._list(values, self._start(values), asked)

    def _list(self, values: dict[str, Any], start: int, asked: Asked) -> Answer:
        facts, pages = self.facts, self.facts.pages
        selected = self._select(values)
        if facts.newest_first:
            selected = selected[::-1]
        rows: Sequence[Any] = selected if facts.unit is None else self._units(selected, facts.unit)
        size = pages.size if pages else max(1, len(rows))
        shown = rows[start : start + size]
        if pages and start and not shown and pages.beyond != 200:
            return pages.beyond, {}, b"no such page"
        following = None
        if pages and pages.kind == "cursor" and start + size < len(rows):
            following = self._print_next(asked, pages, (self._list, values, start + size))
        count = -(-len(rows) // size)
        sheet = Sheet(shown, len(rows), count, following, values, facts.host)
        return 200, {}, to_bytes(facts.answer(sheet), facts.encoding)

    def _select(self, values: Mapping[str, Any]) -> list[Release]:
        facts, latest = self.facts, self.facts.until(self.now)
        found = [each for each in self.releases if facts.stock.by_deadline or each.at < latest]
        found = [each for each in found if facts.shows(each, values)]
        if facts.period is not None:
            period = facts.period(values)
        elif facts.span and facts.span[0] in values:
            period = self._period(values[facts.span[0]], values.get(facts.span[-1]))
        else:
            return found
        if period.low >= latest and not facts.stock.by_deadline:
            raise Refused("nothing of this time is given yet")
        if period.high < period.low:
            raise Refused("a period that ends before it begins")
        return [each for each in found if period.low <= each.at < period.high]

    def _period(self, first: Period, last: Period | None) -> Period:
        """From the first value to the last; a moment alone is where a list goes on to its end."""
        if last is None or last is first:
            return first if first.low < first.high else Period(first.low + timedelta(seconds=1), self.now)
        return Period(first.low, last.low if self.facts.ends_before else last.high)

    def _units(self, releases: Sequence[Release], of: Any) -> list[Unit]:
        """What the list names; a process is named with all that the portal has of it."""
        if callable(of):
            return list(of(releases))
        if of == "process":
            every = group(self.releases)
            return [Unit(ocid, tuple(every[ocid]), every[ocid][0].at) for ocid in group(releases)]
        if of == "release":
            return [Unit(each.body["id"], (each,), each.at) for each in releases]
        if of == "all":
            return [Unit("all", tuple(releases), self.now)]
        zone, found = self.facts.zone, dict[datetime, list[Release]]()
        for each in releases:
            first = to_period(each.at.astimezone(ZoneInfo(zone)), zone, of).low
            found.setdefault(first.astimezone(ZoneInfo(zone)), []).append(each)
        return [Unit(f"{first:%Y-%m-%d}", tuple(every), first) for first, every in found.items()]

    def _document(self, values: dict[str, Any], start: int, asked: Asked) -> Answer:
        facts, wanted = self.facts, self.facts.id_of(values)
        releases = self._select(values) if facts.span and facts.span[0] in values else self.releases
        units = {unit.id: unit for unit in self._units(releases, facts.document_unit or facts.unit)}
        if wanted not in units and facts.document_pages:
            return 200, {}, to_bytes({"uri": "https://portal.example/", "version": "1.1"})
        if wanted not in units:
            raise Refused(f"no such document: {wanted}", 404)
        found, pages = units[wanted].releases, facts.document_pages
        if pages is None:
            return 200, {}, to_bytes(facts.content(found), facts.encoding)
        shown, end = found[start : start + pages.size], start + pages.size
        links = {"next": self._print_next(asked, pages, (self._document, values, end))} if end < len(found) else {}
        return 200, {}, to_bytes(package(shown, links=links))

    def _start(self, values: Mapping[str, Any]) -> int:
        pages = self.facts.pages
        if pages is None or pages.kind == "cursor":
            return 0
        if values.get("size", pages.size) != pages.size:
            raise Refused(f"a page has {pages.size} rows")
        if pages.kind == "row":
            return int(values["offset"])
        page = int(values.get("page", pages.first))
        if page < pages.first:
            raise Refused("no such page")
        return (page - pages.first) * pages.size

    def _print_next(self, asked: Asked, pages: Pages, goes_on: tuple[Any, dict[str, Any], int]) -> str:
        path, _, query = asked.url.partition("?")
        kept = [pair for pair in query.split("&") if pair and not pair.startswith(f"{pages.param}=")]
        cursor = quote(f"c{goes_on[2]}=/", safe="")
        url = f"{path}?{'&'.join([*kept, f'{pages.param}={cursor}'])}"
        self.printed[url] = goes_on
        return self.facts.host + url

    def _give_token(self, token: Token, asked: Asked) -> Answer:
        token.ask.read(asked)
        self.tokens += 1
        self.used = 0
        return 200, {}, to_bytes({token.path: f"token-{self.tokens}"})

    def _check_token(self, asked: Asked) -> None:
        token = self.facts.token
        if token is None:
            return
        self.used += 1
        wanted = token.header(f"token-{self.tokens}")
        has = all(asked.headers.get(name.lower()) == value for name, value in wanted.items())
        if not self.tokens or not has or self.used > token.lasts:
            raise Refused("no token, or an old one", 401)

    def _floor(self, since: datetime) -> datetime | None:
        grain, zone = self.facts.grain, self.facts.zone
        if grain is None:
            return None
        if isinstance(grain, tuple):
            return to_period(_on_grid(since, grain[0]).astimezone(ZoneInfo(zone)), zone, grain[1]).low
        if not isinstance(grain, str):
            return _on_grid(since, grain)
        local = since.astimezone(ZoneInfo(zone))
        if self.facts.begins == 1:
            return to_period(local, zone, grain).low
        begun = local.year - (local.month < self.facts.begins)
        return datetime(begun, self.facts.begins, 1, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _on_grid(moment: datetime, days: float) -> datetime:
    """Rounded down to so many days, counted from 1970; 0: as it is."""
    epoch, step = datetime.fromtimestamp(0, UTC), timedelta(days=days)
    return epoch + (moment - epoch) // step * step if days else moment


def _handler(portal: Imitation) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._give()

        def do_POST(self) -> None:
            self._give()

        def _give(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, body = portal.answer(Asked(self.command, self.path, headers, self.rfile.read(length)))
            self.send_response(status)
            for name, value in {**more, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
