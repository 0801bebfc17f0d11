"""The labels of the CPV that are nearest to a bag of words (BM25), and what they say of its division."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.meaning.labels import DIVISION, ENGLISH, find_codes, find_divisions, find_labels, find_terms

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
    np.add.at(chances, _divisions()[best], np.exp((scores[best] - top) / (SHARPNESS * top)))
    found: Numbers = (1 - DOUBT) * chances / chances.sum() + DOUBT / len(chances)
    return found


@cache
def _divisions() -> Places:
    number = {division: place for place, division in enumerate(find_divisions())}
    return np.array([number[code[:DIVISION]] for code in find_codes()])


@cache
def _postings(language: str) -> dict[str, tuple[Places, Numbers]]:
    """For each form the labels that have it, and what it adds to their score."""
    labels = find_labels(language)
    if labels is None:
        return {}
    texts = [Counter(term.forms[0] for term in find_terms(text, labels.language)) for text in labels.texts]
    mean = sum(sum(text.values()) for text in texts) / len(texts)
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for place, text in enumerate(texts):
        length = K1 * (1 - B + B * sum(text.values()) / mean)
        for form, count in text.items():
            found[form].append((place, count * (K1 + 1) / (count + length)))
    return {form: _to_posting(pairs, len(texts)) for form, pairs in found.items()}


def _to_posting(pairs: list[tuple[int, float]], texts: int) -> tuple[Places, Numbers]:
    rarity = math.log(1 + (texts - len(pairs) + 0.5) / (len(pairs) + 0.5))
    return np.array([place for place, _ in pairs]), np.array([gain * rarity for _, gain in pairs])
