"""The known notice: asked once a day, in each run while it differs, never stored; and what differs is told by field."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.demo.corpus import build_corpus
from app.demo.portals import DemoPortals
from crawler.registry import check_sources
from domain.sources import IssueKind, RunState
from tests.crawler.portals import (
    HTML_SOURCE,
    T0,
    Answer,
    Place,
    a_detail,
    a_list,
    a_package,
    a_release,
    query,
    write_source,
)

KNOWN = {
    "url": "https://portal.invalid/notice/900",
    "key": "N-900",
    "title": "Pump number 900",
    "buyer": "Norbridge",
    "deadline": "2026-12-24T12:00:00+00:00",
}
HOUR = timedelta(hours=1)


def a_site(canary: Callable[[], Answer]) -> Callable[[str], Answer]:
    def answer(path: str) -> Answer:
        if path.startswith("/list"):
            return Answer(a_list([1, 2, 3] if query(path)["page"] == "1" else [], 3))
        number = int(path.rpartition("/")[2])
        return canary() if number == 900 else Answer(a_detail(number))

    return answer


def test_a_known_notice_that_parses_is_asked_once_a_day_and_not_stored(place: Place) -> None:
    place.write(**HTML_SOURCE, canary=KNOWN)
    site = a_site(lambda: Answer(a_detail(900)))
    first = place.session()
    verdict = first.run(site)
    assert verdict.state is RunState.OK, verdict.reason
    assert verdict.facts is not None
    assert verdict.facts.canary is True
    assert "/notice/900" in first.asked
    assert [notice["key"] for notice in place.notices()] == ["N-1", "N-2", "N-3"]
    soon = place.session(now=T0 + HOUR)
    soon.run(site)
    assert "/notice/900" not in soon.asked
    tomorrow = place.session(now=T0 + 24 * HOUR)
    tomorrow.run(site)
    assert "/notice/900" in tomorrow.asked


WRONG: dict[str, tuple[Answer, str]] = {
    "a field is gone": (
        Answer(a_detail(900, deadline="")),
        "deadline is empty where 2026-12-24T12:00:00+00:00 is known",
    ),
    "a field differs": (
        Answer(a_detail(900, deadline="2026-12-25 12:00")),
        "deadline is 2026-12-25T12:00:00+00:00 where",
    ),
    "another notice": (Answer(a_detail(901)), "the known notice N-900 does not stand on its page, which shows N-901"),
    "another layout": (Answer(b"<html><body><p>Welcome</p></body></html>"), "the known notice cannot be read"),
    "not there": (Answer(b"", 404), "the known notice cannot be had: HTTP 404"),
}


@pytest.mark.parametrize("how", WRONG)
def test_a_known_notice_that_differs_makes_the_run_suspicious_until_it_parses(place: Place, how: str) -> None:
    given, told = WRONG[how]
    place.write(**HTML_SOURCE, canary=KNOWN)
    verdict = place.session().run(a_site(lambda: given))
    assert verdict.state is RunState.SUSPICIOUS
    assert told in (verdict.reason or "")
    (issue,) = place.issues()
    assert issue.issue.kind is IssueKind.CANARY
    again = place.session(now=T0 + HOUR)
    assert again.run(a_site(lambda: given)).state is RunState.SUSPICIOUS, "asked again while it differs"
    assert place.session(now=T0 + 2 * HOUR).run(a_site(lambda: Answer(a_detail(900)))).state is RunState.OK
    assert place.issues() == []


def test_a_known_notice_without_a_page_of_its_own_goes_by_in_the_list(place: Place) -> None:
    place.write(listing={"next": {}}, canary={"key": "ocds-test-00002", "title": "Supply of 2 water pumps"})
    assert place.session().run(lambda path: Answer(a_package([a_release(1), a_release(2)]))).state is RunState.OK
    gone = place.session(now=T0 + HOUR).run(lambda path: Answer(a_package([a_release(1)])))
    assert gone.state is RunState.SUSPICIOUS
    assert "the known notice ocds-test-00002 does not stand in the list" in (gone.reason or "")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"canary": {"url": "https://portal.invalid/1"}}, "canary"),
        ({"canary": {"url": "https://portal.invalid/1", "key": "1"}}, "nothing of the notice would be looked at"),
        ({"canary": {"key": "1", "deadlin": "2026"}}, "did you mean deadline?"),
        ({"canary": {"key": "1", "deadline": "tomorrow"}}, "with its offset"),
        ({"canary": {"url": "https://portal.invalid/1?api_key=abc", "title": "x"}}, "api_key holds a key"),
        (
            {"canary": {"key": "1", "title": "x"}, "listing": {"window": {"from": "a", "to": "b"}}},
            "the known notice goes by once",
        ),
    ],
)
def test_a_wrong_canary_is_told_with_its_line(tmp_path: Path, changes: dict[str, Any], told: str) -> None:
    write_source(tmp_path, **changes)
    problems = [problem for problem in check_sources(tmp_path)[1] if "xx_test.yml, line" in problem]
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize("name", ["demo_ocds", "demo_html", "demo_ted", "demo_js"])
def test_the_demos_portals_still_have_their_known_notice(place: Place, name: str) -> None:
    from crawler.child import crawl_in_child

    corpus = build_corpus(date(2026, 11, 20))
    with DemoPortals(corpus, ocds_pace=None) as portals:
        run = crawl_in_child(name, place.settings, endpoint=portals.endpoints[name], until=corpus.moment)
    assert run.facts is not None
    assert run.facts.canary is True, run.reason
    assert run.state is RunState.OK, run.reason
