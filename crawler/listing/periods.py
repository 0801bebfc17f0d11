"""Which day, month or year an entry of a list is about, as `links: {date: …}` finds it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from crawler.paths import find

USUAL = {
    "day": r"(\d{4})[-_/.]?(0[1-9]|1[0-2])[-_/.]?(0[1-9]|[12]\d|3[01])(?!\d)",
    "month": r"(\d{4})[-_/.]?(0[1-9]|1[0-2])(?!\d)",
    "year": r"(?<!\d)((?:19|20)\d\d)(?!\d)",
}
DAYS_AHEAD = {"day": 1, "month": 32, "year": 370}


@dataclass(frozen=True, slots=True)
class Dating:
    """`path` is where the date stands in the entry (None: in its address), `form` strptime's for a single group."""

    by: str
    zone: ZoneInfo
    regex: re.Pattern[str]
    path: str | None = None
    form: str | None = None

    @classmethod
    def read(cls, options: Mapping[str, Any], zone: ZoneInfo) -> Self:
        """As the source's YAML says; without a regex year, month and day are looked for as they are usually written."""
        by, form = options["by"], options.get("format")
        regex = re.compile(options.get("regex", "(.+)" if form else USUAL[by]), re.DOTALL)
        return cls(by, zone, regex, options.get("path"), form)

    def find(self, row: Any, address: str) -> tuple[datetime, datetime] | None:
        """The period that an entry is about, in UTC; None where no date is found in it."""
        text = address if self.path is None else find(self.path, row)
        found = self.regex.search(str(text)) if text not in (None, "") else None
        begin = self._begin(found.groups()) if found else None
        return (begin, self._end(begin)) if begin else None

    def _begin(self, groups: tuple[str | None, ...]) -> datetime | None:
        try:
            if self.form:
                read = datetime.strptime((groups[0] or "").strip(), self.form)  # noqa: DTZ007 (the zone is put in below)
                year, month, day = read.year, read.month, read.day
            else:
                year, month, day = (int(each or 1) for each in (*groups, "1", "1")[:3])
            month, day = (1 if self.by == "year" else month), (day if self.by == "day" else 1)
            return datetime(year, month, day, tzinfo=self.zone).astimezone(UTC)
        except ValueError:
            return None

    def _end(self, begin: datetime) -> datetime:
        ahead = begin.astimezone(self.zone).replace(tzinfo=None) + timedelta(days=DAYS_AHEAD[self.by])
        month = 1 if self.by == "year" else ahead.month
        day = ahead.day if self.by == "day" else 1
        return datetime(ahead.year, month, day, tzinfo=self.zone).astimezone(UTC)
