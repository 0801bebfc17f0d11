"""The score of a notice for a profile: 0 to 100, exactly the sum of the points of its reasons."""

from collections.abc import Iterable, Iterator
from itertools import chain

from domain.notices import Notice
from domain.opportunities import Reason, Score
from matching.evidence import Evidence, Span, find_evidence
from matching.features import FEATURES, SUPPORT, Feature
from matching.gates import GATES, UNKNOWNS
from matching.prepare import Prepared, prepare
from matching.reading import Reading, read_notice

__all__ = ["MODEL_VERSION", "score", "score_reading", "prepare", "read_notice"]  # noqa: RUF022

MODEL_VERSION = "2"
"""Grows whenever the same notice and profile may get another score: words, features, points, gates."""

MOST_POINTS = 100
NOTHING = Score(0, ())
TOO_MUCH = "A score ends at 100; this much is left out."


def score(notice: Notice, prepared: Prepared) -> Score:
    """What the profile makes of the notice; the same for ever for the same notice, profile and MODEL_VERSION.

    Reasons come by points, the highest first. A stopped score is 0: the first gate takes away what was found. Where
    nothing of the profile is in the notice there is no reason at all, so that only what could interest is stored.
    """
    return score_reading(read_notice(notice), prepared)


def score_reading(reading: Reading, prepared: Prepared) -> Score:
    """As `score`, for a notice that is read once and held against many profiles."""
    evidence = find_evidence(reading, prepared)
    if evidence.is_empty():
        return NOTHING
    reasons = [*add_up(evidence), *reasons_of(UNKNOWNS, evidence)]
    total = sum(reason.points for reason in reasons)
    stops = list(find_stops(evidence, total))
    reasons = sorted([*reasons, *stops], key=lambda reason: -reason.points)
    return Score(0 if stops else total, tuple(reasons))


def add_up(evidence: Evidence) -> list[Reason]:
    """The reasons that give points, with the cut at 100 as one of them."""
    reasons = list(chain.from_iterable(_reasons(feature, points, evidence) for feature, points in FEATURES))
    if reasons:
        reasons += chain.from_iterable(_reasons(feature, points, evidence) for feature, points in SUPPORT)
    excess = sum(reason.points for reason in reasons) - MOST_POINTS
    if excess > 0:
        reasons.append(Reason("cap", TOO_MUCH, -excess))
    return reasons


def find_stops(evidence: Evidence, total: int) -> Iterator[Reason]:
    """The gates that the notice does not pass; the first takes away all its points."""
    for number, reason in enumerate(reasons_of(GATES, evidence)):
        yield Reason(
            reason.rule, reason.explanation, 0 if number else -total, reason.field, reason.text, reason.start,
            reason.end, reason.matched, stops=True,
        )  # fmt: skip


def _reasons(feature: Feature, points: tuple[int, ...], evidence: Evidence) -> Iterator[Reason]:
    for level, where in feature(evidence):
        if level < len(points):
            yield to_reason(feature, points[level], where)


def reasons_of(features: Iterable[Feature], evidence: Evidence) -> Iterator[Reason]:
    """What gates or unknowns say, with no points."""
    for feature in features:
        for _, where in feature(evidence):
            yield to_reason(feature, 0, where)


def to_reason(feature: Feature, points: int, where: Span) -> Reason:
    """A line of the score, in the feature's own words."""
    return Reason(rule_of(feature), feature.__doc__ or "", points, *where)


def rule_of(feature: Feature) -> str:
    """The name of a feature as people read it."""
    return feature.__name__.replace("_", " ")
