"""Scores from files: lines in, lines out, and every fault with its line and element."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import BadProfile, Unreadable
from domain.notice_json import to_json
from domain.notices import Kind, Status
from matching.files import score_files
from matching.notice_lines import read_notice_line
from matching.profiles import write_profile
from tests.factories import a_lot, a_notice, a_profile


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "pumps.yml"
    file.write_text(write_profile(a_profile()))
    return file


def test_a_line_for_each_pair_above_0(profile: Path, tmp_path: Path) -> None:
    notices = [a_notice(), a_notice(key="2", title={}, description={}, codes=()), a_notice(key="3", kind=Kind.AWARD)]
    file = tmp_path / "notices.jsonl"
    file.write_text("\n\n".join(json.dumps(to_json(notice)) for notice in notices) + "\n")
    (line,) = score_files([profile], file)
    assert (line["notice"], line["profile"], line["score"]) == ("ocds-test-1", "pumps", 81)
    assert line["reasons"][0]["text"] == "pumps"
    assert sum(reason["points"] for reason in line["reasons"]) == 81
    json.dumps(line)


def test_missing_keys_are_unknown(profile: Path) -> None:
    (line,) = score_files([profile], ['{"source": "s", "key": "1", "title": {"en": "pumps"}, "mystery": 1}'])
    assert line["score"] == 81


def test_a_line_is_read_as_it_was_written() -> None:
    notice = a_notice(lots=(a_lot(title={"en": "x"}),), raw={"a": 1})
    read = read_notice_line(json.dumps(to_json(notice)))
    assert to_json(read) == {**to_json(notice), "raw": None}
    bare = read_notice_line(b'{"source": "s", "key": "1"}')
    assert (bare.kind, bare.status, bare.lots) == (Kind.OTHER, Status.UNKNOWN, ())


@pytest.mark.parametrize(
    ("line", "element"),
    [
        ("{", None),
        ("[1]", None),
        ('{"source": NaN}', None),
        ("[" * 100_000, None),
        ('{"key": "1"}', "source"),
        ('{"source": "s", "key": 1}', "key"),
        ({"kind": "party"}, "kind"),
        ({"title": "pumps"}, "title"),
        ({"title": {"en": 1}}, "title.en"),
        ({"codes": [{"scheme": "CPV", "id": "33"}, {"scheme": "CPV"}]}, "codes[1].id"),
        ({"lots": {}}, "lots"),
        ({"lots": [{"description": {"fr": None}}]}, "lots[0].description.fr"),
        ({"value": {"amount": "many", "currency": "EUR"}}, "value.amount"),
        ({"value": {"amount": "1e999999999", "currency": "EUR"}}, "value.amount"),
        ({"value": {"amount": "1"}}, "value.currency"),
        ({"deadline_at": "2026-01-01T00:00:00"}, "deadline_at"),
        ({"deadline_at": "soon"}, "deadline_at"),
        ({"buyers": [[]]}, "buyers[0]"),
        ({"documents": [{"title": "x"}]}, "documents[0].url"),
    ],
)
def test_a_line_that_is_no_notice_names_its_element(line: Any, element: str | None) -> None:
    text = line if isinstance(line, str) else json.dumps({"source": "s", "key": "1", **line})
    with pytest.raises(Unreadable) as caught:
        read_notice_line(text)
    assert caught.value.element == element


def test_a_bad_line_is_told_and_the_rest_go_on(profile: Path) -> None:
    told: list[tuple[int, str]] = []
    lines = ["", '{"source": "s"}', json.dumps(to_json(a_notice())), "\xff"]
    found = list(score_files([profile], lines, lambda number, fault: told.append((number, str(fault)))))
    assert len(found) == 1
    assert [number for number, _ in told] == [2, 4]
    assert told[0][1] == "key: it must be there"


def test_profiles_must_be_good_and_have_ids_of_their_own(profile: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.yml").write_text("id: x")
    with pytest.raises(BadProfile) as caught:
        next(score_files([profile, tmp_path / "bad.yml", profile], []))
    assert "bad.yml" in str(caught.value)
    assert "pumps is also that of" in str(caught.value)
