"""`tenderwatch run` and `work` as a company uses them: portal, profile, rule, mail; real processes and servers."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from app.demo.mailbox import Mailbox
from app.demo.ocds_query import BadQuery, to_query
from app.demo.server import Answer, Pace, Portal
from tests.app.test_cli import ROOT, environment, tenderwatch

PACKAGES = "/api/1.0/ocdsReleasePackages"
PROFILE = """
id: estates
name: Estates team
language: en
keywords: {include: [parking, construction, "school*", refurbishment, roof*], exclude: [second-hand]}
codes: {CPV: ["45", "63712"]}
threshold: 20
"""
ALERTS = """
destinations: [{id: estates, name: Estates desk, url: "tendermail://estates@example.org"}]
rules: [{id: estates, profile: estates, min_score: 20, destination: estates}]
"""


class FindATender(Portal):
    """Releases served as Find a Tender does: UK windows over a hidden instant, 100 at most, `links.next` left out."""

    title = "Find a Tender, imitated"
    paced = ("/api/",)

    def __init__(self, releases: list[dict[str, Any]], pace: Pace | None = None) -> None:
        super().__init__(0, pace)
        now = datetime.now(UTC)
        self.listed = [(now - timedelta(days=5, minutes=-40 * n), release) for n, release in enumerate(releases)]

    def answer(self, path: str, query: list[tuple[str, str]]) -> Answer:
        if path != PACKAGES:
            return Answer("<h1>Not found</h1>", 404)
        try:
            asked = to_query(query)
        except BadQuery as error:
            return Answer(json.dumps({"error": str(error)}), 400, "application/json")
        found = [
            release
            for at, release in self.listed
            if (asked.updated_from is None or at >= asked.updated_from)
            and (asked.updated_to is None or at <= asked.updated_to)
        ]
        package = {
            "uri": self.url,
            "version": "1.1",
            "publisher": {"name": "Imitated"},
            "releases": found[: asked.limit],
        }
        return Answer(json.dumps(package), 200, "application/json")


def install(folder: Path, mail_port: int) -> None:
    (folder / "tenderwatch.toml").write_text(f'data_dir = "data"\n[mail]\nhost = "127.0.0.1"\nport = {mail_port}\n')
    (folder / "profile.yml").write_text(PROFILE)
    (folder / "alerts.yml").write_text(ALERTS)
    for words in (("profiles", "import", "profile.yml"), ("alerts", "import", "alerts.yml")):
        done = tenderwatch(*words, cwd=folder)
        assert done.returncode == 0, done.stderr


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    with Mailbox(tmp_path / "mails") as mailbox:
        install(tmp_path, mailbox.port)
        yield mailbox


def test_real_releases_go_from_a_window_to_an_inbox(shared: Path, tmp_path: Path, mailbox: Mailbox) -> None:
    files = sorted((shared / "realdata" / "uk_ocds").iterdir())
    releases = [
        json.loads(line) for file in files if file.suffix == ".jsonl" for line in file.read_text().splitlines() if line
    ]
    releases += [
        release for file in files if file.suffix == ".json" for release in json.loads(file.read_text())["releases"]
    ]
    with FindATender(releases) as portal:
        first = tenderwatch("run", "--endpoint", f"gb_find_a_tender={portal.url}", cwd=tmp_path)
        assert first.returncode == 0, first.stderr
        again = tenderwatch("run", "--endpoint", f"gb_find_a_tender={portal.url}", cwd=tmp_path)
        assert again.returncode == 0, again.stderr
    assert all(call.status in (200, 404) for call in portal.log)
    listed = tenderwatch("notices", "export", cwd=tmp_path).stdout.splitlines()
    assert {json.loads(line)["key"] for line in listed} == {release["ocid"] for release in releases}
    (mail,) = mailbox.messages()
    assert mail["To"] == "estates@example.org"
    body = html_of(mail)
    assert "gb_find_a_tender" in body or "Find a Tender" in body
    scored = json.loads(tenderwatch("explain", json.loads(listed[0])["key"], "--json", cwd=tmp_path).stdout)
    assert scored[0]["score"] == round(sum(reason["points"] for reason in scored[0]["reasons"]), 2)


def a_tender(number: int, title: str, **tender: Any) -> dict[str, Any]:
    return {
        "ocid": f"ocds-tw0run-{number:03}",
        "id": f"{number:06}-2026",
        "date": f"2026-11-01T08:{number % 60:02}:00Z",
        "tag": ["tender"],
        "language": "en",
        "parties": [{"id": "B", "name": "Invented Borough Council", "roles": ["buyer"], "address": {"country": "GB"}}],
        "buyer": {"id": "B", "name": "Invented Borough Council"},
        "tender": {
            "id": str(number),
            "title": title,
            "status": "active",
            "classification": {"scheme": "CPV", "id": "45261900", "description": "Roof works"},
            "tenderPeriod": {"endDate": "2031-02-01T12:00:00Z"},
            **tender,
        },
    }


def test_a_second_day_brings_only_what_is_new_and_what_moved(tmp_path: Path, mailbox: Mailbox) -> None:
    with FindATender([a_tender(n, f"Roof repair, school number {n}") for n in range(30)]) as portal:
        endpoint = ("--endpoint", f"gb_find_a_tender={portal.url}")
        assert tenderwatch("run", *endpoint, cwd=tmp_path).returncode == 0
        assert len(mailbox.messages()) == 1, "a first run is one summary"
        now = datetime.now(UTC) - timedelta(minutes=3)  # a crawl reads up to the last whole minute
        moved = {**a_tender(3, ""), "tag": ["tenderUpdate"], "id": "000103-2026", "date": "2026-11-20T08:00:00Z"}
        moved["tender"] = {"id": "3", "tenderPeriod": {"endDate": "2031-03-01T12:00:00Z"}}
        portal.listed += [(now, a_tender(99, "Roof of the new <b>swimming hall</b>")), (now, moved)]
        done = tenderwatch("run", *endpoint, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert tenderwatch("run", *endpoint, cwd=tmp_path).returncode == 0
    later = mailbox.messages()[1:]
    text = "\n".join(html_of(mail) for mail in later)
    assert "swimming hall" in text
    assert "<b>swimming hall</b>" not in text
    assert len(later) == 2, [mail["Subject"] for mail in later]
    assert any("1 Mar 2031" in html_of(mail) for mail in later)
    history = json.loads(tenderwatch("notices", "show", "ocds-tw0run-003", "--history", "--json", cwd=tmp_path).stdout)[
        "history"
    ]
    assert [change["field"] for each in history for change in each["changes"]] == ["deadline_at"]


def test_bad_pages_are_never_green(tmp_path: Path, mailbox: Mailbox) -> None:
    class Broken(FindATender):
        def answer(self, path: str, query: list[tuple[str, str]]) -> Answer:
            good = super().answer(path, query)
            return Answer('{"error": "database gone"}', 200, "application/json") if path == PACKAGES else good

    with Broken([]) as portal:
        done = tenderwatch("run", "--endpoint", f"gb_find_a_tender={portal.url}", cwd=tmp_path)
    assert done.returncode in (1, 3)
    shown = json.loads(tenderwatch("sources", "show", "gb_find_a_tender", "--json", cwd=tmp_path).stdout)
    assert shown["runs"][0]["state"] != "ok"
    assert shown["issues"]


def test_work_does_what_is_due_and_ends_cleanly_at_sigterm(tmp_path: Path, mailbox: Mailbox) -> None:
    for words in (("disable", "--all"), ("enable", "gb_find_a_tender")):
        done = tenderwatch("sources", *words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    with FindATender([a_tender(n, f"Roof repair, school number {n}") for n in range(5)]) as portal:
        command = [sys.executable, "-m", "app.cli", "work", "--endpoint", f"gb_find_a_tender={portal.url}"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.PIPE, text=True)
        try:
            ended = time.monotonic() + 60
            while not mailbox.messages() and time.monotonic() < ended:
                time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert mailbox.messages(), told


def told(mails: list[EmailMessage]) -> list[tuple[str, str]]:
    return [(mail["To"], mail["Subject"]) for mail in mails]


def test_the_demo_is_a_whole_story_of_two_days(tmp_path: Path) -> None:
    folder = tmp_path / "a demo"
    done = tenderwatch("demo", "--folder", "a demo", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first = Mailbox(folder / "mails").messages()
    assert len(first) >= 4
    count = re.search(r"(\d+) mails were delivered", done.stderr)
    assert count is not None
    assert int(count[1]) == len(first)
    assert "The best opportunities" in done.stdout
    assert "tenderwatch demo --day 2 --folder 'a demo'" in done.stderr
    assert re.search(r"requests, [1-9]\d* of them with «too many requests, wait»", done.stderr)
    listed = json.loads(tenderwatch("notices", "list", "--limit", "1000", "--json", cwd=folder).stdout)
    sources = {row["notice"].partition(":")[0] for row in listed}
    assert sources >= {"demo_ocds", "demo_html", "demo_ted"}
    assert len(listed) >= (300 if "demo_js" in sources else 260)
    assert ROOT not in folder.parents

    again = tenderwatch("demo", "--folder", "a demo", "--day", "2", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    second = Mailbox(folder / "mails").messages()[len(first) :]
    subjects = [subject for _, subject in told(second)]
    assert any("new tender" in subject.casefold() for subject in subjects)
    assert any(subject.startswith("Cancelled: ") for subject in subjects)
    moved = [html_of(mail) for mail in second if mail["Subject"].strip().startswith("Deadline moved: ")]
    assert moved
    assert len(set(told([*first, *second]))) == len(first) + len(second), "nothing is told twice"

    more = tenderwatch("demo", "--folder", "a demo", "--day", "2", cwd=tmp_path)
    assert more.returncode == 0, more.stderr
    assert len(Mailbox(folder / "mails").messages()) == len(first) + len(second)


def test_the_demo_leaves_another_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("dear")
    for day in ("1", "2"):
        done = tenderwatch("demo", "--folder", "letters", "--day", day, cwd=tmp_path)
        assert done.returncode == 2
        assert "holds something else" in done.stderr
    assert (tmp_path / "letters" / "one.txt").read_text() == "dear"
