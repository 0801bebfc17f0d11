"""A text by what its words mean in English, so that phrases are found there whatever language they are written in."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matching.meaning.function_words import is_function_word
from matching.meaning.lexicon import Meaning, translate
from matching.stems import Term
from matching.stream import Stream

SHORTEST = 3  # letters of a word that is translated


@dataclass(slots=True)
class Gloss:
    """`nodes`: English form -> the places of words that may mean it, each with the chance that they do (0 to 1)."""

    stream: Stream
    nodes: Mapping[str, Sequence[tuple[int, float]]] = field(repr=False)
    _sorted: list[str] | None = field(default=None, repr=False)

    def starting(self, prefix: str) -> list[str]:
        """The forms that begin so."""
        if self._sorted is None:
            self._sorted = sorted(self.nodes)
        found, place = [], bisect_left(self._sorted, prefix)
        while place < len(self._sorted) and self._sorted[place].startswith(prefix):
            found.append(self._sorted[place])
            place += 1
        return found


def gloss(stream: Stream) -> Gloss:
    """The stream's words by what they mean; empty in a language without labels."""
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    known = _meanings[stream.language]
    if len(known) > MOST_REMEMBERED:
        known.clear()
    for node, term in enumerate(stream.terms):
        meaning = known.get(term)
        if meaning is None:
            meaning = known[term] = _to_meaning(term, stream.language)
        for form, chance in meaning:
            found[form].append((node, chance))
    return Gloss(stream, found)


_meanings: dict[str, dict[Term, Meaning]] = defaultdict(dict)
MOST_REMEMBERED = 100_000  # words of one language


def _to_meaning(term: Term, language: str) -> Meaning:
    word = term.folded
    if len(word) < SHORTEST or not word.isalpha() or is_function_word(word, language):
        return ()
    return translate(term, language)
