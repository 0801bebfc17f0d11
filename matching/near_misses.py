"""Keywords that are nearly in a notice: in another field or form, misspelt, too far apart, or with a word missing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from matching.evidence import Evidence, pick_best
from matching.phrases import Hit
from matching.prepare import Prepared
from matching.query.find import Lines, every_phrase
from matching.query.lexer import SHORTEST_START
from matching.query.nodes import And, InField, InLanguage, Minus, Mode, Near, Node, Or, Phrase, Word, phrases
from matching.reading import Reading
from matching.stems import vocabulary
from matching.stream import Stream
from matching.words import fold

MOST_SPELT = 1_000  # keywords that are looked for with typing errors: that asks every word of the text
SHORTEST_SPELT = 4  # letters, as the query language has it
FIELD_NAMES = {"title": "the title", "lot": "a lot", "buyer": "the buyer's name", "doc": "a document's title"}
Loosen = Callable[[Node], Node]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A keyword of the list, and what of it is there; `field` and the span say where, where it is in one place.

    `sentence` goes on after the keyword: `it is in the description, and you look for it in the title only`.
    """

    keyword: str
    rule: str
    sentence: str
    field: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None


def find_near_misses(evidence: Evidence, most: int = 3) -> list[NearMiss]:
    """The keywords that come nearest, the nearest first; those that are in the notice are none."""
    prepared, reading = evidence.prepared, evidence.reading
    found = {word.hit.phrase for word in (*evidence.words, *evidence.meant)} | prepared.wanted.find(reading).keys()
    left = [number for number in range(len(prepared.keywords)) if number not in found]
    misses: dict[int, NearMiss] = {}
    for rule, loosen, limit in LOOSER:
        wanted = [number for number in left[:limit] if number not in misses]
        misses.update(_find_loosened(rule, loosen, wanted, prepared, reading))
    rest = [number for number in left if number not in misses]
    return [*misses.values(), *_find_parts(rest, prepared, reading)][:most]


def _find_loosened(
    rule: str, loosen: Loosen, numbers: Sequence[int], prepared: Prepared, reading: Reading
) -> Iterator[tuple[int, NearMiss]]:
    pairs = [(number, prepared.wanted.nodes[number]) for number in numbers]
    looser = [(number, node, loosened) for number, node in pairs if (loosened := loosen(node)) != node]
    lines = Lines([loosened for _, _, loosened in looser])
    for place, hits in lines.find(reading).items():
        number, node, _ = looser[place]
        hit = pick_best(hits)[0]
        said = _say(rule, node, hit, reading)
        where = (None,) * 4 if rule == "apart" else (hit.place.field, hit.text, hit.start, hit.end)
        yield number, NearMiss(prepared.written(number), rule, said, *where)


def _say(rule: str, node: Node, hit: Hit, reading: Reading) -> str:
    match rule:
        case "minus":
            return f"it is there, but so is what its minus excludes ({_excluded(node, reading)})"
        case "field":
            return f"it is there, but not in {_fields(node)}, where you look for it"
        case "distance":
            return f"its words are in one text, but more than {_distance(node)} apart"
        case "language":
            return f"it is there, but in another language than {', '.join(_languages(node))}"
        case "form":
            return f"the notice has another form, “{hit.text}”"
        case "ending":
            return f"the notice has a longer word, “{hit.text}” (a * at the end of the keyword would find it)"
        case "spelling":
            return f"the notice has another spelling, “{hit.text}” (a ~ before the keyword would find it)"
        case _:
            return "all its words are there, but not together"


def _each(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with `change` done to all that is in it and to itself; what is behind a minus stays."""
    match node:
        case Near(left, right):
            inner: Node = replace(node, left=_each(left, change), right=_each(right, change))  # type: ignore[arg-type]
        case Or(parts):
            inner = Or(tuple(_each(part, change) for part in parts))
        case And(parts):
            inner = And(tuple(_each(part, change) for part in parts))
        case InField(_, body):
            inner = replace(node, body=_each(body, change))
        case _:
            inner = node
    return change(inner)


def _without(kind: type[Node]) -> Loosen:
    """An And without parts of this kind; what is left of one alone stands for it."""

    def change(node: Node) -> Node:
        if not isinstance(node, And):
            return node
        parts = tuple(part for part in node.parts if not isinstance(part, kind))
        return node if not parts else parts[0] if len(parts) == 1 else And(parts)

    return lambda node: _each(node, change)


def _without_fields(node: Node) -> Node:
    return _each(node, lambda each: each.body if isinstance(each, InField) else each)


def _without_distance(node: Node) -> Node:
    return _each(node, lambda each: replace(each, between=10_000) if isinstance(each, Near) else each)


def _words(change: Callable[[Word], Word]) -> Loosen:
    def loosen(node: Node) -> Node:
        return Phrase(tuple(change(word) for word in node.words)) if isinstance(node, Phrase) else node

    return lambda node: _each(node, loosen)


def _to_forms(word: Word) -> Word:
    return replace(word, mode=Mode.FORMS, raw=word.raw.lower()) if word.mode in (Mode.EXACT, Mode.WRITTEN) else word


def _to_start(word: Word) -> Word:
    long = len(fold(word.raw)) >= max(SHORTEST_START, SHORTEST_SPELT)
    return replace(word, mode=Mode.START) if word.mode is Mode.FORMS and long else word


def _to_fuzzy(word: Word) -> Word:
    long = len(fold(word.raw)) >= SHORTEST_SPELT and word.raw.isalpha()
    return replace(word, mode=Mode.FUZZY) if word.mode is Mode.FORMS and long else word


def _to_parts(node: Node) -> Node:
    """A phrase as its words, which may stand anywhere."""

    def change(each: Node) -> Node:
        if not isinstance(each, Phrase) or sum(_says_something(word) for word in each.words) < 2:
            return each
        return And(tuple(Phrase((word,)) for word in each.words if _says_something(word)))

    return change(node) if isinstance(node, Phrase) else node


LOOSER: tuple[tuple[str, Loosen, int | None], ...] = (
    ("minus", _without(Minus), None),
    ("field", _without_fields, None),
    ("distance", _without_distance, None),
    ("language", _without(InLanguage), None),
    ("form", _words(_to_forms), None),
    ("ending", _words(_to_start), None),
    ("spelling", _words(_to_fuzzy), MOST_SPELT),
    ("apart", _to_parts, None),
)
"""What is let go of a keyword, what says most about it first, and of how many keywords."""


def _find_parts(numbers: Sequence[int], prepared: Prepared, reading: Reading) -> list[NearMiss]:
    """Phrases of which at least half is there, those first of which most is."""
    found = []
    for number in numbers:
        in_all = [word for phrase in phrases(prepared.wanted.nodes[number]) for word in phrase.words]
        words = [word for word in in_all if _says_something(word)]
        there = [word.raw for word in words if any(_is_there(word, each) for each in reading.streams)]
        if len(words) > 1 and len(there) * 2 >= len(words):
            missing = [word.raw for word in words if word.raw not in there]
            said = f"{' and '.join(there)} {'is' if len(there) == 1 else 'are'} there, {', '.join(missing)} not"
            found.append((-len(there) / len(words), number, NearMiss(prepared.written(number), "part", said)))
    return [miss for *_, miss in sorted(found, key=lambda each: each[:2])]


def _says_something(word: Word) -> bool:
    """Not one of the short words that stand in every text; in other alphabets a word may be one character."""
    return len(word.raw) > 3 or not word.raw.isascii()


def _is_there(word: Word, stream: Stream) -> bool:
    if word.mode is Mode.START:
        return bool(stream.starting(fold(word.raw)))
    return any(form in stream.nodes for form in vocabulary(stream.language).term(word.raw).forms)


def _parts(node: Node) -> Iterator[Node]:
    yield node
    match node:
        case Near(left, right):
            yield from _parts(left)
            yield from _parts(right)
        case Or(parts) | And(parts):
            for part in parts:
                yield from _parts(part)
        case InField(_, body) | Minus(body):
            yield from _parts(body)
        case _:
            return


def _fields(node: Node) -> str:
    return " or ".join(dict.fromkeys(FIELD_NAMES[each.field] for each in _parts(node) if isinstance(each, InField)))


def _distance(node: Node) -> int:
    return min(each.between for each in _parts(node) if isinstance(each, Near))


def _languages(node: Node) -> list[str]:
    return sorted({code for each in _parts(node) if isinstance(each, InLanguage) for code in each.languages})


def _excluded(node: Node, reading: Reading) -> str:
    """The words behind the line's own minus that stand in the notice, as they are printed."""
    bodies = [Phrase(each.words) for part in _parts(node) if isinstance(part, Minus) for each in every_phrase(part)]
    found = Lines(bodies).find(reading)
    return ", ".join(f"“{pick_best(hits)[0].text}”" for hits in found.values()) or "a code or language"
