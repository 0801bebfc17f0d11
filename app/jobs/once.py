"""All that is due, once: profiles, crawls, matching, routing, sending."""

from collections.abc import Mapping, Sequence

from alerts.operators import report_sources
from alerts.queue import queue_due
from alerts.send import Sent, send_due
from app.console import DONE, FAILED, PARTIAL, Installation, now, tell
from app.crawls import crawl_all
from app.jobs.crawling import find_due, find_watched
from app.jobs.profiles import import_profiles
from app.model import find_heads
from domain.sources import LOST, Run, RunState, Source
from matching.run import match_stored


def run_once(place: Installation, chosen: Sequence[Source], endpoints: Mapping[str, str]) -> int:
    """Everything that is due (or only the chosen sources), once; the exit code."""
    bad_profiles = import_profiles(place)
    sources = list(chosen) or find_due(place, now())
    runs = crawl_all(place, sources, endpoints=endpoints) if sources else []
    matched = match_stored(place.engine, now(), heads=find_heads(place.settings))
    report_sources(place.engine, find_watched(place, sources), now())
    routed = queue_due(place.engine, find_watched(place), now(), place.settings.zone)
    sent = send_due(place.engine, place.settings, now)
    tell(f"{sum(run.new for run in runs):,} new and {sum(run.changed for run in runs):,} changed notices")
    tell(f"{matched.notices:,} notices matched, {matched.new:,} new opportunities")
    tell(
        f"{routed.deliveries:,} deliveries queued, {sent.sent:,} sent, {sent.failed:,} failed, {sent.unknown:,} unknown"
    )
    for run in runs:
        if run.state is not RunState.OK:
            tell(f"{run.source}: {run.state.value}: {run.reason}; see `tenderwatch sources show {run.source}`")
    return exit_code(runs, sent, bad_profiles)


def exit_code(runs: Sequence[Run], sent: Sent, bad_profiles: int = 0) -> int:
    """0 when all was done, 1 when every crawl was lost, 3 when a part could not be done."""
    if runs and all(run.state in LOST for run in runs):
        return FAILED
    whole = all(run.state is RunState.OK for run in runs) and not (sent.failed or sent.unknown or bad_profiles)
    return DONE if whole else PARTIAL
