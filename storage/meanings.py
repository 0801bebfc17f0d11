"""What notices of a segment mean: English forms of their words, and how likely each division of the CPV is.

Chances are float16, a row for each notice of the segment, all rows of one length; a row of zeros says nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, select

from storage.bulk import Same, insert_columns
from storage.ids import in_chunks
from storage.postings import Places
from storage.schema import search_meanings, search_segments
from storage.search import starts_with

Levels = NDArray[np.uint8]

_ROW = np.dtype([("place", "<u2"), ("title", "u1"), ("text", "u1")])


@dataclass(frozen=True, slots=True)
class Meant:
    """Where an English form is meant in a segment, and how surely: in titles of notices, and anywhere in them."""

    segment: int
    form: str
    places: Places
    title: Levels
    text: Levels


def save_meanings(c: Connection, segment: int, forms: Mapping[str, Sequence[tuple[int, int, int]]]) -> None:
    """(place, level in the title, level anywhere) of each form, by places; levels are 0 to 255."""
    packed = [np.array(rows, _ROW).tobytes() for rows in forms.values()]
    insert_columns(c, search_meanings, {"form": list(forms), "notices": packed, "segment_id": Same(segment)})


def find_meanings(c: Connection, forms: Iterable[str]) -> Iterator[Meant]:
    """Where these forms are meant, in segments that may not be complete."""
    for chunk in in_chunks(forms):
        yield from _find(c, search_meanings.c.form.in_(chunk))


def find_meanings_starting(c: Connection, start: str) -> Iterator[Meant]:
    """Where forms with this beginning are meant."""
    yield from _find(c, starts_with(search_meanings.c.form, start))


def find_chances(c: Connection, segments: Sequence[int] | None = None) -> Iterator[tuple[int, bytes]]:
    """The chances of each complete segment, or (`segments`) of these."""
    query = select(search_segments.c.id, search_segments.c.chances).where(search_segments.c.numbers.is_not(None))
    for chunk in [None] if segments is None else in_chunks(segments):
        chosen = query if chunk is None else query.where(search_segments.c.id.in_(chunk))
        for row in c.execute(chosen.execution_options(yield_per=8)):
            yield row.id, row.chances


def _find(c: Connection, which: ColumnElement[bool]) -> Iterator[Meant]:
    query = select(search_meanings.c.segment_id, search_meanings.c.form, search_meanings.c.notices).where(which)
    for segment, form, packed in c.execute(query):
        rows = np.frombuffer(packed, _ROW)
        yield Meant(segment, form, rows["place"].astype(np.int64), rows["title"], rows["text"])
