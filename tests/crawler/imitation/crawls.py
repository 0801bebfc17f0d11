"""A worker that crawls, as a test uses it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.crawler.portals import Place

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Crawled:
    """How a crawl ended; `seconds` is what it took."""

    state: str
    reason: str | None
    seconds: float


@dataclass
class Worker:
    """One process for many crawls."""

    process: "subprocess.Popen[str]"

    def crawl(
        self,
        place: Place,
        source: str,
        endpoint: str,
        now: datetime,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Crawled:
        """The crawl of one source against the portal at `endpoint`, as it is at `now`."""
        asked = {
            "source": source,
            "data": str(place.settings.data_dir),
            "sources": str(place.settings.sources_dir),
            "endpoint": endpoint,
            "now": now.isoformat(),
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
        }
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the worker ended while it crawled {source}"
        return Crawled(**json.loads(line))


@contextmanager
def open_worker(environment: dict[str, str]) -> Iterator[Worker]:
    """A worker with these variables; it ends with its stdin."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crawler.imitation.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
        text=True,
    )
    try:
        yield Worker(process)
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(10)
