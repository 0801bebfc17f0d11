"""Why a notice was never listed: which source covers it, when that was read, and what was left out."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from app.console import Installation, in_zone, nearest
from crawler.listing.mark import read_mark
from crawler.listing.newest import NewestFirst
from crawler.listing.windows import Windows
from crawler.names import Named
from domain.sources import LOST, Run, RunState, Source, Step, StepState
from storage.runs import find_runs
from storage.sources import find_cursor
from storage.stories import find_unread

AT_BEGIN = timedelta(minutes=5)  # a run plans its windows a moment after its start
MOST = 10  # gaps and runs that are told one by one


def tell_coverage(
    c: Connection, place: Installation, named: Named, now: datetime, published: datetime | None, lines: list[str]
) -> None:
    """Adds the sentences; `published` is the day that a person says it was published on."""
    lines.append("It was never listed: no stored notice, step or issue names it.")
    if named.host and not named.sources:
        hosts = {source.url.split("/")[2]: source.id for source in place.sources.values()}
        lines.append(
            f"No source covers {named.host}{nearest(named.host, hosts)}; `tenderwatch sources new` drafts one."
        )
        return
    covering = [place.sources[each] for each in named.sources or () if each in place.sources]
    if not covering:
        read = sorted({run.source for run in find_runs(c, limit=1000)})
        lines.append(f"A number alone does not say whose it is; these sources were read: {', '.join(read) or 'none'}.")
        lines.append("Ask again with its address, or as SOURCE:KEY.")
        return
    for source in covering:
        _tell_source(c, place, source, now, published, lines)


def _tell_source(
    c: Connection, place: Installation, source: Source, now: datetime, published: datetime | None, lines: list[str]
) -> None:
    zone, runs = place.settings.zone, find_runs(c, source.id, limit=1000)
    on = "it is on" if source.enabled else "it is off, so `run` and `work` do not read it"
    if not runs:
        lines.append(f"{source.id} covers it; {on}, and it was never crawled: `tenderwatch crawl {source.id}`.")
        return
    lines.append(
        f"{source.id} covers it; {on}. It was crawled {len(runs)} times, first at {in_zone(runs[-1].started_at, zone)},"
        f" last at {in_zone(runs[0].started_at, zone)} ({runs[0].state.value})."
    )
    _tell_mark(c, source, runs, published, lines, zone)
    _tell_gaps(c, source, published, lines, zone)
    _tell_bad_runs(runs, published, now, lines, zone)


def _tell_mark(
    c: Connection, source: Source, runs: list[Run], published: datetime | None, lines: list[str], zone: str
) -> None:
    cursor = find_cursor(c, source.id)
    if cursor is None:
        lines.append("None of its lists was read to the end yet.")
        return
    try:
        mark = read_mark(cursor)
    except ValueError:
        return  # a portal's own token says nothing of time
    assert mark is not None
    begin, low = _find_begin(source, runs), in_zone(mark.low, zone)
    if begin is None:
        lines.append("Nothing was read yet: no run has come to the end of a list.")
    elif {"window", "newest_first"} & set(source.listing) and mark.low <= begin + AT_BEGIN:
        lines.append(f"Nothing was read yet: what it listed from {low} on is still to be read.")
    elif mark.low <= begin:
        lines.append(f"All that it listed at {low} was read, but for the gaps told here.")
    else:
        lines.append(f"All that it listed from {in_zone(begin, zone)} to {low} was read, but for the gaps told here.")
        if published and published < begin:
            lines.append("What was published on that day is older than what was asked for.")
    if published and published > mark.low:
        lines.append("What was published on that day is not read yet: the next run comes to it.")


def _find_begin(source: Source, runs: list[Run]) -> datetime | None:
    """From when on the source is read: the first `--since`, else where its first run began; None: none has read.

    Of a list that is not walked by time it is the first run that was not lost: what the list held then is known.
    """
    usual = [run for run in reversed(runs) if not run.is_backfill]
    first = next((run for run in usual if run.state not in LOST), usual[0] if usual else None)
    if first is None or first.since:
        return first.since if first else None
    if "newest_first" in source.listing:
        return first.started_at - NewestFirst.read(source).first
    if "window" not in source.listing:
        return first.started_at.replace(second=0, microsecond=0)
    windows = Windows.read(source)
    return first.started_at - windows.behind - windows.first


def _tell_gaps(c: Connection, source: Source, published: datetime | None, lines: list[str], zone: str) -> None:
    unread = [trace.step for trace in find_unread(c, source.id) if _holds(trace.step, published)]
    if not unread:
        lines.append("No page of its lists is left unread" + (" around that day." if published else "."))
        return
    lines.append(f"{len(unread)} pages are unread" + (" around that day:" if published else ":"))
    lines += [f"  {_describe(step, zone)}" for step in unread[:MOST]]


def tell_oldest(c: Connection, source: str, zone: str) -> str:
    """From when the oldest page is that was not read, "" where all are; a page without a time is told by its kind."""
    unread = [trace.step for trace in find_unread(c, source)]
    lows = [datetime.fromisoformat(step.low) for step in unread if step.low]
    if lows:
        return in_zone(min(lows), zone)
    return f"a {unread[0].kind}" if unread else ""


def _holds(step: Step, published: datetime | None) -> bool:
    if published is None or step.low is None:
        return True
    low = datetime.fromisoformat(step.low)
    high = datetime.fromisoformat(step.high) if step.high else published
    return low < published + timedelta(days=1) and high >= published


def _describe(step: Step, zone: str) -> str:
    bounds = ""
    if step.low and step.high:
        low, high = (in_zone(datetime.fromisoformat(each), zone) for each in (step.low, step.high))
        bounds = f" of {low} to {high}"
    state = {StepState.WAITING: "not asked yet", StepState.DEAD: "given up"}.get(step.state, "to be tried again")
    return f"{step.kind}{bounds}, {state}: {step.reason or 'an earlier run was stopped'} ({step.url})"


def _tell_bad_runs(runs: list[Run], published: datetime | None, now: datetime, lines: list[str], zone: str) -> None:
    """After the day of publication, else of the last 28 days: a run that was not ok may have left something out."""
    begin = published or now - timedelta(days=28)
    bad = [run for run in runs if run.state is not RunState.OK and run.started_at >= begin]
    if not bad:
        lines.append(f"All its runs since {in_zone(begin, zone)} were ok.")
        return
    lines.append(f"{len(bad)} of its runs since {in_zone(begin, zone)} were not ok:")
    lines += [f"  run {run.id}, {in_zone(run.started_at, zone)}, {run.state.value}: {run.reason}" for run in bad[:MOST]]
