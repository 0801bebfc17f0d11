"""An overview as a person reads it, and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.console import to_span
from app.schedule import Phase
from app.watching.overview import Overview, Watched
from app.watching.sizes import Sizes, to_size
from app.watching.verdict import Verdict
from domain.alerts import DeliveryState

ORDER = (Phase.RUNNING, Phase.PAUSED, Phase.DUE, Phase.WAITING)
STYLES = {0: "bold green", 3: "bold yellow", 1: "bold red"}


def to_screen(view: Overview, verdict: Verdict, sizes: Sizes) -> RenderableType:
    """The answer first, then what is not well, then everything."""
    lines: list[RenderableType] = [Text(verdict.sentence, style=STYLES[verdict.code])]
    lines += [Text(f"  - {trouble}") for trouble in verdict.troubles]
    table = Table(header_style="bold", expand=False)
    table.add_column("source", no_wrap=True)
    for name in ("now", "last result", "why"):
        table.add_column(name, overflow="fold")
    for phase in ORDER:
        for each in view.of(phase):
            table.add_row(*(Text(cell) for cell in _to_cells(each, view.at)))
    lines += [table, *(Text(line) for line in _tell_rest(view, sizes))]
    return Group(*lines)


def to_plain(view: Overview, verdict: Verdict, sizes: Sizes) -> dict[str, Any]:
    """The same as JSON values; moments are ISO 8601 in UTC, sizes in bytes."""
    return {
        "at": view.at,
        "working": verdict.code != 1,
        "answer": verdict.sentence,
        "troubles": list(verdict.troubles),
        "sources": [_to_row(each) for phase in ORDER for each in view.of(phase)],
        "supervisors": [
            {**asdict(each), "alive": each in view.alive(), "parts": [asdict(part) for part in each.parts]}
            for each in view.supervisors
        ],
        "queues": {name: {"length": queue.length, "since": queue.since} for name, queue in view.queues.items()},
        "deliveries": {state.value: view.count(state) for state in DeliveryState},
        "sizes": asdict(sizes),
    }


def _to_cells(each: Watched, at: datetime) -> Iterator[str]:
    yield each.source.id
    yield _tell_now(each, at)
    last = each.known.last_ended if each.known else None
    if last is None or last.finished_at is None:
        yield from ("never", each.standing.why or "")
        return
    yield f"{last.state.value}, {to_span(at - last.finished_at)} ago: {last.new:,} new, {last.changed:,} changed"
    yield each.standing.why or last.reason or ""


def _tell_now(each: Watched, at: datetime) -> str:
    """What it does: a run as far as the database has it, which is after each page."""
    run, due_at = each.known.last_run if each.known else None, each.standing.due_at
    if each.standing.phase is Phase.RUNNING and run is not None:
        of = f" of {run.claimed:,}" if run.claimed is not None else ""
        read = f"{run.pages:,} pages, {run.new + run.changed + run.same:,}{of} notices"
        return f"running for {to_span(at - run.started_at)}: {read}"
    if each.standing.phase is Phase.DUE:
        return f"due for {to_span(at - due_at)}" if due_at else "due"
    span = to_span(due_at - at) if due_at else ""
    return f"{each.standing.phase.value} for {span}" if each.standing.phase is Phase.PAUSED else f"next in {span}"


def _tell_rest(view: Overview, sizes: Sizes) -> Iterator[str]:
    waiting = [
        f"{queue.length:,} for {name}" + (f" (oldest {to_span(view.at - queue.since)})" if queue.since else "")
        for name, queue in view.queues.items()
    ]
    yield f"Waiting: {', '.join(waiting)}"
    ledger = ", ".join(f"{view.count(state):,} {state.value}" for state in DeliveryState)
    yield f"Deliveries: {ledger}"
    for each in view.alive():
        yield f"Supervisor: {each.name.rpartition('/')[0]}, up {to_span(view.at - each.started_at)}"
    if not view.alive():
        yield "Supervisor: none"
    yield (
        f"Room: database {to_size(sizes.database)}, saved pages {to_size(sizes.pages)}, "
        f"{to_size(sizes.free)} free on the disk"
    )


def _to_row(each: Watched) -> Mapping[str, Any]:
    known = each.known
    run, last = (known.last_run, known.last_ended) if known else (None, None)
    is_running = each.standing.phase is Phase.RUNNING and run is not None
    return {
        "source": each.source.id,
        "phase": each.standing.phase.value,
        "due_at": each.standing.due_at,
        "why": each.standing.why,
        "lost_in_a_row": known.streak.lost if known else 0,
        "issues_open": each.issues,
        "last_ok_at": known.last_ok_at if known else None,
        "running": _to_run(run) if is_running else None,
        "last": _to_run(last),
    }


def _to_run(run: Any) -> Mapping[str, Any] | None:
    if run is None:
        return None
    return {
        "run": run.id,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "state": run.state.value,
        "pages": run.pages,
        "notices": run.new + run.changed + run.same,
        "of": run.claimed,
        "new": run.new,
        "changed": run.changed,
        "same": run.same,
        "left": run.steps_left,
        "reason": run.reason,
    }
