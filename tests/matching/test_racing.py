"""An edit that races a crawl loses nothing, with real processes, also where a matcher is killed again and again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine

from matching.run import match_stored
from storage.engine import reading, writing
from storage.profiles import find_edited, find_epoch
from storage.search import count_loose
from tests.factories import NOW, a_notice, stored
from tests.matching.test_run import assert_brute_force, edit

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def process(role: str, url: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has begun its part; ended by its id."""
    command = [sys.executable, "-m", "tests.matching.racing", role, url]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=-1, stdout=-1, stderr=-1, text=True) as started:
        try:
            assert started.stdout
            assert started.stdout.readline() == "begun\n", started.communicate(timeout=30)[1]
            yield started
        finally:
            started.kill()


def wait(started: subprocess.Popen[str]) -> None:
    """It ended by itself, and well."""
    _, errors = started.communicate(timeout=240)
    assert started.returncode == 0, errors


def test_processes_that_race_lose_no_match(engine: Engine, database: str) -> None:
    """A crawl, an editor of lists and two matchers; a third is killed whatever it does. Then all is as brute force."""
    with ExitStack() as parts:
        matchers = [parts.enter_context(process("match", database)) for _ in range(2)]
        writers = [parts.enter_context(process(role, database)) for role in ("crawl", "edit")]
        while any(writer.poll() is None for writer in writers):
            with process("match", database) as killed:
                time.sleep(0.3)
                killed.send_signal(signal.SIGKILL)
        for each in (*writers, *matchers):
            wait(each)
    match_stored(engine, NOW)
    assert_brute_force(engine)
    with reading(engine) as c:
        assert find_edited(c) == []
        assert count_loose(c) >= 184, "all notices can be found by their words"


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_backfill_that_breaks_off_is_done_to_its_end_by_the_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    from matching import run

    monkeypatch.setattr(run, "AT_ONCE", 3)
    edit(engine)
    with writing(engine) as c:
        stored(c, *(a_notice(key=str(number)) for number in range(10)))
    match_stored(engine, NOW)
    edit(engine, threshold=90)
    real, left = run.save_assessments, [after]

    def failing(*args: object, **kwargs: object) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "save_assessments", failing)
    with pytest.raises(KeyboardInterrupt):
        match_stored(engine, NOW)
    monkeypatch.setattr(run, "save_assessments", real)
    done = match_stored(engine, NOW)
    assert done.notices == 10 - 3 * after
    with reading(engine) as c:
        assert find_edited(c) == []
        assert find_epoch(c) == 3
    assert match_stored(engine, NOW).notices == 0
