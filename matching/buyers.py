"""A profile's lists of buyers against those of a notice: by number in a register, or by the words of a name."""

from dataclasses import dataclass

from domain.notices import Buyer, Notice
from domain.profiles import BuyerLists
from matching.words import find_words, fold


@dataclass(frozen=True, slots=True)
class Found:
    """The buyer that decided it, and the line of the list that names it (all of them where none does)."""

    field: str
    text: str
    line: str


def find_excluded(lists: BuyerLists, notice: Notice) -> Found | None:
    """A buyer that a line of `exclude` names."""
    for number, buyer in enumerate(notice.buyers if lists.exclude else ()):
        for line in lists.exclude:
            if is_named(line, buyer):
                return Found(f"buyers[{number}].name", buyer.name, line)
    return None


def find_outside(lists: BuyerLists, notice: Notice) -> Found | None:
    """The first buyer, where lines of `include` are there and none of them names any of the buyers."""
    if not lists.include or not notice.buyers:
        return None
    if any(is_named(line, buyer) for line in lists.include for buyer in notice.buyers):
        return None
    more = f" and {len(lists.include) - 3} more" if len(lists.include) > 3 else ""
    return Found("buyers[0].name", notice.buyers[0].name, ", ".join(lists.include[:3]) + more)


def is_named(line: str, buyer: Buyer) -> bool:
    """The line is the buyer's number, with or without its register, or its words stand side by side in the name."""
    if buyer.id and fold(line) in (fold(buyer.id), fold(f"{buyer.scheme}:{buyer.id}")):
        return True
    wanted, name = _words(line), _words(buyer.name)
    return bool(wanted) and any(
        name[start : start + len(wanted)] == wanted for start in range(len(name) - len(wanted) + 1)
    )


def _words(text: str) -> list[str]:
    return [fold(text[start:end]) for start, end, _ in find_words(text)]
