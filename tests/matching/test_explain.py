"""Why, and why not: the gate, what it would have scored, what is missing and how far it is."""

from typing import Any

import pytest
from hypothesis import given

from domain.notices import Code, Kind, Notice
from domain.opportunities import show_points
from domain.profiles import CatalogueItem, Keywords, Profile
from matching.evidence import find_evidence
from matching.explain import Explanation, explain
from matching.near_misses import find_near_misses
from matching.reading import read_notice
from matching.score import prepare, score
from matching.sentences import name_field
from tests.factories import a_lot, a_notice, a_profile
from tests.matching.factories import find_field, notices, profiles


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
    assert found.sentences[:2] == (
        "+42 The title has one of your keywords: “pumps” in the title (yours: pump*).",
        "+26 The buyer's code is in a branch that you named: “42122000: Pumps” in the buyer's codes (yours: CPV 42).",
    )
    assert found.sentences[-1] == f"It scores {show_points(found.score.points)}; your threshold is 40."


def test_a_minus_word_says_what_it_would_have_scored() -> None:
    found = explained(a_profile(), title={"en": "Toy pump"})
    assert (found.qualified, found.distance) == (False, 0)
    assert found.without_stops >= 68
    assert found.sentences[-2:] == (
        "Stopped: One of your minus-words stands in the notice: “Toy” in the title (yours: toy).",
        f"Without that it would score {show_points(found.without_stops)}, above your threshold of 40.",
    )


def test_gates_are_told_even_where_nothing_fits() -> None:
    found = explained(a_profile(keywords=Keywords(("helicopter",)), codes={}, places=("FR",)), kind=Kind.AWARD)
    assert [stop.rule for stop in found.stops] == ["kind", "place outside"]
    assert "Without that it would still score 0: nothing of what you look for is in it." in found.sentences


def test_the_nearest_missing_reason_is_the_least_that_would_be_enough() -> None:
    profile = a_profile(keywords=Keywords(("waterworks", "turbine")), codes={"CPV": ("33",)}, threshold=80)
    found = explained(profile)
    enough = [each.points for each in found.missing if each.points >= found.distance]
    assert [each.points for each in found.missing][: len(enough)] == sorted(enough)
    total = found.without_stops + found.missing[0].points
    line = f"If {found.missing[0].wish}: {show_points(found.missing[0].points, sign=True)} → {show_points(total)}, "
    assert any(each.startswith(line) for each in found.sentences)
    assert any(each.endswith(f"so {show_points(found.distance)} points are missing.") for each in found.sentences)


@given(notices, profiles)
def test_what_is_wished_for_is_told_in_points_that_add_up(notice: Notice, profile: Profile) -> None:
    found = explain(notice, prepare(profile))
    for each in found.missing:
        assert each.points > 0
        assert each.wish


@pytest.mark.parametrize(
    ("keyword", "rule", "sentence"),
    [
        ("title:waterworks", "field", "it is there, but not in the title, where you look for it"),
        ("buyer:waterworks", "field", "it is there, but not in the buyer's name, where you look for it"),
        ("centrifugal NEAR/1 norbridge", "distance", "its words are in one text, but more than 1 apart"),
        ("=pump", "form", "the notice has another form, “pumps”"),
        ("centrifugl", "spelling", "the notice has another spelling, “centrifugal” (a ~ before the keyword would"),
        ("centri", "ending", "the notice has a longer word, “centrifugal” (a * at the end of the keyword would"),
        ("supply waterworks", "apart", "all its words are there, but not together"),
        ("pump -waterworks", "minus", "it is there, but so is what its minus excludes (“waterworks”)"),
        ("lang:fr pump", "language", "it is there, but in another language than fr"),
        ("water pump station", "part", "water and pump are there, station not"),
    ],
)
def test_a_keyword_that_is_nearly_there_is_named(keyword: str, rule: str, sentence: str) -> None:
    found = explained(a_profile(keywords=Keywords((keyword, "small xylophone")), codes={}, threshold=100))
    (miss,) = found.nearly
    assert found.distance
    assert (miss.keyword, miss.rule) == (keyword, rule)
    assert miss.sentence.startswith(sentence)
    assert found.sentences[-1] == f"Nearly: “{keyword}”: {miss.sentence}."
    if miss.field:
        assert find_field(a_notice(), miss.field)[miss.start : miss.end] == miss.text


def test_short_words_alone_are_not_nearly_there() -> None:
    assert not explained(a_profile(keywords=Keywords(("tools and turbines of steel works",)), codes={})).nearly


@given(notices, profiles)
def test_what_is_nearly_there_is_not_there(notice: Notice, profile: Profile) -> None:
    prepared = prepare(profile)
    evidence = find_evidence(read_notice(notice), prepared)
    there = {word.matched for word in evidence.words}
    for miss in find_near_misses(evidence, 100):
        assert miss.keyword not in there
        if miss.field:
            assert find_field(notice, miss.field)[miss.start : miss.end] == miss.text


def test_a_word_of_a_long_text_is_shown_with_what_stands_around_it() -> None:
    text = (
        "The council of the town buys for its three works "
        + "centrifugal pumps of stainless steel with all fittings and pipes."
    )
    found = explained(a_profile(codes={}), title={"en": "Works"}, description={"en": text, "fr": "Pompes"})
    assert found.sentences[1] == (
        "+20 The description has one of your keywords: “… buys for its three works centrifugal [pumps] of stainless"
        " steel with all fittings …” in the description (en) (yours: pump*)."
    )


def test_fields_have_names_that_people_use() -> None:
    notice = a_notice(lots=(a_lot("A"), a_lot("B", title={"en": "Pumps"})), title={"en": "Works"}, description={})
    found = explain(notice, prepare(a_profile(codes={})))
    assert any(each.endswith("“Pumps” in the title of lot B (yours: pump*).") for each in found.sentences)
    assert name_field("lots[4].codes[0]") == "the codes of lot 5"
    assert name_field("regions[0]") == "the region"


def test_what_it_is_about_is_told_where_it_is_something_else() -> None:
    profile = a_profile(keywords=Keywords(("nitrile gloves",)), codes={})
    found = explained(profile, title={"en": "Road works, pavement and bridges"}, description={}, codes=())
    assert found.missing[-1].rule == "about what you sell"
    assert found.missing[-1].sentence == "its words speak most of Construction work (CPV 45)"


def test_codes_are_named_on_both_sides() -> None:
    found = explained(a_profile(keywords=Keywords(), codes={"CPV": ("33",)}), codes=(Code("CPV", "42122000"),))
    assert "its codes are 42122000; yours are CPV 33" in {each.sentence for each in found.missing}


def test_part_numbers_are_missed() -> None:
    found = explained(a_profile(keywords=Keywords(), codes={}, catalogue=(CatalogueItem("AX-200", "Mixer"),)))
    rules = [each.rule for each in found.missing]
    assert {"keyword in title", "part number", "keyword in text"} <= set(rules)
    assert rules.index("keyword in title") < rules.index("part number")
