"""Which notices of a segment have a word, as bytes: their places in it, or a bit for each place if that is shorter."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

PLACES, BITS = b"p", b"b"

Places = NDArray[np.int64]


def pack_places(places: Sequence[int], size: int) -> bytes:
    """Places in a segment of `size` notices (65,536 at most), in order and without repeats."""
    if 2 * len(places) <= (size + 7) // 8:
        return PLACES + np.array(places, "<u2").tobytes()
    bits = np.zeros(size, bool)
    bits[places] = True
    return BITS + np.packbits(bits).tobytes()


def unpack_places(packed: bytes) -> Places:
    """The places, in order."""
    if packed[:1] == PLACES:
        return np.frombuffer(packed, "<u2", offset=1).astype(np.int64)
    return np.flatnonzero(np.unpackbits(np.frombuffer(packed, np.uint8, offset=1)))


def pack_numbers(numbers: Sequence[int]) -> bytes:
    """The notices of a segment."""
    return np.array(numbers, "<i8").tobytes()


def unpack_numbers(packed: bytes) -> Places:
    """The notices of a segment, by their places."""
    return np.frombuffer(packed, "<i8").astype(np.int64)
