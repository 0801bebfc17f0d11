"""Profiles: versions, and the epoch that tells of every edit."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from domain.errors import EpochMoved
from domain.profiles import CatalogueItem, Keywords, ValueRange
from storage.engine import reading, writing
from storage.profiles import check_epoch, find_epoch, find_profile, find_profiles, save_profile
from tests.factories import NOW, a_profile, a_version

FULL = a_profile(
    id="full",
    keywords=Keywords(("pump*", "насос"), ("toy",)),
    catalogue=(CatalogueItem("S-1", "Pump", "A pump", (("CPV", "4212"),)), CatalogueItem("S-2", "Valve")),
    codes={"CPV": ("42", "43"), "OKPD2": ("28.13",)},
    places=("GB", "FR1"),
    value=ValueRange(Decimal("1000.50"), None, "EUR"),
    threshold=55,
)


def test_a_profile_comes_back_as_it_was(engine: Engine) -> None:
    with writing(engine) as c:
        saved = save_profile(c, FULL, author="Mira", reason="first", origin="full.yml", digest="d", now=NOW)
    with reading(engine) as c:
        assert find_profile(c, "full") == saved
        assert find_profiles(c) == [saved]
    assert (saved.profile, saved.version, saved.author, saved.reason) == (FULL, 1, "Mira", "first")
    assert (saved.origin, saved.digest, saved.saved_at) == ("full.yml", "d", "2026-11-02T09:00:00+00:00")


def test_an_edit_is_a_version_and_moves_the_epoch(engine: Engine) -> None:
    with writing(engine) as c:
        before = find_epoch(c)
        a_version(c)
        a_version(c, threshold=70)
        a_version(c, id="other")
        assert find_epoch(c) == before + 3
        heads = find_profiles(c)
        assert [(each.profile.id, each.version) for each in heads] == [("other", 1), ("pumps", 2)]
        first = find_profile(c, "pumps", 1)
        assert first is not None
        assert first.profile.threshold == 40
        assert find_profile(c, "pumps", 9) is None
        assert find_profile(c, "nobody") is None


def test_the_same_profile_again_is_no_version(engine: Engine) -> None:
    with writing(engine) as c:
        first = a_version(c)
        epoch = find_epoch(c)
        assert a_version(c, now=NOW + timedelta(days=1)) == first
        assert find_epoch(c) == epoch
        a_version(c, threshold=1)
        assert a_version(c).version == 3  # back to what it was: only the head is compared


def test_an_epoch_that_moved_is_told(engine: Engine) -> None:
    with writing(engine) as c:
        epoch = find_epoch(c)
        check_epoch(c, epoch)
        a_version(c)
        with pytest.raises(EpochMoved):
            check_epoch(c, epoch)
