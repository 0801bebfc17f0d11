"""Two versions of one block: the lines and links that differ, and what of it is noise."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.watch.noise import Looks, Place, find_noise, is_noise_alone
from crawler.watch.printed import LABEL, is_label, read_line
from crawler.watch.rules import Rules
from domain.watch import Block


@dataclass(frozen=True, slots=True)
class Difference:
    """`pairs` are lines that changed, (before, now), one of them empty where a line went or came; `links` the same of
    addresses. `rules` name the noise that was left out."""

    pairs: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    rules: frozenset[str] = frozenset()

    @property
    def is_change(self) -> bool:
        """Something is left that is no noise."""
        return bool(self.pairs or self.links)


NO_DIFFERENCE = Difference()


def compare(old: Block, new: Block, looks: Looks, rules: Rules) -> Difference:
    """What of two versions of a block differs, line by line; the order of lines aside."""
    gone, come = _without(old.lines, new.lines), _without(new.lines, old.lines)
    noise: set[str] = set()
    pairs: list[tuple[str, str]] = []
    for before, now in _pair(gone, come):
        found = _judge(before, now, old, new, looks)
        if found and found <= rules.in_force:
            noise |= found
        else:
            pairs.append((before, now))
    if not gone and not come and old.lines != new.lines:
        if "order" in rules.in_force:
            noise.add("order")
        else:
            pairs.append((" / ".join(old.lines), " / ".join(new.lines)))
    links = tuple(_in_order(_without(old.links, new.links), _without(new.links, old.links)))
    return Difference(tuple(pairs), links, frozenset(noise))


def is_noise(block: Block, rules: Rules) -> str | None:
    """The rule by which a block that was not there before tells nothing: each of its lines is a clock or counter."""
    found = [is_noise_alone(line, to_place(block, line)) for line in block.lines]
    return found[0] if found[0] in rules.in_force and all(rule in rules.in_force for rule in found) else None


def to_place(block: Block, line: str) -> Place:
    """Where a line of the block stands: beside which label, and below what."""
    position = block.lines.index(line)
    before = block.lines[position - 1] if position else ""
    label = before if is_label(before) else ""
    alone = len(block.lines) == 1
    about = " ".join(filter(None, (block.header, block.heading if block.heading != line else "")))
    # A paragraph alone below a short heading is what the heading names: "Deadline", and below it the date.
    if alone and block.section and len(block.section) <= LABEL:
        about = f"{about} {block.section}"
    return Place(label, about, block.row, alone)


def _judge(before: str, now: str, old: Block, new: Block, looks: Looks) -> frozenset[str]:
    if before and now:
        return find_noise(before, now, to_place(new, now), looks)
    block, line = (new, now) if now else (old, before)
    rule = is_noise_alone(line, to_place(block, line))
    return frozenset((rule,)) if rule else frozenset()


def _without(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    """The lines that the others do not have, each as often as it is too many; in their order."""
    left = Counter(lines) - Counter(others)
    found = []
    for line in lines:
        if left[line] > 0:
            left[line] -= 1
            found.append(line)
    return found


def _pair(gone: list[str], come: list[str]) -> list[tuple[str, str]]:
    """Lines alike but for their values belong together, then those of the same place; the rest came or went."""
    pairs: list[tuple[str, str]] = []
    rest, left = list(gone), []
    for line in come:
        template = read_line(line).template
        other = next((each for each in rest if read_line(each).template == template), None)
        if other is None:
            left.append(line)
        else:
            rest.remove(other)
            pairs.append((other, line))
    return pairs + list(_in_order(rest, left))


def _in_order(gone: Sequence[str], come: Sequence[str]) -> list[tuple[str, str]]:
    size = max(len(gone), len(come))
    pad = [""] * size
    return list(zip([*gone, *pad][:size], [*come, *pad][:size], strict=True))
