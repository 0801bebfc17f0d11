"""A whole list of lines: which capitals are acronyms, and what the boxes any, all and none say together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from matching.query.nodes import (
    And, HasCode, InField, InLanguage, Minus, Mode, Near, Node, Or, Phrase, Word, phrases,
)  # fmt: skip
from matching.query.parser import parse
from matching.stems import LONGEST_ACRONYM, to_acronym


def read_list(lines: Iterable[str]) -> list[Node]:
    """The lines' trees, with acronyms marked. Raises BadQuery for the first that is none."""
    nodes = [parse(line) for line in lines]
    return nodes if is_all_capitals(nodes) else [_mark(node) for node in nodes]


def combine(any_of: Sequence[Node], all_of: Sequence[Node]) -> list[Node]:
    """What to look for: each alternative, with all that must stand beside it."""
    if not all_of:
        return list(any_of)
    if not any_of:
        return [And(tuple(all_of)) if len(all_of) > 1 else all_of[0]]
    return [And((node, *all_of)) for node in any_of]


def is_all_capitals(nodes: Iterable[Node]) -> bool:
    """The list is typed in capitals throughout, so that they say nothing: no small letter, and a word that is too long
    for an acronym (a list of IT, ERP and SAP is one of acronyms)."""
    raws = [word.raw for node in nodes for word in _words(node)]
    return not any(raw != raw.upper() for raw in raws) and any(
        raw.isupper() and len(raw) > LONGEST_ACRONYM for raw in raws
    )


def speaks(node: Node) -> bool:
    """It has words or a code to look for, so that it can give points; a language alone has none."""
    match node:
        case InLanguage() | Minus():
            return False
        case HasCode():
            return True
        case Or(parts):
            return all(speaks(part) for part in parts)
        case And(parts):
            return any(speaks(part) for part in parts)
        case _:
            return any(True for _ in phrases(node))


def _words(node: Node) -> Iterator[Word]:
    match node:
        case Phrase(words):
            yield from words
        case Near(left, right):
            yield from _words(left)
            yield from _words(right)
        case Or(parts) | And(parts):
            for part in parts:
                yield from _words(part)
        case InField(_, body) | Minus(body):
            yield from _words(body)
        case InLanguage() | HasCode():
            pass


def _mark(node: Node) -> Node:
    match node:
        case Phrase(words):
            return Phrase(tuple(map(_mark_word, words))) if any(word.raw.isupper() for word in words) else node
        case Near(left, right, between):
            marked_left, marked_right = _mark(left), _mark(right)
            assert isinstance(marked_left, Phrase | Or)
            assert isinstance(marked_right, Phrase | Or)
            return Near(marked_left, marked_right, between)
        case Or(parts):
            return Or(tuple(map(_mark, parts)))
        case And(parts):
            return And(tuple(map(_mark, parts)))
        case InField() | Minus():
            return replace(node, body=_mark(node.body))
        case InLanguage() | HasCode():
            return node


def _mark_word(word: Word) -> Word:
    acronym = word.mode is Mode.FORMS and to_acronym(word.raw) == word.raw
    return replace(word, mode=Mode.WRITTEN) if acronym else word
