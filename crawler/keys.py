"""Which keys were seen, in 16 bytes a key: a long list has hundreds of thousands, and their texts take 150 each."""

from array import array
from collections.abc import Iterable

SMALLEST = 16  # slots; most lists are short, and a crawl by windows has many of them
MASK = 2**64 - 1


class KeySet:
    """A set of texts that forgets the texts: it knows their hashes of 64 bits (SipHash, keyed by the process).

    Of a million keys, two are taken for one with a probability of 3 in 100 million.
    """

    __slots__ = ("_size", "_slots")

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * SMALLEST))
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __contains__(self, key: object) -> bool:
        slots = self._slots
        last, value = len(slots) - 1, hash(key) & MASK or 1
        place = value & last
        while there := slots[place]:
            if there == value:
                return True
            place = (place + 1) & last
        return False

    def update(self, keys: Iterable[str]) -> int:
        """Add the keys; how many of them were not there."""
        before = self._size
        for key in keys:
            self._put(hash(key) & MASK or 1)
            if self._size * 2 > len(self._slots):
                self._grow()
        return self._size - before

    def join(self, other: "KeySet") -> None:
        """Add all that the other set has."""
        for value in filter(None, other._slots):
            self._put(value)
            if self._size * 2 > len(self._slots):
                self._grow()

    def _put(self, value: int) -> None:
        slots = self._slots
        last = len(slots) - 1
        place = value & last
        while there := slots[place]:
            if there == value:
                return
            place = (place + 1) & last
        slots[place] = value
        self._size += 1

    def _grow(self) -> None:
        old, self._size = self._slots, 0
        self._slots = array("Q", bytes(16 * len(old)))
        for value in filter(None, old):
            self._put(value)
