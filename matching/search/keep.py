"""Loose notices become a segment of the index when there are enough of them. Done by whoever matches."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog
from sqlalchemy import Engine

from matching.search.words import WORDS_VERSION
from storage.engine import reading, writing
from storage.ids import in_chunks
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
            rows = [row for row in find_loose(c, IN_SEGMENT) if row.words_version == WORDS_VERSION]
        if not rows:
            return taken
        _build(engine, rows)
        taken += len(rows)
        log.debug("indexed", notices=len(rows))


def _build(engine: Engine, rows: Sequence[Loose]) -> None:
    with writing(engine) as c:
        segment = begin_segment(c, WORDS_VERSION)
    for chunk in in_chunks(invert(rows).items(), AT_ONCE):
        with writing(engine) as c:
            save_postings(c, segment, dict(chunk), len(rows))
    with writing(engine) as c:
        end_segment(c, segment, rows)


def invert(rows: Sequence[Loose]) -> Mapping[str, list[int]]:
    """The places of each word."""
    words: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        for word in row.words.split("\n")[1:-1]:
            words[word].append(place)
    return words
