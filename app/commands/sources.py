"""`tenderwatch sources`: the portals that are read."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from app.commands import drafting, missed, trying
from app.console import FAILED, in_zone, now, open_installation, print_json, settings, show, tell

if TYPE_CHECKING:
    from domain.sources import Source, Verification

app = typer.Typer(no_args_is_help=True, help="The portals: list, show, check, try, and add new ones.")
for family in (drafting, missed, trying):
    family.register(app)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """Every source, whether `run` crawls it, and how its last run ended."""
    from storage.engine import reading
    from storage.sources import find_source_states
    from storage.verifications import find_verifications

    place = open_installation()
    with reading(place.engine) as connection:
        states = find_source_states(connection)
        verified = find_verifications(connection)
    zone = place.settings.zone
    rows = []
    for source in place.sources.values():
        known = states.get(source.id)
        last = known.last_run if known else None
        rows.append(
            {
                "source": source.id,
                "title": source.title,
                "country": source.country,
                "protocol": source.protocol or "own spider",
                "on": "yes" if source.enabled else "no",
                "last run": in_zone(last.started_at, zone) if last else "never",
                "state": last.state.value if last else "",
                "verified live": _verified(verified.get(source.id), zone),
            }
        )
    show(rows, as_json, "no sources")


@app.command(name="show")
def show_one(name: Annotated[str, typer.Argument(metavar="SOURCE")], as_json: AsJson = False) -> None:
    """One source: what it is, its last runs, and what a person must look at."""
    from app.gaps import tell_oldest
    from storage.engine import reading
    from storage.hosts import find_pause
    from storage.issues import find_issues
    from storage.runs import find_runs
    from storage.verifications import find_verifications

    place = open_installation()
    source = place.source(name)
    with reading(place.engine) as connection:
        runs = find_runs(connection, source.id, limit=10)
        issues = find_issues(connection, source.id, limit=20)
        verified = find_verifications(connection).get(source.id)
        pause = find_pause(connection, urlsplit(source.endpoint).netloc, now())
        oldest = tell_oldest(connection, source.id, place.settings.zone)
    zone = place.settings.zone
    facts = {**_facts(source), "verified live": _verified(verified, zone)}
    facts["oldest unread"] = oldest or "nothing is left unread"
    if pause:
        facts["paused"] = f"until {in_zone(pause.until, zone)}: {pause.reason}"
    run_rows = [
        {
            "run": run.id,
            "started": in_zone(run.started_at, zone),
            "state": run.state.value,
            "pages": run.pages,
            "not sent again": run.not_modified,
            "new": run.new,
            "changed": run.changed,
            "same": run.same,
            "claimed": run.claimed,
            "seen": run.new + run.changed + run.same,
            "left": run.steps_left,
            "why": run.reason,
        }
        for run in runs
    ]
    issue_rows = [
        {
            "issue": issue.issue.kind.value,
            "what": issue.issue.reason,
            "element": issue.issue.element,
            "notice": issue.issue.key,
            "page": issue.issue.page,
            "seen": issue.seen,
            "last": in_zone(issue.last_seen_at, zone),
        }
        for issue in issues
    ]
    if as_json:
        print_json({**facts, "runs": run_rows, "issues": issue_rows})
        return
    show([{"": key, source.id: value} for key, value in facts.items()], False, "")
    show(run_rows, False, "never crawled yet", title="Last runs")
    show(issue_rows, False, "no open issues", title="Open issues")


@app.command()
def accept(name: Annotated[str, typer.Argument(metavar="SOURCE")]) -> None:
    """The portal is as it should be: tell the changes that were held back, and forget what was usual before."""
    from storage.engine import writing
    from storage.held import accept_source

    place = open_installation()
    source = place.source(name)
    with writing(place.engine) as connection:
        told = accept_source(connection, source.id, now())
    tell(f"{source.id}: {told:,} changed notices are told with the next `tenderwatch match` and `alerts send`")


@app.command()
def check(
    folder: Annotated[Path | None, typer.Option(help="A folder of your own YAML files to check as well.")] = None,
) -> None:
    """Check every source's YAML; each problem is told with its file, line and how to mend it."""
    from crawler.registry import check_sources

    extra = folder or settings().sources_dir
    count, problems = check_sources(extra)
    for problem in problems:
        tell(problem)
    if problems:
        tell(f"{len(problems)} problems in {count} sources")
        raise typer.Exit(FAILED)
    tell(f"{count} sources are sound")


def _verified(verified: "Verification | None", zone: str) -> str:
    """When `sources try` last read the portal itself, and which version did."""
    return f"{in_zone(verified.at, zone)} by {verified.version}" if verified else "never"


def _facts(source: "Source") -> dict[str, Any]:
    return {
        "title": source.title,
        "publisher": source.publisher,
        "country": source.country,
        "site": source.url,
        "licence": source.licence,
        "protocol": source.protocol or "own spider",
        "endpoint": source.endpoint,
        "listing": dict(source.listing),
        "every": str(source.every),
        "pace": f"{source.pace.at_once} at once, {source.pace.delay:g} s apart",
        "robots": "obeyed" if source.obey_robots else "not asked (its YAML says why)",
        "expects": f"{source.expect.notices[0]} to {source.expect.notices[1]} notices a run",
        "on": "yes" if source.enabled else "no",
        "file": source.file,
    }
