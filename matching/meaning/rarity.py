"""How much a word says, by how few of the CPV's labels have it."""

import math
from collections import Counter
from functools import cache

import numpy as np

from matching.meaning.labels import ENGLISH, find_codes, find_labels

MOST = 9.0  # of a word that no label has


def find_rarity(form: str, *, starts: bool = False) -> float:
    """0 (in every label) to 9 (in none) for an English form, or for all that begin so: the logarithm of its rarity."""
    labels = _count()
    count = sum(n for other, n in labels.items() if other.startswith(form)) if starts else labels[form]
    total = len(find_codes())
    return min(MOST, math.log(1 + (total - min(count, total) + 0.5) / (count + 0.5)))


@cache
def _count() -> Counter[str]:
    labels = find_labels(ENGLISH)
    assert labels is not None
    owners = np.repeat(np.arange(len(labels.lengths)), labels.lengths)
    pairs = {(owner, labels.forms[word]) for owner, word in zip(owners.tolist(), labels.flat.tolist(), strict=True)}
    return Counter(form for _, form in pairs)
