"""The operators' mail for each bad state of a source, as it is received: a real crawl of a real server in that state,
a real mail server; and the mail that says it is mended."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.sources import RunState
from tests.alerts.post import parts
from tests.app.desk import FOUND, Desk, Respond, a_page, a_site, always, expect_mails, open_desk
from tests.app.test_cli import tenderwatch
from tests.crawler.portals import Answer

DAY = timedelta(days=1)


def but_one_page(path: str) -> Answer:
    return Answer(b"gone wrong", 404) if path == "/notice/7" else a_site()(path)


def with_login(path: str) -> Answer:
    if "/login" in path:
        return a_page('<form method="post"><input name="u"><input type="password" name="p"></form>')
    return Answer(status=302, headers={"Location": "/account/login?next=/list"})


@pytest.fixture
def desk(tmp_path: Path, _sqlite_template: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, _sqlite_template) as desk:
        yield desk


BAD: dict[str, tuple[Respond, RunState, tuple[str, ...]]] = {
    "layout changed": (
        always(a_page("<main><article class='card'>Pump 1</article> " + "our new site " * 400 + "</main>")),
        RunState.FAILED,
        ("not what the source promised", "li.row", "tenderwatch sources page ", "has it changed?"),
    ),
    "half the rows gone": (
        a_site(6),
        RunState.SUSPICIOUS,
        ("6 notices where 12 are usual", "1 to 1,000", "does it really show so few"),
    ),
    "all deadlines gone": (
        a_site(deadline=""),
        RunState.SUSPICIOUS,
        ("deadline is filled in 0% of 12 calls where 100% are usual", "deadline filled", "100%", "0%"),
    ),
    "consent": (
        always(a_page("<h1>Wir verwenden Cookies</h1><button>Alle akzeptieren</button>")),
        RunState.BLOCKED,
        ("consent wall", "Alle akzeptieren", "tenderwatch sources page ", "not dodged"),
    ),
    "login": (with_login, RunState.BLOCKED, ("leads to a login: /account/login", "not dodged")),
    "captcha": (
        always(a_page("<p>Подтвердите, что вы не робот</p><div class='smart'></div>")),
        RunState.BLOCKED,
        ("captcha", "не робот", "not dodged"),
    ),
    "a challenge with 403": (
        always(Answer(b"<html><title>Just a moment</title><script src='/cdn-cgi/challenge-platform/x'>", 403)),
        RunState.BLOCKED,
        ("HTTP 403", "check for robots", "tenderwatch sources page "),
    ),
    "refused": (always(Answer(b"no", 403)), RunState.BLOCKED, ("HTTP 403", "Ask its operator", "never work around")),
    "one page lost": (but_one_page, RunState.PARTIAL, ("1 pages could not be read", "HTTP 404", "Nothing at once")),
    "an error page for every request": (
        always(Answer(b"<html>sorry</html>", 404)),
        RunState.FAILED,
        ("HTTP 404", "Is the portal up"),
    ),
}


@pytest.mark.parametrize("how", BAD)
def test_a_bad_run_is_told_by_mail_again_each_day_and_so_is_its_mending(desk: Desk, how: str) -> None:
    respond, state, told = BAD[how]
    expect_mails(desk, a_site(), respond, {state}, told)


def test_a_lighter_trouble_waits_for_the_daily_mail_and_a_heavier_one_does_not(desk: Desk) -> None:
    assert desk.crawl(but_one_page).state is RunState.PARTIAL
    assert [mail["Subject"] for mail in desk.look()] == ["Tenderwatch: xx_test is partial"]
    assert desk.crawl(always(Answer(b"no", 403))).state is RunState.BLOCKED
    assert [mail["Subject"] for mail in desk.look()] == ["Tenderwatch: xx_test is blocked"]
    assert desk.crawl(but_one_page).state is RunState.PARTIAL
    assert desk.look() == []
    (again,) = desk.look(DAY)
    assert again["Subject"] == "Tenderwatch: xx_test is partial"
    assert "Everything that this portal publishes" in " ".join(parts(again)[0].split())


def test_a_source_that_is_not_crawled_is_told_and_so_is_that_it_is_again(desk: Desk) -> None:
    assert desk.crawl(a_site()).state is RunState.OK
    assert desk.look(timedelta(hours=2)) == []
    (mail,) = desk.look(timedelta(hours=5))
    assert mail["Subject"] == "Tenderwatch: xx_test has not been crawled"
    assert "began 5 hours ago" in parts(mail)[0]
    assert "one is due every 1 hours" in " ".join(parts(mail)[0].split())
    assert desk.look(timedelta(hours=9)) == []
    assert len(desk.look(timedelta(hours=30))) == 1
    assert desk.crawl(a_site()).state is RunState.OK
    assert [mail["Subject"] for mail in desk.look()] == ["Tenderwatch: xx_test is mended"]


def test_a_crawl_that_was_only_stopped_is_no_trouble(desk: Desk) -> None:
    stop = threading.Event()
    desk.portal.answer = a_site()
    desk.portal.on_request = lambda number: stop.set() if number == 3 else None
    run = desk.place.crawl(desk.portal, stop=stop)
    assert run.state is RunState.PARTIAL, run.reason
    assert desk.look() == []
    assert desk.crawl(a_site()).state is RunState.OK
    assert desk.look() == []


def test_sources_health_shows_the_sick_ones_first_and_ends_with_3(tmp_path: Path, desk: Desk) -> None:
    port = desk.settings.mail.port
    sources = "sources_dir = 'sources'\n"
    told = f'data_dir = "."\n{sources}[mail]\nhost = "127.0.0.1"\nport = {port}\nsender = "tw@bidder.example"\n'
    (tmp_path / "tenderwatch.toml").write_text(told)
    desk.place.write("xx_other", **FOUND)
    desk.portal.answer = a_site(12)
    endpoint = ("--endpoint", f"xx_test={desk.portal.url}")
    assert tenderwatch("run", *endpoint, cwd=tmp_path).returncode == 0
    well = tenderwatch("sources", "health", "--json", cwd=tmp_path)
    assert well.returncode == 0, well.stderr
    desk.portal.answer = a_site(5)
    assert tenderwatch("run", *endpoint, cwd=tmp_path).returncode == 3
    (mail,) = desk.box.mails
    assert mail["Subject"] == "Tenderwatch: xx_test is suspicious"
    sick = tenderwatch("sources", "health", "--json", cwd=tmp_path)
    assert sick.returncode == 3
    first = json.loads(sick.stdout)[0]
    assert (first["source"], first["sick"], first["state"]) == ("xx_test", True, "suspicious")
    assert (first["notices"], first["usual_notices"], first["expected_notices"]) == (5, 12, [1, 1000])
    assert first["fields"]["title"] == {"seen": 1.0, "expected": 1.0, "usual": 1.0}
    assert first["open_issues"] == {"fewer than expected": 1}
    assert "5 notices where 12 are usual" in first["why"]
    table = tenderwatch("sources", "health", cwd=tmp_path)
    assert table.returncode == 3
    assert "SUSPICIOUS" in table.stdout
    assert "5 (usual 12)" in table.stdout
    assert "xx_test: 5 notices where 12 are usual" in table.stderr
    assert {row["source"]: row["state"] for row in json.loads(sick.stdout)}["xx_other"] == "never"
