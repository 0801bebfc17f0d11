"""`python -m app.work crawl SOURCE`: the only way a crawl starts, in a process of its own (one reactor, one life).

With `--leash` its settings come by stdin, whose end means that the parent is gone or wants it to stop, and it tells
on stdout how far it is, one JSON object a line (crawler/child.py).
"""

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from threading import Event, Thread
from typing import Any

from domain.config import Settings, read_settings
from domain.errors import TenderwatchError, WrongUse
from domain.sources import Lease, RunState

GRACE = 6.0  # seconds from the word to stop until the process is gone, whatever a portal does
EXIT_CODES = {RunState.OK: 0, RunState.PARTIAL: 3, RunState.SUSPICIOUS: 3, RunState.BLOCKED: 1, RunState.FAILED: 1}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 ok, 1 failed or blocked, 2 wrong use, 3 partial or suspicious."""
    options = _parser().parse_args(arguments)
    _start_logging()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Thread(target=_end, args=(stop,), daemon=True).start()
    settings = _read_leash(stop) if options.leash else read_settings(options.config)
    try:
        state = _crawl(options, settings, stop)
    except TenderwatchError as error:
        _tell({"event": "error", "kind": type(error).__name__, "text": str(error)})
        return 2 if isinstance(error, WrongUse) else 1
    _tell({"event": "end", "state": state.value})
    return EXIT_CODES[state]


def _crawl(options: argparse.Namespace, settings: Settings, stop: Event) -> RunState:
    from crawler.registry import load_source
    from crawler.run import Progress, crawl

    def on_start(lease: Lease) -> None:
        _tell({"event": "start", "source": lease.source, "run": lease.run_id, "token": lease.token})

    def on_progress(now: Progress) -> None:
        _tell({"event": "progress", "pages": now.pages, "notices": now.notices, "expected": now.expected})

    return crawl(
        load_source(options.source, settings.sources_dir),
        settings,
        since=options.since,
        until=options.until,
        endpoint=options.endpoint,
        after=options.after,
        stop=stop,
        on_start=on_start,
        on_progress=on_progress,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m app.work", description="One crawl of one source, in this process.")
    crawl = parser.add_subparsers(required=True).add_parser("crawl")
    crawl.add_argument("source")
    crawl.add_argument("--since", type=_moment, help="ISO 8601 with an offset")
    crawl.add_argument("--until", type=_moment, help="ISO 8601 with an offset")
    crawl.add_argument("--endpoint", help="another address that stands in for the portal")
    crawl.add_argument("--after", type=int, help="only where no run has begun since this one")
    crawl.add_argument("--config", type=Path, help="the settings file, where stdin is no leash")
    crawl.add_argument("--leash", action="store_true", help="settings by stdin; its end means stop")
    return parser


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("write an offset, such as 2026-01-31T00:00:00+00:00")
    return moment


def _read_leash(stop: Event) -> Settings:
    """The settings that the parent gives; from then on the pipe only has to stay open."""
    settings = Settings.model_validate_json(sys.stdin.buffer.readline())

    def watch() -> None:
        while os.read(0, 4096):  # past Python's buffer, whose lock would stand in the way at the end
            pass
        stop.set()

    Thread(target=watch, daemon=True).start()
    return settings


def _end(stop: Event) -> None:
    """A portal that does not answer keeps no stopped crawl alive; its steps stand in the database."""
    stop.wait()
    Event().wait(GRACE)
    os._exit(EXIT_CODES[RunState.PARTIAL])


def _tell(message: dict[str, Any]) -> None:
    """To the parent; where it was killed nobody hears, and the end of stdin has told us to stop."""
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _start_logging() -> None:
    """Warnings and worse, as JSON lines on stderr: stdout is the parent's."""
    import logging

    import structlog

    from domain.masking import mask_event, mask_logging

    mask_logging()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            mask_event,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
