"""How many points a profile can get of each entry of the index by meaning, at most, without a notice being read.

The features' own arithmetic (features.py), with chances and translations as the index keeps them: rounded up.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching import features
from matching.features import POINTS_OF_PART
from matching.meaning.counts import Vector
from matching.meaning.fit import FEWEST
from matching.meaning.rarity import MOST
from matching.meaning.senses import LEAST, SenseWord, to_sense
from matching.meaning.words import rarity_of
from matching.query.nodes import Node, phrases
from matching.score import POINTS
from matching.search.index import Index, Mask, Meant
from matching.search.words import LEVEL, cut

Floats = NDArray[np.float32]
"""A number for each entry of the index."""

IN_TITLE, ELSEWHERE = features.keyword_meant_in_title, features.keyword_meant_in_lot_title
PLACES = (IN_TITLE, ELSEWHERE, features.keyword_meant_in_text)


@dataclass(frozen=True, slots=True)
class Heard:
    """The entries that may mean a word of a list, and how surely: in a title, and anywhere (0: not surely enough)."""

    entries: NDArray[np.int64]
    title: Floats
    text: Floats


class Meanings:
    """What words of lists mean in an index: each is looked up once."""

    def __init__(self, index: Index, words: Iterable[SenseWord]) -> None:
        self._size, wanted = len(index.numbers), list(dict.fromkeys(words))
        exact = {cut(form) for word in wanted if not word.starts for form, _ in word.meaning}
        starts = {cut(form) for word in wanted if word.starts for form, _ in word.meaning}
        found: dict[str, list[Meant]] = defaultdict(list)
        for each in index.find_meant(exact, starts):
            found[each.form].append(each)
        self._heard = {word: self._hear(word, found) for word in wanted}

    def _hear(self, word: SenseWord, found: dict[str, list[Meant]]) -> Heard:
        title, text = np.zeros(self._size, np.float32), np.zeros(self._size, np.float32)
        for form, chance in word.meaning:
            known = cut(form)
            for other in [other for other in found if other.startswith(known)] if word.starts else [known]:
                for each in found.get(other, ()):
                    for levels, best in ((each.title, title), (each.text, text)):
                        chances = levels.astype(np.float32) * np.float32(chance / LEVEL)
                        chances[chances < LEAST] = 0
                        best[each.entries] = np.maximum(best[each.entries], chances)
        entries = np.flatnonzero(text)
        return Heard(entries, title[entries], text[entries])

    def find(self, word: SenseWord) -> Heard:
        """Where a word is meant."""
        return self._heard[word]

    def find_any(self, words: Iterable[SenseWord]) -> Mask:
        """Entries that may mean one of these words."""
        found = np.zeros(self._size, bool)
        for word in words:
            found[self._heard[word].entries] = True
        return found

    def bound_parts(self, words: Iterable[SenseWord]) -> Floats:
        """The most that a word of a keyword gives, before the profile's weights."""
        found = np.zeros(self._size, np.float32)
        for word in words:
            heard, worth = self._heard[word], np.float32(POINTS_OF_PART * rarity_of(word) / (2 * MOST))
            found[heard.entries] = np.maximum(found[heard.entries], worth * np.maximum(2 * heard.title, heard.text))
        return found

    def bound_lines(self, nodes: Sequence[Node], language: str) -> Floats:
        """The most that a line gives which is meant and not written, before the profile's weights."""
        found = np.zeros(self._size, np.float32)
        for node in nodes:
            for phrase in phrases(node):
                if sense := to_sense(phrase.words, language):
                    entries, points = self._bound_phrase(sense, whole=node is phrase)
                    found[entries] = np.maximum(found[entries], points)
        return found

    def _bound_phrase(self, sense: Sequence[SenseWord], *, whole: bool) -> tuple[NDArray[np.int64], Floats]:
        """`whole`: the phrase is the line; else the line is as sure as its surest part, or stands elsewhere."""
        heard = sorted((self._heard[word] for word in sense), key=lambda each: len(each.entries))
        entries = heard[0].entries
        title, text = np.ones(len(entries), np.float32), np.ones(len(entries), np.float32)
        for each in heard:
            for levels, product in ((each.title, title), (each.text, text)):
                every = np.zeros(self._size, np.float32)
                every[each.entries] = levels
                product *= every[entries]
        title, text = (product ** np.float32(1 / len(heard)) for product in (title, text))
        best, other = POINTS[IN_TITLE][0], POINTS[ELSEWHERE][0]
        points = np.maximum(best * title, other * text) if whole else best * np.maximum(text, 1) * (text > 0)
        return entries, points.astype(np.float32)


def words_of(nodes: Iterable[Node], language: str) -> list[SenseWord]:
    """The words of lines that mean something, line by line as they are looked for."""
    return [word for node in nodes for phrase in phrases(node) for word in to_sense(phrase.words, language)]


def find_logarithms(index: Index, shares: Sequence[Vector | None]) -> NDArray[np.float32]:
    """`Fit.logarithm` of each profile (row) and entry, to a thousandth; -inf where the profile says nothing known."""
    known = [number for number, each in enumerate(shares) if each is not None]
    found = np.full((len(shares), len(index.numbers)), -np.inf, np.float32)
    table = np.array([shares[number] for number in known], np.float32)
    for start, chances in index.read_chances() if known else ():
        logarithms = np.log(table @ chances.astype(np.float32).T + np.float32(FEWEST))
        found[known, start : start + len(chances)] = logarithms
    return found
