"""Tokens of a line as a tree. Whatever is not sure to mean one thing is refused, with what to write instead."""

import re
import sys
from dataclasses import dataclass

from matching.query.lexer import BadQuery, Kind, Token, read_tokens
from matching.query.nodes import (
    And, HasCode, InField, InLanguage, Minus, Mode, Near, Node, Or, Phrase, Word, phrases,
)  # fmt: skip

__all__ = ["BadQuery", "parse"]

MOST_WORDS = 12  # of one phrase
MOST_PHRASES = 200  # of one line
DEEPEST = 8

# Most lines are plain words of letters that every reading takes alike; they need no lexer.
_PLAIN = re.compile(r"[a-z]+(?: [a-z]+)*\*?")


def parse(text: str) -> Node:
    """The tree of a line, for a list of words to look for or of minus-words. Raises BadQuery."""
    if _PLAIN.fullmatch(text) and len(text) > len("ab*") and not text.endswith(" *"):
        if (plain := _read_plain(text)) is not None:
            return plain
    tokens = read_tokens(text)
    if not tokens:
        raise BadQuery(0, "it has no letters or digits; write the words to look for")
    parser = _Parser(tokens, len(text))
    node = parser.read_any(0)
    if parser.token:
        raise BadQuery(parser.at, "this ) closes nothing; remove it, or write ( before the words that belong together")
    if sum(1 for _ in phrases(node)) > MOST_PHRASES:
        raise BadQuery(0, f"it has more than {MOST_PHRASES} phrases; write them on lines of their own")
    return node


def _read_plain(text: str) -> Phrase | None:
    raws = text.removesuffix("*").split(" ")
    if len(raws) > MOST_WORDS or (text[-1] == "*" and len(raws[-1]) == 1):
        return None
    words = [Word(sys.intern(raw)) for raw in raws]
    if text[-1] == "*":
        words[-1] = Word(words[-1].raw, Mode.START)
    return Phrase(tuple(words))


@dataclass(slots=True)
class _Parser:
    """Reads from `place` on; `end` is the length of the line, where something may be missing."""

    tokens: list[Token]
    end: int
    place: int = 0

    @property
    def token(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    @property
    def at(self) -> int:
        return self.token.at if self.token else self.end

    def is_at(self, *kinds: Kind) -> bool:
        return self.token is not None and self.token.kind in kinds

    def take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def read_any(self, depth: int) -> Node:
        """Alternatives. One that has several parts needs parentheses: people read `a b OR c` in two ways."""
        if depth > DEEPEST:
            raise BadQuery(self.at, f"parentheses stand more than {DEEPEST} deep; write several lines")
        parts, loose = [], False
        while not parts or self.is_at(Kind.OR):
            at = self.take().at if parts else self.at
            part, several = self.read_all(depth)
            parts.append(part)
            loose = loose or several
            if len(parts) > 1 and loose:
                raise BadQuery(at, "write parentheses, as in (pump OR valve) AND water; here OR may be read in two ways")
        if len(parts) == 1:
            return parts[0]
        return Or(tuple(inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))))

    def read_all(self, depth: int) -> tuple[Node, bool]:
        """Parts that must all be there, side by side or with AND between them; whether there were several."""
        at, parts = self.at, [self.read_part(depth)]
        while self.token and not self.is_at(Kind.OR, Kind.CLOSE):
            if self.is_at(Kind.AND):
                self.take()
            parts.append(self.read_part(depth))
        if all(isinstance(part, Minus) for part in parts):
            raise BadQuery(at, "write words to look for beside a minus; minus-words for all lines go to exclude")
        return (parts[0], False) if len(parts) == 1 else (And(tuple(parts)), True)

    def read_part(self, depth: int) -> Node:
        if self.is_at(Kind.MINUS):
            self.take()
            return Minus(self.read_near(depth))
        return self.read_near(depth)

    def read_near(self, depth: int) -> Node:
        at, left = self.at, self.read_unit(depth)
        if not self.is_at(Kind.NEAR):
            return left
        near = self.take()
        right_at, right = self.at, self.read_unit(depth)
        if self.is_at(Kind.NEAR):
            raise BadQuery(self.at, "write NEAR between two sides only, as in pump NEAR/5 (water OR sewage)")
        return Near(_to_side(left, at), _to_side(right, right_at), int(near.text))

    def read_unit(self, depth: int) -> Node:
        if self.token is None or self.is_at(Kind.OR, Kind.AND, Kind.NEAR, Kind.CLOSE, Kind.MINUS):
            raise BadQuery(self.at, "words are missing here; write them, or remove the sign before or behind")
        token = self.take()
        if token.kind is Kind.OPEN:
            return self._read_group(token, depth)
        if token.kind is Kind.FIELD:
            return self._read_field(token, depth)
        if token.kind is Kind.LANGUAGE:
            return InLanguage(tuple(dict.fromkeys(token.text.split(","))))
        if token.kind is Kind.CODE:
            return HasCode(*token.text.split(":", 1))
        return self._read_phrase(token)

    def _read_group(self, token: Token, depth: int) -> Node:
        body = self.read_any(depth + 1)
        if not self.is_at(Kind.CLOSE):
            raise BadQuery(token.at, "this ( is not closed; write ) behind the words that belong together")
        self.take()
        return body

    def _read_field(self, token: Token, depth: int) -> Node:
        start = self.place
        body = self.read_unit(depth)
        for inner in self.tokens[start : self.place]:
            if inner.kind in (Kind.FIELD, Kind.LANGUAGE, Kind.CODE):
                raise BadQuery(inner.at, f"write it before {token.text}:, a field holds words only")
        return InField(token.text, body)

    def _read_phrase(self, token: Token) -> Node:
        words = list(token.words)
        while token.kind is Kind.WORD and self.is_at(Kind.WORD):
            words += self.take().words
        if len(words) > MOST_WORDS:
            raise BadQuery(token.at, f"it has {len(words)} words; write at most {MOST_WORDS}, notices rarely repeat more")
        return Phrase((Word(words[0].raw, words[0].mode), *words[1:]))


def _to_side(node: Node, at: int) -> Phrase | Or:
    if isinstance(node, Phrase) or (isinstance(node, Or) and all(isinstance(part, Phrase) for part in node.parts)):
        return node
    raise BadQuery(at, "NEAR stands between words or alternatives, as in pump NEAR/5 (water OR sewage)")
