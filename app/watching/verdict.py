"""Is it working? The one sentence that answers it, and what a person should look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.console import DONE, FAILED, PARTIAL, to_span
from app.schedule import Phase
from app.watching.overview import Overview
from app.watching.sizes import Sizes, to_size
from domain.alerts import DeliveryState
from domain.sources import LOST, RunState

LATE = timedelta(minutes=30)  # a source that is due for so long is overdue, and a queue that old stands still
LITTLE = 1_000_000_000  # bytes free on the disk


@dataclass(frozen=True, slots=True)
class Verdict:
    """`sentence` answers "is it working?"; `troubles` are what is not well; `code` is the exit code."""

    sentence: str
    troubles: tuple[str, ...]
    code: int


def judge(view: Overview, sizes: Sizes) -> Verdict:
    """0: it works; 3: it works, and something is not well; 1: it does not work."""
    troubles = (*_find_troubles(view), *_find_shortages(view, sizes))
    stopped = _find_stop(view)
    if stopped:
        return Verdict(f"NOT WORKING: {stopped}", troubles, FAILED)
    doing = _tell_doing(view)
    if troubles:
        these = "one thing is" if len(troubles) == 1 else f"{len(troubles)} things are"
        return Verdict(f"Working, but {these} not well. {doing}", troubles, PARTIAL)
    return Verdict(f"Working. {doing}", (), DONE)


def _find_stop(view: Overview) -> str | None:
    """Why nothing goes on, if so."""
    read = [each.known.last_ended for each in view.sources if each.known and each.known.last_ended]
    if read and len(read) == len(view.sources) and all(run.state in LOST for run in read):
        return f"no source can be read (of {read[0].source}: {read[0].reason})"
    if view.alive():
        return None
    overdue = [each for each in view.of(Phase.DUE) if view.at - (each.standing.due_at or view.at - LATE) >= LATE]
    if not overdue:
        return None
    late = f"{len(overdue)} of {len(view.sources)} sources are overdue"
    return f"no supervisor runs{_tell_last_seen(view)}, and {late}; start `tenderwatch work`"


def _tell_last_seen(view: Overview) -> str:
    if not view.supervisors:
        return ""
    last = view.supervisors[0]
    how = "was stopped" if last.ended_at else "was last seen"
    return f" (the last one {how} {to_span(view.at - (last.ended_at or last.beat_at))} ago)"


def _tell_doing(view: Overview) -> str:
    running, total = len(view.of(Phase.RUNNING)), len(view.sources)
    doing = f"{running} of {total} sources {'is' if running == 1 else 'are'} being read"
    ended = _find_last_end(view)
    last = f"; the last crawl ended {to_span(view.at - ended)} ago" if ended else ""
    by_hand = "" if view.alive() else ". No supervisor runs, but nothing is overdue (`tenderwatch run` from cron?)"
    return f"{doing}, {len(view.of(Phase.DUE))} are due{last}{by_hand}"


def _find_last_end(view: Overview) -> datetime | None:
    ends = [each.known.finished_at for each in view.sources if each.known and each.known.finished_at]
    return max(ends, default=None)


def _find_troubles(view: Overview) -> Iterator[str]:
    for supervisor in view.alive():
        for part in supervisor.parts:
            yield f"{part.name} fails since {to_span(view.at - part.since)} ({part.tries} tries): {part.reason}"
    for each in view.sources:
        last = each.known.last_ended if each.known else None
        if last is not None and last.state is not RunState.OK and not last.interrupted:
            again = each.standing.phase is Phase.PAUSED and each.standing.due_at
            pause = f"; paused for {to_span(again - view.at)}" if again else ""
            yield f"{each.source.id} is {last.state.value}: {last.reason or 'see `sources show`'}{pause}"
    for name, queue in view.queues.items():
        if queue.since is not None and view.at - queue.since > LATE:
            yield f"{queue.length:,} wait for {name}, the oldest for {to_span(view.at - queue.since)}"
    yield from _find_undelivered(view)


def _find_undelivered(view: Overview) -> Iterator[str]:
    if dead := view.count(DeliveryState.DEAD):
        yield f"{dead:,} dead letters: `tenderwatch alerts ledger --state dead`, then `alerts resend`"
    if unknown := view.count(DeliveryState.UNKNOWN):
        yield f"{unknown:,} deliveries may or may not have arrived: `tenderwatch alerts ledger --state unknown`"


def _find_shortages(view: Overview, sizes: Sizes) -> Iterator[str]:
    late = [each for each in view.of(Phase.DUE) if view.at - (each.standing.due_at or view.at) > LATE]
    if late and view.alive():
        longest = f"{late[0].source.id} for {to_span(view.at - (late[0].standing.due_at or view.at))}"
        yield f"{len(late)} sources are overdue ({longest}): more are due than can be read; raise `crawls_at_once`"
    if sizes.free < LITTLE:
        yield f"{to_size(sizes.free)} are free on the disk: `tenderwatch db prune`, or a larger disk"
