"""A list's phrases looked for by their meaning, in texts of any language that has labels, through English.

"Lieferung von Einmalhandschuhen" has the keyword "gloves". Words of a phrase may stand in any order, a few words apart,
because languages order them otherwise ("street lighting", "éclairage public"); one compound may be several of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from matching.meaning.function_words import is_function_word
from matching.meaning.gloss import Gloss
from matching.meaning.labels import ENGLISH, english_word
from matching.meaning.lexicon import Meaning, translate
from matching.phrases import Hit
from matching.query.nodes import Mode, Word
from matching.stems import vocabulary
from matching.stream import Stream
from matching.words import fold

APART = 4  # words between two words of a phrase, at most
LEAST = 0.3  # chance, below which a word is not taken for another one
MOST_WORDS = 6  # of a phrase that is translated; a longer one is never said with the same words elsewhere


@dataclass(frozen=True, slots=True)
class SenseWord:
    """A word of a list: the English forms that it means, and whether these are beginnings (architect*)."""

    meaning: Meaning
    starts: bool

    def forms(self, gloss: Gloss) -> Iterator[tuple[str, float]]:
        """Its forms that stand in a gloss, each with its chance."""
        for form, chance in self.meaning:
            for other in gloss.starting(form) if self.starts else (form,):
                if other in gloss.nodes:
                    yield other, chance


@dataclass(frozen=True, slots=True)
class Likeness:
    """Where a phrase is meant, how surely (0 to 1, the mean of its words'), and by which (printed, English) words."""

    hit: Hit
    chance: float
    pairs: tuple[tuple[str, str], ...]


def to_sense(phrase: Sequence[Word], language: str) -> tuple[SenseWord, ...]:
    """What a phrase means; empty where a word of it means nothing that is known, or is looked for as it is written.

    Acronyms, `=exact` words and `~fuzzy` ones are not translated: who writes these signs means the letters.
    """
    words = []
    for word in phrase:
        if len(phrase) > 1 and word.mode is not Mode.WRITTEN and is_function_word(fold(word.raw), language):
            continue
        found = to_sense_word(word, language)
        if found is None:
            return ()
        words.append(found)
    return tuple(words) if len(words) <= MOST_WORDS else ()


def to_sense_word(word: Word, language: str) -> SenseWord | None:
    """What a word of a list means; None where that is not known, or it is looked for as it is written."""
    if word.mode not in (Mode.FORMS, Mode.START):
        return None
    meaning = translate(vocabulary(language).term(word.raw), language)
    return SenseWord(meaning, word.mode is Mode.START) if meaning else None


class Senses:
    """Phrases by number, made ready to be looked for by meaning; those that mean nothing known are never found."""

    def __init__(self, phrases: Mapping[tuple[Word, ...], int], language: str) -> None:
        self._senses: dict[int, tuple[SenseWord, ...]] = {}
        self._forms: dict[str, list[int]] = defaultdict(list)
        self._starts: dict[str, list[int]] = defaultdict(list)
        for phrase, number in phrases.items():
            if sense := to_sense(phrase, language):
                self._senses[number] = sense
                anchor = find_anchor(sense)
                for form, _ in anchor.meaning:
                    (self._starts if anchor.starts else self._forms)[form].append(number)

    def each(self) -> Iterator[tuple[int, tuple[SenseWord, ...]]]:
        """The phrases that mean something known, by their numbers, and what they mean."""
        yield from self._senses.items()

    def find(self, gloss: Gloss) -> Iterator[Likeness]:
        """Every place where one of the phrases is meant; `hit.phrase` is its number."""
        found = {number for form in self._forms.keys() & gloss.nodes.keys() for number in self._forms[form]}
        found.update(number for start, each in self._starts.items() if gloss.starting(start) for number in each)
        for number in sorted(found):
            yield from find_sense(number, self._senses[number], gloss)


def find_anchor(sense: Sequence[SenseWord]) -> SenseWord:
    """The word by which a phrase is looked up: the one with the longest form, as long words are rare."""
    return max(sense, key=lambda word: max(len(form) for form, _ in word.meaning))


def find_sense(number: int, sense: Sequence[SenseWord], gloss: Gloss) -> Iterator[Likeness]:
    """Where phrase `number` is meant: for each place of its rarest word the nearest of the others."""
    places = [find_places(word, gloss) for word in sense]
    if not all(places):
        return
    rarest = min(range(len(places)), key=lambda word: len(places[word]))
    for node in places[rarest]:
        taken = {rarest: node}
        for word, there in enumerate(places):
            if word != rarest and (near := _nearest(node, there, gloss.stream)) is not None:
                taken[word] = near
        if len(taken) == len(places):
            yield _to_likeness(number, [(at, *places[word][at]) for word, at in sorted(taken.items())], gloss.stream)


def find_places(word: SenseWord, gloss: Gloss) -> dict[int, tuple[float, str]]:
    """The places of words that mean this, each with its chance and the English form that says so."""
    found: dict[int, tuple[float, str]] = {}
    for form, chance in word.forms(gloss):
        for node, theirs in gloss.nodes[form]:
            if chance * theirs >= LEAST:
                found[node] = max(found.get(node, (0.0, "")), (chance * theirs, form))
    return found


def _nearest(node: int, there: Mapping[int, object], stream: Stream) -> int | None:
    near = [other for other in there if abs(other - node) <= APART + 1 and stream.places[other] is stream.places[node]]
    return min(near, key=lambda other: (abs(other - node), other)) if near else None


def _to_likeness(number: int, taken: Sequence[tuple[int, float, str]], stream: Stream) -> Likeness:
    nodes = sorted(node for node, _, _ in taken)
    place, start, end = stream.places[nodes[0]], stream.spans[nodes[0]][0], stream.spans[nodes[-1]][1]
    english = stream.language == ENGLISH
    pairs = () if english else tuple((to_printed(stream, node), english_word(form)) for node, _, form in taken)
    chance = prod(chance for _, chance, _ in taken) ** (1 / len(taken))
    return Likeness(Hit(number, place, start, end, nodes[0], nodes[-1] + 1), chance, pairs)


def to_printed(stream: Stream, node: int) -> str:
    """A word as it is printed."""
    start, end = stream.spans[node]
    return stream.places[node].text[start:end]
