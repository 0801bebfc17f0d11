"""Profiles in one index: appended to, never changed; what is replaced is only marked as gone."""

from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.evidence import find_numbers
from matching.percolation.batch import to_edges
from matching.percolation.rows import Leads, Line, Rows, Tested, to_spellings
from matching.percolation.trie import EMPTY, Postings, Trie, spread
from matching.percolation.vocabulary import Slots
from matching.prepare import Prepared
from matching.query.nodes import Mode, Word
from matching.reading import Reading
from matching.stems import Vocabulary
from matching.stream import Stream

LANGUAGES, MOST_ROWS = 12, 8_000_000  # whose tries are kept, those used last; as many more as have so few rows in all

Bools = NDArray[np.bool_]
Prepare = Callable[[int], Prepared]
"""The profile with this number, made ready; asked for where one of its lines must be tested."""


@dataclass(slots=True)
class _Language:
    """The index for texts of one language; `size` is how many rows the tier had when it was built."""

    slots: Slots
    trie: Trie | None = None
    postings: dict[Leads, Postings] = field(default_factory=dict)
    size: int = EMPTY


@dataclass(slots=True)
class Found:
    """[notice, profile]: the profile has something in the notice; and no minus-word of it stops that."""

    wanted: Bools
    hits: Bools


class Tier:
    """`add` numbers profiles from 0. Not safe over threads."""

    __slots__ = (
        "_codes", "_compounds", "_flat", "_languages", "_leads", "_lengths", "_lines", "_owners", "_plain",
        "_signed", "_spoken", "_tested_codes", "_words", "alive", "asides", "size",
    )  # fmt: skip

    def __init__(self) -> None:
        self.size = 0
        self.alive: Bools = np.zeros(0, bool)
        self.asides = False
        self._words: list[Word] = []
        self._plain: dict[str, int] = {}
        self._signed: dict[Mode, dict[str, int]] = {mode: {} for mode in Mode}
        self._flat, self._lengths, self._owners = array("i"), array("b"), array("i")
        self._leads, self._compounds = array("b"), array("b")
        self._lines: list[tuple[int, Line]] = []
        self._codes: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._tested_codes: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._spoken: dict[str, list[int]] = defaultdict(list)
        self._languages: OrderedDict[int, _Language] = OrderedDict()

    def add(self, rows: Iterable[Rows]) -> int:
        """Appends profiles; the number of the first of them."""
        first = self.size
        for each in rows:
            self._add(each)
        self.alive = np.concatenate([self.alive, np.ones(self.size - first, bool)])
        return first

    def _add(self, rows: Rows) -> None:
        for words in rows.wanted:
            self._add_phrase(words, Leads.WANTED, self.size)
        for words in rows.stopped:
            self._add_phrase(words, Leads.STOPPED, self.size)
        for code in rows.codes:
            self._codes[code].append(self.size)
        for line in rows.tested:
            self.asides |= line.asides
            for words in line.anchors.phrases:
                self._add_phrase(words, Leads.TESTED, len(self._lines))
            for code in line.anchors.codes:
                self._tested_codes[code].append(len(self._lines))
            for language in line.anchors.languages:
                self._spoken[language].append(len(self._lines))
            self._lines.append((self.size, line))
        self.size += 1

    def _add_phrase(self, words: tuple[Word, ...], leads: Leads, owner: int) -> None:
        for spelling, compound in to_spellings(words):
            self._flat.extend(map(self._to_id, spelling))
            self._lengths.append(len(spelling))
            self._owners.append(owner)
            self._leads.append(leads)
            self._compounds.append(compound)

    def _to_id(self, word: Word) -> int:
        ids = self._plain if word.mode is Mode.FORMS else self._signed[word.mode]
        number = ids.get(word.raw)
        if number is None:
            number = ids[word.raw] = len(self._words)
            self._words.append(Word(word.raw, word.mode))
        return number

    def _language(self, words: Vocabulary) -> _Language:
        """The index of a language, brought up to date."""
        key = id(words)  # a vocabulary lives as long as the process
        language = self._languages.get(key) or _Language(Slots(words))
        self._languages[key] = language
        self._languages.move_to_end(key)
        if len(self._languages) > max(LANGUAGES, MOST_ROWS // max(len(self._lengths), 1)):
            self._languages.popitem(last=False)
        if language.size != len(self._lengths):
            self._build(language, words)
        return language

    def _build(self, language: _Language, words: Vocabulary) -> None:
        language.slots.learn(self._words)
        lengths = np.array(self._lengths, np.int64)
        flat = np.array(language.slots.of_word, np.int64)[np.array(self._flat, np.int64)]
        taken = np.arange(len(lengths))
        if not words.compounds and any(self._compounds):
            taken = np.flatnonzero(np.array(self._compounds) == 0)
            places, _ = spread((np.cumsum(lengths) - lengths)[taken], lengths[taken])
            flat, lengths = flat[places], lengths[taken]
        language.trie = Trie(flat, lengths, len(language.slots))
        owners, leads = np.array(self._owners)[taken], np.array(self._leads)[taken]
        for lead in Leads:
            of_lead = leads == lead
            language.postings[lead] = Postings(language.trie.nodes, language.trie.at[of_lead], owners[of_lead])
        language.size = len(self._lengths)

    def find(self, readings: Sequence[Reading], prepare: Prepare) -> Found:
        """Which profiles want and which refuse each notice, among those alive. Exact."""
        texts = len(readings)
        wanted, stopped = np.zeros((texts, self.size), bool), np.zeros((texts, self.size), bool)
        lines: set[tuple[int, int]] = set()
        for words, streams in self._group(readings):
            language = self._language(words)
            assert language.trie is not None
            text, node = language.trie.walk(to_edges(streams, language.slots))
            tested, line = language.postings[Leads.TESTED].find(text, node)
            lines.update(zip((tested % texts).tolist(), line.tolist(), strict=True))
            if self.asides:
                text, node = text[text < texts], node[text < texts]
            for table, lead in ((wanted, Leads.WANTED), (stopped, Leads.STOPPED)):
                within, owner = language.postings[lead].find(text, node)
                table.reshape(-1)[within * self.size + owner] = True
        for number, reading in enumerate(readings):
            for code in reading.codes.keys() & self._codes.keys():
                wanted[number, self._codes[code]] = True
            lines.update((number, line) for line in self._find_conditions(reading))
        wanted &= self.alive
        if lines:
            self._test(readings, lines, wanted, stopped, prepare)
        return Found(wanted, wanted & ~stopped)

    def _find_conditions(self, reading: Reading) -> Iterator[int]:
        """Lines to be tested because of a code or a language."""
        for code in reading.codes.keys() & self._tested_codes.keys():
            yield from self._tested_codes[code]
        for stream in reading.streams if self._spoken else ():
            yield from self._spoken.get(stream.language, ())

    def _group(self, readings: Sequence[Reading]) -> list[tuple[Vocabulary, list[tuple[int, Stream]]]]:
        """The streams by vocabulary; buyers and documents count as texts of further notices."""
        groups: dict[int, tuple[Vocabulary, list[tuple[int, Stream]]]] = {}
        for number, reading in enumerate(readings):
            for stream in reading.streams:
                words = stream.vocabulary
                groups.setdefault(id(words), (words, []))[1].append((number, stream))
            for stream in reading.asides if self.asides else ():
                words = stream.vocabulary
                groups.setdefault(id(words), (words, []))[1].append((number + len(readings), stream))
        return list(groups.values())

    def _test(
        self, readings: Sequence[Reading], lines: set[tuple[int, int]], wanted: Bools, stopped: Bools, prepare: Prepare
    ) -> None:
        """Adds the profiles whose lines prove true; minus-words only where the profile wants the notice."""
        for minus in (False, True):
            kind = {(text, self._lines[n][0]) for text, n in lines if (self._lines[n][1].kind is Tested.MINUS) == minus}
            for text, owner in sorted(kind):
                table = stopped if minus else wanted
                if not self.alive[owner] or table[text, owner] or (minus and not wanted[text, owner]):
                    continue
                table[text, owner] = _is_true(readings[text], prepare(owner), minus=minus)


def _is_true(reading: Reading, prepared: Prepared, *, minus: bool) -> bool:
    if minus:
        return bool(prepared.minus.find(reading))
    return bool(prepared.wanted.find(reading)) or bool(find_numbers(reading, prepared))
