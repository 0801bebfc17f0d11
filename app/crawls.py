"""Several crawls at a time, each a child process, with a progress bar for each."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.console import Installation, err, now
from domain.errors import DatabaseLost, SchemaTooOld, SourceBusy, TenderwatchError, WrongUse
from domain.sources import Run, RunState, Source
from storage.engine import writing
from storage.runs import find_run, finish_run
from storage.sources import release_lease, take_lease

if TYPE_CHECKING:
    from crawler.run import Progress


def read_endpoints(options: Sequence[str] | None, place: Installation) -> dict[str, str]:
    """`SOURCE=URL` options as a mapping; raises WrongUse for an unknown source or an address that is none."""
    endpoints = {}
    for option in options or ():
        name, separator, url = option.partition("=")
        parts = urlsplit(url)
        if not separator or parts.scheme not in ("http", "https") or not parts.hostname:
            raise WrongUse(f"--endpoint {option}: write SOURCE=URL, such as gb_scotland=http://127.0.0.1:8080")
        endpoints[place.source(name).id] = url
    return endpoints


def crawl_all(
    place: Installation,
    sources: Sequence[Source],
    *,
    endpoints: Mapping[str, str],
    since: datetime | None = None,
    until: datetime | None = None,
    stop: Event | None = None,
) -> list[Run]:
    """Crawl these sources, `crawls_at_once` at a time, under one progress bar each; their runs, in order."""
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    stop = stop or Event()
    with Bars(*columns, console=err()) as bars, ThreadPoolExecutor(place.settings.crawls_at_once) as pool:

        def crawl(source: Source) -> Run:
            bar = bars.add_task(source.id, total=None, told="waiting")

            def on_progress(far: "Progress") -> None:
                told = f"{far.pages} pages, {far.notices} notices"
                bars.update(bar, completed=far.notices, total=far.expected, told=told)

            run = crawl_one(place, source, endpoints.get(source.id), (since, until), on_progress, stop)
            done = run.new + run.changed + run.same
            told = f"{run.state.value}: {run.pages} pages, {run.new} new, {run.changed} changed, {run.same} same"
            bars.update(bar, completed=max(done, 1), total=max(done, 1), told=told)
            return run

        return list(pool.map(crawl, sources))


def crawl_one(
    place: Installation,
    source: Source,
    endpoint: str | None,
    period: tuple[datetime | None, datetime | None],
    on_progress: "Callable[[Progress], None]",
    stop: Event,
    after: int | None = None,
) -> Run:
    """Crawl one source in a child process of its own; `period` is from when and until when, where not as usual.

    One that cannot even begin (a key is missing, its YAML is wrong) is a failed run as any other, and so is not tried
    again at once. Raises SourceBusy, and what is wrong with the database.
    """
    from crawler.child import crawl_in_child

    try:
        return crawl_in_child(
            source.id,
            place.settings,
            since=period[0],
            until=period[1],
            endpoint=endpoint,
            after=after,
            on_progress=on_progress,
            stop=stop,
        )
    except (SourceBusy, DatabaseLost, SchemaTooOld):
        raise
    except TenderwatchError as error:
        if stop.is_set():
            raise
        return _record_lost(place, source, f"it could not begin: {error}")


def _record_lost(place: Installation, source: Source, reason: str) -> Run:
    with writing(place.engine) as connection:
        lease = take_lease(connection, source.id, now(), timedelta(minutes=1))
        finish_run(connection, lease.run_id, RunState.FAILED, now(), reason)
        release_lease(connection, lease)
        return find_run(connection, lease.run_id)
