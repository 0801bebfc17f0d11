"""What of a profile stands in a notice: found once, then judged by the features."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.profiles import CatalogueItem
from matching.meaning.fit import Fit, find_fit
from matching.meaning.senses import Likeness
from matching.meaning.words import FoundPart
from matching.phrases import Hit
from matching.prepare import Prepared, WantedCode
from matching.reading import Reading
from matching.stream import Place, Rank
from matching.words import fold


class Span(NamedTuple):
    """Where a reason stands: `text` is what is printed at [start, end) of `field`; `matched` is the profile's side."""

    field: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    matched: str | None = None


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A keyword or an item's name where it stands best; `chance` is below 1 where it is meant, not written."""

    hit: Hit
    matched: str
    item: CatalogueItem | None
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class FoundCode:
    """The longest prefix of the profile that one of the notice's codes has."""

    prefix: str
    wanted: WantedCode
    place: Place


@dataclass(frozen=True, slots=True)
class Evidence:
    """`words` do not overlap, the best first: in the title before lots before text, the longest first.

    `meant` are further lines, that the notice says in other words or in another language, the likeliest first; `part`
    is a word of one that is not there as a whole; `fit` is how near the whole notice is to what the profile sells.
    """

    reading: Reading
    prepared: Prepared
    words: tuple[FoundWord, ...]
    numbers: tuple[Hit, ...]
    code: FoundCode | None
    meant: tuple[FoundWord, ...] = ()
    part: FoundPart | None = None
    fit: Fit | None = field(default=None, repr=False)

    def is_empty(self) -> bool:
        """Nothing of what the profile sells is written in the notice."""
        return not (self.words or self.numbers or self.code)


def find_evidence(reading: Reading, prepared: Prepared) -> Evidence:
    """All that speaks for the notice."""
    leaves = prepared.wanted.find_leaves(reading)
    written = prepared.wanted.find(reading, leaves)
    words = _apart(pick_best(hit for hits in written.values() for hit in hits))
    meant = _find_meant(reading, prepared, leaves, written, words)
    known = {*written, *(word.hit.phrase for word in meant)}
    return Evidence(
        reading,
        prepared,
        _to_words(words, prepared),
        find_numbers(reading, prepared),
        _find_code(reading, prepared),
        meant,
        prepared.words.find_best(reading.glosses, known),
        find_fit(reading.chances, prepared.shares, lambda: reading.meant),
    )


def _find_meant(
    reading: Reading,
    prepared: Prepared,
    leaves: Mapping[int, list[Hit]],
    written: Collection[int],
    words: Sequence[Hit],
) -> tuple[FoundWord, ...]:
    """The lines that are said by other words than their own, each where that is likeliest."""
    likely = [each for gloss in reading.glosses for each in prepared.senses.find(gloss)]
    merged: dict[int, list[Hit]] = defaultdict(list, {leaf: list(hits) for leaf, hits in leaves.items()})
    for each in likely:
        merged[each.hit.phrase].append(each.hit)
    found = []
    for line, hits in prepared.wanted.find(reading, merged).items() if likely else ():
        if line not in written:
            best = max((_to_meant(hit, likely, prepared) for hit in hits), key=_likelihood)
            found.append(best)
    kept: list[FoundWord] = []
    for word in sorted(found, key=_likelihood, reverse=True):
        if not any(word.hit.overlaps(other) for other in (*words, *(each.hit for each in kept))):
            kept.append(word)
    return tuple(kept)


def _to_meant(hit: Hit, likely: Sequence[Likeness], prepared: Prepared) -> FoundWord:
    """A line that is meant at a hit, with the words that lead there; it is as sure as the least sure of them."""
    inner = [
        each
        for each in likely
        if each.hit.place is hit.place and hit.start <= each.hit.start and each.hit.end <= hit.end
    ]
    pairs = dict.fromkeys(pair for each in inner for pair in each.pairs)
    said = ", ".join(f"{printed} = {english}" for printed, english in pairs if fold(printed) != fold(english))
    matched = prepared.written(hit.phrase) + (f": {said}" if said else "")
    chance = min((each.chance for each in inner), default=1.0)
    return FoundWord(hit, matched, prepared.item(hit.phrase), chance)


def _likelihood(word: FoundWord) -> tuple[float, ...]:
    hit = word.hit
    return (hit.place.rank is Rank.TITLE, word.chance, -hit.place.rank, hit.end - hit.start, -hit.start, -hit.phrase)


def find_numbers(reading: Reading, prepared: Prepared) -> tuple[Hit, ...]:
    """The part numbers that stand in the notice."""
    if not prepared.numbers:
        return ()
    hits = (hit for stream in reading.streams for hit in prepared.number_index(stream.language).find(stream))
    return tuple(_apart(pick_best(hits)))


def find_minus(evidence: Evidence) -> list[Hit]:
    """The minus-words that stand in the notice, each once."""
    found = evidence.prepared.minus.find(evidence.reading)
    return pick_best(hit for hits in found.values() for hit in hits)


def pick_best(hits: Iterable[Hit]) -> list[Hit]:
    """Each line or number that was found, at its best place, the best first."""
    best: dict[int, Hit] = {}
    for hit in hits:
        if hit.phrase not in best or _order(hit) < _order(best[hit.phrase]):
            best[hit.phrase] = hit
    return sorted(best.values(), key=lambda hit: (*_order(hit), hit.phrase))


def span(hit: Hit, matched: str) -> Span:
    """Where a hit stands."""
    return Span(hit.place.field, hit.text, hit.start, hit.end, matched)


def span_whole(field: str | None, text: str | None, matched: str | None = None) -> Span:
    """The whole of a field that is no text, such as a code or a place."""
    return Span(field, text, None if text is None else 0, None if text is None else len(text), matched)


def _order(hit: Hit) -> tuple[int, int, str, int]:
    return hit.place.rank, hit.start - hit.end, hit.place.field, hit.start


def _apart(hits: Iterable[Hit]) -> list[Hit]:
    """Without hits on words that a better one has: "gloves" within "nitrile gloves" counts once."""
    kept: list[Hit] = []
    for hit in hits:
        if not any(hit.overlaps(other) for other in kept):
            kept.append(hit)
    return kept


def _to_words(hits: Iterable[Hit], prepared: Prepared) -> tuple[FoundWord, ...]:
    return tuple(FoundWord(hit, prepared.written(hit.phrase), prepared.item(hit.phrase)) for hit in hits)


def _find_code(reading: Reading, prepared: Prepared) -> FoundCode | None:
    """The longest shared prefix; the profile's own before an item's, then the first printed."""
    shared = prepared.codes.keys() & reading.codes.keys()
    if not shared:
        return None
    best = min(shared, key=lambda each: (-len(each[1]), prepared.codes[each].item is not None, each))
    return FoundCode(best[1], prepared.codes[best], reading.codes[best])
