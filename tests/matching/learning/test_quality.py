"""Precision and recall by what people judged, over time and by word, with intervals that admit how little is known."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.judgements import Verdict
from domain.profiles import Keywords
from matching.learning.quality import Share, measure
from tests.factories import NOW, a_profile
from tests.matching.learning.cases import judged

PUMPS = a_profile(keywords=Keywords(("pump", "valve")), codes={})


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (90, 100, 0.8256, 0.9448)],
)
def test_the_interval_is_that_of_wilson(count: int, of: int, low: float, high: float) -> None:
    """The figures stand in Newcombe (1998) and any statistics package."""
    assert Share(count, of).interval == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share(good: int, bad: int) -> None:
    share = Share(good, good + bad)
    low, high = share.interval
    assert 0 <= low <= (share.value or 0) <= high <= 1


def test_precision_recall_and_words() -> None:
    given = [
        judged(PUMPS, "Water pump", Verdict.RELEVANT, 1),
        judged(PUMPS, "Sewage pump", Verdict.ALREADY_KNOWN, 2),
        judged(PUMPS, "Heart valve", Verdict.WRONG_WORD, 3, NOW + timedelta(days=40), version=2),
        judged(PUMPS, "Waterworks", Verdict.RELEVANT, 4, NOW + timedelta(days=40), version=2),
    ]
    found = measure(PUMPS, given, lambda each: f"{each.judgement.made_at:%Y-%m}")
    assert (found.whole.precision, found.whole.recall) == (Share(2, 3), Share(2, 3))
    assert [(each.name, each.precision) for each in found.months] == [
        ("2026-11", Share(2, 2)),
        ("2026-12", Share(0, 1)),
    ]
    assert [each.name for each in found.versions] == ["version 1", "version 2"]
    words = [each for each in found.words if each.rule == "word"]
    assert [(each.matched, each.relevant, each.rejected) for each in words] == [("valve", 0, 1), ("pump", 2, 0)]
    assert found.verdicts[0] == ("relevant", 2)


def test_the_list_as_it_is_now_is_measured_on_the_same_judgements() -> None:
    given = [judged(PUMPS, "Heart valve", Verdict.WRONG_WORD, 1), judged(PUMPS, "Pump", Verdict.RELEVANT, 2)]
    better = a_profile(keywords=Keywords(("pump", "valve"), ("heart",)), codes={})
    found = measure(better, given, lambda each: "")
    assert (found.whole.precision, found.now.precision) == (Share(1, 2), Share(1, 1))


def test_nothing_judged_is_no_figure() -> None:
    found = measure(PUMPS, [], lambda each: "")
    assert found.whole.precision.value is None
    assert found.whole.precision.interval == (0.0, 1.0)
