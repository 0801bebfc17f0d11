"""Versions of a profile over all entries of the index: the points that each can give by meaning, at most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from domain.profiles import Profile
from matching import features
from matching.features import MOST_AGAINST, MOST_OF_FIT, NEAR, RATE, RATE_AGAINST, SUPPORT, Feature
from matching.meaning.senses import SenseWord
from matching.prepare import Prepared, prepare
from matching.query.nodes import Node
from matching.score import POINTS, rule_of
from matching.search.index import Index, Mask
from matching.search.meant import PLACES, Floats, Meanings, find_logarithms, words_of
from matching.weights import weigh

MOST_FORMS = 5_000  # that are looked up; words of a profile with more (a very large catalogue) may be meant anywhere
ABOUT = (features.about_what_you_sell, features.about_something_else)


@dataclass(frozen=True, slots=True)
class Side:
    """A version; its logarithms of `Fit` (-inf where it says nothing), and what these give and take, by its weights."""

    prepared: Prepared
    logarithms: Floats
    gains: Floats
    losses: Floats

    def weigh(self, *rules: Feature) -> float:
        """What the profile's own weights make of features, at most: 1 is as shipped."""
        return max(weigh(self.prepared.profile.weights, rule_of(rule)) for rule in rules) / 100

    def support(self) -> float:
        """The most that place and value give."""
        return sum(POINTS[feature][0] * self.weigh(feature) for feature, _ in SUPPORT)


class Reckoning:
    """Versions of one profile, all looked up together."""

    def __init__(self, index: Index, profiles: Iterable[Profile], further: Sequence[Node] = ()) -> None:
        """`further`: lines of versions that are looked for too."""
        self._index, self._profiles = index, list[Profile]()
        for profile in profiles:
            if profile not in self._profiles:
                self._profiles.append(profile)
        self._ready = [prepare(profile) for profile in self._profiles]
        words = [word for each in self._ready for word in (*_words(each), *words_of(further, each.profile.language))]
        self.is_possible = len({form for word in words for form, _ in word.meaning}) <= MOST_FORMS
        self._meanings = Meanings(index, words if self.is_possible else ())
        self._sides = self._make_sides() if self.is_possible else []

    def _make_sides(self) -> list[Side]:
        sides = []
        for ready, found in zip(
            self._ready, find_logarithms(self._index, [e.shares for e in self._ready]), strict=True
        ):
            side = Side(ready, found, found, found)
            beyond = found - np.float32(NEAR)
            gains = np.clip(beyond * np.float32(RATE), 0, MOST_OF_FIT) * np.float32(side.weigh(ABOUT[0]))
            losses = np.clip(-beyond * np.float32(RATE_AGAINST), 0, MOST_AGAINST) * np.float32(side.weigh(ABOUT[1]))
            sides.append(Side(ready, found, gains, losses))
        return sides

    def side(self, profile: Profile) -> Side:
        """One of the versions."""
        return self._sides[self._profiles.index(profile)]

    def bound_parts(self, side: Side) -> Floats:
        """The most that a word of one of its keywords gives."""
        worth = self._meanings.bound_parts(side.prepared.words.senses.values())
        return worth * np.float32(side.weigh(features.part_of_keyword))

    def bound_lines(self, side: Side, nodes: Sequence[Node]) -> Floats:
        """The most that lines give which are meant and not written, with place and value beside them."""
        found = self._meanings.bound_lines(nodes, side.prepared.profile.language) * np.float32(side.weigh(*PLACES))
        return found + np.where(found > 0, np.float32(side.support()), np.float32(0))

    def bound(self, side: Side) -> Floats:
        """The most that a notice can have in which nothing of the version is written."""
        return side.gains + self.bound_parts(side) + self.bound_lines(side, side.prepared.wanted.nodes)

    def find_meant(self, nodes: Sequence[Node], before: Side, after: Side) -> Mask:
        """Entries with a word that may mean one of the changed lines', or a word that keywords of one side alone have.

        Words of a line count by themselves also where the line as a whole means nothing that is known.
        """
        apart = {*before.prepared.words.senses.values()} ^ {*after.prepared.words.senses.values()}
        return self._meanings.find_any([*words_of(nodes, after.prepared.profile.language), *apart])


def _words(prepared: Prepared) -> list[SenseWord]:
    return [*prepared.words.senses.values(), *words_of(prepared.wanted.nodes, prepared.profile.language)]
