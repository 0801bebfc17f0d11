"""Which profiles may be near to a notice by meaning alone, for all profiles at once: never one too few.

A profile that has nothing written in a notice is kept where its score comes within ten points of its threshold
(`score.is_near`). What it gets for what the notice is about is one product of matrices for a batch of notices, held
against the least chance that each profile needs. More than that it gets only where words of its keywords may stand
there, which are looked up by their English forms, each with the most that it can give. What comes out is scored.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching import features
from matching.features import MOST_OF_FIT, NEAR, POINTS_OF_PART, RATE, SUPPORT, Feature
from matching.meaning.fit import FEWEST
from matching.meaning.gloss import Gloss
from matching.meaning.labels import find_divisions
from matching.meaning.rarity import MOST
from matching.meaning.senses import LEAST, SenseWord
from matching.meaning.words import rarity_of
from matching.prepare import Prepared
from matching.query.nodes import Phrase, phrases
from matching.reading import Reading
from matching.score import NEARLY, POINTS, rule_of
from matching.stream import Rank
from matching.weights import weigh

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

SLACK = 0.5  # points: of rounding, each reason being rounded by itself
AT_ONCE = 4_000_000  # pairs of notices and profiles in one product
IN_TITLE, ELSEWHERE = features.keyword_meant_in_title, features.keyword_meant_in_lot_title
IN_TEXT = features.keyword_meant_in_text


@dataclass(slots=True)
class _Postings:
    """Owners of an English form: each with the chance that its word means it, and what a sure one is worth to it."""

    owners: "array[int]" = field(default_factory=lambda: array("i"))
    chances: "array[float]" = field(default_factory=lambda: array("f"))
    worths: "array[float]" = field(default_factory=lambda: array("f"))

    def add(self, owner: int, chance: float, worth: float) -> None:
        self.owners.append(owner)
        self.chances.append(chance)
        self.worths.append(worth)

    def find(self, title: float, text: float, shares: tuple[float, float]) -> tuple[Ints, Floats]:
        """Owners with the most points that the form gives; `shares`: of a worth in a title, and elsewhere."""
        chances = np.frombuffer(self.chances, np.float32)
        points = np.zeros(len(chances), np.float32)
        for level, share in zip((title, text), shares, strict=True):
            sure = chances * np.float32(level)
            points = np.maximum(points, np.where(sure >= LEAST - 1e-6, sure * np.float32(share), 0))
        return np.frombuffer(self.owners, np.int32).astype(np.int64), points * np.frombuffer(self.worths, np.float32)


class _Table:
    """Postings of forms, and of their beginnings."""

    def __init__(self, shares: tuple[float, float]) -> None:
        self._shares = shares
        self._forms: dict[str, _Postings] = defaultdict(_Postings)
        self._starts: dict[str, _Postings] = defaultdict(_Postings)
        self._lengths: set[int] = set()

    def add(self, word: SenseWord, owner: int, worth: float) -> None:
        for form, chance in word.meaning:
            (self._starts if word.starts else self._forms)[form].add(owner, chance, worth)
            if word.starts:
                self._lengths.add(len(form))

    def find(self, levels: dict[str, tuple[float, float]]) -> Iterator[tuple[Ints, Floats]]:
        """Owners whose words may stand there, with the most points of each; an owner may come again."""
        starts: dict[str, tuple[float, float]] = {}
        for form, level in levels.items():
            if form in self._forms:
                yield self._forms[form].find(*level, self._shares)
            for start in {form[:length] for length in self._lengths} & self._starts.keys():
                known = starts.get(start, (0.0, 0.0))
                starts[start] = max(level[0], known[0]), max(level[1], known[1])
        for start, level in starts.items():
            yield self._starts[start].find(*level, self._shares)


class Meanings:
    """Profiles by number, in the order in which they are added."""

    def __init__(self) -> None:
        self._shares: list[Floats] = []
        self._needs: array[float] = array("f")  # points
        self._sides: array[float] = array("f")  # of place and value
        self._weights: array[float] = array("f")  # of what the notice is about
        self._table: Floats | None = None
        self._cuts = np.zeros(0, np.float32)
        self._owners: array[int] = array("i")  # the profile of each phrase that has a meaning
        self._lengths: array[int] = array("b")  # its words
        self._phrases = _Table((1.0, POINTS[ELSEWHERE][0] / POINTS[IN_TITLE][0]))
        self._parts = _Table((1.0, 0.5))

    def __len__(self) -> int:
        return len(self._needs)

    def add(self, prepared: Prepared | None) -> None:
        """Appends a profile; None takes a number that no notice is near to."""
        number, shares = len(self._needs), prepared.shares if prepared else None
        self._table = None
        self._shares.append((np.zeros(len(find_divisions())) if shares is None else shares).astype(np.float32))
        self._needs.append(prepared.profile.threshold - NEARLY - SLACK if prepared else np.inf)
        share = _weigher(prepared)
        self._weights.append(share(features.about_what_you_sell))
        self._sides.append(sum(POINTS[feature][0] * share(feature) for feature, _ in SUPPORT))
        if prepared is None:
            return
        worth = POINTS[IN_TITLE][0] * max(share(IN_TITLE), share(ELSEWHERE), share(IN_TEXT))
        nodes = [node for node in prepared.wanted.nodes if not isinstance(node, Phrase)]
        inner = {prepared.wanted.leaves[phrase.words] for node in nodes for phrase in phrases(node)}
        for leaf, sense in prepared.senses.each():
            for word in sense:
                self._phrases.add(_surest(word) if leaf in inner else word, len(self._owners), worth)
            self._owners.append(number)
            self._lengths.append(len(sense))
        for word in prepared.words.senses.values():
            worth = POINTS_OF_PART * rarity_of(word) / MOST * share(features.part_of_keyword)
            self._parts.add(word, number, worth)

    def find(self, readings: Sequence[Reading]) -> list[Ints]:
        """For each notice the numbers of the profiles that may be near; each must still be scored."""
        if not len(self):
            return [np.zeros(0, np.int64) for _ in readings]
        self._make_table()
        at_once = max(AT_ONCE // len(self), 1)
        chunks = (readings[start : start + at_once] for start in range(0, len(readings), at_once))
        return [found for chunk in chunks for found in self._find(chunk)]

    def _make_table(self) -> None:
        """The chance, of being about the same, from which each profile needs nothing else."""
        if self._table is None:
            self._table = np.array(self._shares).T.copy()
            needs = np.array(self._needs, np.float64) / np.array(self._weights, np.float64)
            cuts = np.exp(np.minimum(needs, MOST_OF_FIT) / RATE + NEAR) - FEWEST
            self._cuts = np.where(needs <= 0, -1, np.where(needs > MOST_OF_FIT, np.inf, cuts)).astype(np.float32)

    def _find(self, readings: Sequence[Reading]) -> Iterator[Ints]:
        assert self._table is not None
        silent = np.zeros(len(self._table))
        chances = [silent if each.chances is None else each.chances for each in readings]
        both = np.array(chances, np.float32) @ self._table
        for reading, own in zip(readings, both, strict=True):
            near, levels = own >= self._cuts, _find_levels(reading.glosses)
            touched, points = self._find_told(levels)
            gains = np.clip((np.log(own[touched] + FEWEST) - NEAR) * RATE, 0, MOST_OF_FIT)
            points += gains * np.frombuffer(self._weights, np.float32)[touched]
            near[touched] |= points >= np.frombuffer(self._needs, np.float32)[touched]
            yield np.flatnonzero(near)

    def _find_told(self, levels: dict[str, tuple[float, float]]) -> tuple[Ints, Floats]:
        """The profiles of which words may stand there, with the most points that these give."""
        parts, lines = np.zeros(len(self), np.float32), np.zeros(len(self), np.float32)
        for owners, points in self._parts.find(levels):
            np.maximum.at(parts, owners, points)
        phrase, most = self._find_whole(levels)
        owner = np.frombuffer(self._owners, np.int32)[phrase]
        np.maximum.at(lines, owner, most)
        sides = np.where(lines > 0, np.frombuffer(self._sides, np.float32), 0)
        touched = np.flatnonzero((parts > 0) | (lines > 0))
        return touched, (parts + lines + sides)[touched]

    def _find_whole(self, levels: dict[str, tuple[float, float]]) -> tuple[Ints, Floats]:
        """The phrases of which all words may stand there, each with the most points of one of them."""
        found = list(self._phrases.find(levels))
        if not found:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        every, points = np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])
        every, points = every[points > 0], points[points > 0]
        phrase, place, count = np.unique(every, return_inverse=True, return_counts=True)
        most = np.zeros(len(phrase), np.float32)
        np.maximum.at(most, place, points)
        whole = count >= np.frombuffer(self._lengths, np.int8)[phrase]
        return phrase[whole], most[whole]


def _weigher(prepared: Prepared | None) -> Callable[[Feature], float]:
    """What a profile's own weights make of a feature: 1 is as shipped."""
    weights = prepared.profile.weights if prepared else {}
    return lambda feature: weigh(weights, rule_of(feature)) / 100


def _surest(word: SenseWord) -> SenseWord:
    """For a phrase within a line of several: the line may stand elsewhere, in the title, and is sure by itself."""
    return SenseWord(tuple((form, SURE) for form, _ in word.meaning), word.starts)


SURE = 12.0
"""A chance so high that whatever stands there is taken for sure, as if in the title."""


def _find_levels(glosses: Sequence[Gloss]) -> dict[str, tuple[float, float]]:
    """Each English form, with how surely it is meant in a title, and anywhere."""
    found: dict[str, tuple[float, float]] = {}
    for gloss in glosses:
        places = gloss.stream.places
        for form, nodes in gloss.nodes.items():
            title = max((chance for node, chance in nodes if places[node].rank is Rank.TITLE), default=0.0)
            text, known = max(chance for _, chance in nodes), found.get(form, (0.0, 0.0))
            found[form] = max(title, known[0]), max(text, known[1])
    return found
