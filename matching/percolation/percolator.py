"""The index of all profiles: a large tier that is rarely built, and a small one of what was edited since."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from domain.profiles import Profile
from matching.percolation.meaning import Meanings
from matching.percolation.rows import to_rows
from matching.percolation.tier import Bools, Tier
from matching.prepare import Prepared, prepare
from matching.reading import Reading

MOST_EDITED = 1_000  # profiles in the small tier, gone ones too; then all are built anew
MOST_CELLS, LEAST_AT_ONCE = 8_000_000, 16  # of the table of notices and profiles that is filled at once
MOST_READY = 2_000  # profiles made ready for testing lines or for scores; the least used are made again


@dataclass(frozen=True, slots=True)
class Percolated:
    """Of one notice: the profiles that have something in it, and those of them that no minus-word stops."""

    _found: tuple[tuple[NDArray[np.object_], Bools, Bools], ...]

    @property
    def wanted(self) -> list[str]:
        """The ids of those with something in it, in no order."""
        return [id for names, wanted, _ in self._found for id in names[np.flatnonzero(wanted)].tolist()]  # noqa: A001

    @property
    def hits(self) -> list[str]:
        """The ids of those that nothing stops, in no order."""
        return [id for names, _, hits in self._found for id in names[np.flatnonzero(hits)].tolist()]  # noqa: A001


class Percolator:
    """Answers which profiles a notice is for, exactly as asking each of them would. Not safe over threads."""

    def __init__(self, profiles: Iterable[Profile] = ()) -> None:
        self._profiles = {profile.id: profile for profile in profiles}
        self._ready: OrderedDict[str, Prepared] = OrderedDict()
        self._build()

    def __len__(self) -> int:
        return len(self._profiles)

    def profiles(self) -> Iterator[Profile]:
        """Those that are in it."""
        yield from self._profiles.values()

    def _build(self) -> None:
        self._tiers, self._meanings = (Tier(), Tier()), (Meanings(), Meanings())
        self._names: list[NDArray[np.object_]] = [np.array([], object), np.array([], object)]
        self._ids: tuple[list[str], list[str]] = (list(self._profiles), [])
        self._places = {name: (0, number) for number, name in enumerate(self._profiles)}
        self._tiers[0].add(to_rows(profile) for profile in self._profiles.values())

    def put(self, profile: Profile) -> None:
        """Adds a profile, or replaces the one with its id."""
        self.remove(profile.id)
        self._profiles[profile.id] = profile
        if self._tiers[1].size >= max(MOST_EDITED, len(self._profiles) // 100):
            self._build()
            return
        self._places[profile.id] = (1, self._tiers[1].add([to_rows(profile)]))
        self._ids[1].append(profile.id)

    def remove(self, id: str) -> None:  # noqa: A002
        """Takes a profile out, where it is there."""
        self._profiles.pop(id, None)
        self._ready.pop(id, None)
        if place := self._places.pop(id, None):
            self._tiers[place[0]].alive[place[1]] = False

    def prepared(self, id: str) -> Prepared:  # noqa: A002
        """A profile made ready. KeyError where there is none."""
        ready = self._ready.get(id) or prepare(self._profiles[id])
        self._ready[id] = ready
        self._ready.move_to_end(id)
        if len(self._ready) > MOST_READY:
            self._ready.popitem(last=False)
        return ready

    def _name(self, tier: int) -> NDArray[np.object_]:
        """The ids of a tier's profiles by number."""
        if len(self._names[tier]) != len(self._ids[tier]):
            self._names[tier] = np.array(self._ids[tier], object)
        return self._names[tier]

    def _prepare(self, tier: int, place: int) -> Prepared:
        return self.prepared(self._ids[tier][place])

    def percolate(self, readings: Sequence[Reading]) -> list[Percolated]:
        """For each notice. A batch of some hundreds costs the least for each."""
        at_once = max(MOST_CELLS // max(len(self._profiles), 1), LEAST_AT_ONCE)
        chunks = (readings[start : start + at_once] for start in range(0, len(readings), at_once))
        return [found for chunk in chunks for found in self._percolate(chunk)]

    def find_candidates(self, readings: Sequence[Reading]) -> list[set[str]]:
        """For each notice the ids of all profiles for which it is worth keeping (`score.is_near`), and some more."""
        found = [set(each.wanted) for each in self.percolate(readings)]
        for number, tier in enumerate(self._tiers):
            self._learn(number)
            names = self._name(number)
            for ids, near in zip(found, self._meanings[number].find(readings), strict=True):
                ids.update(names[near[tier.alive[near]]].tolist())
        return found

    def _learn(self, tier: int) -> None:
        """Takes in what the profiles of a tier mean: only where asked for, as each takes a millisecond."""
        meanings, alive = self._meanings[tier], self._tiers[tier].alive
        for place in range(len(meanings), len(self._ids[tier])):
            meanings.add(prepare(self._profiles[self._ids[tier][place]]) if alive[place] else None)

    def _percolate(self, readings: Sequence[Reading]) -> Iterator[Percolated]:
        tables = []
        for number, tier in enumerate(self._tiers):
            if tier.size:
                found = tier.find(readings, partial(self._prepare, number))
                tables.append((self._name(number), found.wanted, found.hits))
        for text in range(len(readings)):
            yield Percolated(tuple((names, wanted[text], hits[text]) for names, wanted, hits in tables))
