"""How much oftener than usual a word, or a run of its letters, stands in the labels of each division of the CPV."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.meaning.labels import ENGLISH, Labels, divisions_of_codes, find_divisions, find_labels

Vector = NDArray[np.float64]
"""A number for each division."""

SMOOTHING = 0.1
RUNS = (4, 5)


@dataclass(frozen=True, slots=True)
class Counts:
    """A row of `logarithms` for each feature; a row's mean is 0."""

    rows: dict[str, int]
    logarithms: NDArray[np.float32]

    def add_up(self, features: Iterable[str]) -> tuple[Vector, float]:
        """The sum of the features' rows, and how many of these are known."""
        known = [self.rows[feature] for feature in features if feature in self.rows]
        found: Vector = self.logarithms[known].sum(0, dtype=np.float64)
        return found, float(len(known))


@cache
def count_words() -> Counts:
    """By the forms of English words."""
    labels = find_labels(ENGLISH)
    assert labels is not None
    return _count(labels, lambda number: (labels.forms[number],))


@cache
def count_runs(language: str) -> Counts:
    """By the runs of letters of a language that has labels."""
    labels = find_labels(language)
    assert labels is not None
    return _count(labels, lambda number: find_runs(labels.folded[number]))


def find_runs(folded: str) -> tuple[str, ...]:
    """The runs of 4 and 5 letters of a word, its beginning and end marked."""
    marked = f" {folded} "
    return tuple(marked[at : at + size] for size in RUNS for at in range(len(marked) - size + 1))


def _count(labels: Labels, split: Callable[[int], Sequence[str]]) -> Counts:
    many, words = len(find_divisions()), len(labels.folded)
    owners = np.repeat(divisions_of_codes(), labels.lengths)
    of_words = np.bincount(labels.flat * many + owners, minlength=words * many).reshape(words, many)
    rows: dict[str, int] = {}
    split_up = [[rows.setdefault(feature, len(rows)) for feature in split(number)] for number in range(words)]
    features = np.array([row for each in split_up for row in each])
    of_feature = np.repeat(np.arange(words), [len(each) for each in split_up])
    order = np.argsort(features, kind="stable")
    starts = np.searchsorted(features[order], np.arange(len(rows)))
    table = np.add.reduceat(of_words[of_feature[order]].astype(np.float32), starts, axis=0) + np.float32(SMOOTHING)
    table = np.log(table / table.sum(0))
    return Counts(rows, table - table.mean(1, keepdims=True))
