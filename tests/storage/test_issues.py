"""Issues: seen again is counted, closed and seen again is a new one."""

from datetime import timedelta

from sqlalchemy import Engine

from domain.sources import IssueKind
from storage.engine import writing
from storage.issues import close_issues, close_read, find_issues, save_issues
from tests.factories import NOW, a_run, an_issue

LATER = NOW + timedelta(hours=1)


def test_an_open_issue_is_counted(engine: Engine) -> None:
    with writing(engine) as c:
        run_id = a_run(c)
        save_issues(c, run_id, [an_issue(), an_issue(), an_issue(key="other")], NOW)
        save_issues(c, run_id, [an_issue(reason="status: enigma", page="b" * 64)], LATER)
        found = {each.issue.key: each for each in find_issues(c)}
    assert {key: each.seen for key, each in found.items()} == {None: 3, "other": 1}
    assert found[None].issue == an_issue(reason="status: enigma", page="b" * 64)
    assert (found[None].first_seen_at, found[None].last_seen_at) == (NOW, LATER)


def test_issues_differ_by_source_kind_element_and_key(engine: Engine) -> None:
    with writing(engine) as c:
        others = [{"source": "x"}, {"kind": IssueKind.UNREADABLE}, {"element": "a"}, {"key": "k"}, {"element": None}]
        save_issues(c, None, [an_issue(), *(an_issue(**other) for other in others)], NOW)
        assert len(find_issues(c)) == 6
        assert len(find_issues(c, source="x")) == 1
        assert len(find_issues(c, limit=2)) == 2


def test_a_closed_issue_stays_closed(engine: Engine) -> None:
    with writing(engine) as c:
        save_issues(c, None, [an_issue(), an_issue(kind=IssueKind.REFUSED)], NOW)
        assert close_issues(c, "gb_test", IssueKind.UNKNOWN_WORD, LATER) == 1
        assert [each.issue.kind for each in find_issues(c)] == [IssueKind.REFUSED]
        save_issues(c, None, [an_issue()], LATER)
        assert [each.seen for each in find_issues(c)] == [1, 1]
        assert len(find_issues(c, open_only=False)) == 3
        assert close_issues(c, "gb_test", None, LATER) == 2
        assert find_issues(c) == []


def test_what_was_odd_in_notices_that_were_read_again_is_closed(engine: Engine) -> None:
    with writing(engine) as c:
        odd = [an_issue(kind=IssueKind.UNREADABLE, key=key, element="deadline") for key in ("read", "unread", "again")]
        save_issues(c, None, [*odd, an_issue(key="read"), an_issue(source="x", key="read")], NOW)
        save_issues(c, None, odd[2:], LATER)
        assert close_read(c, "gb_test", {"read", "again"}, LATER, LATER) == 1
        left = {(each.issue.source, each.issue.kind, each.issue.key) for each in find_issues(c)}
    assert left == {
        ("gb_test", IssueKind.UNREADABLE, "unread"),
        ("gb_test", IssueKind.UNREADABLE, "again"),
        ("gb_test", IssueKind.UNKNOWN_WORD, "read"),
        ("x", IssueKind.UNKNOWN_WORD, "read"),
    }


def test_a_hostile_page_can_be_quoted(engine: Engine) -> None:
    with writing(engine) as c:
        save_issues(c, None, [an_issue(reason="\x00\ud800", key="\x00", element="'; --")], NOW)
        assert find_issues(c)[0].issue.key == "\ufffd"
