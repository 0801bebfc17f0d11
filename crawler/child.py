"""A crawl as a child process: started, watched over a pipe, and cleaned up after where it was killed.

The child reads the installation's settings from the first line of its stdin, and stops within 10 s when that pipe
ends, so that it never outlives its parent. On stdout it tells, one JSON object a line: `start` with its lease,
`progress`, `end` with its state, or `error`.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any

import domain.errors
from crawler.session import Progress
from domain.config import Settings
from domain.errors import TenderwatchError
from domain.sources import Lease, Run, RunState
from storage.engine import open_engine, reading, writing
from storage.runs import find_run, finish_run
from storage.sources import release_lease

HOME = Path(__file__).parent.parent


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
    command = [sys.executable, "-m", "app.work", "crawl", source_id, "--leash"]
    for name, value in (("--since", since), ("--until", until), ("--endpoint", endpoint)):
        if value is not None:
            command += [name, value.isoformat() if isinstance(value, datetime) else value]
    # `-m app.work` must find the application from any folder, and nothing of the folder that it is started in.
    command[1:1] = ["-P"]
    child = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
        [*command[:2], "-c", f"import sys; sys.path.insert(0, {str(HOME)!r}); from app.work import main; main()", *command[4:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    _give(child.stdin, settings.model_dump_json().encode() + b"\n")
    ended = Event()
    if stop is not None:
        Thread(target=_stop_when, args=(stop, ended, child), daemon=True).start()
    told: dict[str, Any] = {}
    with child:
        for line in child.stdout:
            _hear(json.loads(line), told, on_progress)
        ended.set()
        child.stdin.close()
    return _conclude(settings, child.returncode, told)
