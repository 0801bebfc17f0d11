"""The profiles of an epoch with their index, kept by the matching process from one batch to the next."""

from collections.abc import Iterable

from sqlalchemy import Connection

from domain.profiles import ProfileVersion
from matching.percolation.percolator import Percolator
from storage.profiles import find_epoch, find_heads, find_profile, find_profiles

FEW = 20  # changed profiles that are read one by one


class Shelf:
    """A cache: what stands in the database decides. Not safe over threads, each matcher has its own."""

    def __init__(self) -> None:
        self.epoch = -1
        self.versions: dict[str, ProfileVersion] = {}
        self.index = Percolator()

    @classmethod
    def of(cls, versions: Iterable[ProfileVersion], epoch: int) -> "Shelf":
        """A shelf of these alone, as they stood at this epoch."""
        shelf = cls()
        shelf.epoch = epoch
        shelf._take(list(versions))
        return shelf

    def refresh(self, c: Connection) -> None:
        """Takes in what was edited since; nothing where the epoch is the same."""
        epoch = find_epoch(c)  # before the profiles: one saved in between moves it, and the batch is refused
        if epoch == self.epoch:
            return
        heads = find_heads(c)
        known = {id_: version.version for id_, version in self.versions.items()}
        changed = [id_ for id_, version in heads.items() if known.get(id_) != version]
        self._take(_read(c, changed))
        for gone in known.keys() - heads.keys():
            del self.versions[gone]
            self.index.remove(gone)
        self.epoch = epoch

    def _take(self, changed: list[ProfileVersion]) -> None:
        if not self.versions:
            self.index = Percolator(version.profile for version in changed)
        else:
            for version in changed:
                self.index.put(version.profile)
        self.versions.update((version.profile.id, version) for version in changed)

    def sort(self, ids: Iterable[str]) -> list[ProfileVersion]:
        """The newest versions of these profiles by id; ids of none are left out."""
        return [self.versions[id_] for id_ in sorted(set(ids)) if id_ in self.versions]


def _read(c: Connection, ids: list[str]) -> list[ProfileVersion]:
    if len(ids) > FEW:
        wanted = set(ids)
        return [version for version in find_profiles(c) if version.profile.id in wanted]
    return [version for id_ in ids if (version := find_profile(c, id_))]
