"""The chances of notices as the index keeps them, so that what was read once is held against an edit without counting.

Only where the index has no doubt: all that it keeps of a notice is of today's words and model, and says the same. The
caller knows that the notice was matched as it stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.meaning.counts import Vector
from matching.meaning.labels import find_divisions
from matching.search.index import Chances, Index

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class KnownChances:
    """`numbers` of notices, sorted, and each one's chances of divisions."""

    numbers: Ints
    rows: Chances = field(repr=False)

    def find(self, notice_id: int) -> Vector | None:
        """A notice's chances, all 0 where its words say nothing; None where they are not known."""
        place = int(np.searchsorted(self.numbers, notice_id))
        known = place < len(self.numbers) and self.numbers[place] == notice_id
        return self.rows[place].astype(np.float64) if known else None


NOTHING_KNOWN = KnownChances(np.zeros(0, np.int64), np.zeros((0, 0), np.float16))


def find_known_chances(index: Index, notice_ids: Sequence[int], model: str) -> KnownChances:
    """Those of these notices by this model."""
    if not notice_ids:
        return NOTHING_KNOWN
    wanted = index.has_numbers(np.array(notice_ids, np.int64))
    other = index.find_other(model)
    entries = np.flatnonzero(wanted & ~other)
    numbers, rows = index.numbers[entries], _read(index, entries)
    order = np.argsort(numbers, kind="stable")
    numbers, rows = numbers[order], rows[order]
    again = numbers[1:] == numbers[:-1]
    differ = again & (rows[1:] != rows[:-1]).any(1)
    doubtful = np.concatenate([index.numbers[wanted & other], numbers[1:][differ]])
    kept = ~np.isin(numbers, doubtful)
    kept[1:] &= ~again
    return KnownChances(numbers[kept], rows[kept])


def _read(index: Index, entries: Ints) -> Chances:
    """The rows of these entries, which are sorted; only segments that have some of them are read."""
    rows = np.zeros((len(entries), len(find_divisions())), np.float16)
    for start, chances in index.read_chances(entries):
        first, last = np.searchsorted(entries, (start, start + len(chances)))
        rows[first:last] = chances[entries[first:last] - start]
    return rows
