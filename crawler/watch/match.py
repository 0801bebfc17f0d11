"""Which block of a page is which block of its last look, so that a block keeps its key whatever moves or changes."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from crawler.watch.printed import is_label, read_line
from domain.watch import Block

ALIKE = 0.5  # share of the words of two blocks that they have in common, to be the same one
_MOST_COMPARED = 250_000  # pairs of blocks
_NUMBER = re.compile(r"[\w/.-]*\d[\w/.-]*")

Pairs = dict[int, int]
"""Places of blocks now -> places of the blocks before."""


def match(before: Sequence[Block], now: Sequence[Block]) -> Pairs:
    """The pairs that are the same block: alike in all, then by a link or heading that only they have, then alike but
    for values, by their words, and at last by being the only one at their place on the page."""
    pairs: Pairs = {}
    _by(_exactly, before, now, pairs)
    for name in (_links, _headings, _label):
        _by_unique(name, before, now, pairs)
    _by(_template, before, now, pairs, unless=_are_others)
    _by_words(before, now, pairs)
    _by_unique(lambda block: () if block.row else (block.path,), before, now, pairs)
    return pairs


def _by(
    name: Callable[[Block], Hashable],
    before: Sequence[Block],
    now: Sequence[Block],
    pairs: Pairs,
    unless: Callable[[Block, Block], bool] = lambda one, other: False,
) -> None:
    """Blocks of the same name, in their order."""
    taken = set(pairs.values())
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for place, block in enumerate(before):
        if place not in taken:
            waiting[name(block)].append(place)
    for place, block in enumerate(now):
        free = waiting.get(name(block), ()) if place not in pairs else ()
        found = next((each for each in free if not unless(before[each], block)), None)
        if found is not None:
            pairs[place] = found
            waiting[name(block)].remove(found)


def _by_unique(
    names: Callable[[Block], Iterable[Hashable]], before: Sequence[Block], now: Sequence[Block], pairs: Pairs
) -> None:
    """Blocks that share a name which no other block of their page has."""
    owners = _owners(names, before)
    taken = set(pairs.values())
    for name, place in _owners(names, now).items():
        other = owners.get(name)
        if other is not None and place not in pairs and other not in taken:
            pairs[place] = other
            taken.add(other)


def _owners(names: Callable[[Block], Iterable[Hashable]], blocks: Sequence[Block]) -> dict[Hashable, int]:
    counts = Counter(name for block in blocks for name in set(names(block)))
    return {name: place for place, block in enumerate(blocks) for name in names(block) if counts[name] == 1}


def _exactly(block: Block) -> Hashable:
    return (tuple(sorted(block.lines)), tuple(sorted(block.links)))


def _template(block: Block) -> Hashable:
    return tuple(sorted(read_line(line).template for line in block.lines))


def _links(block: Block) -> tuple[str, ...]:
    return block.links


def _headings(block: Block) -> tuple[str, ...]:
    return (block.heading,) if block.heading else ()


def _label(block: Block) -> tuple[str, ...]:
    """Of a label and its value, the label and where they stand."""
    named = len(block.lines) == 2 and is_label(block.lines[0])
    return (f"{block.path} {block.lines[0]}",) if named else ()


def _by_words(before: Sequence[Block], now: Sequence[Block], pairs: Pairs) -> None:
    """The most alike first; a row whose number or own link is another one is another row, however alike."""
    taken = set(pairs.values())
    old = [place for place in range(len(before)) if place not in taken]
    new = [place for place in range(len(now)) if place not in pairs]
    if len(old) * len(new) > _MOST_COMPARED:
        return
    words = {place: _words(before[place]) for place in old}
    found = []
    for place in new:
        own = _words(now[place])
        for other in old:
            share = len(own & words[other]) / max(1, len(own | words[other]))
            if share >= ALIKE and not _are_others(before[other], now[place]):
                found.append((-share, abs(place - other), place, other))
    for _, _, place, other in sorted(found):
        if place not in pairs and other not in taken:
            pairs[place] = other
            taken.add(other)


def _words(block: Block) -> set[str]:
    return set(re.findall(r"\w+", " ".join(block.lines).casefold()))


def _are_others(one: Block, other: Block) -> bool:
    """Two rows that have nothing in common of what tells rows apart: links, else numbers."""
    if not (one.row and other.row):
        return False
    if one.links and other.links:
        return not set(one.links) & set(other.links) and not _numbers(one) & _numbers(other)
    numbers = _numbers(one), _numbers(other)
    return bool(numbers[0] and numbers[1]) and not numbers[0] & numbers[1]


def _numbers(block: Block) -> set[str]:
    """What may be a row's number: long enough, and no date, time or amount of its own line."""
    found: set[str] = set()
    for line in block.lines:
        values = {slot.text for slot in read_line(line).slots if slot.kind in ("date", "time")}
        found |= {word for word in _NUMBER.findall(line) if sum(map(str.isdigit, word)) >= 4 and word not in values}
    return found
