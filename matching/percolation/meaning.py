"""Which profiles may be near to a notice by meaning alone, for all profiles at once: never one too few.

A profile that has nothing written in a notice is kept where its score comes within ten points of its threshold
(`score.is_near`). Its points for what the notice is about are one product of matrices; more than that it gets only
where words of its keywords stand there, which are looked up here by their English forms. What comes out is scored.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.features import MOST_OF_FIT, NEAR, POINTS_OF_PART, RATE
from matching.meaning.fit import find_logarithms
from matching.meaning.gloss import Gloss
from matching.meaning.labels import find_divisions
from matching.meaning.senses import SenseWord
from matching.prepare import Prepared
from matching.reading import Reading
from matching.score import MOST_POINTS, NEARLY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLACK = 0.5  # points: of rounding, each reason being rounded by itself


class Meanings:
    """Profiles by number, in the order in which they are added."""

    def __init__(self) -> None:
        self._shares: list[Floats] = []
        self._least: list[float] = []
        self._table: Floats | None = None
        self._lines: array[int] = array("i")  # the profile of each line that has a meaning
        self._lengths: array[int] = array("b")  # its words
        self._of_form: dict[str, array[int]] = defaultdict(lambda: array("i"))
        self._of_start: dict[str, array[int]] = defaultdict(lambda: array("i"))
        self._parts: dict[str, array[int]] = defaultdict(lambda: array("i"))
        self._part_starts: dict[str, array[int]] = defaultdict(lambda: array("i"))

    def __len__(self) -> int:
        return len(self._least)

    def add(self, prepared: Prepared | None) -> None:
        """Appends a profile; None takes a number that no notice is near to."""
        number, shares = len(self._least), prepared.shares if prepared else None
        self._table = None
        self._shares.append(np.zeros(len(find_divisions())) if shares is None else shares)
        self._least.append(prepared.profile.threshold - NEARLY - SLACK if prepared else np.inf)
        if prepared is None:
            return
        for sense in prepared.senses.each():
            line = len(self._lines)
            self._lines.append(number)
            self._lengths.append(len(sense))
            for word in sense:
                _register(word, line, self._of_form, self._of_start)
        for word in prepared.words.senses.values():
            _register(word, number, self._parts, self._part_starts)

    def find(self, readings: Sequence[Reading]) -> list[Ints]:
        """For each notice the numbers of the profiles that may be near; each must still be scored."""
        found: list[Ints] = []
        least = np.array(self._least)
        if self._table is None:
            self._table = np.array(self._shares)
        for reading in readings:
            points = np.zeros(len(self._least))
            if reading.meant is not None and len(points):
                logarithms = find_logarithms([reading.meant], self._table)[0]
                points = np.clip((logarithms - NEAR) * RATE, 0, MOST_OF_FIT)
            points[self._find_owners(reading.glosses)] += POINTS_OF_PART
            points[self._find_whole(reading.glosses)] += float(MOST_POINTS)
            found.append(np.flatnonzero(points >= least))
        return found

    def _find_owners(self, glosses: Sequence[Gloss]) -> Ints:
        """The profiles of which a word of a keyword stands there."""
        return _unite(_find_numbers(glosses, self._parts, self._part_starts))

    def _find_whole(self, glosses: Sequence[Gloss]) -> Ints:
        """The profiles that have a line of which all words stand there."""
        lengths, owners = np.frombuffer(self._lengths, np.int8), np.frombuffer(self._lines, np.int32)
        found: list[Ints] = []
        for gloss in glosses:
            lines = _find_numbers([gloss], self._of_form, self._of_start)
            if lines:
                line, count = np.unique(np.concatenate(lines), return_counts=True)
                found.append(owners[line[count >= lengths[line]]].astype(np.int64))
        return _unite(found)


def _register(word: SenseWord, number: int, forms: dict[str, "array[int]"], starts: dict[str, "array[int]"]) -> None:
    for form in dict.fromkeys(form for form, _ in word.meaning):
        (starts if word.starts else forms)[form].append(number)


def _find_numbers(
    glosses: Iterable[Gloss], forms: dict[str, "array[int]"], starts: dict[str, "array[int]"]
) -> list[Ints]:
    found = []
    for gloss in glosses:
        found += [np.frombuffer(forms[form], np.int32).astype(np.int64) for form in gloss.nodes if form in forms]
        begun = {form[:end] for form in gloss.nodes for end in range(1, len(form) + 1)} if starts else set()
        found += [np.frombuffer(starts[start], np.int32).astype(np.int64) for start in begun & starts.keys()]
    return found


def _unite(numbers: list[Ints]) -> Ints:
    return np.unique(np.concatenate(numbers)) if numbers else np.zeros(0, np.int64)
