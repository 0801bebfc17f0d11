"""What differs between two versions of a profile, as people read it."""

from dataclasses import replace
from decimal import Decimal

from domain.profile_changes import Sign, compare_profiles
from domain.profiles import CatalogueItem, Keywords, Profile, ValueRange
from tests.factories import a_profile


def told(old: Profile | None, new: Profile) -> list[str]:
    return [change.sentence for change in compare_profiles(old, new)]


def test_a_first_version_adds_everything() -> None:
    assert told(None, a_profile()) == [
        "+ keyword pump*", "+ keyword valve", "+ minus-word toy", "+ code CPV:42",
        "= name none -> Pumps", "= language none -> en", "= threshold none -> 40",
    ]  # fmt: skip


def test_words_come_and_go() -> None:
    new = a_profile(keywords=Keywords(("pump*", "heat pump"), ()))
    assert told(a_profile(), new) == ["+ keyword heat pump", "- keyword valve", "- minus-word toy"]


def test_a_word_that_changes_its_list_was_moved() -> None:
    (change,) = compare_profiles(a_profile(), a_profile(keywords=Keywords(("pump*",), ("toy", "valve"))))
    assert (change.sign, change.what, change.old, change.new) == (Sign.MOVED, "minus-word", "keyword", "valve")
    assert change.sentence == "> valve: keyword, now minus-word"


def test_settings_places_codes_and_items() -> None:
    old = a_profile(places=("DE",), value=ValueRange(None, Decimal(10), "EUR"))
    items = (CatalogueItem("AX-200", "Pump", codes=(("CPV", "42"),)),)
    new = replace(old, places=("FR",), value=None, threshold=45, codes={"CPV": ("43",)}, catalogue=items, name="P")
    assert told(old, new) == [
        "+ code CPV:43", "- code CPV:42", "+ place FR", "- place DE", "+ catalogue item AX-200 Pump (CPV:42)",
        "= name Pumps -> P", "= value any to 10 EUR -> none", "= threshold 40 -> 45",
    ]  # fmt: skip


def test_another_order_is_told_once() -> None:
    assert told(a_profile(), a_profile(keywords=Keywords(("valve", "pump*"), ("toy",)))) == [
        "= order of each keyword as before -> another"
    ]
    assert told(a_profile(), a_profile()) == []
