"""What of a profile stands in a notice: found once, then judged by the features."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.profiles import CatalogueItem
from matching.phrases import Hit
from matching.prepare import Prepared, WantedCode
from matching.reading import Reading
from matching.stream import Place


class Span(NamedTuple):
    """Where a reason stands: `text` is what is printed at [start, end) of `field`; `matched` is the profile's side."""

    field: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    matched: str | None = None


@dataclass(frozen=True, slots=True)
class FoundWord:
    """A keyword or an item's name where it stands best."""

    hit: Hit
    matched: str
    item: CatalogueItem | None


@dataclass(frozen=True, slots=True)
class FoundCode:
    """The longest prefix of the profile that one of the notice's codes has."""

    prefix: str
    wanted: WantedCode
    place: Place


@dataclass(frozen=True, slots=True)
class Evidence:
    """`words` do not overlap, the best first: in the title before lots before text, the longest first."""

    reading: Reading
    prepared: Prepared
    words: tuple[FoundWord, ...]
    numbers: tuple[Hit, ...]
    code: FoundCode | None

    def is_empty(self) -> bool:
        """Nothing of what the profile sells is in the notice."""
        return not (self.words or self.numbers or self.code)


def find_evidence(reading: Reading, prepared: Prepared) -> Evidence:
    """All that speaks for the notice."""
    words = pick_best(hit for hits in prepared.wanted.find(reading).values() for hit in hits)
    return Evidence(
        reading, prepared, _to_words(_apart(words), prepared), find_numbers(reading, prepared), _find_code(reading, prepared)
    )


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
