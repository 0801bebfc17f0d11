"""SAM.gov on this machine: windows of days, pages by their index, a second request for each description."""

import json
from datetime import date, datetime
from typing import Any

from tests.crawler.portals import Answer, query

KEY = "s3cret+key/of=ours"
SOURCE: dict[str, Any] = {
    "protocol": "sam",
    "publisher": {"name": "GSA", "country": "US"},
    "zone": "America/New_York",
    "currency": "USD",
    "key_env": "TENDERWATCH_KEY_TEST_SAM",
    "endpoint": "https://api.sam.invalid/opportunities/v2/search?api_key={key}",
    "listing": {
        "window": {"by": "day", "from": "postedFrom", "to": "postedTo", "format": "%m/%d/%Y", "first": "1d"},
        "pages": {"param": "offset", "first": 0, "size": 3, "size_param": "limit"},
    },
    "kinds": {"Solicitation": "tender"},
}


def a_row(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "noticeId": f"{number:032x}",
        "title": f"Water pump {number}",
        "solicitationNumber": f"N{number}",
        "fullParentPathName": "INTERIOR, DEPARTMENT OF THE.NORBRIDGE OFFICE",
        "fullParentPathCode": "014.1",
        "postedDate": "2026-11-20",
        "type": "Solicitation",
        "active": "Yes",
        "naicsCode": "333914",
        "naicsCodes": ["333914"],
        "classificationCode": "4320",
        "responseDeadLine": "2026-12-18T16:00:00-07:00",
        "officeAddress": {"countryCode": "USA", "state": "CO"},
        "description": f"https://api.sam.invalid/prod/opportunities/v1/noticedesc?noticeid={number:032x}",
        "uiLink": f"https://sam.invalid/{number}",
        "resourceLinks": None,
        "award": None,
        **changes,
    }


def to_day(printed: str) -> date:
    month, day, year = map(int, printed.split("/"))
    return date(year, month, day)


class Sam:
    """Answers by a function of the address; a wrong key is a 404."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows, self.no_description = rows, set[str]()

    def answer(self, url: str) -> Answer:
        asked = query(url)
        if asked.get("api_key") != KEY:
            return Answer(b"", 404)
        if "noticedesc" in url:
            if asked["noticeid"] in self.no_description:
                return Answer(b'{"errorMessage": "Description not found"}', 404)
            return Answer(json.dumps({"description": f"<p>For {asked['noticeid'][-2:]}</p>"}).encode())
        low, high = (to_day(asked[name]) for name in ("postedFrom", "postedTo"))
        found = [row for row in self.rows if low <= datetime.fromisoformat(row["postedDate"]).date() <= high]
        limit, page = int(asked["limit"]), int(asked["offset"])
        rows = found[page * limit : (page + 1) * limit]
        return Answer(json.dumps({"totalRecords": len(found), "opportunitiesData": rows}).encode())
