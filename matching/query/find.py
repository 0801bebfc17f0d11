"""The lines of a list held against a notice: which are true, and by which words of it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matching.codes import to_prefix
from matching.phrases import Hit, PhraseIndex, compile_phrases
from matching.query.nodes import And, HasCode, InField, InLanguage, Minus, Near, Node, Or, Phrase, Word, phrases
from matching.reading import Reading
from matching.stream import Place, Rank, Stream

ASIDE = {"buyer": Rank.BUYER, "doc": Rank.DOCUMENT}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where words count: in one field (None: title, lots and description), in some languages (None: any)."""

    field: str | None = None
    languages: frozenset[str] | None = None

    def takes(self, place: Place) -> bool:
        """Words at this place count."""
        if self.languages is not None and place.language not in self.languages:
            return False
        match self.field:
            case None:
                return place.rank <= Rank.TEXT
            case "title":
                return place.rank is Rank.TITLE
            case "lot":
                return place.field.startswith("lots[")
            case field:
                return place.rank is ASIDE[field]


class Lines:
    """Lines of a list, compiled once for each language that a notice brings; may be used from several threads."""

    __slots__ = ("_by_leaf", "_compiled", "_leaves", "_wordless", "asides", "nodes")

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = tuple(nodes)
        self.asides = any(has_aside(node) for node in nodes)
        self._leaves: dict[tuple[Word, ...], int] = {}
        self._by_leaf: dict[int, list[int]] = defaultdict(list)
        self._wordless = [number for number, node in enumerate(nodes) if has_condition(node)]
        self._compiled: dict[str, PhraseIndex] = {}
        for number, node in enumerate(nodes):
            for phrase in every_phrase(node):
                self._leaves.setdefault(phrase.words, len(self._leaves))
            for phrase in phrases(node):
                self._by_leaf[self._leaves[phrase.words]].append(number)

    @property
    def leaves(self) -> Mapping[tuple[Word, ...], int]:
        """The phrases of the lines, numbered."""
        return self._leaves

    def find(self, reading: Reading, found: Mapping[int, list[Hit]] | None = None) -> dict[int, list[Hit]]:
        """The lines that are true, by number, each with the hits that stand for it (numbered as the line).

        `found` are the places of its `leaves`, where they are known, or where more than what is written counts.
        """
        found = self.find_leaves(reading) if found is None else found
        near = {line for leaf in found.keys() & self._by_leaf.keys() for line in self._by_leaf[leaf]}
        truth, true = _Truth(reading, self._leaves, found), {}
        for number in sorted(near.union(self._wordless)):
            if hits := truth.find(self.nodes[number], Scope()):
                true[number] = [replace(hit, phrase=number) for hit in hits]
        return true

    def find_leaves(self, reading: Reading) -> dict[int, list[Hit]]:
        """Where the phrases are written, by their numbers in `leaves`."""
        found: dict[int, list[Hit]] = defaultdict(list)
        for stream in (*reading.streams, *(reading.asides if self.asides else ())):
            for hit in self._index(stream).find(stream):
                found[hit.phrase].append(hit)
        return found

    def _index(self, stream: Stream) -> PhraseIndex:
        index = self._compiled.get(stream.language)
        if index is None:
            index = self._compiled[stream.language] = compile_phrases(self._leaves, stream.language)
        return index


@dataclass(frozen=True, slots=True)
class _Truth:
    """`find` gives the hits that stand for a node, nothing where it is false."""

    reading: Reading
    leaves: Mapping[tuple[Word, ...], int]
    found: Mapping[int, list[Hit]] = field(repr=False)

    def find(self, node: Node, scope: Scope) -> list[Hit]:
        match node:
            case Phrase(words):
                return [hit for hit in self.found.get(self.leaves[words], ()) if scope.takes(hit.place)]
            case Or(parts):
                return [hit for part in parts for hit in self.find(part, scope)]
            case And(parts):
                return self._find_all(parts, scope)
            case Near(left, right, between):
                return list(pair_up(self.find(left, scope), self.find(right, scope), between))
            case InField(field, body):
                return self.find(body, replace(scope, field=field))
            case InLanguage(languages):
                return self._find_language(languages)
            case HasCode(scheme, written):
                return self._find_code(scheme, written)
            case Minus():
                raise AssertionError("a minus stands in And only")

    def _find_all(self, parts: Sequence[Node], scope: Scope) -> list[Hit]:
        """The hits of the first part that has words: it says where the line counts."""
        inner = scope
        for part in parts:
            if isinstance(part, InLanguage):
                both = frozenset(part.languages)
                inner = replace(inner, languages=both if inner.languages is None else both & inner.languages)
        wanted = [(part, self.find(part, inner)) for part in parts if not isinstance(part, Minus)]
        if not all(hits for _, hits in wanted):
            return []
        if any(self.find(part.body, replace(scope, languages=None)) for part in parts if isinstance(part, Minus)):
            return []
        return min(wanted, key=lambda each: _weight(each[0]))[1]

    def _find_language(self, languages: tuple[str, ...]) -> list[Hit]:
        """The first word of a text in one of the languages."""
        for stream in self.reading.streams:
            if stream.language in languages and stream.terms:
                return [Hit(0, stream.places[0], *stream.spans[0], 0, 1)]
        return []

    def _find_code(self, scheme: str, written: str) -> list[Hit]:
        place = self.reading.codes.get(code_prefix(scheme, written))
        return [Hit(0, place, 0, len(place.text), 0, 1)] if place else []


def pair_up(left: Sequence[Hit], right: Sequence[Hit], between: int) -> Iterator[Hit]:
    """Hits that span one of each side, at most `between` words apart in one text, in either order.

    Each hit is paired with the nearest behind it, so that a text that repeats itself gives no more pairs than words.
    """
    for first, second in ((left, right), (right, left)):
        later = sorted(second, key=lambda hit: (hit.place.field, hit.node))
        keys = [(hit.place.field, hit.node) for hit in later]
        for hit in first:
            place = bisect_left(keys, (hit.place.field, hit.after))
            if place < len(later) and keys[place] <= (hit.place.field, hit.after + between):
                yield Hit(0, hit.place, hit.start, later[place].end, hit.node, later[place].after)


def code_prefix(scheme: str, written: str) -> tuple[str, str]:
    """The (scheme, prefix) under which a notice's codes are looked up."""
    return to_prefix(scheme, written if scheme == "CPV" else written.rstrip("*"))


def _weight(part: Node) -> int:
    return 2 if isinstance(part, InLanguage) else int(isinstance(part, HasCode))


def every_phrase(node: Node) -> Iterator[Phrase]:
    """All phrases, those behind a minus too."""
    match node:
        case Minus(body) | InField(_, body):
            yield from every_phrase(body)
        case Or(parts) | And(parts):
            for part in parts:
                yield from every_phrase(part)
        case _:
            yield from phrases(node)


def has_aside(node: Node) -> bool:
    """It names a field that only a field's name looks at."""
    match node:
        case InField(field):
            return field in ASIDE
        case Minus(body):
            return has_aside(body)
        case Or(parts) | And(parts):
            return any(has_aside(part) for part in parts)
        case _:
            return False


def has_condition(node: Node) -> bool:
    """It may be true without any word: by a code or a language."""
    match node:
        case InLanguage() | HasCode():
            return True
        case Or(parts):
            return any(has_condition(part) for part in parts)
        case And(parts):
            return all(has_condition(part) for part in parts if not isinstance(part, Minus))
        case _:
            return False
