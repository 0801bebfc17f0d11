"""The demo's story: a first day with two portals, the day after, and what the managers were told."""

import shutil
from datetime import date, datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.book import import_book
from alerts.route import route
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
from app.demo.mailbox import Mailbox
from app.demo.portals import DemoPortals
from domain.errors import WrongUse
from domain.sources import Run, RunState
from matching.profiles import read_profile
from matching.run import match_stored
from storage.engine import reading
from storage.opportunities import find_opportunities

MARK = ".tenderwatch-demo"
PROFILES = ("laboratory", "water")
PORTALS_ZONE = ZoneInfo("Europe/London")
SETTINGS = """# The demo's own installation: look around in it, `make demo` makes it anew.
data_dir = "data"
profiles_dir = "profiles"
zone = "Europe/London"
contact = "demo@example.org"

[mail]
host = "127.0.0.1"
port = {port}
sender = "tenderwatch@example.org"
"""
ALERTS = """destinations:
  - {id: laboratory-manager, name: Laboratory manager, url: "tendermail://laboratory.manager@example.org"}
  - {id: water-manager, name: Water manager, url: "tendermail://water.manager@example.org"}
rules:
  - {id: laboratory, profile: laboratory, min_score: 40, destination: laboratory-manager}
  - {id: water, profile: water, min_score: 40, destination: water-manager}
"""


def tell_story(folder: Path) -> int:
    """Run the demo in `folder`; the exit code."""
    _make_anew(folder)
    today: date = datetime.now(PORTALS_ZONE).date()
    corpus = build_corpus(today)
    yesterday = corpus.moment - timedelta(days=1)
    with DemoPortals(corpus, as_of=yesterday) as portals, Mailbox(folder / "mails") as mailbox:
        place = _install(folder, mailbox.port)
        endpoints = {"demo_ocds": portals.ocds_url, "demo_html": portals.html_url}
        _headline("1. The first day: everything that two portals hold. It is told in one summary, not in a flood.")
        first, told_first = _work(place, endpoints, until=yesterday)
        _headline("2. The day after: what is new, what moved, what was cancelled. Nothing is told twice.")
        portals.advance(corpus.moment)
        second, told_second = _work(place, endpoints, until=None)
        refused = sum(call.status == 429 for call in portals.log)
        mails = len(mailbox.messages())
    tell(f"the portals answered {len(portals.log)} requests, {refused} of them with «too many requests, wait»")
    _show_best(place)
    _show_ways_on(folder, mails)
    runs, sent = [*first, *second], (told_first, told_second)
    if not mails or all(run.state is not RunState.OK for run in runs):
        return FAILED
    whole = all(run.state is RunState.OK for run in runs) and not any(each.failed or each.unknown for each in sent)
    return DONE if whole else PARTIAL


def _make_anew(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise WrongUse(f"{folder} holds something else; name another with `tenderwatch demo --folder FOLDER`")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


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
        tell(save(place.engine, file, read_profile(file), "demo", "the sample company"))
    import_book(place.engine, folder / "alerts.yml")
    return place


def _work(place: Installation, endpoints: dict[str, str], until: datetime | None) -> tuple[list[Run], Sent]:
    sources = [place.source(name) for name in endpoints]
    runs = crawl_all(place, sources, endpoints=endpoints, until=until)
    matched = match_stored(place.engine, now())
    routed = route(place.engine, now())
    sent = send_due(place.engine, place.settings, now)
    tell(
        f"{sum(run.new for run in runs)} new and {sum(run.changed for run in runs)} changed notices, "
        f"{matched.qualified} new opportunities, {routed.deliveries} deliveries, {sent.sent} sent"
    )
    return runs, sent


def _headline(text: str) -> None:
    out().print(f"\n[bold]{text}[/bold]")


def _show_best(place: Installation) -> None:
    with reading(place.engine) as connection:
        best = find_opportunities(connection, limit=10)
    zone = place.settings.zone
    rows = [[view.opportunity.score, to_heading(view, zone), to_reasons(view)] for view in best]
    print_rows(["score", "opportunity", "why"], rows, title="\nThe best opportunities, and why")


def _show_ways_on(folder: Path, mails: int) -> None:
    first = next(iter(sorted((folder / "mails").glob("*.html"))), None)
    tell(
        f"\n{mails} mails were delivered over SMTP; they lie in {folder / 'mails'}"
        + (f", open {first}" if first else "")
    )
    tell(
        "What to do next:\n"
        f"  cd {folder}\n"
        "  tenderwatch opportunities list · tenderwatch explain NOTICE · tenderwatch notices show NOTICE --history\n"
        "  tenderwatch alerts list · tenderwatch sources show demo_ocds · tenderwatch doctor\n"
        "  your own company: tenderwatch init my-company (README.md)\n"
        "  `tenderwatch` is in .venv/bin; `. .venv/bin/activate` puts it on the path"
    )
