"""What stops a notice, and what is not known about it. The docstrings are the explanations on the screen."""

from collections.abc import Iterator

from domain.notices import Kind
from matching import buyers, money, places
from matching.evidence import Evidence, Span, find_minus, span, span_whole
from matching.features import Feature, Part, find_value
from matching.lots import lot_fits
from matching.meaning.disagreement import find_disagreement
from matching.meaning.labels import name_code
from matching.places import Fit

NOT_BIDDABLE = {Kind.AWARD, Kind.MODIFICATION, Kind.CANCELLATION}


def minus_word(evidence: Evidence) -> Iterator[Part]:
    """One of your minus-words stands in the notice."""
    for hit in find_minus(evidence):
        yield Part(0, span(hit, evidence.prepared.profile.keywords.exclude[hit.phrase]))


def kind(evidence: Evidence) -> Iterator[Part]:
    """An award, a modification of a contract or a cancellation is not an opportunity to bid."""
    found = evidence.reading.notice.kind
    if found in NOT_BIDDABLE:
        yield Part(0, span_whole("kind", found.value))


def kind_unwanted(evidence: Evidence) -> Iterator[Part]:
    """It is not of the kinds of notice that you want."""
    found, wanted = evidence.reading.notice.kind, evidence.prepared.profile.kinds
    if wanted and found not in NOT_BIDDABLE and found is not Kind.OTHER and found.value not in wanted:
        yield Part(0, span_whole("kind", found.value, ", ".join(wanted)))


def buyer_excluded(evidence: Evidence) -> Iterator[Part]:
    """Its buyer is one that you do not want."""
    wanted = evidence.prepared.profile.buyers
    if found := buyers.find_excluded(wanted, evidence.reading.notice):
        yield Part(0, span_whole(found.field, found.text, found.line))


def buyer_outside(evidence: Evidence) -> Iterator[Part]:
    """You look at certain buyers only, and it is of none of them."""
    wanted = evidence.prepared.profile.buyers
    if found := buyers.find_outside(wanted, evidence.reading.notice):
        yield Part(0, span_whole(found.field, found.text, found.line))


def place_outside(evidence: Evidence) -> Iterator[Part]:
    """It is outside the places where you work."""
    wanted = evidence.prepared.profile.places
    found = places.find_fit(wanted, evidence.reading.notice)
    if wanted and found.fit is Fit.OUTSIDE:
        yield Part(0, span_whole(found.field, found.text, ", ".join(wanted)))


def value_outside(evidence: Evidence) -> Iterator[Part]:
    """Its value is outside the range that you can take on."""
    limits, found = evidence.prepared.profile.value, find_value(evidence)
    if limits and found and found.fit is Fit.OUTSIDE and found.money:
        yield Part(0, span_whole(found.field, f"{found.money.amount:f}", money.to_text(limits, found)))


def kind_unknown(evidence: Evidence) -> Iterator[Part]:
    """The portal does not say what kind of notice this is; it is taken for one to bid on."""
    if evidence.reading.notice.kind is Kind.OTHER:
        yield Part(0, span_whole("kind", Kind.OTHER.value))


def place_unknown(evidence: Evidence) -> Iterator[Part]:
    """The notice does not say exactly enough where it is."""
    wanted = evidence.prepared.profile.places
    found = places.find_fit(wanted, evidence.reading.notice)
    if wanted and found.fit is Fit.UNKNOWN:
        yield Part(0, span_whole(found.field, found.text, ", ".join(wanted)))


def buyer_unknown(evidence: Evidence) -> Iterator[Part]:
    """The notice does not say who buys."""
    wanted = evidence.prepared.profile.buyers
    if wanted.include and not evidence.reading.notice.buyers:
        yield Part(0, Span(matched=", ".join(wanted.include[:3])))


def value_unknown(evidence: Evidence) -> Iterator[Part]:
    """The notice does not say what it is worth."""
    limits, found = evidence.prepared.profile.value, find_value(evidence)
    if limits and found and found.fit is Fit.UNKNOWN and not found.money:
        yield Part(0, Span(matched=money.to_text(limits)))


def currency_unknown(evidence: Evidence) -> Iterator[Part]:
    """Its value is in another currency, and no exchange rate of the week before it was published is known."""
    limits, found = evidence.prepared.profile.value, find_value(evidence)
    if limits and found and found.fit is Fit.UNKNOWN and found.money:
        yield Part(0, span_whole(found.field, found.money.currency, money.to_text(limits)))


def text_cut(evidence: Evidence) -> Iterator[Part]:
    """The notice is so long that only its beginning was read."""
    if evidence.reading.cut:
        yield Part(0, Span(matched=", ".join(place.field for place in evidence.reading.cut[:3])))


def code_and_text_disagree(evidence: Evidence) -> Iterator[Part]:
    """The buyer's code and the notice's words speak of different things; one of them may be wrong."""
    reading = evidence.reading
    codes = {prefix[1]: place for prefix, place in reading.codes.items() if prefix[0] == "CPV"}
    first = next(iter(codes.values()), None)
    if first is not None and (other := find_disagreement(reading.chances, codes)):
        yield Part(0, span_whole(first.field, first.text, f"its words: CPV {other}: {name_code(other)}"))


GATES: tuple[Feature, ...] = (
    minus_word, kind, kind_unwanted, buyer_excluded, buyer_outside, place_outside, value_outside,
)  # fmt: skip
UNKNOWNS: tuple[Feature, ...] = (
    kind_unknown, buyer_unknown, place_unknown, value_unknown, currency_unknown, text_cut,
    code_and_text_disagree, lot_fits,
)  # fmt: skip
