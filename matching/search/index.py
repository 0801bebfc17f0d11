"""The stored notices by their words: each answer is a mask over entries, of which a changed notice has several."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from matching.meaning.labels import find_divisions
from matching.search.words import CODE, LANGUAGE, WORDS_VERSION, cut
from storage.meanings import find_chances, find_meanings, find_meanings_starting
from storage.postings import Places
from storage.search import (
    Found,
    find_loose,
    find_postings,
    find_postings_starting,
    find_segments,
    find_words_of_length,
    find_words_starting,
    find_words_with,
)

Mask = NDArray[np.bool_]
"""For each entry of the index: a notice as it was matched once."""
Chances = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Meant:
    """The entries in which an English form is meant, and how surely in a title and anywhere: `words.LEVEL` is 1."""

    form: str
    entries: NDArray[np.int64]
    title: NDArray[np.uint8]
    text: NDArray[np.uint8]


class Index:
    """What was stored when it was made; good as long as its connection's transaction.

    Notices with words of another release are in every answer, because nobody can tell what they have.
    """

    def __init__(self, c: Connection) -> None:
        self._c = c
        loose = find_loose(c)  # before the segments: what moves in between is then seen twice, not missed
        segments = find_segments(c)
        self.numbers = np.concatenate(
            [np.zeros(0, np.int64), *(each.numbers for each in segments), [row.notice_id for row in loose]]
        ).astype(np.int64)
        lengths = [len(each.numbers) for each in segments]
        starts: list[int] = np.cumsum([0, *lengths])[:-1].tolist()
        self._starts = {each.id: start for each, start in zip(segments, starts, strict=True)}
        self._first_loose = sum(lengths)
        self._loose = [row.found_by.words for row in loose]
        self._loose_meanings = [row.found_by.meanings for row in loose]
        self._loose_chances = b"".join(row.found_by.chances for row in loose)
        versions = [(start, len(each.numbers), each.versions) for each, start in zip(segments, starts, strict=True)]
        self._versions = [*versions, *((place, 1, row.versions) for place, row in enumerate(loose, self._first_loose))]
        self._unread = self.nothing()
        for start, length, version in self._versions:
            self._unread[start : start + length] = version.words != WORDS_VERSION

    def nothing(self) -> Mask:
        """No entry."""
        return np.zeros(len(self.numbers), bool)

    def everything(self) -> Mask:
        """All entries."""
        return np.ones(len(self.numbers), bool)

    def has(self, words: Iterable[str]) -> Mask:
        """Entries with at least one of these words."""
        wanted = sorted({cut(word) for word in words if word})
        return self._fill(find_postings(self._c, wanted), [f"\n{word}\n" for word in wanted])

    def starts(self, start: str) -> Mask:
        """Entries with a word of this beginning."""
        return self._fill(find_postings_starting(self._c, cut(start)), [f"\n{cut(start)}"])

    def _fill(self, found: Iterable[Found], texts: Sequence[str]) -> Mask:
        mask = self._unread.copy()
        for segment, places in found:
            start = self._starts.get(segment)
            if start is not None:  # else it is not complete
                mask[start + places] = True
        for place, words in enumerate(self._loose, self._first_loose):
            if any(text in words for text in texts):
                mask[place] = True
        return mask

    def languages(self) -> set[str]:
        """ISO 639-1 (or `und`) of all texts."""
        found = set(find_words_starting(self._c, LANGUAGE))
        found.update(word for words in self._loose for word in _starting(words, LANGUAGE))
        return {word[len(LANGUAGE) :] for word in found}

    def words_with(self, parts: Sequence[str]) -> set[str]:
        """Words with one of these parts in them."""
        found = set(find_words_with(self._c, parts))
        near = [words for words in self._loose if any(part in words for part in parts)]
        found.update(word for words in near for word in words.split("\n") if any(part in word for part in parts))
        return found

    def words_of_length(self, shortest: int, longest: int) -> set[str]:
        """Words of so many letters."""
        found = set(find_words_of_length(self._c, shortest, longest))
        every = (word for words in self._loose for word in words.split("\n"))
        return found.union(word for word in every if shortest <= len(word) <= longest)

    def find_meant(self, forms: Iterable[str], starts: Iterable[str]) -> Iterator[Meant]:
        """Where these English forms, and those with these beginnings, are meant."""
        exact, begun = sorted(forms), sorted(starts)
        found = chain(find_meanings(self._c, exact), *(find_meanings_starting(self._c, start) for start in begun))
        for each in found:
            if (start := self._starts.get(each.segment)) is not None:
                yield Meant(each.form, start + each.places, each.title, each.text)
        if self._loose_meanings and (exact or begun):
            yield from self._find_loose([f"\n{form} " for form in exact] + [f"\n{start}" for start in begun])

    def _find_loose(self, texts: Sequence[str]) -> Iterator[Meant]:
        for place, meanings in enumerate(self._loose_meanings, self._first_loose):
            for text in texts:
                for form, title, anywhere in _levels(meanings, text):
                    yield Meant(form, np.array([place]), np.array([title], np.uint8), np.array([anywhere], np.uint8))

    def read_chances(self, entries: NDArray[np.int64] | None = None) -> Iterator[tuple[int, Chances]]:
        """For runs of entries: the place of the first, and each one's chances of divisions (zeros: nothing said).

        `entries` (sorted): only runs that have some of these.
        """
        for segment, packed in find_chances(self._c, None if entries is None else self._segments_of(entries)):
            if (start := self._starts.get(segment)) is not None:
                yield start, _to_rows(packed)
        if self._loose_chances:
            yield self._first_loose, _to_rows(self._loose_chances)

    def _segments_of(self, entries: NDArray[np.int64]) -> list[int]:
        numbers, starts = list(self._starts), np.array([*self._starts.values(), self._first_loose])
        many = np.diff(np.searchsorted(entries, starts))
        return [number for number, count in zip(numbers, many.tolist(), strict=True) if count]

    def find_other(self, model: str) -> Mask:
        """Entries with words of another release, or with chances and meanings by another model."""
        mask = self._unread.copy()
        for start, length, version in self._versions:
            mask[start : start + length] |= version.meaning != model
        return mask

    def find_unread(self) -> Mask:
        """Entries with words of another release."""
        return self._unread.copy()

    def find_unmeant(self, model: str) -> Mask:
        """Entries whose chances and meanings are by another model, of notices that have none by this one."""
        mask = self.nothing()
        for start, length, version in self._versions:
            mask[start : start + length] = version.meaning != model
        if mask.any():
            mask &= ~self.has_numbers(self.numbers[~mask])
        return mask

    def has_numbers(self, notices: Places) -> Mask:
        """Entries of these notices."""
        known = np.zeros(int(max(self.numbers.max(initial=0), notices.max(initial=0))) + 1, bool)
        known[notices] = True
        return known[self.numbers]

    def to_entries(self, notices: Places, values: NDArray[np.float64]) -> NDArray[np.float32]:
        """A value of notices as one of their entries; NaN for others."""
        known = np.full(int(max(self.numbers.max(initial=0), notices.max(initial=0))) + 1, np.nan, np.float32)
        known[notices] = values
        return known[self.numbers]

    def count(self, mask: Mask | None = None) -> int:
        """How many notices these entries (None: all) are of."""
        numbers = self.numbers if mask is None else self.numbers[mask]
        seen = np.zeros(int(self.numbers.max(initial=-1)) + 1, bool)  # ten times as quick as sorting them
        seen[numbers] = True
        return int(seen.sum())

    def to_numbers(self, mask: Mask) -> list[int]:
        """The notices of these entries, the newest first."""
        found: list[int] = np.unique(self.numbers[mask])[::-1].tolist()
        return found


def _levels(meanings: str, text: str) -> Iterator[tuple[str, int, int]]:
    place = meanings.find(text)
    while place >= 0:
        end = meanings.index("\n", place + 1)
        form, levels = meanings[place + 1 : end].split(" ")
        yield form, int(levels[:2], 16), int(levels[2:], 16)
        place = meanings.find(text, end)


def _to_rows(packed: bytes) -> Chances:
    return np.frombuffer(packed, "<f2").reshape(-1, len(find_divisions()))


def _starting(words: str, sign: str) -> Iterable[str]:
    """The words with this sign; they stand together, because words are sorted."""
    place = words.find(f"\n{sign}")
    while place >= 0:
        end = words.index("\n", place + 1)
        yield words[place + 1 : end]
        place = end if words.startswith(f"\n{sign}", end) else -1


def code_start(scheme: str, prefix: str) -> str:
    """What words of codes in a branch begin with."""
    return f"{CODE}{cut(scheme)}:{prefix}".replace("\n", " ")
