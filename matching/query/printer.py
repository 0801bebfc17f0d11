"""A tree as the line that it is read from again, in one way of writing."""

from matching.query.nodes import And, HasCode, InField, InLanguage, Minus, Mode, Near, Node, Or, Phrase, Word
from matching.words import is_single

_RESERVED = {"AND", "OR", "NEAR", "NOT"}
_SIGNS = {Mode.EXACT: "=", Mode.FUZZY: "~"}
_PLAIN = {Mode.FORMS, Mode.WRITTEN}


def to_text(node: Node) -> str:
    """The line; `parse` gives the same tree of it."""
    match node:
        case Phrase(words):
            text = _words(words)
            return f'"{text}"' if any(word.raw in _RESERVED for word in words) else text
        case Near(left, right, between):
            return f"{_side(left)} NEAR/{between} {_side(right)}"
        case Or(parts):
            return " OR ".join(_alternative(part) for part in parts)
        case And(parts):
            return _all(parts)
        case Minus(body):
            return f"-{_unit(body)}"
        case InField(field, body):
            return f"{field}:{_unit(body)}"
        case InLanguage(languages):
            return f"lang:{','.join(languages)}"
        case HasCode(scheme, written):
            return f"{scheme}:{written}"


def _all(parts: tuple[Node, ...]) -> str:
    """The parts side by side; AND only where two words would run together into a phrase."""
    text = ""
    for number, part in enumerate(parts):
        sign = "" if not number else " " if isinstance(part, Minus) else " AND "
        text += sign + (f"({to_text(part)})" if isinstance(part, Or | And) else to_text(part))
    return text


def _alternative(part: Node) -> str:
    return f"({to_text(part)})" if isinstance(part, And | Or) else to_text(part)


def _side(node: Phrase | Or) -> str:
    return f"({to_text(node)})" if isinstance(node, Or) else to_text(node)


def _unit(node: Node) -> str:
    """What a sign or a field binds to: more than one word needs quotes, more than a phrase parentheses."""
    if isinstance(node, Phrase):
        text = to_text(node)
        return f'"{text}"' if len(node.words) > 1 and not text.startswith('"') else text
    return f"({to_text(node)})" if isinstance(node, Or | And | Near) else to_text(node)


def _words(words: tuple[Word, ...]) -> str:
    text = ""
    for number, word in enumerate(words):
        text += _between(words[number - 1], word) if number else ""
        text += f"{word.raw}*" if word.mode is Mode.START else f"{_SIGNS.get(word.mode, '')}{word.raw}"
    return text


def _between(before: Word, word: Word) -> str:
    """Characters of scripts without spaces stand side by side, as people write them."""
    plain = before.mode in _PLAIN and word.mode in _PLAIN and not word.joined
    solid = plain and is_single(before.raw) and is_single(word.raw)
    return "" if solid else "-" if word.joined else " "
