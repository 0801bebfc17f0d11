"""What of a profile stands in the index: rows of words that lead to the profile, or to a line that is then tested."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from domain.profiles import Profile
from matching.phrases import read_phrase, spellings
from matching.prepare import is_part_number, named_items, read_keywords, wanted_codes
from matching.query.find import code_prefix, has_aside
from matching.query.nodes import And, HasCode, InField, InLanguage, Minus, Near, Node, Or, Phrase, Word


class Leads(IntEnum):
    """Where a row leads: to a profile that wants the notice, to one that refuses it, or to a line to be tested."""

    WANTED = 0
    STOPPED = 1
    TESTED = 2


class Tested(IntEnum):
    """Which of a profile's lists a line that must be tested stands in."""

    KEYWORDS = 0
    MINUS = 1
    NUMBERS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is true only where more than one phrase says so; `anchors` are what it cannot be true without."""

    kind: Tested
    anchors: "Anchors"
    asides: bool = False


@dataclass(slots=True)
class Anchors:
    """At least one of these is in every notice for which a line is true."""

    phrases: list[tuple[Word, ...]] = field(default_factory=list)
    codes: list[tuple[str, str]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)

    def rarity(self) -> int:
        """How rare the most frequent of them may be: longer words and codes are rarer, a language is everywhere."""
        letters = [sum(len(word.raw) for word in words) for words in self.phrases]
        return min([*letters, *(len(prefix) for _, prefix in self.codes), *(0 for _ in self.languages)])


@dataclass(frozen=True, slots=True)
class Rows:
    """A profile for the index: phrases that suffice by themselves, lines to be tested, and code prefixes."""

    wanted: tuple[tuple[Word, ...], ...]
    stopped: tuple[tuple[Word, ...], ...]
    tested: tuple[Line, ...]
    codes: tuple[tuple[str, str], ...]


def to_rows(profile: Profile) -> Rows:
    """What of the profile stands in the index."""
    wanted, minus = read_keywords(profile)
    wanted += named_items(profile)[1] if profile.catalogue else []
    numbers = [read_phrase(item.sku) for item in profile.catalogue if is_part_number(item.sku)]
    return Rows(
        tuple(node.words for node in wanted if isinstance(node, Phrase)),
        tuple(node.words for node in minus if isinstance(node, Phrase)),
        (
            *_lines(wanted, Tested.KEYWORDS),
            *_lines(minus, Tested.MINUS),
            *(Line(Tested.NUMBERS, Anchors([words])) for words in numbers),
        ),
        tuple(wanted_codes(profile)),
    )


def _lines(nodes: Sequence[Node], kind: Tested) -> Iterator[Line]:
    for node in nodes:
        if not isinstance(node, Phrase):
            yield Line(kind, find_anchors(node), has_aside(node))


def find_anchors(node: Node) -> Anchors:
    """What a line cannot be true without; of parts that must all be there, the rarest."""
    match node:
        case Phrase(words):
            return Anchors([words])
        case Near(left, right):
            return max(find_anchors(left), find_anchors(right), key=Anchors.rarity)
        case Or(parts):
            each = [find_anchors(part) for part in parts]
            return Anchors(
                [words for anchors in each for words in anchors.phrases],
                [code for anchors in each for code in anchors.codes],
                [language for anchors in each for language in anchors.languages],
            )
        case And(parts):
            found = [find_anchors(part) for part in parts if not isinstance(part, Minus)]
            return max(found, key=Anchors.rarity)
        case InField(_, body):
            return find_anchors(body)
        case HasCode(scheme, written):
            return Anchors(codes=[code_prefix(scheme, written)])
        case InLanguage(languages):
            return Anchors(languages=list(languages))
        case Minus():
            raise AssertionError("a minus stands in And only")


def to_spellings(words: tuple[Word, ...]) -> list[tuple[tuple[Word, ...], bool]]:
    """The ways in which a phrase is looked for; True: only where compounds are written as one word."""
    if len(words) == 1:
        return [(words, False)]
    everywhere = spellings(words)
    compounds = spellings(words, compounds=True)[len(everywhere) :]
    return [*((each, False) for each in everywhere), *((each, True) for each in compounds)]
