"""A profile made ready for matching: its phrases compiled once for each language that a notice brings."""

import re
from dataclasses import dataclass, field

from domain.profiles import CatalogueItem, Profile
from matching.codes import to_prefix
from matching.phrases import PhraseIndex, PhraseWord, compile_exact, compile_phrases, read_phrase
from matching.words import fold

SHORTEST_NUMBER = 4  # letters and digits of a part number; shorter ones stand in every text
SHORTEST_DIGITS = 6  # of one made of digits alone: 2026 is a year, 10000 a quantity


@dataclass(frozen=True, slots=True)
class WantedCode:
    """A code prefix that the profile or one of its items wants; `written` as the person wrote it."""

    written: str
    item: CatalogueItem | None


@dataclass(frozen=True, slots=True)
class Compiled:
    """The profile's phrases in one language: keywords and item names, minus-words, part numbers."""

    wanted: PhraseIndex
    minus: PhraseIndex
    numbers: PhraseIndex


@dataclass(slots=True)
class Prepared:
    """A profile with its phrases; `named` and `numbered` are the items behind the phrases after the keywords.

    May be used from several threads: compiling twice gives the same.
    """

    profile: Profile
    phrases: list[tuple[PhraseWord, ...]]
    minus: list[tuple[PhraseWord, ...]]
    named: list[CatalogueItem]
    numbers: list[tuple[PhraseWord, ...]]
    numbered: list[CatalogueItem]
    codes: dict[tuple[str, str], WantedCode]
    languages: dict[str, Compiled] = field(default_factory=dict)

    def compiled(self, language: str) -> Compiled:
        """The profile's phrases for texts in this language."""
        found = self.languages.get(language)
        if found is None:
            found = self.languages[language] = Compiled(
                compile_phrases(self.phrases, language),
                compile_phrases(self.minus, language),
                compile_exact(self.numbers, language),
            )
        return found

    def item(self, phrase: int) -> CatalogueItem | None:
        """The item whose name is phrase number `phrase`, or None for a keyword."""
        number = phrase - len(self.profile.keywords.include)
        return self.named[number] if number >= 0 else None

    def written(self, phrase: int) -> str:
        """The keyword as marketing wrote it, or the item's sku and name."""
        item = self.item(phrase)
        return label(item) if item else self.profile.keywords.include[phrase]


def prepare(profile: Profile) -> Prepared:
    """The profile, ready for `score`. Items' names that are no phrases (too long, no letters) are left out."""
    named = [(item, words) for item in profile.catalogue if (words := _name_words(item.name))]
    numbered = [item for item in profile.catalogue if is_part_number(item.sku)]
    return Prepared(
        profile=profile,
        phrases=[*map(read_phrase, profile.keywords.include), *(words for _, words in named)],
        minus=[*map(read_phrase, profile.keywords.exclude)],
        named=[item for item, _ in named],
        numbers=[read_phrase(item.sku) for item in numbered],
        numbered=numbered,
        codes=_wanted_codes(profile),
    )


def label(item: CatalogueItem) -> str:
    """An item as people name it."""
    return f"{item.sku} {item.name}".strip()


def is_part_number(sku: str) -> bool:
    """Worth looking for: letters with digits, or digits enough, so that a year or a quantity is never taken for it."""
    solid = re.sub(r"[\W_]", "", fold(sku))
    if not any(each.isdigit() for each in solid) or "*" in sku or len(sku.split()) > 1:
        return False
    return len(solid) >= (SHORTEST_DIGITS if solid.isdigit() else SHORTEST_NUMBER) and _name_words(sku) is not None


def _name_words(name: str) -> tuple[PhraseWord, ...] | None:
    try:
        return read_phrase(name.replace("*", " "))
    except ValueError:
        return None


def _wanted_codes(profile: Profile) -> dict[tuple[str, str], WantedCode]:
    wanted: dict[tuple[str, str], WantedCode] = {}
    for scheme, codes in profile.codes.items():
        for written in codes:
            wanted.setdefault(to_prefix(scheme, written), WantedCode(f"{scheme} {written}", None))
    for item in profile.catalogue:
        for scheme, written in item.codes:
            wanted.setdefault(to_prefix(scheme, written), WantedCode(f"{label(item)}: {scheme} {written}", item))
    return wanted
