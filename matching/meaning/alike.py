"""The labels of the CPV that a sentence is most alike, by the encoder, and what they say of its division.

A label's vector is the mean of those in four languages, and all are turned and cut to 128 numbers (their principal
axes), which says what 512 do. Made by build_vectors.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.meaning.counts import Vector
from matching.meaning.encoding import Encoder, find_encoder, find_sentence
from matching.meaning.labels import DATA, divisions_of_codes, find_codes, find_divisions
from matching.stream import Stream

Kept = NDArray[np.float16]
"""What is kept of a sentence: `WIDTH` numbers, of length 1 together but for rounding."""

FILE = DATA / "vectors.npz"
WIDTH = 128
MOST, SHARPNESS = 60, 0.06
"""Labels that are looked at, and the cosine that parts a good one from a bad one."""
DOUBT = 0.03


@dataclass(frozen=True, slots=True)
class LabelVectors:
    """`axes` [512, WIDTH] turn an encoder's vector; `labels` [codes, WIDTH] go with `find_codes()`."""

    encoder: str
    axes: NDArray[np.float32] = field(repr=False)
    labels: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Alike:
    """The chances of the divisions (they sum to 1), and how alike each label is (cosines)."""

    chances: Vector
    cosines: NDArray[np.float32] = field(repr=False)

    def find_nearest(self, division: int) -> str:
        """The code of the division whose label is most alike."""
        places = np.flatnonzero(divisions_of_codes() == division)
        return find_codes()[int(places[self.cosines[places].argmax()])]


def find_kept(streams: Sequence[Stream]) -> Kept | None:
    """The vector of a notice's sentence; None without a word, or without an encoder."""
    encoder = find_encoder()
    sentence = find_sentence(streams, encoder.languages) if encoder else None
    return keep(encoder, sentence.text) if encoder and sentence else None


def keep(encoder: Encoder, text: str) -> Kept:
    """The vector of a text as it is stored and compared, turned and cut: what is read back gives the same scores."""
    turned = encoder.encode(text) @ find_label_vectors().axes
    found: Kept = (turned / max(float(np.linalg.norm(turned)), 1e-9)).astype(np.float16)
    return found


def find_alike(kept: Kept) -> Alike:
    """What the most alike labels say."""
    cosines = find_label_vectors().labels @ kept.astype(np.float32)
    best = np.argpartition(-cosines, MOST)[:MOST]
    chances = np.zeros(len(find_divisions()))
    np.add.at(chances, divisions_of_codes()[best], np.exp((cosines[best] - cosines[best].max()) / SHARPNESS))
    return Alike((1 - DOUBT) * chances / chances.sum() + DOUBT / len(chances), cosines)


@cache
def find_label_vectors(file: Path = FILE) -> LabelVectors:
    """The shipped vectors of the labels."""
    with np.load(file, allow_pickle=False) as data:
        labels = data["labels"].astype(np.float32)
        labels /= np.linalg.norm(labels, axis=1, keepdims=True)
        return LabelVectors(str(data["encoder"]), data["axes"].astype(np.float32), labels)
