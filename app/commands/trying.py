"""`tenderwatch sources try`: a little of each source is read, and nothing is stored but that it was verified."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from app.commands.crawl import Endpoints
from app.console import FAILED, PARTIAL, Installation, now, open_installation, show, tell
from domain.errors import WrongUse

if TYPE_CHECKING:
    from crawler.drafting.trial import Trial
    from domain.sources import Source


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="try")(try_sources)


def try_sources(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]…")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every source, on or off, but the demo's.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a report: .md or .json.")] = None,
    endpoint: Endpoints = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Read one list page and a detail or two of each source; tell what was reached, read, refused, and left empty."""
    from app.crawls import read_endpoints
    from app.trials import to_json, write_report

    place = open_installation()
    endpoints = read_endpoints(endpoint, place)
    chosen = _chosen(place, names or list(endpoints), every, endpoints)
    if report is not None and report.suffix not in (".md", ".json"):
        raise WrongUse(f"--report {report}: write a name that ends in .md or .json")
    busy = _busy(place)
    if held := next((source for source in chosen if source.id in busy), None):
        raise WrongUse(f"{held.id} is being crawled just now, and is asked by one at a time; try it afterwards")
    trials = _try_all(place, chosen, endpoints)
    _remember(place, trials)
    if report is not None:
        write_report(report, trials, place.sources, now())
        tell(f"wrote {report}")
    show([_row(trial) for trial in trials] if not as_json else list(map(to_json, trials)), as_json, "no sources")
    if not as_json and len(trials) == 1:
        _tell_odd(trials[0])
    _end(trials)


def _chosen(place: Installation, names: Sequence[str], every: bool, endpoints: Mapping[str, str]) -> "list[Source]":
    if every:
        return [source for source in place.sources.values() if source.id in endpoints or not _has_no_portal(source)]
    if not names:
        raise WrongUse("which source? `tenderwatch sources try SOURCE…`, or --all")
    return [place.source(name) for name in dict.fromkeys(names)]


def _has_no_portal(source: "Source") -> bool:
    """The demo's portals are on this machine and run only while it does: `.invalid` never resolves (RFC 2606)."""
    return (urlsplit(source.endpoint).hostname or "").endswith(".invalid")


def _busy(place: Installation) -> set[str]:
    from storage.engine import reading
    from storage.sources import find_source_states

    with reading(place.engine) as c:
        states = find_source_states(c)
    return {name for name, state in states.items() if state.lease and state.lease.expires_at > now()}


def _try_all(place: Installation, sources: "Sequence[Source]", endpoints: Mapping[str, str]) -> "list[Trial]":
    """Several at a time, as crawls are, with a bar on stderr."""
    from concurrent.futures import ThreadPoolExecutor

    from app.console import with_progress
    from crawler.drafting.trial import try_source

    def work(report: Any) -> "list[Trial]":
        trials = []
        with ThreadPoolExecutor(place.settings.crawls_at_once) as pool:
            asked = (pool.submit(try_source, place.settings, each, endpoints.get(each.id)) for each in sources)
            for done in list(asked):
                trials.append(done.result())
                report(len(trials))
        return trials

    found: list[Trial] = with_progress(len(sources), "trying", work)
    return found


def _remember(place: Installation, trials: "Iterable[Trial]") -> None:
    from importlib.metadata import version

    from domain.sources import Verification
    from storage.engine import writing
    from storage.verifications import save_verification

    with writing(place.engine) as c:
        for trial in trials:
            if trial.is_verified:
                save_verification(c, Verification(trial.source, now(), version("tenderwatch")))


def _tell_odd(trial: "Trial") -> None:
    """What was not read as the source promises: the first of each kind, as a field may be empty because of it."""
    first = {(issue["what"], issue["element"]): issue["why"] for issue in reversed(trial.issues)}
    for (what, element), why in first.items():
        tell(f"odd: {what}: {element or ''}: {why}")


def _row(trial: "Trial") -> dict[str, Any]:
    return {
        "source": trial.source,
        "state": trial.state.value,
        "reached": "yes" if trial.reached else "no",
        "asked": "the portal" if trial.live else "a stand-in",
        "pages": len(trial.pages),
        "notices": trial.notices,
        "empty fields": ", ".join(trial.empty),
        "why": trial.why,
    }


def _end(trials: "Sequence[Trial]") -> None:
    good = sum(trial.state.value == "read" for trial in trials)
    if good < len(trials):
        raise typer.Exit(PARTIAL if any(trial.state.value in ("read", "partly") for trial in trials) else FAILED)
