"""What stored notices can be found by: words in segments of some thousand notices, which are never changed.

A matched notice is loose, with its words as one text, until there are enough for a segment. A notice that changed is
put in again; what it could be found by before stays, so that the index finds too many, never too few.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, update

from storage.bulk import Columns, Same, insert_columns
from storage.ids import allocate_ids, in_chunks
from storage.postings import Places, pack_numbers, pack_places, unpack_numbers, unpack_places
from storage.schema import search_loose, search_meanings, search_postings, search_segments, search_words
from storage.types import AnyRow

LAST = "\U0010ffff"  # behind every word with a beginning


@dataclass(frozen=True, slots=True)
class Findable:
    """What a notice can be found by: words, and English forms that its words mean, each between two line ends; float16
    chances, as many for each notice.

    A form is followed by how surely it is meant, in a title and anywhere: a space and two hexadecimal digits for each.
    """

    words: str
    meanings: str
    chances: bytes


@dataclass(frozen=True, slots=True)
class Versions:
    """Of the words, and of the model that meanings and chances are by."""

    words: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Loose:
    """A notice in no segment yet."""

    notice_id: int
    digest: str
    versions: Versions
    found_by: Findable


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that is complete; `numbers` are its notices by their places."""

    id: int
    versions: Versions
    numbers: Places


Found = tuple[int, Places]
"""A segment, and the places in it that have a word."""

_DELETE = delete(search_loose).where(
    search_loose.c.notice_id == bindparam("of_notice"), search_loose.c.digest == bindparam("of_digest")
)


def save_loose(c: Connection, notices: Sequence[tuple[int, Findable]], versions: Versions) -> None:
    """Makes notices findable, besides by what they could be found by before."""
    columns: Columns = {
        "notice_id": [number for number, _ in notices],
        "digest": [_digest(versions, each) for _, each in notices],
        "words": [each.words for _, each in notices],
        "words_version": Same(versions.words),
        "meaning_version": Same(versions.meaning),
        "meanings": [each.meanings for _, each in notices],
        "chances": [each.chances for _, each in notices],
    }
    insert_columns(c, search_loose, columns, skip_existing=True)


def _digest(versions: Versions, found_by: Findable) -> str:
    text = f"{versions.words} {versions.meaning}{found_by.words}{found_by.meanings}"
    return blake2b(text.encode() + found_by.chances, digest_size=16).hexdigest()


def count_loose(c: Connection) -> int:
    """How many rows stand in no segment."""
    return c.execute(select(func.count()).select_from(search_loose)).scalar_one()


def find_loose(c: Connection, limit: int | None = None) -> list[Loose]:
    """Rows that stand in no segment."""
    query = select(search_loose).order_by(search_loose.c.notice_id).limit(limit)
    return [_to_loose(row) for row in c.execute(query)]


def _to_loose(row: AnyRow) -> Loose:
    versions = Versions(row.words_version, row.meaning_version)
    return Loose(row.notice_id, row.digest, versions, Findable(row.words, row.meanings, row.chances))


def find_segments(c: Connection) -> list[Segment]:
    """The complete segments. To be asked for after `find_loose`: else what moves between the two is missed."""
    columns = (search_segments.c[name] for name in ("id", "words_version", "meaning_version", "numbers"))
    query = select(*columns).where(search_segments.c.numbers.is_not(None)).order_by(search_segments.c.id)
    return [Segment(row[0], Versions(row[1], row[2]), unpack_numbers(row[3])) for row in c.execute(query)]


def begin_segment(c: Connection, versions: Versions) -> int:
    """A segment that nobody finds before `end_segment`; its id."""
    (number,) = allocate_ids(c, search_segments, 1)
    row = {"id": number, "words_version": versions.words, "meaning_version": versions.meaning}
    c.execute(insert(search_segments), row)
    return number


def save_postings(c: Connection, segment: int, words: Mapping[str, Sequence[int]], size: int) -> None:
    """The places of words in a segment of `size` notices."""
    packed = [pack_places(places, size) for places in words.values()]
    insert_columns(c, search_postings, {"word": list(words), "notices": packed, "segment_id": Same(segment)})
    insert_columns(c, search_words, {"word": list(words)}, skip_existing=True)


def end_segment(c: Connection, segment: int, loose: Sequence[Loose]) -> None:
    """The segment, made of these rows, is found from now on; they are loose no more."""
    columns = {
        "numbers": pack_numbers([row.notice_id for row in loose]),
        "chances": b"".join(row.found_by.chances for row in loose),
    }
    c.execute(update(search_segments).where(search_segments.c.id == segment).values(columns))
    c.execute(_DELETE, [{"of_notice": row.notice_id, "of_digest": row.digest} for row in loose])


def forget_search(c: Connection) -> None:
    """Empties the index; what is matched from now on stands in it again."""
    for table in (search_loose, search_postings, search_meanings, search_words, search_segments):
        c.execute(delete(table))


def find_postings(c: Connection, words: Iterable[str]) -> Iterator[Found]:
    """Where these words stand, in segments that may not be complete."""
    for chunk in in_chunks(words):
        yield from _find(c, search_postings.c.word.in_(chunk))


def find_postings_starting(c: Connection, start: str) -> Iterator[Found]:
    """Where words with this beginning stand."""
    yield from _find(c, starts_with(search_postings.c.word, start))


def find_words_starting(c: Connection, start: str) -> list[str]:
    """All words with this beginning."""
    query = select(search_words.c.word).where(starts_with(search_words.c.word, start))
    return list(c.execute(query).scalars())


def find_words_with(c: Connection, parts: Sequence[str]) -> list[str]:
    """All words that have one of these parts in them. Reads every word once: some tenths of a second for a million."""
    query = select(search_words.c.word).where(or_(*(_has(part) for part in parts)))
    return list(c.execute(query).scalars()) if parts else []


def find_words_of_length(c: Connection, shortest: int, longest: int) -> list[str]:
    """All words of so many letters. Reads every word once."""
    query = select(search_words.c.word).where(func.length(search_words.c.word).between(shortest, longest))
    return list(c.execute(query).scalars())


def starts_with(word: ColumnElement[str], start: str) -> ColumnElement[bool]:
    """Words with this beginning."""
    return and_(word >= start, word < start + LAST)


def _has(part: str) -> ColumnElement[bool]:
    return search_words.c.word.contains(part, autoescape=True)


def _find(c: Connection, which: ColumnElement[bool]) -> Iterator[Found]:
    query = select(search_postings.c.segment_id, search_postings.c.notices).where(which)
    for segment, packed in c.execute(query):
        yield segment, unpack_places(packed)
