"""The demo's story: a first look at four portals, one a day later, a second day, and what the managers were told."""

import asyncio
import shlex
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.text import Text

from alerts.book import import_book
from alerts.digest import make_digests
from alerts.queue import queue_due
from alerts.schedule import next_slot
from alerts.send import Sent, send_due
from app.commands.opportunities import to_heading, to_reasons
from app.commands.profiles import save
from app.console import (
    DONE,
    FAILED,
    PARTIAL,
    Installation,
    now,
    open_installation,
    out,
    print_rows,
    state,
    tell,
)
from app.crawls import crawl_all
from app.demo.corpus import build_corpus
from app.demo.folder import MAIL, Remembered, find_remembered, make_anew, remember
from app.demo.mailbox import Mailbox
from app.demo.portals import DemoPortals
from app.model import find_heads
from crawler.browser.find import check_browser
from domain.errors import BrowserMissing, WrongUse
from domain.opportunities import show_points
from domain.sources import Run, RunState
from matching.profiles import read_profile
from matching.run import match_stored
from storage.engine import reading
from storage.opportunities import find_opportunities
from storage.people import find_readers

SOURCES = ("demo_js", "demo_ocds", "demo_html", "demo_ted")  # the slowest one first
PROFILES = ("laboratory", "water")
DIGEST_OF = "head-of-sales"
USUAL = Path("demo-data")
DAY = timedelta(days=1)
PORTALS_ZONE = ZoneInfo("Europe/London")
SETTINGS = """# The demo's own installation: look around in it, `make demo` makes it anew.
data_dir = "data"
profiles_dir = "profiles"
zone = "Europe/London"
crawls_at_once = 3
contact = "demo@example.org"

[mail]
host = "127.0.0.1"
port = {port}
sender = "tenderwatch@example.org"
"""
ALERTS = """destinations:
  - {id: laboratory-manager, name: Laboratory manager, url: "tendermail://laboratory.manager@example.org"}
  - {id: water-manager, name: Water manager, url: "tendermail://water.manager@example.org"}
people:
  - id: head-of-sales
    name: Head of sales
    email: head.of.sales@example.org
    zone: Europe/London
    when: {digest: ["08:30"], digest_days: mon-sun, most: 5, heartbeat: true}
rules:
  - {id: laboratory, profile: laboratory, min_score: 40, destination: laboratory-manager}
  - {id: water, profile: water, min_score: 40, destination: water-manager}
  - {id: best, min_score: 60, person: head-of-sales, bid_days: 5}
"""


def tell_story(folder: Path, day: int = 1) -> int:
    """Run the demo in `folder`: its first day, in place of an earlier demo, or its second; the exit code.

    The second day needs the first, which is told before it where the folder has none.
    """
    if day == 1:
        return _tell_first_day(folder)
    code = DONE if find_remembered(folder) else _tell_first_day(folder)
    remembered = find_remembered(folder)
    return code if remembered is None else max(code, _tell_second_day(folder, remembered))


def _tell_first_day(folder: Path) -> int:
    make_anew(folder)
    corpus = build_corpus(datetime.now(PORTALS_ZONE).date())
    before, after = corpus.moment - 2 * DAY, corpus.moment - DAY
    with DemoPortals(corpus, as_of=before, ted_timeouts=1) as portals, Mailbox(folder / "mails") as mailbox:
        look = _Look(_install(folder, mailbox.port), portals, mailbox, _sources())
        _headline(before, "The first look: everything that the portals hold, told in one summary for each.")
        look.at(before)
        _headline(after, "A day later: what is new, what moved, what was cancelled. Nothing is told twice.")
        tell("demo_js is looked at again on day 2: each of its pages needs a real browser, which takes its time")
        look.at(after, without="demo_js")
        tell(f"\nAt half past eight, the digest of {DIGEST_OF}: what is above 60 points, at most five, best first.")
        look.wait_for_digest()
        remember(folder, Remembered(corpus.today, {**portals.ports, MAIL: mailbox.port}))
    _show_best(look.place)
    _show_ways_on(folder, look, second=False)
    return look.code()


def _tell_second_day(folder: Path, remembered: Remembered) -> int:
    corpus = build_corpus(remembered.today)
    state.config = folder / "tenderwatch.toml"
    try:
        portals = DemoPortals(corpus, ports=remembered.ports)
    except OSError as error:
        raise WrongUse(f"a port of this demo's portals is taken; `tenderwatch demo` makes it anew ({error})") from error
    with portals, Mailbox(folder / "mails", remembered.ports[MAIL]) as mailbox:
        look = _Look(open_installation(), portals, mailbox, _sources())
        _headline(corpus.moment, "The day after: new notices, moved deadlines as field differences, cancellations.")
        look.at(corpus.moment)
    _show_ways_on(folder, look, second=True)
    return look.code()


def _sources() -> list[str]:
    """The demo's sources; without the one that needs a browser where there is none."""
    try:
        asyncio.run(check_browser())
    except BrowserMissing as error:
        tell(f"demo_js is left out: {error}")
        return [name for name in SOURCES if name != "demo_js"]
    return list(SOURCES)


@dataclass(slots=True)
class _Look:
    """Looks at the portals, one after the other, and what they brought."""

    place: Installation
    portals: DemoPortals
    mailbox: Mailbox
    names: list[str]
    runs: list[Run] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    mails: int = 0

    def at(self, moment: datetime, without: str | None = None) -> None:
        """Crawl as of a moment, match, send, and show what was told."""
        self.portals.advance(moment)
        asked = len(self.portals.log)
        known = len(self.mailbox.messages())
        sources = [self.place.source(name) for name in self.names if name != without]
        runs = crawl_all(self.place, sources, endpoints=self.portals.endpoints, until=moment)
        matched = match_stored(self.place.engine, now(), heads=find_heads(self.place.settings))
        routed = queue_due(self.place.engine, sources, now(), self.place.settings.zone)
        sent = send_due(self.place.engine, self.place.settings, now)
        self.runs += runs
        self.sent.append(sent)
        messages = self.mailbox.messages()
        self.mails = len(messages)
        calls = self.portals.log[asked:]
        refused = sum(call.status == 429 for call in calls)
        tell(f"the portals answered {len(calls)} requests, {refused} of them with «too many requests, wait»")
        tell(
            f"{sum(run.new for run in runs)} new and {sum(run.changed for run in runs)} changed notices, "
            f"{matched.new} new opportunities; {sent.sent} of {routed.deliveries} alerts sent "
            f"in {len(messages) - known} mails"
        )
        for message in messages[known:]:
            _print_mail(str(message["To"]), str(message["Subject"]))

    def wait_for_digest(self) -> None:
        """Let the next digest's hour come, and show what was told then."""
        with reading(self.place.engine) as connection:
            reader = find_readers(connection, self.place.settings.zone)[DIGEST_OF]
        assert reader.when.digest is not None
        moment = next_slot(reader.when.digest, reader.when, reader.working, now())
        known = len(self.mailbox.messages())
        make_digests(self.place.engine, [self.place.source(name) for name in self.names], moment, reader.working.zone)
        self.sent.append(send_due(self.place.engine, self.place.settings, lambda: moment))
        messages = self.mailbox.messages()
        self.mails = len(messages)
        for message in messages[known:]:
            _print_mail(str(message["To"]), str(message["Subject"]))

    def code(self) -> int:
        """The exit code: mails came and all went well, something did not, or nothing came."""
        if not self.mails or all(run.state is not RunState.OK for run in self.runs):
            return FAILED
        whole = all(run.state is RunState.OK for run in self.runs)
        return DONE if whole and not any(each.failed or each.unknown for each in self.sent) else PARTIAL


def _install(folder: Path, mail_port: int) -> Installation:
    state.config = folder / "tenderwatch.toml"
    state.config.write_text(SETTINGS.format(port=mail_port), encoding="utf-8")
    (folder / "alerts.yml").write_text(ALERTS, encoding="utf-8")
    with as_file(files("app.demo") / "company") as company:
        for name in PROFILES:
            target = folder / "profiles" / name
            shutil.copytree(company / name, target)
    place = open_installation()
    for name in PROFILES:
        file = folder / "profiles" / name / "profile.yml"
        tell("profile " + save(place.engine, file, read_profile(file), "demo", "the sample company"))
    import_book(place.engine, folder / "alerts.yml")
    return place


def _headline(moment: datetime, text: str) -> None:
    """Tell the day whose end the portals stand at."""
    out().print(f"\n[bold]{moment - DAY:%a %d %b}. {text}[/bold]", highlight=False)


def _print_mail(address: str, subject: str) -> None:
    """A line; on a terminal no longer than the terminal is wide."""
    console, line = out(), Text(f"  to {address}: {subject}")
    if console.is_terminal:
        console.print(line, no_wrap=True, overflow="ellipsis")
    else:
        console.print(line, soft_wrap=True)


def _show_best(place: Installation) -> None:
    with reading(place.engine) as connection:
        best = find_opportunities(connection, limit=5)
    zone = place.settings.zone
    rows = [[show_points(view.opportunity.score), to_heading(view, zone), to_reasons(view)] for view in best]
    title = "\nThe best opportunities, and the three largest of the reasons that add up to their score"
    print_rows(["score", "opportunity", "why"], rows, title=title)


def _show_ways_on(folder: Path, look: _Look, *, second: bool) -> None:
    newest = max((folder / "mails").glob("*.html"), default=None)
    tell(f"\n{look.mails} mails were delivered over SMTP; they lie in {folder / 'mails'}. Open one of them:")
    tell(f"  {newest}")
    tell("(The portals stop with the demo: links to 127.0.0.1 lead nowhere now.)")
    tell("What to do next:")
    ways = _ways_on(folder, _find_example(look.place), second)
    width = max(len(command) for command, _ in ways)
    for command, why in ways:
        tell(f"  {command:<{width}}  {why}")


def _ways_on(folder: Path, example: str, second: bool) -> list[tuple[str, str]]:
    activate = (". .venv/bin/activate", "so that `tenderwatch` is found")
    go_on = (f"tenderwatch demo --day 2{_folder_option(folder)}", "the portals go on for a day")
    return [
        *([] if shutil.which("tenderwatch") else [activate]),
        *([] if second else [go_on]),
        (f"cd {shlex.quote(str(folder))}", "look around in it:"),
        ("tenderwatch opportunities list", "all that is worth a bid"),
        (f"tenderwatch explain {example}", "why, word by word"),
        (f"tenderwatch notices show {example} --history", "what changed"),
        ("tenderwatch alerts ledger", "what was sent to whom"),
        ("tenderwatch init my-company", "your own company (README.md)"),
    ]


def _find_example(place: Installation) -> str:
    """A notice that has changed since it was found, if there is one, by the name that commands take."""
    with reading(place.engine) as connection:
        best = find_opportunities(connection, limit=500)
    changed = [view for view in best if view.notice.revision > 1]
    return next((f"{view.notice.notice.source}:{view.notice.notice.key}" for view in [*changed, *best]), "NOTICE")


def _folder_option(folder: Path) -> str:
    return "" if folder == USUAL else f" --folder {shlex.quote(str(folder))}"
