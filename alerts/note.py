"""What a message says in a chat, before any service's marks: each text is harmless and short, none is escaped yet.

A service's limit is kept by leaving out the last lines of opportunities, never an opportunity.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from alerts.cards import Card, Change, Line
from alerts.plain import plain
from alerts.words import Words

T = TypeVar("T")
TITLE, BUYER, SENTENCE, WORDS, NOTE = 100, 50, 60, 25, 80
CHANGES, CHANGE = 3, 40
# A longer address is left out where a service counts it as text.
LINK = 400


@dataclass(frozen=True, slots=True)
class Block:
    """One opportunity or source: a title, its lines, commands to copy, and where to read on and to decide."""

    title: str
    lines: tuple[str, ...]
    score: int | None = None
    commands: tuple[str, ...] = ()
    link: str | None = None
    review: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A message: what it is about, a sentence, its blocks, and what is said at its end. `all_link` shows all.

    `follows` is what the service calls the message that this is a reply to.
    """

    headline: str
    lead: str
    blocks: tuple[Block, ...]
    foot: tuple[str, ...] = ()
    all_link: str | None = None
    open_notice: str = ""
    open_review: str = ""
    open_all: str = ""
    follows: str | None = None


def to_block(card: Card, w: Words) -> Block:
    """The block of an opportunity: in the users' own words where its destination has a template."""
    lines = card.own if card.own is not None else tuple(_to_lines(card, w))
    link = card.link if card.link and len(card.link) <= LINK else None
    if card.link is None and card.own is None:
        lines = (*lines, w["no_link"])
    return Block(_short(card.title, TITLE), lines, card.score, (), link, card.review)


def _to_lines(card: Card, w: Words) -> Sequence[str]:
    lines = [_short(each, NOTE) for each in card.notes[:2]]
    lines += [_to_change(each) for each in card.changes[:CHANGES]]
    lines.append(f"{_short(card.buyer, BUYER)}, {card.country}")
    lines.append(f"{w['deadline']}: {card.deadline}{' - ' + card.left if card.left else ''}")
    lines.append(f"{w['value']}: {card.value}")
    if card.lots:
        lines.append(f"{w['lots']}: {_short(card.lots, NOTE)}")
    return [*lines, *(_to_reason(each) for each in card.lines[:1])]


def _to_change(change: Change) -> str:
    return f"{_short(change.label, CHANGE)}: {_short(change.old, CHANGE)} → {_short(change.new, CHANGE)}"


def _to_reason(line: Line) -> str:
    found = f' "{_short(line.words, WORDS)}"' if line.words else ""
    return f"{line.points:+d} {_short(line.sentence, SENTENCE)}{found}"


def _short(text: str, most: int) -> str:
    return plain(text, most)


def fit(note: Note, render: Callable[[Note], T], size: Callable[[T], int], limit: int) -> T:
    """What `render` makes of the note, with as many lines of its blocks as `limit` allows by `size`."""
    made = render(note)
    while size(made) > limit:
        shorter = _shorten(note)
        assert shorter != note, f"{len(note.blocks)} titles alone are longer than {limit}"
        note, made = shorter, render(shorter)
    return made


def count_units(text: str) -> int:
    """UTF-16 code units, in which most services count characters."""
    return len(text.encode("utf-16-le")) // 2


def _shorten(note: Note) -> Note:
    """The last line of the longest block is left out; at the end the links, then halves of titles and of the lead."""
    longest = max((len(block.lines) for block in note.blocks), default=0)
    if longest:
        blocks = [replace(each, lines=each.lines[:-1]) if len(each.lines) == longest else each for each in note.blocks]
        return replace(note, blocks=tuple(blocks))
    if any(block.review for block in note.blocks):
        return replace(note, blocks=tuple(replace(each, review=None) for each in note.blocks))
    halves = [replace(each, title=_halve(each.title)) for each in note.blocks]
    return replace(note, blocks=tuple(halves), lead=_halve(note.lead), foot=tuple(_halve(each) for each in note.foot))


def _halve(text: str) -> str:
    return text if len(text) < 20 else text[: len(text) // 2] + "…"
