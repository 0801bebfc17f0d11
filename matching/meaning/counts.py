"""How much oftener than usual a word, or a run of its letters, stands in the labels of each division of the CPV."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.meaning.labels import ENGLISH, Ints, Labels, divisions_of_codes, find_divisions, find_labels

Vector = NDArray[np.float64]
"""A number for each division."""

SMOOTHING = 0.1
RUNS = (4, 5)
BITS = 12  # for each letter of a run
UNKNOWN = (1 << BITS) - 1
"""The number of a letter that no label has: no run with it is known."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How often each feature (a row) stands in each division, as logarithms. Most counts are 0: only others are kept.

    Row n has more than `least`, which is that of a feature without counts, by `gains[starts[n]:starts[n + 1]]` in the
    `divisions` of the same places.
    """

    starts: Ints
    divisions: Ints
    gains: Vector
    least: Vector

    def add_up(self, rows: Ints) -> Vector:
        """The sum of these rows, each less its mean."""
        starts = self.starts[rows]
        lengths = self.starts[rows + 1] - starts
        cells = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        found: Vector = self.least * len(rows) + np.bincount(self.divisions[cells], self.gains[cells], len(self.least))
        return found - float(found.mean())

    def to_table(self) -> NDArray[np.float64]:
        """What `add_up` makes of each row alone."""
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        found = np.tile(self.least, (len(self.starts) - 1, 1))
        found[rows, self.divisions] += self.gains
        found -= found.mean(1, keepdims=True)
        return found


@dataclass(frozen=True, slots=True)
class WordCounts:
    """A row of `logarithms`, whose mean is 0, for each form of a word."""

    rows: dict[str, int]
    logarithms: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The runs of letters of a language: `numbers`, sorted, are made of those of their `letters`; rows go with them."""

    letters: dict[str, int]
    numbers: Ints
    counts: Counts

    def add_up(self, folded: str) -> tuple[Vector, float]:
        """The sum of the rows of a word's runs, and how many of these are known."""
        spelt = np.array([self.letters.get(each, UNKNOWN) for each in _mark(folded)], np.int64)
        wanted = np.concatenate([_to_numbers(spelt, size) for size in RUNS])
        places = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        known = places[self.numbers[places] == wanted]
        return self.counts.add_up(known), float(len(known))


@cache
def count_words() -> WordCounts:
    """By the forms of English words."""
    labels = find_labels(ENGLISH)
    assert labels is not None
    rows: dict[str, int] = {}
    features = np.array([rows.setdefault(form, len(rows)) for form in labels.forms])
    counts = _count(labels, features, np.arange(len(features)), len(rows))
    return WordCounts(rows, counts.to_table())


@cache
def count_runs(language: str) -> RunCounts:
    """By the runs of 4 and 5 letters of a language that has labels; a word's beginning and end count as letters."""
    labels = find_labels(language)
    assert labels is not None
    marked = [_mark(word) for word in labels.folded]
    text = "".join(marked)
    letters = {letter: number for number, letter in enumerate(sorted(set(text)), 1)}
    spelt = np.array([letters[each] for each in text], np.int64)
    owners = np.repeat(np.arange(len(marked)), [len(each) for each in marked])
    runs, words = [], []
    for size in RUNS:
        whole = owners[: 1 - size] == owners[size - 1 :]
        runs.append(_to_numbers(spelt, size)[whole])
        words.append(owners[: 1 - size][whole])
    numbers, features = np.unique(np.concatenate(runs), return_inverse=True)
    return RunCounts(letters, numbers, _count(labels, features, np.concatenate(words), len(numbers)))


def _mark(folded: str) -> str:
    return f" {folded} "


def _to_numbers(spelt: Ints, size: int) -> Ints:
    """A number for each run of so many letters; letters are numbered from 1, so that lengths differ, too."""
    many = max(len(spelt) - size + 1, 0)
    numbers = np.zeros(many, np.int64)
    for at in range(size):
        numbers = (numbers << BITS) | spelt[at : at + many]
    return numbers


def _count(labels: Labels, features: Ints, words: Ints, many: int) -> Counts:
    """Of `many` features: feature `features[n]` is in word `words[n]` of the labels."""
    width = len(find_divisions())
    owners = np.repeat(divisions_of_codes(), labels.lengths)
    keys, times = np.unique(labels.flat * width + owners, return_counts=True)
    edges = np.searchsorted(keys, np.arange(len(labels.folded) + 1) * width)
    lengths = np.diff(edges)[words]  # a word stands in so many divisions
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    pairs = np.repeat(edges[words], lengths) + within
    cells = np.repeat(features, lengths) * width + keys[pairs] % width
    table = np.bincount(cells, times[pairs], many * width)
    kept = np.flatnonzero(table)
    totals = table.reshape(many, width).sum(0) + SMOOTHING * many
    starts = np.searchsorted(kept, np.arange(many + 1) * width)
    return Counts(starts, kept % width, np.log(table[kept] / SMOOTHING + 1), np.log(SMOOTHING / totals))
