"""`tenderwatch sources`: the portals that are read."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from app.commands import choosing, drafting, following, missed, pages, trying
from app.console import FAILED, in_zone, now, open_installation, print_json, settings, show, tell

if TYPE_CHECKING:
    from domain.sources import Source, Verification

app = typer.Typer(no_args_is_help=True, help="The portals: list, show, check, try, and add new ones.")
for family in (choosing, drafting, following, missed, pages, trying):
    family.register(app)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command(name="list")
def list_all(
    on: Annotated[bool, typer.Option("--on", help="Only those that are on.")] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="The shipped sources as docs/sources.md has them; needs no database.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Every source, whether `run` and `work` crawl it and why, and how its last run ended."""
    from storage.engine import reading
    from storage.sources import find_source_states
    from storage.verifications import find_verifications

    if markdown:
        _print_markdown()
        return
    place = open_installation()
    with reading(place.engine) as connection:
        states = find_source_states(connection)
        verified = find_verifications(connection)
    zone = place.settings.zone
    rows = []
    for name, standing in choosing.find_standings(place).items():
        source, known = place.sources[name], states.get(name)
        last = known.last_run if known else None
        row = {
            "source": name,
            "on": "yes" if standing.on else "no",
            "why": standing.why,
            "last run": in_zone(last.started_at, zone) if last else "never",
            "state": last.state.value if last else "",
            "verified live": _verified(verified.get(name), zone),
        }
        if standing.on or not on:
            rows.append({**row, **_facts(source)} if as_json else row)
    show(rows if as_json else [_in_short(row) for row in rows], as_json, "no sources")


def _in_short(row: dict[str, Any]) -> dict[str, Any]:
    """What fits beside a reason in a terminal: days, and the country by the id."""
    ran, live = (str(row[name])[:10] for name in ("last run", "verified live"))
    last = f"{row['state']} {ran}".strip()
    return {"source": row["source"], "on": row["on"], "why": row["why"], "last run": last, "live": live}


def _print_markdown() -> None:
    from app.catalogue_page import to_markdown
    from crawler.registry import load_sources

    sys.stdout.write(to_markdown(load_sources()))


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
    standing = choosing.find_standings(place).get(source.id)
    facts = {**_facts(source), "on": "yes" if standing and standing.on else "no"}
    facts |= {"why": standing.why if standing else "", "verified live": _verified(verified, zone)}
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
        watched = following.to_json(place, source) if source.protocol == "watch" else {}
        print_json({**facts, **watched, "runs": run_rows, "issues": issue_rows})
        return
    told = {key: value for key, value in facts.items() if value not in (None, False, "")}
    show([{"": key, source.id: value} for key, value in told.items()], False, "")
    if source.protocol == "watch":
        following.show_followed(place, source)
    show(run_rows, False, "never crawled yet", title="Last runs")
    show(issue_rows, False, "no open issues", title="Open issues")


@app.command()
def accept(name: Annotated[str, typer.Argument(metavar="SOURCE")]) -> None:
    """The portal is as it should be: tell what was held back, close its issues, and forget what was usual before."""
    from storage.engine import writing
    from storage.held import accept_source
    from storage.issues import close_issues

    place = open_installation()
    source, moment = place.source(name), now()
    with writing(place.engine) as connection:
        told = accept_source(connection, source.id, moment)
        closed = close_issues(connection, source.id, None, moment)
    tell(f"{source.id}: {told:,} changed notices are told with the next `tenderwatch match` and `alerts send`")
    if closed:
        tell(f"{source.id}: {closed:,} issues are closed; what is seen again is told again")


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
    about = source.about
    return {
        "title": source.title,
        "publisher": source.publisher,
        "country": source.country,
        "site": source.url,
        "language": source.language,
        "coverage": about.coverage,
        "licence": source.licence,
        "terms": about.terms,
        "facts are sure": about.sure,
        "covered by": about.covered_by,
        "ended": about.ended,
        "draft": about.draft,
        "key": source.key_env,
        "key from": about.key_from,
        "protocol": source.protocol or "own spider",
        "endpoint": source.endpoint,
        "listing": dict(source.listing),
        "every": str(source.every),
        "pace": f"{source.pace.at_once} at once, {source.pace.delay:g} s apart",
        "robots": "obeyed" if source.obey_robots else "not asked (its YAML says why)",
        "expects": f"{source.expect.notices[0]} to {source.expect.notices[1]} notices a run",
        "file": source.file,
    }
