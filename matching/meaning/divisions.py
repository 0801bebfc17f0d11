"""Which divisions of the CPV a notice's words mean, whether or not its buyer coded it.

Two models, both Naive Bayes, both made of the labels alone, so that nothing is learnt from any notice: one over the
English words that a word means (lexicon.py), one over its runs of 4 and 5 letters in the labels of its own language,
which finds "Reinigungsarbeiten" by "Reinigungsdienste". Both are sums over words, so that each word's part in the
result can be told. Measured in docs/matching.md.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from matching.meaning.labels import DIVISION, ENGLISH, Labels, find_codes, find_divisions, find_labels, find_terms
from matching.meaning.lexicon import translate
from matching.meaning.nearest import score_labels, to_chances
from matching.reading import Rank, Reading
from matching.stems import Term

Vector = NDArray[np.float64]
"""A number for each division."""

SMOOTHING = 0.1
RUNS = (4, 5)
MEANT, SPELT, NEAREST, NEAREST_OWN = 0.3, 0.6, 0.5, 0.3
"""Weights of what words mean, of how they are spelt, and of the nearest labels in English and in the text's language."""
FULL, SHARP_MEANT, SHARP_SPELT = 6.0, 0.5, 1.5
"""Further words than six make nothing surer: they are of one text, and repeat one another."""
DOUBT = 0.03
MOST_WORDS = 60  # different words of a notice, those of its title first; 250 say nothing else
TITLE = 2.0  # times


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the notice: where it stands first, and how much it counts."""

    stream: int
    node: int
    weight: float


@dataclass(frozen=True, slots=True)
class Meant:
    """How likely each division is (sums to 1), and what each word says for each: rows go with `words`."""

    chances: Vector
    words: tuple[Word, ...]
    parts: NDArray[np.float64] = field(repr=False)

    def speaking_for(self, division: int, most: int = 5) -> list[Word]:
        """The words that speak most for a division, against all others."""
        gains = self.parts[:, division]
        best = np.argsort(-gains, kind="stable")[:most]
        return [self.words[place] for place in best.tolist() if gains[place] > 0]


def find_meant(reading: Reading) -> Meant | None:
    """What the notice's words mean; None where none of them says anything (no text, a language without labels)."""
    found = []
    for word in _weigh(reading):
        stream = reading.streams[word.stream]
        said = _say(stream.terms[word.node], stream.language)
        if said.mass_meant or said.mass_spelt:
            found.append((word, said))
    if not found:
        return None
    weights = np.array([word.weight for word, _ in found])
    meant = np.array([said.meant for _, said in found]) * weights[:, None]
    spelt = np.array([said.spelt for _, said in found]) * weights[:, None]
    meant *= _sharpness(SHARP_MEANT, float(weights @ [said.mass_meant for _, said in found]))
    spelt *= _sharpness(SHARP_SPELT, float(weights @ [said.mass_spelt for _, said in found]))
    logs = MEANT * np.log(_to_chances(meant.sum(0))) + SPELT * np.log(_to_chances(spelt.sum(0)))
    logs += _of_nearest(reading, [word for word, _ in found])
    chances = np.exp(logs - logs.max())
    return Meant(chances / chances.sum(), tuple(word for word, _ in found), MEANT * meant + SPELT * spelt)


def _of_nearest(reading: Reading, words: Sequence[Word]) -> Vector:
    """What the labels that are nearest to the text say, in English and in its own languages."""
    english: dict[str, float] = defaultdict(float)
    own: dict[str, dict[str, float]] = defaultdict(dict)
    for word in words:
        stream = reading.streams[word.stream]
        term = stream.terms[word.node]
        own[stream.language][term.forms[0]] = word.weight
        for form, chance in translate(term, stream.language):
            english[form] += word.weight * chance
    logs = NEAREST * _log(to_chances(score_labels(english)))
    for language, bag in own.items():
        logs += NEAREST_OWN * _log(to_chances(score_labels(bag, language)))
    return logs


def _log(chances: Vector | None) -> Vector:
    return _nothing() if chances is None else np.log(chances)


def _weigh(reading: Reading) -> Iterator[Word]:
    """Each different word once, at its first place: 1 + log of how often it stands there, twice in a title."""
    found: dict[tuple[int, str], list[float]] = {}
    for number, stream in enumerate(reading.streams):
        for node, term in enumerate(stream.terms):
            if not term.forms or len(term.folded) < 2 or not term.folded.isalpha():
                continue
            key = (number, term.folded)
            if key not in found and len(found) >= MOST_WORDS:
                continue
            in_title = stream.places[node].rank is Rank.TITLE
            entry = found.setdefault(key, [node, 0.0])
            entry[1] += TITLE if in_title else 1.0
    for (number, _), (node, count) in found.items():
        yield Word(number, int(node), 1 + math.log(count))


def _sharpness(sharp: float, mass: float) -> float:
    return sharp * min(1.0, FULL / mass) if mass else 0.0


def _to_chances(logs: Vector) -> Vector:
    chances = np.exp(logs - logs.max())
    chances = chances / chances.sum()
    doubtful: Vector = (1 - DOUBT) * chances + DOUBT / len(chances)
    return doubtful


@dataclass(frozen=True, slots=True)
class _Said:
    """What a word says for each division, and of how many known parts (English words, runs of letters) that is made."""

    meant: Vector
    mass_meant: float
    spelt: Vector
    mass_spelt: float


_said: dict[tuple[str, str], _Said] = {}
MOST_REMEMBERED = 100_000


def _say(term: Term, language: str) -> _Said:
    key = (language, term.folded)
    found = _said.get(key)
    if found is None:
        if len(_said) >= MOST_REMEMBERED:
            _said.clear()
        found = _said[key] = _Said(*_of_meaning(term, language), *_of_letters(term, language))
    return found


def _of_meaning(term: Term, language: str) -> tuple[Vector, float]:
    model = _word_model()
    found = [(model[other], chance) for other, chance in translate(term, language) if other in model]
    return sum((vector * chance for vector, chance in found), _nothing()), sum(chance for _, chance in found)


def _of_letters(term: Term, language: str) -> tuple[Vector, float]:
    labels = find_labels(language)
    if labels is None:
        return _nothing(), 0.0
    model = _letter_model(labels.language)
    found = [model[run] for run in _runs(term.folded) if run in model]
    return sum(found, _nothing()), float(len(found))


def _nothing() -> Vector:
    return np.zeros(len(find_divisions()))


@cache
def _word_model() -> dict[str, Vector]:
    return _to_model(find_labels(ENGLISH), lambda term: term.forms[:1])


@cache
def _letter_model(language: str) -> dict[str, Vector]:
    return _to_model(find_labels(language), lambda term: _runs(term.folded))


def _runs(folded: str) -> tuple[str, ...]:
    """The runs of 4 and 5 letters of a word, its beginning and end marked."""
    marked = f" {folded} "
    return tuple(marked[at : at + size] for size in RUNS for at in range(len(marked) - size + 1))


def _to_model(labels: Labels | None, split: Callable[[Term], Sequence[str]]) -> dict[str, Vector]:
    """For each feature the logarithm of how much oftener than usual it stands in a division's labels."""
    assert labels is not None
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for term, places in _count_terms(labels).items():
        for feature in split(term):
            counts[feature].update(places)
    table = np.full((len(counts), len(find_divisions())), SMOOTHING)
    for row, places in enumerate(counts.values()):
        table[row, list(places)] += list(places.values())
    table = np.log(table / table.sum(0))
    table -= table.mean(1, keepdims=True)
    return dict(zip(counts, table, strict=True))


def _count_terms(labels: Labels) -> dict[Term, Counter[int]]:
    """How often each word stands in the labels of each division."""
    number = {division: place for place, division in enumerate(find_divisions())}
    found: dict[Term, Counter[int]] = defaultdict(Counter)
    for code, text in zip(find_codes(), labels.texts, strict=True):
        for term in find_terms(text, labels.language):
            found[term][number[code[:DIVISION]]] += 1
    return found
