"""What a profile sells, as a share of each division of the CPV: by its keywords, and a little by its catalogue."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from domain.profiles import Profile
from matching.meaning.divisions import Vector
from matching.meaning.labels import find_divisions, find_terms
from matching.meaning.lexicon import translate
from matching.meaning.nearest import Bag, score_labels, to_chances

OF_CATALOGUE = 0.2
EACH, TOGETHER = 20, 60  # labels that are looked at: for one keyword, for all
MOST_ITEMS = 500  # of a catalogue; more say the same


def find_shares(profile: Profile, keywords: Sequence[str]) -> Vector | None:
    """The shares, which sum to 1; None where no word of the profile is known."""
    bags = [_to_bag([text], profile.language) for text in keywords]
    each = [chances for bag in bags if (chances := to_chances(score_labels(bag), EACH)) is not None]
    together = to_chances(score_labels(_to_bag(keywords, profile.language)), TOGETHER)
    items = [_to_bag([item.name], profile.language) for item in profile.catalogue[:MOST_ITEMS]]
    named = [chances for bag in items if (chances := to_chances(score_labels(bag))) is not None]
    if together is None:
        return _mean(named) if named else None
    shares: Vector = _mean(each) * np.sqrt(together)
    shares = shares / shares.sum()
    return (1 - OF_CATALOGUE) * shares + OF_CATALOGUE * _mean(named) if named else shares


def _to_bag(texts: Iterable[str], language: str) -> Bag:
    """Words of texts as English forms: each time that one stands there counts."""
    found: Counter[str] = Counter()
    for text in texts:
        for term in find_terms(text, language):
            for form, chance in translate(term, language):
                found[form] += chance  # type: ignore[assignment]
    return found


def _mean(chances: Sequence[Vector]) -> Vector:
    mean: Vector = np.sum(chances, axis=0) / len(find_divisions()) if not chances else np.mean(chances, axis=0)
    return mean
