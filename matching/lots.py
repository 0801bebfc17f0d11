"""Which lots of a notice the profile is in: a lot can be won on its own."""

from collections.abc import Iterator

from matching.codes import prefixes
from matching.evidence import Evidence, Span, pick_best, span, span_whole


def lot_fits(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """This lot by itself has one of your keywords, items or codes."""
    lots = evidence.reading.notice.lots
    if len(lots) < 2:
        return
    found = evidence.prepared.wanted.find(evidence.reading).values()
    in_lots = [hit for hits in found for hit in hits if hit.place.field.startswith("lots[")]
    for number in range(len(lots)):
        own = pick_best(hit for hit in in_lots if hit.place.field.startswith(f"lots[{number}]."))
        if own:
            yield 0, span(own[0], evidence.prepared.written(own[0].phrase))
        else:
            yield from _code(evidence, number)


def _code(evidence: Evidence, number: int) -> Iterator[tuple[int, Span]]:
    for position, code in enumerate(evidence.reading.notice.lots[number].codes):
        wanted = next((each for each in prefixes(code.scheme, code.id) if each in evidence.prepared.codes), None)
        if wanted:
            written = evidence.prepared.codes[wanted].written
            yield 0, span_whole(f"lots[{number}].codes[{position}]", code.id, written)
            return
