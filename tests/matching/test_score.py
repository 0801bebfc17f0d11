"""The score: exact arithmetic, gates, and what weighs how much."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given

from domain.notices import Code, Kind, Money, Notice, Status
from domain.opportunities import Reason, Score
from domain.profiles import CatalogueItem, Keywords, Profile, ValueRange
from matching.features import FEATURES, MEANING, SUPPORT
from matching.gates import GATES, UNKNOWNS
from matching.score import prepare, rule_of, score
from tests.factories import a_lot, a_notice, a_profile
from tests.matching.factories import find_field, notices, profiles


def rated(profile: Profile, **fields: Any) -> Score:
    return score(a_notice(**fields), prepare(profile))


def rules(found: Score) -> dict[str, Decimal]:
    return {reason.rule: reason.points for reason in found.reasons}


def written(found: Score) -> list[Reason]:
    """The reasons that do not come from what words mean."""
    meaning = {rule_of(feature) for feature, _ in MEANING}
    return [reason for reason in found.reasons if reason.rule not in meaning]


def plain(**fields: Any) -> Profile:
    """A profile that wants only what is named."""
    return a_profile(**{"keywords": Keywords(), "codes": {}, **fields})


@given(notices, profiles)
def test_points_are_the_sum_of_the_reasons_and_reasons_point_at_words(notice: Notice, profile: Profile) -> None:
    found = score(notice, prepare(profile))
    assert 0 <= found.points <= 100
    assert found.points == sum(reason.points for reason in found.reasons)
    assert [reason.points for reason in found.reasons] == sorted((r.points for r in found.reasons), reverse=True)
    for reason in found.reasons:
        if reason.field is not None:
            assert find_field(notice, reason.field)[reason.start : reason.end] == reason.text
        assert reason.explanation.endswith(".")
    assert not found.stopped or found.points == 0


@given(notices, profiles)
def test_a_score_depends_on_the_revision_alone(notice: Notice, profile: Profile) -> None:
    other = replace(notice, raw={"pump": "pump"}, status=Status.CLOSED, source="t", key="2")
    assert score(notice, prepare(profile)) == score(other, prepare(profile))


@pytest.mark.parametrize("feature", [*(f for f, _ in (*FEATURES, *MEANING, *SUPPORT)), *GATES, *UNKNOWNS])
def test_every_feature_says_what_it_means_in_a_sentence(feature: Any) -> None:
    assert feature.__doc__
    assert feature.__doc__.endswith(".")
    assert "\n" not in feature.__doc__


def test_a_product_word_in_the_title_with_its_code_is_well_above_the_threshold() -> None:
    assert rated(a_profile()).points >= 65


def test_a_product_word_in_the_title_is_enough_alone() -> None:
    assert rated(plain(keywords=Keywords(("pump",)))).points >= 40


def test_a_lone_word_in_the_description_is_not_enough_even_at_the_right_place_and_value() -> None:
    wide = ValueRange(None, Decimal(10**9), "GBP")
    found = rated(plain(keywords=Keywords(("waterworks",)), places=("GB",), value=wide))
    assert rules(found) == {"keyword in text": 20, "place fits": 10, "value fits": 5}


@pytest.mark.parametrize(
    ("code", "points"), [("42", 36), ("421", 38), ("4212", 40), ("42120000", 40), ("42122000", 42)]
)
def test_a_code_with_the_place_is_around_the_threshold(code: str, points: int) -> None:
    assert rated(plain(codes={"CPV": (code,)}, places=("GB",))).points == points


def test_longer_prefixes_give_more() -> None:
    points = [rated(plain(codes={"CPV": (code,)})).points for code in ("42", "421", "4212", "42122", "421220")]
    assert points == sorted(set(points))


def test_other_schemes_match_by_prefix() -> None:
    found = rated(plain(codes={"okpd2": ("28.13",)}), codes=(Code("OKPD2", "28.13.14.110"),))
    (reason,) = found.reasons
    assert (reason.field, reason.text, reason.matched) == ("codes[0]", "28.13.14.110", "okpd2 28.13")


def test_codes_of_lots_count() -> None:
    found = rated(plain(codes={"CPV": ("33",)}), codes=(), lots=(a_lot(), a_lot(codes=(Code("CPV", "33100000"),))))
    assert {reason.field for reason in found.reasons} == {"lots[1].codes[0]"}


def test_further_words_count_less_and_less() -> None:
    words = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")
    totals = [rated(plain(keywords=Keywords(words[:n])), title={"en": " ".join(words)}).points for n in range(1, 9)]
    steps = [after - before for before, after in pairwise(totals)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > 0
    assert steps[-1] == 0


def test_words_within_longer_ones_count_once() -> None:
    found = rated(plain(keywords=Keywords(("pump", "water pump", "pumps", "pump*"))), description={})
    assert [(reason.text, reason.matched) for reason in written(found)] == [("water pumps", "water pump")]


def test_more_than_a_hundred_is_cut_in_a_reason_of_its_own() -> None:
    item = CatalogueItem("AX-200", "Axial pump")
    profile = a_profile(catalogue=(item,), keywords=Keywords(("pump", "waterworks", "Norbridge", "centrifugal")))
    found = rated(profile, title={"en": "Pump AX-200 for Norbridge waterworks"})
    assert found.points == 100
    assert rules(found)["cap"] < 0


def test_the_catalogue_gives_part_numbers_names_and_codes() -> None:
    item = CatalogueItem("AX-200", "Submersible mixer", codes=(("CPV", "42122000"),))
    found = rated(plain(catalogue=(item,)), description={"en": "one submersible mixer, type ax 200"})
    assert {reason.rule: reason.matched for reason in written(found) if reason.rule != "cap"} == {
        "part number": "AX-200 Submersible mixer",
        "item in text": "AX-200 Submersible mixer",
        "item code fits": "AX-200 Submersible mixer: CPV 42122000",
    }


@pytest.mark.parametrize("sku", ["1", "2026", "PUMP", "10000", "A 100 B"])
def test_a_sku_that_any_text_may_have_is_no_part_number(sku: str) -> None:
    found = rated(plain(catalogue=(CatalogueItem(sku, "Widget"),)), title={"en": "Lot 1 of 2026: pump A 100 B, 10000"})
    assert found.points == 0


def test_a_minus_word_stops_and_says_where() -> None:
    found = rated(a_profile(), title={"en": "Toys, pumps"})
    (stop,) = [reason for reason in found.reasons if reason.stops]
    assert (found.points, found.stopped) == (0, True)
    assert (stop.rule, stop.field, stop.text, stop.matched) == ("minus word", "title.en", "Toys", "toy")
    assert stop.points == -sum(reason.points for reason in found.reasons if not reason.stops) < 0


def test_nothing_of_the_profile_gives_no_reasons() -> None:
    assert rated(plain(keywords=Keywords(("helicopter",), ("pump",)), places=("FR",))) == Score(0, ())


@pytest.mark.parametrize("kind", [Kind.AWARD, Kind.MODIFICATION, Kind.CANCELLATION])
def test_what_is_no_opportunity_is_stopped(kind: Kind) -> None:
    assert [r.rule for r in rated(a_profile(), kind=kind).reasons if r.stops] == ["kind"]


@pytest.mark.parametrize("kind", [Kind.PLANNING, Kind.TENDER, Kind.CHANGE, Kind.AUCTION, Kind.OTHER])
def test_what_may_be_bid_for_is_not(kind: Kind) -> None:
    assert not rated(a_profile(), kind=kind).stopped


@pytest.mark.parametrize(
    ("wanted", "country", "regions", "rule"),
    [
        (("GB",), "GB", (), "place fits"),
        (("gb",), None, ("UKC11",), "place fits"),
        (("UKC",), "GB", ("UKC11",), "place fits"),
        (("UKC",), "GB", ("TLC11",), "place fits"),
        (("GR",), None, ("EL30",), "place fits"),
        (("FR", "GB"), "GB", (), "place fits"),
        (("FR10",), "FR", ("FRB", "FR101"), "place fits"),
        (("FR",), "GB", (), "place outside"),
        (("UKD",), "GB", ("UKC11",), "place outside"),
        (("FR10",), "FR", ("FRB",), "place outside"),
        (("FR",), None, (), "place unknown"),
        (("UKC",), "GB", (), "place unknown"),
        (("FR10",), "FR", ("FR1",), "place unknown"),
        (("FR-75",), "FR", ("FR101",), "place unknown"),
        (("UKI",), "GB", ("London",), "place unknown"),
        ((), "GB", (), None),
    ],
)
def test_places(wanted: tuple[str, ...], country: str | None, regions: tuple[str, ...], rule: str | None) -> None:
    found = rated(a_profile(places=wanted), country=country, regions=regions)
    assert [name for name in rules(found) if name.startswith("place")] == [rule] * (rule is not None)
    assert found.stopped == (rule == "place outside")


def pounds(amount: str) -> Money:
    return Money(Decimal(amount), "GBP")


@pytest.mark.parametrize(
    ("value", "lots", "rule"),
    [
        (pounds("100"), (), "value fits"),
        (pounds("200.00"), (), "value fits"),
        (pounds("99.99"), (), "value outside"),
        (pounds("201"), (a_lot(value=pounds("300")),), "value outside"),
        (pounds("1000"), (a_lot(value=pounds("150")), a_lot()), "value fits"),
        (pounds("1000"), (a_lot(), a_lot()), "value unknown"),
        (pounds("5"), (a_lot(), a_lot()), "value outside"),
        (None, (), "value unknown"),
        (Money(Decimal(150), "EUR"), (), "currency unknown"),
    ],
)
def test_values(value: Money | None, lots: tuple[Any, ...], rule: str) -> None:
    limits = ValueRange(Decimal(100), Decimal(200), "GBP")
    found = rated(a_profile(value=limits), value=value, lots=lots)
    assert [name for name in rules(found) if name.startswith(("value", "currency"))] == [rule]
    assert found.stopped == (rule == "value outside")
    if rule.endswith("unknown"):
        assert rules(found)[rule] == 0


def test_a_notice_too_long_to_read_says_so() -> None:
    found = rated(a_profile(), description={"en": "x " * 150_000})
    assert rules(found)["text cut"] == 0


def test_the_first_gate_takes_the_points_and_all_are_told() -> None:
    found = rated(a_profile(places=("FR",)), title={"en": "toy pump"}, kind=Kind.AWARD)
    stops = [(reason.rule, reason.points) for reason in found.reasons if reason.stops]
    assert sorted(stops) == [("kind", 0), ("minus word", -81), ("place outside", 0)]
