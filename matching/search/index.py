"""The stored notices by their words: each answer is a mask over entries, of which a changed notice has several."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from matching.search.words import CODE, LANGUAGE, WORDS_VERSION, cut
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
        starts = np.cumsum([0, *lengths])[:-1].tolist()
        self._starts = {each.id: start for each, start in zip(segments, starts, strict=True)}
        self._first_loose = sum(lengths)
        self._loose = [row.words for row in loose]
        self._unread = self.nothing()
        for segment, start in zip(segments, starts, strict=True):
            self._unread[start : start + len(segment.numbers)] = segment.words_version != WORDS_VERSION
        for place, row in enumerate(loose, self._first_loose):
            self._unread[place] = row.words_version != WORDS_VERSION

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
