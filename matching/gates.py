"""What stops a notice, and what is not known about it. The docstrings are the explanations on the screen."""

from collections.abc import Iterator

from domain.notices import Kind
from matching import money, places
from matching.evidence import Evidence, Span, find_minus, span, span_whole
from matching.features import Feature, Part
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


def place_outside(evidence: Evidence) -> Iterator[Part]:
    """It is outside the places where you work."""
    wanted = evidence.prepared.profile.places
    found = places.find_fit(wanted, evidence.reading.notice)
    if wanted and found.fit is Fit.OUTSIDE:
        yield Part(0, span_whole(found.field, found.text, ", ".join(wanted)))


def value_outside(evidence: Evidence) -> Iterator[Part]:
    """Its value is outside the range that you can take on."""
    limits = evidence.prepared.profile.value
    if limits and (found := money.find_fit(limits, evidence.reading.notice)).fit is Fit.OUTSIDE and found.money:
        yield Part(0, span_whole(found.field, f"{found.money.amount:f}", money.to_text(limits)))


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


def value_unknown(evidence: Evidence) -> Iterator[Part]:
    """The notice does not say what it is worth."""
    limits = evidence.prepared.profile.value
    if limits and (found := money.find_fit(limits, evidence.reading.notice)).fit is Fit.UNKNOWN and not found.money:
        yield Part(0, Span(matched=money.to_text(limits)))


def currency_unknown(evidence: Evidence) -> Iterator[Part]:
    """Its value is in another currency, and no exchange rate is known."""
    limits = evidence.prepared.profile.value
    if limits and (found := money.find_fit(limits, evidence.reading.notice)).fit is Fit.UNKNOWN and found.money:
        yield Part(0, span_whole(found.field, found.money.currency, money.to_text(limits)))


def text_cut(evidence: Evidence) -> Iterator[Part]:
    """The notice is so long that only its beginning was read."""
    if evidence.reading.cut:
        yield Part(0, Span(matched=", ".join(place.field for place in evidence.reading.cut[:3])))


GATES: tuple[Feature, ...] = (minus_word, kind, place_outside, value_outside)
UNKNOWNS: tuple[Feature, ...] = (kind_unknown, place_unknown, value_unknown, currency_unknown, text_cut)
