"""The texts of one language as one row of terms, with the edges that hyphens add, and where each word is found."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import groupby

from matching.compounds import find_parts
from matching.stems import Term, Vocabulary, vocabulary
from matching.words import find_words

MOST_TEXT = 200_000  # code points read of one text; a longer one is a document, not a description
LONGEST_CHAIN = 4  # words joined by hyphens that are also read as one ("re-agent", "multi-purpose-vehicle")


class Rank(IntEnum):
    """How much a place in the notice says about what is bought; the smaller the more. From BUYER on only by field."""

    TITLE = 0
    LOT_TITLE = 1
    TEXT = 2
    BUYER = 3
    DOCUMENT = 4
    CODE = 5


@dataclass(frozen=True, slots=True)
class Place:
    """A text of the notice: `field` is its path (`lots[2].title.fr`), `language` the one that it is read in."""

    field: str
    rank: Rank
    text: str
    language: str = "und"


@dataclass(slots=True)
class Stream:
    """All texts of one language, one after the other. Node i is the word terms[i]; an edge leads to a later node.

    `joins` are the further edges that hyphens make, `breaks` the nodes at which a text begins.
    """

    language: str
    terms: list[Term] = field(default_factory=list, repr=False)
    spans: list[tuple[int, int]] = field(default_factory=list, repr=False)
    places: list[Place] = field(default_factory=list, repr=False)  # a repr would print the text once for each word
    breaks: list[int] = field(default_factory=list, repr=False)
    joins: dict[int, list[tuple[Term, int]]] = field(default_factory=dict, repr=False)
    _nodes: dict[str, list[int]] | None = field(default=None, repr=False)
    _parts: dict[str, list[int]] | None = field(default=None, repr=False)
    _sorted: list[tuple[str, int]] | None = field(default=None, repr=False)

    @property
    def vocabulary(self) -> Vocabulary:
        """The words of its language."""
        return vocabulary(self.language)

    def edges(self, node: int) -> Iterator[tuple[Term, int]]:
        """The terms that start at a node, each with the node after it."""
        if node < len(self.terms):
            yield self.terms[node], node + 1
            yield from self.joins.get(node, ())

    def all_edges(self) -> Iterator[tuple[Term, int]]:
        """Every term with the node from which it starts."""
        for node, term in enumerate(self.terms):
            yield term, node
        for node, edges in self.joins.items():
            for term, _ in edges:
                yield term, node

    @property
    def nodes(self) -> dict[str, list[int]]:
        """The nodes from which a form starts."""
        if self._nodes is None:
            self._nodes = defaultdict(list)
            for term, node in self.all_edges():
                for form in term.forms:
                    self._nodes[form].append(node)
        return self._nodes

    @property
    def parts(self) -> dict[str, list[int]]:
        """The nodes from which a compound with this part starts; nothing where the language writes none."""
        if self._parts is None:
            self._parts = defaultdict(list)
            for term, node in self.all_edges() if self.vocabulary.compounds else ():
                for part in find_parts(term.folded, term.forms):
                    self._parts[part].append(node)
        return self._parts

    @property
    def sorted(self) -> list[tuple[str, int]]:
        """The folded words in order, each with the node from which it starts."""
        if self._sorted is None:
            self._sorted = sorted((term.folded, node) for term, node in self.all_edges())
        return self._sorted

    def starting(self, prefix: str) -> list[int]:
        """The nodes from which a folded word with this prefix starts."""
        found, words, place = [], self.sorted, bisect_left(self.sorted, (prefix,))
        while place < len(words) and words[place][0].startswith(prefix):
            found.append(words[place][1])
            place += 1
        return found

    def words(self) -> Iterator[tuple[str, list[int]]]:
        """Each folded word with the nodes from which it starts."""
        for word, pairs in groupby(self.sorted, key=lambda pair: pair[0]):
            yield word, [node for _, node in pairs]

    def add(self, place: Place, words: Vocabulary, most: int = MOST_TEXT) -> None:
        """Appends the first `most` code points of a text."""
        self._nodes = self._parts = self._sorted = None
        node = chain = first = len(self.terms)
        self.breaks.append(first)
        text, remembered, terms, spans = place.text, words.terms, self.terms, self.spans
        for start, end, joined in find_words(text[:most]):
            raw = text[start:end]
            terms.append(remembered.get(raw) or words.term(raw))
            spans.append((start, end))
            if joined:
                self._join(text, max(chain, node + 1 - LONGEST_CHAIN), node, words)
            else:
                chain = node
            node += 1
        self.places += [place] * (node - first)

    def _join(self, text: str, first: int, last: int, words: Vocabulary) -> None:
        """The edges that end behind `last`, from each node of its chain: "x-ray" is also "xray"."""
        for node in range(first, last):
            parts = (text[start:end] for start, end in self.spans[node : last + 1])
            self.joins.setdefault(node, []).append((words.term("".join(parts)), last + 1))
