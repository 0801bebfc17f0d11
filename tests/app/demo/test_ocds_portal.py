"""The OCDS portal keeps Find a Tender's rules, the unpleasant ones too."""

import http.client
import json
import time
from datetime import date, datetime, timedelta
from urllib.parse import urlencode, urlsplit

import pytest

from app.demo.corpus import build_corpus
from app.demo.ocds_release import listed_releases
from app.demo.portals import DemoPortals
from app.demo.server import Gate, Pace

CORPUS = build_corpus(date(2026, 9, 14))
PACKAGES = "/api/1.0/ocdsReleasePackages"
EVERYTHING = {"updatedFrom": "2026-08-01T00:00:00", "updatedTo": "2026-09-14T00:00:00"}


@pytest.fixture(scope="module")
def portals():
    with DemoPortals(CORPUS, ocds_pace=None) as portals:
        yield portals


def get(base: str, target: str) -> tuple[int, str, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
    connection.request("GET", target)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body, response.headers


def ask(portals: DemoPortals, **parameters: str) -> dict:
    status, body, headers = get(portals.ocds_url, f"{PACKAGES}?{urlencode(parameters)}")
    assert status == 200
    assert headers["Content-Type"] == "application/json"
    return json.loads(body)


@pytest.mark.parametrize(
    "query",
    [
        "page=2",
        "limit=0",
        "limit=101",
        "limit=ten",
        "limit=",
        "updatedFrom=2026-09-01",
        "updatedFrom=2026-09-01T00:00:00Z",
        "updatedTo=2026-13-01T00:00:00",
        "updatedFrom=2026-09-01T00:00:00&updatedTo=2026-09-01T00:00:00",
        "stages=contract",
        "cursor=nonsense",
        "cursor=YWZ0ZXI6eA==",
    ],
)
def test_a_wrong_question_is_a_400(portals, query):
    status, body, _ = get(portals.ocds_url, f"{PACKAGES}?{query}")
    assert status == 400
    assert json.loads(body)["error"]


def test_a_page_holds_a_hundred_unless_less_is_asked_for(portals):
    assert len(ask(portals, **EVERYTHING)["releases"]) == 100
    assert len(ask(portals, **EVERYTHING, limit="7")["releases"]) == 7


def test_links_next_drops_a_row_at_each_border(portals):
    releases = listed_releases(CORPUS, portals.ocds_url)
    package = ask(portals, **EVERYTHING, limit="50")
    seen = [release["id"] for release in package["releases"]]
    pages = 1
    while "links" in package:
        package = json.loads(get(portals.ocds_url, package["links"]["next"].removeprefix(portals.ocds_url))[1])
        seen += [release["id"] for release in package["releases"]]
        pages += 1
    assert len(seen) == len(set(seen)) == len(releases) - (pages - 1)


def halved(portals: DemoPortals, since: datetime, until: datetime) -> set[str]:
    """Return what windows without a cursor find, each full one halved."""
    package = ask(portals, updatedFrom=since.isoformat(), updatedTo=until.isoformat(), limit="20")
    found = {release["id"] for release in package["releases"]}
    if len(package["releases"]) < 20:
        return found
    middle = (since + (until - since) / 2).replace(microsecond=0)
    return halved(portals, since, middle) | halved(portals, middle, until)


def test_halved_windows_lose_nothing(portals):
    found = halved(portals, datetime(2026, 8, 1), datetime(2026, 9, 14))  # noqa: DTZ001  (the portal's local times)
    assert found == {entry.release["id"] for entry in listed_releases(CORPUS, "")}


def test_windows_select_by_the_hidden_instant_in_uk_time(portals):
    entry = listed_releases(CORPUS, portals.ocds_url)[40]
    listed = entry.listed_at.astimezone(CORPUS.moment.tzinfo).replace(tzinfo=None, microsecond=0)
    printed = datetime.fromisoformat(entry.release["date"]).replace(tzinfo=None)
    second = timedelta(seconds=1)

    def found(around: datetime) -> set[str]:
        window = ask(portals, updatedFrom=around.isoformat(), updatedTo=(around + second).isoformat())
        return {release["id"] for release in window["releases"]}

    assert entry.release["id"] in found(listed)
    assert entry.release["id"] not in found(printed)


def test_stages_filter(portals):
    for stage, tags in {"planning": {"planning"}, "award": {"award", "contract"}}.items():
        releases = ask(portals, **EVERYTHING, stages=stage)["releases"]
        assert releases
        assert {tag for release in releases for tag in release["tag"]} == tags
    assert len(ask(portals, **EVERYTHING, stages="planning,award")["releases"]) == 34


def test_entities_stand_in_the_json_as_a_portal_leaves_them(portals):
    texts = "".join(entry.release["tender"].get("title", "") for entry in listed_releases(CORPUS, ""))
    assert "&lt;b&gt;bariatric&lt;/b&gt;" in texts
    descriptions = "".join(entry.release["tender"].get("description", "") for entry in listed_releases(CORPUS, ""))
    assert '&lt;a href="https://login.example.com/verify"&gt;' in descriptions


def test_too_many_calls_are_refused_with_a_time_to_wait():
    pace = Pace(calls=3, seconds=30, retry_after=1)
    with DemoPortals(CORPUS, ocds_pace=pace) as portals:
        statuses = [get(portals.ocds_url, f"{PACKAGES}?limit=1") for _ in range(4)]
        assert [status for status, _, _ in statuses] == [200, 200, 200, 429]
        assert statuses[3][2]["Retry-After"] == "1"
        assert get(portals.ocds_url, "/robots.txt")[0] == 200  # the limit is the API's
        time.sleep(1.05)
        assert get(portals.ocds_url, f"{PACKAGES}?limit=1")[0] == 200
        assert [call.status for call in portals.ocds.log] == [200, 200, 200, 429, 200, 200]
        assert portals.ocds.log[0].target == f"{PACKAGES}?limit=1"
        assert portals.log == portals.ocds.log


def test_the_gate_slides():
    gate = Gate(Pace(calls=2, seconds=10, retry_after=5))
    assert [gate.refuses(now) for now in (0.0, 6.0, 10.5, 11.0)] == [False, False, False, True]
    assert gate.refuses(15.9)
    assert not gate.refuses(16.0)


def test_earlier_moments_show_less_and_advancing_shows_the_rest():
    with DemoPortals(CORPUS, as_of=CORPUS.moment - timedelta(days=1), ocds_pace=None) as portals:
        before = halved(portals, datetime(2026, 8, 1), datetime(2026, 9, 14))  # noqa: DTZ001
        portals.advance(CORPUS.moment)
        after = halved(portals, datetime(2026, 8, 1), datetime(2026, 9, 14))  # noqa: DTZ001
    assert len(after - before) > 10
    assert before < after


def test_robots_front_page_and_the_page_of_a_notice(portals):
    assert "Allow: /" in get(portals.ocds_url, "/robots.txt")[1]
    assert "Made-up notices" in get(portals.ocds_url, "/")[1]
    release = ask(portals, limit="1")["releases"][0]
    status, body, _ = get(portals.ocds_url, f"/Notice/{release['id']}")
    assert (status, release["ocid"] in body) == (200, True)
    assert get(portals.ocds_url, "/Notice/000000-2026")[0] == 404
    assert get(portals.ocds_url, "/elsewhere")[0] == 404
