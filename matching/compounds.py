"""Closed compounds (Handschuhlieferung): found by the words of a list that they begin or end with, no dictionary."""

from collections.abc import Iterable

LANGUAGES = {"da", "de", "fi", "is", "lb", "nb", "nl", "nn", "no", "sv"}
"""ISO 639-1 of languages that write compounds as one word."""

SHORTEST_PART = 5  # letters of a list's word; shorter ones begin or end words of another kind (Kran: Krankenhaus)
SHORTEST_BEHIND = 4  # letters that must follow, or it is only another ending
SHORTEST_BEFORE = 3
LONGEST_ENDING = 2  # letters of inflection behind the last part
LONGEST = 64  # a longer word is data


def to_parts(folded: str, forms: Iterable[str]) -> frozenset[str]:
    """What of a list's word is looked for within compounds; nothing where it is too short."""
    if len(folded) < SHORTEST_PART or not folded.isalpha():
        return frozenset()
    return frozenset(each for each in (folded, *forms) if len(each) >= SHORTEST_PART and each.isalpha())


def has_part(folded: str, forms: Iterable[str], parts: frozenset[str]) -> bool:
    """A text's word begins or ends with one of the parts, and has something more."""
    if len(folded) > LONGEST or not folded.isalpha():
        return False
    ends = [folded[: len(folded) - cut] for cut in range(LONGEST_ENDING + 1)] + list(forms)
    for part in parts:
        if folded.startswith(part) and len(folded) - len(part) >= SHORTEST_BEHIND:
            return True
        if any(end.endswith(part) and len(end) - len(part) >= SHORTEST_BEFORE for end in ends):
            return True
    return False


def find_parts(folded: str, forms: Iterable[str]) -> set[str]:
    """All parts for which `has_part` is true of this word."""
    if len(folded) > LONGEST or not folded.isalpha():
        return set()
    found = {folded[:end] for end in range(SHORTEST_PART, len(folded) - SHORTEST_BEHIND + 1)}
    for end in (*(folded[: len(folded) - cut] for cut in range(LONGEST_ENDING + 1)), *forms):
        found.update(end[start:] for start in range(SHORTEST_BEFORE, len(end) - SHORTEST_PART + 1))
    return found
