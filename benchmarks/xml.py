"""TED XML and eForms read into notices: how many a CPU-second, and where the time goes.

    python -m benchmarks.xml [--rounds 5] FILE…

Start-up and the files' reading are left out. Each round reads all files, from bytes to the normalised notice; the
median round counts. A round of its own runs under cProfile, whose times are summed by module.
"""

import argparse
import cProfile
import pstats
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from crawler.parse import parse
from crawler.registry import load_sources


def measure(bodies: Sequence[bytes], rounds: int) -> tuple[int, float]:
    """How many notices a round gives, and the CPU seconds of the median one."""
    sources, took = load_sources(), []
    notices = sum(len(parse("eu_ted", body, sources).notices) for body in bodies)  # and everything is loaded
    for _ in range(rounds):
        began = time.process_time()
        for body in bodies:
            parse("eu_ted", body, sources)
        took.append(time.process_time() - began)
    return notices, statistics.median(took)


def profile(bodies: Sequence[bytes]) -> dict[str, float]:
    """Seconds by module, what it calls elsewhere not counted; C functions stand under the name of theirs."""
    sources, watch = load_sources(), cProfile.Profile()
    watch.enable()
    for body in bodies:
        parse("eu_ted", body, sources)
    watch.disable()
    spent: defaultdict[str, float] = defaultdict(float)
    table: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = pstats.Stats(watch).stats  # type: ignore[attr-defined]
    for (file, _, function), (_, _, own, _, _) in table.items():
        spent[function if file == "~" else "/".join(Path(file).parts[-3:])] += own
    return spent


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser("python -m benchmarks.xml", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    bodies = [file.read_bytes() for file in options.files]
    notices, seconds = measure(bodies, options.rounds)
    size = sum(map(len, bodies)) / 1024 / max(notices, 1)
    print(f"Python {sys.version.split()[0]}: {notices} notices of {size:.0f} KB, {notices / seconds:,.0f} a CPU-second")
    spent = profile(bodies)
    whole = sum(spent.values())
    for name, own in sorted(spent.items(), key=lambda item: -item[1])[:12]:
        print(f"{own / whole:6.1%}  {name}")


if __name__ == "__main__":
    main()
