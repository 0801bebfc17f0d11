"""Why a notice matched, or why not: what stopped it, what is missing, and how far it is from the threshold."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from domain.notices import Lot, Notice
from domain.opportunities import Reason, Score, find_lots, show_points, to_points
from domain.rates import NO_RATES, Rates
from matching import features as feature
from matching.evidence import Evidence, find_evidence
from matching.gates import UNKNOWNS
from matching.meaning.heads import Heads
from matching.meaning.labels import name_code
from matching.near_misses import NearMiss, find_near_misses
from matching.places import Fit, find_fit
from matching.prepare import Prepared
from matching.reading import read_notice
from matching.score import (
    MOST_POINTS,
    NONE,
    NOTHING,
    add_up,
    find_stops,
    points_of,
    reasons_of,
    rule_of,
    score_evidence,
    to_reasons,
    total_of,
)
from matching.sentences import to_facts, to_sentence
from matching.stream import Rank

REMOTE = (rule_of(feature.part_number), rule_of(feature.about_what_you_sell))
MOST_WISHES = 2  # missing reasons that are told in sentences; all are in `missing`


@dataclass(frozen=True, slots=True)
class Missing:
    """A reason that the notice lacks: `points` more if it were there. `sentence` says how it is, `wish` what would
    have to be: `the title had one of your keywords`.
    """

    rule: str
    points: Decimal
    sentence: str
    wish: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """`without_stops` is what it would score if nothing stopped it; `distance` the points still lacking (0: enough).

    `stops` stand in the order of the gates. `missing` has the nearest first: the least that would be enough, and
    where nothing alone is, the most. `nearly` are keywords that are nearly there. `lots` are those that fit by
    themselves. `sentences` say all of it.
    """

    notice: str
    profile: str
    score: Score
    threshold: int
    qualified: bool
    stops: tuple[Reason, ...]
    without_stops: Decimal
    missing: tuple[Missing, ...]
    distance: Decimal
    sentences: tuple[str, ...]
    nearly: tuple[NearMiss, ...] = ()
    lots: tuple[Lot, ...] = ()


def explain(notice: Notice, prepared: Prepared, heads: Heads | None = None, rates: Rates = NO_RATES) -> Explanation:
    """Why, and why not. Gates are told even where nothing of the profile is in the notice."""
    reading = read_notice(notice, heads, rates)
    evidence = find_evidence(reading, prepared)
    score = score_evidence(evidence)
    without = total_of(add_up(evidence))
    stops = tuple(find_stops(evidence, without))
    if score is NOTHING:
        score = Score(NONE, (*reasons_of(UNKNOWNS, evidence), *stops))
    threshold = prepared.profile.threshold
    distance = to_points(max(threshold - without, NONE))
    missing = tuple(sorted(_find_missing(evidence), key=lambda each: _nearness(each, distance))) if distance else ()
    qualified = not stops and not distance
    nearly = tuple(find_near_misses(evidence)) if distance else ()
    found = Explanation(
        f"{notice.source}:{notice.key}", prepared.profile.id, score, threshold, qualified, stops, without, missing,
        distance, (), nearly, find_lots(notice, score.reasons),
    )  # fmt: skip
    return replace(found, sentences=tuple(_to_sentences(found, notice)))


def _nearness(missing: Missing, distance: Decimal) -> tuple[bool, bool, Decimal]:
    """What somebody can do something about comes first: not a part number, which buyers rarely print, nor what the
    notice is about as a whole."""
    enough, remote = missing.points >= distance, missing.rule in REMOTE
    return remote, not enough, missing.points if enough else -missing.points


def _find_missing(evidence: Evidence) -> Iterator[Missing]:
    yield from _missing_words(evidence)
    yield from _missing_code(evidence)
    if evidence.prepared.numbers and not evidence.numbers:
        yield Missing(
            rule_of(feature.part_number),
            points_of(feature.part_number, evidence),
            f"none of your {len(evidence.prepared.numbers)} part numbers is in it",
            "one of your part numbers were in it",
        )
    if not evidence.is_empty():
        yield from _missing_support(evidence)
    yield from _missing_meaning(evidence)


def _of_meant(evidence: Evidence) -> Decimal:
    """The points of the best keyword that is said in other words."""
    meant = (feature.keyword_meant_in_title, feature.keyword_meant_in_lot_title, feature.keyword_meant_in_text)
    return total_of(to_reasons(meant, evidence))


def _missing_meaning(evidence: Evidence) -> Iterator[Missing]:
    if evidence.fit is None:
        return
    rule = feature.about_what_you_sell
    points = points_of(rule, evidence) - total_of(to_reasons((rule, feature.about_something_else), evidence))
    if points > 0:
        other = evidence.fit.other
        said = f"its words speak most of {name_code(other)} (CPV {other})"
        yield Missing(rule_of(rule), points, said, f"its words spoke of what you sell ({said})")


def _missing_words(evidence: Evidence) -> Iterator[Missing]:
    if not evidence.prepared.wanted.nodes:
        return
    best = evidence.words[0].hit.place.rank if evidence.words else None
    worth = {
        Rank.TITLE: feature.keyword_in_title,
        Rank.LOT_TITLE: feature.keyword_in_lot_title,
        Rank.CODE: feature.keyword_is_code,
    }
    has = points_of(worth.get(best, feature.keyword_in_text), evidence) if best is not None else _of_meant(evidence)
    if best is not Rank.TITLE:
        points = points_of(feature.keyword_in_title, evidence) - has
        wish = "the title had one of your keywords"
        yield Missing(rule_of(feature.keyword_in_title), points, "no keyword of yours is in the title", wish)
    if best is None and has < points_of(feature.keyword_in_text, evidence):
        points = points_of(feature.keyword_in_text, evidence) - has
        wish = "the description had one of your keywords"
        yield Missing(rule_of(feature.keyword_in_text), points, "no keyword of yours is in the text", wish)
    if evidence.words and (points := points_of(feature.further_words, evidence, len(evidence.words) - 1)):
        wish = "a further keyword of yours were in it"
        yield Missing(rule_of(feature.further_words), points, "no further keyword of yours is in it", wish)


def _missing_code(evidence: Evidence) -> Iterator[Missing]:
    if not evidence.prepared.codes or evidence.code:
        return
    points, printed = points_of(feature.code_fits, evidence), [code.id for code in evidence.reading.notice.codes]
    codes = f"its codes are {', '.join(printed[:3])}" if printed else "the buyer printed no code"
    wanted = sorted({code.written for code in evidence.prepared.codes.values() if code.item is None})
    said = f"{codes}; yours are {', '.join(wanted[:3]) or 'those of your catalogue'}"
    yield Missing(rule_of(feature.code_fits), points, said, f"the buyer's code were in a branch of yours ({said})")


def _missing_support(evidence: Evidence) -> Iterator[Missing]:
    profile, notice = evidence.prepared.profile, evidence.reading.notice
    if profile.places and find_fit(profile.places, notice).fit is not Fit.INSIDE:
        points, places = points_of(feature.place_fits, evidence), ", ".join(profile.places)
        said = f"it is not known to be in {places}"
        yield Missing(rule_of(feature.place_fits), points, said, f"it were in one of your places ({places})")
    if profile.value and not any(feature.value_fits(evidence)):
        points, said = points_of(feature.value_fits, evidence), "its value is not known to be in your range"
        yield Missing(rule_of(feature.value_fits), points, said, "its value were known to be in your range")


def _to_sentences(found: Explanation, notice: Notice) -> Iterator[str]:
    yield from to_facts(found.score.reasons, notice)
    for number, stop in enumerate(found.stops):
        yield f"{'Also stopped' if number else 'Stopped'}: {to_sentence(stop, notice)}"
    has, asked = found.without_stops, found.threshold
    if found.stops and has:
        yield f"Without that it would score {show_points(has)}, {side_of(has, asked)} your threshold of {asked}."
    elif found.stops:
        yield "Without that it would still score 0: nothing of what you look for is in it."
    elif not has:
        yield f"Nothing of what you look for is in it; your threshold is {asked}."
    elif found.distance:
        missing = show_points(found.distance)
        yield f"It scores {show_points(has)}; your threshold is {asked}, so {missing} points are missing."
    else:
        yield f"It scores {show_points(has)}; your threshold is {asked}."
    if found.lots:
        yield f"Of its {len(notice.lots)} lots it fits {', '.join(lot.key for lot in found.lots)}."
    if found.stops:  # more points would not help
        return
    yield from _to_wishes(found)
    for miss in found.nearly:
        yield f"Nearly: “{miss.keyword}”: {miss.sentence}."


def _to_wishes(found: Explanation) -> Iterator[str]:
    """What would have made it an opportunity, the nearest first; of what is not enough alone only the best."""
    told = [each for each in found.missing if each.rule not in REMOTE] or list(found.missing)
    for number, each in enumerate(told[:MOST_WISHES]):
        total = min(found.without_stops + each.points, MOST_POINTS)
        enough = total >= found.threshold
        if number and not (enough and found.without_stops):
            return
        rest = (
            f"{side_of(total, found.threshold)} your threshold of {found.threshold}" if enough else "still too little"
        )
        yield f"If {each.wish or each.sentence}: {show_points(each.points, sign=True)} → {show_points(total)}, {rest}."


def side_of(points: Decimal, threshold: int) -> str:
    """Where a score stands."""
    return "above" if points > threshold else "exactly" if points == threshold else "below"
