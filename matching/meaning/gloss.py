"""A profile's words looked for by their meaning in texts of other languages, through English (lexicon.py).

"Lieferung von Einmalhandschuhen" has the keyword "gloves". Words of a phrase may stand in any order, a few words apart,
because languages order them otherwise ("street lighting", "éclairage public"); one compound may be several of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from matching.meaning.lexicon import Meaning, translate
from matching.phrases import Hit, PhraseWord
from matching.reading import Stream
from matching.stems import vocabulary

APART = 4  # words between two words of a phrase, at most
LEAST = 0.3  # chance, below which a word is not taken for another one

Nodes = Mapping[str, Sequence[tuple[int, float]]]
"""English form -> the places of words that may mean it, each with the chance that they do."""


@dataclass(frozen=True, slots=True)
class Sense:
    """A phrase by what it means: for each of its words the English forms, and whether it is a beginning."""

    words: tuple[tuple[Meaning, bool], ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Where a phrase is meant, and how surely: 0 to 1, for a phrase the mean of its words'."""

    hit: Hit
    chance: float


def to_sense(phrase: Sequence[PhraseWord], language: str) -> Sense | None:
    """What a phrase means; None where a word of it means nothing that is known."""
    words = []
    for word in phrase:
        meaning = translate(vocabulary(language).term(word.raw), language)
        if not meaning:
            return None
        words.append((meaning, word.star))
    return Sense(tuple(words)) if words else None


def gloss(stream: Stream) -> Nodes:
    """The stream's words by what they mean in English."""
    found: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for node, term in enumerate(stream.terms):
        if len(term.folded) > 2 and term.folded.isalpha():
            for form, chance in translate(term, stream.language):
                found[form].append((node, chance))
    return found


def find_sense(number: int, sense: Sense, stream: Stream, nodes: Nodes) -> Iterator[Likeness]:
    """Where phrase `number` is meant: for each place of its rarest word the nearest of the others."""
    places = [_places(meaning, starts, nodes) for meaning, starts in sense.words]
    if not all(places):
        return
    rarest = min(range(len(places)), key=lambda word: len(places[word]))
    for node in places[rarest]:
        taken = {rarest: node}
        for word, there in enumerate(places):
            if word != rarest and (near := _nearest(node, there, stream)) is not None:
                taken[word] = near
        if len(taken) == len(places):
            chance = prod(places[word][at] for word, at in taken.items()) ** (1 / len(taken))
            yield Likeness(_to_hit(number, sorted(taken.values()), stream), chance)


def _places(meaning: Meaning, starts: bool, nodes: Nodes) -> dict[int, float]:
    """The places of words that mean this, each with its chance."""
    found: dict[int, float] = {}
    for form, chance in meaning:
        forms = [other for other in nodes if other.startswith(form)] if starts else [form]
        for other in forms:
            for node, theirs in nodes.get(other, ()):
                if chance * theirs >= LEAST:
                    found[node] = max(found.get(node, 0.0), chance * theirs)
    return found


def _nearest(node: int, there: Mapping[int, float], stream: Stream) -> int | None:
    near = [
        other for other in there if abs(other - node) <= APART + 1 and stream.places[other] is stream.places[node]
    ]
    return min(near, key=lambda other: (abs(other - node), other)) if near else None


def _to_hit(number: int, taken: Sequence[int], stream: Stream) -> Hit:
    place = stream.places[taken[0]]
    return Hit(number, place, stream.spans[taken[0]][0], stream.spans[taken[-1]][1], taken[0])
