"""A page that breaks is no change of the buyer's: what sales are told of known notices while a source is not well."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from domain.sources import IssueKind, RunState
from storage.engine import reading, writing
from storage.held import accept_source, count_held
from storage.issues import find_issues
from storage.sources import void_expired_leases
from tests.alerts.post import parts
from tests.app.desk import Desk, Respond, a_site, open_desk
from tests.app.test_cli import tenderwatch
from tests.crawler.portals import T0, Answer

MOVED = "2032-01-15 12:00"


@pytest.fixture
def desk(tmp_path: Path, _sqlite_template: Path) -> Iterator[Desk]:
    """Twelve tenders for pumps are known, and sales were told of them in one summary."""
    with open_desk(tmp_path, _sqlite_template) as desk:
        desk.sell()
        assert desk.crawl(a_site()).state is RunState.OK
        (summary,) = desk.tell()
        assert summary["To"] == "sales@bidder.example"
        yield desk


def broken(count: int = 12) -> Respond:
    """The deadline has gone from the pages, and another text stands in the title's place."""
    whole = a_site(count, deadline="")

    def answer(path: str) -> Answer:
        good = whole(path)
        return Answer(good.body.replace(b'<dd class="title">Pump number', b'<dd class="title">Reference of pump'))

    return answer


def moved(path: str) -> Answer:
    """A portal that is as it was, and the buyer of the seventh notice gives more time."""
    return a_site(deadline=MOVED if path == "/notice/7" else "2031-12-24 12:00")(path)


def recipients(mails: list[EmailMessage]) -> list[str]:
    return sorted(str(mail["To"]).partition("@")[0] for mail in mails)


def held(desk: Desk) -> int:
    with reading(desk.engine) as c:
        return count_held(c, "xx_test")


def open_issues(desk: Desk) -> list[tuple[IssueKind, str | None]]:
    with reading(desk.engine) as c:
        return sorted((each.issue.kind, each.issue.key) for each in find_issues(c, "xx_test"))


def test_what_a_broken_page_changes_is_told_to_operators_only(desk: Desk) -> None:
    bad = desk.crawl(broken())
    assert (bad.state, bad.changed) == (RunState.SUSPICIOUS, 12)
    (mail,) = desk.tell()
    assert mail["To"] == "operators@bidder.example"
    text = " ".join(parts(mail)[0].split())
    assert "Held back 12 known notices read otherwise now" in text
    assert "tenderwatch sources accept xx_test" in text
    assert held(desk) == 12
    assert desk.crawl(a_site()).state is RunState.OK
    assert recipients(desk.tell()) == ["operators"], "it is as it was: nothing has changed"
    assert held(desk) == 0


def test_a_new_notice_of_a_broken_page_is_told_at_once(desk: Desk) -> None:
    assert desk.crawl(broken(13)).state is RunState.SUSPICIOUS
    mails = desk.tell()
    assert recipients(mails) == ["operators", "sales"]
    (sales,) = [mail for mail in mails if str(mail["To"]).startswith("sales")]
    assert sales["Subject"].startswith("New tender")


def test_a_change_of_the_buyers_is_told_when_its_run_is_ok(desk: Desk) -> None:
    assert desk.crawl(moved).state is RunState.OK
    (mail,) = desk.tell()
    assert mail["To"] == "sales@bidder.example"
    assert mail["Subject"].startswith("Deadline moved: Pump number 7")


def test_a_change_that_was_held_is_told_by_the_good_run_that_reads_it_again(desk: Desk) -> None:
    """The deadline of the seventh did move while the page was broken."""
    assert desk.crawl(broken()).state is RunState.SUSPICIOUS
    assert recipients(desk.tell()) == ["operators"]
    assert desk.crawl(moved).state is RunState.OK
    mails = desk.tell()
    assert recipients(mails) == ["operators", "sales"]
    (sales,) = [mail for mail in mails if str(mail["To"]).startswith("sales")]
    text = " ".join(parts(sales)[0].split())
    assert "Deadline: Wed 24 Dec 2031, 13:00 CET" in text
    assert "Thu 15 Jan 2032, 13:00 CET" in text
    assert "Reference of pump" not in text


def test_few_rows_are_no_reason_to_hold_what_the_others_say(desk: Desk) -> None:
    def few(path: str) -> Answer:
        return a_site(7)(path) if path.startswith("/list") else moved(path)

    assert desk.crawl(few).state is RunState.SUSPICIOUS
    assert recipients(desk.tell()) == ["operators", "sales"]


def test_a_person_who_has_looked_tells_what_was_held(desk: Desk, tmp_path: Path) -> None:
    assert desk.crawl(broken()).state is RunState.SUSPICIOUS
    desk.tell()
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "."\nsources_dir = "sources"\n')
    shown = tenderwatch("sources", "health", "--json", cwd=tmp_path)
    assert '"held_changes": 12' in shown.stdout
    story = tenderwatch("sources", "missed", "xx_test:N-7", cwd=tmp_path)
    assert story.returncode == 3
    assert "is held back" in " ".join(story.stdout.split())
    done = tenderwatch("sources", "accept", "xx_test", cwd=tmp_path)
    assert (done.returncode, "12 changed notices" in done.stderr) == (0, True), done.stderr
    assert recipients(desk.tell()) == ["sales"] * 12
    assert desk.crawl(broken()).state is RunState.OK, "this is what is usual from now on"
    assert recipients(desk.tell()) == ["operators"]


def test_what_was_odd_is_closed_by_a_run_that_reads_it_well_or_by_a_person(desk: Desk, tmp_path: Path) -> None:
    def odd(*numbers: int) -> Respond:
        return lambda path: a_site(deadline="some day" if path[8:] in map(str, numbers) else "2031-12-24 12:00")(path)

    assert desk.crawl(odd(3, 7)).state is RunState.OK
    assert [key for _, key in open_issues(desk)] == ["N-3", "N-7"]
    assert desk.crawl(odd(7)).state is RunState.OK
    assert open_issues(desk) == [(IssueKind.UNREADABLE, "N-7")]
    (tmp_path / "tenderwatch.toml").write_text('data_dir = "."\nsources_dir = "sources"\n')
    shown = tenderwatch("sources", "health", cwd=tmp_path)
    assert "`sources show xx_test` lists them" in " ".join(shown.stdout.split())
    done = tenderwatch("sources", "accept", "xx_test", cwd=tmp_path)
    assert (done.returncode, "1 issues are closed" in done.stderr) == (0, True), done.stderr
    assert open_issues(desk) == []


def test_while_a_run_is_under_way_and_where_it_is_killed_its_changes_wait(desk: Desk) -> None:
    drive = desk.place.session(now=datetime.now(UTC))
    drive.run(moved, steps=11)
    assert desk.tell() == []
    with writing(desk.engine) as c:
        assert void_expired_leases(c, datetime.now(UTC) + timedelta(hours=1)) == 1
    assert recipients(desk.tell()) == ["operators"], "nobody has judged that run"
    assert desk.crawl(moved).state is RunState.OK
    sales = [mail for mail in desk.tell() if str(mail["To"]).startswith("sales")]
    assert [mail["Subject"][:28] for mail in sales] == ["Deadline moved: Pump number "]


def test_accepting_while_a_run_is_under_way_leaves_it_its_verdict(desk: Desk) -> None:
    drive = desk.place.session(now=datetime.now(UTC))
    drive.run(moved, steps=11)
    with writing(desk.engine) as c:
        assert accept_source(c, "xx_test", T0) == 0
    assert desk.tell() == []
