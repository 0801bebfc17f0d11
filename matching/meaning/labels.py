"""The labels of the CPV, the EU's vocabulary of what is bought: 9,454 codes in 23 languages (data/LICENCE)."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from matching.stems import Term, to_language, vocabulary
from matching.words import find_words

Ints = NDArray[np.int64]

DATA = Path(__file__).parent / "data"
ENGLISH = "en"
NEAREST = {"no": "da", "nb": "da", "nn": "da"}
"""Languages without labels that are written nearly as another one is."""
DIVISION = 2  # digits
STOP = frozenset({"a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "other", "than"})
STOP |= {"the", "to", "with"}
"""English forms that mean nothing by themselves; no word of another language is taken for one of them."""


@dataclass(frozen=True, slots=True)
class Labels:
    """One language: `texts` go with `find_codes()`; `words` are English words by a word's form, with probabilities.

    Word number n of the labels is `folded[n]` with the form `forms[n]`; label i has the words
    `flat[sum(lengths[:i])]` and the `lengths[i] - 1` after it.
    """

    language: str
    texts: tuple[str, ...]
    words: dict[str, tuple[tuple[str, float], ...]]
    folded: tuple[str, ...]
    forms: tuple[str, ...]
    lengths: Ints
    flat: Ints


@cache
def find_codes() -> tuple[str, ...]:
    """All codes, eight digits, in the order of every language's labels."""
    return tuple(_read("codes"))


@cache
def find_divisions() -> tuple[str, ...]:
    """The 45 divisions, two digits."""
    return tuple(dict.fromkeys(code[:DIVISION] for code in find_codes()))


@cache
def divisions_of_codes() -> Ints:
    """For each code the number of its division."""
    number = {division: place for place, division in enumerate(find_divisions())}
    return np.array([number[code[:DIVISION]] for code in find_codes()])


@cache
def find_labels(language: str) -> Labels | None:
    """The labels in a language (ISO 639-1), or in the one that is written nearly so; None where there are none."""
    known = to_language(language)
    known = NEAREST.get(known, known)
    if not known.isalpha() or not (DATA / f"{known}.json.zst").is_file() or known == "codes":
        return None
    data = _read(known)
    words = {word: tuple((other, chance) for other, chance in found) for word, found in data["words"].items()}
    lengths, flat = np.array(data["lengths"]), np.array(data["flat"])
    return Labels(known, tuple(data["labels"]), words, tuple(data["folded"]), tuple(data["forms"]), lengths, flat)


def name_code(code: str, language: str = ENGLISH) -> str | None:
    """What a CPV code stands for, in a language that has labels, else in English; of an unknown one its nearest branch.

    `33141420-0` and `33141420` are alike; None where not even the division exists.
    """
    labels = find_labels(language) or find_labels(ENGLISH)
    assert labels is not None
    digits = code.partition("-")[0].strip()
    for length in range(8, DIVISION - 1, -1):
        place = _places().get(digits[:length].ljust(8, "0"))
        if place is not None and labels.texts[place]:
            return labels.texts[place]
    return None


def find_terms(text: str, language: str) -> list[Term]:
    """The words of a text that can mean something: of letters, two at least."""
    words = vocabulary(language)
    terms = (words.term(text[start:end]) for start, end, _ in find_words(text))
    return [term for term in terms if term.forms and len(term.folded) > 1 and term.folded.isalpha()]


def english_word(form: str) -> str:
    """The word that people know for an English form: of those in the labels the most frequent, then the shortest."""
    return _words_of_forms().get(form, form)


@cache
def _words_of_forms() -> dict[str, str]:
    labels = find_labels(ENGLISH)
    assert labels is not None
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for form, folded, count in zip(labels.forms, labels.folded, np.bincount(labels.flat).tolist(), strict=True):
        counts[form][folded] += count
    return {form: min(words, key=lambda word: (-words[word], len(word), word)) for form, words in counts.items()}


@cache
def _places() -> dict[str, int]:
    return {code: place for place, code in enumerate(find_codes())}


def _read(name: str) -> Any:
    return json.loads(zstandard.ZstdDecompressor().decompress((DATA / f"{name}.json.zst").read_bytes()))
