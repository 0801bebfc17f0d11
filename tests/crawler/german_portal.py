"""oeffentlichevergabe.de on this machine: a day's notices in one zip of eForms; today is a 400."""

import io
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from tests.crawler.portals import Answer, query
from tests.crawler.ted_portal import Made

SOURCE: dict[str, Any] = {
    "protocol": "eforms",
    "zone": "Europe/Berlin",
    "endpoint": "https://portal.invalid/api/notice-exports?format=eforms.zip",
    "listing": {"window": {"by": "day", "from": "pubDay", "format": "%Y-%m-%d", "behind": "1d", "first": "3d"}},
    "expect": {"notices": [1, 1000], "filled": {"title": 1.0}, "silence": "3d"},
}


def a_zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return body.getvalue()


def give_days(notices: Iterable[Made], today: date) -> Callable[[str], Answer]:
    """Answers an address; a day without notices is a zip without files."""
    made = list(notices)

    def answer(url: str) -> Answer:
        day = date.fromisoformat(query(url)["pubDay"])
        if day >= today:
            return Answer(b"today", 400)
        return Answer(a_zip((f"{each.key}.xml", each.xml()) for each in made if each.day == day))

    return answer
