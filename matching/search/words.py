"""The words that a notice can be found by: every one that any line of a list could ask for, as plain texts."""

from collections.abc import Iterable
from math import ceil

import numpy as np

from matching.codes import LONGEST
from matching.meaning.labels import find_divisions
from matching.reading import Reading
from matching.stems import Term
from matching.stream import Rank, Stream
from storage.search import Findable

WORDS_VERSION = "1"
"""Grows whenever a notice may get other words: tokens, folding, stems, dictionaries, languages."""

ASIDE, CODE, LANGUAGE = "@", "#", ":"
"""What words of buyers and documents, codes and languages begin with; a folded word has no such sign, nor has a form
but `=` of an acronym."""
LONGEST_WORD = 72  # letters; a longer word is found by its beginning
LEVEL = 127
"""What a chance of 1 is in the index. Both parts of a compound may mean the same: then a chance is more than 1."""


def to_words(reading: Reading) -> str:
    """All words of a notice, each once, between line ends: folded, all stems, acronyms, codes, languages."""
    found: set[str] = set()
    for stream in reading.streams:
        found.update(_forms(stream))
        if stream.terms:
            found.add(to_language_word(stream.language))
    for stream in reading.asides:
        found.update(to_aside(word) for word in _forms(stream))
    found.update(to_code_word(scheme, code) for scheme, code in _longest(reading.codes))
    return "\n".join(["", *sorted(found), ""])


def to_findable(reading: Reading) -> Findable:
    """All that a notice can be found by: its words, what they mean in English, and what the whole is about."""
    chances = np.zeros(len(find_divisions())) if reading.chances is None else reading.chances
    return Findable(to_words(reading), to_meanings(reading), chances.astype("<f2").tobytes())


def to_meanings(reading: Reading) -> str:
    """English forms of a notice's words, each once, with how surely it is meant: see `storage.search.Findable`."""
    best: dict[str, tuple[int, int]] = {}
    for gloss in reading.glosses:
        places = gloss.stream.places
        for form, nodes in gloss.nodes.items():
            title = max((chance for node, chance in nodes if places[node].rank is Rank.TITLE), default=0.0)
            levels, known = (to_level(title), to_level(max(chance for _, chance in nodes))), best.get(cut(form), (0, 0))
            best[cut(form)] = max(levels[0], known[0]), max(levels[1], known[1])
    lines = (f"{form} {title:02x}{text:02x}" for form, (title, text) in sorted(best.items()))
    return "\n".join(["", *lines, ""])


def to_level(chance: float) -> int:
    """A chance as it stands in the index: never less than it is, up to 2."""
    return min(255, ceil(chance * LEVEL))


def cut(word: str) -> str:
    """A word as it stands in the index."""
    return word[:LONGEST_WORD]


def to_aside(word: str) -> str:
    """The word of a buyer's name or a document's title."""
    return ASIDE + word


def to_language_word(language: str) -> str:
    """What a notice with a text in this language has."""
    return LANGUAGE + language


def to_code_word(scheme: str, code: str) -> str:
    """What a notice with this code has; for a prefix, the beginning of it."""
    return f"{CODE}{cut(scheme)}:{code[:LONGEST]}".replace("\n", " ")


def _forms(stream: Stream) -> Iterable[str]:
    terms: dict[int, Term] = {id(term): term for term, _ in stream.all_edges()}
    for term in terms.values():
        if term.folded:
            yield cut(term.folded)
        yield from map(cut, term.forms)


def _longest(codes: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """The codes themselves; a reading also has all their beginnings."""
    every = sorted(codes)
    for number, (scheme, code) in enumerate(every):
        after = every[number + 1] if number + 1 < len(every) else ("", "")
        if after[0] != scheme or not after[1].startswith(code):
            yield scheme, code
