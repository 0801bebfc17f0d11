"""Edits that judgements speak for, each with the notices that it would have changed. A person accepts them or not."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.errors import WrongUse
from domain.profiles import Keywords, Profile
from matching.learning.changes import Effect, Sample, find_effect
from matching.learning.thresholds import HIGHEST, LOWEST
from matching.learning.weights import fit_weights
from matching.learning.wording import Key, Wording
from matching.profile_gates import NAMES
from matching.query.nodes import Phrase
from matching.query.parser import BadQuery, parse
from matching.score import prepare, score_reading
from matching.stems import vocabulary
from matching.weights import HEAVIEST, LIGHTEST
from matching.words import fold

FEWEST = 2  # judgements that speak for a word
FEWEST_OF_DROP = 3  # rejections before a keyword of somebody's is doubted
OUTWEIGH = 5  # judgements for a word for each one against it
MORE_OFTEN = 5  # a word's share of the relevant over its share of the unjudged; "supply" stands everywhere
MOST_TRIED = 40
MOST_SHOWN = 10


class Kind(StrEnum):
    """What is edited. drop: a keyword is taken out of the list."""

    INCLUDE = "include"
    MINUS = "minus"
    DROP = "drop"
    THRESHOLD = "threshold"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`id` says the whole edit (`pumps:minus:toy pump`), `after` is the profile with it, `effect` what it changes.

    `note` says what else speaks for it.
    """

    id: str
    profile: Profile
    kind: Kind
    line: str
    after: Profile
    effect: Effect
    note: str = ""


def suggest_words(profile: Profile, samples: Sequence[Sample]) -> list[Suggestion]:
    """Keywords, minus-words, and keywords that only ever led to rejection; of each the best first, at most ten."""
    wording = Wording(samples)
    alerts = _find_alerts(profile, samples)
    found: list[Suggestion] = []
    for kind, keys in (
        (Kind.INCLUDE, _rank_includes(samples, wording, alerts)),
        (Kind.MINUS, _rank_minus(profile, samples, wording, alerts)),
    ):
        tried = (_try(profile, kind, wording, key, samples) for key in keys[:MOST_TRIED])
        found += _best(each for each in tried if each and _is_worth(each))
    return [*found, *_find_drops(profile, samples)]


def apply(profile: Profile, kind: Kind, line: str) -> Profile:
    """The profile with a word more or less. WrongUse: it is there already, or not there, or no line of a list."""
    lists = profile.keywords
    if kind is Kind.THRESHOLD:
        return replace(profile, threshold=_read_threshold(line, profile))
    if kind is Kind.WEIGHTS:
        return replace(profile, weights=read_weights(line, profile))
    if kind is Kind.DROP:
        return _without(profile, line)
    try:
        parse(line)
    except BadQuery as error:
        raise WrongUse(f"{line!r}: {error}") from error
    for name, lines in (("a keyword", lists.include), ("a minus-word", lists.exclude)):
        if any(fold(line) == fold(each) for each in lines):
            raise WrongUse(f"{line!r} is {name} of {profile.id} already")
    if kind is Kind.INCLUDE:
        return replace(profile, keywords=replace(lists, include=(*lists.include, line)))
    return replace(profile, keywords=Keywords(lists.include, (*lists.exclude, line), lists.all))


def _without(profile: Profile, line: str) -> Profile:
    """Without a keyword, or a code as reasons name it (`CPV 3314`)."""
    scheme, _, code = line.partition(" ")
    include, codes = profile.keywords.include, profile.codes
    if line in include:
        include = tuple(each for each in include if each != line)
    elif code in codes.get(scheme, ()):
        codes = {name: tuple(each for each in list_ if (name, each) != (scheme, code)) for name, list_ in codes.items()}
        codes = {name: list_ for name, list_ in codes.items() if list_}
    else:
        raise WrongUse(f"{line!r} is no keyword or code of {profile.id}; `tenderwatch profiles export` shows them")
    if not (include or profile.keywords.all or profile.catalogue or codes):
        raise WrongUse(f"{line!r} is all that {profile.id} looks for; write something else first")
    return replace(profile, keywords=replace(profile.keywords, include=include), codes=codes)


def _read_threshold(line: str, profile: Profile) -> int:
    if not line.isdecimal() or not LOWEST <= int(line) <= HIGHEST:
        raise WrongUse(f"{line!r} is no threshold; write a number from {LOWEST} to {HIGHEST}")
    if int(line) == profile.threshold:
        raise WrongUse(f"{line} is the threshold of {profile.id} already")
    return int(line)


def suggest_weights(profile: Profile, samples: Sequence[Sample]) -> Suggestion | None:
    """Weights of the features, fitted where enough was judged both ways: a word's fault, not a place's or a size's."""
    shipped = prepare(replace(profile, weights={}))
    judged = []
    for sample in samples:
        if sample.judged and (sample.is_relevant or sample.judged.judgement.verdict.blames_words):
            found = score_reading(sample.reading, shipped)
            judged.append((found.reasons, bool(sample.is_relevant)))
    fitted = fit_weights(judged, profile.threshold)
    if fitted is None or fitted.weights == dict(profile.weights):
        return None
    line = ", ".join(f"{name}={percent}" for name, percent in sorted(fitted.weights.items()))
    note = (
        f"{fitted.relevant} relevant and {fitted.rejected} other judgements: of pairs that were left out of the fit,"
        f" the relevant one scores more in {fitted.after:.0%}, by the shipped weights in {fitted.before:.0%}"
    )
    return replace(to_suggestion(profile, Kind.WEIGHTS, line, samples), note=note)


def read_weights(line: str, profile: Profile) -> dict[str, int]:
    """`code fits=60, keyword in text=150`: percent of the shipped points. WrongUse: that is no such line."""
    found: dict[str, int] = {}
    for part in line.split(","):
        name, _, percent = (each.strip() for each in part.partition("="))
        if name not in NAMES or not percent.isdecimal() or not LIGHTEST <= int(percent) <= HEAVIEST:
            raise WrongUse(f"{part.strip()!r} is no weight; write a feature and percent, such as {NAMES[0]}=120")
        found[name] = int(percent)
    if found == dict(profile.weights):
        raise WrongUse(f"{profile.id} has these weights already")
    return found


def to_suggestion(profile: Profile, kind: Kind, line: str, samples: Iterable[Sample]) -> Suggestion:
    """An edit with what it would have changed in these. Raises as `apply`."""
    after = apply(profile, kind, line)
    return Suggestion(f"{profile.id}:{kind}:{line}", profile, kind, line, after, find_effect(profile, after, samples))


def _find_alerts(profile: Profile, samples: Sequence[Sample]) -> set[int]:
    prepared = prepare(profile)
    scores = (score_reading(sample.reading, prepared) for sample in samples)
    return {n for n, found in enumerate(scores) if not found.stopped and found.points >= profile.threshold}


def _rank_includes(samples: Sequence[Sample], wording: Wording, alerts: set[int]) -> list[Key]:
    """Words of what was judged relevant and is no alert, those first that stand in most of it and in little else."""
    relevant = {n for n, each in enumerate(samples) if each.is_relevant}
    rejected = {n for n, each in enumerate(samples) if each.is_relevant is False}
    unknown = len(samples) - len(relevant) - len(rejected)
    ranked = []
    for key, places in wording.places.items():
        good, bad = len(places & relevant), len(places & rejected)
        missed, others = len((places & relevant) - alerts), len(places - relevant - rejected)
        telling = good / max(len(relevant), 1) > MORE_OFTEN * (others / max(unknown, 1))
        if missed and good >= max(FEWEST, OUTWEIGH * bad) and telling:
            ranked.append((-missed, bad, others, -good, len(key), key))
    return [key for *_, key in sorted(ranked)]


def _rank_minus(profile: Profile, samples: Sequence[Sample], wording: Wording, alerts: set[int]) -> list[Key]:
    """Words of alerts whose words were blamed, those first that would have stopped most; none of the list's own."""
    relevant = {n for n, each in enumerate(samples) if each.is_relevant}
    blamed = {n for n, each in enumerate(samples) if each.judged and each.judged.judgement.verdict.blames_words}
    own = set(_own_forms(profile))
    ranked = []
    for key, places in wording.places.items():
        stopped, lost = len(places & blamed & alerts), len(places & relevant)
        if stopped >= FEWEST and stopped >= OUTWEIGH * lost and not own.issuperset(key):
            ranked.append((-stopped, lost, len(places), key))
    return [key for *_, key in sorted(ranked)]


def _own_forms(profile: Profile) -> Iterator[str]:
    """The stems of the keywords, in the list's own language."""
    words = vocabulary(profile.language)
    for line in (*profile.keywords.include, *profile.keywords.all):
        try:
            node = parse(line)
        except BadQuery:
            continue
        for word in node.words if isinstance(node, Phrase) else ():
            yield from words.term(word.raw).forms


def _try(profile: Profile, kind: Kind, wording: Wording, key: Key, samples: Sequence[Sample]) -> Suggestion | None:
    """A word adds or stops nothing where it does not stand, so that only those notices are scored again."""
    line = wording.to_line(key)
    if line is None:
        return None
    try:
        return to_suggestion(profile, kind, line, [samples[number] for number in sorted(wording.places[key])])
    except WrongUse:
        return None


def _is_worth(suggestion: Suggestion) -> bool:
    """What was judged speaks for it: scored exactly, it helps more than it harms."""
    effect = suggestion.effect
    if suggestion.kind is Kind.INCLUDE:
        good, bad = effect.count(becomes=True, relevant=True), effect.count(becomes=True, relevant=False)
        return good >= 1 and good >= OUTWEIGH * bad
    good, bad = effect.count(becomes=False, relevant=False), effect.count(becomes=False, relevant=True)
    return good >= FEWEST and good >= OUTWEIGH * bad


def _best(found: Iterable[Suggestion]) -> list[Suggestion]:
    """Of those that change the same notices only the first: the shortest that stands in least else."""
    kept: dict[frozenset[int], Suggestion] = {}
    for each in found:
        kept.setdefault(frozenset(id(change.sample) for change in each.effect.changes), each)
    return list(kept.values())[:MOST_SHOWN]


def _find_drops(profile: Profile, samples: Sequence[Sample]) -> list[Suggestion]:
    """Keywords and codes without which rejections had not come, and nothing relevant had been lost."""
    found = []
    judged = [sample for sample in samples if sample.judged]
    for line in _find_suspects(profile, judged):
        try:
            effect = find_effect(profile, apply(profile, Kind.DROP, line), judged)
        except WrongUse:  # it is all that the profile has
            continue
        lost = effect.count(becomes=False, relevant=True)
        if not lost and effect.count(becomes=False, relevant=False) >= FEWEST_OF_DROP:
            found.append(to_suggestion(profile, Kind.DROP, line, samples))
    return found[:MOST_SHOWN]


def _find_suspects(profile: Profile, judged: Sequence[Sample]) -> list[str]:
    """The keywords and codes that led to rejections, most of all those; what else they led to is scored exactly."""
    prepared, rejected = prepare(profile), Counter[str]()
    for sample in judged:
        if sample.is_relevant is False:
            rejected.update({reason.matched or "" for reason in score_reading(sample.reading, prepared).reasons})
    own = {
        *profile.keywords.include,
        *(f"{scheme} {code}" for scheme, list_ in profile.codes.items() for code in list_),
    }
    return [line for line, count in rejected.most_common(MOST_TRIED) if line in own and count >= FEWEST_OF_DROP]
