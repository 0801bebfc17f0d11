"""Phrases of keyword lists and catalogues, compiled for one language and found in the stream of a notice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from matching.compounds import has_part, to_parts
from matching.query.lexer import SHORTEST_START
from matching.query.nodes import Mode, Word
from matching.query.parser import MOST_WORDS
from matching.stems import Term, Vocabulary, as_written, to_acronym, vocabulary
from matching.stream import Place, Stream
from matching.typos import is_near, most_errors
from matching.words import find_words, fold

GOES_ON, COMES_FROM = re.compile(r"[-‐‑./_]\w"), re.compile(r"\w[-‐‑./_]")
MOST_CLOSED = 3  # words of a phrase that is also looked for as one compound
_PLAIN = {Mode.FORMS, Mode.WRITTEN}


@dataclass(frozen=True, slots=True)
class Slot:
    """What a word of the text must be at one place of a pattern: see `Mode`; `parts` are those of compounds."""

    mode: Mode
    folded: str
    forms: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()

    def takes(self, term: Term) -> bool:
        """The term fits."""
        match self.mode:
            case Mode.FORMS | Mode.WRITTEN:
                if not self.forms.isdisjoint(term.forms):
                    return True
                return bool(self.parts) and has_part(term.folded, term.forms, self.parts)
            case Mode.START:
                return term.folded.startswith(self.folded)
            case Mode.EXACT:
                return term.folded == self.folded
            case Mode.FUZZY:
                return is_near(self.folded, term.folded, most_errors(self.folded))


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of writing phrase number `phrase`; `exact` is its whole folded text where stems are not enough (sku)."""

    phrase: int
    slots: tuple[Slot, ...]
    exact: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Phrase number `phrase` stands in `place.text[start:end]`, from `node` of its stream to before `after`."""

    phrase: int
    place: Place
    start: int
    end: int
    node: int
    after: int

    @property
    def text(self) -> str:
        """The words as they are printed."""
        return self.place.text[self.start : self.end]

    def overlaps(self, other: "Hit") -> bool:
        """Both stand on the same words."""
        return self.place.field == other.place.field and self.start < other.end and other.start < self.end


def _lists() -> dict[str, list[Pattern]]:
    return defaultdict(list)


@dataclass(slots=True)
class PhraseIndex:
    """Patterns by their first word: by its forms, its parts of compounds, its prefix, or its letters with errors."""

    forms: dict[str, list[Pattern]] = field(default_factory=_lists)
    parts: dict[str, list[Pattern]] = field(default_factory=_lists)
    prefixes: dict[str, list[Pattern]] = field(default_factory=_lists)
    fuzzy: dict[str, list[Pattern]] = field(default_factory=_lists)

    def add(self, pattern: Pattern) -> None:
        """Makes the pattern findable."""
        first = pattern.slots[0]
        if first.mode is Mode.START:
            self.prefixes[first.folded].append(pattern)
        if first.mode is Mode.FUZZY:
            self.fuzzy[first.folded].append(pattern)
        for form in first.forms:
            self.forms[form].append(pattern)
        for part in first.parts:
            self.parts[part].append(pattern)

    def find(self, stream: Stream) -> Iterator[Hit]:
        """Every hit, in no particular order; one that two forms or spellings give may come twice."""
        for form in self.forms.keys() & stream.nodes.keys():
            yield from _find_at(self.forms[form], stream.nodes[form], stream)
        for part in self.parts.keys() & stream.parts.keys() if self.parts else ():
            yield from _find_at(self.parts[part], stream.parts[part], stream)
        for prefix, patterns in self.prefixes.items():
            if nodes := stream.starting(prefix):
                yield from _find_at(patterns, nodes, stream)
        for wanted, patterns in self.fuzzy.items():
            errors = most_errors(wanted)
            for word, nodes in stream.words():
                if is_near(wanted, word, errors):
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
    return Hit(pattern.phrase, place, stream.spans[node][0], stream.spans[end - 1][1], node, end)


def read_phrase(text: str) -> tuple[Word, ...]:
    """The words of an item's name or part number: no signs but `*`. ValueError says how to mend it."""
    spans = list(find_words(text))
    raws = [(text[start:end], text[end : end + 1] == "*", joined) for start, end, joined in spans]
    words = tuple(Word(raw, Mode.START if star else Mode.FORMS, joined) for raw, star, joined in raws)
    if not words or not all(fold(word.raw) for word in words):
        raise ValueError("it has no letters or digits; write the words to look for")
    if len(words) > MOST_WORDS:
        raise ValueError(f"it has {len(words)} words; write at most {MOST_WORDS}, notices rarely repeat more")
    if text.count("*") != sum(word.mode is Mode.START for word in words) or re.search(r"\*\w", text):
        raise ValueError("a * may only stand at the end of a word, as in pump*")
    if any(word.mode is Mode.START and len(fold(word.raw)) < SHORTEST_START for word in words):
        raise ValueError(f"write at least {SHORTEST_START} letters before a *, or it would match nearly every word")
    if len(words) == 1 and words[0].mode is Mode.FORMS and len(words[0].raw) == len("IT") and to_acronym(words[0].raw):
        return (Word(words[0].raw, Mode.WRITTEN),)
    return words


def compile_phrases(phrases: Iterable[Sequence[Word]], language: str) -> PhraseIndex:
    """Phrases, stemmed by `language`; a phrase's number is its place in the sequence."""
    words, index = vocabulary(language), PhraseIndex()
    for number, phrase in enumerate(phrases):
        for spelling in spellings(phrase, compounds=words.compounds):
            index.add(Pattern(number, tuple(to_slot(word, words) for word in spelling)))
    return index


def compile_exact(phrases: Iterable[Sequence[Word]], language: str) -> PhraseIndex:
    """Part numbers: the same letters and digits in order, whatever punctuation stands between them."""
    words, index = vocabulary(language), PhraseIndex()
    for number, phrase in enumerate(phrases):
        solid = _solid("".join(word.raw for word in phrase))
        for spelling in spellings(phrase):
            index.add(Pattern(number, tuple(to_slot(word, words) for word in spelling), solid))
    return index


def _is_exactly(hit: Hit, solid: str) -> bool:
    """The hit is the whole number: AX-200 does not stand in AX-200-B."""
    before, after = hit.place.text[max(hit.start - 2, 0) : hit.start], hit.place.text[hit.end : hit.end + 2]
    return _solid(hit.text) == solid and not GOES_ON.match(after) and not COMES_FROM.match(before)


def _solid(text: str) -> str:
    """Only the folded letters and digits."""
    return "".join(fold(text[start:end]) for start, end, _ in find_words(text))


def spellings(phrase: Sequence[Word], *, compounds: bool = False) -> list[tuple[Word, ...]]:
    """As written; with hyphenated words closed up ("x-ray" is also "xray"); in some languages also as one compound."""
    found = [tuple(phrase)]
    closed: list[Word] = []
    for word in phrase:
        if word.joined and closed and _closes(closed[-1], word):
            closed[-1] = _close([closed[-1], word])
        else:
            closed.append(word)
    if len(closed) < len(phrase):
        found.append(tuple(closed))
    letters = all(word.mode is Mode.FORMS and word.raw.isalpha() for word in phrase)
    if compounds and letters and 1 < len(phrase) <= MOST_CLOSED and len(closed) > 1:
        found.append((_close(phrase),))
    return found


def _closes(before: Word, word: Word) -> bool:
    return (before.mode in _PLAIN and word.mode in {*_PLAIN, Mode.START}) or before.mode is word.mode is Mode.EXACT


def _close(words: Sequence[Word]) -> Word:
    mode = words[-1].mode
    return Word("".join(word.raw for word in words), Mode.FORMS if mode is Mode.WRITTEN else mode, words[0].joined)


def to_slot(word: Word, words: Vocabulary) -> Slot:
    """What a word of a list takes in this language."""
    folded = fold(word.raw)
    if word.mode is Mode.WRITTEN:
        return Slot(word.mode, folded, frozenset({as_written(word.raw)}))
    if word.mode in (Mode.START, Mode.FUZZY):
        return Slot(word.mode, folded)
    forms = words.term(word.raw).forms
    if word.mode is Mode.EXACT:
        return Slot(word.mode, folded, frozenset(forms))
    parts = to_parts(folded, forms) if words.compounds else frozenset()
    return Slot(word.mode, folded, frozenset(forms), parts)
