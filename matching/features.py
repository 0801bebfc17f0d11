"""What gives points. Each feature's docstring is its explanation on the screen; FEATURES says what each is worth.

Why these points, with the threshold of 40 that a profile has unless it says otherwise:
- A keyword in the title says what is bought: 42, enough alone. With a code that fits it is 68 and more.
- The same word in a description may be an aside: 20, never enough alone nor with place and value (35). It needs a code
  (46) or further words: two with the right place are 40, three with place and value 52.
- A code alone is coarse (a division of the CPV holds thousands of things) and buyers mis-code: 26 to 34, by how deep it
  fits. With place it is 36 to 44: around the threshold, so that a four-digit code in the right place passes and a bare
  division does not.
- A part number is rarely a coincidence: 40, enough alone.
- A keyword in other words, or in another language, is as sure as its translation: up to 36, 20 and 14.
- What the notice as a whole is about: up to 39, never enough alone, since a division of the CPV is wide; a keyword of
  which a word is there, or a code, makes it enough. Where the words speak of something else, a keyword that stands
  there may be an aside, or another thing of that name: up to 10 less.
- Place and value only help what fits already; they never make an opportunity of a notice about something else.
Further words count less and less, so that a long list of synonyms does not shout down a precise one.
docs/matching.md says what each of these is worth on real notices.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from matching import money, places
from matching.evidence import Evidence, Span, span, span_whole
from matching.meaning import fit as meaning
from matching.meaning.labels import english_word, name_code
from matching.places import Fit
from matching.prepare import label
from matching.stream import Rank


class Part(NamedTuple):
    """`level` picks the points from the feature's row in FEATURES, `share` (0 to 1) is how much of them it gives."""

    level: int
    where: Span
    share: float = 1.0


Feature = Callable[[Evidence], Iterator[Part]]

NEAR, RATE, RATE_AGAINST = -4.0, 10.25, 8.0
"""The logarithm of a fit (meaning/fit.py) from which it speaks for a notice, and the points for each 1 above and below
it."""
SURE = 0.2
"""The chance of its likeliest division from which a notice is said to be about something else."""
BESIDE_CODE = 1 / 3
"""What the words are still worth where the buyer's code says already what the notice is about."""


def keyword_in_title(evidence: Evidence) -> Iterator[Part]:
    """The title has one of your keywords."""
    yield from _best_word(evidence, (Rank.TITLE,), of_item=False)


def item_in_title(evidence: Evidence) -> Iterator[Part]:
    """The title names an item of your catalogue."""
    yield from _best_word(evidence, (Rank.TITLE,), of_item=True)


def keyword_in_lot_title(evidence: Evidence) -> Iterator[Part]:
    """The title of a lot has one of your keywords."""
    yield from _best_word(evidence, (Rank.LOT_TITLE,), of_item=False)


def keyword_in_text(evidence: Evidence) -> Iterator[Part]:
    """The description has one of your keywords."""
    yield from _best_word(evidence, (Rank.TEXT,), of_item=False)


def item_in_text(evidence: Evidence) -> Iterator[Part]:
    """The description or a lot names an item of your catalogue."""
    yield from _best_word(evidence, (Rank.LOT_TITLE, Rank.TEXT), of_item=True)


def keyword_in_field(evidence: Evidence) -> Iterator[Part]:
    """The buyer's name or the title of a document has one of your keywords, where you look for it."""
    yield from _best_word(evidence, (Rank.BUYER, Rank.DOCUMENT), of_item=False)


def keyword_is_code(evidence: Evidence) -> Iterator[Part]:
    """The buyer's code is one that stands among your keywords."""
    yield from _best_word(evidence, (Rank.CODE,), of_item=False)


def keyword_meant_in_title(evidence: Evidence) -> Iterator[Part]:
    """The title says one of your keywords in other words, or in another language."""
    yield from _best_meant(evidence, (Rank.TITLE,))


def keyword_meant_in_lot_title(evidence: Evidence) -> Iterator[Part]:
    """The title of a lot says one of your keywords in other words, or in another language."""
    yield from _best_meant(evidence, (Rank.LOT_TITLE,))


def keyword_meant_in_text(evidence: Evidence) -> Iterator[Part]:
    """The description says one of your keywords in other words, or in another language."""
    yield from _best_meant(evidence, (Rank.TEXT,))


def further_words(evidence: Evidence) -> Iterator[Part]:
    """Another of your keywords or items stands in the notice."""
    for number, word in enumerate(evidence.words[1:]):
        yield Part(number, span(word.hit, word.matched))


def part_of_keyword(evidence: Evidence) -> Iterator[Part]:
    """A word of one of your keywords stands in the notice."""
    if part := evidence.part:
        stream, written = part.gloss.stream, evidence.prepared.keywords[part.line]
        start, end = stream.spans[part.node]
        place = stream.places[part.node]
        yield Part(
            0, Span(place.field, place.text[start:end], start, end, f"{written}: {english_word(part.form)}"), part.worth
        )


def part_number(evidence: Evidence) -> Iterator[Part]:
    """The notice asks for a part number of your catalogue."""
    for number, hit in enumerate(evidence.numbers):
        yield Part(number, span(hit, label(evidence.prepared.numbered[hit.phrase])))


def code_fits(evidence: Evidence) -> Iterator[Part]:
    """The buyer's code is in a branch that you named."""
    yield from _code(evidence, of_item=False)


def item_code_fits(evidence: Evidence) -> Iterator[Part]:
    """The buyer's code is that of an item of your catalogue."""
    yield from _code(evidence, of_item=True)


def about_what_you_sell(evidence: Evidence) -> Iterator[Part]:
    """By its words the notice is about what you sell."""
    if (fit := evidence.fit) and share_about(evidence):
        of_words = 1.0
        for part in _title_speaking(fit, fit.division):
            of_words -= part.share
            yield part
        yield from _words_speaking(evidence, fit, fit.division, of_words)


def share_about(evidence: Evidence) -> float:
    """How much of its points the feature gives, found without a look at the words: 0 to 1."""
    fit = evidence.fit
    said_by_code = evidence.code and not evidence.prepared.wanted.nodes  # a profile of codes alone knows no more
    if fit is None or fit.logarithm <= NEAR or said_by_code:
        return 0.0
    share = min(1.0, (fit.logarithm - NEAR) * RATE / MOST_OF_FIT)
    return share * BESIDE_CODE if evidence.code else share


def about_something_else(evidence: Evidence) -> Iterator[Part]:
    """Most of its words speak of something else than what you sell."""
    if (fit := evidence.fit) and share_against(evidence):
        words = list(_words_speaking(evidence, fit, fit.other, 1.0))
        yield from words or _title_speaking(fit, fit.other)


def share_against(evidence: Evidence) -> float:
    """The same of what speaks against it."""
    fit = evidence.fit
    told = bool(evidence.words or evidence.meant) and not evidence.code and not evidence.numbers
    if not told or fit is None or fit.logarithm >= NEAR or fit.surest < SURE:
        return 0.0
    return min(1.0, (NEAR - fit.logarithm) * RATE_AGAINST / MOST_AGAINST)


def place_fits(evidence: Evidence) -> Iterator[Part]:
    """It is in a place where you work."""
    wanted = evidence.prepared.profile.places
    found = places.find_fit(wanted, evidence.reading.notice)
    if wanted and found.fit is Fit.INSIDE:
        yield Part(0, span_whole(found.field, found.text, found.place))


def value_fits(evidence: Evidence) -> Iterator[Part]:
    """Its value is in the range that you can take on."""
    limits, found = evidence.prepared.profile.value, find_value(evidence)
    if limits and found and found.fit is Fit.INSIDE and found.money:
        yield Part(0, span_whole(found.field, f"{found.money.amount:f}", money.to_text(limits, found)))


def find_value(evidence: Evidence) -> money.Found | None:
    """How the notice's value fits the profile's range; None where it has none."""
    limits, reading = evidence.prepared.profile.value, evidence.reading
    return money.find_fit(limits, reading.notice, reading.rates) if limits else None


FEATURES: tuple[tuple[Feature, tuple[int, ...]], ...] = (
    (keyword_in_title, (42,)),
    (item_in_title, (42,)),
    (keyword_in_lot_title, (26,)),
    (keyword_in_text, (20,)),
    (item_in_text, (20,)),
    (keyword_in_field, (20,)),
    (keyword_meant_in_title, (36,)),
    (keyword_meant_in_lot_title, (20,)),
    (keyword_meant_in_text, (14,)),
    (keyword_is_code, (26,)),
    (further_words, (10, 7, 5, 3, 1)),
    (part_number, (40, 5, 5)),
    (code_fits, (26, 28, 30, 32, 34)),  # by digits of the prefix: 2, 3, 4, 5, 6 and more
    (item_code_fits, (26, 28, 30, 32, 34)),
)
"""(feature, points by level): what is bought. A level without points is left out, except for codes (the last holds)."""

MOST_OF_FIT, MOST_AGAINST, POINTS_OF_PART = 39, 10, 18

MEANING: tuple[tuple[Feature, tuple[int, ...]], ...] = (
    (about_what_you_sell, (MOST_OF_FIT,)),
    (about_something_else, (-MOST_AGAINST,)),
    (part_of_keyword, (POINTS_OF_PART,)),
)
"""What the notice as a whole is about."""

WHOLES: dict[Feature, Callable[[Evidence], float]] = {
    about_what_you_sell: share_about,
    about_something_else: share_against,
}
"""Features that are worth so much, whichever words share it."""

SUPPORT: tuple[tuple[Feature, tuple[int, ...]], ...] = ((place_fits, (10,)), (value_fits, (5,)))
"""Counted only beside one of FEATURES."""


def _best_word(evidence: Evidence, ranks: tuple[Rank, ...], *, of_item: bool) -> Iterator[Part]:
    if evidence.words:
        best = evidence.words[0]
        if best.hit.place.rank in ranks and (best.item is not None) == of_item:
            yield Part(0, span(best.hit, best.matched))


def _best_meant(evidence: Evidence, ranks: tuple[Rank, ...]) -> Iterator[Part]:
    """The likeliest line that is meant, where none is written."""
    if evidence.meant and not evidence.words:
        best = evidence.meant[0]
        if best.hit.place.rank in ranks:
            yield Part(0, span(best.hit, best.matched), best.chance)


def _title_speaking(fit: meaning.Fit, division: str) -> Iterator[Part]:
    """The title where it speaks for a division as a whole, with the label that it is most alike and its part (0 to 1);
    there is one where no word does."""
    if (said := fit.sentence_for(division)) is not None:
        place, code, part = said
        yield Part(0, span_whole(place.field, place.text, f"CPV {code}: {name_code(code)}"), part)


def _words_speaking(evidence: Evidence, fit: meaning.Fit, division: str, share: float) -> Iterator[Part]:
    """The words that speak most for a division, which divide a share."""
    label = f"CPV {division}: {name_code(division)}"
    for word in fit.speaking(division):
        stream = evidence.reading.streams[word.stream]
        (start, end), place = stream.spans[word.node], stream.places[word.node]
        yield Part(0, Span(place.field, place.text[start:end], start, end, label), share * word.part)


def _code(evidence: Evidence, *, of_item: bool) -> Iterator[Part]:
    found = evidence.code
    if found and (found.wanted.item is not None) == of_item:
        digits = sum(each.isalnum() for each in found.prefix)
        where = span_whole(found.place.field, found.place.text, found.wanted.written)
        yield Part(min(max(digits - 2, 0), 4), where)
