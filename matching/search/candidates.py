"""Which stored notices an edit can touch, found without reading any of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from domain.profiles import Profile
from matching.search.changes import Change, find_change
from matching.search.crossing import Known, Question, find_crossing
from matching.search.index import Index, Mask
from matching.search.look import MOST_LINES, SLOW, Look
from matching.search.words import to_language_word

Step = tuple[Profile | None, Profile]
"""A version of a profile (None: there was none) and the next one."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The versions of a profile, each an edit of the one before; `known`: what was scored of it (None: nobody knows).

    Notices may have been matched by any of them.
    """

    versions: Sequence[Profile | None]
    known: Known | None = None

    def steps(self) -> Iterator[Step]:
        """Each by itself: a notice may have been matched between what one edit brought and the next took back."""
        for before, after in zip(self.versions, self.versions[1:], strict=False):
            if after:
                yield before, after


def find_candidates(index: Index, model: str, edits: Sequence[Edit]) -> list[int]:
    """The notices of which these edits may make something else, newest first; all that have their words are among them.

    `model` is the version that notices are scored with.
    """
    found = _touched(index, edits, index.languages())
    return index.to_numbers(reduce(np.logical_or, (_cross(index, model, edit, near=True) for edit in edits), found))


def stream_candidates(
    index: Index,
    model: str,
    edit: Edit,
    *,
    by_meaning: bool = True,
    find_known: Callable[[], Known | None] | None = None,
) -> Iterator[list[int]]:
    """The same of one edit in parts, without what only becomes near or was so: first notices with words of the edit in
    languages with stemmers, then those whose dictionaries load slowly, then (where asked for) those that it touches by
    what they mean alone. `find_known` gives what `edit` does not know, when that is needed: last."""
    languages = index.languages()
    slow = languages & SLOW
    late = index.has(map(to_language_word, slow)) if slow else index.nothing()
    told = _touched(index, [edit], languages - slow) & ~late
    yield index.to_numbers(told)
    if slow:
        others = _touched(index, [edit], languages) & late
        yield index.to_numbers(others)
        told |= others
    if by_meaning:
        whole = replace(edit, known=find_known()) if find_known else edit
        if (rest := _cross(index, model, whole, near=False) & ~told).any():
            yield index.to_numbers(rest)


def _cross(index: Index, model: str, edit: Edit, *, near: bool) -> Mask:
    *before, after = edit.versions
    if after is None or not before:
        return index.nothing()
    return find_crossing(index, model, Question(before, after, near), edit.known)


def _touched(index: Index, edits: Sequence[Edit], languages: Iterable[str]) -> Mask:
    look, found = Look(index, languages), index.nothing()
    for edit in edits:
        for step in edit.steps():
            found |= _touched_by_words(look, find_change(*step))
    return found


def _touched_by_words(look: Look, change: Change) -> Mask:
    lines, codes = change.wanted
    looked_for = len(change.lines) + len(change.codes) + len(change.minus)
    if looked_for + (len(lines) + len(codes) if change.minus else 0) > MOST_LINES:
        return look.index.everything()
    found = look.find_all(change.lines, change.codes)
    if change.minus:
        found |= look.find_all(change.minus) & look.find_all(lines, codes)
    return found
