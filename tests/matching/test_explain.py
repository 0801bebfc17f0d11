"""Why, and why not: the gate, what it would have scored, what is missing and how far it is."""

from typing import Any

from hypothesis import given

from domain.notices import Code, Kind, Notice
from domain.profiles import CatalogueItem, Keywords, Profile
from matching.explain import Explanation, explain
from matching.score import prepare, score
from tests.factories import a_notice, a_profile
from tests.matching.factories import notices, profiles


def explained(profile: Profile, **fields: Any) -> Explanation:
    return explain(a_notice(**fields), prepare(profile))


@given(notices, profiles)
def test_it_agrees_with_the_score(notice: Notice, profile: Profile) -> None:
    prepared = prepare(profile)
    found, rated = explain(notice, prepared), score(notice, prepared)
    assert found.score.points == rated.points
    assert found.qualified == (not rated.stopped and rated.points >= profile.threshold)
    assert found.sentences
    assert found.distance == max(profile.threshold - found.without_stops, 0)
    assert bool(found.missing) <= bool(found.distance)


def test_why() -> None:
    found = explained(a_profile())
    assert found.qualified
    assert found.sentences == (
        "+42 The title has one of your keywords: “pumps” in title.en (pump*).",
        "+26 The buyer's code is in a branch that you named: “42122000” in codes[0] (CPV 42).",
        "It scores 68; the profile asks for 40.",
    )


def test_a_minus_word_says_what_it_would_have_scored() -> None:
    found = explained(a_profile(), title={"en": "Toy pump"})
    assert (found.qualified, found.without_stops, found.distance) == (False, 68, 0)
    assert found.sentences[-2:] == (
        "Stopped: One of your minus-words stands in the notice: “Toy” in title.en (toy).",
        "Without that it would score 68 of the 40 points that it needs.",
    )


def test_gates_are_told_even_where_nothing_fits() -> None:
    found = explained(a_profile(keywords=Keywords(("helicopter",)), codes={}, places=("FR",)), kind=Kind.AWARD)
    assert [stop.rule for stop in found.stops] == ["kind", "place outside"]
    assert "Without that it would still score 0: nothing of your profile is in it." in found.sentences


def test_the_nearest_missing_reason_is_the_least_that_would_be_enough() -> None:
    profile = a_profile(keywords=Keywords(("waterworks", "turbine")), codes={"CPV": ("33",)}, places=("GB",))
    found = explained(profile)
    assert (found.without_stops, found.distance) == (30, 10)
    assert (found.missing[0].rule, found.missing[0].points) == ("further words", 10)
    assert found.sentences[-1].startswith("It lacks 10 points. The nearest: no further keyword of yours is in it")


def test_a_phrase_that_is_nearly_there_is_named() -> None:
    profile = a_profile(keywords=Keywords(("water pump station", "supply pumps")), codes={})
    found = explained(profile)
    assert "(nearest: “supply pumps”, all its words are, but not together)" in found.missing[0].sentence
    profile = a_profile(keywords=Keywords(("water turbine",)), codes={})
    assert "(nearest: “water turbine”, only water is)" in explained(profile).missing[0].sentence
    profile = a_profile(keywords=Keywords(("tools and turbines of water works",)), codes={})
    assert "nearest" not in explained(profile).missing[0].sentence


def test_codes_are_named_on_both_sides() -> None:
    found = explained(a_profile(keywords=Keywords(), codes={"CPV": ("33",)}), codes=(Code("CPV", "42122000"),))
    assert found.missing[0].sentence == "its codes are 42122000; yours are CPV 33"


def test_part_numbers_are_missed() -> None:
    found = explained(a_profile(keywords=Keywords(), codes={}, catalogue=(CatalogueItem("AX-200", "Mixer"),)))
    assert [each.rule for each in found.missing] == ["part number", "keyword in title", "keyword in text"]
