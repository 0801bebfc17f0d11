"""Which stored notices an edit can touch, found without reading any of them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce

import numpy as np
from sqlalchemy import Connection

from domain.profiles import Profile
from matching.prepare import prepare
from matching.query.nodes import Node
from matching.search.changes import Change, find_change
from matching.search.index import Index, Mask, code_start
from matching.search.look import SLOW, Look
from matching.search.words import to_language_word

MOST_LINES = 3_000  # that are looked for one by one; an edit of more is held against all notices

Edit = tuple[Profile | None, Profile]
"""A version of a profile (None: there was none) and the next one."""


def find_candidates(c: Connection, edits: Sequence[Edit]) -> list[int]:
    """The notices that these edits can touch all together, newest first: more than those whose score they change."""
    index = Index(c)
    by_meaning = _touched_by_meaning(index, edits)
    return index.to_numbers(by_meaning | _touched(index, edits, index.languages()))


def stream_candidates(index: Index, edits: Sequence[Edit], *, by_meaning: bool = True) -> Iterator[list[int]]:
    """The same in parts: first notices with words of the edit in languages with stemmers, then those whose dictionaries
    load slowly, then (where asked for) those that it can touch by what they mean alone."""
    languages = index.languages()
    slow = languages & SLOW
    late = index.has(map(to_language_word, slow)) if slow else index.nothing()
    told = _touched(index, edits, languages - slow) & ~late
    yield index.to_numbers(told)
    if slow:
        others = _touched(index, edits, languages) & late
        yield index.to_numbers(others)
        told |= others
    if by_meaning and (rest := _touched_by_meaning(index, edits) & ~told).any():
        yield index.to_numbers(rest)


def _touched_by_meaning(index: Index, edits: Sequence[Edit]) -> Mask:
    """Notices of which the edit may change the score though none of its words is in them.

    What a profile sells moves with each of its words, and a notice in any words may be near to it: nobody can tell
    which without asking each. A minus-word alone is looked for as it is written.
    """
    found = index.nothing()
    for edit in edits:
        change = find_change(*edit)
        if not any(has_meaning(profile) for profile in edit if profile):
            continue
        if change.lines or change.codes:
            return index.everything()
        found |= _find(Look(index, index.languages()), change.minus, ())
    return found


def has_meaning(profile: Profile) -> bool:
    """Whether notices can be near to it without any of its words."""
    ready = prepare(profile)
    return ready.shares is not None or any(True for _ in ready.senses.each())


def _touched(index: Index, edits: Sequence[Edit], languages: Iterable[str]) -> Mask:
    look, found = Look(index, languages), index.nothing()
    for edit in edits:
        found |= _touched_by_words(look, find_change(*edit))
    return found


def _touched_by_words(look: Look, change: Change) -> Mask:
    lines, codes = change.wanted
    looked_for = len(change.lines) + len(change.codes) + len(change.minus)
    if looked_for + (len(lines) + len(codes) if change.minus else 0) > MOST_LINES:
        return look.index.everything()
    found = _find(look, change.lines, change.codes)
    if change.minus:
        found |= _find(look, change.minus, ()) & _find(look, lines, codes)
    return found


def find_wanted(look: Look, lines: Sequence[Node], codes: Sequence[tuple[str, str]]) -> Mask:
    """Entries that may have one of these lines or codes; all of them where there are very many."""
    if len(lines) + len(codes) > MOST_LINES:
        return look.index.everything()
    return _find(look, lines, codes)


def _find(look: Look, lines: Sequence[Node], codes: Sequence[tuple[str, str]]) -> Mask:
    masks = (*map(look.find, lines), *(look.index.starts(code_start(*code)) for code in codes))
    return reduce(np.logical_or, masks, look.index.nothing())
