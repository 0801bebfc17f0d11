"""`tenderwatch init` and `doctor`: a new installation, and whether an old one is well."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console import FAILED, Installation, now, open_installation, print_json, settings, show, state, tell

if TYPE_CHECKING:
    from domain.config import Settings

STARTER = ("tenderwatch.toml", "profiles/my-company.yml", "profiles/catalogue.csv", "alerts.yml")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(name="init")(init)
    app.command(name="doctor")(doctor)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write the files.")] = Path(),
) -> None:
    """Write a settings file, a sample profile and sample alerts into a folder, and make its database."""
    from importlib.resources import files

    starter = files("app") / "starter"
    folder.mkdir(parents=True, exist_ok=True)
    for name in STARTER:
        target = folder / name
        if target.exists():
            tell(f"{target} exists, left as it is")
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((starter / name).read_text(encoding="utf-8"), encoding="utf-8")
        tell(f"wrote {target}")
    (folder / "sources").mkdir(exist_ok=True)
    state.config = folder / "tenderwatch.toml"
    place = open_installation()
    tell(f"the database is ready: {place.engine.url.render_as_string(hide_password=True)}")
    tell(
        "next: edit these files, then\n"
        f"  cd {shlex.quote(str(folder.resolve()))}\n"
        "  tenderwatch profiles import profiles/my-company.yml\n"
        "  tenderwatch alerts import alerts.yml\n"
        "  tenderwatch alerts test sales\n"
        "  tenderwatch run"
    )


def doctor(as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """Check settings, database, sources, profiles and destinations; each trouble with what to do about it."""
    from domain.errors import TenderwatchError

    try:
        rows = list(_examine(settings()))
    except TenderwatchError as error:
        rows = [{"what": "settings", "state": "bad", "what to do": str(error)}]
    if as_json:
        print_json(rows)
    else:
        show(rows, False, "")
    if any(row["state"] == "bad" for row in rows):
        raise typer.Exit(FAILED)


def _examine(found: "Settings") -> Iterator[dict[str, str]]:
    from crawler.registry import check_sources
    from domain.errors import TenderwatchError

    yield _row("settings", "good", f"data in {found.data_dir}")
    if not found.contact:
        yield _row(
            "contact", "warning", "set `contact`, so that portals' operators can reach you before they block you"
        )
    count, problems = check_sources(found.sources_dir)
    yield _row("source files", "bad" if problems else "good", "; ".join(problems) or f"{count} sources are sound")
    try:
        place = open_installation()
    except TenderwatchError as error:
        yield _row("database", "bad", str(error))
        return
    yield _row("database", "good", place.engine.url.render_as_string(hide_password=True))
    yield from _examine_sources(place)
    yield from _examine_alerts(place)


def _examine_sources(place: Installation) -> Iterator[dict[str, str]]:
    from domain.sources import RunState
    from storage.engine import reading
    from storage.profiles import find_profiles
    from storage.sources import find_source_states

    with reading(place.engine) as connection:
        states = find_source_states(connection)
        profiles = find_profiles(connection)
    if any(source.enabled and source.browser for source in place.sources.values()):
        yield _examine_browser(place)
    for source in place.sources.values():
        known = states.get(source.id)
        if not source.enabled:
            continue
        if known is None or known.last_run is None:
            yield _row(source.id, "warning", f"never crawled; `tenderwatch crawl {source.id}`")
        elif known.last_run.state not in (RunState.OK, RunState.RUNNING):
            why = f"{known.last_run.state.value}: {known.last_run.reason}; `tenderwatch sources show {source.id}`"
            yield _row(source.id, "bad", why)
        elif now() - known.last_run.started_at > 3 * source.every:
            yield _row(source.id, "warning", f"not crawled for {now() - known.last_run.started_at}; is `work` running?")
        else:
            yield _row(source.id, "good", "")
    todo = "`tenderwatch profiles import FILE`: without a profile nothing is an opportunity"
    yield _row("profiles", "good" if profiles else "bad", f"{len(profiles)} profiles" if profiles else todo)


def _examine_browser(place: Installation) -> dict[str, str]:
    """Whether a browser is there for the sources that need one."""
    import asyncio

    from crawler.browser.find import check_browser
    from domain.errors import BrowserMissing

    needed_by = ", ".join(source.id for source in place.sources.values() if source.enabled and source.browser)
    try:
        return _row("browser", "good", f"{asyncio.run(check_browser())}, for {needed_by}")
    except BrowserMissing as error:
        return _row("browser", "bad", f"{needed_by}: {error}")


def _examine_alerts(place: Installation) -> Iterator[dict[str, str]]:
    from alerts.record import issue_source
    from alerts.send import check_destination
    from domain.alerts import DeliveryState
    from domain.sources import IssueKind
    from storage.deliveries import list_deliveries
    from storage.destinations import find_destinations, find_rules
    from storage.engine import reading
    from storage.issues import find_issues

    with reading(place.engine) as connection:
        destinations, rules = find_destinations(connection), find_rules(connection)
        issues = {each.id: find_issues(connection, issue_source(each.id)) for each in destinations}
        dead = list_deliveries(connection, DeliveryState.DEAD, 1000)
        unknown = list_deliveries(connection, DeliveryState.UNKNOWN, 1000)
    dead, unknown = ([each for each in some if not each.delivery.acknowledged_at] for some in (dead, unknown))
    if not destinations or not rules:
        yield _row("alerts", "bad", "nobody is told: write destinations and rules, `tenderwatch alerts import FILE`")
    if destinations and not any(destination.operators for destination in destinations):
        todo = "write `operators: true` at a destination in alerts.yml: nobody is told when a portal cannot be read"
        yield _row("operators", "warning", todo)
    for destination in destinations:
        trouble = check_destination(destination, place.settings, place.engine)
        yield _row(f"destination {destination.id}", "bad" if trouble else "good", trouble or destination.name)
        for each in issues[destination.id]:
            if each.issue.kind is IssueKind.TEMPLATE:
                yield _row(f"template {destination.id}", "warning", each.issue.reason)
    if dead:
        yield _row("dead letters", "bad", f"{len(dead)}: `tenderwatch alerts ledger --state dead`, `alerts resend`")
    if unknown:
        todo = "ask whether they arrived; `alerts resend --unknown` sends them again"
        yield _row(
            "unknown deliveries", "warning", f"{len(unknown)}: `tenderwatch alerts ledger --state unknown`; {todo}"
        )


def _row(what: str, how: str, todo: str) -> dict[str, str]:
    return {"what": what, "state": how, "what to do": todo}
