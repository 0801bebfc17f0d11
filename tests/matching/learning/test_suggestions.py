"""Suggestions: each with what it would have changed, and none that what was judged speaks against."""

import pytest

from domain.errors import WrongUse
from domain.judgements import Verdict
from domain.profiles import Keywords
from matching.learning.changes import to_samples
from matching.learning.suggestions import Kind, Suggestion, apply, suggest_words, to_suggestion
from matching.learning.thresholds import find_levels
from tests.factories import a_profile
from tests.matching.learning.cases import judged, stored

PUMPS = a_profile(keywords=Keywords(("pump", "valve")), codes={})
RELEVANT, WRONG = Verdict.RELEVANT, Verdict.WRONG_WORD


def suggested(given: list[tuple[str, Verdict]], others: tuple[str, ...] = ()) -> dict[str, Suggestion]:
    of_people = [judged(PUMPS, title, verdict, n) for n, (title, verdict) in enumerate(given, 1)]
    samples = to_samples(of_people, [stored(title, n) for n, title in enumerate(others, 1000)])
    return {each.id: each for each in suggest_words(PUMPS, samples)}


def test_a_word_of_what_was_missed() -> None:
    found = suggested(
        [("Aerator for the lake", RELEVANT), ("Two aerators", RELEVANT), ("Water pump", RELEVANT)],
        ("Supply of paper", "Aerator parts", *(f"Thing {n}" for n in range(40))),
    )
    best = found["pumps:include:aerators"] if "pumps:include:aerators" in found else found["pumps:include:aerator"]
    assert best.effect.to_counts()["found"] == {"relevant": 2, "rejected": 0, "unjudged": 1}
    assert best.after.keywords.include == ("pump", "valve", best.line)


def test_a_word_that_stands_everywhere_is_none() -> None:
    given = [("Supply for the lake", RELEVANT), ("Supply of rings", RELEVANT)]
    assert not suggested(given, tuple(f"Supply of {n} things" for n in range(40)))


def test_a_minus_word_stops_what_was_rejected_and_nothing_relevant() -> None:
    given = [("Toy pump", WRONG), ("Toy pumps for schools", WRONG), ("Pump for schools", RELEVANT)]
    found = suggested(given, ("Toy pump for a fair",))
    (minus,) = [each for each in found.values() if each.kind is Kind.MINUS]
    assert minus.line == "toy" or "toy" in minus.line
    assert minus.effect.to_counts()["lost"]["relevant"] == 0
    assert minus.effect.to_counts()["lost"]["rejected"] == 2


def test_the_lists_own_words_are_never_minus_words() -> None:
    assert not [each for each in suggested([("Pump", WRONG), ("A pump", WRONG)]).values() if each.kind is Kind.MINUS]


def test_a_keyword_that_only_led_to_rejection_may_go() -> None:
    given = [("Heart valve", WRONG), ("Tyre valve", WRONG), ("Exhaust valve", WRONG), ("Pump", RELEVANT)]
    drop = suggested(given)["pumps:drop:valve"]
    assert drop.after.keywords.include == ("pump",)
    assert drop.effect.to_counts()["lost"] == {"relevant": 0, "rejected": 3, "unjudged": 0}


def test_nothing_judged_suggests_nothing() -> None:
    assert not suggested([], ("Water pump", "Heart valve"))


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (Kind.INCLUDE, "Pump"),
        (Kind.INCLUDE, "NEAR/"),
        (Kind.DROP, "lake"),
        (Kind.THRESHOLD, "40"),
        (Kind.THRESHOLD, "x"),
    ],
)
def test_what_cannot_be_done_is_refused(kind: Kind, line: str) -> None:
    with pytest.raises(WrongUse):
        apply(PUMPS, kind, line)


def test_a_code_may_go_too() -> None:
    profile = a_profile(codes={"CPV": ("42", "33")})
    assert apply(profile, Kind.DROP, "CPV 33").codes == {"CPV": ("42",)}


def test_a_suggestion_says_the_whole_edit() -> None:
    made = to_suggestion(PUMPS, Kind.MINUS, "toy pump", [])
    assert (made.id, made.after.keywords.exclude) == ("pumps:minus:toy pump", ("toy pump",))


def test_a_threshold_for_so_many_alerts_a_day_and_what_it_loses() -> None:
    given = [(judged(PUMPS, "Pump", RELEVANT, 1), 42), (judged(PUMPS, "Pump, valve", RELEVANT, 2), 52)]
    found = find_levels([42] * 30 + [52] * 10 + [70] * 10, 10, given, present=40, alerts_a_day=2)
    assert found.wanted is not None
    assert (found.present.alerts_a_day, found.wanted.threshold, found.wanted.alerts_a_day) == (5, 43, 2)
    assert [each.judgement.id for each in found.lost] == [1]
    assert find_levels([100] * 30, 1, [], present=40, alerts_a_day=2).wanted is None
