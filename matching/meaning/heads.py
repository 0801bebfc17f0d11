"""Heads: what a user's own stored notices, which carry codes, say about words and divisions of the CPV, beside labels.

A head is a row of weights for each feature of a text, one for each division; multinomial logistic regression makes them
(learning.py), and as many for the numbers of its vector, where there is an encoder. A model is a file of named arrays
(.npz, read without pickle), with the version of its format.
"""

import hashlib
import json
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadModel
from matching.meaning.alike import WIDTH, Kept
from matching.meaning.counts import Vector
from matching.meaning.encoding import find_encoder
from matching.meaning.labels import find_divisions
from matching.meaning.lexicon import translate
from matching.stems import Term

FORMAT = 2
DOUBT = 0.03
OWN = 0.7  # how much a word counts as it is printed, beside what it means in English
SIGN = "~"  # before the form of a word as printed, so that it is never taken for an English one
Features = Mapping[str, float]
ARRAYS = ("about", "features", "rarity", "weights", "bias", "of_vector")


@dataclass(frozen=True, slots=True)
class Heads:
    """`weights` has a row for each of `rows`, `rarity` how much a feature counts; `about` says how it was made.

    `of_vector` has a row for each number of a vector of the encoder `about["encoder"]`, and one more, the bias; no row
    where it was made without an encoder.
    """

    rows: dict[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    of_vector: NDArray[np.float32]
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Eight letters that stand for these very weights; part of a score's model version."""
        learnt = (self.weights, self.bias, self.of_vector)
        return hashlib.sha256(b"".join(each.tobytes() for each in learnt)).hexdigest()[:8]

    def read(self, words: Sequence[Features]) -> tuple[Vector, NDArray[np.float64]]:
        """The chances of the divisions (they sum to 1), and each word's part in them before they are made chances."""
        found = [self._weigh(word) for word in words]
        parts = np.array(found) if found else np.zeros((0, len(self.bias)))
        length = math.sqrt(self._square(words)) or 1.0
        logs = parts.sum(0) / length + self.bias
        chances = np.exp(logs - logs.max())
        return chances / chances.sum(), parts / length

    def read_vector(self, kept: Kept | None) -> Vector | None:
        """The chances of the divisions by a text's vector; None where there is none, or nothing was learnt of any."""
        if kept is None or not len(self.of_vector):
            return None
        logs = (kept.astype(np.float32) @ self.of_vector[:-1] + self.of_vector[-1]).astype(np.float64)
        chances = np.exp(logs - logs.max())
        doubtful: Vector = (1 - DOUBT) * chances / chances.sum() + DOUBT / len(chances)
        return doubtful

    def _weigh(self, word: Features) -> Vector:
        known = [(self.rows[name], value) for name, value in word.items() if name in self.rows]
        total: Vector = np.zeros(len(self.bias))
        for row, value in known:
            total += self.weights[row] * (value * self.rarity[row])
        return total

    def _square(self, words: Iterable[Features]) -> float:
        sums: dict[str, float] = {}
        for word in words:
            for name, value in word.items():
                if name in self.rows:
                    sums[name] = sums.get(name, 0.0) + value
        return sum((value * float(self.rarity[self.rows[name]])) ** 2 for name, value in sums.items())


def to_features(term: Term, language: str, weight: float) -> dict[str, float]:
    """What a word is to a head: the English forms that it means, and its own form."""
    found = {form: weight * chance for form, chance in translate(term, language)}
    for form in term.forms[:1]:
        found[SIGN + form] = weight * OWN
    return found


def save_heads(heads: Heads, file: Path) -> None:
    """Writes the model; a file that is there is replaced at once, never half."""
    about = {**heads.about, "format": FORMAT, "divisions": list(find_divisions())}
    unfinished = file.with_name(f"{file.name}.part")
    with unfinished.open("wb") as target:
        np.savez_compressed(
            target,
            about=_to_bytes(json.dumps(about, sort_keys=True)),
            features=_to_bytes("\n".join(heads.rows)),
            rarity=heads.rarity,
            weights=heads.weights.astype(np.float16),
            bias=heads.bias,
            of_vector=heads.of_vector.astype(np.float16),
        )
    unfinished.replace(file)


def read_heads(file: Path) -> Heads:
    """Reads a model that `profiles train` wrote. BadModel says what is wrong with it, and how to mend that."""
    try:
        with np.load(file, allow_pickle=False) as data:
            arrays = {name: data[name] for name in ARRAYS}
        about = json.loads(arrays["about"].tobytes())
        features = arrays["features"].tobytes().decode().split("\n")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BadModel(f"{file}: no model of `tenderwatch profiles train` ({error}); train it again") from error
    if about.get("format") != FORMAT or about.get("divisions") != list(find_divisions()):
        raise BadModel(f"{file}: a model of format {about.get('format')}, this version reads {FORMAT}; train it again")
    rarity, weights, bias, of_vector = (arrays[name].astype(np.float32) for name in ARRAYS[2:])
    shapes = weights.shape == (len(features), len(bias)) and rarity.shape == (len(features),)
    if not shapes or of_vector.shape not in {(0, len(bias)), (WIDTH + 1, len(bias))}:
        raise BadModel(f"{file}: its arrays do not belong together; train it again")
    encoder = find_encoder()
    if encoder and len(of_vector) and about.get("encoder") != encoder.name:
        raise BadModel(f"{file}: made with the encoder {about.get('encoder')}, here is {encoder.name}; train it again")
    return Heads({name: row for row, name in enumerate(features)}, rarity, weights, bias, of_vector, about)


def _to_bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), np.uint8)


def each_feature(words: Iterable[Features]) -> Iterator[tuple[str, float]]:
    """The features of a text, words that share one together."""
    sums: dict[str, float] = {}
    for word in words:
        for name, value in word.items():
            sums[name] = sums.get(name, 0.0) + value
    yield from sums.items()
