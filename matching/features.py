"""What gives points. Each feature's docstring is its explanation on the screen; FEATURES says what each is worth.

Why these points, with the threshold of 40 that a profile has unless it says otherwise:
- A keyword in the title says what is bought: 42, enough alone. With a code that fits it is 68 and more.
- The same word in a description may be an aside: 20, never enough alone nor with place and value (35). It needs a code
  (46) or further words: two with the right place are 40, three with place and value 52.
- A code alone is coarse (a division of the CPV holds thousands of things) and buyers mis-code: 26 to 34, by how deep it
  fits. With place it is 36 to 44: around the threshold, so that a four-digit code in the right place passes and a bare
  division does not.
- A part number is rarely a coincidence: 40, enough alone.
- Place and value only help what fits already; they never make an opportunity of a notice about something else.
Further words count less and less, so that a long list of synonyms does not shout down a precise one.
"""

from collections.abc import Callable, Iterator

from matching import money, places
from matching.evidence import Evidence, Span, span, span_whole
from matching.places import Fit
from matching.prepare import label
from matching.stream import Rank

Feature = Callable[[Evidence], Iterator[tuple[int, Span]]]
"""Gives (level, where) pairs; the level picks the points from the feature's row in FEATURES."""


def keyword_in_title(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The title has one of your keywords."""
    yield from _best_word(evidence, (Rank.TITLE,), of_item=False)


def item_in_title(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The title names an item of your catalogue."""
    yield from _best_word(evidence, (Rank.TITLE,), of_item=True)


def keyword_in_lot_title(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The title of a lot has one of your keywords."""
    yield from _best_word(evidence, (Rank.LOT_TITLE,), of_item=False)


def keyword_in_text(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The description has one of your keywords."""
    yield from _best_word(evidence, (Rank.TEXT,), of_item=False)


def item_in_text(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The description or a lot names an item of your catalogue."""
    yield from _best_word(evidence, (Rank.LOT_TITLE, Rank.TEXT), of_item=True)


def keyword_in_field(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The buyer's name or the title of a document has one of your keywords, where you look for it."""
    yield from _best_word(evidence, (Rank.BUYER, Rank.DOCUMENT), of_item=False)


def keyword_is_code(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The buyer's code is one that stands among your keywords."""
    yield from _best_word(evidence, (Rank.CODE,), of_item=False)


def further_words(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """Another of your keywords or items stands in the notice."""
    for number, word in enumerate(evidence.words[1:]):
        yield number, span(word.hit, word.matched)


def part_number(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The notice asks for a part number of your catalogue."""
    for number, hit in enumerate(evidence.numbers):
        yield number, span(hit, label(evidence.prepared.numbered[hit.phrase]))


def code_fits(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The buyer's code is in a branch that you named."""
    yield from _code(evidence, of_item=False)


def item_code_fits(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """The buyer's code is that of an item of your catalogue."""
    yield from _code(evidence, of_item=True)


def place_fits(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """It is in a place where you work."""
    wanted = evidence.prepared.profile.places
    found = places.find_fit(wanted, evidence.reading.notice)
    if wanted and found.fit is Fit.INSIDE:
        yield 0, span_whole(found.field, found.text, found.place)


def value_fits(evidence: Evidence) -> Iterator[tuple[int, Span]]:
    """Its value is in the range that you can take on."""
    limits = evidence.prepared.profile.value
    if limits and (found := money.find_fit(limits, evidence.reading.notice)).fit is Fit.INSIDE and found.money:
        yield 0, span_whole(found.field, f"{found.money.amount:f}", money.to_text(limits))


FEATURES: tuple[tuple[Feature, tuple[int, ...]], ...] = (
    (keyword_in_title, (42,)),
    (item_in_title, (42,)),
    (keyword_in_lot_title, (26,)),
    (keyword_in_text, (20,)),
    (item_in_text, (20,)),
    (keyword_in_field, (20,)),
    (keyword_is_code, (26,)),
    (further_words, (10, 7, 5, 3, 1)),
    (part_number, (40, 5, 5)),
    (code_fits, (26, 28, 30, 32, 34)),  # by digits of the prefix: 2, 3, 4, 5, 6 and more
    (item_code_fits, (26, 28, 30, 32, 34)),
)
"""(feature, points by level): what is bought. A level without points is left out, except for codes (the last holds)."""

SUPPORT: tuple[tuple[Feature, tuple[int, ...]], ...] = ((place_fits, (10,)), (value_fits, (5,)))
"""Counted only beside one of FEATURES."""


def _best_word(evidence: Evidence, ranks: tuple[Rank, ...], *, of_item: bool) -> Iterator[tuple[int, Span]]:
    if evidence.words:
        best = evidence.words[0]
        if best.hit.place.rank in ranks and (best.item is not None) == of_item:
            yield 0, span(best.hit, best.matched)


def _code(evidence: Evidence, *, of_item: bool) -> Iterator[tuple[int, Span]]:
    found = evidence.code
    if found and (found.wanted.item is not None) == of_item:
        digits = sum(each.isalnum() for each in found.prefix)
        yield min(max(digits - 2, 0), 4), span_whole(found.place.field, found.place.text, found.wanted.written)
