"""Words and pairs of words of titles: what may be suggested as a keyword or minus-word, and where it stands."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from matching.languages import EVERYDAY_WORDS
from matching.learning.changes import Sample
from matching.query.parser import BadQuery, parse
from matching.stems import to_acronym
from matching.stream import Rank, Stream
from matching.words import fold

TITLES = (Rank.TITLE, Rank.LOT_TITLE)
LONGEST = 2  # words
SHORTEST = 4  # letters of a word alone
Key = tuple[str, ...]
"""A phrase by the stems of its words: what is the same to a list of keywords."""


class Wording:
    """The phrases of the titles of these samples: `places` are the samples' numbers by phrase."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.places: dict[Key, set[int]] = defaultdict(set)
        self._written: dict[Key, Counter[str]] = defaultdict(Counter)
        for number, sample in enumerate(samples):
            for stream in sample.reading.streams:
                for key, written in _find_phrases(stream):
                    self.places[key].add(number)
                    self._written[key][written] += 1

    def to_line(self, key: Key) -> str | None:
        """The line of a keyword list that finds it, as it is written most often; None: it cannot be written."""
        written = max(self._written[key].items(), key=lambda pair: (pair[1], pair[0]))[0]
        for line in (written, f'"{written}"'):
            try:
                parse(line)
            except BadQuery:
                continue
            return line
        return None


def _find_phrases(stream: Stream) -> Iterator[tuple[Key, str]]:
    """The phrases of its titles; one neither begins nor ends with a word that stands in every text."""
    for first in range(len(stream.terms)):
        place = stream.places[first]
        if place.rank not in TITLES or not _says(stream, first):
            continue
        for last in range(first, min(first + LONGEST, len(stream.terms))):
            if stream.places[last] is not place or not _goes_on(stream, first, last):
                break
            if not _says(stream, last):
                continue
            text = place.text[stream.spans[first][0] : stream.spans[last][1]]
            if last > first or len(text) >= SHORTEST or to_acronym(text) or not text.isascii():
                yield tuple(stream.terms[node].forms[0] for node in range(first, last + 1)), _to_plain(text, place.text)


def _says(stream: Stream, node: int) -> bool:
    start, end = stream.spans[node]
    word = stream.places[node].text[start:end]
    letters = any(each.isalpha() for each in word)
    return letters and word.lower() not in EVERYDAY_WORDS and fold(word) not in EVERYDAY_WORDS


def _goes_on(stream: Stream, first: int, last: int) -> bool:
    """Only blanks and hyphens stand between the words."""
    if first == last:
        return True
    text = stream.places[last].text
    return all(sign.isspace() or sign == "-" for sign in text[stream.spans[last - 1][1] : stream.spans[last][0]])


def _to_plain(text: str, title: str) -> str:
    """In small letters, but for an acronym in a title that has small letters too."""
    typed = " ".join(text.split())
    if title.isupper():
        return typed.lower()
    return " ".join(word if to_acronym(word) else word.lower() for word in typed.split(" "))
