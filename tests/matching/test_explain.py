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
        "+6.03 By its words the notice is about what you sell: “pumps” in title.en (CPV 42: Industrial machinery).",
        "+5.24 By its words the notice is about what you sell: “centrifugal” in description.en"
        " (CPV 42: Industrial machinery).",
        "+1.73 By its words the notice is about what you sell: “water” in title.en (CPV 42: Industrial machinery).",
        "It scores 81; the profile asks for 40.",
    )


def test_a_minus_word_says_what_it_would_have_scored() -> None:
    found = explained(a_profile(), title={"en": "Toy pump"})
    assert (found.qualified, found.without_stops, found.distance) == (False, 81, 0)
    assert found.sentences[-2:] == (
        "Stopped: One of your minus-words stands in the notice: “Toy” in title.en (toy).",
        "Without that it would score 81 of the 40 points that it needs.",
    )


def test_gates_are_told_even_where_nothing_fits() -> None:
    found = explained(a_profile(keywords=Keywords(("helicopter",)), codes={}, places=("FR",)), kind=Kind.AWARD)
    assert [stop.rule for stop in found.stops] == ["kind", "place outside"]
    assert "Without that it would still score 0: nothing of your profile is in it." in found.sentences


def test_the_nearest_missing_reason_is_the_least_that_would_be_enough() -> None:
    profile = a_profile(keywords=Keywords(("Norbridge", "Zyxtown")), codes={"CPV": ("33",)}, places=("GB",))
    found = explained(profile, title={}, description={"uk": "Norbridge"})
    assert (found.without_stops, found.distance) == (30, 10)
    assert (found.missing[0].rule, found.missing[0].points) == ("further words", 10)
    assert found.sentences[-1].startswith("It lacks 10 points. The nearest: no further keyword of yours is in it")


def test_a_phrase_that_is_nearly_there_is_named() -> None:
    def missing(*keywords: str) -> str:
        profile = a_profile(keywords=Keywords(keywords), codes={}, threshold=90)
        return explained(profile).missing[0].sentence

    assert "(nearest: “Twelve works”, all its words are, but not together)" not in missing("Twelve works")
    assert "(nearest: “twelve Norbridge”, all its words are, but not together)" in missing("twelve Norbridge")
    assert "(nearest: “water turbine”, only water is)" in missing("water turbine")
    assert "nearest" not in missing("tools and turbines of water works")


def test_what_it_is_about_is_told_where_it_is_something_else() -> None:
    profile = a_profile(keywords=Keywords(("nitrile gloves",)), codes={})
    found = explained(profile, title={"en": "Road works, pavement and bridges"}, description={}, codes=())
    assert found.missing[-1].rule == "about what you sell"
    assert found.missing[-1].sentence == "its words speak most of Construction work (CPV 45)"


def test_codes_are_named_on_both_sides() -> None:
    found = explained(a_profile(keywords=Keywords(), codes={"CPV": ("33",)}), codes=(Code("CPV", "42122000"),))
    assert found.missing[0].sentence == "its codes are 42122000; yours are CPV 33"


def test_part_numbers_are_missed() -> None:
    found = explained(a_profile(keywords=Keywords(), codes={}, catalogue=(CatalogueItem("AX-200", "Mixer"),)))
    assert [each.rule for each in found.missing] == [
        "keyword in text",
        "part number",
        "keyword in title",
        "about what you sell",
    ]
