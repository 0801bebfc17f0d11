"""The index of all profiles: a large tier that is rarely built, and a small one of what was edited since."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.profiles import Profile
from matching.percolation.rows import to_rows
from matching.percolation.tier import Tier
from matching.prepare import Prepared, prepare
from matching.reading import Reading

MOST_EDITED = 1_000  # profiles in the small tier, gone ones too; then all are built anew
MOST_READY = 2_000  # profiles made ready for testing lines or for scores; the least used are made again


@dataclass(frozen=True, slots=True)
class Percolated:
    """Of one notice: the profiles that have something in it, and those of them that no minus-word stops. By id."""

    wanted: frozenset[str]
    hits: frozenset[str]


class Percolator:
    """Answers which profiles a notice is for, exactly as asking each of them would. Not safe over threads."""

    def __init__(self, profiles: Iterable[Profile] = ()) -> None:
        self._profiles = {profile.id: profile for profile in profiles}
        self._ready: OrderedDict[str, Prepared] = OrderedDict()
        self._build()

    def __len__(self) -> int:
        return len(self._profiles)

    def __contains__(self, id: str) -> bool:  # noqa: A002
        return id in self._profiles

    def _build(self) -> None:
        self._tiers = (Tier(), Tier())
        self._ids: tuple[list[str], list[str]] = (list(self._profiles), [])
        self._places = {id: (0, number) for number, id in enumerate(self._profiles)}
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

    def percolate(self, readings: Sequence[Reading]) -> list[Percolated]:
        """For each notice. A batch of some hundreds costs the least for each."""
        found: list[tuple[set[str], set[str]]] = [(set(), set()) for _ in readings]
        for tier, ids in zip(self._tiers, self._ids, strict=True):
            if not tier.size or not readings:
                continue
            of_tier = tier.find(readings, lambda number, ids=ids: self.prepared(ids[number]))
            for (wanted, hits), numbers, stopped in zip(found, of_tier.wanted, of_tier.stopped, strict=True):
                wanted.update(ids[number] for number in numbers)
                hits.update(ids[number] for number in numbers - stopped)
        return [Percolated(frozenset(wanted), frozenset(hits)) for wanted, hits in found]
