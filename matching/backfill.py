"""Edited profiles held against the stored notices that the edits can touch; no other notice is read."""

from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection

from matching.search.candidates import find_candidates
from matching.shelf import Shelf
from storage.profiles import find_edited, find_epoch


@dataclass(slots=True)
class Backfill:
    """What is left to do for the profiles of a shelf, whose epoch is that of the edits; `numbers` newest first.

    It may be forgotten at any time: what was saved is not done again (its notices were matched at that epoch), and an
    edit is settled when nothing is left.
    """

    shelf: Shelf
    numbers: list[int]

    @property
    def heads(self) -> dict[str, int]:
        """The versions that all stored notices know in the end."""
        return {id_: version.version for id_, version in self.shelf.versions.items()}


def begin_backfill(c: Connection) -> Backfill | None:
    """All edits that stored notices do not know yet; None where there are none."""
    epoch = find_epoch(c)  # first: an edit that is saved meanwhile moves it, and nothing of this can be saved
    edited = find_edited(c)
    if not edited:
        return None
    # Each step by itself: a notice may have been matched between what one edit brought and the next took back.
    steps = [pair for versions in edited for pair in pairwise(versions)]
    edits = [(old.profile if old else None, new.profile) for old, new in steps if new]
    heads = [head for versions in edited if (head := versions[-1])]
    return Backfill(Shelf.of(heads, epoch), find_candidates(c, edits))
