"""The words of a profile's keywords, each by itself: what is left to say where no whole keyword is found."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from matching.meaning.function_words import is_function_word
from matching.meaning.gloss import Gloss
from matching.meaning.rarity import MOST, find_rarity
from matching.meaning.senses import SenseWord, find_places, to_sense_word
from matching.query.nodes import Node, Word, phrases
from matching.stream import Rank
from matching.words import fold


@dataclass(frozen=True, slots=True)
class FoundPart:
    """A word of a keyword at node `node` of a gloss's stream; `worth` is 0 to 1: how rare, how surely, and where."""

    gloss: Gloss
    node: int
    worth: float
    form: str
    line: int


class KeywordWords:
    """Each different word of the lines, with the lines that it stands in."""

    def __init__(self, nodes: Sequence[Node], language: str) -> None:
        self._lines: dict[Word, list[int]] = defaultdict(list)
        for number, node in enumerate(nodes):
            for phrase in phrases(node):
                for word in phrase.words:
                    self._lines[Word(word.raw, word.mode)].append(number)
        self.senses = {
            word: sense
            for word in self._lines
            if not is_function_word(fold(word.raw), language) and (sense := to_sense_word(word, language)) is not None
        }

    def find_best(self, glosses: Sequence[Gloss], found: Collection[int]) -> FoundPart | None:
        """The word that says most, of those that stand in none of the lines that are found already."""
        every = (
            part
            for word, sense in self.senses.items()
            if not any(line in found for line in self._lines[word])
            for part in self._find(word, sense, glosses)
        )
        return max(every, key=lambda part: (part.worth, -part.line, -part.node), default=None)

    def _find(self, word: Word, sense: SenseWord, glosses: Sequence[Gloss]) -> Iterator[FoundPart]:
        for gloss in glosses:
            for node, (chance, form) in find_places(sense, gloss).items():
                in_title = gloss.stream.places[node].rank is Rank.TITLE
                worth = rarity_of(sense) * chance * (2 if in_title else 1) / (2 * MOST)
                yield FoundPart(gloss, node, worth, form, self._lines[word][0])


@cache
def rarity_of(sense: SenseWord) -> float:
    """How rare a word of a list is: as its likeliest English form."""
    form = max(sense.meaning, key=lambda pair: pair[1])[0]
    return find_rarity(form, starts=sense.starts)
