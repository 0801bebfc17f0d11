"""Alerts files: what they say, and what is refused with file, line and mend."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from alerts.book import export_book, import_book, masked, read_book
from domain.alerts import Destination, Rule
from domain.errors import BadRule
from storage.destinations import delete_rule, find_destinations, find_rules
from storage.engine import reading, writing
from tests.factories import a_version

GOOD = """\
# who is told
destinations:
  - id: sales
    name: Sales desk
    url: tendermail://sales@bidder.example
  - id: chat
    url: ${TENDERWATCH_SECRET_CHAT}

rules:
  - id: high
    profile: pumps
    min_score: 70
    destination: chat
  - {id: all, min_score: 40, destination: sales}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "alerts.yml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_book(tmp_path: Path) -> None:
    book = read_book(write(tmp_path, GOOD))
    assert book.destinations == (
        Destination("sales", "Sales desk", "tendermail://sales@bidder.example"),
        Destination("chat", "chat", "${TENDERWATCH_SECRET_CHAT}"),
    )
    assert book.rules == (Rule("high", "pumps", 70, "chat"), Rule("all", None, 40, "sales"))


def test_import_and_export(engine: Engine, tmp_path: Path) -> None:
    file = write(tmp_path, GOOD)
    with pytest.raises(BadRule, match=r"alerts\.yml, line 10: there is no profile pumps; there are none"):
        import_book(engine, file)
    with reading(engine) as c:
        assert find_destinations(c) == []
    with writing(engine) as c:
        a_version(c)
    import_book(engine, file)
    import_book(engine, write(tmp_path, GOOD.replace("70", "75")))
    with reading(engine) as c:
        assert {rule.id: rule.min_score for rule in find_rules(c)} == {"high": 75, "all": 40}
    again = read_book(write(tmp_path, export_book(engine)))
    assert set(again.rules) == {Rule("high", "pumps", 75, "chat"), Rule("all", None, 40, "sales")}
    with writing(engine) as c:
        assert delete_rule(c, "high")
        assert not delete_rule(c, "high")


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ("destination: sales", "destination: sails", 14, "no destination sails; did you mean sales?"),
        ("min_score: 70", "min_score: 700", 12, "whole number from 0 to 100"),
        ("min_score: 70", "min_score: true", 12, "whole number from 0 to 100"),
        ("min_score: 70", "minscore: 70", 12, "no key minscore; did you mean min_score?"),
        ("    min_score: 70\n", "", 10, "the key min_score is missing"),
        ("id: chat", "id: sales", 6, "the id sales is already used"),
        ("id: chat", "id: Chat!", 6, "not made of a-z"),
        ("profile: pumps", "profile: [a]", 11, "profile is not a text"),
        ("destinations:\n  - id: sales", "destinations:\n  - sales\n  - id: sales", 2, "destinations is not a list"),
        ("rules:", "rulez:", 9, "no key rulez; did you mean rules?"),
        ("  - id: high", "  - id: [high", 11, "not YAML"),
        ("    name: Sales desk", "    id: other", 4, "written twice"),
        ("tendermail://sales@bidder.example", "mailto://a:b@c.example", 5, "write tendermail://name@example.org"),
        ("tendermail://sales@bidder.example", "tendermail://a:b@c.example", 5, "tendermail://name@example.org"),
        ("tendermail://sales@bidder.example", "tendermail://a@b.example?to=c@d.example", 5, "nothing more"),
        ("tendermail://sales@bidder.example", "https://hook.example/x", 5, "write jsons://"),
        ("tendermail://sales@bidder.example", "file:///etc/passwd", 5, "file is not allowed"),
        ("tendermail://sales@bidder.example", "syslog://", 5, "syslog is not allowed"),
        ("tendermail://sales@bidder.example", "msteams://a/b/c", 5, "workflows://"),
        ("tendermail://sales@bidder.example", "slack://a/b/c", 5, "write url: ${TENDERWATCH_SECRET_SALES}"),
        ("tendermail://sales@bidder.example", "tgram://1234:abcd/1", 5, "${TENDERWATCH_SECRET_SALES}"),
        ("tendermail://sales@bidder.example", "json://u:hunter2@h.example/x", 5, "password or token in plain"),
        ("tendermail://sales@bidder.example", "jsons://h.example/x?+X-Api-Key=abc", 5, "password or token in plain"),
        (
            "tendermail://sales@bidder.example",
            "jsons://h.example/9f8a7b6c5d4e3f2a1b0c",
            5,
            "password or token in plain",
        ),
        ("tendermail://sales@bidder.example", "jsons://h.example/x?verify=no", 5, "take the option verify= out"),
        ("tendermail://sales@bidder.example", "jsons://h.example/x?optional=yes", 5, "take the option optional="),
        ("${TENDERWATCH_SECRET_CHAT}", "${AWS_SECRET}", 7, "begin with TENDERWATCH_SECRET_"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, text: str) -> None:
    assert old in GOOD
    with pytest.raises(BadRule) as caught:
        read_book(write(tmp_path, GOOD.replace(old, new, 1)))
    assert f"alerts.yml, line {line}: " in str(caught.value)
    assert text in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "- a", "rules: []", "\x00", "a: *b", "x: !!python/object:os.system ls"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadRule, match="line 1"):
        read_book(write(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadRule, match="no such file"):
        read_book(tmp_path / "none.yml")


@pytest.mark.parametrize(
    "url",
    [
        "jsons://hook.example/tenders",
        "jsons://user:${TENDERWATCH_SECRET_A}@hook.example/tenders",
        "jsons://hook.example/${TENDERWATCH_SECRET_A}?+X-Token=${TENDERWATCH_SECRET_B}",
        "tgram://${TENDERWATCH_SECRET_BOT}/-1001234567",
        "${TENDERWATCH_SECRET_ALL}",
    ],
)
def test_addresses_that_are_allowed(tmp_path: Path, url: str) -> None:
    book = read_book(write(tmp_path, GOOD.replace("tendermail://sales@bidder.example", url)))
    assert book.destinations[0].url == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("tendermail://a@b.example", "tendermail://a@b.example"),
        ("jsons://u:p@h.example/x?a=b", "jsons://h.example/…"),
        ("slack://a/b/c", "slack://…"),
        ("${TENDERWATCH_SECRET_X}", "${TENDERWATCH_SECRET_X}"),
    ],
)
def test_addresses_are_shown_masked(url: str, shown: str) -> None:
    assert masked(url) == shown
