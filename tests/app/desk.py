"""An installation whose operators and sales read mail: a portal, a mail server, crawls of the one told by the other."""

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete

from alerts.operators import report_sources
from alerts.plain import without_joiners
from alerts.route import route
from alerts.send import send_due
from domain.alerts import Destination, Rule
from domain.config import Settings
from domain.sources import IssueKind, Run, RunState, Source
from matching.run import match_stored
from storage.destinations import save_destination, save_rule
from storage.engine import writing
from storage.schema import hosts
from tests.alerts.post import Box, a_server, parts
from tests.crawler.portals import HTML_SOURCE, Answer, Place, Portal, a_detail, a_list, query
from tests.factories import a_version

OPERATORS = Destination("ops", "Operators", "tendermail://operators@bidder.example", operators=True)
SALES = Destination("sales", "Sales", "tendermail://sales@bidder.example")
DAY = timedelta(days=1)
FOUND: dict[str, Any] = {**HTML_SOURCE, "expect": {"notices": [1, 1000], "filled": {"title": 1.0}, "silence": "3d"}}
Respond = Callable[[str], Answer]


def a_site(count: int = 12, deadline: str = "2031-12-24 12:00", size: int = 10) -> Respond:
    """A list of so many notices, ten a page, and their pages."""

    def answer(path: str) -> Answer:
        if path.startswith("/list"):
            page = int(query(path)["page"])
            numbers = list(range(1, count + 1))
            return Answer(a_list(numbers[(page - 1) * size : page * size], count))
        return Answer(a_detail(int(path.rpartition("/")[2]), deadline))

    return answer


def always(answer: Answer) -> Respond:
    return lambda path: answer


def a_page(text: str) -> Answer:
    return Answer(f"<!doctype html><html><body>{text}</body></html>".encode())


@dataclass
class Desk:
    """An installation whose operators read mail; `portal` answers as `respond` says at the moment."""

    place: Place
    portal: Portal
    box: Box
    settings: Settings
    engine: Engine
    read: int = 0
    runs: list[Run] = field(default_factory=list)

    @property
    def source(self) -> Source:
        return self.place.source()

    def crawl(self, respond: Respond) -> Run:
        """A crawl once every pause that the portal has asked for is over."""
        with writing(self.engine) as c:
            c.execute(delete(hosts))
        self.portal.answer = respond
        self.runs.append(self.place.crawl(self.portal))
        return self.runs[-1]

    def look(self, after: timedelta = timedelta(0)) -> list[EmailMessage]:
        """The mails that the supervisor's next turn sends."""
        now = datetime.now(UTC) + after
        report_sources(self.engine, [self.source], now)
        route(self.engine, now)
        send_due(self.engine, self.settings, lambda: now)
        fresh, self.read = self.box.mails[self.read :], len(self.box.mails)
        return fresh

    def tell(self, after: timedelta = timedelta(0)) -> list[EmailMessage]:
        """The same, once what was read is matched."""
        match_stored(self.engine, datetime.now(UTC) + after)
        return self.look(after)

    def sell(self) -> None:
        """A profile that wants pumps, and a rule that tells sales of them."""
        with writing(self.engine) as c:
            a_version(c)
            save_rule(c, Rule("pumps", "pumps", 1, "sales"))


@contextmanager
def open_desk(folder: Path, template: Path) -> Iterator[Desk]:
    """A desk in this folder, on a copy of the template of a database."""
    shutil.copyfile(template, folder / "tenderwatch.db")
    (folder / "sources").mkdir()
    box = Box()
    with a_server(box) as mail, Portal(always(Answer(status=404))) as portal:
        settings = Settings(data_dir=folder, sources_dir=folder / "sources", mail=mail, zone="Europe/Madrid")
        place = Place(settings)
        place.write(**FOUND)
        with place.engine() as engine:
            with writing(engine) as c:
                for each in (OPERATORS, SALES):
                    save_destination(c, each)
            yield Desk(place, portal, box, settings, engine)


def expect_mails(
    desk: Desk,
    good: Respond,
    bad: Respond,
    states: Collection[RunState],
    told: Sequence[str],
    well: Respond | None = None,
) -> None:
    """After a good run a bad one is told by mail, again the next day, and so is its mending (by `well`, else `good`).

    `told` are words that the mail has.
    """
    assert desk.crawl(good).state is RunState.OK, desk.runs[-1].reason
    assert desk.look() == []
    run = desk.crawl(bad)
    assert run.state in states, run.reason
    (mail,) = desk.look()
    assert mail["To"] == "operators@bidder.example"
    assert mail["Subject"] == f"Tenderwatch: xx_test is {run.state.value}"
    text, html = parts(mail)
    flat = without_joiners(" ".join(text.split()))
    always_told = ("Since", "May be missing", "tenderwatch sources show xx_test", "CET", "never verified live")
    for words in (*told, *always_told):
        assert words in flat, text
    assert "Test portal" in html
    assert desk.look(timedelta(hours=2)) == []
    (again,) = desk.look(DAY)
    assert "day 2" in parts(again)[0]
    assert desk.look(DAY + timedelta(hours=1)) == []
    mended = desk.crawl(well or good)
    assert mended.state is RunState.OK, mended.reason
    (last,) = desk.look()
    assert last["Subject"] == "Tenderwatch: xx_test is mended"
    assert f"{run.state.value} from" in " ".join(parts(last)[0].split())
    assert desk.look() == []
    left = {each.issue.kind for each in desk.place.issues()}
    assert left <= {IssueKind.UNKNOWN_WORD}, "what a good run has mended is closed; words wait for a person"
