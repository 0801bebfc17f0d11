"""The matcher's cache of profiles: it takes in what was edited, and only that."""

from typing import Any

from sqlalchemy import Engine

from domain.profiles import Keywords
from matching.profiles import digest
from matching.reading import read_notice
from matching.run import match_stored
from matching.shelf import FEW, Shelf
from storage.engine import reading, writing
from storage.profiles import find_heads, save_profile
from tests.factories import NOW, a_notice, a_profile, stored


def edit(engine: Engine, **fields: Any) -> None:
    profile = a_profile(**fields)
    with writing(engine) as c:
        save_profile(c, profile, author="Mira", reason="test", origin=None, digest=digest(profile), now=NOW)


def found(engine: Engine, shelf: Shelf) -> set[str]:
    with reading(engine) as c:
        shelf.refresh(c)
    return set(shelf.index.percolate([read_notice(a_notice())])[0].wanted)


def test_edits_are_taken_in(engine: Engine) -> None:
    shelf = Shelf()
    assert found(engine, shelf) == set()
    edit(engine, id="a", keywords=Keywords(("pump",)), codes={})
    edit(engine, id="b", keywords=Keywords(("helicopter",)), codes={})
    assert found(engine, shelf) == {"a"}
    edit(engine, id="b", keywords=Keywords(("centrifug*",)), codes={})
    assert found(engine, shelf) == {"a", "b"}
    edit(engine, id="a", keywords=Keywords(("helicopter",)), codes={})
    assert found(engine, shelf) == {"b"}
    with reading(engine) as c:
        assert find_heads(c) == {"a": 2, "b": 2}
    assert [(version.profile.id, version.version) for version in shelf.sort(["b", "a", "gone"])] == [("a", 2), ("b", 2)]


def test_many_edits_at_once(engine: Engine) -> None:
    shelf = Shelf()
    edit(engine, id="first", codes={})
    assert found(engine, shelf) == {"first"}
    for number in range(FEW + 1):
        edit(engine, id=f"p{number}", keywords=Keywords(("pump", f"word{number}")), codes={})
    assert len(found(engine, shelf)) == FEW + 2


def test_nothing_is_read_while_the_epoch_stays(engine: Engine) -> None:
    shelf = Shelf()
    edit(engine)
    found(engine, shelf)
    index, versions = shelf.index, dict(shelf.versions)
    assert found(engine, shelf) == {"pumps"}
    assert shelf.index is index
    assert all(shelf.versions[id_] is version for id_, version in versions.items())


def test_a_kept_shelf_matches_as_a_new_one(engine: Engine) -> None:
    shelf = Shelf()
    edit(engine, keywords=Keywords(("helicopter",)), codes={})
    with writing(engine) as c:
        stored(c, a_notice())
    assert match_stored(engine, NOW, shelf=shelf).qualified == 0
    edit(engine)
    assert match_stored(engine, NOW, shelf=shelf).qualified == 1
