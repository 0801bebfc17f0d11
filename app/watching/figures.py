"""The figures of an installation for Prometheus; docs/operations.md lists them. Moments are Unix seconds."""

from collections.abc import Callable, Iterator, Mapping

from app.schedule import Phase
from app.watching.exposition import Family
from app.watching.overview import Overview, Watched
from app.watching.sizes import Sizes
from domain.alerts import DeliveryState
from domain.sources import RunState
from storage.runs import RunTotals

ENDED = [state for state in RunState if state is not RunState.RUNNING]


def to_families(view: Overview, totals: Mapping[str, RunTotals], sizes: Sizes, version: str) -> list[Family]:
    """All families; a figure that is not known (never ok, nothing waits) has no sample."""
    about = Family("tenderwatch_build_info", "gauge", "Always 1; the release is a label.")
    about.add(1, version=version)
    return [
        about,
        *_sources(view),
        *_totals(totals),
        *_deliveries(view),
        *_queues(view),
        *_supervisors(view),
        *_sizes(sizes),
    ]


def _sources(view: Overview) -> Iterator[Family]:
    state = Family("tenderwatch_source_last_run_state", "gauge", "1 for the state in which the last run ended, else 0.")
    phase = Family("tenderwatch_source_phase", "gauge", "1 for what the source does now, else 0.")
    for each in view.sources:
        last = each.known.last_ended if each.known else None
        for one in ENDED if last else ():
            state.add(last is not None and last.state is one, source=each.source.id, state=one.value)
        for which in Phase:
            phase.add(each.standing.phase is which, source=each.source.id, phase=which.value)
    yield from (state, phase)
    for name, text, find in SOURCE_GAUGES:
        family = Family(f"tenderwatch_source_{name}", "gauge", text)
        for each in view.sources:
            value = find(view, each)
            if value is not None:
                family.add(value, source=each.source.id)
        yield family


def _find_ok(_view: Overview, each: Watched) -> float | None:
    return each.known.last_ok_at.timestamp() if each.known and each.known.last_ok_at else None


def _find_since_ok(view: Overview, each: Watched) -> float | None:
    return (view.at - each.known.last_ok_at).total_seconds() if each.known and each.known.last_ok_at else None


def _find_due(_view: Overview, each: Watched) -> float | None:
    return each.standing.due_at.timestamp() if each.standing.due_at else None


def _find_running(each: Watched, count: str) -> float | None:
    run = each.known.last_run if each.known else None
    return getattr(run, count) if run and each.standing.phase is Phase.RUNNING else None


SOURCE_GAUGES: tuple[tuple[str, str, Callable[[Overview, Watched], float | None]], ...] = (
    ("last_ok_timestamp_seconds", "When the last run that was ok ended.", _find_ok),
    ("since_ok_seconds", "How long ago the last run that was ok ended.", _find_since_ok),
    ("every_seconds", "How often the source is to be read.", lambda _view, each: each.source.every.total_seconds()),
    ("due_timestamp_seconds", "From when the source may be read again.", _find_due),
    ("lost_runs", "Runs in a row that were lost.", lambda _view, each: each.known.streak.lost if each.known else 0),
    ("open_issues", "What a person must look at.", lambda _view, each: each.issues),
    ("running_pages", "Pages that the run under way has read.", lambda _view, each: _find_running(each, "pages")),
)


def _totals(totals: Mapping[str, RunTotals]) -> Iterator[Family]:
    runs = Family("tenderwatch_runs_total", "counter", "Runs that were begun, by the state in which they are.")
    notices = Family("tenderwatch_notices_total", "counter", "Notices stored, by whether they were new or changed.")
    pages = Family("tenderwatch_pages_total", "counter", "Pages read.")
    for source, each in totals.items():
        for state in ENDED:
            runs.add(each.states.get(state, 0), source=source, state=state.value)
        notices.add(each.new, source=source, outcome="new")
        notices.add(each.changed, source=source, outcome="changed")
        pages.add(each.pages, source=source)
    yield from (runs, notices, pages)


def _deliveries(view: Overview) -> Iterator[Family]:
    family = Family("tenderwatch_deliveries", "gauge", "Deliveries in the ledger, by destination and state.")
    known = {(each.destination_id, each.state): each.number for each in view.deliveries}
    for destination in sorted({each.destination_id for each in view.deliveries}):
        for state in DeliveryState:
            family.add(known.get((destination, state), 0), destination=destination, state=state.value)
    yield family


def _queues(view: Overview) -> Iterator[Family]:
    length = Family("tenderwatch_queue_length", "gauge", "Notices to match, events to route, deliveries that are due.")
    age = Family("tenderwatch_queue_age_seconds", "gauge", "How long the oldest waits; 0 where nothing does.")
    for name, queue in view.queues.items():
        length.add(queue.length, queue=name)
        age.add(max(0.0, (view.at - queue.since).total_seconds()) if queue.since else 0, queue=name)
    yield from (length, age)


def _supervisors(view: Overview) -> Iterator[Family]:
    alive = Family("tenderwatch_supervisors_alive", "gauge", "Supervisors that work at this moment.")
    alive.add(len(view.alive()))
    beat = Family(
        "tenderwatch_supervisor_heartbeat_timestamp_seconds", "gauge", "When a supervisor last said that it works."
    )
    failing = Family("tenderwatch_part_failed_tries", "gauge", "Tries in a row of a supervisor's part that fails.")
    for each in view.alive():
        beat.add(each.beat_at.timestamp(), supervisor=each.name)
        for part in each.parts:
            failing.add(part.tries, supervisor=each.name, part=part.name)
    yield from (alive, beat, failing)


def _sizes(sizes: Sizes) -> Iterator[Family]:
    for name, value, text in (
        ("database_size_bytes", sizes.database, "The database on its disk."),
        ("pages_size_bytes", sizes.pages, "The saved pages, packed."),
        ("disk_free_bytes", sizes.free, "Free on the disk of the data folder."),
    ):
        family = Family(f"tenderwatch_{name}", "gauge", text)
        family.add(value)
        yield family
