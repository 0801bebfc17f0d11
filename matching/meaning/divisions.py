"""Which divisions of the CPV a notice's words mean, whether or not its buyer coded it.

Made of the labels alone, so that nothing is learnt from any notice. Two models are Naive Bayes: one over the English
words that a word means (lexicon.py), one over its runs of 4 and 5 letters in the labels of its own language, which
finds "Reinigungsarbeiten" by "Reinigungsdienste". Both are sums over words, so that each word's part in the result can
be told. Then there are the labels that share most words with the text (nearest.py), and those that its title as a
whole is most alike (alike.py). All are mixed in logarithms; the weights were fitted to the divisions of other notices
than those of the measurements in docs/matching.md.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from matching.meaning.alike import Alike, Kept, find_alike
from matching.meaning.counts import Vector, count_runs, count_words
from matching.meaning.encoding import Sentence, find_sentence
from matching.meaning.function_words import is_function_word
from matching.meaning.heads import Heads, to_features
from matching.meaning.labels import ENGLISH, find_divisions, find_labels
from matching.meaning.lexicon import translate
from matching.meaning.nearest import score_labels, to_chances
from matching.stems import Term
from matching.stream import Rank, Stream

MEANT, SPELT, NEAREST, NEAREST_OWN = 0.1, 0.3, 0.2, 0.15
"""Weights of what words mean, of how they are spelt, and of the nearest labels in English and in the own language."""
ALIKE, ALIKE_IN_ENGLISH = 0.5, 0.1
"""Weights of the labels that the title is most alike: as it stands, and where only its words in English are known."""
WORDS_ALONE = 1.3  # times, the weights of the words where the title is not encoded as it stands
FULL, SHARP_MEANT, SHARP_SPELT = 6.0, 0.5, 1.5
"""Further words than six make nothing surer: they are of one text, and repeat one another."""
DOUBT = 0.03
OF_LABELS, OF_HEADS, OF_VECTOR = 0.45, 0.5, 0.3
"""Weights of the labels, of what was learnt of words, and of vectors."""
MOST_WORDS = 60  # different words of a notice, those of its title first; 250 say nothing else
TITLE = 2.0  # times
LEAST = 2.0**-24  # the smallest float16


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the notice: where it stands first, how much it counts, and whether it means something by itself."""

    stream: int
    node: int
    weight: float
    is_telling: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What all words, and the title as a whole, add to the logarithm of each division's chance, over its mean;
    `sentence` and `alike` are None where nothing was encoded."""

    of_words: Vector
    of_sentence: Vector
    sentence: Sentence | None = None
    alike: Alike | None = None

    def share_of_sentence(self, division: int) -> float:
        """How much of what speaks for a division is the title as a whole, not its words: 0 to 1."""
        sentence, words = max(float(self.of_sentence[division]), 0.0), max(float(self.of_words[division]), 0.0)
        return sentence / (sentence + words) if sentence else 0.0


@dataclass(frozen=True, slots=True)
class Meant:
    """How likely each division is (sums to 1, but for float16), and what each word says for each: rows go with `words`.

    `hear` tells words and title apart, when it is asked for.
    """

    chances: Vector
    words: tuple[Word, ...]
    parts: NDArray[np.float64] = field(repr=False)
    hear: Callable[[], Heard] = field(repr=False)

    def speaking_for(self, division: int, most: int) -> list[tuple[Word, float]]:
        """The words that speak most for a division, against all others, each with how much (over 0).

        "The" and "and" speak too, as they are spelt, but nobody is told so while there are others.
        """
        gains = self.parts[:, division]
        best = [place for place in np.argsort(-gains, kind="stable").tolist() if gains[place] > 0]
        telling = [place for place in best if self.words[place].is_telling]
        return [(self.words[place], float(gains[place])) for place in (telling or best)[:most]]


def find_meant(streams: Sequence[Stream], heads: Heads | None = None, kept: Kept | None = None) -> Meant | None:
    """What the notice's words mean; None where none of them says anything (no text, a language without labels).

    The one place where a notice's chances are made: the same streams, heads and `kept` (the vector that
    `alike.find_kept` made of these streams) give the same chances, to the last digit, for one `score.version_of`.
    With `heads` what was learnt from notices counts as much as the labels.
    """
    found, (sentence, alike, of_sentence) = _find_said(streams), _hear(streams, kept)
    if not found and sentence is None:
        return None
    words, said = tuple(word for word, _ in found), _add_up(found)
    louder = 1.0 if sentence is not None and sentence.language else WORDS_ALONE
    chances = _normalise(_of_words(streams, words, said) * louder + of_sentence)
    if heads is None:
        known = to_stored(chances)
        heard = Heard(_logarithms(known) - of_sentence, of_sentence, sentence, alike)
        return Meant(known, words, said.parts, lambda: heard)
    learnt, parts = heads.read(to_head_words(streams, words))
    parts = OF_HEADS * (parts - parts.mean(1, keepdims=True))
    of_words = OF_LABELS * (_logarithms(chances) - of_sentence) + parts.sum(0)
    of_sentence, by_vector = OF_LABELS * of_sentence, heads.read_vector(kept)
    if by_vector is not None:
        of_sentence += OF_VECTOR * _centre(np.log(by_vector))
    heard = Heard(of_words, of_sentence, sentence, alike)
    parts += OF_LABELS * louder * said.parts
    return Meant(to_stored(mix(chances, learnt, by_vector)), words, parts, lambda: heard)


def explain_chances(streams: Sequence[Stream], chances: Vector, kept: Callable[[], Kept | None]) -> Meant:
    """What `find_meant` made of the same streams and vector, without heads, where its chances are known: a third of
    the work, and less where nobody asks for the title."""

    @cache
    def hear() -> Heard:
        sentence, alike, of_sentence = _hear(streams, kept())
        return Heard(_logarithms(chances) - of_sentence, of_sentence, sentence, alike)

    found = _find_said(streams)
    return Meant(chances, tuple(word for word, _ in found), _add_up(found).parts, hear)


def _hear(streams: Sequence[Stream], kept: Kept | None) -> tuple[Sentence | None, Alike | None, Vector]:
    sentence = find_sentence(streams) if kept is not None else None
    if kept is None or sentence is None:
        return None, None, _nothing()
    alike = find_alike(kept)
    return sentence, alike, _centre((ALIKE if sentence.language else ALIKE_IN_ENGLISH) * np.log(alike.chances))


def to_stored(chances: Vector) -> Vector:
    """Rounded as the index keeps them, so that a score is the same whether they are made or read."""
    rounded: Vector = chances.astype(np.float16).astype(np.float64)
    return rounded


def _find_said(streams: Sequence[Stream]) -> list[tuple[Word, "_Said"]]:
    """The words that say anything, and what."""
    found = []
    for word in _weigh(streams):
        stream = streams[word.stream]
        said = _say(stream.terms[word.node], stream.language)
        if said.mass_meant or said.mass_spelt:
            found.append((word, said))
    return found


@dataclass(frozen=True, slots=True)
class _Together:
    """What each word says by its meaning and its letters, a row each, as sharp as all of them together are."""

    meant: NDArray[np.float64]
    spelt: NDArray[np.float64]

    @property
    def parts(self) -> NDArray[np.float64]:
        """Both."""
        found: NDArray[np.float64] = MEANT * self.meant + SPELT * self.spelt
        return found


def _add_up(found: Sequence[tuple[Word, "_Said"]]) -> _Together:
    if not found:
        nothing = np.zeros((0, len(find_divisions())))
        return _Together(nothing, nothing)
    weights = np.array([word.weight for word, _ in found])
    meant = np.array([said.meant for _, said in found]) * weights[:, None]
    spelt = np.array([said.spelt for _, said in found]) * weights[:, None]
    meant *= _sharpness(SHARP_MEANT, float(weights @ [said.mass_meant for _, said in found]))
    spelt *= _sharpness(SHARP_SPELT, float(weights @ [said.mass_spelt for _, said in found]))
    return _Together(meant, spelt)


def _of_words(streams: Sequence[Stream], words: Sequence[Word], said: _Together) -> Vector:
    """What all words say for each division."""
    if not words:
        return _nothing()
    logs = MEANT * np.log(_to_chances(said.meant.sum(0))) + SPELT * np.log(_to_chances(said.spelt.sum(0)))
    return _centre(logs + _of_nearest(streams, words))


def to_head_words(streams: Sequence[Stream], words: Sequence[Word]) -> list[dict[str, float]]:
    """What the words of a notice are to a head."""
    found = ((streams[word.stream], word) for word in words)
    return [to_features(stream.terms[word.node], stream.language, word.weight) for stream, word in found]


def mix(shipped: Vector, learnt: Vector, by_vector: Vector | None = None) -> Vector:
    """The chances by the labels, and those learnt of words and of vectors: half is what all of them agree on (in
    logarithms), half what labels or words say, each alone."""
    sure, least = 1 - DOUBT, DOUBT / len(shipped)
    logs = OF_LABELS * np.log(sure * shipped + least) + OF_HEADS * np.log(sure * learnt + least)
    if by_vector is not None:
        logs += OF_VECTOR * np.log(by_vector)
    agreed = np.exp(logs - logs.max())
    mixed: Vector = agreed / agreed.sum() / 2 + (shipped + learnt) / 4
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
    own.pop(ENGLISH, None)
    for language, bag in own.items():
        logs += NEAREST_OWN * _log(to_chances(score_labels(bag, language)))
    return logs


def _centre(logs: Vector) -> Vector:
    centred: Vector = logs - logs.mean()
    return centred


def _normalise(logs: Vector) -> Vector:
    chances = np.exp(logs - logs.max())
    normal: Vector = chances / chances.sum()
    return normal


def _logarithms(chances: Vector) -> Vector:
    return _centre(np.log(np.maximum(chances, LEAST)))


def _log(chances: Vector | None) -> Vector:
    return _nothing() if chances is None else np.log(chances)


def _weigh(streams: Sequence[Stream]) -> Iterator[Word]:
    """Each different word once, at its first place: 1 + log of how often it stands there, twice in a title."""
    left = MOST_WORDS
    for number, stream in enumerate(streams):
        nodes: dict[str, int] = {}
        counts: dict[str, float] = {}
        for start, end in pairwise([*stream.breaks, len(stream.terms)]):
            worth = TITLE if start < end and stream.places[start].rank is Rank.TITLE else 1.0
            for node, term in enumerate(stream.terms[start:end], start):
                word = term.folded
                if word in counts:
                    counts[word] += worth
                elif left and len(word) > 1 and term.forms and word.isalpha():
                    left, nodes[word], counts[word] = left - 1, node, worth
        for word, node in nodes.items():
            yield Word(number, node, 1 + math.log(counts[word]), not is_function_word(word, stream.language))


def _sharpness(sharp: float, mass: float) -> float:
    return sharp * min(1.0, FULL / mass) if mass else 0.0


def _to_chances(logs: Vector) -> Vector:
    doubtful: Vector = (1 - DOUBT) * _normalise(logs) + DOUBT / len(logs)
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
    return count_runs(labels.language).add_up(term.folded)


def _nothing() -> Vector:
    return np.zeros(len(find_divisions()))
