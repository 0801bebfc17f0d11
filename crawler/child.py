"""A crawl as a child process: started, watched over a pipe, and cleaned up after where it was killed.

The child reads the installation's settings from the first line of its stdin, and stops within 10 s when that pipe
ends, so that it never outlives its parent. On stdout it tells, one JSON object a line: `start` with its lease,
`progress`, `end`, or `error`.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import domain.errors
from crawler.session import Progress
from domain.config import Settings
from domain.errors import TenderwatchError
from domain.sources import Lease, Run, RunState
from storage.engine import open_engine, reading, writing
from storage.runs import find_run, finish_run
from storage.sources import release_lease

HOME = Path(__file__).parent.parent
SQLITE = "sqlite:///"


def crawl_in_child(
    source_id: str,
    settings: Settings,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    endpoint: str | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stop: Event | None = None,
) -> Run:
    """The finished run. Raises what kept it from beginning (SourceBusy, SchemaTooOld, BadSource, …).

    A child that dies leaves a run that says so, and the source free for the next crawl.
    """
    with start_child(source_id, settings, since=since, until=until, endpoint=endpoint) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        ended = Event()
        Thread(target=_pass_on, args=(stop or Event(), ended, child.stdin.close), daemon=True).start()
        told: dict[str, Any] = {}
        for line in child.stdout:
            _hear(json.loads(line), told, on_progress)
        ended.set()
        child.wait()
    return _conclude(settings, child.returncode, told)


def start_child(
    source_id: str,
    settings: Settings,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    endpoint: str | None = None,
) -> "subprocess.Popen[bytes]":
    """The process; closing its stdin tells it to stop. It runs in the application's folder, so that it is found."""
    command = [sys.executable, "-m", "app.work", "crawl", source_id, "--leash"]
    for name, value in (("--since", since), ("--until", until), ("--endpoint", endpoint)):
        if value is not None:
            command += [name, value.isoformat() if isinstance(value, datetime) else value]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=HOME)  # noqa: S603
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once: its stdout and exit code tell
        child.stdin.write(_with_absolute_paths(settings).model_dump_json().encode() + b"\n")
        child.stdin.flush()
    return child


def _pass_on(stop: Event, ended: Event, close: Callable[[], None]) -> None:
    """Tell the child to stop when we are told to."""
    while not ended.wait(0.2):
        if stop.is_set():
            close()
            return


def _hear(message: dict[str, Any], told: dict[str, Any], on_progress: Callable[[Progress], None]) -> None:
    if message["event"] == "progress":
        on_progress(Progress(message["pages"], message["notices"], message["expected"]))
    else:
        told[message["event"]] = message


def _conclude(settings: Settings, exit_code: int, told: dict[str, Any]) -> Run:
    """The run as the database has it; where the child could not end it itself, it is ended here."""
    if "error" in told:
        raise getattr(domain.errors, told["error"]["kind"], TenderwatchError)(told["error"]["text"])
    if "start" not in told:
        raise TenderwatchError(f"the crawl's process ended with {exit_code} before it began; its stderr says why")
    lease = Lease(told["start"]["source"], told["start"]["token"], told["start"]["run"], datetime.now(UTC))
    engine = open_engine(settings.database)
    try:
        if "end" not in told:
            cause = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
            reason = f"its process ended with {cause}; the next run goes on with its unfinished steps"
            with writing(engine) as c:
                if find_run(c, lease.run_id).state is RunState.RUNNING:
                    finish_run(c, lease.run_id, RunState.FAILED, datetime.now(UTC), reason)
                release_lease(c, lease)
        with reading(engine) as c:
            return find_run(c, lease.run_id)
    finally:
        engine.dispose()


def _with_absolute_paths(settings: Settings) -> Settings:
    """The same installation, seen from another folder."""
    url = settings.database_url
    if url and url.startswith(SQLITE):
        url = f"{SQLITE}{Path(url.removeprefix(SQLITE)).absolute()}"
    sources = settings.sources_dir.absolute() if settings.sources_dir else None
    changed = {"data_dir": settings.data_dir.absolute(), "sources_dir": sources, "database_url": url}
    return settings.model_copy(update=changed)
