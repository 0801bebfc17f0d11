"""A profile made ready for matching: its phrases compiled once for each language that a notice brings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.profiles import CatalogueItem, Profile
from matching.codes import to_prefix
from matching.meaning.counts import Vector
from matching.meaning.profiles import find_shares
from matching.meaning.senses import Senses
from matching.meaning.words import KeywordWords
from matching.phrases import PhraseIndex, compile_exact, read_phrase
from matching.query.find import Lines
from matching.query.lists import combine, read_list
from matching.query.nodes import Node, Phrase, Word, phrases
from matching.words import fold

SHORTEST_NUMBER = 4  # letters and digits of a part number; shorter ones stand in every text
SHORTEST_DIGITS = 6  # of one made of digits alone: 2026 is a year, 10000 a quantity


@dataclass(frozen=True, slots=True)
class WantedCode:
    """A code prefix that the profile or one of its items wants; `written` as the person wrote it."""

    written: str
    item: CatalogueItem | None


@dataclass(slots=True)
class Prepared:
    """A profile with its lists compiled; `named` and `numbered` are the items behind the lines after the keywords.

    May be used from several threads: compiling twice gives the same.
    """

    profile: Profile
    keywords: tuple[str, ...]
    wanted: Lines
    minus: Lines
    named: list[CatalogueItem]
    numbers: list[tuple[Word, ...]]
    numbered: list[CatalogueItem]
    codes: dict[tuple[str, str], WantedCode]
    _numbers: dict[str, PhraseIndex] = field(default_factory=dict)
    _senses: Senses | None = None
    _words: KeywordWords | None = None
    _shares: list[Vector | None] = field(default_factory=list)

    def number_index(self, language: str) -> PhraseIndex:
        """The part numbers for texts in this language."""
        found = self._numbers.get(language)
        if found is None:
            found = self._numbers[language] = compile_exact(self.numbers, language)
        return found

    @property
    def senses(self) -> Senses:
        """Its phrases, to be looked for by meaning; numbered as `wanted` numbers them."""
        if self._senses is None:
            self._senses = Senses(self.wanted.leaves, self.profile.language)
        return self._senses

    @property
    def words(self) -> KeywordWords:
        """The words of its keywords, each by itself."""
        if self._words is None:
            self._words = KeywordWords(self.wanted.nodes[: len(self.keywords)], self.profile.language)
        return self._words

    @property
    def shares(self) -> Vector | None:
        """What it sells, as a share of each division of the CPV; None where its words say nothing."""
        if not self._shares:
            self._shares.append(find_shares(self.profile, keyword_texts(self.wanted.nodes[: len(self.keywords)])))
        return self._shares[0]

    def item(self, line: int) -> CatalogueItem | None:
        """The item whose name is line number `line`, or None for a keyword."""
        number = line - len(self.keywords)
        return self.named[number] if number >= 0 else None

    def written(self, line: int) -> str:
        """The keyword as marketing wrote it, or the item's sku and name."""
        item = self.item(line)
        return label(item) if item else self.keywords[line]


def prepare(profile: Profile) -> Prepared:
    """The profile, ready for `score`. Items' names that are no phrases (too long, no letters) are left out."""
    named, names = named_items(profile)
    numbered = [item for item in profile.catalogue if is_part_number(item.sku)]
    wanted, minus = read_keywords(profile)
    return Prepared(
        profile=profile,
        keywords=_written_keywords(profile),
        wanted=Lines([*wanted, *names]),
        minus=Lines(minus),
        named=named,
        numbers=[read_phrase(item.sku) for item in numbered],
        numbered=numbered,
        codes=wanted_codes(profile),
    )


def read_keywords(profile: Profile) -> tuple[list[Node], list[Node]]:
    """What its keyword lists look for, and its minus-words."""
    keywords = profile.keywords
    lines = read_list((*keywords.include, *keywords.all))  # one list: its capitals mean the same
    return combine(lines[: len(keywords.include)], lines[len(keywords.include) :]), read_list(keywords.exclude)


def keyword_texts(nodes: Sequence[Node]) -> list[str]:
    """The phrases of lines as plain texts."""
    return [" ".join(word.raw for word in phrase.words) for node in nodes for phrase in phrases(node)]


def named_items(profile: Profile) -> tuple[list[CatalogueItem], list[Phrase]]:
    """The items whose names are phrases, and these."""
    named = [(item, words) for item in profile.catalogue if (words := _name_words(item.name))]
    return [item for item, _ in named], [Phrase(words) for _, words in named]


def _written_keywords(profile: Profile) -> tuple[str, ...]:
    """The lines as people know them; where there are only such as must all be there, these are one."""
    keywords = profile.keywords
    return keywords.include if keywords.include or not keywords.all else (" AND ".join(keywords.all),)


def label(item: CatalogueItem) -> str:
    """An item as people name it."""
    return f"{item.sku} {item.name}".strip()


def is_part_number(sku: str) -> bool:
    """Worth looking for: letters with digits, or digits enough, so that a year or a quantity is never taken for it."""
    solid = re.sub(r"[\W_]", "", fold(sku))
    if not any(each.isdigit() for each in solid) or "*" in sku or len(sku.split()) > 1:
        return False
    return len(solid) >= (SHORTEST_DIGITS if solid.isdigit() else SHORTEST_NUMBER) and _name_words(sku) is not None


def _name_words(name: str) -> tuple[Word, ...] | None:
    try:
        return read_phrase(name.replace("*", " "))
    except ValueError:
        return None


def wanted_codes(profile: Profile) -> dict[tuple[str, str], WantedCode]:
    """The code prefixes that the profile or an item names; the profile's own come first."""
    wanted: dict[tuple[str, str], WantedCode] = {}
    for scheme, codes in profile.codes.items():
        for written in codes:
            wanted.setdefault(to_prefix(scheme, written), WantedCode(f"{scheme} {written}", None))
    for item in profile.catalogue:
        for scheme, written in item.codes:
            wanted.setdefault(to_prefix(scheme, written), WantedCode(f"{label(item)}: {scheme} {written}", item))
    return wanted
