"""What a revision says of its changes."""

from typing import Any

from domain.alerts import FieldChange
from domain.notice_json import content
from storage.revisions import compare_documents
from tests.factories import NOW, a_lot, a_notice


def compare(old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    changes = compare_documents(content(a_notice(**old))[0], content(a_notice(**new))[0])
    return {change.field: (change.old, change.new) for change in changes}


def test_fields_that_are_the_same_are_not_named() -> None:
    assert compare({}, {}) == {}
    assert compare({"country": "GB", "url": None}, {"country": "IE", "url": "x"}) == {
        "country": ("GB", "IE"),
        "url": (None, "x"),
    }


def test_a_change_holds_json_values() -> None:
    changes = compare_documents(content(a_notice(value=None))[0], content(a_notice())[0])
    assert changes == (FieldChange("value", None, {"amount": "120000.00", "currency": "GBP"}),)


def test_a_lot_is_compared_by_its_key() -> None:
    before = (a_lot("1"), a_lot("2"), a_lot("3"))
    after = (a_lot("2", deadline_at=NOW, title={"en": "x"}), a_lot("3"), a_lot("4"))
    changes = compare({"lots": before}, {"lots": after})
    assert set(changes) == {"lots[1]", "lots[2].deadline_at", "lots[2].title", "lots[4]"}
    assert changes["lots[2].deadline_at"] == (None, NOW.isoformat())
    assert (changes["lots[1]"][1], changes["lots[4]"][0]) == (None, None)


def test_lots_that_only_moved_or_share_a_key_are_one_change() -> None:
    assert set(compare({"lots": (a_lot("1"), a_lot("2"))}, {"lots": (a_lot("2"), a_lot("1"))})) == {"lots"}
    assert set(compare({"lots": (a_lot("1"), a_lot("1"))}, {"lots": (a_lot("1"),)})) == {"lots"}
