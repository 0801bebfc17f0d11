"""The score of a notice for a profile: 0 to 100 with hundredths, exactly the sum of the points of its reasons."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from domain.notices import Notice
from domain.opportunities import Reason, Score, to_points
from domain.rates import NO_RATES, Rates
from matching.evidence import Evidence, Span, find_evidence
from matching.features import FEATURES, MEANING, SUPPORT, WHOLES, Feature
from matching.gates import GATES, UNKNOWNS
from matching.meaning.encoding import find_encoder
from matching.meaning.heads import Heads
from matching.prepare import Prepared, prepare
from matching.reading import Reading, read_notice
from matching.weights import weigh

__all__ = ["MODEL_VERSION", "is_near", "score", "score_reading", "prepare", "read_notice"]  # noqa: RUF022

MODEL_VERSION = "5"
"""Grows whenever the same notice and profile may get another score: words, features, points, gates."""

MOST_POINTS, NONE = Decimal(100), Decimal(0)
NOTHING = Score(NONE, ())
TOO_MUCH = "A score ends at 100; this much is left out."
TOO_LITTLE = "A score does not fall below 0; this much is given back."

POINTS: dict[Feature, tuple[int, ...]] = dict((*FEATURES, *MEANING, *SUPPORT))

NEARLY = 10
"""Points below the threshold from which a notice is kept although nothing of the profile is written in it."""


def version_of(heads: Heads | None) -> str:
    """The model version of scores made with these heads, by this process: with a sentence encoder or without."""
    shipped = MODEL_VERSION if find_encoder() else f"{MODEL_VERSION} without encoder"
    return f"{shipped}+{heads.name}" if heads else shipped


def score(notice: Notice, prepared: Prepared, heads: Heads | None = None, rates: Rates = NO_RATES) -> Score:
    """What the profile makes of the notice; the same for ever for the same notice, profile, rates and `version_of`.

    Reasons come by points, the highest first. A stopped score is 0: the first gate takes away what was found. Where
    nothing speaks for the notice there is no reason at all.
    """
    return score_reading(read_notice(notice, heads, rates), prepared)


def score_reading(reading: Reading, prepared: Prepared) -> Score:
    """As `score`, for a notice that is read once and held against many profiles."""
    return score_evidence(find_evidence(reading, prepared))


def score_evidence(evidence: Evidence) -> Score:
    """As `score`, of what was found."""
    gains = add_up(evidence)
    if not gains:
        return NOTHING
    reasons = [*gains, *reasons_of(UNKNOWNS, evidence)]
    total = total_of(reasons)
    stops = list(find_stops(evidence, total))
    reasons = sorted([*reasons, *stops], key=lambda reason: -reason.points)
    return Score(NONE if stops else total, tuple(reasons))


def find_points(evidence: Evidence) -> tuple[Decimal, bool]:
    """The points of `score_evidence`, and whether it is stopped, found without the words that explain them."""
    worths = _find_worths(evidence)
    if worths and any(True for _ in reasons_of(GATES, evidence)):
        return NONE, True
    return _clip(worths), False


def _find_worths(evidence: Evidence) -> list[Decimal]:
    """What each reason gives, where one whole stands for the words that share it; none where none speaks for it."""
    worths = list(chain.from_iterable(_worth(feature, points, evidence) for feature, points in FEATURES))
    if worths:
        worths += chain.from_iterable(_worth(feature, points, evidence) for feature, points in SUPPORT)
    worths += chain.from_iterable(_worth(feature, points, evidence) for feature, points in MEANING)
    return worths


def _clip(worths: Iterable[Decimal]) -> Decimal:
    return to_points(min(max(sum(worths, NONE), NONE), MOST_POINTS))


def _worth(feature: Feature, points: tuple[int, ...], evidence: Evidence) -> list[Decimal]:
    """What each reason of a feature gives."""
    if feature in WHOLES:
        whole = _find_whole(feature, points, evidence)
        return [whole] if whole else []
    return [reason.points for reason in _reasons(feature, points, evidence)]


def is_near(evidence: Evidence) -> bool:
    """Whether this pair of notice and profile is worth keeping: what is not is neither stored nor shown, only `score`
    prints it.

    Kept is what has something of the profile written in it, a word, a part number or a code, stopped or not: people
    ask why it was no opportunity. By meaning alone each notice is a little near to many profiles, so of these only
    those are kept that qualify or nearly do.
    """
    if not evidence.is_empty():
        return True
    return _clip(_find_worths(evidence)) >= evidence.prepared.profile.threshold - NEARLY


def add_up(evidence: Evidence) -> list[Reason]:
    """The reasons that give points, with the cuts at 100 and at 0 as reasons too; none where none speaks for it."""
    reasons = list(chain.from_iterable(_reasons(feature, points, evidence) for feature, points in FEATURES))
    if reasons:
        reasons += chain.from_iterable(_reasons(feature, points, evidence) for feature, points in SUPPORT)
    reasons += chain.from_iterable(_reasons(feature, points, evidence) for feature, points in MEANING)
    total = total_of(reasons)
    if total > MOST_POINTS:
        reasons.append(Reason("cap", TOO_MUCH, MOST_POINTS - total))
    if total < 0:
        reasons.append(Reason("floor", TOO_LITTLE, -total))
    return reasons


def total_of(reasons: Iterable[Reason]) -> Decimal:
    """What the points add up to."""
    return to_points(sum((reason.points for reason in reasons), NONE))


def find_stops(evidence: Evidence, total: Decimal) -> Iterator[Reason]:
    """The gates that the notice does not pass; the first takes away all its points."""
    for number, reason in enumerate(reasons_of(GATES, evidence)):
        yield Reason(
            reason.rule, reason.explanation, NONE if number else -total, reason.field, reason.text, reason.start,
            reason.end, reason.matched, stops=True,
        )  # fmt: skip


def _reasons(feature: Feature, points: tuple[int, ...], evidence: Evidence) -> Iterator[Reason]:
    if feature in WHOLES:
        yield from _divide(feature, _find_whole(feature, points, evidence), evidence)
        return
    for level, where, share in feature(evidence):
        if level < len(points) and (worth := _weigh(feature, to_points(points[level] * share), evidence)):
            yield to_reason(feature, worth, where)


def _find_whole(feature: Feature, points: tuple[int, ...], evidence: Evidence) -> Decimal:
    return _weigh(feature, to_points(points[0] * WHOLES[feature](evidence)), evidence)


def _divide(feature: Feature, whole: Decimal, evidence: Evidence) -> Iterator[Reason]:
    """A reason for each part; they are whole hundredths of a point, and sum to the whole."""
    parts = list(feature(evidence)) if whole else []
    told, share = NONE, 0.0
    for number, (_, where, part) in enumerate(parts, 1):
        share += part
        upto = whole if number == len(parts) else to_points(float(whole) * share)
        if upto != told:
            yield to_reason(feature, upto - told, where)
        told = upto


def _weigh(feature: Feature, points: Decimal, evidence: Evidence) -> Decimal:
    """By the profile's own weight of the feature, where a person has accepted one."""
    percent = weigh(evidence.prepared.profile.weights, rule_of(feature))
    return points if percent == 100 else to_points(points * percent / 100)


def points_of(feature: Feature, evidence: Evidence, level: int = 0) -> Decimal:
    """What a feature is worth to this profile at a level; 0 beyond the last."""
    points = POINTS[feature]
    return _weigh(feature, Decimal(points[level]), evidence) if level < len(points) else NONE


def to_reasons(features: Iterable[Feature], evidence: Evidence) -> list[Reason]:
    """What these features give."""
    return [reason for feature in features for reason in _reasons(feature, POINTS[feature], evidence)]


def reasons_of(features: Iterable[Feature], evidence: Evidence) -> Iterator[Reason]:
    """What gates or unknowns say, with no points."""
    for feature in features:
        for _, where, _ in feature(evidence):
            yield to_reason(feature, NONE, where)


def to_reason(feature: Feature, points: Decimal, where: Span) -> Reason:
    """A line of the score, in the feature's own words."""
    return Reason(rule_of(feature), feature.__doc__ or "", points, *where)


def rule_of(feature: Feature) -> str:
    """The name of a feature as people read it."""
    return feature.__name__.replace("_", " ")
