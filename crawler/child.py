"""A crawl as a child process: started, watched over a pipe, and cleaned up after where it was killed or hung.

The child reads the installation's settings from the first line of its stdin, and stops within 10 s when that pipe
ends, so that it never outlives its parent. On stdout it tells, one JSON object a line: `start` with its lease,
`progress` (with each page, and with each renewal of its lease), `end`, or `error`.
"""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

import structlog

import domain.errors
from crawler.options import Progress
from domain.config import Settings
from domain.errors import TenderwatchError
from domain.sources import Lease, Run, RunState
from storage.engine import open_engine, reading, writing
from storage.runs import find_run, finish_run
from storage.sources import release_lease

log = structlog.get_logger()
HOME = Path(__file__).parent.parent
SQLITE = "sqlite:///"
HANG = 300.0  # seconds without a word: ten leases; the largest page is read in less
MERCY = 7.0  # seconds from the word to stop until a child is killed; it ends itself after six


def crawl_in_child(
    source_id: str,
    settings: Settings,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    endpoint: str | None = None,
    after: int | None = None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    stop: Event | None = None,
    hang_after: float = HANG,
) -> Run:
    """The finished run. Raises what kept it from beginning (SourceBusy, SchemaTooOld, BadSource, …).

    A child that dies leaves a run that says so, and the source free for the next crawl. One that says nothing for
    `hang_after` seconds, or does not stop when told to, is killed by its process id.
    """
    with start_child(source_id, settings, since=since, until=until, endpoint=endpoint, after=after) as child:
        assert child.stdout is not None
        watch = _Watch(child, stop or Event(), hang_after)
        Thread(target=watch.keep, name=f"watch of {source_id}", daemon=True).start()
        told: dict[str, Any] = {}
        for line in child.stdout:
            watch.heard = time.monotonic()
            _hear(_read_line(line), told, on_progress)
        child.wait()
        watch.ended.set()
    return _conclude(settings, child.returncode, told, watch)


def start_child(
    source_id: str,
    settings: Settings,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    endpoint: str | None = None,
    after: int | None = None,
) -> "subprocess.Popen[bytes]":
    """The process; closing its stdin tells it to stop. It runs in the application's folder, so that it is found."""
    command = [sys.executable, "-m", "app.work", "crawl", source_id, "--leash"]
    for name, value in (("--since", since), ("--until", until), ("--endpoint", endpoint), ("--after", after)):
        if value is not None:
            command += [name, value.isoformat() if isinstance(value, datetime) else str(value)]
    child = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=HOME,
        start_new_session=True,  # Ctrl-C in a terminal is for us: the child is told by its pipe, its browser by it
    )
    assert child.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # it died at once: its stdout and exit code tell
        child.stdin.write(_with_absolute_paths(settings).model_dump_json().encode() + b"\n")
        child.stdin.flush()
    return child


@dataclass(slots=True)
class _Watch:
    """Tells a child to stop when we are told to or it hangs, and kills it where it does not; `trouble` says why."""

    child: "subprocess.Popen[bytes]"
    stop: Event
    hang_after: float
    heard: float = field(default_factory=time.monotonic)
    ended: Event = field(default_factory=Event)
    trouble: str | None = None

    def keep(self) -> None:
        """Until the child has ended."""
        while not self.ended.wait(0.2):
            silence = time.monotonic() - self.heard
            if silence > self.hang_after:
                self.trouble = f"it hung: no sign of life for {silence:.0f} s"
            if self.trouble or self.stop.is_set():
                self._end()
                return

    def _end(self) -> None:
        assert self.child.stdin is not None
        self.child.stdin.close()
        if not self.ended.wait(MERCY):
            log.warning("crawl does not stop, killed", pid=self.child.pid, seconds=MERCY, reason=self.trouble)
            self.trouble = self.trouble or f"it did not stop within {MERCY:g} s"
            self.child.kill()


def _read_line(line: bytes) -> dict[str, Any]:
    """What the child says; a line cut by its death says nothing."""
    if not line.endswith(b"\n"):
        return {"event": "cut"}
    told: dict[str, Any] = json.loads(line)
    return told


def _hear(message: dict[str, Any], told: dict[str, Any], on_progress: Callable[[Progress], None]) -> None:
    if message["event"] == "progress":
        on_progress(Progress(message["pages"], message["notices"], message["expected"]))
    else:
        told[message["event"]] = message


def _conclude(settings: Settings, exit_code: int, told: dict[str, Any], watch: _Watch) -> Run:
    """The run as the database has it; where the child could not end it itself, it is ended here."""
    if "error" in told:
        raise getattr(domain.errors, told["error"]["kind"], TenderwatchError)(told["error"]["text"])
    if "start" not in told:
        why = watch.trouble or "its stderr says why"
        raise TenderwatchError(f"the crawl's process ended with {exit_code} before it began; {why}")
    lease = Lease(told["start"]["source"], told["start"]["token"], told["start"]["run"], datetime.now(UTC))
    engine = open_engine(settings.database)
    try:
        if "end" not in told:
            reason = f"{_explain(exit_code, watch)}; the next run goes on with its unfinished steps"
            with writing(engine) as c:
                run = find_run(c, lease.run_id)
                if run.state is RunState.RUNNING:
                    was_stopped = watch.stop.is_set() and not watch.trouble and exit_code >= 0
                    state = RunState.PARTIAL if was_stopped else RunState.FAILED
                    finish_run(c, lease.run_id, state, datetime.now(UTC), reason, run.claimed, interrupted=True)
                release_lease(c, lease)
        with reading(engine) as c:
            return find_run(c, lease.run_id)
    finally:
        engine.dispose()


def _explain(exit_code: int, watch: _Watch) -> str:
    if watch.trouble:
        return f"{watch.trouble}; its process was killed"
    if watch.stop.is_set() and exit_code > 0:
        return "stopped before its end, while the portal had not answered"
    return f"its process ended with {f'signal {-exit_code}' if exit_code < 0 else f'exit code {exit_code}'}"


def _with_absolute_paths(settings: Settings) -> Settings:
    """The same installation, seen from another folder."""
    url = settings.database_url
    if url and url.startswith(SQLITE):
        url = f"{SQLITE}{Path(url.removeprefix(SQLITE)).absolute()}"
    sources = settings.sources_dir.absolute() if settings.sources_dir else None
    changed = {"data_dir": settings.data_dir.absolute(), "sources_dir": sources, "database_url": url}
    return settings.model_copy(update=changed)
