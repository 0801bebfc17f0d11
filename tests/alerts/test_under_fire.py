"""A small round of benchmarks/delivery.py: faults in 30% of the calls, and a dispatcher that is killed five times."""

from pathlib import Path

from benchmarks.delivery import run
from benchmarks.delivery_world import expect


def test_nothing_is_lost_and_what_came_twice_was_called_unknown(tmp_path: Path) -> None:
    verdict = run(150, 5, 240, tmp_path, life=(2.0, 3.5))
    assert verdict.is_good, verdict
    assert verdict.deliveries == len(expect(150))
    assert verdict.kills >= 3, "it must not be done before it was killed"
    assert verdict.unknown > 0
