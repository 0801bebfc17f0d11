"""What a profile sells, as a share of each division of the CPV: its keywords, its codes, and a little its catalogue."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from domain.profiles import Profile
from matching.meaning.counts import Vector
from matching.meaning.labels import DIVISION, find_divisions, find_terms
from matching.meaning.lexicon import translate
from matching.meaning.nearest import Bag, score_labels, to_chances

OF_CATALOGUE, OF_CODES = 0.2, 0.5
EACH, TOGETHER = 20, 60  # labels that are looked at: for one keyword, for all
MOST_ITEMS = 500  # of a catalogue; more say the same
SHARPER = 2.0  # power: a profile is about its main division more than labels that share a word with it say


def find_shares(profile: Profile, keywords: Sequence[str]) -> Vector | None:
    """The shares, which sum to 1; None where no word of the profile is known. `keywords` are its lists' phrases."""
    shares, coded = _of_words(profile, keywords), _of_codes(profile)
    if shares is not None:
        sharp: Vector = shares**SHARPER
        shares = sharp / sharp.sum()
    if coded is None or shares is None:
        return coded if shares is None else shares
    both: Vector = (1 - OF_CODES) * shares + OF_CODES * coded
    return both


def _of_words(profile: Profile, keywords: Sequence[str]) -> Vector | None:
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


def _of_codes(profile: Profile) -> Vector | None:
    """The divisions of the CPV codes that the profile names, else of those that its items have."""
    own = [code for scheme, codes in profile.codes.items() if scheme.upper() == "CPV" for code in codes]
    items = (code for item in profile.catalogue for scheme, code in item.codes if scheme.upper() == "CPV")
    counts = Counter(code[:DIVISION] for code in own or items)
    found: Vector = np.array([float(counts[division]) for division in find_divisions()])
    return found / found.sum() if found.any() else None


def _to_bag(texts: Iterable[str], language: str) -> Bag:
    """Words of texts as English forms: each time that one stands there counts."""
    found: dict[str, float] = {}
    for text in texts:
        for term in find_terms(text, language):
            for form, chance in translate(term, language):
                found[form] = found.get(form, 0.0) + chance
    return found


def _mean(chances: Sequence[Vector]) -> Vector:
    mean: Vector = np.mean(chances, axis=0)
    return mean
