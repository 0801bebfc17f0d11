"""Fitted weights: only with enough judgements, only where they help, within bounds; points still add up."""

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import WrongUse
from domain.notices import Notice
from domain.opportunities import Reason
from domain.profiles import Profile
from matching.learning.suggestions import read_weights
from matching.learning.weights import fit_weights
from matching.profile_gates import NAMES
from matching.score import prepare, score
from tests.factories import a_notice, a_profile
from tests.matching.factories import notices, profiles

weights = st.dictionaries(st.sampled_from(NAMES), st.integers(25, 200), max_size=5)


def given_points(**points: int) -> list[Reason]:
    return [Reason(name.replace("_", " "), "", Decimal(worth)) for name, worth in points.items()]


def judgements(count: int, noise: float = 0.0) -> list[tuple[list[Reason], bool]]:
    """A keyword in the title is right; a code with further words is wrong, and scores more. `noise`: the other way."""
    chance = random.Random(7)
    made = []
    for number in range(count):
        good = number % 2 == 0
        points = given_points(keyword_in_title=42) if good else given_points(code_fits=34, further_words=17)
        made.append((points, good if chance.random() >= noise else not good))
    return made


def test_codes_that_mislead_count_less() -> None:
    found = fit_weights(judgements(60), threshold=40)
    assert found is not None
    assert (found.before, found.after) == (0.0, 1.0)
    assert found.weights["code fits"] < 100 < found.weights["keyword in title"]
    assert all(25 <= percent <= 200 and percent % 5 == 0 for percent in found.weights.values())


def test_too_few_judgements_teach_nothing() -> None:
    assert fit_weights(judgements(38), threshold=30) is None


def test_noise_teaches_nothing() -> None:
    assert fit_weights(judgements(80, noise=0.5), threshold=30) is None


@given(notices, profiles, weights)
def test_points_are_still_the_sum_of_the_reasons(notice: Notice, profile: Profile, given: dict[str, int]) -> None:
    found = score(notice, prepare(replace(profile, weights=given)))
    assert 0 <= found.points <= 100
    assert found.points == sum(reason.points for reason in found.reasons)


def test_a_weight_is_percent_of_the_shipped_points() -> None:
    found = score(a_notice(), prepare(a_profile(weights={"code fits": 50, "keyword in title": 150})))
    points = {reason.rule: reason.points for reason in found.reasons}
    assert (points["keyword in title"], points["code fits"]) == (63, 13)


def test_weights_in_a_line() -> None:
    profile = a_profile(weights={"code fits": 50})
    assert read_weights("code fits=60, keyword in title=120", profile) == {"code fits": 60, "keyword in title": 120}
    for line in ("code fits=60%", "luck=120", "code fits=0", "code fits=50"):
        with pytest.raises(WrongUse):
            read_weights(line, profile)
