"""`tenderwatch crawl` and `tenderwatch parse`: portals and saved files into notices."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console import PARTIAL, now, open_installation, print_rows, read_moment, settings, tell

if TYPE_CHECKING:
    from domain.sources import Run

Endpoints = Annotated[
    list[str] | None,
    typer.Option("--endpoint", metavar="SOURCE=URL", help="Send every request of this source to another address."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="crawl")(crawl)
    app.command(name="parse")(parse)


def crawl(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…", help="Default: all that are on.")] = None,
    since: Annotated[str | None, typer.Option(help="Read what was published since: 2026-01-31 or 7d.")] = None,
    until: Annotated[str | None, typer.Option(help="Read what was published until: 2026-02-28 or 2d.")] = None,
    endpoint: Endpoints = None,
) -> None:
    """Read portals now and store their notices; nothing is matched, and the operators' mail only queued."""
    from alerts.operators import report_sources
    from app.crawls import crawl_all, read_endpoints
    from app.gaps import tell_oldest
    from domain.errors import WrongUse
    from storage.engine import reading

    place = open_installation()
    endpoints = read_endpoints(endpoint, place)
    chosen = [place.source(name) for name in names or list(endpoints)]
    if not chosen:
        chosen = [source for source in place.sources.values() if source.enabled]
    begin, end = (read_moment(text, place.settings.zone) if text else None for text in (since, until))
    if begin and begin >= (end or now()):
        raise WrongUse(f"--since {since} is not before --until {until or 'now'}")
    runs = crawl_all(place, chosen, endpoints=endpoints, since=begin, until=end)
    with reading(place.engine) as connection:
        oldest = {run.source: tell_oldest(connection, run.source, place.settings.zone) for run in runs}
    report_sources(place.engine, chosen, now())
    print_rows(
        ["source", "state", "pages", "notices", "left"],
        [
            [run.source, run.state.value, _tell_pages(run), _tell_notices(run), _tell_left(run, oldest[run.source])]
            for run in runs
        ],
    )
    for run in runs:
        if run.reason:
            tell(f"{run.source}: {run.reason}")
        if run.baseline and run.facts and place.source(run.source).protocol == "watch":
            blocks = f"the {run.facts.found:,} blocks that stand there are where comparing begins"
            tell(f"{run.source}: the first look: {blocks}, and none is told")
    raise typer.Exit(_exit_code([run.state.value for run in runs]))


def _tell_pages(run: "Run") -> str:
    return f"{run.pages:,}" + (f", {run.not_modified:,} of them not sent again" if run.not_modified else "")


def _tell_notices(run: "Run") -> str:
    """What the run brought, and how many it saw of those that the portal claims to have."""
    seen = run.new + run.changed + run.same
    claimed = f" (seen {seen:,}, claimed {run.claimed:,})" if run.claimed is not None else ""
    return f"{run.new:,} new, {run.changed:,} changed, {run.same:,} same{claimed}"


def _tell_left(run: "Run", oldest: str) -> str:
    return f"{run.steps_left:,}; oldest unread: {oldest}" if run.steps_left and oldest else f"{run.steps_left:,}"


def parse(
    reader: Annotated[str, typer.Argument(metavar="SOURCE-OR-READER", help="A source's id, or ocds, html:ru_eis, ….")],
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, metavar="FILE…")],
) -> None:
    """Read saved files without any database: notices as JSON lines on stdout, what cannot be read on stderr."""
    import json
    import sys

    from crawler.parse import parse as read
    from crawler.registry import load_sound_sources
    from domain.errors import Unreadable
    from domain.notice_json import to_json

    sources, _ = load_sound_sources(settings().sources_dir)
    faults = 0
    for file in files:
        try:
            parsed = read(reader, file.read_bytes(), sources)
        except Unreadable as error:
            faults += 1
            tell(f"{file}: {error}")
            continue
        faults += len(parsed.faults)
        for fault in parsed.faults:
            tell(f"{file}: {fault}")
        for issue in parsed.issues:
            tell(f"{file}: " + ": ".join(filter(None, (issue.key, issue.element, issue.reason))))
        for notice in parsed.notices:
            sys.stdout.write(json.dumps(to_json(notice), ensure_ascii=False, default=str) + "\n")
    if faults:
        raise typer.Exit(PARTIAL)


def _exit_code(states: list[str]) -> int:
    good = sum(state == "ok" for state in states)
    lost = sum(state in ("failed", "blocked") for state in states)
    if good == len(states):
        return 0
    return 1 if lost == len(states) else PARTIAL
