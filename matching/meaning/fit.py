"""How near a notice is to what a profile sells, by the divisions of the CPV that both are likely to be about."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from matching.meaning.counts import Vector
from matching.meaning.divisions import Meant
from matching.meaning.labels import find_divisions
from matching.stream import Place

FEWEST = 1e-6  # keeps the logarithm finite
MOST_WORDS = 3  # that are named for a division


@dataclass(frozen=True, slots=True)
class Speaking:
    """A word of the notice (stream and node) that speaks for a division, and its part of what all of these say."""

    stream: int
    node: int
    part: float


@dataclass(frozen=True, slots=True)
class Fit:
    """`logarithm` of the chance that both are about the same division: 0 is sure, -3.8 what chance alone gives.

    `division` is what they share most, `other` what the notice is about most, each two digits; `surest` is the latter's
    chance. `explain` finds the words that say so.
    """

    logarithm: float
    division: str
    other: str
    surest: float
    explain: Callable[[], Meant | None] = field(repr=False)

    def sentence_for(self, division: str) -> tuple[Place, str, float] | None:
        """The title where it speaks for a division as a whole: the code whose label it is most alike, and its share."""
        number = find_divisions().index(division)
        meant = self.explain()
        heard = meant.hear() if meant else None
        if meant is None or heard is None or heard.sentence is None or heard.alike is None:
            return None
        share = heard.share_of_sentence(number)
        if not meant.words or (share and not meant.speaking_for(number, 1)):
            share = 1.0
        return (heard.sentence.place, heard.alike.find_nearest(number), share) if share else None

    def speaking(self, division: str) -> list[Speaking]:
        """The words that speak most for a division, else the one that speaks least against it; parts sum to 1."""
        number = find_divisions().index(division)
        meant = self.explain()
        if meant is None or not meant.words:
            return []
        if words := meant.speaking_for(number, MOST_WORDS):
            total = sum(gain for _, gain in words)
            return [Speaking(word.stream, word.node, gain / total) for word, gain in words]
        best = meant.words[int(meant.parts[:, number].argmax())]
        return [] if self.sentence_for(division) else [Speaking(best.stream, best.node, 1.0)]


def find_fit(chances: Vector | None, shares: Vector | None, explain: Callable[[], Meant | None]) -> Fit | None:
    """None where either side says nothing that is known: that is no reason against the notice. `chances`: its own."""
    if chances is None or shares is None:
        return None
    both, divisions = chances * shares, find_divisions()
    logarithm, most = math.log(float(both.sum()) + FEWEST), int(chances.argmax())
    return Fit(logarithm, divisions[int(both.argmax())], divisions[most], float(chances[most]), explain)
