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
        return self._add(hash(key) & MASK or 1 for key in keys)

    def join(self, other: "KeySet") -> None:
        """Add all that the other set has."""
        self._add(filter(None, other._slots))

    def _add(self, values: Iterable[int]) -> int:
        """In one loop, without a call for each: every notice passes here four times."""
        before = size = self._size
        slots = self._slots
        last = len(slots) - 1
        for value in values:
            place = value & last
            while (there := slots[place]) and there != value:
                place = (place + 1) & last
            if there:
                continue
            slots[place] = value
            size += 1
            if size * 2 > last:
                self._size = size
                self._grow()
                slots = self._slots
                last = len(slots) - 1
        self._size = size
        return size - before

    def _grow(self) -> None:
        old, self._size = self._slots, 0
        self._slots = array("Q", bytes(16 * len(old)))
        self._add(filter(None, old))
