"""Why a notice matched, or why not: what stopped it, what is missing, and how far it is from the threshold."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from domain.notices import Notice
from domain.opportunities import Reason, Score, show_points, to_points
from matching import features as feature
from matching.evidence import Evidence, find_evidence
from matching.gates import UNKNOWNS
from matching.meaning.heads import Heads
from matching.meaning.labels import name_code
from matching.places import Fit, find_fit
from matching.prepare import Prepared
from matching.query.nodes import Mode, Word, phrases
from matching.reading import read_notice
from matching.score import (
    NONE,
    NOTHING,
    POINTS,
    add_up,
    find_stops,
    reasons_of,
    rule_of,
    score_evidence,
    to_reasons,
    total_of,
)
from matching.stems import vocabulary
from matching.stream import Rank, Stream
from matching.words import fold

ABOUT = rule_of(feature.about_what_you_sell)
SHOWN = 80  # letters of a printed text in a sentence


@dataclass(frozen=True, slots=True)
class Missing:
    """A reason that the notice lacks: `points` more if it were there, and what would make it so."""

    rule: str
    points: Decimal
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`without_stops` is what it would score if nothing stopped it; `distance` the points still lacking (0: enough).

    `stops` stand in the order of the gates. `missing` has the nearest first: the least that would be enough, and
    where nothing alone is, the most. `sentences` say all of it.
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


def explain(notice: Notice, prepared: Prepared, heads: Heads | None = None) -> Explanation:
    """Why, and why not. Gates are told even where nothing of the profile is in the notice."""
    reading = read_notice(notice, heads)
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
    sentences = tuple(_to_sentences(score, threshold, stops, without, missing, distance))
    name = f"{notice.source}:{notice.key}"
    return Explanation(
        name, prepared.profile.id, score, threshold, qualified, stops, without, missing, distance, sentences
    )


def _nearness(missing: Missing, distance: Decimal) -> tuple[bool, bool, Decimal]:
    """The least that is enough, else the most; what the notice is about comes last, as nobody can add that."""
    enough = missing.points >= distance
    return missing.rule == ABOUT, not enough, missing.points if enough else -missing.points


def _find_missing(evidence: Evidence) -> Iterator[Missing]:
    yield from _missing_words(evidence)
    yield from _missing_code(evidence)
    if evidence.prepared.numbers and not evidence.numbers:
        yield Missing(
            rule_of(feature.part_number),
            Decimal(POINTS[feature.part_number][0]),
            f"none of your {len(evidence.prepared.numbers)} part numbers is in it",
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
    points = POINTS[rule][0] - total_of(to_reasons((rule, feature.about_something_else), evidence))
    if points > 0:
        other = evidence.fit.other
        yield Missing(rule_of(rule), points, f"its words speak most of {name_code(other)} (CPV {other})")


def _missing_words(evidence: Evidence) -> Iterator[Missing]:
    if not evidence.prepared.wanted.nodes:
        return
    best = evidence.words[0].hit.place.rank if evidence.words else None
    worth = {
        Rank.TITLE: feature.keyword_in_title,
        Rank.LOT_TITLE: feature.keyword_in_lot_title,
        Rank.CODE: feature.keyword_is_code,
    }
    has = Decimal(POINTS[worth.get(best, feature.keyword_in_text)][0]) if best is not None else _of_meant(evidence)
    near = _nearest_phrase(evidence)
    if best is not Rank.TITLE:
        points = POINTS[feature.keyword_in_title][0] - has
        yield Missing(rule_of(feature.keyword_in_title), points, f"no keyword of yours is in the title{near}")
    if best is None and has < POINTS[feature.keyword_in_text][0]:
        points = POINTS[feature.keyword_in_text][0] - has
        yield Missing(rule_of(feature.keyword_in_text), points, f"no keyword of yours is in the text{near}")
    further = POINTS[feature.further_words]
    if 0 < len(evidence.words) <= len(further):
        points = Decimal(further[len(evidence.words) - 1])
        yield Missing(rule_of(feature.further_words), points, f"no further keyword of yours is in it{near}")


def _missing_code(evidence: Evidence) -> Iterator[Missing]:
    if not evidence.prepared.codes or evidence.code:
        return
    points, printed = Decimal(POINTS[feature.code_fits][0]), [code.id for code in evidence.reading.notice.codes]
    codes = f"its codes are {', '.join(printed[:5])}" if printed else "the buyer printed no code"
    wanted = sorted({code.written for code in evidence.prepared.codes.values() if code.item is None})
    yield Missing(
        rule_of(feature.code_fits), points, f"{codes}; yours are {', '.join(wanted[:5]) or 'those of your catalogue'}"
    )


def _missing_support(evidence: Evidence) -> Iterator[Missing]:
    profile, notice = evidence.prepared.profile, evidence.reading.notice
    if profile.places and find_fit(profile.places, notice).fit is not Fit.INSIDE:
        points = Decimal(POINTS[feature.place_fits][0])
        yield Missing(rule_of(feature.place_fits), points, f"it is not known to be in {', '.join(profile.places)}")
    if profile.value and not any(feature.value_fits(evidence)):
        points = Decimal(POINTS[feature.value_fits][0])
        yield Missing(rule_of(feature.value_fits), points, "its value is not known to be in your range")


def _nearest_phrase(evidence: Evidence) -> str:
    """The keyword of which at least half is there, but not all, or not together."""
    prepared, found = evidence.prepared, {word.hit.phrase for word in evidence.words}
    best, sentence = 0.5, ""
    for number in range(len(prepared.keywords)):
        in_all = [word for phrase in phrases(prepared.wanted.nodes[number]) for word in phrase.words]
        words = [word for word in in_all if _says_something(word)]
        there = [word.raw for word in words if any(_is_there(word, each) for each in evidence.reading.streams)]
        share = len(there) / len(words) if len(words) > 1 and number not in found else 0
        if share > best or (share == best and not sentence):
            what = "all its words are, but not together" if share == 1 else f"only {', '.join(there)} is"
            best, sentence = share, f" (nearest: “{prepared.written(number)}”, {what})"
    return sentence


def _says_something(word: Word) -> bool:
    """Not one of the short words that stand in every text; in other alphabets a word may be one character."""
    return len(word.raw) > 3 or not word.raw.isascii()


def _is_there(word: Word, stream: Stream) -> bool:
    if word.mode is Mode.START:
        return bool(stream.starting(fold(word.raw)))
    return any(form in stream.nodes for form in vocabulary(stream.language).term(word.raw).forms)


def _to_sentences(
    score: Score,
    threshold: int,
    stops: tuple[Reason, ...],
    without: Decimal,
    missing: tuple[Missing, ...],
    distance: Decimal,
) -> Iterator[str]:
    for reason in score.reasons:
        if not reason.stops and (reason.points or reason.matched or reason.text):
            yield to_sentence(reason)
    for number, stop in enumerate(stops):
        yield f"{'Also stopped' if number else 'Stopped'}: {to_sentence(stop)}"
    if stops and without:
        yield f"Without that it would score {without} of the {threshold} points that it needs."
    elif stops:
        yield "Without that it would still score 0: nothing of your profile is in it."
    else:
        yield f"It scores {without}; the profile asks for {threshold}."
    if distance:
        nearest = f" The nearest: {missing[0].sentence} ({show_points(missing[0].points)} points)." if missing else ""
        yield f"It lacks {distance} points.{nearest}"


def to_sentence(reason: Reason) -> str:
    """A line of a score as people read it: `+42 The title has one of your keywords: “Gloves” in title.en (glove*).`"""
    points = f"{show_points(reason.points, sign=True)} " if reason.points and not reason.stops else ""
    parts = [points, reason.explanation.rstrip(".")]
    if reason.text:
        text = reason.text if len(reason.text) <= SHOWN else f"{reason.text[:SHOWN]}…"
        parts.append(f": “{text}”" + (f" in {reason.field}" if reason.field else ""))
    if reason.matched and reason.matched != reason.text:
        parts.append(f" ({reason.matched})")
    return f"{''.join(parts)}."
