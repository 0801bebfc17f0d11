"""Which divisions of the CPV a notice's words mean, whether or not its buyer coded it.

Two models, both Naive Bayes, both made of the labels alone, so that nothing is learnt from any notice: one over the
English words that a word means (lexicon.py), one over its runs of 4 and 5 letters in the labels of its own language,
which finds "Reinigungsarbeiten" by "Reinigungsdienste". Both are sums over words, so that each word's part in the
result can be told. Measured in docs/matching.md.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.meaning.counts import Vector, count_runs, count_words, find_runs
from matching.meaning.heads import Heads, to_features
from matching.meaning.labels import find_divisions, find_labels
from matching.meaning.lexicon import translate
from matching.meaning.nearest import score_labels, to_chances
from matching.stems import Term
from matching.stream import Rank, Stream

MEANT, SPELT, NEAREST, NEAREST_OWN = 0.3, 0.6, 0.5, 0.3
"""Weights of what words mean, of how they are spelt, and of the nearest labels in English and in the own language."""
FULL, SHARP_MEANT, SHARP_SPELT = 6.0, 0.5, 1.5
"""Further words than six make nothing surer: they are of one text, and repeat one another."""
DOUBT = 0.03
OF_HEADS, FLATTER = 0.5, 0.7
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

    def speaking_for(self, division: int, most: int) -> list[tuple[Word, float]]:
        """The words that speak most for a division, against all others, each with how much (over 0)."""
        gains = self.parts[:, division]
        best = np.argsort(-gains, kind="stable")[:most]
        return [(self.words[place], float(gains[place])) for place in best.tolist() if gains[place] > 0]


def find_meant(streams: Sequence[Stream], heads: Heads | None = None) -> Meant | None:
    """What the notice's words mean; None where none of them says anything (no text, a language without labels).

    With `heads` what was learnt from notices counts as much as the labels.
    """
    found = []
    for word in _weigh(streams):
        stream = streams[word.stream]
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
    logs += _of_nearest(streams, [word for word, _ in found])
    chances = np.exp(logs - logs.max())
    words, parts = tuple(word for word, _ in found), MEANT * meant + SPELT * spelt
    chances /= chances.sum()
    if heads is not None:
        learnt, of_words = heads.read(to_head_words(streams, words))
        chances, parts = mix(chances, learnt), parts + of_words - of_words.mean(1, keepdims=True)
    return Meant(chances, words, parts)


def to_head_words(streams: Sequence[Stream], words: Sequence[Word]) -> list[dict[str, float]]:
    """What the words of a notice are to a head."""
    found = ((streams[word.stream], word) for word in words)
    return [to_features(stream.terms[word.node], stream.language, word.weight) for stream, word in found]


def mix(shipped: Vector, learnt: Vector) -> Vector:
    """The chances by the labels, made less sure, and those that were learnt, in equal parts."""
    flat = shipped**FLATTER
    mixed: Vector = (1 - OF_HEADS) * flat / flat.sum() + OF_HEADS * learnt
    return mixed


def _of_nearest(streams: Sequence[Stream], words: Sequence[Word]) -> Vector:
    """What the labels that are nearest to the text say, in English and in its own languages."""
    english: dict[str, float] = defaultdict(float)
    own: dict[str, dict[str, float]] = defaultdict(dict)
    for word in words:
        stream = streams[word.stream]
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


def _weigh(streams: Sequence[Stream]) -> Iterator[Word]:
    """Each different word once, at its first place: 1 + log of how often it stands there, twice in a title."""
    nodes: dict[tuple[int, str], int] = {}
    counts: dict[tuple[int, str], float] = defaultdict(float)
    for number, stream in enumerate(streams):
        for node, term in enumerate(stream.terms):
            if not term.forms or len(term.folded) < 2 or not term.folded.isalpha():
                continue
            key = (number, term.folded)
            if key not in nodes and len(nodes) >= MOST_WORDS:
                continue
            in_title = stream.places[node].rank is Rank.TITLE
            nodes.setdefault(key, node)
            counts[key] += TITLE if in_title else 1.0
    for key, node in nodes.items():
        yield Word(key[0], node, 1 + math.log(counts[key]))


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
    words, total, mass = count_words(), _nothing(), 0.0
    for form, chance in translate(term, language):
        if form in words.rows:
            total += words.logarithms[words.rows[form]] * chance
            mass += chance
    return total, mass


def _of_letters(term: Term, language: str) -> tuple[Vector, float]:
    labels = find_labels(language)
    if labels is None:
        return _nothing(), 0.0
    return count_runs(labels.language).add_up(find_runs(term.folded))


def _nothing() -> Vector:
    return np.zeros(len(find_divisions()))
