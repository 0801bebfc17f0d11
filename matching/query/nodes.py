"""What a line of a keyword list says, as a tree. docs/query-language.md describes it for the people who write it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Mode(Enum):
    """How a word is compared: all its forms, any ending, this form only, with typing errors, or (an acronym) as written.

    No sign makes WRITTEN: capitals do, where the list has small letters too (see `lists`).
    """

    FORMS = ""
    START = "*"
    EXACT = "="
    FUZZY = "~"
    WRITTEN = "A"


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written; `joined`: only a hyphen parts it from the word before."""

    raw: str
    mode: Mode = Mode.FORMS
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after the other."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Both sides within `between` words of each other in one text, in either order; they are Phrase, or Or of them."""

    left: "Phrase | Or"
    right: "Phrase | Or"
    between: int


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class And:
    """All parts, and none of those that are Minus; one at least is not."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Minus:
    """Nowhere in the notice; stands in And only."""

    body: "Node"


@dataclass(frozen=True, slots=True)
class InField:
    """In one kind of text only: `title`, `lot`, `buyer` or `doc`. Codes, languages and fields do not stand inside."""

    field: str
    body: "Node"


@dataclass(frozen=True, slots=True)
class InLanguage:
    """The notice has a text in one of these languages; in an And, its words are looked for in such texts only."""

    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HasCode:
    """The buyer's code lies in the branch that was written."""

    scheme: str
    written: str


Node = Phrase | Near | Or | And | Minus | InField | InLanguage | HasCode

FIELDS = ("title", "lot", "buyer", "doc")


def phrases(node: Node) -> Iterator[Phrase]:
    """The phrases that can speak for a notice, in the order written; those behind a minus cannot."""
    match node:
        case Phrase():
            yield node
        case Near(left, right):
            yield from phrases(left)
            yield from phrases(right)
        case Or(parts) | And(parts):
            for part in parts:
                yield from phrases(part)
        case InField(_, body):
            yield from phrases(body)
        case Minus() | InLanguage() | HasCode():
            pass
