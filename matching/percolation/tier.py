"""Profiles in one index: appended to, never changed; what is replaced is only marked as gone."""

from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matching.evidence import find_numbers
from matching.percolation.batch import to_edges
from matching.percolation.rows import Leads, Line, Rows, Tested, to_spellings
from matching.percolation.trie import EMPTY, Ints, Trie, spread
from matching.percolation.vocabulary import Slots
from matching.prepare import Prepared
from matching.query.nodes import Word
from matching.reading import Reading
from matching.stems import Vocabulary
from matching.stream import Stream

MOST_LANGUAGES = 12  # whose tries are kept, those used last

Prepare = Callable[[int], Prepared]
"""The profile with this number, made ready; asked for where one of its lines must be tested."""


@dataclass(slots=True)
class _Language:
    """The index for texts of one language; `owners` and `leads` go with `trie.rows`, `size` is how many the tier had."""

    slots: Slots
    trie: Trie | None = None
    owners: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    leads: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    size: int = EMPTY


@dataclass(slots=True)
class Found:
    """Profiles by number: that have something in the notice, and that have a minus-word in it."""

    wanted: list[set[int]]
    stopped: list[set[int]]


class Tier:
    """`add` numbers profiles from 0. Not safe over threads."""

    __slots__ = (
        "_codes", "_compounds", "_flat", "_ids", "_languages", "_leads", "_lengths", "_lines", "_owners",
        "_spoken", "_tested_codes", "_words", "alive", "asides", "size",
    )  # fmt: skip

    def __init__(self) -> None:
        self.size = 0
        self.alive: NDArray[np.bool_] = np.zeros(0, bool)
        self.asides = False
        self._words: list[Word] = []
        self._ids: dict[Word, int] = {}
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
        plain = Word(word.raw, word.mode)
        number = self._ids.get(plain)
        if number is None:
            number = self._ids[plain] = len(self._words)
            self._words.append(plain)
        return number

    def _language(self, words: Vocabulary) -> _Language:
        """The index of a language, brought up to date."""
        key = id(words)  # a vocabulary lives as long as the process
        language = self._languages.get(key) or _Language(Slots(words))
        self._languages[key] = language
        self._languages.move_to_end(key)
        if len(self._languages) > MOST_LANGUAGES:
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
        rows = taken[language.trie.rows]
        language.owners, language.leads = np.array(self._owners)[rows], np.array(self._leads)[rows]
        language.size = len(self._lengths)

    def find(self, readings: Sequence[Reading], prepare: Prepare) -> Found:
        """Which profiles want and which refuse each notice, among those alive. Exact."""
        texts = len(readings)
        pairs = [self._walk(words, streams, texts) for words, streams in self._group(readings)]
        text, owner, leads = (
            np.concatenate([np.zeros(0, np.int64), *(pair[part] for pair in pairs)]) for part in range(3)
        )
        found = Found(self._split(text, owner, leads == Leads.WANTED, texts), [])
        found.stopped = self._split(text, owner, leads == Leads.STOPPED, texts)
        lines = self._split(text, owner, leads == Leads.TESTED, texts, alive=False)
        for number, reading in enumerate(readings):
            wanted = found.wanted[number]
            for code in reading.codes.keys() & self._codes.keys():
                wanted.update(owner for owner in self._codes[code] if self.alive[owner])
            lines[number].update(
                n for code in reading.codes.keys() & self._tested_codes.keys() for n in self._tested_codes[code]
            )
            if self._spoken:
                lines[number].update(n for each in reading.streams for n in self._spoken.get(each.language, ()))
            self._test(reading, lines[number], wanted, found.stopped[number], prepare)
        return found

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

    def _walk(self, words: Vocabulary, streams: list[tuple[int, Stream]], texts: int) -> tuple[Ints, Ints, Ints]:
        """(notice, owner, leads) of the rows that stand in the streams."""
        language = self._language(words)
        assert language.trie is not None
        text, node = language.trie.walk(to_edges(streams, language.slots))
        first = language.trie.first
        each, which = spread(first[node], first[node + 1] - first[node])
        text, owner, leads = text[which], language.owners[each], language.leads[each]
        if not self.asides:
            return text, owner, leads
        taken = (text < texts) | (leads == Leads.TESTED)
        return text[taken] % texts, owner[taken], leads[taken]

    def _split(
        self, text: Ints, owner: Ints, taken: NDArray[np.bool_], texts: int, *, alive: bool = True
    ) -> list[set[int]]:
        """The owners by notice."""
        text, owner = text[taken], owner[taken]
        if alive:
            lives = self.alive[owner]
            text, owner = text[lives], owner[lives]
        order = np.argsort(text, kind="stable")
        edges = np.searchsorted(text[order], np.arange(1, texts))
        return [set(part.tolist()) for part in np.split(owner[order], edges)]

    def _test(self, reading: Reading, lines: set[int], wanted: set[int], stopped: set[int], prepare: Prepare) -> None:
        """Adds the profiles whose lines prove true; minus-words only where the profile wants the notice."""
        for kinds, into in ((_WANTED, wanted), ({Tested.MINUS}, stopped)):
            owners = {self._lines[n][0]: self._lines[n][1].kind for n in lines if self._lines[n][1].kind in kinds}
            for owner in owners:
                if not self.alive[owner] or owner in into or (into is stopped and owner not in wanted):
                    continue
                if _is_true(reading, prepare(owner), kinds):
                    into.add(owner)


_WANTED = {Tested.KEYWORDS, Tested.NUMBERS}


def _is_true(reading: Reading, prepared: Prepared, kinds: set[Tested]) -> bool:
    if Tested.MINUS in kinds:
        return bool(prepared.minus.find(reading))
    return bool(prepared.wanted.find(reading)) or bool(find_numbers(reading, prepared))
