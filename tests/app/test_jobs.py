"""One part of the supervisor that fails is told, waits longer each time, and stops no other."""

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

from app.jobs.job import LONGEST, Job
from domain.errors import DatabaseLost
from tests.factories import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def settle(job: Job) -> None:
    if job.future is not None:
        wait([job.future])


def test_a_job_is_done_again_and_again_and_never_twice_at_once(pool: ThreadPoolExecutor) -> None:
    done: list[int] = []
    job = Job("matching", lambda: done.append(1), 5 * SECOND)
    for second in range(12):
        job.turn(pool, NOW + second * SECOND)
        settle(job)
    assert len(done) == 2  # at 0 s; seen as done at 1 s, so again at 6 s
    assert job.failing is None


def test_a_job_that_fails_waits_longer_each_time_and_says_so(pool: ThreadPoolExecutor) -> None:
    tries: list[int] = []
    broken = True

    def work() -> None:
        tries.append(second)
        if broken:
            raise DatabaseLost("the database cannot be reached")

    job = Job("sending", work, 5 * SECOND)
    for second in range(2000):
        job.turn(pool, NOW + second * SECOND)
        settle(job)
    gaps = [after - before for before, after in itertools.pairwise(tries)]
    assert gaps == sorted(gaps)
    assert (gaps[0], gaps[-1]) == (11, LONGEST.total_seconds() + 1)
    assert job.failing is not None
    assert (job.failing.name, job.failing.reason) == ("sending", "the database cannot be reached")
    assert (job.failing.since, job.failing.tries) == (NOW + SECOND, len(tries))
    broken = False
    for second in range(2000, 2400):
        job.turn(pool, NOW + second * SECOND)
        settle(job)
    assert job.failing is None


def test_an_error_of_our_own_making_ends_nothing_either(pool: ThreadPoolExecutor) -> None:
    job = Job("profiles", lambda: {}["missing"])
    job.turn(pool, NOW)
    settle(job)
    job.turn(pool, NOW)
    assert job.failing is not None
    assert job.failing.reason == "KeyError: 'missing'"
