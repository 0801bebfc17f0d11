"""The labels of the CPV that are nearest to a bag of words (BM25), and what they say of its division."""

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.meaning.labels import ENGLISH, divisions_of_codes, find_codes, find_divisions, find_labels

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]

K1, B = 1.2, 0.6
MOST, SHARPNESS = 30, 0.12
"""Labels that are looked at, and the share of the best one's score that parts a good one from a bad one."""
DOUBT = 0.03

Bag = Mapping[str, float]
"""Word forms of one language with how much each counts."""


def score_labels(bag: Bag, language: str = ENGLISH) -> Numbers:
    """A score for each code's label, 0 where no word is shared; `find_codes()` has the codes."""
    found = np.zeros(len(find_codes()))
    postings = _postings(language)
    for form, weight in bag.items():
        if form in postings:
            places, gains = postings[form]
            found[places] += weight * gains
    return found


def to_chances(scores: Numbers, most: int = MOST) -> Numbers | None:
    """What the nearest labels say of the division: sums to 1; None where there is none."""
    best = np.argpartition(-scores, most)[:most]
    top = float(scores[best].max())
    if top <= 0:
        return None
    chances = np.zeros(len(find_divisions()))
    np.add.at(chances, divisions_of_codes()[best], np.exp((scores[best] - top) / (SHARPNESS * top)))
    found: Numbers = (1 - DOUBT) * chances / chances.sum() + DOUBT / len(chances)
    return found


@cache
def _postings(language: str) -> dict[str, tuple[Places, Numbers]]:
    """For each form the labels that have it, and what it adds to their score."""
    labels = find_labels(language)
    if labels is None:
        return {}
    numbers: dict[str, int] = {}
    of_word = np.array([numbers.setdefault(form, len(numbers)) for form in labels.forms])
    owners, total = np.repeat(np.arange(len(labels.lengths)), labels.lengths), len(labels.lengths)
    keys, counts = np.unique(of_word[labels.flat] * total + owners, return_counts=True)
    forms, places = np.divmod(keys, total)
    length = K1 * (1 - B + B * labels.lengths / labels.lengths.mean())
    having = np.bincount(forms, minlength=len(numbers))
    rarity = np.log(1 + (total - having + 0.5) / (having + 0.5))
    gains = counts * (K1 + 1) / (counts + length[places]) * rarity[forms]
    ends = np.cumsum(having)
    return {
        form: (places[ends[n] - having[n] : ends[n]], gains[ends[n] - having[n] : ends[n]])
        for form, n in numbers.items()
    }
