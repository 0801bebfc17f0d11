"""A word of any language as English words: those that stand beside it in the CPV's labels."""

from collections import defaultdict
from functools import cache

from matching.meaning.labels import ENGLISH, Labels, find_labels
from matching.stems import Term

Meaning = tuple[tuple[str, float], ...]
"""English forms with how likely each is meant, 0 to 1."""

SHORTEST_COMPOUND, SHORTEST_FIRST, SHORTEST_LAST = 8, 4, 3
LINKS = ("s", "es", "n", "en", "e")
"""Letters that join the parts of a compound in German, Dutch and the Nordic languages."""
OF_PART, OF_LIKE = 0.7, 0.8
HEAD, LONGER, SHARED = 5, 4, 0.75
"""A word is read as a known one that begins with the same 5 letters, is 4 longer or shorter at most, and shares three
quarters of its letters from the first on."""


def translate(term: Term, language: str) -> Meaning:
    """The English forms of a word; a word of English is itself. Empty where nothing is known of it.

    An unknown word is taken apart (a compound of two known words, else one that ends in a known word), else it
    is read as the known word with which it shares most letters from the first on.
    """
    labels = find_labels(language)
    if labels is None:
        return ()
    if labels.language == ENGLISH:
        return ((term.forms[0], 1.0),) if term.forms else ()
    for form in term.forms:
        if found := labels.words.get(form):
            return found
    return _guess(term.forms[0], labels.language) if term.forms else ()


@cache
def _guess(form: str, language: str) -> Meaning:
    labels = find_labels(language)
    assert labels is not None
    return _of_compound(form, labels) or _of_last_part(form, labels) or _of_like(form, labels)


def _of_compound(form: str, labels: Labels) -> Meaning:
    """Both parts known, cut where the shorter one is longest."""
    if len(form) < SHORTEST_COMPOUND:
        return ()
    best: tuple[int, str, str] = (0, "", "")
    for cut in range(SHORTEST_FIRST, len(form) - SHORTEST_LAST + 1):
        last = form[cut:]
        if last not in labels.words:
            continue
        for first in _without_link(form[:cut]):
            if first in labels.words:
                best = max(best, (min(len(first), len(last)), first, last))
    if not best[0]:
        return ()
    found: dict[str, float] = defaultdict(float)
    for part in best[1:]:
        for other, chance in labels.words[part]:
            found[other] += chance
    return tuple(found.items())


def _without_link(part: str) -> list[str]:
    return [part, *(part.removesuffix(link) for link in LINKS if part.endswith(link))]


def _of_last_part(form: str, labels: Labels) -> Meaning:
    """The last part says what it is: a Kunststoffrohr is a pipe."""
    if len(form) < SHORTEST_COMPOUND:
        return ()
    for cut in range(SHORTEST_FIRST - 1, len(form) - SHORTEST_FIRST):
        if found := labels.words.get(form[cut:]):
            return tuple((other, chance * OF_PART) for other, chance in found)
    return ()


def _of_like(form: str, labels: Labels) -> Meaning:
    near = _by_head(labels.language).get(form[:HEAD], ())
    least = max(HEAD, SHARED * len(form))
    alike = [word for word in near if abs(len(word) - len(form)) <= LONGER and _shared(word, form) >= least]
    if not alike:
        return ()
    best = max(alike, key=lambda word: (_shared(word, form), word))
    return tuple((other, chance * OF_LIKE) for other, chance in labels.words[best])


def _shared(one: str, other: str) -> int:
    """How many letters both begin with."""
    ends = (n for n, (left, right) in enumerate(zip(one, other, strict=False)) if left != right)
    return next(ends, min(len(one), len(other)))


@cache
def _by_head(language: str) -> dict[str, list[str]]:
    labels = find_labels(language)
    found: dict[str, list[str]] = defaultdict(list)
    for word in labels.words if labels else ():
        if len(word) >= HEAD:
            found[word[:HEAD]].append(word)
    return found
