"""Portals that change what they print, each told by mail after one run of it; and what was promised and is not kept."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from domain.sources import IssueKind, RunState
from tests.alerts.post import parts
from tests.app.desk import FOUND, Desk, Respond, a_site, expect_mails, open_desk
from tests.crawler.portals import HTML, Answer, a_package, a_release, query

WORSE = {RunState.SUSPICIOUS, RunState.FAILED}
SUSPICIOUS = {RunState.SUSPICIOUS}
JSON_API = {"listing": {"next": {}}, "expect": FOUND["expect"]}
STATED = {**HTML["detail"], "fields": {**HTML["detail"]["fields"], "status": {"css": "dd.state"}}}
ROWS = {name: each for name, each in HTML["list"]["fields"].items() if name != "status"}
WORDED = {"list": {**HTML["list"], "fields": ROWS}, "detail": STATED}


@pytest.fixture
def desk(tmp_path: Path, _sqlite_template: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, _sqlite_template) as desk:
        yield desk


def renamed(old: str, new: str, where: str = "/") -> Respond:
    """The site, with another text in place of one in all answers whose path begins so."""

    def answer(path: str) -> Answer:
        good = a_site()(path)
        return Answer(good.body.replace(old.encode(), new.encode())) if path.startswith(where) else good

    return answer


def an_api(names: dict[str, str] | None = None) -> Respond:
    """Pages of releases with a buyer, a deadline and a value; its fields may have other names, also in six new ones."""

    def answer(path: str) -> Answer:
        page = int(query(path).get("page", "1"))
        numbers = range(page * 10, page * 10 + (16 if names and page == 2 else 10))
        releases = [a_release(n, value={"amount": 100, "currency": "GBP"}) for n in numbers]
        link = "https://portal.invalid/api?page=2" if page == 1 else None
        return Answer(json.dumps(rename(json.loads(a_package(releases, link)), names or {})).encode())

    return answer


def rename(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): rename(each, names) for key, each in value.items()}
    return [rename(each, names) for each in value] if isinstance(value, list) else value


def stating(word: str) -> Respond:
    """The site, whose notices print how they stand."""
    state = f'<dd class="state">{word}</dd></dl>'
    return renamed("</dl>", state, "/notice/")


@dataclass
class Case:
    """What the source is, how the portal answered, and how it does now."""

    bad: Respond
    told: tuple[str, ...]
    states: set[RunState] = field(default_factory=lambda: SUSPICIOUS)
    good: Respond = field(default_factory=a_site)
    source: dict[str, Any] = field(default_factory=dict)
    well: Respond | None = None


def expecting(**promised: Any) -> dict[str, Any]:
    return {**FOUND, "expect": {**FOUND["expect"], **promised}}


CASES = {
    "rows of another class": Case(
        renamed('class="row"', 'class="entry"', "/list"),
        ("not what the source promised", "li.row", "tenderwatch sources page "),
        WORSE,
    ),
    "a key of another class": Case(
        renamed('class="key"', 'class="id"', "/list"),
        ("not what the source promised", "a.key", "tenderwatch sources page "),
        WORSE,
    ),
    "notices of another class": Case(
        renamed('class="notice"', 'class="record"', "/notice/"),
        (
            "12 of 12 notices' pages are not what the source promised",
            "dl.notice",
            "tenderwatch sources page ",
            "has it changed?",
        ),
    ),
    "a deadline of another class": Case(
        renamed('class="deadline"', 'class="closing"', "/notice/"), ("deadline is filled in 0% of 12 calls",)
    ),
    "a buyer of another class": Case(
        renamed('class="buyer"', 'class="by"', "/notice/"),
        ("buyer is filled in 0% of 12 notices where 100% are usual",),
    ),
    "JSON: another name of the list and its keys": Case(
        an_api({"releases": "items", "ocid": "ref"}), ("tenderwatch sources page ",), WORSE, an_api(), JSON_API
    ),
    "JSON: another name of the key": Case(
        an_api({"ocid": "id_"}), ("tenderwatch sources page ",), WORSE, an_api(), JSON_API
    ),
    "JSON: another name of the tender": Case(
        an_api({"tender": "procedure"}),
        ("title is filled in none of the last 6 new notices",),
        WORSE,
        an_api(),
        JSON_API,
    ),
    "JSON: another name of the deadline": Case(
        an_api({"endDate": "until"}),
        ("deadline is filled in none of the last 6 new calls where 100% are usual",),
        SUSPICIOUS,
        an_api(),
        JSON_API,
    ),
    "JSON: another name of the title": Case(
        an_api({"title": "name_"}),
        ("title is filled in none of the last 6 new notices",),
        SUSPICIOUS,
        an_api(),
        JSON_API,
    ),
    "JSON: another name of the value": Case(
        an_api({"value": "price"}), ("value is filled in none of the last 6 new calls",), SUSPICIOUS, an_api(), JSON_API
    ),
    "JSON: another name of the buyer": Case(
        an_api({"buyer": "by", "parties": "who"}),
        ("buyer is filled in none of the last 6 new notices",),
        SUSPICIOUS,
        an_api(),
        JSON_API,
    ),
    "fewer than expected": Case(
        a_site(9), ("9 notices where at least 10 are expected",), source=expecting(notices=[10, 1000])
    ),
    "more than expected": Case(
        a_site(40), ("40 notices where at most 30 are expected",), source=expecting(notices=[1, 30])
    ),
    "a field that is not filled": Case(
        renamed("Norbridge", "", "/notice/"),
        ("buyer is filled in 0% of 12 notices where 90% are expected", "Open some of its notices"),
        source=expecting(filled={"title": 1.0, "buyer": 0.9}),
    ),
    "words that nobody knows": Case(
        stating("suspendida"),
        ("status is understood in 0% of 12 notices where 100% are usual",),
        good=stating("open"),
        source={**FOUND, "html": WORDED},
    ),
    "silence": Case(
        a_site(),
        ("nothing new since", "where", "does it really show so few"),
        source=expecting(silence="1s"),
        well=a_site(13),
    ),
    "the known notice": Case(
        renamed("Pump number 7<", "Pumpe 7<"),
        ("title is Pumpe 7 where Pump number 7 is known", "mend `canary:`"),
        source={**FOUND, "canary": {"key": "N-7", "title": "Pump number 7"}},
    ),
}


@pytest.mark.parametrize("how", CASES)
def test_what_a_portal_prints_otherwise_is_told_after_one_run(desk: Desk, how: str) -> None:
    case = CASES[how]
    if case.source:
        desk.place.write(**case.source)
    expect_mails(desk, case.good, case.bad, case.states, case.told, case.well)


def test_a_few_words_that_nobody_knows_are_an_issue_and_no_trouble(desk: Desk) -> None:
    """One new word in a list of many is told by `sources health`, with the page that it stands on."""
    desk.place.write(**{**FOUND, "html": WORDED})

    def answer(path: str) -> Answer:
        return stating("suspendida" if path == "/notice/7" else "open")(path)

    assert desk.crawl(stating("open")).state is RunState.OK
    assert desk.crawl(answer).state is RunState.OK
    assert desk.look() == []
    (issue,) = desk.place.issues()
    assert (issue.issue.kind, issue.issue.page is not None) == (IssueKind.UNKNOWN_WORD, True)
    assert "suspendida" in issue.issue.reason


def test_the_mail_of_a_verified_source_does_not_say_that_it_was_not(desk: Desk) -> None:
    from datetime import UTC, datetime

    from domain.sources import Verification
    from storage.engine import writing
    from storage.verifications import save_verification

    with writing(desk.engine) as c:
        save_verification(c, Verification("xx_test", datetime.now(UTC), "0.4"))
    desk.crawl(lambda path: Answer(b"no", 403))
    (mail,) = desk.look()
    assert "verified" not in parts(mail)[0]
