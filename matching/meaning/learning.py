"""Learns heads from notices that carry CPV codes: multinomial logistic regression, in numpy, with labels as examples.

The 9,454 English labels are examples too, each of a small weight: a division that no notice has is known by its labels.
What is gained is measured on a fifth of the notices, which is held out for that; the model is then made of all.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import WrongUse
from domain.notices import Notice
from matching.meaning.alike import Kept, find_label_vectors
from matching.meaning.divisions import mix, to_head_words
from matching.meaning.encoding import find_encoder
from matching.meaning.heads import Heads, each_feature
from matching.meaning.labels import DIVISION, ENGLISH, divisions_of_codes, find_divisions, find_labels
from matching.reading import Reading

Numbers = NDArray[Any]  # float32 in _fit, for speed
Ints = NDArray[np.int64]

OF_LABEL = 0.15  # weight of a label beside a notice
ROUNDS, STEP, SHRINKING = 60, 0.15, 1e-5
OF_LABEL_VECTOR, ROUNDS_OF_VECTORS, STEP_OF_VECTORS, SHRINKING_OF_VECTORS = 0.1, 150, 0.1, 5e-5
FEWEST = 50  # notices with codes, below which nothing is learnt
HELD_OUT = 5  # every fifth notice
FEWEST_TIMES = 2  # that a word as printed stands in the examples


@dataclass(frozen=True, slots=True)
class Example:
    """A notice: its features, its divisions' shares (they sum to 1), the chances that the labels alone give, and its
    vector, where there is an encoder."""

    features: tuple[tuple[str, float], ...]
    shares: Numbers
    shipped: Numbers
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Gain:
    """Of held-out notices: the share whose likeliest division is one of theirs, by the labels alone and with heads."""

    notices: int
    before: float
    after: float


def to_example(reading: Reading) -> Example | None:
    """None for a notice without a CPV code, or without a word that says anything. It is read without heads."""
    shares = _find_shares(reading.notice)
    streams, meant = reading.streams, reading.meant
    if shares is None or meant is None:
        return None
    words = to_head_words(streams, meant.words)
    return Example(tuple(each_feature(words)), shares, meant.chances, reading.kept)


def learn(examples: Sequence[Example]) -> tuple[Heads, Gain]:
    """Heads of all examples, and what they gain. WrongUse where there are too few."""
    if len(examples) < FEWEST:
        raise WrongUse(f"{len(examples)} notices with CPV codes are too few to learn from; {FEWEST} are the least")
    gain = measure(examples)
    heads = _learn(examples)
    about = {"notices": len(examples), "before": round(gain.before, 4), "after": round(gain.after, 4)}
    encoder = find_encoder()
    return replace(heads, about={**about, "encoder": encoder.name if encoder else None}), gain


def measure(examples: Sequence[Example]) -> Gain:
    """Learns from four fifths and looks at the fifth."""
    heads = _learn([each for number, each in enumerate(examples) if number % HELD_OUT])
    before, after, held_out = 0, 0, examples[::HELD_OUT]
    for each in held_out:
        learnt, _ = heads.read([dict(each.features)])
        mixed = mix(each.shipped, learnt, heads.read_vector(each.kept))
        before += bool(each.shares[each.shipped.argmax()] > 0)
        after += bool(each.shares[mixed.argmax()] > 0)
    return Gain(len(examples), before / len(held_out), after / len(held_out))


def _find_shares(notice: Notice) -> Numbers | None:
    codes = [*notice.codes, *(code for lot in notice.lots for code in lot.codes)]
    counts = Counter(code.id[:DIVISION] for code in codes if code.scheme.upper() == "CPV")
    shares = np.array([float(counts[division]) for division in find_divisions()])
    return shares / shares.sum() if shares.any() else None


def _learn(examples: Sequence[Example]) -> Heads:
    labels = _read_labels()
    texts = [*(dict(each.features) for each in examples), *labels]
    rows = _number(texts)
    rarity = _weigh([texts[number] for number in range(len(examples))], rows)
    table = _Table(texts, rows, rarity)
    wanted = np.concatenate([[each.shares for each in examples], np.eye(len(find_divisions()))[divisions_of_codes()]])
    importance = np.concatenate([np.ones(len(examples)), np.full(len(labels), OF_LABEL)])
    weights, bias = _fit(table, wanted, importance / importance.sum())
    weights = weights.astype(np.float16)  # as it will lie in the file, so that both give the same scores
    of_vector = _learn_vectors(examples)
    return Heads(rows, rarity.astype(np.float32), weights.astype(np.float32), bias.astype(np.float32), of_vector)


def _learn_vectors(examples: Sequence[Example]) -> NDArray[np.float32]:
    """Weights of a vector's numbers and, last, the bias; no row without an encoder."""
    seen = [(each.kept, each.shares) for each in examples if each.kept is not None]
    if not seen:
        return np.zeros((0, len(find_divisions())), np.float32)
    labels = find_label_vectors().labels
    table = np.vstack([[kept for kept, _ in seen], labels]).astype(np.float32)
    wanted = np.concatenate([[shares for _, shares in seen], np.eye(len(find_divisions()))[divisions_of_codes()]])
    importance = np.concatenate([np.ones(len(seen)), np.full(len(labels), OF_LABEL_VECTOR)])
    way = _Way(ROUNDS_OF_VECTORS, STEP_OF_VECTORS, SHRINKING_OF_VECTORS)
    weights, bias = _fit(_Dense(table), wanted, importance / importance.sum(), way)
    return np.vstack([weights, bias]).astype(np.float16).astype(np.float32)


def _read_labels() -> list[dict[str, float]]:
    labels = find_labels(ENGLISH)
    assert labels is not None
    ends = np.cumsum(labels.lengths)
    bags = (labels.flat[end - length : end].tolist() for end, length in zip(ends, labels.lengths, strict=True))
    return [{labels.forms[word]: 1.0 for word in bag} for bag in bags]


def _number(texts: Sequence[dict[str, float]]) -> dict[str, int]:
    times = Counter(name for text in texts for name in text)
    often = sorted(name for name, count in times.items() if count >= FEWEST_TIMES or name.isalpha())
    return {name: row for row, name in enumerate(often)}


def _weigh(notices: Sequence[dict[str, float]], rows: dict[str, int]) -> Numbers:
    times = Counter(name for notice in notices for name in notice)
    return np.array([math.log((len(notices) + 1) / (times[name] + 1)) + 1 for name in rows])


class _Dense:
    """Vectors, a row each."""

    def __init__(self, vectors: Numbers) -> None:
        self.vectors, self.shape = vectors, vectors.shape

    def times(self, weights: Numbers) -> Numbers:
        """[vector, division]."""
        found: Numbers = self.vectors @ weights
        return found

    def turned_times(self, errors: Numbers) -> Numbers:
        """[number, division]."""
        found: Numbers = self.vectors.T @ errors
        return found


class _Table:
    """Texts as a sparse matrix, each of length 1, in the order of its rows and in that of its columns."""

    def __init__(self, texts: Sequence[dict[str, float]], rows: dict[str, int], rarity: Numbers) -> None:
        found: list[tuple[int, int, float]] = []
        for number, text in enumerate(texts):
            pairs = [(rows[name], value * rarity[rows[name]]) for name, value in text.items() if name in rows]
            length = math.sqrt(sum(value * value for _, value in pairs)) or 1.0
            found += [(number, row, value / length) for row, value in pairs]
        self.text, self.row = (np.array([each[side] for each in found]) for side in (0, 1))
        self.value = np.array([each[2] for each in found], np.float32)
        self.shape = (len(texts), len(rows))
        self._by_row = np.argsort(self.row, kind="stable")

    def times(self, weights: Numbers) -> Numbers:
        """[text, division]."""
        return _sum_by(self.text, weights[self.row] * self.value[:, None], self.shape[0])

    def turned_times(self, errors: Numbers) -> Numbers:
        """[row, division]."""
        order = self._by_row
        return _sum_by(self.row[order], errors[self.text[order]] * self.value[order, None], self.shape[1])


def _sum_by(owner: Ints, values: Numbers, owners: int) -> Numbers:
    found = np.zeros((owners, values.shape[1]), np.float32)
    there, starts = np.unique(owner, return_index=True)
    found[there] = np.add.reduceat(values, starts, axis=0)
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    """How far it is gone, and how much large weights are held back."""

    rounds: int = ROUNDS
    step: float = STEP
    shrinking: float = SHRINKING


WAY = _Way()


def _fit(table: _Table | _Dense, wanted: Numbers, importance: Numbers, way: _Way = WAY) -> tuple[Numbers, Numbers]:
    """Adam over all examples at once: the same examples give the same weights."""
    many = wanted.shape[1]
    wanted, importance = wanted.astype(np.float32), importance.astype(np.float32)
    state: Numbers = np.zeros((table.shape[1] + 1, many), np.float32)  # the last row is the bias
    first: Numbers = np.zeros_like(state)
    second: Numbers = np.zeros_like(state)
    for turn in range(1, way.rounds + 1):
        logs = table.times(state[:-1]) + state[-1]
        chances = np.exp(logs - logs.max(1, keepdims=True))
        chances /= chances.sum(1, keepdims=True)
        errors = (chances - wanted) * importance[:, None]
        slope = np.vstack([table.turned_times(errors) + way.shrinking * state[:-1], errors.sum(0)])
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        state -= way.step * (first / (1 - 0.9**turn)) / (np.sqrt(second / (1 - 0.99**turn)) + 1e-9)
    return state[:-1], state[-1]
