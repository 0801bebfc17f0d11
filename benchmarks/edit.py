"""What an edited keyword costs over very many stored notices: its preview, and saving it, against reading everything.

    python -m benchmarks.edit [--notices 1000000] [--folder FOLDER] [--fts]

Makes a SQLite database in FOLDER (about 3 GB for a million notices; kept, and used again, where FOLDER is named), saves
a profile of twenty words, then edits it. Each part is a process of its own. Seconds are CPU seconds (user and system),
because a busy machine makes others of the wall's, which stand beside them. See README.md.
"""

import argparse
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from app.console import start_logging
from benchmarks.edit_data import VERSIONS, choose_words, fill, find_pools, make_notices, make_profile, multiply
from domain.profiles import Profile
from matching.evidence import find_evidence
from matching.meaning.divisions import find_meant
from matching.prepare import Prepared, prepare
from matching.preview import begin_preview, stream_shifts
from matching.preview_words import report_words
from matching.profiles import digest, read_profile, write_profile
from matching.reading import Reading, read_notice
from matching.run import match_stored
from matching.score import MODEL_VERSION, is_near, score_evidence
from matching.search.candidates import Edit, find_candidates
from matching.search.index import Index
from matching.search.keep import keep_index
from matching.search.known import find_settled
from matching.search.words import to_findable
from matching.stems import vocabulary
from matching.stream import Place, Rank, Stream
from storage.engine import open_engine, reading, writing
from storage.ids import in_chunks
from storage.migrate import upgrade
from storage.profiles import find_profile, save_profile
from storage.search import Findable, save_loose
from storage.stored import SELECT_STORED, find_stored

HOME = Path(__file__).parent.parent
NOW = datetime(2026, 11, 1, tzinfo=UTC)
PAGE = 20  # opportunities
EDIT = "edit.yml"
BASE = 25_000  # notices that are made; more are copies of them
SCANNED = 5_000  # notices that the full scan is measured on
SAMPLE = 20_000  # notices that the two indexes are compared on
MOST_FIRST, MOST_WHOLE, MOST_MIB = 1.0, 10.0, 1024
SHARES = [0.0005, 0.001, 0.0015, 0.002] * 5
"""Of the notices that have each word of the profile: about 2.5% have one of them."""
EDITED = {"0.05%": 0.0005, "0.2%": 0.002, "1%": 0.01}
"""The words that are put into the list, by how many notices have them."""
HELD = "0.2%"  # of which the edit is held against the targets


def main() -> None:
    """Prints the figures; ends with 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notices", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--fts", action="store_true", help="the same index as SQLite's FTS5, beside it")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    start_logging()
    if given.one:
        print(json.dumps(PARTS[given.one](given.folder)))
        return
    folder = given.folder or Path(tempfile.mkdtemp(prefix="tenderwatch-edit-"))
    try:
        sys.exit(int(not run(folder, given.notices, fts=given.fts)))
    finally:
        if not given.folder:
            shutil.rmtree(folder)


def run(folder: Path, count: int, *, fts: bool) -> bool:
    """All figures; whether the targets are reached."""
    print(f"Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}, load {os.getloadavg()[0]:.1f}")
    make(folder, count)
    if fts:
        print_row("FTS5", compare_fts(folder))
    words = json.loads((folder / "words.json").read_text())
    save(folder, make_profile(words["profile"]))
    print_row(
        "a new profile of 20 words (an edit of it, in a folder that was used before)", in_process("match", folder)
    )
    good = True
    for number, (name, word) in enumerate(words["edited"].items()):
        profile = make_profile([*words["profile"], *list(words["edited"].values())[: number + 1]])
        (folder / EDIT).write_text(write_profile(profile), encoding="utf-8")
        shown = in_process("preview", folder)
        print_row(f"a word that {name} of the notices have ({word}) is added: preview", shown)
        print_row("  the same as a command", command(folder))
        if name == HELD:
            print_row("  full scan", in_process("scan", folder))
        save(folder, profile)
        saved = in_process("match", folder)
        print_row("  saved and matched", saved)
        row = {"whole with writes s": round(shown["whole s"] + saved["s"], 2)}
        print_row("  together", row)
        if name == HELD:
            good = shown["first page s"] < MOST_FIRST and row["whole with writes s"] < MOST_WHOLE
            good = good and max(shown["MiB"], saved["MiB"]) < MOST_MIB
            print_row("  then, what only got another score", in_process("rescore", folder))
    return good


def make(folder: Path, count: int) -> None:
    """The database, the words and the settings, where they are not there yet."""
    if (folder / "words.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tenderwatch.toml").write_text('data_dir = "data"\n', encoding="utf-8")
    (folder / "data").mkdir()
    upgrade(url(folder), None)
    pools, said = find_pools()
    clock, cpu, engine = time.perf_counter(), time.process_time(), open_engine(url(folder))
    fill(engine, pools, min(count, BASE))
    filled = time.process_time() - cpu
    multiply(engine, -(-count // BASE))
    words = choose_words(engine, pools, [*EDITED.values(), *SHARES], random.Random(4))
    own, edited = words[len(EDITED) :], dict(zip(EDITED, words[: len(EDITED)], strict=True))
    (folder / "words.json").write_text(json.dumps({"profile": own, "edited": edited}), encoding="utf-8")
    save(folder, make_profile(own))
    row = {
        "s": round(time.perf_counter() - clock),
        "CPU µs of each of the first": round(filled / min(count, BASE) * 1e6),
    }
    print_row("stored and indexed", {**row, **find_sizes(engine), "from": said})


def url(folder: Path) -> str:
    """The database's address, as the command line finds it by the settings."""
    return f"sqlite:///{(folder / 'data' / 'tenderwatch.db').resolve()}"


def find_sizes(engine: Engine) -> dict[str, float]:
    """MiB of the database, and of the index in it."""
    with reading(engine) as c:
        pages = text("SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%search_%'")
        whole = c.execute(text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")).scalar_one()
        try:
            index = c.execute(pages).scalar_one()
        except OperationalError:  # an SQLite without dbstat
            index = 0
    return {"MiB": round(whole / 2**20), "index MiB": round((index or 0) / 2**20)}


def save(folder: Path, profile: Profile) -> None:
    """Saves a version, as `profiles import` does."""
    with writing(open_engine(url(folder))) as c:
        save_profile(c, profile, author="benchmark", reason="-", origin=None, digest=digest(profile), now=NOW)


def preview(folder: Path) -> dict[str, Any]:
    """Seconds until the first page and the end of what an edit changes, then until all is said of its words."""
    profile, engine = read_profile(folder / EDIT), open_engine(url(folder))
    clock, cpu = time.perf_counter(), time.process_time()
    first = 0.0
    with reading(engine) as c:
        head = find_profile(c, profile.id)
        assert head
        since = NOW - timedelta(days=36_500)
        held = begin_preview(c, head.profile, profile, since)
        for number, _ in enumerate(stream_shifts(c, held), 1):
            first = first or (time.process_time() - cpu if number == PAGE else 0.0)
        whole, waited = time.process_time() - cpu, time.perf_counter() - clock
        words = len(list(report_words(c, held.index, profile, since)))
        both = time.process_time() - cpu
    counts = {effect.value: number for effect, number in held.counts.items()}
    return {
        "first page s": round(first or whole, 2), "whole s": round(whole, 2), "by the wall s": round(waited, 2),
        f"with {words} words s": round(both, 2), **counts, "read": held.read,
        "stored": held.index.count(), "MiB": memory(),
    }  # fmt: skip


def command(folder: Path) -> dict[str, Any]:
    """The command line's own process with its start."""
    line = [sys.executable, "-m", "app.cli", "profiles", "preview", EDIT, "--days", "36500", "--json", "--no-words"]
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(line, cwd=folder, env={**os.environ, "PYTHONPATH": str(HOME)}, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"CPU s": round(cpu, 2), "by the wall s": round(time.perf_counter() - started, 2)}


def in_process(part: str, folder: Path) -> dict[str, Any]:
    """A part in a process of its own, whose memory is measured."""
    command = [sys.executable, "-m", "benchmarks.edit", "--one", part, "--folder", str(folder)]
    found = subprocess.run(command, cwd=HOME, check=True, stdout=subprocess.PIPE)
    row: dict[str, Any] = json.loads(found.stdout)
    return row


def match(folder: Path) -> dict[str, Any]:
    """What a matcher that is at work does after an edit, writes included: its dictionaries are loaded."""
    engine = open_engine(url(folder))
    with reading(engine) as c:
        for language in Index(c).languages():
            stream = Stream(language)
            stream.add(Place("title", Rank.TITLE, "water", language), vocabulary(language))
            find_meant([stream])
    clock, cpu = time.perf_counter(), time.process_time()
    done = match_stored(engine, NOW, rescoring=False)
    seconds, waited = time.process_time() - cpu, time.perf_counter() - clock
    row = {"s": round(seconds, 2), "by the wall s": round(waited, 2)}
    return {**row, "notices": done.notices, "qualified": done.qualified, "MiB": memory()}


def rescore(folder: Path) -> dict[str, Any]:
    """What the matcher does when it has nothing else to do: notices that the edit only gave another score."""
    cpu, done = time.process_time(), match_stored(open_engine(url(folder)), NOW)
    return {"s": round(time.process_time() - cpu, 1), "notices": done.notices, "MiB": memory()}


def scan(folder: Path) -> dict[str, Any]:
    """Some notices read and held against both versions before the edit is saved; all that differ are candidates."""
    engine, new = open_engine(url(folder)), read_profile(folder / EDIT)
    with reading(engine) as c:
        head = find_profile(c, new.id)
        assert head
        edit = Edit((head.profile, new), find_settled(c, new.id, head.profile))
        candidates = set(find_candidates(Index(c), MODEL_VERSION, [edit]))
        count = int(c.execute(text("SELECT count(*) FROM notices")).scalar_one())
        versions = prepare(head.profile), prepare(new)
        started, missed, differ, number = time.process_time(), 0, 0, 0
        each = f"(notices.id + notices.id / {BASE}) % {max(count // SCANNED, 1)} = 0"  # other texts of each copy
        query = SELECT_STORED.where(text(each))
        for stored in find_stored(c, query):
            number += 1
            notice = read_notice(stored.notice)
            if len({judge(notice, version) for version in versions}) > 1:
                differ += 1
                missed += stored.id not in candidates
        seconds = time.process_time() - started
    if missed:
        raise SystemExit(f"{missed} notices that the edit makes something else of were not found")
    row = {"read": number, "differ": differ, "missed": missed, "candidates of all": len(candidates)}
    return {**row, "s": round(seconds, 1), "for all s": round(seconds / number * count)}


def judge(notice: Reading, prepared: Prepared) -> tuple[bool, bool]:
    """Whether it is kept, and an opportunity."""
    evidence = find_evidence(notice, prepared)
    score = score_evidence(evidence)
    return is_near(evidence), not score.stopped and score.points >= prepared.profile.threshold


def compare_fts(folder: Path) -> dict[str, Any]:
    """Words of notices in FTS5, without texts and places (detail=none), and in our own index beside it."""
    pools, _ = find_pools()
    readings = map(read_notice, make_notices(pools, SAMPLE, random.Random(9)))
    rows = list(enumerate(map(to_findable, readings), 1))
    word = json.loads((folder / "words.json").read_text())["edited"]["1%"]
    fts, own = _measure_fts(folder / "fts.db", rows, word), _measure_own(folder / "own.db", rows, word)
    return {"notices": SAMPLE, **{f"FTS5 {k}": v for k, v in fts.items()}, **{f"own {k}": v for k, v in own.items()}}


def _measure_fts(file: Path, rows: list[tuple[int, Findable]], word: str) -> dict[str, Any]:
    file.unlink(missing_ok=True)
    db = sqlite3.connect(file)
    db.execute("CREATE VIRTUAL TABLE f USING fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')")
    started = time.process_time()
    db.executemany("INSERT INTO f(rowid, words) VALUES (?, ?)", ((n, _to_hex(each.words)) for n, each in rows))
    db.commit()
    built, started = time.process_time() - started, time.perf_counter()
    db.execute("SELECT rowid FROM f WHERE f MATCH ?", (_to_hex(word),)).fetchall()
    asked = time.perf_counter() - started
    db.close()
    return {
        "µs a notice": round(built / len(rows) * 1e6),
        "MiB": file.stat().st_size >> 20,
        "ms": round(asked * 1e3, 1),
    }


def _measure_own(file: Path, rows: list[tuple[int, Findable]], word: str) -> dict[str, Any]:
    file.unlink(missing_ok=True)
    upgrade(f"sqlite:///{file}", None)
    engine = open_engine(f"sqlite:///{file}")
    started = time.process_time()
    for chunk in in_chunks(rows, 500):
        with writing(engine) as c:
            save_loose(c, chunk, VERSIONS)
        keep_index(engine)
    built = time.process_time() - started
    with reading(engine) as c:
        index = Index(c)
        started = time.perf_counter()
        index.has([word])
        asked = time.perf_counter() - started
    mib = find_sizes(engine)["index MiB"]
    engine.dispose()
    return {"µs a notice": round(built / len(rows) * 1e6), "MiB": mib, "ms": round(asked * 1e3, 1)}


def _to_hex(words: str) -> str:
    """FTS5 cuts words at signs of its own choice, but not within hexadecimal digits."""
    return " ".join(word.encode().hex() for word in words.split("\n") if word)


def memory() -> int:
    """MiB that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def print_row(title: str, row: dict[str, Any]) -> None:
    """A line of figures."""
    told = (
        f"{name}: {value:,}" if isinstance(value, int | float) else f"{name}: {value}" for name, value in row.items()
    )
    print(f"{title}:", "  ".join(told), flush=True)


PARTS = {"match": match, "preview": preview, "rescore": rescore, "scan": scan}

if __name__ == "__main__":
    main()
