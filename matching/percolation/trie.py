"""Rows of numbers as a trie in arrays, walked for all texts of a batch at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

EMPTY = -1
SPREAD = np.uint64(0x9E3779B97F4A7C15)  # Fibonacci hashing


class Table:
    """int64 key (0 and up) -> its place in the array that it is made from; open addressing, at most half full."""

    __slots__ = ("_keys", "_places", "_shift")

    def __init__(self, keys: Ints) -> None:
        bits = max(int(len(keys) * 2 - 1).bit_length() if len(keys) else 1, 3)
        self._shift = np.uint64(64 - bits)
        self._keys = np.full(1 << bits, EMPTY, np.int64)
        self._places = np.zeros(1 << bits, np.int32)
        left, slots = np.arange(len(keys)), self._slots(keys)
        while len(left):
            free = self._keys[slots] == EMPTY
            self._keys[slots[free]] = keys[left[free]]  # of several keys for a slot the last stays
            stays = self._keys[slots] == keys[left]
            self._places[slots[stays]] = left[stays]
            left, slots = left[~stays], (slots[~stays] + 1) & (len(self._keys) - 1)

    def find(self, keys: Ints) -> Ints:
        """The places of keys, EMPTY for those that are not there."""
        found = np.full(len(keys), EMPTY, np.int64)
        left, slots = np.arange(len(keys)), self._slots(keys)
        while len(left):
            there = self._keys[slots]
            hit = there == keys[left]
            found[left[hit]] = self._places[slots[hit]]
            goes_on = ~hit & (there != EMPTY)
            left, slots = left[goes_on], (slots[goes_on] + 1) & (len(self._keys) - 1)
        return found

    def _slots(self, keys: Ints) -> Ints:
        return ((keys.astype(np.uint64) * SPREAD) >> self._shift).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Edges:
    """The words of a batch of texts: word `slot` leads from position `start` to `end` in text `text`.

    Ordered by start; the positions of two texts never touch.
    """

    slot: Ints
    start: Ints
    end: Ints
    text: Ints


class Trie:
    """Rows of slots. `rows[first[node]:first[node + 1]]` are the numbers of the rows that end at a node."""

    __slots__ = ("_grows", "_root", "_slots", "_table", "first", "nodes", "rows")

    def __init__(self, flat: Ints, lengths: Ints, slots: int) -> None:
        """`flat` has the rows one after the other; slots are below `slots`."""
        self._slots = max(slots, 1)
        begins = np.cumsum(lengths) - lengths
        ends_at = np.zeros(len(lengths), np.int64)
        at = ends_at  # the node at which each row stands
        live, depth, keys, base = np.arange(len(lengths)), 0, [], 0
        self._root = np.full(self._slots, EMPTY, np.int64)
        while len(live):
            slot = flat[begins[live] + depth]
            wanted = slot if depth == 0 else at[live] * self._slots + slot
            distinct, inverse = np.unique(wanted, return_inverse=True)
            if depth == 0:
                self._root[distinct] = np.arange(len(distinct))
            else:
                keys.append(distinct)
            at[live] = inverse + base
            base += len(distinct)
            depth += 1
            live = live[lengths[live] > depth]
        self.nodes = base
        self._table = Table(np.concatenate(keys) if keys else np.zeros(0, np.int64))
        self._grows = np.zeros(base, bool)
        for each in keys:
            self._grows[each // self._slots] = True
        self.rows = np.argsort(at, kind="stable")
        self.first = np.concatenate([[0], np.cumsum(np.bincount(at, minlength=base))]).astype(np.int64)

    def walk(self, edges: Edges) -> tuple[Ints, Ints]:
        """(text, node) of every row's end that stands in a text, each pair once."""
        if not self.nodes or not len(edges.slot):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        counts = np.bincount(edges.start, minlength=int(edges.end.max()) + 2)
        begins = np.cumsum(counts) - counts
        nodes, ends, texts = self._root[edges.slot], edges.end, edges.text
        first_level = int((self._root != EMPTY).sum())
        found = []
        while True:
            alive = nodes != EMPTY
            nodes, ends, texts = nodes[alive], ends[alive], texts[alive]
            if not len(nodes):
                break
            done = self.first[nodes + 1] > self.first[nodes]
            found.append(texts[done] * self.nodes + nodes[done])
            grows = self._grows[nodes] & (counts[ends] > 0)
            nodes, ends, texts = nodes[grows], ends[grows], texts[grows]
            each, which = spread(begins[ends], counts[ends])
            children = self._table.find(nodes[which] * self._slots + edges.slot[each])
            nodes = np.where(children == EMPTY, EMPTY, children + first_level)
            ends, texts = edges.end[each], texts[which]
        pairs = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
        return pairs // self.nodes, pairs % self.nodes


def spread(begins: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """(place, which): the places begins[i] … begins[i] + counts[i] - 1 for each i, and that i."""
    which = np.repeat(np.arange(len(counts)), counts)
    total = np.cumsum(counts) - counts
    return np.arange(len(which)) - np.repeat(total - begins, counts), which
