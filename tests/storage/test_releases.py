"""OCDS releases are kept raw, once."""

from sqlalchemy import Engine

from storage.engine import writing
from storage.releases import find_releases, save_releases
from tests.factories import NOW, a_release


def test_releases_come_back_oldest_first(engine: Engine) -> None:
    late, early = a_release(date="2026-11-03T08:00:00Z"), a_release(date="2026-11-01T08:00:00Z")
    with writing(engine) as c:
        assert save_releases(c, "gb_test", [late, a_release("other")], NOW) == 2
        assert save_releases(c, "gb_test", [early], NOW) == 1
        assert find_releases(c, "gb_test", ["ocds-test-1", "nothing"]) == {"ocds-test-1": [early, late]}
        assert find_releases(c, "gb_else", ["ocds-test-1"]) == {}


def test_the_same_again_is_nothing(engine: Engine) -> None:
    with writing(engine) as c:
        assert save_releases(c, "gb_test", [a_release(), a_release()], NOW) == 1
        assert save_releases(c, "gb_test", [a_release()], NOW) == 0
        assert save_releases(c, "gb_test", [a_release(language="en")], NOW) == 1
        assert save_releases(c, "gb_test", [], NOW) == 0


def test_odd_releases_keep_every_character(engine: Engine) -> None:
    odd = a_release(title="a\x00b \ud800 é 中 😀", amount=1000.5, count=10**30, none=None, date=None)
    bare = {"ocid": "bare"}
    with writing(engine) as c:
        save_releases(c, "gb_test", [odd, bare], NOW)
        assert find_releases(c, "gb_test", ["ocds-test-1", "bare"]) == {"ocds-test-1": [odd], "bare": [bare]}


def test_a_thousand_ocids_at_once(engine: Engine) -> None:
    releases = [a_release(f"o-{number}") for number in range(1100)]
    with writing(engine) as c:
        assert save_releases(c, "gb_test", releases, NOW) == 1100
        assert len(find_releases(c, "gb_test", [release["ocid"] for release in releases])) == 1100
