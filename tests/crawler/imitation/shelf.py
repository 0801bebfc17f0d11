"""What a portal has published: made-up releases, spread over time, some processes with a second one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.crawler.imitation.words import BUYERS, THINGS

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """One release; `at` is the moment by which the portal's windows select it."""

    at: datetime
    body: Json

    @property
    def ocid(self) -> str:
        return str(self.body["ocid"])

    @property
    def known_as(self) -> tuple[str, str]:
        """What a reader must find: title and buyer."""
        return self.body["tender"]["title"], self.body["buyer"]["name"]


@dataclass(frozen=True, slots=True)
class Stock:
    """How much a portal has, and since when: `count` processes over the last `days`, and `older` ones years ago."""

    count: int = 48
    days: float = 6
    older: int = 3
    language: str = "en"
    currency: str = "USD"
    ocid: Callable[[int], str] = "ocds-imi7at-{:06d}".format
    old_standard: bool = False  # OCDS 1.0: buyers in full, no parties
    by_deadline: bool = False
    ahead: float = 40  # days from a release to its deadline

    def publish(self, now: datetime) -> list[Release]:
        """All releases, oldest first; every fourth process has a second one, an hour later."""
        step = timedelta(seconds=int(self.days * 86400 / self.count))
        moments = [now - timedelta(hours=2) - step * number for number in range(self.count)]
        moments += [now - timedelta(days=1200 + 9 * number) for number in range(self.older)]
        found: list[Release] = []
        for number, moment in enumerate(moments, 1):
            found.append(self._release(number, 1, moment))
            if number % 4 == 0:
                found.append(self._release(number, 2, moment + timedelta(hours=1)))
        return sorted(found, key=lambda release: (release.at, release.ocid))

    def _release(self, number: int, version: int, moment: datetime) -> Release:
        ocid, date = self.ocid(number), moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        deadline = moment + timedelta(days=self.ahead + version)
        buyer = BUYERS[self.language][number % 2]
        title = f"{THINGS[self.language][number // 2 % 2]} ({number})"
        body: Json = {
            "ocid": ocid,
            "id": f"{ocid}-{version:02d}",
            "date": date,
            "tag": ["tender" if version == 1 else "tenderUpdate"],
            "initiationType": "tender",
            "language": self.language,
            "tender": {
                "id": f"T-{number}",
                "title": title,
                "description": f"{title}. {THINGS[self.language][(number + 1) % 2]}.",
                "status": "active",
                "value": {"amount": 1000 + number, "currency": self.currency},
                "tenderPeriod": {"startDate": date, "endDate": deadline.strftime("%Y-%m-%dT%H:%M:%SZ")},
                "items": [{"id": "1", "classification": {"scheme": "UNSPSC", "id": "40151500"}, "quantity": number}],
            },
        }
        if self.old_standard:
            body["buyer"] = {"name": buyer, "identifier": {"scheme": "XX-REG", "id": f"R{number % 2}"}}
        else:
            body["buyer"] = {"id": f"XX-REG-{number % 2}", "name": buyer}
            body["parties"] = [{"id": f"XX-REG-{number % 2}", "name": buyer, "roles": ["buyer"]}]
        return Release(deadline if self.by_deadline else moment, body)


def group(releases: Sequence[Release]) -> dict[str, list[Release]]:
    """The releases of each process, in their order."""
    found: dict[str, list[Release]] = {}
    for release in releases:
        found.setdefault(release.ocid, []).append(release)
    return found
