"""The streams of a batch of notices in one language, as edges of the words that lists ask for."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from matching.percolation.trie import Edges, Ints, spread
from matching.percolation.vocabulary import Slots
from matching.stems import Term
from matching.stream import Stream


def to_edges(streams: Sequence[tuple[int, Stream]], slots: Slots) -> Edges:
    """The edges of (text number, stream) pairs. Between two texts of a notice a position is left out."""
    slots.make_room()
    lengths = np.array([len(stream.terms) for _, stream in streams])
    total, offsets = int(lengths.sum()), np.cumsum(lengths) - lengths
    terms = chain.from_iterable(stream.terms for _, stream in streams)
    words = np.fromiter(map(slots.remembered.__getitem__, terms), np.int64, total)
    breaks = np.concatenate([np.array(each.breaks) + at for (_, each), at in zip(streams, offsets, strict=True)])
    start = np.arange(total) + np.cumsum(np.bincount(breaks, minlength=total + 1)[:total])
    text, end = np.repeat(np.array([number for number, _ in streams]), lengths), start + 1
    if joins := _find_joins(streams, offsets.tolist()):
        words = np.append(words, [slots.remembered[term] for _, _, term in joins])
        first, last = np.array([at for at, _, _ in joins]), np.array([at for _, at, _ in joins])
        start, end, text = np.append(start, start[first]), np.append(end, end[last]), np.append(text, text[first])
        order = np.argsort(start, kind="stable")
        words, start, end, text = words[order], start[order], end[order], text[order]
    begins, counts = np.frombuffer(slots.starts, np.int32), np.frombuffer(slots.counts, np.int32)
    each, which = spread(begins[words].astype(np.int64), counts[words])
    return Edges(_to_array(slots)[each], start[which], end[which], text[which])


def _to_array(slots: Slots) -> Ints:
    return np.frombuffer(slots.flat, np.int32).astype(np.int64) if slots.flat else np.zeros(0, np.int64)


def _find_joins(streams: Sequence[tuple[int, Stream]], offsets: Sequence[int]) -> list[tuple[int, int, Term]]:
    """(first, last, term) for each run of hyphenated words that is also read as one."""
    return [
        (at + node, at + after - 1, term)
        for (_, stream), at in zip(streams, offsets, strict=True)
        for node, edges in stream.joins.items()
        for term, after in edges
    ]
