"""Gates that a profile sets up: buyers by name or number, kinds of notice. What is unknown never stops."""

from typing import Any

import pytest

from domain.notices import Buyer, Kind
from domain.opportunities import Score
from domain.profiles import BuyerLists
from matching.buyers import is_named
from matching.explain import explain
from matching.score import prepare, score
from tests.factories import a_notice, a_profile

NORBRIDGE = Buyer("Norbridge Town Council", "12345", "GB-LAE", "GB")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("norbridge", True),
        ("Town Council", True),
        ("NORBRIDGE TOWN COUNCIL", True),
        ("12345", True),
        ("gb-lae:12345", True),
        ("Norbridge Council", False),
        ("Nor", False),
        ("1234", False),
        ("GB-XX:12345", False),
        ("...", False),
    ],
)
def test_a_buyer_is_named_by_its_words_or_its_number(line: str, named: bool) -> None:
    assert is_named(line, NORBRIDGE) == named


def rules(found: Score) -> list[str]:
    return [each.rule for each in found.reasons if each.stops or each.rule == "buyer unknown"]


@pytest.mark.parametrize(
    ("lists", "buyers", "expected"),
    [
        (BuyerLists(), (NORBRIDGE,), []),
        (BuyerLists(exclude=("norbridge",)), (NORBRIDGE,), ["buyer excluded"]),
        (BuyerLists(exclude=("norbridge",)), (Buyer("Other"), NORBRIDGE), ["buyer excluded"]),
        (BuyerLists(exclude=("norbridge",)), (), []),
        (BuyerLists(include=("norbridge",)), (NORBRIDGE,), []),
        (BuyerLists(include=("norbridge",)), (Buyer("Other"), NORBRIDGE), []),
        (BuyerLists(include=("norbridge",)), (Buyer("Other"),), ["buyer outside"]),
        (BuyerLists(include=("norbridge",)), (), ["buyer unknown"]),
    ],
)
def test_buyers(lists: BuyerLists, buyers: tuple[Buyer, ...], expected: list[str]) -> None:
    found = score(a_notice(buyers=buyers), prepare(a_profile(buyers=lists)))
    assert rules(found) == expected
    assert found.stopped == (expected not in ([], ["buyer unknown"]))


@pytest.mark.parametrize(
    ("wanted", "kind", "expected"),
    [
        (("tender",), Kind.TENDER, []),
        (("tender",), Kind.PLANNING, ["kind unwanted"]),
        (("tender",), Kind.OTHER, []),
        (("tender",), Kind.AWARD, ["kind"]),
        ((), Kind.PLANNING, []),
    ],
)
def test_kinds(wanted: tuple[str, ...], kind: Kind, expected: list[str]) -> None:
    assert rules(score(a_notice(kind=kind), prepare(a_profile(kinds=wanted)))) == expected


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"buyers": BuyerLists(exclude=("norbridge",))},
            "Stopped: Its buyer is one that you do not want: “Norbridge Town Council” in the buyer's name"
            " (yours: norbridge).",
        ),
        (
            {"buyers": BuyerLists(include=("a", "b", "c", "d"))},
            "Stopped: You look at certain buyers only, and it is of none of them: “Norbridge Town Council” in the"
            " buyer's name (yours: a, b, c and 1 more).",
        ),
        (
            {"kinds": ("planning",)},
            "Stopped: It is not of the kinds of notice that you want: “tender” in the kind of notice"
            " (yours: planning).",
        ),
        (
            {"places": ("FR",)},
            "Stopped: It is outside the places where you work: “UKC11” in the region (yours: FR).",
        ),
    ],
)
def test_each_stop_says_what_stopped_it(fields: dict[str, Any], sentence: str) -> None:
    assert sentence in explain(a_notice(), prepare(a_profile(**fields))).sentences
