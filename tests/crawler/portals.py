"""Portals on this machine for the tests of crawling, and crawls of them: in a child, and without a network."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import yaml
from sqlalchemy import Engine

from crawler.addresses import SourceKey
from crawler.health import Verdict
from crawler.loader import to_spider
from crawler.options import Options
from crawler.reading import Fetched
from crawler.registry import load_sources
from crawler.run import crawl_in_child
from crawler.session import Session
from domain.config import Settings
from domain.notice_json import to_json
from domain.sources import Page, Run, Source
from storage.engine import open_engine, reading
from storage.issues import StoredIssue, find_issues
from storage.notices import NoticeFilter, find_revisions, iterate_notices

T0 = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False  # the connection ends in the middle of the body
    drip: float = 0.0  # seconds between two halves of the body


def write_badly(file: IO[bytes], answer: Answer) -> bool:
    """The body, as badly as the answer wants it; whether the connection ends here."""
    half = len(answer.body) // 2
    file.write(answer.body[:half])
    if answer.drip:
        file.flush()
        time.sleep(answer.drip)
    if not answer.cut:
        file.write(answer.body[half:])
    return answer.cut


class Portal:
    """Answers by a function of the path with query; `log` holds what was asked but for robots.txt and the icon that a
    browser asks for when it likes; `answered` counts what was answered to the end."""

    def __init__(self, answer: Callable[[str], Answer], robots: Answer | None = None, port: int = 0) -> None:
        self.answer, self.robots = answer, robots or Answer(status=404)
        self.log: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.robots_asked = self.answered = 0
        self.on_request: Callable[[int], None] = lambda number: None
        self.post: Callable[[str, str], Answer] = lambda path, body: Answer(status=405)
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path.endswith("/robots.txt"):
                    portal.robots_asked += 1
                    answer = portal.robots
                elif self.path == "/favicon.ico":
                    answer = Answer(status=404)
                else:
                    portal.log.append(self.path)
                    portal.headers.append(dict(self.headers))
                    answer = portal.answer(self.path)
                self.give(answer)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                portal.log.append(f"{self.path} {body}")
                portal.headers.append(dict(self.headers))
                self.give(portal.post(self.path, body))

            def give(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                try:
                    self.close_connection = write_badly(self.wfile, answer)
                except ConnectionError:
                    return
                portal.answered += 1
                portal.on_request(len(portal.log))

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *args: object) -> None:
                """Clients are killed here."""

        self.server = Server(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> "Portal":
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def a_release(number: int, date: str = "2026-11-01T08:00:00Z", **tender: Any) -> dict[str, Any]:
    ocid = f"ocds-test-{number:05d}"
    return {
        "ocid": ocid,
        "id": f"{ocid}-{date}",
        "date": date,
        "tag": ["tender"],
        "language": "en",
        "buyer": {"id": "GB-1", "name": "Norbridge Town Council"},
        "parties": [{"id": "GB-1", "name": "Norbridge Town Council", "roles": ["buyer"]}],
        "tender": {
            "id": f"T-{number}",
            "title": f"Supply of {number} water pumps",
            "status": "active",
            "tenderPeriod": {"endDate": "2026-12-24T12:00:00Z"},
            **tender,
        },
    }


def a_package(releases: list[dict[str, Any]], next_url: str | None = None, **more: Any) -> bytes:
    links = {"links": {"next": next_url}} if next_url else {}
    return json.dumps({"uri": "x", "version": "1.1", "releases": releases, **links, **more}).encode()


def query(path: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}


def write_source(folder: Path, name: str = "xx_test", **changes: Any) -> None:
    values: dict[str, Any] = {
        "title": "Test portal",
        "publisher": {"name": "Norbridge", "country": "GB"},
        "url": "https://portal.invalid/",
        "licence": "none stated",
        "zone": "Europe/London",
        "language": "en",
        "protocol": "ocds",
        "endpoint": "https://portal.invalid/api",
        "listing": {"next": {}},
        "every": "1h",
        "expect": {"notices": [1, 1000], "filled": {"title": 1.0}, "silence": "3d"},
    }
    values.update(changes)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = {key: value for key, value in values.items() if value is not None}
    (folder / f"{name}.yml").write_text(yaml.safe_dump(chosen, allow_unicode=True), encoding="utf-8")


HTML = {
    "list": {
        "row": {"css": "li.row", "count": "1+"},
        "total": {"css": "p.total", "regex": r"(\d+) found"},
        "nothing_found": ["Nothing was found"],
        "fields": {
            "key": {"css": "a.key", "count": 1},
            "url": {"css": "a.key", "attribute": "href", "count": 1},
            "title": ".title",
            "status": {"value": "open"},
            "kind": {"value": "tender"},
        },
    },
    "detail": {
        "is": "dl.notice",
        "fields": {
            "key": {"css": "dd.key", "count": 1},
            "title": {"css": "dd.title"},
            "buyer": {"css": "dd.buyer"},
            "status": {"value": "open"},
            "kind": {"value": "tender"},
            "deadline": {"css": "dd.deadline"},
        },
    },
}
HTML_SOURCE: dict[str, Any] = {
    "protocol": "html",
    "endpoint": "https://portal.invalid/list",
    "listing": {"pages": {"param": "page", "size": 10}},
    "statuses": {"open": "open"},
    "kinds": {"tender": "tender"},
    "html": HTML,
}


def a_list(numbers: list[int], total: int) -> bytes:
    rows = "".join(
        f'<li class="row"><a class="key" href="/notice/{number}">N-{number}</a> <b class="title">Pump {number}</b></li>'
        for number in numbers
    )
    told = f'<p class="total">{total} found</p>' if total else "<p>Nothing was found</p>"
    return f"<html><body>{told}<ul>{rows}</ul></body></html>".encode()


def a_detail(number: int, deadline: str = "2026-12-24 12:00") -> bytes:
    return (
        f'<html><body><dl class="notice"><dd class="key">N-{number}</dd><dd class="title">Pump number {number}</dd>'
        f'<dd class="buyer">Norbridge</dd><dd class="deadline">{deadline}</dd></dl></body></html>'
    ).encode()


@dataclass
class Place:
    """An installation in a folder of the test's own."""

    settings: Settings

    def source(self, name: str = "xx_test") -> Source:
        return load_sources(self.settings.sources_dir)[name]

    def write(self, name: str = "xx_test", **changes: Any) -> None:
        assert self.settings.sources_dir
        write_source(self.settings.sources_dir, name, **changes)

    def crawl(self, portal: Portal, name: str = "xx_test", **options: Any) -> Run:
        return crawl_in_child(name, self.settings, endpoint=portal.url, **options)

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        engine = open_engine(self.settings.database)
        yield engine
        engine.dispose()

    def notices(self, source: str = "xx_test") -> list[dict[str, Any]]:
        """All notices as JSON with their status, ordered by key."""
        with self.engine() as engine, reading(engine) as c:
            found = iterate_notices(c, NoticeFilter(source=source))
            return sorted((to_json(each.notice) for each in found), key=lambda n: n["key"])

    def revisions(self, source: str = "xx_test") -> dict[str, list[tuple[str, ...]]]:
        """The fields that each revision of each notice changed."""
        with self.engine() as engine, reading(engine) as c:
            return {
                each.notice.key: [
                    tuple(change.field for change in revision.changes) for revision in find_revisions(c, each.id)
                ]
                for each in iterate_notices(c, NoticeFilter(source=source))
            }

    def issues(self) -> list[StoredIssue]:
        with self.engine() as engine, reading(engine) as c:
            return find_issues(c)

    def session(self, name: str = "xx_test", now: datetime = T0, **options: Any) -> "Drive":
        return Drive(self, name, now, Options(**options))


class Drive:
    """A crawl without Scrapy and without a network: the same session, driven step by step."""

    def __init__(self, place: Place, name: str, now: datetime, options: Options, key: str | None = None) -> None:
        self.now = now
        source = place.source(name)
        self.session = Session.open(place.settings, source, options, SourceKey(key), clock=lambda: self.now)
        spider = to_spider(source)()
        spider.session = self.session
        self.session.read = spider.read_step
        self.asked: list[str] = []

    def run(self, answer: Callable[[str], Answer], steps: int = 1000) -> Verdict:
        """To the end, or killed after so many steps (then there is no verdict, and the lease must expire)."""
        queue = self.session.begin()
        while queue and len(self.asked) < steps:
            queue += self.step(queue.pop(0), answer)
        if queue:
            self.session.engine.dispose()
            return Verdict(state=None)  # type: ignore[arg-type]
        return self.session.close("finished")

    def step(self, step: Any, answer: Callable[[str], Answer]) -> list[Any]:
        path = urlsplit(step.url)
        asked = f"{path.path}?{path.query}" if path.query else path.path
        self.asked.append(asked)
        found = answer(asked)
        page = None
        if found.body:
            digest = self.session.files.save(found.body)
            page = Page(digest, step.url, self.now, "application/json", len(found.body))
        if found.status >= 400:
            self.session.fail(step, f"HTTP {found.status}", page)
            return []
        self.now += timedelta(seconds=1)
        return self.session.work(Fetched(step, step.url, found.body, page))
