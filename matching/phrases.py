"""Phrases of keyword lists and catalogues, compiled for one language and found in the stream of a notice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from matching.reading import Place, Stream
from matching.stems import Term, Vocabulary, as_written, is_short_acronym, vocabulary
from matching.words import find_words, fold

MOST_WORDS = 12  # of one phrase
GOES_ON, COMES_FROM = re.compile(r"[-‐‑./_]\w"), re.compile(r"\w[-‐‑./_]")
SHORTEST_START = 2  # letters before a `*`


@dataclass(frozen=True, slots=True)
class PhraseWord:
    """A word of a phrase as written; `star`: any ending; `joined`: only a hyphen parts it from the one before."""

    raw: str
    star: bool
    joined: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """What a word of the text must be at one place of a pattern: of one of these forms, or begin with `prefix`."""

    forms: frozenset[str] = frozenset()
    prefix: str | None = None

    def takes(self, term: Term) -> bool:
        """The term fits."""
        if self.prefix is not None:
            return term.folded.startswith(self.prefix)
        return not self.forms.isdisjoint(term.forms)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of writing phrase number `phrase`; `exact` is its whole folded text where stems are not enough (sku)."""

    phrase: int
    slots: tuple[Slot, ...]
    exact: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Phrase number `phrase` stands in `place.text[start:end]`; `node` orders hits within their stream."""

    phrase: int
    place: Place
    start: int
    end: int
    node: int

    @property
    def text(self) -> str:
        """The words as they are printed."""
        return self.place.text[self.start : self.end]

    def overlaps(self, other: "Hit") -> bool:
        """Both stand on the same words."""
        return self.place.field == other.place.field and self.start < other.end and other.start < self.end


@dataclass(slots=True)
class PhraseIndex:
    """Patterns by their first word: by its forms, or by its prefix."""

    forms: dict[str, list[Pattern]] = field(default_factory=lambda: defaultdict(list))
    prefixes: dict[str, list[Pattern]] = field(default_factory=lambda: defaultdict(list))

    def add(self, pattern: Pattern) -> None:
        """Makes the pattern findable."""
        first = pattern.slots[0]
        if first.prefix is not None:
            self.prefixes[first.prefix].append(pattern)
        for form in first.forms:
            self.forms[form].append(pattern)

    def find(self, stream: Stream) -> Iterator[Hit]:
        """Every hit, in no particular order; one that two forms or spellings give may come twice."""
        for form in self.forms.keys() & stream.nodes.keys():
            yield from _find_at(self.forms[form], stream.nodes[form], stream)
        for prefix, patterns in self.prefixes.items():
            if nodes := stream.starting(prefix):
                yield from _find_at(patterns, nodes, stream)


def _find_at(patterns: Sequence[Pattern], nodes: Sequence[int], stream: Stream) -> Iterator[Hit]:
    for pattern in patterns:
        for node in nodes:
            for end in _ends(pattern.slots, node, stream):
                hit = _hit(pattern, node, end, stream)
                if hit and (pattern.exact is None or _is_exactly(hit, pattern.exact)):
                    yield hit


def _ends(slots: tuple[Slot, ...], node: int, stream: Stream) -> set[int]:
    """The nodes behind the phrase when it starts at `node`."""
    nodes = {node}
    for slot in slots:
        nodes = {after for each in nodes for term, after in stream.edges(each) if slot.takes(term)}
        if not nodes:
            break
    return nodes


def _hit(pattern: Pattern, node: int, end: int, stream: Stream) -> Hit | None:
    """The hit, or None where it would begin in one text and end in the next."""
    place = stream.places[node]
    if stream.places[end - 1] is not place:
        return None
    return Hit(pattern.phrase, place, stream.spans[node][0], stream.spans[end - 1][1], node)


def read_phrase(text: str) -> tuple[PhraseWord, ...]:
    """The words of a phrase as marketing wrote it. ValueError says what is wrong with it and how to mend it."""
    spans = list(find_words(text))
    words = tuple(PhraseWord(text[start:end], text[end : end + 1] == "*", joined) for start, end, joined in spans)
    if not words or not all(fold(word.raw) for word in words):
        raise ValueError("it has no letters or digits; write the words to look for")
    if len(words) > MOST_WORDS:
        raise ValueError(f"it has {len(words)} words; write at most {MOST_WORDS}, notices rarely repeat more")
    if text.count("*") != sum(word.star for word in words) or re.search(r"\*\w", text):
        raise ValueError("a * may only stand at the end of a word, as in pump*")
    if any(word.star and len(fold(word.raw)) < SHORTEST_START for word in words):
        raise ValueError(f"write at least {SHORTEST_START} letters before a *, or it would match nearly every word")
    return words


def compile_phrases(phrases: Iterable[Sequence[PhraseWord]], language: str) -> PhraseIndex:
    """Keywords or item names, stemmed by `language`; a phrase's number is its place in the sequence."""
    words, index = vocabulary(language), PhraseIndex()
    for number, phrase in enumerate(phrases):
        for spelling in _spellings(phrase):
            index.add(Pattern(number, _slots(spelling, words)))
    return index


def compile_exact(phrases: Iterable[Sequence[PhraseWord]], language: str) -> PhraseIndex:
    """Part numbers: the same letters and digits in order, whatever punctuation stands between them."""
    words, index = vocabulary(language), PhraseIndex()
    for number, phrase in enumerate(phrases):
        solid = _solid("".join(word.raw for word in phrase))
        for spelling in _spellings(phrase):
            index.add(Pattern(number, _slots(spelling, words), solid))
    return index


def _is_exactly(hit: Hit, solid: str) -> bool:
    """The hit is the whole number: AX-200 does not stand in AX-200-B."""
    before, after = hit.place.text[max(hit.start - 2, 0) : hit.start], hit.place.text[hit.end : hit.end + 2]
    return _solid(hit.text) == solid and not GOES_ON.match(after) and not COMES_FROM.match(before)


def _solid(text: str) -> str:
    """Only the folded letters and digits."""
    return "".join(fold(text[start:end]) for start, end, _ in find_words(text))


def _spellings(phrase: Sequence[PhraseWord]) -> list[Sequence[PhraseWord]]:
    """As written, and with hyphenated words closed up: "x-ray" is also "xray"."""
    closed: list[PhraseWord] = []
    for word in phrase:
        if word.joined and closed and not closed[-1].star:
            closed[-1] = PhraseWord(closed[-1].raw + word.raw, word.star, closed[-1].joined)
        else:
            closed.append(word)
    return [phrase] if len(closed) == len(phrase) else [phrase, closed]


def _slots(phrase: Sequence[PhraseWord], words: Vocabulary) -> tuple[Slot, ...]:
    if len(phrase) == 1 and not phrase[0].star and is_short_acronym(phrase[0].raw):
        return (Slot(frozenset({as_written(phrase[0].raw)})),)
    return tuple(
        Slot(prefix=fold(word.raw)) if word.star else Slot(frozenset(words.term(word.raw).forms)) for word in phrase
    )
