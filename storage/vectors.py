"""Vectors of stored notices, as an encoder made them of a text: float16, little-endian, one after the other."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from storage.bulk import Columns, Same, insert_columns
from storage.ids import in_chunks
from storage.schema import notice_vectors


class StoredVector(NamedTuple):
    """`digest` is that of the text: another text needs another vector."""

    digest: str
    numbers: bytes


_DELETE = delete(notice_vectors).where(notice_vectors.c.notice_id == bindparam("of_notice"))


def find_vectors(c: Connection, notice_ids: Sequence[int], encoder: str) -> dict[int, StoredVector]:
    """Those that this encoder made, by the notice's number."""
    found: dict[int, StoredVector] = {}
    for chunk in in_chunks(notice_ids):
        query = select(notice_vectors.c.notice_id, notice_vectors.c.digest, notice_vectors.c.numbers)
        query = query.where(notice_vectors.c.notice_id.in_(chunk), notice_vectors.c.encoder == encoder)
        found.update((number, StoredVector(digest, numbers)) for number, digest, numbers in c.execute(query))
    return found


def save_vectors(c: Connection, encoder: str, vectors: Mapping[int, StoredVector]) -> None:
    """One for each notice: what stood there is replaced. The notices' rows are locked by the caller."""
    if not vectors:
        return
    c.execute(_DELETE, [{"of_notice": number} for number in vectors])
    columns: Columns = {
        "notice_id": list(vectors),
        "encoder": Same(encoder),
        "digest": [each.digest for each in vectors.values()],
        "numbers": [each.numbers for each in vectors.values()],
    }
    insert_columns(c, notice_vectors, columns, skip_existing=True)
