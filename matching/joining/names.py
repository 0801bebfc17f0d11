"""Names of organisations and titles made comparable: folded words, legal forms dropped, numbers of registers."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from domain.notices import Buyer
from matching.joining.legal_forms import FORMS, LONGEST_FORM
from matching.words import find_spans, fold

_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
MOST_LETTERS = 400  # of a name or title: what follows tells nothing more
ALIKE = 0.85  # of two words that differ by a slip of the pen or an ending
LEAST_ALIKE = 5  # letters: "beds" and "bids" are two words


def to_words(text: str) -> tuple[str, ...]:
    """The words of a text, folded."""
    text = text[:MOST_LETTERS]
    return tuple(fold(text[start:end]) for start, end in find_spans(text))


@lru_cache(maxsize=20_000)
def to_name(name: str) -> tuple[str, ...]:
    """A name's words without what stands in brackets and without legal forms at its ends; never empty but for ""."""
    bare = _ASIDE.sub(" ", name).strip() or name
    return _without_forms(to_words(bare)) or to_words(name)


def to_number(buyer: Buyer) -> str | None:
    """The number of a register without signs and the country's letters before it; None where it says too little."""
    if not buyer.id:
        return None
    number = "".join(each for each in buyer.id.upper() if each.isalnum())
    country = (buyer.country or "").upper()
    if country and number.startswith(country) and any(each.isdigit() for each in number[2:]):
        number = number[len(country) :]
    number = number.lstrip("0")
    return number if len(number) >= 5 and sum(each.isdigit() for each in number) >= 4 else None


def pair_up(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words of each that have no partner in the other; nearly equal ones are partners, numbers only if equal."""
    left, right = list(one), list(other)
    for word in one:
        if word in right:
            left.remove(word)
            right.remove(word)
    for word in list(left):
        partner = next((each for each in right if is_alike(word, each)), None)
        if partner is not None:
            left.remove(word)
            right.remove(partner)
    return left, right


def is_alike(word: str, other: str) -> bool:
    """The same word, but for a slip of the pen or an ending."""
    if min(len(word), len(other)) < LEAST_ALIKE or has_digit(word) or has_digit(other) or word[0] != other[0]:
        return False
    return SequenceMatcher(None, word, other, autojunk=False).ratio() >= ALIKE


def has_digit(word: str) -> bool:
    """A number, a year, a reference."""
    return any(each.isdigit() for each in word)


def _without_forms(words: tuple[str, ...]) -> tuple[str, ...]:
    """The fewest words that are left when forms are taken off both ends: of "A.S. A.S." both go, not "S.A.S."."""
    shortest = words
    for length in range(1, min(LONGEST_FORM, len(words) - 1) + 1):
        for form, rest in ((words[-length:], words[:-length]), (words[:length], words[length:])):
            if "".join(form) in FORMS:
                shortest = min(shortest, _without_forms(rest), key=lambda each: (len(each), each))
    return shortest
