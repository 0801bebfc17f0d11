"""A notice made ready for matching: its texts as streams of terms by language. Done once, used for every profile."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from domain.notices import Notice
from matching.codes import prefixes
from matching.stems import Term, Vocabulary, to_language, vocabulary
from matching.words import find_words

MOST_TEXT = 200_000  # code points read of one text; a longer one is a document, not a description
MOST_IN_ALL = 2_000_000  # code points read of one notice, titles first
LONGEST_CHAIN = 4  # words joined by hyphens that are also read as one ("re-agent", "multi-purpose-vehicle")


class Rank(IntEnum):
    """How much a place in the notice says about what is bought; the smaller the more."""

    TITLE = 0
    LOT_TITLE = 1
    TEXT = 2


@dataclass(frozen=True, slots=True)
class Place:
    """A text of the notice: `field` is its path (`lots[2].title.fr`)."""

    field: str
    rank: Rank
    text: str


@dataclass(slots=True)
class Stream:
    """All texts of one language, one after the other. Node i is the word terms[i]; an edge leads to a later node.

    `joins` are the further edges that hyphens make. `nodes` finds the nodes from which a form starts.
    """

    language: str
    terms: list[Term] = field(default_factory=list, repr=False)
    spans: list[tuple[int, int]] = field(default_factory=list, repr=False)
    places: list[Place] = field(default_factory=list, repr=False)  # a repr would print the text once for each word
    joins: dict[int, list[tuple[Term, int]]] = field(default_factory=dict, repr=False)
    nodes: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list), repr=False)
    sorted: list[tuple[str, int]] = field(default_factory=list, repr=False)

    def edges(self, node: int) -> Iterator[tuple[Term, int]]:
        """The terms that start at a node, each with the node after it."""
        if node < len(self.terms):
            yield self.terms[node], node + 1
            yield from self.joins.get(node, ())

    def starting(self, prefix: str) -> list[int]:
        """The nodes from which a folded word with this prefix starts."""
        if not self.sorted:
            pairs = [(term.folded, node) for node, term in enumerate(self.terms)]
            self.sorted = sorted(pairs + [(term.folded, node) for node in self.joins for term, _ in self.joins[node]])
        found, place = [], bisect_left(self.sorted, (prefix,))
        while place < len(self.sorted) and self.sorted[place][0].startswith(prefix):
            found.append(self.sorted[place][1])
            place += 1
        return found

    def add(self, place: Place, words: Vocabulary, most: int = MOST_TEXT) -> None:
        """Appends the first `most` code points of a text."""
        self.sorted = []
        node = chain = len(self.terms)
        text, remembered, nodes = place.text, words.terms, self.nodes
        for start, end, joined in find_words(text[:most]):
            raw = text[start:end]
            term = remembered.get(raw) or words.term(raw)
            self.terms.append(term)
            self.spans.append((start, end))
            for form in term.forms:
                nodes[form].append(node)
            node += 1
            if joined:
                self.places += [place] * (node - len(self.places))
                self._join(max(chain, node - LONGEST_CHAIN), node - 1, words)
            else:
                chain = node - 1
        self.places += [place] * (node - len(self.places))

    def _join(self, first: int, last: int, words: Vocabulary) -> None:
        """The edges that end behind `last`, from each node of its chain: "x-ray" is also "xray"."""
        for node in range(first, last):
            text = self.places[node].text
            parts = (text[start:end] for start, end in self.spans[node : last + 1])
            term = words.term("".join(parts))
            self.joins.setdefault(node, []).append((term, last + 1))
            for form in term.forms:
                self.nodes[form].append(node)


@dataclass(frozen=True, slots=True)
class Reading:
    """A notice with its streams, the first place of each (scheme, prefix) of its codes, and texts cut for length."""

    notice: Notice
    streams: tuple[Stream, ...]
    codes: dict[tuple[str, str], Place]
    cut: tuple[Place, ...] = ()


def read_notice(notice: Notice) -> Reading:
    """The notice's texts by language; `und` is read as the notice's own language where that is known."""
    streams: dict[str, Stream] = {}
    cut, left = [], MOST_IN_ALL
    for printed, place in _places(notice):
        language = to_language(printed)
        if language == "und":
            language = to_language(notice.language)
        stream = streams.get(language) or streams.setdefault(language, Stream(language))
        most = min(MOST_TEXT, left)
        stream.add(place, vocabulary(language), most)
        left -= min(len(place.text), most)
        if len(place.text) > most:
            cut.append(place)
    return Reading(notice, tuple(streams.values()), _codes(notice), tuple(cut))


def _places(notice: Notice) -> Iterator[tuple[str, Place]]:
    for language, text in notice.title.items():
        yield language, Place(f"title.{language}", Rank.TITLE, text)
    for language, text in notice.description.items():
        yield language, Place(f"description.{language}", Rank.TEXT, text)
    for number, lot in enumerate(notice.lots):
        for language, text in lot.title.items():
            yield language, Place(f"lots[{number}].title.{language}", Rank.LOT_TITLE, text)
        for language, text in lot.description.items():
            yield language, Place(f"lots[{number}].description.{language}", Rank.TEXT, text)


def _codes(notice: Notice) -> dict[tuple[str, str], Place]:
    found: dict[tuple[str, str], Place] = {}
    lists = [("codes", notice.codes), *((f"lots[{n}].codes", lot.codes) for n, lot in enumerate(notice.lots))]
    for path, codes in lists:
        for number, code in enumerate(codes):
            place = Place(f"{path}[{number}]", Rank.TEXT, code.id)
            for prefix in prefixes(code.scheme, code.id):
                found.setdefault(prefix, place)
    return found
