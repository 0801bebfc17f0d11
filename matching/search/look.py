"""A line of a list held against the index: the notices that may have it. Too many, never too few."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np

from matching.compounds import LANGUAGES as COMPOUNDING
from matching.compounds import has_part, to_parts
from matching.phrases import spellings
from matching.query.find import ASIDE as ASIDE_FIELDS
from matching.query.find import code_prefix
from matching.query.nodes import And, HasCode, InField, InLanguage, Minus, Mode, Near, Node, Or, Phrase, Word
from matching.search.index import Index, Mask, code_start
from matching.search.words import ASIDE, LONGEST_WORD, to_aside, to_language_word
from matching.stems import LEMMAS, STEMMERS, as_written, vocabulary
from matching.typos import is_near, most_errors
from matching.words import fold

MOST_LINES = 3_000  # that are looked for one by one; what asks for more is held against all notices
SLOW = LEMMAS.keys() - STEMMERS.keys()
"""Languages whose dictionaries take a second to load."""


class Look:
    """Looks in texts of these languages; what stands in others only may be missed."""

    def __init__(self, index: Index, languages: Iterable[str]) -> None:
        self.index = index
        self.languages = frozenset(languages)
        self._compounding = sorted(self.languages & COMPOUNDING)
        self._spoken: dict[str, Mask] = {}

    def find(self, node: Node, *, aside: bool = False) -> Mask:
        """Entries that may have the line; `aside`: in buyers' names and documents' titles."""
        match node:
            case Phrase(words):
                return self.find_phrase(words, aside=aside)
            case Or(parts):
                return _any([self.find(part, aside=aside) for part in parts])
            case And(parts):
                return _all([self.find(part, aside=aside) for part in parts if not isinstance(part, Minus)])
            case Near(left, right):
                return _all([self.find(left, aside=aside), self.find(right, aside=aside)])
            case InField(field, body):
                return self.find(body, aside=field in ASIDE_FIELDS)
            case InLanguage(languages):
                return self.index.has(map(to_language_word, languages))
            case HasCode(scheme, written):
                return self.index.starts(code_start(*code_prefix(scheme, written)))
            case Minus():
                raise AssertionError("a minus stands in And only")

    def find_all(self, lines: Sequence[Node], codes: Sequence[tuple[str, str]] = ()) -> Mask:
        """Entries that may have one of these lines or codes."""
        found = (*map(self.find, lines), *(self.index.starts(code_start(*code)) for code in codes))
        return reduce(np.logical_or, found, self.index.nothing())

    def find_wanted(self, lines: Sequence[Node], codes: Sequence[tuple[str, str]]) -> Mask:
        """The same; all entries where there are very many."""
        return self.index.everything() if len(lines) + len(codes) > MOST_LINES else self.find_all(lines, codes)

    def find_phrase(self, words: Sequence[Word], *, aside: bool = False) -> Mask:
        """Entries with all words of one of the phrase's spellings."""
        ways = spellings(words, compounds=bool(self._compounding))
        return _any([_all([self._find_word(word, aside) for word in way]) for way in ways])

    def _find_word(self, word: Word, aside: bool) -> Mask:
        folded, sign = fold(word.raw), ASIDE if aside else ""
        match word.mode:
            case Mode.START:
                return self.index.starts(sign + folded)
            case Mode.FUZZY:
                return self._find_near(folded, sign)
            case Mode.EXACT:
                found = {folded}
            case Mode.WRITTEN:
                found = {as_written(word.raw)}
            case Mode.FORMS if aside:
                found = {*self._forms(word.raw), *self._compounds(word.raw, folded, sign)}
            case Mode.FORMS:
                return self._find_forms(word.raw) | self.index.has(self._compounds(word.raw, folded, sign))
        return self.index.has(map(to_aside, found) if aside else found)

    def _forms(self, raw: str) -> dict[str, set[str]]:
        """The forms of a word, each with the languages in which it is one."""
        found: dict[str, set[str]] = defaultdict(set)
        for language in self.languages:
            for form in vocabulary(language).term(raw).forms:
                found[form].add(language)
        return found

    def _find_forms(self, raw: str) -> Mask:
        """Entries with a form of the word and a text in a language in which it is one: `compos` is a stem in many."""
        by_languages: dict[frozenset[str], list[str]] = defaultdict(list)
        for form, languages in self._forms(raw).items():
            by_languages[frozenset(languages)].append(form)
        masks = [
            self.index.has(forms) if languages == self.languages else self.index.has(forms) & self._speak(languages)
            for languages, forms in by_languages.items()
        ]
        return _any(masks) if masks else self.index.nothing()

    def _speak(self, languages: Iterable[str]) -> Mask:
        """Entries with a text in one of these languages."""
        for language in languages:
            if language not in self._spoken:
                self._spoken[language] = self.index.has([to_language_word(language)])
        return _any([self._spoken[language] for language in languages])

    def _compounds(self, raw: str, folded: str, sign: str) -> set[str]:
        """Words that begin or end with the word. (What ends with it by its stem has that stem as a word of its own.)"""
        each = [to_parts(folded, vocabulary(language).term(raw).forms) for language in self._compounding]
        parts = frozenset().union(*each)
        if not parts:
            return set()
        found = self.index.words_with(_shortest(parts))
        bare = {word[len(sign) :] for word in found if word.startswith(sign)}
        return {word for word in bare if has_part(word, (), parts)}

    def _find_near(self, folded: str, sign: str) -> Mask:
        errors, letters = most_errors(folded), set(folded)
        if len(folded) + errors + len(sign) > LONGEST_WORD:
            return self.index.everything()
        length = len(folded) + len(sign)
        every = self.index.words_of_length(length - errors, length + errors)
        bare = (word[len(sign) :] for word in every if word.startswith(sign))
        near = {word for word in bare if len(letters.symmetric_difference(word)) <= 2 * errors}
        found = {word for word in near if is_near(folded, word, errors)}
        return self.index.has(sign + word for word in found)


def _shortest(parts: Iterable[str]) -> list[str]:
    """Without parts that have another in them: what has them has that too."""
    kept: list[str] = []
    for part in sorted(parts, key=len):
        if not any(other in part for other in kept):
            kept.append(part)
    return kept


def _any(masks: Sequence[Mask]) -> Mask:
    return reduce(np.logical_or, masks)


def _all(masks: Sequence[Mask]) -> Mask:
    return reduce(np.logical_and, masks)
