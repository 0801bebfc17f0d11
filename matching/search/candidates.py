"""Which stored notices an edit can touch, found without reading any of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce

import numpy as np
from sqlalchemy import Connection

from domain.profiles import Profile
from matching.query.nodes import Node
from matching.search.changes import Change, find_change
from matching.search.index import Index, Mask, code_start
from matching.search.look import SLOW, Look
from matching.search.words import to_language_word

MOST_LINES = 3_000  # that are looked for one by one; an edit of more is held against all notices

Edit = tuple[Profile | None, Profile]
"""A version of a profile (None: there was none) and the next one."""

Further = Callable[[Index, Edit], Mask]
"""Another way in which an edit can touch a notice than by words and codes, such as by meaning."""

FURTHER: tuple[Further, ...] = ()


def find_candidates(c: Connection, edits: Sequence[Edit]) -> list[int]:
    """The notices that these edits can touch all together, newest first: more than those whose score they change."""
    index = Index(c)
    return index.to_numbers(_touched(index, edits, index.languages()))


def stream_candidates(index: Index, edits: Sequence[Edit]) -> Iterator[list[int]]:
    """The same in two parts: first notices in languages with stemmers, then those whose dictionaries load slowly."""
    languages = index.languages()
    slow = languages & SLOW
    late = index.has(map(to_language_word, slow)) if slow else index.nothing()
    yield index.to_numbers(_touched(index, edits, languages - slow) & ~late)
    if slow:
        yield index.to_numbers(_touched(index, edits, languages) & late)


def _touched(index: Index, edits: Sequence[Edit], languages: Iterable[str]) -> Mask:
    look, found = Look(index, languages), index.nothing()
    for edit in edits:
        found |= _touched_by_words(look, find_change(*edit))
        for further in FURTHER:
            found |= further(index, edit)
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
