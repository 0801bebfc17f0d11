"""What of a profile stands in a notice: found once, then judged by the features."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.profiles import CatalogueItem
from matching.phrases import Hit, PhraseIndex
from matching.prepare import Prepared, WantedCode
from matching.reading import Place, Reading


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
    compiled = [prepared.compiled(stream.language) for stream in reading.streams]
    words = find_best(reading, [each.wanted for each in compiled])
    numbers = find_best(reading, [each.numbers for each in compiled]) if prepared.numbers else []
    return Evidence(
        reading, prepared, _to_words(_apart(words), prepared), tuple(_apart(numbers)), _find_code(reading, prepared)
    )


def find_minus(evidence: Evidence) -> list[Hit]:
    """The minus-words that stand in the notice, each once."""
    reading, prepared = evidence.reading, evidence.prepared
    return find_best(reading, [prepared.compiled(stream.language).minus for stream in reading.streams])


def find_best(reading: Reading, indexes: Iterable[PhraseIndex]) -> list[Hit]:
    """Each phrase that was found, at its best place, the best phrase first; `indexes` go with the streams."""
    best: dict[int, Hit] = {}
    for stream, index in zip(reading.streams, indexes, strict=True):
        for hit in index.find(stream):
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
