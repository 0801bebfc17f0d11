"""Edited profiles held against the stored notices that the edits can touch; no other notice is read."""

from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine

from matching.search.candidates import Edit, find_candidates
from matching.search.chances import NOTHING_KNOWN, KnownChances, find_known_chances
from matching.search.index import Index
from matching.search.known import find_known
from matching.shelf import Shelf
from storage.assessed import find_scored
from storage.engine import writing
from storage.profiles import end_scoring, find_edited, find_epoch, find_unscored, settle_profiles


@dataclass(slots=True)
class Backfill:
    """What is left to do for the profiles of a shelf, whose epoch is that of the edits; `numbers` newest first.

    It may be forgotten at any time: what was saved is not done again (its notices were matched at that epoch), and an
    edit is settled when nothing is left. `rescoring`: the edits are settled, and what is left only gets another score.
    `outdated` notices are found by words or meanings of another release or model; `chances` are those of the others,
    good for as long as a notice was not matched again since.
    """

    shelf: Shelf
    numbers: list[int]
    rescoring: bool = False
    outdated: frozenset[int] = field(default_factory=frozenset)
    chances: KnownChances = field(default=NOTHING_KNOWN, repr=False)

    @property
    def before(self) -> int:
        """Notices that were matched before this epoch are to be asked."""
        return self.shelf.epoch + self.rescoring

    def end(self, engine: Engine) -> None:
        """Nothing is left. Raises EpochMoved where profiles were saved meanwhile."""
        heads = {id_: version.version for id_, version in self.shelf.versions.items()}
        with writing(engine) as c:
            (end_scoring if self.rescoring else settle_profiles)(c, self.shelf.epoch, heads)


def begin_backfill(c: Connection, model: str) -> Backfill | None:
    """All edits that stored notices do not know yet; None where there are none. `model`: they are scored with it."""
    epoch = find_epoch(c)  # first: an edit that is saved meanwhile moves it, and nothing of this can be saved
    edited = find_edited(c)
    if not edited:
        return None
    heads = [head for versions in edited if (head := versions[-1])]
    edits = [
        Edit([each.profile if each else None for each in versions], find_known(c, head.profile.id))
        for versions, head in zip(edited, heads, strict=True)
    ]
    index = Index(c)
    outdated = index.to_numbers(index.find_unread() | index.find_unmeant(model))
    numbers = find_candidates(index, model, edits)
    chances = find_known_chances(index, numbers, model)
    return Backfill(Shelf.of(heads, epoch), numbers, outdated=frozenset(outdated), chances=chances)


def begin_rescoring(c: Connection) -> Backfill | None:
    """What settled edits only gave another score, newest first; None where all scores are by the newest versions."""
    epoch, heads = find_epoch(c), find_unscored(c)
    if not heads:
        return None
    numbers: set[int] = set()
    for head in heads:
        scored = find_scored(c, head.profile.id)
        numbers.update(scored.notices[scored.versions < head.version].tolist())
    return Backfill(Shelf.of(heads, epoch), sorted(numbers, reverse=True), rescoring=True)
