"""Loose notices become a segment of the index when there are enough of them. Done by whoever matches."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import Engine

from storage.engine import reading, writing
from storage.ids import in_chunks
from storage.meanings import save_meanings
from storage.search import Loose, begin_segment, count_loose, end_segment, find_loose, save_postings

IN_SEGMENT = 8_192  # notices; fewer make more rows for each word, more make what is loose slow to look at
AT_ONCE = 20_000  # words that are written in one transaction: under 200 ms on SQLite

log = structlog.get_logger()


def keep_index(engine: Engine, *, least: int = IN_SEGMENT) -> int:
    """Builds segments while `least` notices are loose; how many notices it took. A kill leaves them loose."""
    taken = 0
    while True:
        with reading(engine) as c:
            if count_loose(c) < max(least, 1):
                return taken
            loose = find_loose(c, IN_SEGMENT)
        ((versions, _),) = Counter(row.versions for row in loose).most_common(1)
        rows = [row for row in loose if row.versions == versions]
        _build(engine, rows)
        taken += len(rows)
        log.debug("indexed", notices=len(rows))


def _build(engine: Engine, rows: Sequence[Loose]) -> None:
    with writing(engine) as c:
        segment = begin_segment(c, rows[0].versions)
    for chunk in in_chunks(invert(rows).items(), AT_ONCE):
        with writing(engine) as c:
            save_postings(c, segment, dict(chunk), len(rows))
    for meanings in in_chunks(invert_meanings(rows).items(), AT_ONCE):
        with writing(engine) as c:
            save_meanings(c, segment, dict(meanings))
    with writing(engine) as c:
        end_segment(c, segment, rows)


def invert(rows: Sequence[Loose]) -> Mapping[str, list[int]]:
    """The places of each word."""
    words: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for word in row.found_by.words.split("\n")[1:-1]:
            words[word].append(place)
    return words


def invert_meanings(rows: Sequence[Loose]) -> Mapping[str, list[tuple[int, int, int]]]:
    """The places of each English form that is meant, each with its levels."""
    forms: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for place, row in enumerate(rows):
        for line in row.found_by.meanings.split("\n")[1:-1]:
            form, levels = line.split(" ")
            forms[form].append((place, int(levels[:2], 16), int(levels[2:], 16)))
    return forms
