"""Portals that want something before they answer: a token for a while, cookies and what stands in them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from domain.sources import RunState
from tests.crawler.portals import Answer, Place, Portal, a_package, a_release, query

TOKEN = {
    "url": "https://portal.invalid/token",
    "json": {"request_token": "{key}"},
    "path": "access_token",
    "lasts": "15m",
}
SOURCE: dict[str, Any] = {
    "key_env": "TENDERWATCH_KEY_TEST",
    "key_from": "https://portal.invalid/register",
    "request": {"token": TOKEN},
    "listing": {"pages": {"param": "page", "size": 2}},
}


class Guarded:
    """Each token is good for `uses` answers."""

    def __init__(self, uses: int) -> None:
        self.uses, self.given, self.left = uses, 0, 0
        self.refused: list[str] = []
        self.portal = Portal(self.get)
        self.portal.post = self.post

    def post(self, path: str, body: str) -> Answer:
        if path != "/token" or json.loads(body) != {"request_token": "s3cret"}:
            return Answer(b"who are you?", 400)
        self.given, self.left = self.given + 1, self.uses
        return Answer(json.dumps({"access_token": f"token-{self.given}-abcdef"}).encode())

    def get(self, path: str) -> Answer:
        sent = self.portal.headers[-1].get("Authorization")
        if sent != f"Bearer token-{self.given}-abcdef" or not self.left:
            self.refused.append(path)
            return Answer(b'{"error": "token-%d-abcdef has expired"}' % self.given, 401)
        self.left -= 1
        page = int(query(path)["page"])
        return Answer(a_package([a_release(page * 2 + n) for n in range(2)], total=12))


@pytest.fixture
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERWATCH_KEY_TEST", "s3cret")


@pytest.mark.usefixtures("_key")
def test_a_token_that_expires_is_asked_anew(place: Place) -> None:
    guarded = Guarded(uses=2)
    place.write(**SOURCE)
    with guarded.portal as portal:
        run = place.crawl(portal)
        assert run.state is RunState.OK, run.reason
        assert len(place.notices()) == 12
        assert guarded.given == 3
        assert len(guarded.refused) == 2


@pytest.mark.usefixtures("_key")
def test_a_token_that_is_refused_at_once_stops_the_source(place: Place) -> None:
    guarded = Guarded(uses=0)
    place.write(**SOURCE)
    with guarded.portal as portal:
        run = place.crawl(portal)
        assert run.state is RunState.BLOCKED
        assert guarded.given == 2  # asked anew once
        assert len(guarded.refused) == 2
    saved = b"".join(each.read_bytes() for each in Path(place.settings.data_dir).glob("tenderwatch.db*"))
    assert b"abcdef" not in saved
    assert b"s3cret" not in saved


@pytest.mark.parametrize("answer", [Answer(b"{}"), Answer(b"down", 503), Answer(b"<html>")])
@pytest.mark.usefixtures("_key")
def test_no_token(place: Place, answer: Answer) -> None:
    place.write(**SOURCE)
    with Portal(lambda path: Answer(status=500)) as portal:
        portal.post = lambda path, body: answer
        run = place.crawl(portal, until=datetime(2026, 11, 20, tzinfo=UTC)) if answer.status == 200 else None
        if run:
            assert run.state is RunState.BLOCKED
            assert "gives no token" in str(run.reason)


def test_cookies_and_a_csrf_field(place: Place) -> None:
    """GeM's way: a page sets a cookie, whose value each POST of the list repeats in its form."""
    seen: list[str] = []
    good = ["one two", "three"]

    def get(path: str) -> Answer:
        return Answer(b"<html>", headers={"Set-Cookie": f"csrf_gem={good[0].replace(' ', '+')}; Path=/"})

    def post(path: str, body: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(body).items()}
        cookie = portal.headers[-1].get("Cookie", "")
        seen.append(asked["csrf"])
        if asked["page"] == "3" and len(good) == 2:
            good.pop(0)
        if asked["csrf"] != good[0].replace(" ", "+") or "csrf_gem" not in cookie:
            return Answer(b"stale", 403)
        page = int(asked["page"])
        return Answer(a_package([a_release(page)] if page < 5 else []))

    place.write(
        endpoint="https://portal.invalid/bids",
        request={
            "form": {"page": "{page}", "q": "water & pumps"},
            "cookie_from": "https://portal.invalid/start",
            "csrf": {"cookie": "csrf_gem", "field": "csrf"},
        },
        listing={"pages": {"size": 1}},
    )
    with Portal(get) as portal:
        portal.post = post
        run = place.crawl(portal)
        assert run.state is RunState.OK, run.reason
        assert len(place.notices()) == 4
        assert seen == ["one+two", "one+two", "one+two", "three", "three", "three"]
        assert sum(path == "/start" for path in portal.log) == 2
