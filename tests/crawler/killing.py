"""Crawls killed with -9, at a moment that is seen from outside: the product has no hooks for it."""

import os
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import psutil

from crawler.child import HOME, start_child
from storage.engine import writing
from storage.sources import void_expired_leases
from tests.crawler.portals import Place, Portal

GLANCE = 0.001  # seconds
CHANGES_AT = 8  # iChange of the WAL's index: "a counter that is incremented with each transaction" (sqlite.org)


@dataclass(frozen=True)
class Moment:
    """So many answers, commits, or page files (written before the commit that names them); or seconds from the first
    commit, which takes the lease."""

    what: Literal["answers", "commits", "files", "seconds"]
    count: float


class Watch:
    """What a crawl does from now on."""

    def __init__(self, place: Place, portal: Portal) -> None:
        self._pages = place.settings.pages_dir
        self._index = place.settings.data_dir / "tenderwatch.db-shm"
        self._portal, self._asked = portal, portal.answered
        self._files, self._changes = self._count_files(), self._read_changes()
        self._commits, self._began = 0, 0.0

    def has_come(self, moment: Moment) -> bool:
        """The crawl is there."""
        self._look()
        match moment.what:
            case "answers":
                return self._portal.answered - self._asked >= moment.count
            case "commits":
                return self._commits >= moment.count
            case "files":
                answered = self._portal.answered > self._asked  # before that there is nothing to save
                return answered and self._count_files() - self._files >= moment.count
        return bool(self._commits) and time.monotonic() - self._began >= moment.count

    def _look(self) -> None:
        changes = self._read_changes()
        if changes != self._changes:
            # The first connection after a kill counts anew.
            self._commits += changes - self._changes if changes > self._changes else 1
            self._changes = changes
            self._began = self._began or time.monotonic()

    def _read_changes(self) -> int:
        """Read as a file: a connection of ours would recover what the killed process left."""
        with suppress(FileNotFoundError, struct.error), self._index.open("rb") as index:
            return int(struct.unpack_from("=I", index.read(CHANGES_AT + 4), CHANGES_AT)[0])
        return 0

    def _count_files(self) -> int:
        return sum(name.endswith(".zst") for _, _, names in os.walk(self._pages) for name in names)


def crawl_and_kill(place: Place, portal: Portal, moment: Moment, until: datetime | None) -> bool:
    """Whether it was killed: a crawl may end before the moment comes. Whatever it had started must end with it."""
    watch = Watch(place, portal)
    process = start_child("xx_test", place.settings, endpoint=portal.url, until=until)
    assert process.stdin
    assert process.stdout
    with process:
        while process.poll() is None:
            if watch.has_come(moment):
                kill(process)
                break
            time.sleep(GLANCE)
        process.wait(60)
        process.stdin.close()
        process.stdout.close()
    return process.returncode == -signal.SIGKILL and expire_lease(place)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """With -9, as it stands there; its children must be gone soon."""
    process.send_signal(signal.SIGSTOP)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    assert find_alive(children, 20) == []


def find_alive(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that do not end in this time; one that nobody buries has ended."""
    alive, until = list(processes), time.monotonic() + seconds
    while alive and time.monotonic() < until:
        time.sleep(0.05)
        alive = [process for process in alive if not _has_ended(process)]
    return alive


def _has_ended(process: psutil.Process) -> bool:
    try:
        return process.status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return True


def expire_lease(place: Place) -> bool:
    """As if its time had come: `crawl_in_child` ends the run of its own child, here nobody is left to do it. False
    where the run had ended and given its lease back, and only the process was left."""
    with place.engine() as engine, writing(engine) as c:
        return void_expired_leases(c, datetime.now(UTC) + timedelta(minutes=5)) == 1


def start_command(place: Place, portal: Portal) -> "subprocess.Popen[bytes]":
    """`tenderwatch crawl xx_test` as a person starts it: the crawl is its child."""
    command = [sys.executable, "-m", "app.cli", "crawl", "xx_test", "--endpoint", f"xx_test={portal.url}"]
    folders = {"TENDERWATCH_DATA_DIR": place.settings.data_dir, "TENDERWATCH_SOURCES_DIR": place.settings.sources_dir}
    environment = {**os.environ, **{name: str(folder) for name, folder in folders.items()}}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=HOME, env=environment, **quiet)  # type: ignore[call-overload]
