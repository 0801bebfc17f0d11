"""The vectors of stored notices, given to their readings, so that a text is encoded once and not at each scoring."""

from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import blake2b

import numpy as np
from sqlalchemy import Connection

from domain.rates import NO_RATES, Rates
from matching.meaning.alike import Kept
from matching.meaning.encoding import find_encoder, find_sentence
from matching.meaning.heads import Heads
from matching.reading import Reading, read_notice
from matching.search.chances import NOTHING_KNOWN, KnownChances
from storage.stored import StoredNotice
from storage.vectors import StoredVector, find_vectors, save_vectors

LITTLE = np.dtype("<f2")


class Vectors:
    """What is stored of some notices, and what is new of those that were read with it."""

    def __init__(self, known: dict[int, StoredVector], chances: KnownChances = NOTHING_KNOWN) -> None:
        self._known, self._chances = known, chances
        self._read: dict[int, tuple[str, Reading]] = {}

    @classmethod
    def of(cls, c: Connection, notice_ids: Sequence[int], chances: KnownChances = NOTHING_KNOWN) -> "Vectors":
        """Those of these notices; none without an encoder, or by another one. `chances`: what the index knows."""
        encoder = find_encoder()
        return cls(find_vectors(c, notice_ids, encoder.name) if encoder else {}, chances)

    def remind(self, notice_id: int, reading: Reading) -> Reading:
        """The reading, with its chances where they are known, and its vector, once asked for, where one is stored."""
        if (chances := self._chances.find(notice_id)) is not None:
            reading.remember_chances(chances)
        reading.recall = partial(self._recall, notice_id)
        return reading

    def _recall(self, notice_id: int, reading: Reading) -> Kept | None:
        """The vector that was stored for this very text, so that nothing is encoded again."""
        encoder = find_encoder()
        sentence = find_sentence(reading.streams, encoder.languages) if encoder else None
        if sentence is None:
            return None
        digest = blake2b(sentence.text.encode(), digest_size=8).hexdigest()
        known = self._known.get(notice_id)
        if known is not None and known.digest == digest:
            return np.frombuffer(known.numbers, LITTLE).astype(np.float16)
        self._read[notice_id] = (digest, reading)
        return None

    def save(self, c: Connection) -> None:
        """Stores the vectors that were made since."""
        encoder = find_encoder()
        if encoder is None:
            return
        made = ((number, digest, reading.encoded) for number, (digest, reading) in self._read.items())
        new = {number: StoredVector(digest, _pack(kept)) for number, digest, kept in made if kept is not None}
        save_vectors(c, encoder.name, new)


def read_stored(
    c: Connection,
    found: Sequence[StoredNotice],
    heads: Heads | None = None,
    rates: Rates = NO_RATES,
    chances: KnownChances = NOTHING_KNOWN,
) -> Iterable[Reading]:
    """Stored notices, each made ready for matching when it is asked for."""
    vectors = Vectors.of(c, [stored.id for stored in found], chances)
    return (vectors.remind(stored.id, read_notice(stored.notice, heads, rates)) for stored in found)


def _pack(kept: Kept) -> bytes:
    return kept.astype(LITTLE).tobytes()
